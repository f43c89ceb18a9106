//===- Session.cpp - one compilation, from MODEL to a stage -----------------------------------===//
//
// See Session.h.
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/Session.h"
#include "codegen/Targets.h"
#include "compiler/Context.h"
#include "compiler/Fit.h"
#include "compiler/Import.h"
#include "compiler/Interrupt.h"
#include "compiler/Pipeline.h"
#include "compiler/Program.h"
#include "compiler/System.h"
#include "compiler/Text.h"
#include "dialects/sinter/Sinter.h"
#include "frontend/graph/Container.h"

#include "llvm/ADT/SmallSet.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/Path.h"

#include <cstdlib>

using namespace mlir;

namespace sinter::compiler {

static DialectRegistry makeRegistry() {
  DialectRegistry registry;
  registerDialects(registry);
  return registry;
}

Session::Session(const Options &options)
    : options(options), reporter(options.json),
      context(makeRegistry(), MLIRContext::Threading::DISABLED) {
  context.loadAllAvailableDialects();
  context.printOpOnDiagnostic(false);
  handler = std::make_unique<ScopedDiagnosticHandler>(&context, [this](Diagnostic &diagnostic) {
    reporter.report(diagnostic);
    return success();
  });
  instrumentation.trace = options.tracePasses;
  instrumentation.timing = options.timing;
}

Session::~Session() = default;

int Session::getExitCode() {
  // A pass that fails without a word, or breaks the IR, is a fault of ours; so is what says so
  // itself.
  if (!reporter.hadInternalError() && reporter.getErrors())
    return Wrong;
  Message message;
  message.severity = Message::InternalError;
  message.text = "the compilation of '" + options.model + "' failed";
  message.help = instrumentation.writeReproducer(getName());
  reporter.report(std::move(message));
  return Internal;
}

int Session::fail(llvm::Error error) {
  std::string text = llvm::toString(std::move(error));
  llvm::StringRef words = text;
  words.consume_front("internal error: ");
  Message message;
  message.severity = Message::InternalError;
  message.text = words.str();
  std::string file = getName() + ".reproducer.mlir";
  if (!writeFileAtomically(file, printModule(*module)))
    message.help =
        "this is a fault of sinter, not of the model; it can be replayed with: sinter emit " +
        file + " --stage asm -O " + std::to_string(options.level);
  reporter.report(std::move(message));
  return Internal;
}

int Session::runSafely(llvm::function_ref<int()> work) {
  int code = Internal;
  llvm::CrashRecoveryContext::Enable();
  llvm::CrashRecoveryContext crashes;
  if (!crashes.RunSafely([&] { code = work(); })) {
    endIfWithoutMemory();
    code = fail(llvm::createStringError("the code generator crashed"));
    removeFolders(); // nothing that a crash left behind is to be destroyed
    std::_Exit(code);
  }
  llvm::CrashRecoveryContext::Disable();
  return code;
}

int Session::loadProgram(std::string &graph) {
  double start = PassInstrumentation::now();
  ProgramRequest request;
  request.source = options.model;
  request.set = options.set;
  request.batch = options.batch;
  request.embedSource = !options.noEmbedSource;
  request.depfile = options.depfile;
  request.depfileTarget = options.output;
  if (const char *seconds = getenv("SINTER_PROGRAM_SECONDS"); seconds && atoi(seconds) > 0)
    request.timeLimitSeconds = atoi(seconds);
  int code = runProgram(request, reporter, graph);
  ranProgram = true;
  instrumentation.setModelProgramTime(PassInstrumentation::now() - start);
  return code;
}

int Session::loadGraph(const std::string &bytes) {
  double start = PassInstrumentation::now();
  proto::Module graph;
  if (auto wrong = graph::parseContainer(bytes, graph)) {
    Message message;
    message.text = wrong->message;
    message.code = wrong->code;
    message.place.file = options.model;
    reporter.report(std::move(message));
    return Wrong;
  }
  for (const proto::SourceFile &file : graph.files())
    if (!file.text().empty())
      reporter.learnSource(file.path(), file.text());
  module = importModule(&context, graph, options.f64);
  instrumentation.addTime("import", PassInstrumentation::now() - start);
  return module ? Done : getExitCode();
}

int Session::loadText(const std::string &text) {
  if (options.f64)
    return reporter.error(Usage, "--type f64 expects a .cpp or .sinter model, got '" +
                                     options.model + "'");
  reporter.learnSource(options.model, text);
  double start = PassInstrumentation::now();
  module = parseModule(&context, text, options.model);
  instrumentation.addTime("parse", PassInstrumentation::now() - start);
  if (!module)
    return Wrong;
  reporter.learnSources(*module);
  return succeeded(checkText(*module, options.model)) ? Done : Wrong;
}

/// --set on a stored model: only what it was made with.
int Session::checkSet() {
  auto stored = (*module)->getAttrOfType<DictionaryAttr>("sinter.options");
  for (const std::string &text : options.set) {
    auto [name, value] = llvm::StringRef(text).split('=');
    auto option = stored ? dyn_cast_or_null<IntegerAttr>(stored.get(name)) : IntegerAttr();
    if (option && std::to_string(option.getInt()) == value)
      continue;
    std::string known;
    for (NamedAttribute each : stored ? stored.getValue() : ArrayRef<NamedAttribute>())
      if (auto number = dyn_cast<IntegerAttr>(each.getValue()))
        known += (known.empty() ? "" : ", ") + each.getName().str() + "=" +
                 std::to_string(number.getInt());
    return reporter.error(Usage, "--set on a stored model expects what it was made with (" +
                                     (known.empty() ? "nothing" : known) + "), got " + text);
  }
  return Done;
}

/// Entries to predict with, at any stage.
static SmallVector<std::pair<Operation *, int64_t>> getPredictions(ModuleOp module) {
  SmallVector<std::pair<Operation *, int64_t>> found;
  module.walk([&](Operation *op) {
    if (auto entry = dyn_cast<ir::EntryOp>(op);
        entry && entry.getKind() == kernel::EntryKind::Predict)
      found.push_back({op, entry.getBatch()});
    if (auto entry = dyn_cast<kernel::EntryOp>(op);
        entry && entry.getKind() == kernel::EntryKind::Predict)
      found.push_back({op, entry.getBatch()});
  });
  return found;
}

/// --batch on a stored model: keeps the stored sizes that it names, in its order.
int Session::selectBatches() {
  auto predictions = getPredictions(*module);
  std::string stored;
  llvm::SmallSet<int64_t, 8> sizes;
  for (auto [op, batch] : predictions)
    if (sizes.insert(batch).second)
      stored += (stored.empty() ? "" : ", ") + std::to_string(batch);
  SmallVector<int64_t> wanted;
  for (const std::string &text : options.batch) {
    int64_t size = 0;
    if (llvm::StringRef(text).getAsInteger(10, size) || !sizes.contains(size) ||
        llvm::is_contained(wanted, size))
      return reporter.error(Usage, "--batch on a stored model expects sizes it holds (" +
                                       (stored.empty() ? "none" : stored) + "), each once, got " +
                                       text);
    wanted.push_back(size);
  }
  if (wanted.empty() || predictions.empty())
    return Done;
  Operation *last = predictions.back().first;
  Block *block = last->getBlock();
  Operation *end = last->getNextNode();
  for (int64_t size : wanted)
    for (auto [op, batch] : predictions)
      if (batch == size)
        op->moveBefore(block, end ? Block::iterator(end) : block->end());
  for (auto [op, batch] : predictions)
    if (!llvm::is_contained(wanted, batch))
      op->erase();
  return Done;
}

kernel::TargetInterface Session::getTarget() {
  return (*module)->getAttrOfType<kernel::TargetInterface>("kernel.target");
}

int Session::setTarget() {
  std::string name =
      options.target.empty() || options.target == "cpu" ? "cpu:native" : options.target;
  if (llvm::StringRef(name).contains(','))
    return reporter.error(Usage, "--target expects one target here, got the list '" + name +
                                     "'; sinter build takes several");
  auto target = codegen::parseTarget(&context, name);
  if (!target)
    return reporter.error(Usage, "--target " + llvm::toString(target.takeError()));
  kernel::TargetInterface stored = getTarget();
  bool decided = stored && getStage(*module) >= Stage::Layout;
  if (decided && !options.target.empty() && stored != *target)
    return reporter.error(Usage, "--target expects '" + stored.getName() +
                                     "', as the layouts of '" + options.model +
                                     "' were decided for it, got '" + name + "'");
  if (!stored || (!decided && !options.target.empty()))
    (*module)->setAttr("kernel.target", *target);
  return Done;
}

std::string Session::getName() {
  if (module && (*module).getSymName())
    return (*module).getSymName()->str();
  return llvm::sys::path::stem(options.model).str();
}

/// --depfile of a stored model, which depends on itself alone.
int Session::writeDepfile() {
  auto quote = [](const std::string &name) {
    std::string quoted;
    for (char c : name)
      quoted += (c == ' ' || c == '#' ? "\\" : c == '$' ? "$" : "") + std::string(1, c);
    return quoted;
  };
  std::string rule = quote(options.output) + ": " + quote(options.model) + "\n";
  if (auto why = writeFileAtomically(options.depfile, rule))
    return reporter.error(Refused, "expects to write '" + options.depfile + "', got: " + *why,
                          "E1401");
  return Done;
}

int Session::load() {
  llvm::StringRef extension = llvm::sys::path::extension(options.model);
  bool isProgram = extension == ".cpp" || extension == ".cc" || extension == ".cxx";
  if (!isProgram && extension != ".sinter" && extension != ".mlir")
    return reporter.error(Usage,
                          "expects a model: .cpp, .sinter or .mlir, got '" + options.model + "'");
  std::string why;
  std::optional<std::string> bytes = readWholeFile(options.model, why);
  if (!bytes)
    return reporter.error(Wrong, "expects to read '" + options.model + "', got: " + why, "E0207");
  if (isProgram)
    if (int code = loadProgram(*bytes))
      return code;
  if (int code = extension == ".mlir" ? loadText(*bytes) : loadGraph(*bytes))
    return code;
  if (!ranProgram) {
    if (int code = options.depfile.empty() ? int(Done) : writeDepfile())
      return code;
    if (int code = checkSet())
      return code;
    if (int code = selectBatches())
      return code;
  }
  return setTarget();
}

int Session::runTo(Stage stage) {
  if (getStage(*module) > stage)
    return reporter.error(
        Usage, "expects a stage from " + compiler::getName(getStage(*module)).str() + " on, as '" +
                   options.model + "' stands there, got " + compiler::getName(stage).str());
  if (!options.stopAfter.empty())
    stage = std::min(stage, *findStage(options.stopAfter));
  PipelineOptions pipeline;
  pipeline.memoryBudget = options.memoryBudget;
  pipeline.failAfter = options.failAfter;
  pipeline.breakAfter = options.breakAfter;
  pipeline.crashAfter = options.crashAfter;
  pipeline.saveStages = options.saveStages;
  pipeline.instrumentation = &instrumentation;
  std::string refused;
  pipeline.refused = &refused;
  reporter.setInPasses(true);
  LogicalResult result = failure();
  llvm::CrashRecoveryContext::Enable();
  llvm::CrashRecoveryContext crashes;
  if (!crashes.RunSafely([&] { result = runPipeline(*module, stage, pipeline); })) {
    endIfWithoutMemory();
    // Nothing that a crash left behind is to be trusted or destroyed; the module before the pass is
    // a copy.
    instrumentation.noteCrash();
    reporter.error(Internal, "the compiler crashed");
    std::_Exit(getExitCode());
  }
  llvm::CrashRecoveryContext::Disable();
  reporter.setInPasses(false);
  if (!refused.empty())
    return reporter.error(Refused, refused, "E1301");
  return failed(result) ? getExitCode() : int(Done);
}

int Session::loadAndRunTo(Stage stage) {
  if (int code = load())
    return code;
  return runTo(stage);
}

void Session::finish() {
  if (instrumentation.timing)
    llvm::errs() << instrumentation.getTimes();
}

} // namespace sinter::compiler
