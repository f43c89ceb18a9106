//===- Steps.cpp - scans that read, give and save more ----------------------------------------===//
//
// See Steps.h.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/graph/Steps.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace sinter::passes {

RankedTensorType stackOf(Type type, int64_t length) {
  auto tensor = cast<RankedTensorType>(type);
  SmallVector<int64_t> shape{length};
  llvm::append_range(shape, tensor.getShape());
  return RankedTensorType::get(shape, tensor.getElementType());
}

Value addStacked(ir::ScanOp op, Value stack) {
  auto type = cast<RankedTensorType>(stack.getType());
  unsigned at = op.getNumCarried() + op.getNumStacked();
  op->insertOperands(at, stack);
  op.setNumStacked(op.getNumStacked() + 1);
  return op.getBody().insertArgument(
      at + 1, RankedTensorType::get(type.getShape().drop_front(), type.getElementType()),
      stack.getLoc());
}

Value addCapture(ir::ControlOpInterface op, Region &body, Value value) {
  for (unsigned i = op.getFirstCapture(); i < op->getNumOperands(); ++i)
    if (op->getOperand(i) == value)
      return op.getBodyArgument(body, i);
  op->insertOperands(op->getNumOperands(), value);
  for (Region &region : op->getRegions())
    region.addArgument(value.getType(), value.getLoc());
  return body.getArguments().back();
}

Value captureInto(Value value, Block *user) {
  if (value.getParentBlock() == user)
    return value;
  auto op = cast<ir::ControlOpInterface>(user->getParentOp());
  return addCapture(op, *user->getParent(), captureInto(value, op->getBlock()));
}

Value resolveCaptures(Value value) {
  while (auto argument = dyn_cast<BlockArgument>(value)) {
    auto op = dyn_cast_or_null<ir::ControlOpInterface>(argument.getOwner()->getParentOp());
    if (!op)
      break;
    Value outside;
    for (unsigned i = op.getFirstCapture(); i < op->getNumOperands(); ++i)
      if (op.getBodyArgument(*argument.getParentRegion(), i) == argument)
        outside = op->getOperand(i);
    if (!outside)
      break;
    value = outside;
  }
  return value;
}

void eraseDead(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

void eraseDead(Operation *begin, Operation *end, const llvm::DenseSet<Value> &kept) {
  for (Operation *made = end->getPrevNode(); made != begin;) {
    Operation *before = made->getPrevNode();
    if (isOpTriviallyDead(made) &&
        llvm::none_of(made->getResults(), [&](Value v) { return kept.contains(v); }))
      made->erase();
    made = before;
  }
}

unsigned findOutput(ir::ScanOp op, Value value) {
  OperandRange yields = op.getBody().front().getTerminator()->getOperands();
  for (unsigned i = op.getNumCarried(); i < yields.size(); ++i)
    if (yields[i] == value)
      return i;
  return op->getNumResults();
}

ir::ScanOp addOutputs(OpBuilder &builder, ir::ScanOp op, ArrayRef<Value> values) {
  SmallVector<Type> types(op.getResultTypes());
  for (Value value : values)
    types.push_back(stackOf(value.getType(), op.getLength()));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(op);
  auto fresh =
      ir::ScanOp::create(builder, op.getLoc(), types, op.getNumCarried(), op.getNumStacked(),
                         op.getLength(), op.getReverse(), op.getStepwise(), op.getInputs());
  fresh->setDiscardableAttrs(op->getDiscardableAttrDictionary());
  fresh.getBody().takeBody(op.getBody());
  Operation *yield = fresh.getBody().front().getTerminator();
  yield->insertOperands(yield->getNumOperands(), values);
  for (auto [old, result] : llvm::zip(op.getResults(), fresh.getResults()))
    old.replaceAllUsesWith(result);
  return fresh;
}

Value stackBefore(ir::GradBuilder &b, ir::ScanOp op, unsigned i, Value outs) {
  Value init = op.getInputs()[i];
  SmallVector<int64_t> first(stackOf(init.getType(), 1).getShape()), limits(ir::shapeOf(outs)),
      starts(limits.size(), 0);
  Value start = b.reshape(init, first);
  if (op.getLength() == 1)
    return start;
  (op.getReverse() ? starts[0] : limits[0]) += op.getReverse() ? 1 : -1;
  Value later = b.slice(outs, starts, limits);
  return op.getReverse() ? b.concat({later, start}, 0) : b.concat({start, later}, 0);
}

bool isDear(Operation *op) {
  auto map = dyn_cast<ir::MapOpInterface>(op);
  return isa<ir::ContractionOpInterface, ir::ControlOpInterface>(op) ||
         (map && !map.getInnerDims().empty());
}

bool isSumToBatch(Value value) {
  Operation *op = value.getDefiningOp();
  while (op && isa<ir::ViewOpInterface>(op) && isa<ir::BatchingInterface>(op))
    op = op->getOperand(0).getDefiningOp();
  if (!op || !isa<ir::BatchingInterface>(op))
    return false;
  auto map = dyn_cast<ir::MapOpInterface>(op);
  return isa<ir::ContractionOpInterface>(op) || (map && map.isPlainSum());
}

} // namespace sinter::passes
