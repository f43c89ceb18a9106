//===- Targets.cpp - one artefact for several CPUs --------------------------------------------===//
//
// See Targets.h. Every target gets its own layouts, plan, kernels and table; weights in files are
// logical, so all read the same ones. Invariant: the strongest target comes first, and nothing that
// runs before the choice needs more than the weakest has.
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/Targets.h"
#include "codegen/Targets.h"
#include "compiler/Artifacts.h"
#include "compiler/Code.h"
#include "compiler/Pipeline.h"
#include "compiler/System.h"
#include "compiler/Text.h"

#include "llvm/Support/FileSystem.h"

using namespace mlir;

namespace sinter::compiler {

std::vector<std::string> splitTargets(const std::string &list) {
  llvm::SmallVector<llvm::StringRef> names;
  llvm::StringRef(list).split(names, ',');
  return {names.begin(), names.end()};
}

/// The targets, strongest first; a usage error says why there are none.
static int orderTargets(Session &session, const std::vector<std::string> &names,
                        std::vector<kernel::CpuTargetAttr> &ordered) {
  for (const std::string &name : names) {
    auto parsed = codegen::parseTarget(&session.getContext(), name == "cpu" ? "cpu:native" : name);
    if (!parsed)
      return session.reporter.error(Usage, "--target " + llvm::toString(parsed.takeError()));
    auto target = dyn_cast<kernel::CpuTargetAttr>(*parsed);
    if (!target)
      return session.reporter.error(
          Usage, "--target expects cpu targets where it names several, got '" + name + "'");
    // cpu:native is one of the others under another name: the same code twice helps nobody.
    for (kernel::CpuTargetAttr other : ordered)
      if (other.getFeatures() == target.getFeatures() && other.getTriple() == target.getTriple())
        return session.reporter.error(Usage, "--target expects different targets, got '" +
                                                 other.getName() + "' and '" + name +
                                                 "', which are the same here");
    if (!ordered.empty() && ordered.front().getTriple() != target.getTriple())
      return session.reporter.error(Usage, "--target expects targets of one kind, got '" +
                                               ordered.front().getName() + "' and '" + name + "'");
    ordered.push_back(target);
  }
  llvm::sort(ordered, [](kernel::CpuTargetAttr a, kernel::CpuTargetAttr b) {
    return std::tuple(a.getVectorBits(), a.getFeatures().size()) >
           std::tuple(b.getVectorBits(), b.getFeatures().size());
  });
  return Done;
}

int makeForTargets(Session &session, const std::string &kind,
                   const std::vector<std::string> &names) {
  const Options &options = session.options;
  auto refuse = [&](const std::string &text) { return session.reporter.error(Usage, text); };
  if (kind == "object")
    return refuse("--kind object expects one target, got " + std::to_string(names.size()));
  if (!options.embedWeights.empty())
    return refuse("--embed-weights expects one target, as it embeds the form that its code reads");
  if (!options.stopAfter.empty())
    return refuse("--stop-after expects one target, got " + std::to_string(names.size()));
  if (getStage(session.getModule()) >= Stage::Layout)
    return refuse("--target expects '" + session.getTarget().getName().str() +
                  "', as the layouts of '" + options.model + "' were decided for it, got several");
  std::vector<kernel::CpuTargetAttr> targets;
  if (int code = orderTargets(session, names, targets))
    return code;
  TemporaryFolder folder;
  std::string graph = folder.file(session.getName() + ".mlir");
  if (folder.path.empty())
    return session.reporter.error(Refused, folder.why, "E1401");
  if (auto why = writeFileAtomically(graph, printModule(session.getModule())))
    return session.reporter.error(Refused, "expects to write '" + graph + "', got: " + *why,
                                  "E1401");
  std::vector<std::string> parts, suffixes;
  for (size_t i = 0; i < targets.size(); ++i) {
    Options single = options;
    single.model = graph;
    single.target = targets[i].getName().str();
    single.f64 = false;     // the module has its types, sizes and options already
    single.depfile.clear(); // what it depends on is said already
    single.set.clear();
    single.batch.clear();
    if (!options.saveStages.empty()) {
      single.saveStages = options.saveStages + "/" + single.target.substr(strlen("cpu:"));
      if (std::error_code error =
              llvm::sys::fs::create_directories(single.saveStages, true, llvm::sys::fs::all_all))
        return session.reporter.error(Refused,
                                      "expects to make the folder '" + single.saveStages +
                                          "', got: " + error.message(),
                                      "E1301");
    }
    Session one(single);
    if (int code = one.loadAndRunTo(Stage::Llvm))
      return code;
    suffixes.push_back("." + std::to_string(i));
    if (int code = makeObject(one, HostCode::Table, "", parts.emplace_back(), suffixes.back()))
      return code;
    if (i + 1 < targets.size())
      continue;
    // The weakest makes what runs before the choice, and the header.
    HostCode host = kind == "trainer" ? HostCode::Trainer : HostCode::Library;
    if (int code = makeHostObject(one, host, suffixes, parts.emplace_back()))
      return code;
    return makeArtifact(one, kind, options.output, parts);
  }
  return Done;
}

} // namespace sinter::compiler
