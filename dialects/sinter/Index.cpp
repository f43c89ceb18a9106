//===- Index.cpp - slices taken and added where a tensor of indices says ----------------------===//
//
// The domain of gather and scatter_add is the slices that are taken or added: the axes before
// `axis`, those of the index, those behind. That of the ones along an axis is the index. Reading
// on: Index.td; codegen/interpret/Index.cpp (the same by definition).
//
//===------------------------------------------------------------------------------------------===//
#include "sinter/rules/index.h"
#include "dialects/sinter/GradBuilder.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::ir;

namespace {
/// The domain of slices along `axis` of a tensor of `rank` axes.
struct Slices {
  int64_t axis, indexRank, rank;
  MLIRContext *context;

  template <class Op>
  Slices(Op op, Value whole)
      : axis(op.getAxis()), indexRank(shapeOf(op.getIndex()).size()), rank(shapeOf(whole).size()),
        context(op.getContext()) {}

  int64_t dims() const { return rank - 1 + indexRank; }
  AffineExpr dim(int64_t d) const { return getAffineDimExpr(d, context); }
  /// Point -> element of the index.
  AffineMap ofIndex() const {
    SmallVector<AffineExpr> at;
    for (int64_t d = 0; d < indexRank; ++d)
      at.push_back(dim(axis + d));
    return AffineMap::get(dims(), 0, at, context);
  }
  /// Point -> element of the whole tensor.
  AffineMap ofWhole() const {
    SmallVector<AffineExpr> at;
    for (int64_t d = 0; d < rank; ++d)
      at.push_back(d < axis    ? dim(d)
                   : d == axis ? getAffineSymbolExpr(0, context)
                               : dim(d - 1 + indexRank));
    return AffineMap::get(dims(), 1, at, context);
  }
  AffineMap ofSlices() const { return getIdentityAccess(dims(), context); }
};
} // namespace

//===--- gather -------------------------------------------------------------------------------===//

SmallVector<int64_t> GatherOp::getMapDomain() { return llvm::to_vector(shapeOf(getResult())); }
SmallVector<unsigned> GatherOp::getIndexOperands() { return {1}; }
AffineMap GatherOp::getOperandAccess(unsigned i) {
  Slices slices(*this, getTable());
  return i == 0 ? slices.ofWhole() : slices.ofIndex();
}
AffineMap GatherOp::getResultAccess(unsigned) { return Slices(*this, getTable()).ofSlices(); }
void GatherOp::buildBody(OpBuilder &, Location, ValueRange operands,
                         SmallVectorImpl<Value> &results) {
  results.push_back(operands[0]);
}
LogicalResult GatherOp::buildGradient(GradBuilder &b, ValueRange dy, SmallVectorImpl<Value> &dx) {
  dx[0] = b.scatterAdd(b.constantLike(getTable(), 0), getIndex(), dy[0], getAxis());
  return success();
}

//===--- scatter_add --------------------------------------------------------------------------===//

SmallVector<int64_t> ScatterAddOp::getMapDomain() { return llvm::to_vector(shapeOf(getUpdates())); }
SmallVector<int64_t> ScatterAddOp::getInnerDims() {
  int64_t first = getAxis();
  return llvm::to_vector(llvm::seq<int64_t>(first, first + shapeOf(getIndex()).size()));
}
SmallVector<unsigned> ScatterAddOp::getIndexOperands() { return {1}; }
std::optional<unsigned> ScatterAddOp::getBaseOperand() { return 0; }
AffineMap ScatterAddOp::getOperandAccess(unsigned i) {
  Slices slices(*this, getBase());
  return i == 0 ? slices.ofWhole() : i == 1 ? slices.ofIndex() : slices.ofSlices();
}
AffineMap ScatterAddOp::getResultAccess(unsigned) { return Slices(*this, getBase()).ofWhole(); }
void ScatterAddOp::buildBody(OpBuilder &, Location, ValueRange operands,
                             SmallVectorImpl<Value> &results) {
  results.push_back(operands[2]);
}
LogicalResult ScatterAddOp::buildGradient(GradBuilder &b, ValueRange dy,
                                          SmallVectorImpl<Value> &dx) {
  dx[0] = dy[0];
  dx[2] = b.gather(dy[0], getIndex(), getAxis());
  return success();
}

//===--- an index for each element ------------------------------------------------------------===//

/// Point -> element of the whole tensor: the point itself, but along the axis the index.
template <class Op> static AffineMap getAccessAlong(Op op) {
  SmallVector<AffineExpr> at;
  int64_t rank = shapeOf(op.getIndex()).size();
  for (int64_t d = 0; d < rank; ++d)
    at.push_back(d == static_cast<int64_t>(op.getAxis()) ? getAffineSymbolExpr(0, op.getContext())
                                                         : getAffineDimExpr(d, op.getContext()));
  return AffineMap::get(rank, 1, at, op.getContext());
}

SmallVector<int64_t> GatherAlongOp::getMapDomain() { return llvm::to_vector(shapeOf(getIndex())); }
SmallVector<unsigned> GatherAlongOp::getIndexOperands() { return {1}; }
AffineMap GatherAlongOp::getOperandAccess(unsigned i) {
  return i == 0 ? getAccessAlong(*this) : getIdentityAccess(*this);
}
AffineMap GatherAlongOp::getResultAccess(unsigned) { return getIdentityAccess(*this); }
void GatherAlongOp::buildBody(OpBuilder &, Location, ValueRange operands,
                              SmallVectorImpl<Value> &results) {
  results.push_back(operands[0]);
}
LogicalResult GatherAlongOp::buildGradient(GradBuilder &b, ValueRange dy,
                                           SmallVectorImpl<Value> &dx) {
  auto rule = rules::scatter_add_along(toRule(getTable().getType()), toRule(getIndex().getType()),
                                       toRule(dy[0].getType()), getAxis());
  dx[0] =
      b.make<ScatterAddAlongOp>(rule, getAxis(), b.constantLike(getTable(), 0), getIndex(), dy[0]);
  return success();
}

SmallVector<int64_t> ScatterAddAlongOp::getMapDomain() {
  return llvm::to_vector(shapeOf(getIndex()));
}
SmallVector<int64_t> ScatterAddAlongOp::getInnerDims() { return {static_cast<int64_t>(getAxis())}; }
SmallVector<unsigned> ScatterAddAlongOp::getIndexOperands() { return {1}; }
std::optional<unsigned> ScatterAddAlongOp::getBaseOperand() { return 0; }
AffineMap ScatterAddAlongOp::getOperandAccess(unsigned i) {
  return i == 0 ? getAccessAlong(*this)
                : getIdentityAccess(shapeOf(getIndex()).size(), getContext());
}
AffineMap ScatterAddAlongOp::getResultAccess(unsigned) { return getAccessAlong(*this); }
void ScatterAddAlongOp::buildBody(OpBuilder &, Location, ValueRange operands,
                                  SmallVectorImpl<Value> &results) {
  results.push_back(operands[2]);
}
LogicalResult ScatterAddAlongOp::buildGradient(GradBuilder &b, ValueRange dy,
                                               SmallVectorImpl<Value> &dx) {
  dx[0] = dy[0];
  dx[2] = b.make<GatherAlongOp>(
      rules::gather_along(toRule(dy[0].getType()), toRule(getIndex().getType()), getAxis()),
      getAxis(), dy[0], getIndex());
  return success();
}

//===--- sums of a few slices stay a few slices -----------------------------------------------===//

/// What an elementwise op does to one of its operands, x, as its scalar code says: `scale`(x), or
/// plus(y) + scale(x) with another operand y.
struct Affine {
  bool known = false;
  std::optional<unsigned> plus; ///< number of y
};

/// Known when every step from operand `number` to the result multiplies or divides by what does not
/// depend on it, or, the last one, adds it to another operand.
static Affine readAffine(MapOpInterface map, unsigned number) {
  Block scratch;
  OpBuilder b(map.getContext());
  b.setInsertionPointToEnd(&scratch);
  SmallVector<Value> scalars, results;
  for (Value operand : map->getOperands())
    scalars.push_back(scratch.addArgument(getElementTypeOrSelf(operand.getType()), map.getLoc()));
  map.buildBody(b, map.getLoc(), scalars, results);
  Value x = scalars[number];
  while (x != results[0]) {
    if (!x.hasOneUse())
      return {};
    OpOperand &use = *x.use_begin();
    Operation *step = use.getOwner();
    bool first = use.getOperandNumber() == 0;
    if (isa<arith::AddFOp>(step) || (isa<arith::SubFOp>(step) && !first)) {
      auto other = dyn_cast<BlockArgument>(step->getOperand(first ? 1 : 0));
      bool last = step->getResult(0) == results[0];
      return last && other ? Affine{true, other.getArgNumber()} : Affine{};
    }
    if (!isa<arith::MulFOp, arith::NegFOp>(step) && !(isa<arith::DivFOp>(step) && first))
      return {};
    x = step->getResult(0);
  }
  return {true, std::nullopt};
}

/// What an op makes of sum, slices added to zeros, it makes of the slices: f(sum) is the same sum
/// of f(slice) where f is linear, and y + f(sum) is y with those added. So an update w - rate * sum
/// touches the rows of the index and no others; those keep their bits, -0 too. Only where y is a
/// symbol's value: another y would be written twice.
LogicalResult ScatterAddOp::canonicalize(ScatterAddOp op, PatternRewriter &rewriter) {
  if (!matchPattern(op.getBase(), m_AnyZeroFloat()) || !op->hasOneUse())
    return failure();
  OpOperand &use = *op->use_begin();
  auto user = dyn_cast<MapOpInterface>(use.getOwner());
  if (!user || user->getNumResults() != 1 || !user.getInnerDims().empty() ||
      !user.getIndexOperands().empty() || user.readsPadded() ||
      user->getResult(0).getType() != op.getType())
    return failure();
  unsigned number = use.getOperandNumber();
  Affine affine = readAffine(user, number);
  if (!affine.known || !user.getOperandAccess(number).isIdentity() ||
      !user.getResultAccess(0).isIdentity())
    return failure();
  for (auto [i, operand] : llvm::enumerate(user->getOperands())) {
    bool fits = affine.plus == i
                    ? operand.getType() == op.getType() && operand.getDefiningOp<GetOp>()
                    : i == number || cast<RankedTensorType>(operand.getType()).getRank() == 0;
    if (!fits)
      return failure();
  }
  rewriter.setInsertionPoint(user);
  Value base = op.getBase();
  SmallVector<Value> operands(user->getOperands());
  operands[number] = op.getUpdates();
  if (affine.plus) {
    base = operands[*affine.plus];
    operands[*affine.plus] = GradBuilder(rewriter, user.getLoc()).constantLike(op.getUpdates(), 0);
  }
  Operation *slices = rewriter.clone(*user);
  slices->setOperands(operands);
  slices->getResult(0).setType(op.getUpdates().getType());
  rewriter.replaceOp(user, ScatterAddOp::create(rewriter, op.getLoc(), op.getType(), op.getAxis(),
                                                base, op.getIndex(), slices->getResult(0)));
  return success();
}
