//===- LayoutConstraints.h - what contractions ask of layouts ---------------------------------===//
//
// A contraction keeps one parallel dim on the vector lanes. The operand that this dim indexes is
// the vector operand and wants its neighbours along the dim side by side, in panels [dim /
// by][rest][by]; the other operand is broadcast, an element at a time, and wants row-major order.
// Reading on: AssignLayouts.cpp (who weighs the demands).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_PASSES_LAYOUT_LAYOUTCONSTRAINTS_H
#define SINTER_PASSES_LAYOUT_LAYOUTCONSTRAINTS_H

#include "dialects/kernel/contract/Contraction.h"
#include "dialects/sinter/Contraction.h"

namespace sinter::passes {

/// One contraction of the module and what was decided for it.
struct PlacedContraction {
  ir::FusedOp fused;
  ir::ContractionOpInterface root;
  kernel::Contraction contraction;             ///< layouts as known so far
  mlir::Value operands[2];                     ///< its factors, outside the fused op
  llvm::SmallVector<mlir::Value> extras;       ///< those of its epilogue, the same
  llvm::SmallVector<mlir::StringAttr> updates; ///< symbols that its results update
  double cycles = 0;  ///< of the best lanes, without what reading its operands so costs
  int64_t lanes = -1; ///< domain dim on the lanes; of a sum in canonical lanes a reduced one
  /// How each operand is to lie: null: as it comes. An operand on the lanes has neighbours along
  /// them side by side.
  kernel::LayoutAttr wanted[2];
  std::string alternatives; ///< "dim 1: 83000 cycles, dim 0: 250000 cycles"
};

/// Adds all contractions of all entries (forms follow what these ask for) to `found`, in order.
/// Fails, with a diagnostic, when a fused op holds what one kernel cannot compute: text that was
/// edited.
llvm::LogicalResult collectContractions(mlir::ModuleOp module,
                                        std::vector<PlacedContraction> &found);

/// The symbol or form that `value` is the entry value of, also as a capture of a body; null
/// otherwise.
ir::StoredOpInterface getSymbolOf(mlir::Value value, mlir::SymbolTable &symbols);

/// Of a value in memory; the truth values of bool have a byte each.
int64_t getBytes(mlir::Value value);

/// Panels along `dim`: [dim / by][others in the order in which the domain runs over them][by].
kernel::LayoutAttr makePanels(mlir::AffineMap access, unsigned dim, int64_t by);

/// Index position that moves by one with domain dim `dim`, alone; -1 when there is none.
int64_t getUnitPosition(mlir::AffineMap map, int64_t dim);

/// How far index `position` runs on with `dim` before another dim moves it: the largest divisor of
/// what others add (groups of channels: the channels of one); nothing when no other does.
std::optional<int64_t> getRun(mlir::AffineMap map, int64_t position, int64_t dim);

/// Extra cycles of reading operand `operand` with domain dim `lanes` side by side, given where it
/// lies.
using AdaptCost = llvm::function_ref<double(const PlacedContraction &, int operand, int64_t lanes)>;

/// Sets cycles, lanes, wanted and alternatives by the cost model; returns the cycles.
double chooseLanes(PlacedContraction &contraction, kernel::TargetInterface target, AdaptCost adapt);

} // namespace sinter::passes

#endif
