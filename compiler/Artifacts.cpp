//===- Artifacts.cpp - trainers, libraries, objects -------------------------------------------===//
//
// See Artifacts.h. Links are made in a temporary folder by the system's cc, ld, objcopy and ar,
// with nothing in them that depends on time, place or user.
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/Artifacts.h"
#include "codegen/cpu/Cpu.h"
#include "codegen/host/Host.h"
#include "compiler/Code.h"
#include "compiler/Embed.h"
#include "compiler/Loaded.h"
#include "compiler/Program.h"
#include "compiler/System.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace sinter::compiler {

bool isKind(llvm::StringRef kind) {
  return kind == "trainer" || kind == "static-lib" || kind == "shared-lib" || kind == "object";
}

std::string getHeaderPath(Session &session, llvm::StringRef output) {
  llvm::SmallString<256> path(output);
  llvm::sys::path::remove_filename(path);
  llvm::sys::path::append(path, codegen::toIdentifier(session.getName()) + ".h");
  return path.str().str();
}

std::string getDefaultOutput(llvm::StringRef model, llvm::StringRef kind) {
  std::string name = llvm::sys::path::stem(model).str();
  return kind == "trainer"      ? name
         : kind == "object"     ? name + ".o"
         : kind == "static-lib" ? "lib" + name + ".a"
                                : "lib" + name + ".so";
}

namespace {
/// One artefact being made.
struct Maker {
  Session &session;
  const std::string &output;
  TemporaryFolder folder;
  std::string symbol; ///< the model's name in C

  int refuse(const llvm::Twine &text) { return session.reporter.error(Refused, text, "E1401"); }

  /// Runs a tool; its words are shown when it fails.
  int tool(std::vector<std::string> command) {
    if (command[0].empty())
      return refuse("expects ld, objcopy and ar to make a library, got none: install binutils");
    double start = PassInstrumentation::now();
    Child child;
    std::string words;
    child.command = command;
    child.environment["TMPDIR"] = folder.path; // its files go with ours
    child.output = &words;
    if (auto why = run(child))
      return refuse("expects to run '" + command[0] + "', got: " + *why);
    session.instrumentation.addTime(llvm::sys::path::filename(command[0]),
                                    PassInstrumentation::now() - start);
    if (child.exitCode != 0)
      return refuse("'" + command[0] + "' failed: " +
                    (words.empty() ? "exit code " + std::to_string(child.exitCode) : words));
    return Done;
  }

  int write(const std::string &path, llvm::StringRef bytes, bool executable = false) {
    if (auto why = writeFileAtomically(path, bytes, executable))
      return refuse("expects to write '" + path + "', got: " + *why);
    return Done;
  }

  /// Moves a finished file to where the user wants it.
  int deliver(const std::string &from, const std::string &to, bool executable) {
    std::string why;
    std::optional<std::string> bytes = readWholeFile(from, why);
    if (!bytes)
      return refuse("expects to read '" + from + "', got: " + why);
    return write(to, *bytes, executable);
  }

  std::string runtime() { return getInstallation().libDir + "/libsinter_runtime.a"; }
  /// Linked before the runtime, of which it needs more; only what calls it takes any of it.
  std::string pictures() { return getInstallation().libDir + "/libsinter_pictures.a"; }

  /// The same, for devices with code of their own.
  std::string devices() { return getInstallation().libDir + "/libsinter_cuda.a"; }

  static std::string binutil(llvm::StringRef name) {
    return findProgram({name.str(), "llvm-" + name.str() + "-22", "llvm-" + name.str()});
  }

  /// How to link; with a sanitizer the clang of the LLVM that instruments, as others may have
  /// another version of it.
  std::vector<std::string> linkCommand() {
    std::vector<std::string> command = getLinkCommand();
    const std::string &sanitizer = session.options.sanitizer;
    if (command.empty() || sanitizer.empty())
      return command;
    if (std::string clang = findProgram({"clang-22"}); !clang.empty())
      command[0] = clang;
    command.push_back("-fsanitize=" + sanitizer);
    return command;
  }

  int makeTrainer(bool linkStatic) {
    std::vector<std::string> command = linkCommand();
    if (command.empty())
      return refuse("expects a C compiler to link the trainer, got none: set CC or install gcc");
    command.insert(command.end(), {folder.file("model.o"), pictures(), devices(), runtime(), "-o",
                                   folder.file("trainer"), "-Wl,--gc-sections",
                                   "-Wl,--build-id=none", "-Wl,-z,relro,-z,now"});
    if (session.options.sanitizer.empty()) // its reports name kernels
      command.push_back("-Wl,-s");
    if (linkStatic)
      command.push_back("-static");
    command.insert(command.end(), {"-lm", "-lpthread"});
    if (int code = tool(command))
      return code;
    return deliver(folder.file("trainer"), output, true);
  }

  /// One object of several.
  int join(llvm::ArrayRef<std::string> parts) {
    std::vector<std::string> command{binutil("ld"), "-r", "-o", folder.file("model.o")};
    for (const std::string &part : parts) {
      command.push_back(folder.file("part" + std::to_string(command.size()) + ".o"));
      if (int code = write(command.back(), part))
        return code;
    }
    return tool(command);
  }

  /// One relocatable object: the model and the parts of the runtime that it needs, all but
  /// <symbol>_* local.
  int makeLibraryObject() {
    if (int code = tool({binutil("ld"), "-r", "--gc-sections", "-e", symbol + "_open", "-u",
                         symbol + "_close", folder.file("model.o"), devices(), runtime(), "-o",
                         folder.file("all.o")}))
      return code;
    return tool({binutil("objcopy"), "--wildcard", "--keep-global-symbol=" + symbol + "_*",
                 folder.file("all.o"), folder.file(symbol + ".o")});
  }

  codegen::HostModule describe() {
    ModuleOp module = session.getModule();
    return codegen::describeModule(module, codegen::getPlannedEntries(module));
  }

  int writeHeader() {
    return write(getHeaderPath(session, output), codegen::printHeader(describe()));
  }

  /// A library must not have what its callers know from elsewhere: with <time.h> and its functions
  /// replaced no program works.
  int checkNames() {
    std::string clash = codegen::findClash(describe());
    if (clash.empty())
      return Done;
    return session.reporter.error(
        Wrong,
        "a library expects a model whose name does not lead to names of C and POSIX, got '" +
            session.getName() + "', which would " +
            (llvm::StringRef(clash).ends_with(".h") ? "write" : "declare") + " '" + clash +
            "'; name the model otherwise",
        "E1405");
  }

  int makeStaticLibrary() {
    if (int code = makeLibraryObject())
      return code;
    if (int code = tool({binutil("ar"), "rcsD", folder.file("lib.a"), folder.file(symbol + ".o")}))
      return code;
    if (int code = deliver(folder.file("lib.a"), output, false))
      return code;
    return writeHeader();
  }

  int makeSharedLibrary() {
    if (int code = makeLibraryObject())
      return code;
    if (int code = write(folder.file("exports"), "{ global: " + symbol + "_*; local: *; };\n"))
      return code;
    std::string name = llvm::sys::path::filename(output).str();
    std::vector<std::string> command = linkCommand();
    if (command.empty())
      return refuse("expects a C compiler to link the library, got none: set CC or install gcc");
    command.insert(command.end(),
                   {"-shared", folder.file(symbol + ".o"), "-o", folder.file("lib.so"), "-Xlinker",
                    "--version-script=" + folder.file("exports"), "-Wl,--build-id=none", "-Wl,-s",
                    "-Xlinker", "-soname=" + name, "-lm", "-lpthread"});
    if (int code = tool(command))
      return code;
    if (int code = deliver(folder.file("lib.so"), output, true))
      return code;
    return writeHeader();
  }
};
} // namespace

int makeArtifact(Session &session, const std::string &kind, const std::string &output,
                 llvm::ArrayRef<std::string> parts) {
  Maker maker{session, output, {}, codegen::toIdentifier(session.getName())};
  if (maker.folder.path.empty())
    return maker.refuse(maker.folder.why);
  if (llvm::StringRef(kind).ends_with("-lib"))
    if (int code = maker.checkNames())
      return code;
  std::string params;
  if (!session.options.embedWeights.empty())
    if (int code = prepareWeights(session, session.options.embedWeights, params))
      return code;
  HostCode hostCode = kind == "trainer"  ? HostCode::Trainer
                      : kind == "object" ? HostCode::Table
                                         : HostCode::Library;
  std::string object;
  if (!parts.empty()) {
    if (int code = maker.join(parts))
      return code;
  } else if (int code = makeObject(session, hostCode, params, object))
    return code;
  if (kind == "object")
    return maker.write(output, object);
  if (parts.empty())
    if (int code = maker.write(maker.folder.file("model.o"), object))
      return code;
  if (kind == "trainer")
    return maker.makeTrainer(session.options.linkStatic);
  return kind == "static-lib" ? maker.makeStaticLibrary() : maker.makeSharedLibrary();
}

} // namespace sinter::compiler
