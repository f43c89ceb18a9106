//===- Targets.cpp - one artefact for several machines ----------------------------------------===//
//
// See Targets.h. Every target gets its own layouts, plan, kernels and table; weights in files are
// logical, so all read the same ones. Invariant: the best target comes first, and nothing that runs
// before the choice needs more than the last one's host has.
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

const char *getHostOption(const Options &options) {
  return options.linkStatic              ? "--static"
         : !options.embedWeights.empty() ? "--embed-weights"
         : !options.sanitizer.empty()    ? "--sanitize"
                                         : nullptr;
}

namespace {
/// One of several targets, and how it compares with the others: GPUs before CPUs, each the newer or
/// stronger first, as the runtime takes the first that the machine has.
struct Ranked {
  kernel::TargetInterface target;
  kernel::CpuTargetAttr host;
  std::tuple<bool, int64_t, size_t> rank;
};
} // namespace

static Ranked rank(kernel::TargetInterface target, kernel::CpuTargetAttr host) {
  if (auto gpu = dyn_cast<kernel::GpuTargetAttr>(target)) {
    int64_t architecture = 0;
    (void)gpu.getArch().substr(strlen("sm_")).getAsInteger(10, architecture);
    return {target, host, {true, architecture, 0}};
  }
  return {target, host, {false, host.getVectorBits(), host.getFeatures().size()}};
}

/// True for the same code under two names, as cpu:native is one of the others.
static bool areSame(const Ranked &one, const Ranked &other) {
  return one.rank == other.rank && one.host.getFeatures() == other.host.getFeatures();
}

/// The targets, the best first; a usage error says why there are none.
static int orderTargets(Session &session, const std::vector<std::string> &names,
                        std::vector<Ranked> &ordered) {
  for (const std::string &name : names) {
    auto target = codegen::parseTarget(&session.getContext(), name == "cpu" ? "cpu:native" : name);
    if (!target)
      return session.reporter.error(Usage, "--target " + llvm::toString(target.takeError()));
    auto host = codegen::getHostTarget(*target);
    if (!host)
      return session.fail(host.takeError());
    if (const char *option = getHostOption(session.options);
        option && !codegen::getTargetKind(*target).writesHostCode())
      return session.reporter.error(Usage, llvm::Twine(option) + " expects cpu targets, got '" +
                                               name + "'");
    Ranked ranked = rank(*target, *host);
    for (const Ranked &other : ordered) {
      if (areSame(ranked, other))
        return session.reporter.error(Usage, "--target expects different targets, got '" +
                                                 other.target.getName() + "' and '" + name +
                                                 "', which are the same here");
      if (other.host.getTriple() != host->getTriple())
        return session.reporter.error(Usage, "--target expects targets of one kind, got '" +
                                                 other.target.getName() + "' and '" + name + "'");
    }
    ordered.push_back(ranked);
  }
  llvm::sort(ordered, [](const Ranked &a, const Ranked &b) { return a.rank > b.rank; });
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
  std::vector<Ranked> targets;
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
    single.target = targets[i].target.getName().str();
    single.f64 = false;     // the module has its types, sizes and options already
    single.depfile.clear(); // what it depends on is said already
    single.set.clear();
    single.batch.clear();
    if (!options.saveStages.empty()) {
      single.saveStages =
          options.saveStages + "/" + single.target.substr(single.target.find(':') + 1);
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
