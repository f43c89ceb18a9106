//===- Body.cpp - clones kernel code as scalars or vectors ------------------------------------===//
//
// See Body.h. Values are made on demand, so a phase of a row computes only what it needs.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Body.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

Type BodyEmitter::typeOf(Type scalar) const {
  return lanes ? Type(VectorType::get({lanes}, scalar)) : scalar;
}

Value BodyEmitter::get(Value bodyValue) {
  auto found = values.find(bodyValue);
  Value value;
  if (found != values.end())
    value = found->second;
  else if (auto blockArgument = dyn_cast<BlockArgument>(bodyValue))
    value = argument(blockArgument);
  else
    value = emit(bodyValue.getDefiningOp());
  if (lanes && !isa<VectorType>(value.getType()))
    value = vector::BroadcastOp::create(k.b, k.loc, typeOf(value.getType()), value);
  return values[bodyValue] = value;
}

Value BodyEmitter::emitIndex(kernel::IndexOp op) {
  int64_t dim = op.getDim();
  Type element = op.getType();
  Value index = indexOf ? indexOf(dim) : point[dim];
  Type wide = isa<IntegerType>(element) ? element : k.b.getI64Type();
  Value value =
      element.isIndex() ? index : arith::IndexCastOp::create(k.b, k.loc, wide, index).getResult();
  if (lanes) {
    auto type = VectorType::get({lanes}, value.getType());
    value = vector::BroadcastOp::create(k.b, k.loc, type, value);
    if (dim == lanesDim) {
      SmallVector<Attribute> steps;
      for (int64_t i = 0; i < lanes; ++i)
        steps.push_back(k.b.getIntegerAttr(type.getElementType(), i));
      value =
          arith::AddIOp::create(k.b, k.loc, value, k.constant(DenseElementsAttr::get(type, steps)));
    }
  }
  return isa<FloatType>(element)
             ? arith::SIToFPOp::create(k.b, k.loc, typeOf(element), value).getResult()
             : value;
}

Value BodyEmitter::emit(Operation *op) {
  if (auto index = dyn_cast<kernel::IndexOp>(op))
    return emitIndex(index);
  if (auto philox = dyn_cast<kernel::PhiloxOp>(op))
    return emitPhilox(k, get(philox.getSeed()), get(philox.getStep()), get(philox.getElement()),
                      philox.getStream(), typeOf(philox.getType()));
  if (op->hasTrait<OpTrait::ConstantLike>()) // broadcast by get()
    return k.b.clone(*op)->getResult(0);
  SmallVector<Value> operands;
  for (Value operand : op->getOperands())
    operands.push_back(get(operand));
  if (Value own = expandMath(k, op, operands))
    return own;
  OperationState state(op->getLoc(), op->getName());
  state.addOperands(operands);
  state.addAttributes(op->getAttrs());
  if (op->getPropertiesStorage())
    state.propertiesAttr = op->getPropertiesAsAttribute();
  for (Type type : op->getResultTypes())
    state.addTypes(typeOf(type));
  return k.b.create(state)->getResult(0);
}
