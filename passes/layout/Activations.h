//===- Activations.h - how values of three axes and more lie ----------------------------------===//
//
// Values of three axes and more that elementwise work connects are a region and take one form:
// row-major, or 16 neighbours side by side along a dim that a contraction around the region can
// have on its lanes. Invariant: borders of an entry stay row-major, and values that become
// parameters follow those. Reading on: AssignLayouts.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_PASSES_LAYOUT_ACTIVATIONS_H
#define SINTER_PASSES_LAYOUT_ACTIVATIONS_H

#include "passes/layout/Rewrite.h"

namespace sinter::passes {

/// Neighbours of a blocked dim; the canonical lanes of D1, whatever the hardware's vectors.
inline constexpr int64_t kActivationBlock = 16;

/// [dims in order, `dim` divided by 16][16 of `dim`].
kernel::LayoutAttr makeBlocks(mlir::MLIRContext *context, unsigned rank, unsigned dim);

/// Chooses the forms of each entry's regions by the cost of all its contractions and of conversions
/// to row-major order, sets `plan.values`, and the layouts of the contractions' accesses.
void planActivations(mlir::ModuleOp module, kernel::TargetInterface target,
                     std::vector<PlacedContraction> &contractions, AdaptCost adapt,
                     LayoutPlan &plan);

} // namespace sinter::passes

#endif
