//===- Info.cpp - what a model is made of -----------------------------------------------------===//
//
// A table by layer, from the first entry to predict with (else evaluate, else train) at stage
// graph; memory from the plan. A layer is what the user named: consecutive ops of one name and
// line. Then how many kernels a run of each entry starts.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/Cpu.h"
#include "codegen/host/Host.h"
#include "compiler/Pipeline.h"
#include "compiler/Session.h"
#include "dialects/kernel/Ranges.h"
#include "dialects/kernel/contract/Phase.h"
#include "dialects/sinter/Contraction.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

using namespace mlir;

namespace sinter::compiler {

namespace {
/// One row.
struct Layer {
  std::string name, shape;
  Place place;
  int64_t parameters = 0, flops = 0, bytes = 0;
};

/// Kernels of one entry, or of a step of a loop in it: what is started one after the other, and the
/// parts that start together. A loop counts as one.
struct Run {
  std::string entry;
  int64_t kernels = 0, parts = 0;
  int64_t steps = 0; ///< of a loop; 0: an entry; -1: known only when it ends
};

/// Everything that is printed.
struct Summary {
  std::string model, entry, target;
  std::vector<Layer> layers;
  std::vector<Run> runs = {};
  int64_t parameters = 0, parameterBytes = 0, arenaBytes = 0;
};
} // namespace

/// Multiply-adds that borders leave count 2, an element of any other op 1, data movement 0; of
/// bodies the larger one, as often as it runs where that is known.
static int64_t countFlops(Operation *op) {
  if (auto control = dyn_cast<ir::ControlOpInterface>(op)) {
    int64_t most = 0;
    for (Region &body : op->getRegions()) {
      int64_t here = 0;
      for (Operation &inside : body.front())
        here += countFlops(&inside);
      most = std::max(most, here);
    }
    return most * control.getTripCount().value_or(1);
  }
  if (auto contraction = dyn_cast<ir::ContractionOpInterface>(op))
    return 2 * kernel::countTerms(ir::getContraction(contraction));
  auto map = dyn_cast<ir::MapOpInterface>(op);
  if (!map)
    return 0;
  int64_t points = 1;
  for (int64_t size : map.getMapDomain())
    points *= size;
  // Elementwise and reducing ops read where they write or reduce; the others only move elements.
  bool moves = map.getInnerDims().empty() && op->getNumOperands() == 1 &&
               !map.getOperandAccess(0).isIdentity() &&
               op->getOperand(0).getType() != op->getResult(0).getType();
  return moves ? 0 : points;
}

/// What kind of entry is shown, best first.
static constexpr kernel::EntryKind kShown[] = {kernel::EntryKind::Predict, kernel::EntryKind::Eval,
                                               kernel::EntryKind::Train};

static ir::EntryOp chooseEntry(ModuleOp module) {
  for (kernel::EntryKind kind : kShown)
    for (auto entry : module.getOps<ir::EntryOp>())
      if (entry.getKind() == kind)
        return entry;
  return {};
}

static std::string nameOf(Operation &op) {
  auto name = dyn_cast<NameLoc>(op.getLoc());
  return name ? name.getName().str() : op.getName().stripDialect().str();
}

static std::vector<Layer> listLayers(ModuleOp module, ir::EntryOp entry) {
  std::vector<Layer> layers;
  SymbolTable symbols(module);
  llvm::StringSet<> counted;
  for (Operation &op : entry.getBody().front()) {
    if (isa<ir::ReturnOp>(op) || op.getNumResults() == 0)
      continue;
    std::string name = nameOf(op);
    Place place = getPlace(op.getLoc());
    if (layers.empty() || layers.back().name != name || layers.back().place.line != place.line)
      layers.push_back({name, "", place});
    Layer &layer = layers.back();
    layer.flops += countFlops(&op);
    auto type = cast<RankedTensorType>(op.getResult(0).getType());
    if (auto get = dyn_cast<ir::GetOp>(op)) {
      auto symbol = symbols.lookup<ir::SymbolOp>(get.getSymbol());
      if (symbol && symbol.getKind() == ir::SymbolKind::Parameter &&
          counted.insert(get.getSymbol()).second)
        layer.parameters += type.getNumElements();
      continue;
    }
    layer.shape = rules::toString(ir::toRule(type));
    if (!isa<ir::ViewOpInterface>(op))
      layer.bytes = kernel::getBytes(type);
  }
  return layers;
}

/// `symbol` itself, or the symbols that a form is made of.
static SmallVector<ir::SymbolOp> listSources(Operation *symbol, SymbolTable &symbols) {
  SmallVector<ir::SymbolOp> found;
  llvm::SetVector<Operation *> stored;
  stored.insert(symbol);
  for (size_t i = 0; i < stored.size(); ++i)
    if (auto form = dyn_cast_or_null<ir::FormOp>(stored[i]))
      for (auto source : form.getSources().getAsRange<FlatSymbolRefAttr>())
        stored.insert(symbols.lookup(source.getAttr()));
    else if (auto plain = dyn_cast_or_null<ir::SymbolOp>(stored[i]))
      found.push_back(plain);
  return found;
}

/// The same of an entry that is planned already: a row a kernel.
static std::vector<Layer> listKernels(ModuleOp module, kernel::EntryOp entry) {
  std::vector<Layer> layers;
  SymbolTable symbols(module);
  llvm::StringSet<> counted;
  entry.walk([&](kernel::KernelOpInterface op) {
    auto out = op.getWrittenBuffers().front().getDefiningOp<kernel::BufferOp>();
    Layer layer{nameOf(*op), "", getPlace(op->getLoc())};
    layer.flops = op.getFlops();
    if (out) {
      kernel::BufferType type = out.getType();
      auto tensor = RankedTensorType::get(type.getShape(), type.getElementType());
      layer.shape = rules::toString(ir::toRule(tensor));
      layer.bytes = kernel::getBytes(tensor);
    }
    for (Value read : op.getReadBuffers()) {
      auto buffer = read.getDefiningOp<kernel::BufferOp>();
      Operation *symbol = buffer ? symbols.lookup(buffer.getBufferName()) : nullptr;
      for (ir::SymbolOp parameter : listSources(symbol, symbols))
        if (parameter.getKind() == ir::SymbolKind::Parameter &&
            counted.insert(parameter.getSymName()).second)
          layer.parameters += cast<RankedTensorType>(parameter.getType()).getNumElements();
    }
    layers.push_back(std::move(layer));
  });
  return layers;
}

static kernel::EntryOp choosePlanned(ModuleOp module) {
  SmallVector<kernel::EntryOp> entries = codegen::getPlannedEntries(module);
  for (kernel::EntryKind kind : kShown)
    for (kernel::EntryOp entry : entries)
      if (entry.getKind() == kind)
        return entry;
  return {};
}

static std::string withUnit(int64_t value) {
  if (value >= 10'000'000)
    return llvm::formatv("{0:f1}M", value / 1e6).str();
  if (value >= 10'000)
    return llvm::formatv("{0:f1}k", value / 1e3).str();
  return std::to_string(value);
}

/// The list of an entry or of a loop's step, then the loops in it.
static void listRuns(Block &list, Run run, std::vector<Run> &runs) {
  std::vector<kernel::LoopOp> loops;
  std::function<void(Block &)> count = [&](Block &block) {
    for (Operation &op : block) {
      run.kernels += kernel::isWork(&op);
      run.parts += isa<kernel::KernelOpInterface>(op);
      if (auto launch = dyn_cast<kernel::LaunchOp>(op))
        launch.walk([&](kernel::KernelOpInterface) { ++run.parts; });
      else if (auto loop = dyn_cast<kernel::LoopOp>(op))
        loops.push_back(loop);
      else if (isa<kernel::IfOp>(op))
        for (Region &region : op.getRegions())
          if (!region.empty())
            count(region.front());
    }
  };
  count(list);
  runs.push_back(run);
  for (kernel::LoopOp loop : loops)
    listRuns(loop.getBody().front(),
             {run.entry, 0, 0, loop.getTrip() ? static_cast<int64_t>(*loop.getTrip()) : -1}, runs);
}

static std::vector<Run> listRuns(ModuleOp module) {
  std::vector<Run> runs;
  for (kernel::EntryOp entry : codegen::getPlannedEntries(module))
    listRuns(entry.getBody().front(), {entry.getSymName().str()}, runs);
  return runs;
}

static void printTable(const Summary &summary) {
  llvm::outs() << llvm::formatv("model {0}, entry {1}, target {2}\n\n", summary.model,
                                summary.entry, summary.target)
               << llvm::formatv("{0,-26} {1,-20} {2,10} {3,10} {4,10}  line\n", "layer", "shape",
                                "parameters", "flops", "bytes");
  int64_t flops = 0;
  for (const Layer &layer : summary.layers) {
    flops += layer.flops;
    std::string line =
        layer.place.line ? layer.place.file + ":" + std::to_string(layer.place.line) : "";
    llvm::outs() << llvm::formatv("{0,-26} {1,-20} {2,10} {3,10} {4,10}  {5}\n", layer.name,
                                  layer.shape, layer.parameters, withUnit(layer.flops),
                                  withUnit(layer.bytes), line);
  }
  llvm::outs() << llvm::formatv(
      "\nparameters: {0} ({1} bytes); flops of a run: {2}; memory of a trainer: {3} bytes\n",
      summary.parameters, summary.parameterBytes, withUnit(flops), summary.arenaBytes);
  llvm::outs() << llvm::formatv("\n{0,-26} {1,8} {2,6}\n", "kernels of a run", "kernels", "parts");
  for (const Run &run : summary.runs) {
    std::string name = run.steps == 0  ? run.entry
                       : run.steps < 0 ? "  each step of a loop"
                                       : "  each of " + std::to_string(run.steps) + " steps";
    llvm::outs() << llvm::formatv("{0,-26} {1,8} {2,6}\n", name, run.kernels, run.parts);
  }
}

static void printJson(const Summary &summary) {
  llvm::json::Array layers;
  for (const Layer &layer : summary.layers)
    layers.push_back(llvm::json::Object{{"name", layer.name},
                                        {"shape", layer.shape},
                                        {"parameters", layer.parameters},
                                        {"flops", layer.flops},
                                        {"bytes", layer.bytes},
                                        {"file", layer.place.file},
                                        {"line", int64_t(layer.place.line)}});
  llvm::json::Array runs;
  for (const Run &run : summary.runs) {
    llvm::json::Object object{{"entry", run.entry}, {"kernels", run.kernels}, {"parts", run.parts}};
    if (run.steps)
      object["steps"] = run.steps > 0 ? llvm::json::Value(run.steps) : llvm::json::Value(nullptr);
    runs.push_back(std::move(object));
  }
  llvm::json::Object object{{"model", summary.model},
                            {"entry", summary.entry},
                            {"target", summary.target},
                            {"layers", std::move(layers)},
                            {"parameters", summary.parameters},
                            {"parameter_bytes", summary.parameterBytes},
                            {"arena_bytes", summary.arenaBytes},
                            {"kernels", std::move(runs)}};
  llvm::outs() << llvm::json::Value(std::move(object)) << "\n";
}

int runInfo(const Options &options) {
  Session session(options);
  if (int code = session.load())
    return code;
  ModuleOp module = session.getModule();
  Summary summary{session.getName(), "", session.getTarget().getName().str(), {}};
  if (ir::EntryOp entry = chooseEntry(module)) {
    summary.entry = entry.getSymName().str();
    summary.layers = listLayers(module, entry);
  } else if (kernel::EntryOp planned = choosePlanned(module)) {
    summary.entry = planned.getSymName().str();
    summary.layers = listKernels(module, planned);
  } else {
    return session.reporter.error(Wrong, "info expects a model with entries, got none", "E1103");
  }
  for (auto symbol : module.getOps<ir::SymbolOp>())
    if (symbol.getKind() == ir::SymbolKind::Parameter) {
      auto type = cast<RankedTensorType>(symbol.getType());
      summary.parameters += type.getNumElements();
      summary.parameterBytes += kernel::getBytes(type);
    }
  if (getStage(module) < Stage::Planned)
    if (int code = session.runTo(Stage::Planned))
      return code;
  codegen::HostModule host = codegen::describeModule(module, codegen::getPlannedEntries(module));
  for (int64_t size : host.getSegmentBytes())
    summary.arenaBytes += size;
  summary.runs = listRuns(module);
  options.json ? printJson(summary) : printTable(summary);
  return Done;
}

} // namespace sinter::compiler
