//===- Loaded.cpp - a compiled model inside this process --------------------------------------===//
//
// See Loaded.h.
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/Loaded.h"
#include "codegen/cpu/Target.h"
#include "codegen/host/Host.h"
#include "compiler/Code.h"

#include <cstring>
#include <dlfcn.h>

namespace sinter::compiler {

std::vector<std::string> getLinkCommand() {
  if (*SINTER_SANITIZERS) // a build for developers: gcc's sanitizers are others
    return {findProgram({"clang-22"}), "-fsanitize=" SINTER_SANITIZERS};
  return findCommand("CC", {"cc", "clang-22", "gcc", "clang"});
}

Loaded::~Loaded() {
  if (library)
    dlclose(library);
}

void *Loaded::find(const std::string &name) {
  return library ? dlsym(library, name.c_str()) : nullptr;
}

int checkRunsHere(Session &session) {
  auto native = codegen::parseCpuTarget(&session.getContext(), "cpu:native");
  if (!native)
    return session.fail(native.takeError());
  auto target = dyn_cast<kernel::CpuTargetAttr>(session.getTarget());
  if (!target || target.getTriple() != native->getTriple() ||
      target.getVectorBits() > native->getVectorBits())
    return session.reporter.error(Refused,
                                  "expects a target that this machine runs, got '" +
                                      session.getTarget().getName() + "'",
                                  "E1404");
  return Done;
}

int Loaded::load(Session &session, const std::vector<std::string> &moreObjects) {
  Reporter &reporter = session.reporter;
  if (int code = checkRunsHere(session))
    return code;
  if (folder.path.empty())
    return reporter.error(Refused, folder.why, "E1401");
  std::string object;
  if (int code = makeObject(session, HostCode::Here, "", object))
    return code;
  std::vector<std::string> command = getLinkCommand();
  if (command.empty())
    return reporter.error(
        Refused, "expects a C compiler to link with, got none: set CC or install gcc", "E1401");
  command.insert(command.end(), {"-shared", "-o", folder.file("model.so"), folder.file("model.o")});
  std::vector<std::string> objects = moreObjects;
  objects.insert(objects.begin(), object);
  for (size_t i = 0; i < objects.size(); ++i) {
    std::string file = folder.file(i ? "more" + std::to_string(i) + ".o" : "model.o");
    if (i)
      command.push_back(file);
    if (auto why = writeFileAtomically(file, objects[i]))
      return reporter.error(Refused, "expects to write '" + file + "', got: " + *why, "E1401");
  }
  command.push_back("-lm");
  Child child;
  std::string words;
  child.command = command;
  child.environment["TMPDIR"] = folder.path; // its files go with ours
  child.output = &words;
  auto why = run(child);
  if (why || child.exitCode)
    return reporter.error(Refused, "'" + command[0] + "' failed: " + (why ? *why : words), "E1401");
  library = dlopen(folder.file("model.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return reporter.error(Refused,
                          std::string("expects to load the compiled model, got: ") + dlerror() +
                              "; TMPDIR names another place for it",
                          "E1401");
  module = static_cast<const sinter_module *>(
      find("sinter_module_" + codegen::toIdentifier(session.getName())));
  return module ? int(Done) : reporter.error(Internal, "the compiled model has no table");
}

} // namespace sinter::compiler
