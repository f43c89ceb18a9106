//===- Support.cpp - helpers shared by op families --------------------------------------------===//
//
// See Support.h. Invariant: no shape rule is written here; verdicts come from dialects/rules.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/Sinter.h"

using namespace mlir;

namespace sinter::ir {

static rules::ElementType elementToRule(Type type) {
  using E = rules::ElementType;
  if (type.isF32())
    return E::F32;
  if (type.isF64())
    return E::F64;
  if (type.isBF16())
    return E::BF16;
  if (type.isF16())
    return E::F16;
  if (type.isInteger(1))
    return E::Bool;
  if (type.isInteger(8))
    return E::U8;
  if (type.isInteger(32))
    return E::I32;
  if (type.isInteger(64))
    return E::I64;
  return E::Invalid;
}

rules::Type toRule(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return {elementToRule(tensor.getElementType()), tensor.getShape().vec()};
}

Type fromRule(rules::ElementType element, MLIRContext *context) {
  Builder b(context);
  switch (element) {
  case rules::ElementType::F32:
    return b.getF32Type();
  case rules::ElementType::F64:
    return b.getF64Type();
  case rules::ElementType::BF16:
    return b.getBF16Type();
  case rules::ElementType::F16:
    return b.getF16Type();
  case rules::ElementType::I32:
    return b.getI32Type();
  case rules::ElementType::I64:
    return b.getI64Type();
  case rules::ElementType::U8:
    return b.getI8Type();
  case rules::ElementType::Bool:
    return b.getI1Type();
  case rules::ElementType::Invalid:
    break;
  }
  return b.getNoneType();
}

RankedTensorType fromRule(const rules::Type &type, MLIRContext *context) {
  return RankedTensorType::get(type.dims, fromRule(type.element, context));
}

std::vector<rules::Type> operandRules(Operation *op) {
  std::vector<rules::Type> types;
  for (Type type : op->getOperandTypes())
    types.push_back(toRule(type));
  return types;
}

LogicalResult verifyRule(Operation *op, const rules::Result<std::vector<rules::Type>> &rule) {
  if (!rule)
    return op->emitOpError() << rule.error().message << " [" << rule.error().code << "]";
  if (rule->size() != op->getNumResults())
    return op->emitOpError() << "expects " << rule->size() << " results, got "
                             << op->getNumResults();
  for (auto [expected, got] : llvm::zip(*rule, op->getResultTypes()))
    if (!(expected == toRule(got)))
      return op->emitOpError() << "expects result type " << rules::toString(expected) << ", got "
                               << rules::toString(toRule(got));
  return success();
}

LogicalResult verifyStored(Operation *op, Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape())
    return op->emitOpError() << "expects tensors of static shape, got " << type << " [E0104]";
  if (rules::Result<rules::Type> valid = rules::validated(toRule(type)); !valid)
    return op->emitOpError() << valid.error().message << " [" << valid.error().code << "]";
  if (!tensor.getEncoding())
    return success();
  auto layout = dyn_cast<kernel::LayoutAttr>(tensor.getEncoding());
  if (!layout || int64_t(layout.getPerm().size()) != tensor.getRank())
    return op->emitOpError() << "expects an encoding #kernel.layout of rank " << tensor.getRank()
                             << ", got " << tensor.getEncoding();
  if (kernel::getStoredBytes(tensor.getShape(), rules::byteSize(toRule(type).element), layout))
    return success();
  return op->emitOpError()
         << "expects a layout in which the tensor takes fewer than 2^63 bytes, got " << type;
}

LogicalResult verifyLayouts(Operation *op) {
  auto check = [&](Type type) { return succeeded(verifyStored(op, type)); };
  return success(llvm::all_of(op->getOperandTypes(), check) &&
                 llvm::all_of(op->getResultTypes(), check));
}

rules::Result<std::vector<rules::Type>> listTypes(const rules::Result<rules::Type> &rule) {
  if (!rule)
    return rule.error();
  return std::vector<rules::Type>{*rule};
}

LogicalResult verifyRule(Operation *op, const rules::Result<rules::Type> &rule) {
  return verifyRule(op, listTypes(rule));
}

ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

AffineMap getBroadcastAccess(Operation *op, unsigned i) {
  MLIRContext *context = op->getContext();
  size_t rank = shapeOf(op->getResult(0)).size();
  ArrayRef<int64_t> shape = shapeOf(op->getOperand(i));
  SmallVector<AffineExpr> index;
  for (auto [axis, size] : llvm::enumerate(shape))
    index.push_back(size == 1 ? getAffineConstantExpr(0, context)
                              : getAffineDimExpr(axis + rank - shape.size(), context));
  return AffineMap::get(rank, 0, index, context);
}

AffineMap getIdentityAccess(size_t rank, MLIRContext *context) {
  return AffineMap::getMultiDimIdentityMap(rank, context);
}
AffineMap getIdentityAccess(Operation *op) {
  return getIdentityAccess(shapeOf(op->getResult(0)).size(), op->getContext());
}

AffineMap getReducedAccess(size_t rank, ArrayRef<int64_t> axes, bool keepdims,
                           MLIRContext *context) {
  SmallVector<AffineExpr> index;
  for (size_t dim = 0; dim < rank; ++dim) {
    if (!llvm::is_contained(axes, int64_t(dim)))
      index.push_back(getAffineDimExpr(dim, context));
    else if (keepdims)
      index.push_back(getAffineConstantExpr(0, context));
  }
  return AffineMap::get(rank, 0, index, context);
}

/// The NumPy shape of the operands, with `narrow` in the place of operand `index`, which is it
/// stretched: so they still broadcast.
static std::vector<int64_t> broadcastOf(Operation *op, unsigned index, Value narrow) {
  std::vector<int64_t> shape;
  for (auto [i, operand] : llvm::enumerate(op->getOperands()))
    shape = *rules::broadcastShapes(shape, shapeOf(i == index ? narrow : operand).vec());
  return shape;
}

LogicalResult dropBroadcasts(Operation *op, PatternRewriter &rewriter) {
  bool changed = false;
  for (OpOperand &operand : op->getOpOperands()) {
    auto stretch = operand.get().getDefiningOp<BroadcastToOp>();
    if (!stretch || broadcastOf(op, operand.getOperandNumber(), stretch.getInput()) !=
                        shapeOf(op->getResult(0)).vec())
      continue;
    rewriter.modifyOpInPlace(op, [&] { operand.set(stretch.getInput()); });
    changed = true;
  }
  return success(changed);
}

OpFoldResult foldNoAxes(Operation *op, ArrayRef<int64_t> axes) {
  Value input = op->getOperand(0);
  return axes.empty() && input.getType() == op->getResult(0).getType() ? OpFoldResult(input)
                                                                       : OpFoldResult();
}

bool keepsDims(Operation *op) {
  auto keep = op->getAttrOfType<BoolAttr>("keepdims");
  return keep && keep.getValue();
}

} // namespace sinter::ir
