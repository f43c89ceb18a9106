//===- Fold.cpp - elementwise work on splat constants -----------------------------------------===//
//
// Builds an op's scalar code on constants in a scratch block and lets arith fold it. Anything but
// arith ops (math functions, indices, random numbers) stays for run time, so compile-time and
// run-time bits can not differ.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/Passes.h"
#include "passes/Regions.h"
#include "passes/fuse/Domain.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::passes;

namespace sinter::passes {
#define GEN_PASS_DEF_FOLD
#include "passes/Passes.h.inc"
} // namespace sinter::passes

/// The value of scalar code made of foldable arith ops; null when it does not fold.
static TypedAttr evaluate(Value scalar, llvm::DenseMap<Value, TypedAttr> &known) {
  if (TypedAttr value = known.lookup(scalar))
    return value;
  Operation *op = scalar.getDefiningOp();
  if (!op || op->getDialect()->getNamespace() != arith::ArithDialect::getDialectNamespace())
    return {};
  SmallVector<Attribute> operands;
  for (Value operand : op->getOperands()) {
    TypedAttr value = evaluate(operand, known);
    if (!value)
      return {};
    operands.push_back(value);
  }
  SmallVector<OpFoldResult> folded;
  if (failed(op->fold(operands, folded)) || folded.size() != 1)
    return {};
  TypedAttr value;
  if (auto attr = dyn_cast<Attribute>(folded[0]))
    value = dyn_cast<TypedAttr>(attr);
  else
    value = evaluate(cast<Value>(folded[0]), known);
  if (value)
    known[scalar] = value;
  return value;
}

/// Replaces `op` by a constant when its operands and its scalar code allow it.
static void foldOp(Operation *op) {
  auto map = dyn_cast<ir::MapOpInterface>(op);
  if (!map || !map.getInnerDims().empty() || map.readsPadded() || !map.getIndexOperands().empty() ||
      op->getNumResults() != 1 || op->getNumOperands() == 0)
    return;
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  Block scratch;
  OpBuilder builder(op->getContext());
  builder.setInsertionPointToEnd(&scratch);
  llvm::DenseMap<Value, TypedAttr> known;
  SmallVector<Value> operands, results;
  for (Value operand : op->getOperands()) {
    DenseElementsAttr constant = getSplatConstant(operand);
    if (!constant)
      return;
    auto value = cast<TypedAttr>(constant.getSplatValue<Attribute>());
    operands.push_back(scratch.addArgument(value.getType(), op->getLoc()));
    known[operands.back()] = value;
  }
  map.buildBody(builder, op->getLoc(), operands, results);
  TypedAttr value = results.size() == 1 ? evaluate(results[0], known) : TypedAttr();
  if (!value || value.getType() != type.getElementType())
    return;
  OpBuilder at(op);
  Operation *constant = op->getDialect()->materializeConstant(
      at, DenseElementsAttr::get(type, Attribute(value)), type, op->getLoc());
  if (!constant)
    return;
  op->getResult(0).replaceAllUsesWith(constant->getResult(0));
  op->erase();
}

struct Fold : sinter::passes::impl::FoldBase<Fold> {
  void runOnOperation() override {
    for (Operation *body : getBodies(getOperation()))
      for (Block *block : getBlocks(body))
        for (Operation &op : llvm::make_early_inc_range(*block))
          foldOp(&op);
  }
};
