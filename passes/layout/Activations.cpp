//===- Activations.cpp - how values with image axes lie ---------------------------------------===//
//
// See Activations.h. All three forms are tried on a whole entry: each contraction takes its best
// lanes under the form, and pays for what lies otherwise. Kernels of elementwise work follow any
// form, so they have no say.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/layout/Activations.h"

#include "passes/fuse/Outline.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace sinter::passes {

kernel::LayoutAttr makeBlocks(MLIRContext *context, unsigned rank, unsigned dim) {
  SmallVector<int64_t> perm = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  return kernel::LayoutAttr::get(context, perm, {static_cast<int64_t>(dim)}, {kActivationBlock});
}

static bool isUpdate(Value value) { return !getUpdatedSymbols(value).empty(); }

/// A parameter's new value, or its gradient on the way to the update.
static bool becomesParameter(Value value) {
  auto shape = cast<RankedTensorType>(value.getType()).getShape();
  return isUpdate(value) || llvm::any_of(value.getUsers(), [&](Operation *user) {
           auto fused = dyn_cast<ir::FusedOp>(user);
           return fused && fused.getKind() == ir::FusedKind::Map &&
                  llvm::any_of(fused.getResults(), [&](Value result) {
                    return cast<RankedTensorType>(result.getType()).getShape() == shape &&
                           isUpdate(result);
                  });
         });
}

/// Sums over positions, [n, c]: what one kernel leaves for the next.
static bool isSumOfActivation(Value value) {
  auto fused = value.getDefiningOp<ir::FusedOp>();
  if (!fused || cast<RankedTensorType>(value.getType()).getRank() != 2 || isUpdate(value))
    return false;
  Operation *maker = fused.getBody()
                         .front()
                         .getTerminator()
                         ->getOperand(cast<OpResult>(value).getResultNumber())
                         .getDefiningOp();
  auto map = dyn_cast_or_null<ir::MapOpInterface>(maker);
  return map && map.isPlainSum() && map.getMapDomain().size() == 4;
}

/// Loops read and write their stacks and states row-major: slot t is a piece of memory; streams
/// and prefixes go along rows.
static bool isReadRowMajor(Value value) {
  return llvm::any_of(
      value.getUsers(),
      llvm::IsaPred<ir::ControlOpInterface, ir::StreamOpInterface, ir::RowOpInterface>);
}

static bool isActivation(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return type.getRank() >= 3 && value.getDefiningOp<ir::FusedOp>() && !becomesParameter(value) &&
         !isReadRowMajor(value);
}

namespace {
/// One entry under decision.
struct Entry {
  ir::EntryOp op;
  SmallVector<PlacedContraction *> contractions;
  SmallVector<Value> values;

  /// The form with `dim` in blocks; row-major for -1, and where blocks would be padding for the
  /// most part.
  kernel::LayoutAttr formOf(Value value, int64_t dim) const {
    auto type = cast<RankedTensorType>(value.getType());
    return dim < 0 || 2 * type.getDimSize(dim) <= kActivationBlock
               ? kernel::LayoutAttr()
               : makeBlocks(value.getContext(), type.getRank(), dim);
  }

  void setLayouts(PlacedContraction &c, int64_t dim) const {
    auto set = [&](kernel::ContractAccess &access, Value value) {
      if (llvm::is_contained(values, value))
        access.layout = formOf(value, dim);
    };
    for (auto [factor, value] : llvm::zip_equal(c.contraction.factors, c.operands))
      set(factor, value);
    for (auto [extra, value] : llvm::zip_equal(c.contraction.extras, c.extras))
      set(extra, value);
    for (auto [result, value] : llvm::zip_equal(c.contraction.results, c.fused.getResults()))
      set(result, value);
  }
};
} // namespace

static void planEntry(Entry &entry, kernel::TargetAttr target, AdaptCost adapt, LayoutPlan &plan) {
  std::string record;
  int64_t chosen = -1;
  double best = 0;
  for (int64_t dim : {-1, 0, 1}) {
    double cycles = 0;
    for (PlacedContraction *c : entry.contractions) {
      entry.setLayouts(*c, dim);
      cycles += chooseLanes(*c, target, adapt);
    }
    StringRef name = dim < 0    ? "row-major"
                     : dim == 0 ? "batch in blocks of 16"
                                : "channels in blocks of 16";
    record += llvm::formatv("{0}{1}: {2} cycles", record.empty() ? "activations " : ", ", name,
                            static_cast<int64_t>(cycles))
                  .str();
    if (dim < 0 || cycles < best) {
      best = cycles;
      chosen = dim;
    }
  }
  for (PlacedContraction *c : entry.contractions)
    entry.setLayouts(*c, chosen);
  if (chosen >= 0)
    for (Value value : entry.values)
      if (kernel::LayoutAttr form = entry.formOf(value, chosen))
        plan.values[value] = form;
  if (chosen == 0) // lanes of the batch write sums beside each other
    for (auto fused : entry.op.getBody().front().getOps<ir::FusedOp>())
      for (Value value : fused.getResults())
        if (isSumOfActivation(value))
          plan.values[value] = kernel::LayoutAttr::get(value.getContext(), {1, 0}, {}, {});
  plan.notes[entry.op] = record;
}

void planActivations(ModuleOp module, kernel::TargetAttr target,
                     std::vector<PlacedContraction> &contractions, AdaptCost adapt,
                     LayoutPlan &plan) {
  for (auto op : module.getOps<ir::EntryOp>()) {
    Entry entry{op, {}, {}};
    for (auto fused : op.getBody().front().getOps<ir::FusedOp>())
      llvm::copy_if(fused.getResults(), std::back_inserter(entry.values), isActivation);
    for (PlacedContraction &c : contractions)
      if (c.fused->getParentOp() == op && (llvm::any_of(c.operands, [&](Value v) {
            return cast<RankedTensorType>(v.getType()).getRank() >= 3;
          })))
        entry.contractions.push_back(&c);
    if (!entry.contractions.empty() && !entry.values.empty())
      planEntry(entry, target, adapt, plan);
  }
}

} // namespace sinter::passes
