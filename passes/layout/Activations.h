//===- Activations.h - how values with image axes lie -----------------------------------------===//
//
// Entry by entry one form is chosen for all values of three axes and more (batch, channels,
// positions): row-major, 16 neighbours of the batch side by side, or 16 channels. Invariant:
// borders of an entry stay row-major, and values that become parameters follow those. Reading on:
// AssignLayouts.cpp.
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

/// Chooses the form of each entry's activations by the cost of all its contractions, sets
/// `plan.values`, and the layouts of the contractions' accesses.
void planActivations(mlir::ModuleOp module, kernel::TargetAttr target,
                     std::vector<PlacedContraction> &contractions, AdaptCost adapt,
                     LayoutPlan &plan);

} // namespace sinter::passes

#endif
