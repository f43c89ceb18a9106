//===- Fit.cpp - whether text is what it says of itself ---------------------------------------===//
//
// See Fit.h.
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/Fit.h"
#include "codegen/Targets.h"
#include "compiler/Pipeline.h"
#include "dialects/kernel/Cost.h"
#include "dialects/sinter/Sinter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace sinter::compiler {

static constexpr char kStage[] = "sinter.stage", kSizes[] = "sinter.segment_bytes",
                      kTarget[] = "kernel.target";

namespace {
/// Ops that stand in some stages only.
struct Habitat {
  bool (*holds)(Operation *op);
  Stage first, last;
};
} // namespace

/// Derivatives are gone behind `graph`.
static bool isDerivative(Operation *op) {
  return isa<ir::DerivativeOpInterface, ir::CustomGradientOp, ir::IndependentOp>(op);
}

/// Fusion leaves no such op by itself in what runs.
static bool isUnfused(Operation *op) {
  return isa<ir::MapOpInterface, ir::ContractionOpInterface>(op) &&
         isa_and_nonnull<ir::EntryOp, ir::ControlOpInterface>(op->getParentOp());
}

static constexpr Habitat kHabitats[] = {
    {[](Operation *op) { return isa<ir::EntryOp>(op); }, Stage::Graph, Stage::Layout},
    {isDerivative, Stage::Graph, Stage::Graph},
    {isUnfused, Stage::Graph, Stage::Gradient},
    {[](Operation *op) { return isa<kernel::EntryOp>(op); }, Stage::Planned, Stage::Llvm},
    {[](Operation *op) { return isa<func::FuncOp>(op); }, Stage::Loops, Stage::Loops},
    {[](Operation *op) { return isa<LLVM::LLVMFuncOp>(op); }, Stage::Llvm, Stage::Llvm},
};

/// An error that still lacks what the text holds instead.
static InFlightDiagnostic refuse(ModuleOp module, Location start) {
  bool said = module->hasAttr(kStage);
  return emitError(start) << "expects text of stage '" << getName(getStage(module)) << "', as "
                          << (said ? "sinter.stage says" : "it has no sinter.stage") << ", got ";
}

static LogicalResult checkStage(ModuleOp module, Location start) {
  Attribute said = module->getAttr(kStage);
  auto name = dyn_cast_or_null<StringAttr>(said);
  std::optional<Stage> found = name ? findStage(name) : std::nullopt;
  if (said && (!found || *found > Stage::Llvm)) {
    std::string known;
    for (const StageInfo &stage : getStages().drop_back())
      known += (known.empty() ? "" : " ") + stage.name.str();
    return emitError(start) << "expects sinter.stage to be the stage of the text (" << known
                            << "), got " << said << " [E1002]";
  }
  Stage stage = getStage(module);
  const Habitat *other = nullptr;
  Operation *stranger = nullptr;
  module->walk([&](Operation *op) {
    for (const Habitat &habitat : kHabitats)
      if (habitat.holds(op) && (stage < habitat.first || stage > habitat.last)) {
        other = &habitat;
        stranger = op;
        return WalkResult::interrupt();
      }
    return WalkResult::advance();
  });
  if (!stranger)
    return success();
  bool one = other->first == other->last;
  return refuse(module, start) << "'" << stranger->getName() << "', which stands in "
                               << (one ? "stage " : "stages ") << getName(other->first)
                               << (one ? "" : " to " + getName(other->last).str())
                               << " only; correct the text or its sinter.stage [E1002]";
}

/// Behind `planned` the entries are descriptions of functions that stand beside them.
static LogicalResult checkEntries(ModuleOp module, llvm::StringRef file, Location start) {
  bool functions = getStage(module) > Stage::Planned;
  ModuleOp host = codegen::findHostModule(module);
  SymbolTable symbols(host ? host : module);
  bool any = false;
  Operation *bare = nullptr;
  module->walk([&](Operation *op) {
    any |= isa<ir::EntryOp, kernel::EntryOp>(op);
    auto entry = dyn_cast<kernel::EntryOp>(op);
    if (entry && functions && !bare &&
        !isa_and_nonnull<func::FuncOp, LLVM::LLVMFuncOp>(symbols.lookup(entry.getSymName())))
      bare = op;
  });
  if (!any)
    return emitError(start) << "expects a module with entries, got none in '" << file
                            << "' [E1103]";
  if (bare)
    return refuse(module, start) << "no function for the entry @"
                                 << cast<kernel::EntryOp>(bare).getSymName()
                                 << "; correct the text or its sinter.stage [E1002]";
  if (functions && host && !symbols.lookup(codegen::kConstantsName))
    return refuse(module, start) << "no @" << codegen::kConstantsName << " in module @"
                                 << codegen::kHostModule << "; correct the text [E1002]";
  return success();
}

/// A plan gives each buffer a place and each segment its size, by which places are verified.
static LogicalResult checkPlan(ModuleOp module, Location start) {
  kernel::BufferOp any, unplaced;
  if (getStage(module) >= Stage::Planned)
    module->walk([&](kernel::BufferOp buffer) {
      if (buffer.getSegment() == kernel::Segment::Object)
        return;
      any = buffer;
      if (!buffer.getOffset() && !unplaced)
        unplaced = buffer;
    });
  if (unplaced)
    return emitError(unplaced.getLoc())
           << "expects a plan in which buffer '" << unplaced.getBufferName()
           << "' has an offset, got none [E1002]";
  Attribute sizes = module->getAttr(kSizes);
  if (!any || isa_and_nonnull<kernel::SegmentBytesAttr>(sizes))
    return success();
  InFlightDiagnostic error = emitError(start) << "expects the sizes of the plan's segments in "
                                              << kSizes << ", a #kernel.segment_bytes<…>, got ";
  if (sizes)
    error << sizes;
  else
    error << "none";
  return error << " [E1002]";
}

/// What stays from run to run lies in kernels, which place it (checkPlan), where the table of the
/// module says that it does.
static LogicalResult checkPlaces(ModuleOp module) {
  using kernel::Segment;
  if (getStage(module) < Stage::Planned)
    return success();
  SymbolTable symbols(module);
  WalkResult result = module->walk([&](kernel::BufferOp buffer) {
    if (!llvm::is_contained({Segment::Params, Segment::State, Segment::Scalars},
                            buffer.getSegment()))
      return WalkResult::advance();
    auto stored = symbols.lookup<ir::StoredOpInterface>(buffer.getBufferName());
    auto said = stored ? stored->getAttrOfType<IntegerAttr>("offset") : IntegerAttr();
    auto place = static_cast<int64_t>(*buffer.getOffset());
    if (!said || said.getInt() == place)
      return WalkResult::advance();
    emitError(buffer.getLoc()) << "expects buffer '" << buffer.getBufferName()
                               << "' at the offset of @" << buffer.getBufferName() << ", "
                               << said.getInt() << ", got " << place << " [E1002]";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

/// What LLVM is asked for is what the targets have, and kernels are walked as their machine can.
static LogicalResult checkTarget(ModuleOp module, Location start) {
  Attribute said = module->getAttr(kTarget);
  auto target = dyn_cast_or_null<kernel::TargetInterface>(said);
  if (said && !target)
    return emitError(start) << "expects " << kTarget
                            << " to be a #kernel.cpu_target<…> or a #kernel.gpu_target<…>, got "
                            << said << " [E1002]";
  if (target)
    if (std::string why = codegen::getTargetKind(target).check(target); !why.empty())
      return emitError(start) << "expects " << kTarget << " to have " << why << " [E1002]";
  target = kernel::getTarget(module);
  WalkResult result = module.walk([&](kernel::KernelOpInterface op) {
    auto schedule = op->getAttrOfType<kernel::ScheduleInterface>("schedule");
    if (!schedule || schedule.isFor(target))
      return WalkResult::advance();
    op->emitError("expects a schedule for the target '")
        << target.getName() << "', got " << schedule << " [E1002]";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

LogicalResult checkText(ModuleOp module, llvm::StringRef name) {
  Location start = FileLineColLoc::get(module.getContext(), name, 0, 0);
  if (failed(checkStage(module, start)) || failed(checkEntries(module, name, start)) ||
      failed(checkPlan(module, start)) || failed(checkPlaces(module)))
    return failure();
  return checkTarget(module, start);
}

} // namespace sinter::compiler
