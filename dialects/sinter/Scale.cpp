//===- Scale.cpp - scales of results become scales of weights ---------------------------------===//
//
// (sum of products) * s = sum of products with a weight that is scaled, when s varies along axes of
// the weight only: how batch norm in evaluation disappears into the layer before it (D17). An
// offset in between is scaled on its own. Reading on: Interfaces.td (ParameterFoldInterface),
// passes/graph/HoistForms.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/Sinter.h"
#include "sinter/rules/elementwise.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::ir;

/// The axis of `scale` that is not of size 1, counted in `rank` axes; -1: all are 1; nothing when
/// there are several.
static std::optional<int64_t> getOnlyAxis(Value scale, int64_t rank) {
  ArrayRef<int64_t> shape = shapeOf(scale);
  int64_t axis = -1, lead = rank - static_cast<int64_t>(shape.size());
  for (auto [d, size] : llvm::enumerate(shape)) {
    if (size == 1)
      continue;
    if (axis >= 0)
      return std::nullopt;
    axis = lead + static_cast<int64_t>(d);
  }
  return axis;
}

/// `scale` as a tensor of `rank` axes whose elements lie along `axis`.
static Value alongAxis(OpBuilder &b, Location loc, Value scale, int64_t rank, int64_t axis) {
  auto type = cast<RankedTensorType>(scale.getType());
  SmallVector<int64_t> shape(rank, 1);
  if (axis >= 0)
    shape[axis] = type.getNumElements();
  if (ArrayRef<int64_t>(shape) == type.getShape())
    return scale;
  return ReshapeOp::create(b, loc, RankedTensorType::get(shape, type.getElementType()), scale);
}

/// The sum of products with its weight scaled; null when the scale does not go along the weight.
static Value scaleWeight(OpBuilder &b, ContractionOpInterface sum, Value scale,
                         function_ref<bool(Value)> ofParameters, std::string &why) {
  int64_t rank = static_cast<int64_t>(shapeOf(sum->getResult(0)).size());
  std::optional<int64_t> axis = getOnlyAxis(scale, rank);
  for (unsigned i : {1u, 0u}) {
    Value weight = sum->getOperand(i);
    if (!axis || !ofParameters(weight))
      continue;
    int64_t at = -1;
    if (*axis >= 0) {
      AffineExpr along = sum.getResultAccess().getResult(*axis);
      auto *found = llvm::find(sum.getOperandAccess(i).getResults(), along);
      auto dim = dyn_cast<AffineDimExpr>(along);
      if (!dim || found == sum.getOperandAccess(i).getResults().end() ||
          sum.getOperandAccess(1 - i).isFunctionOfDim(dim.getPosition()))
        continue;
      at = found - sum.getOperandAccess(i).getResults().begin();
    }
    Location loc = sum->getLoc();
    Value factor = alongAxis(b, loc, scale, static_cast<int64_t>(shapeOf(weight).size()), at);
    Value scaled = MulOp::create(b, loc, weight.getType(), weight, factor);
    Operation *result = b.clone(*sum);
    result->setOperand(i, scaled);
    return result->getResult(0);
  }
  why = "the scale does not go along an axis of a weight";
  return {};
}

/// `value` times `scale`, with the scale in a weight below; offsets on the way are scaled on their
/// own: (x + o) * s = x * s + o * s. Null when there is no such weight.
static Value scaleBelow(OpBuilder &b, Value value, Value scale,
                        function_ref<bool(Value)> ofParameters, std::string &why) {
  Operation *maker = value.getDefiningOp();
  if (!maker || ofParameters(value))
    return {};
  if (auto sum = dyn_cast<ContractionOpInterface>(maker); sum && value.hasOneUse())
    return scaleWeight(b, sum, scale, ofParameters, why);
  if (!isa<AddOp, SubOp, ContractionOpInterface>(maker))
    return {};
  if (!value.hasOneUse()) {
    why = "what it scales is needed unscaled, too";
    return {};
  }
  unsigned at = ofParameters(maker->getOperand(1)) ? 1 : 0; // the offset
  Value x = maker->getOperand(1 - at), offset = maker->getOperand(at);
  if (!ofParameters(offset) || x.getType() != value.getType())
    return {};
  Value scaled = scaleBelow(b, x, scale, ofParameters, why);
  if (!scaled)
    return {};
  auto type = rules::mul(toRule(offset.getType()), toRule(scale.getType())); // both fit the value
  Value moved = MulOp::create(b, maker->getLoc(), fromRule(*type, b.getContext()), offset, scale);
  Operation *result = b.clone(*maker);
  result->setOperand(1 - at, scaled);
  result->setOperand(at, moved);
  return result->getResult(0);
}

Value MulOp::foldIntoParameters(OpBuilder &b, function_ref<bool(Value)> ofParameters,
                                std::string &why) {
  for (auto [value, scale] : {std::pair(getLhs(), getRhs()), std::pair(getRhs(), getLhs())})
    if (ofParameters(scale) && value.getType() == getType())
      if (Value scaled = scaleBelow(b, value, scale, ofParameters, why))
        return scaled;
  return {};
}
