//===- Steps.h - scans that read, give and save more ------------------------------------------===//
//
// What gradients and batch-steps do to a scan: a further input or output, and the stack of what its
// steps got as a carried value. Reading on: graph/BatchSteps.cpp, gradient/Control.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_PASSES_GRAPH_STEPS_H
#define SINTER_PASSES_GRAPH_STEPS_H

#include "dialects/sinter/GradBuilder.h"

namespace sinter::passes {

/// Slice t of `stack` inside the body of `op`, as a further stacked input.
mlir::Value addStacked(ir::ScanOp op, mlir::Value stack);
/// `value` inside `body`, one of the op's, as a capture; an equal capture serves.
mlir::Value addCapture(ir::ControlOpInterface op, mlir::Region &body, mlir::Value value);
/// `value` inside the blocks around `user`, captured by all ops with bodies between.
mlir::Value captureInto(mlir::Value value, mlir::Block *user);
/// What `value` is outside of all bodies that only capture it.
mlir::Value resolveCaptures(mlir::Value value);

/// Replaces `op` by a scan that also gives the stacks of `values`, which its body makes; the old op
/// stays, without uses and without a body.
ir::ScanOp addOutputs(mlir::OpBuilder &builder, ir::ScanOp op, llvm::ArrayRef<mlir::Value> values);
/// Number of the result that is the stack of `value`; of the results there are when there is none.
unsigned findOutput(ir::ScanOp op, mlir::Value value);
/// [length, …]: what carried value `i` was when each step began. `outs` is the stack of what the
/// steps left of it.
mlir::Value stackBefore(ir::GradBuilder &b, ir::ScanOp op, unsigned i, mlir::Value outs);

/// Erases what nobody reads.
void eraseDead(mlir::Block &block);
/// The same between two ops (`begin` null: from the block's start on), but for what makes `kept`.
void eraseDead(mlir::Operation *begin, mlir::Operation *end,
               const llvm::DenseSet<mlir::Value> &kept = {});

/// The type of a stack of `length` values of `type`.
mlir::RankedTensorType stackOf(mlir::Type type, int64_t length);

/// A sum of products, or work that reduces: dearer to do again than to store.
bool isDear(mlir::Operation *op);
/// A sum of products or a plain sum with a batching rule, seen through views: done for all steps at
/// once it is one sum for the whole loop.
bool isSumToBatch(mlir::Value value);

} // namespace sinter::passes

#endif
