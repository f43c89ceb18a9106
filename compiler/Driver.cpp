//===- Driver.cpp - what the commands of `sinter` do ------------------------------------------===//
//
// See Driver.h. build, emit, check and targets; Info.cpp, Bench.cpp and Explain.cpp hold the other
// commands.
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/Driver.h"
#include "codegen/Targets.h"
#include "codegen/host/Host.h"
#include "compiler/Artifacts.h"
#include "compiler/Code.h"
#include "compiler/Pipeline.h"
#include "compiler/Session.h"
#include "compiler/System.h"
#include "compiler/Targets.h"
#include "compiler/Text.h"
#include "dialects/sinter/Sinter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace sinter::compiler {

std::string getVersion() { return std::string("sinter ") + SINTER_VERSION; }

/// What writes a file, and its path; empty: nothing.
using Written = std::vector<std::pair<std::string, std::string>>;

/// A build never overwrites what it reads, nor one of its files with another.
static int checkFiles(const Options &options, const Written &files, Reporter &reporter) {
  // The text of a stage may take the place of the stage it came from.
  bool stored = !options.stage.empty() && llvm::StringRef(options.model).ends_with(".mlir");
  for (auto &[flag, path] : files) {
    if (path.empty())
      continue;
    for (const std::string &read : {options.model, options.embedWeights})
      if (!stored && !read.empty() && isSameFile(read, path))
        return reporter.error(Usage, llvm::Twine(flag) + " expects another file than '" + read +
                                         "', which is read");
    for (auto &[other, otherPath] : files)
      if (&otherPath != &path && !otherPath.empty() &&
          (isSameFile(path, otherPath) || isSameFile(path, getTemporary(otherPath))))
        return reporter.error(Usage, llvm::Twine(flag) + " expects another file than '" +
                                         otherPath + "', to which " + other + " writes");
  }
  return Done;
}

/// A library's header has the name of its model, which may be that of a file of the user's.
static int checkHeader(const std::string &path, Reporter &reporter) {
  std::string why;
  std::optional<std::string> old = readWholeFile(path, why);
  if (!old || codegen::isGeneratedHeader(*old))
    return Done;
  return reporter.error(Usage, "the library's header expects the name '" + path +
                                   "' for itself, got a file that sinter did not write; move it, "
                                   "or give -o another folder");
}

/// The same for all that a build writes, when it is known what it makes.
static int checkOutputs(Session &session, llvm::StringRef kind) {
  const Options &options = session.options;
  Written files = {{"-o", options.output}, {"--depfile", options.depfile}};
  if (kind.ends_with("-lib")) {
    std::string header = getHeaderPath(session, options.output);
    if (int code = checkHeader(header, session.reporter))
      return code;
    files.push_back({"the library's header", header});
  }
  for (const StageInfo &stage : getStages())
    if (!options.saveStages.empty())
      files.push_back({"--save-stages", getStageFile(options.saveStages, stage.stage)});
  return checkFiles(options, files, session.reporter);
}

/// A command that stops before what it is asked to make would make nothing of it.
static int checkStop(const Options &options, Reporter &reporter) {
  if (options.stopAfter.empty())
    return Done;
  if (!options.stage.empty())
    return *findStage(options.stopAfter) >= *findStage(options.stage)
               ? int(Done)
               : reporter.error(Usage, "--stage " + options.stage + " and --stop-after " +
                                           options.stopAfter +
                                           " exclude each other, as the one stage comes after the "
                                           "other; leave out --stop-after, or give --stage " +
                                           options.stopAfter);
  for (auto [flag, given] :
       {std::pair("-o", !options.output.empty()), std::pair("--kind", !options.kind.empty()),
        std::pair("--embed-weights", !options.embedWeights.empty()),
        std::pair("--static", options.linkStatic),
        std::pair("--sanitize", !options.sanitizer.empty())})
    if (given)
      return reporter.error(Usage, llvm::Twine(flag) +
                                       " and --stop-after exclude each other, as a build that "
                                       "stops at a stage makes no artefact; leave out one of them");
  return Done;
}

/// Checks that concern flags only. Done or Usage.
static int checkOptions(const Options &options, Reporter &reporter) {
  for (const std::string &name : {options.stage, options.stopAfter})
    if (!name.empty() && !findStage(name))
      return reporter.error(Usage, "expects a stage (" + listStages() + "), got '" + name + "'");
  if (!options.kind.empty() && !isKind(options.kind))
    return reporter.error(Usage, "--kind expects trainer, static-lib, shared-lib or object, got '" +
                                     options.kind + "'");
  if (int code = checkStop(options, reporter))
    return code;
  Written files = {{"-o", options.output}, {"--depfile", options.depfile}};
  if (int code = checkFiles(options, files, reporter))
    return code;
  if (!options.saveStages.empty())
    if (std::error_code error =
            llvm::sys::fs::create_directories(options.saveStages, true, llvm::sys::fs::all_all))
      return reporter.error(Refused,
                            "expects to make the folder '" + options.saveStages +
                                "', got: " + error.message(),
                            "E1301");
  return Done;
}

static bool hasTraining(ModuleOp module) {
  bool found = false;
  module.walk([&](Operation *op) {
    if (auto entry = dyn_cast<ir::EntryOp>(op))
      found |= entry.getKind() == kernel::EntryKind::Train;
    if (auto entry = dyn_cast<kernel::EntryOp>(op))
      found |= entry.getKind() == kernel::EntryKind::Train;
  });
  return found;
}

/// Done, or a usage error where an option is for programs of a CPU.
static int checkDevice(Session &session) {
  kernel::TargetInterface target = session.getTarget();
  const char *option = getHostOption(session.options);
  if (!option || codegen::getTargetKind(target).writesHostCode())
    return Done;
  return session.reporter.error(Usage, llvm::Twine(option) + " expects a cpu target, got '" +
                                           target.getName() + "'");
}

/// Done, or a usage error when what `kind` is linked with exists here for another sort of machine
/// only.
static int checkLinks(Session &session, llvm::StringRef kind) {
  kernel::TargetInterface target = session.getTarget();
  auto native = codegen::parseTarget(&session.getContext(), "cpu:native");
  auto host = codegen::getHostTarget(target);
  bool same = native && host && native->getTriple() == host->getTriple();
  if (!native)
    llvm::consumeError(native.takeError());
  if (!host)
    llvm::consumeError(host.takeError());
  if (same)
    return Done;
  return session.reporter.error(
      Usage, "--kind " + kind + " expects a target of this machine's sort, as it is linked, got '" +
                 target.getName() + "'; --kind object makes code for it");
}

int runBuild(const Options &asked) {
  // Several targets: everything up to code is the same, so the first stands for all.
  std::vector<std::string> targets = splitTargets(asked.target);
  Options options = asked;
  options.target = targets.front();
  Session session(options);
  if (options.output.empty() && !options.depfile.empty())
    return session.reporter.error(Usage, "--depfile expects -o, which its rule is for");
  if (int code = checkOptions(options, session.reporter))
    return code;
  if (int code = session.load())
    return code;
  if (options.stopAfter.empty())
    if (int code = checkDevice(session))
      return code;
  bool trains = hasTraining(session.getModule());
  std::string kind = !options.kind.empty() ? options.kind : trains ? "trainer" : "static-lib";
  if (options.output.empty() && options.stopAfter.empty())
    options.output = getDefaultOutput(options.model, kind);
  if (kind == "trainer" && !trains)
    return session.reporter.error(
        Wrong,
        "a trainer expects a model with a training step, got one without; "
        "--kind static-lib makes a library",
        "E1402");
  if (kind != "trainer" && options.linkStatic)
    return session.reporter.error(Usage, "--static expects --kind trainer, got " + kind);
  if (options.linkStatic && !options.sanitizer.empty())
    return session.reporter.error(
        Usage, "--sanitize expects a trainer that is linked dynamically; leave out --static");
  if (kind == "trainer" && !options.embedWeights.empty())
    return session.reporter.error(
        Usage, "--embed-weights expects a library or an object, got --kind trainer");
  if (kind != "object" && options.stopAfter.empty() && targets.size() == 1)
    if (int code = checkLinks(session, kind))
      return code;
  if (int code = checkOutputs(session, kind))
    return code;
  if (targets.size() > 1) {
    int code = makeForTargets(session, kind, targets);
    session.finish();
    return code;
  }
  if (int code = session.runTo(Stage::Llvm))
    return code;
  if (!options.stopAfter.empty()) {
    session.finish();
    return Done;
  }
  int code = makeArtifact(session, kind, options.output);
  session.finish();
  return code;
}

/// Leaves only what belongs to the entry called `name`. False when there is none.
static bool keepEntry(ModuleOp module, llvm::StringRef name) {
  SmallVector<Operation *> others;
  llvm::SmallVector<std::string> kept;
  module.walk([&](Operation *op) {
    auto check = [&](auto entry) {
      if (entry.getEntryName() == name || entry.getSymName() == name)
        kept.push_back(entry.getSymName().str());
      else
        others.push_back(op);
    };
    if (auto entry = dyn_cast<ir::EntryOp>(op))
      check(entry);
    else if (auto entry = dyn_cast<kernel::EntryOp>(op))
      check(entry);
  });
  if (kept.empty())
    return false;
  for (Operation *op : others)
    op->erase();
  // Functions of the entry, and what they call: equal kernels of several entries are one function.
  SymbolTable symbols(module);
  llvm::SmallSetVector<Operation *, 32> functions;
  for (Operation &op : *module.getBody())
    if (auto symbol = dyn_cast<SymbolOpInterface>(op);
        symbol && isa<func::FuncOp, LLVM::LLVMFuncOp>(op))
      if (llvm::any_of(kept, [&](const std::string &entry) {
            return symbol.getName() == entry || symbol.getName().starts_with(entry + "_");
          }))
        functions.insert(&op);
  for (size_t i = 0; i < functions.size(); ++i)
    if (auto uses = SymbolTable::getSymbolUses(functions[i]))
      for (SymbolTable::SymbolUse use : *uses)
        if (Operation *used = symbols.lookup(use.getSymbolRef().getRootReference());
            isa_and_nonnull<func::FuncOp, LLVM::LLVMFuncOp>(used))
          functions.insert(used);
  for (Operation &op : llvm::make_early_inc_range(*module.getBody()))
    if (isa<func::FuncOp, LLVM::LLVMFuncOp>(op) && !functions.contains(&op))
      op.erase();
  return true;
}

int runEmit(const Options &options) {
  Session session(options);
  if (int code = checkOptions(options, session.reporter))
    return code;
  Stage stage = *findStage(options.stage);
  if (int code = session.loadAndRunTo(std::min(stage, Stage::Llvm)))
    return code;
  const codegen::TargetKind &kind = codegen::getTargetKind(session.getModule());
  if (stage == Stage::Asm && options.stage != getName(Stage::Asm) &&
      options.stage != kind.getTextName())
    return session.reporter.error(Usage, "--stage " + options.stage +
                                             " expects a cuda target, got '" +
                                             session.getTarget().getName() + "'");
  std::string text;
  OwningOpRef<ModuleOp> shown = session.getModule().clone();
  if (!options.entry.empty() && !keepEntry(*shown, options.entry))
    return session.reporter.error(Usage, "--entry expects an entry of the model, got '" +
                                             options.entry + "'");
  if (stage == Stage::Asm) { // the table names all entries, so one entry stands without it
    HostCode hostCode =
        options.entry.empty() && kind.writesHostCode() ? HostCode::Table : HostCode::None;
    if (int code = makeAssembly(session, *shown, hostCode, text))
      return code;
  } else if (stage == Stage::Llvm && llvm::StringRef(options.output).ends_with(".ll")) {
    if (int code = printLLVMIR(session, *shown, text))
      return code;
  } else {
    text = printModule(*shown, options.elide);
  }
  if (auto why = writeFileAtomically(options.output.empty() ? "-" : options.output, text))
    return session.reporter.error(
        Refused,
        "expects to write " +
            (options.output.empty() ? "to standard output" : "'" + options.output + "'") +
            ", got: " + *why,
        "E1401");
  session.finish();
  return Done;
}

int runCheck(const Options &options) {
  Session session(options);
  if (int code = session.load())
    return code;
  // Up to the plan: what comes after cannot fail because of the model.
  return getStage(session.getModule()) < Stage::Planned ? session.runTo(Stage::Planned) : int(Done);
}

int runTargets(const Options &options) {
  MLIRContext context;
  context.loadDialect<kernel::KernelDialect>();
  for (llvm::StringRef name : codegen::getTargetNames()) {
    auto target = codegen::parseTarget(&context, name);
    std::string note = target ? codegen::getTargetKind(*target).describe(*target)
                              : llvm::toString(target.takeError());
    llvm::outs() << llvm::formatv("{0,-16} {1,-8} {2}\n", name, target ? "ready" : "missing", note);
  }
  return Done;
}

} // namespace sinter::compiler
