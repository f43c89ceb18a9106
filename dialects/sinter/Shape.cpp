//===- Shape.cpp - ops that move elements or make tensors -------------------------------------===//
//
// Every op but reshape says, as an affine map, which operand element a result element is.
// Reading on: Shape.td.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/GradBuilder.h"
#include "dialects/sinter/ScalarBuilder.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::ir;

static SmallVector<int64_t> resultDomain(Operation *op) {
  return llvm::to_vector(shapeOf(op->getResult(0)));
}
static void passOn(ValueRange operands, SmallVectorImpl<Value> &results) {
  results.push_back(operands[0]);
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValueAttr(); }

//===--- iota ---------------------------------------------------------------------------------===//

SmallVector<int64_t> IotaOp::getMapDomain() { return resultDomain(*this); }
AffineMap IotaOp::getOperandAccess(unsigned) { return {}; }
AffineMap IotaOp::getResultAccess(unsigned) { return getIdentityAccess(*this); }
void IotaOp::buildBody(OpBuilder &b, Location loc, ValueRange, SmallVectorImpl<Value> &results) {
  Type element = getElementTypeOrSelf(getResult().getType());
  Type index = isa<FloatType>(element) ? Type(b.getI32Type()) : element;
  Value value = kernel::IndexOp::create(b, loc, index, getAxis());
  results.push_back(ScalarBuilder(b, loc).cast(value, element));
}

//===--- reshape, transpose, broadcast --------------------------------------------------------===//

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getResult().getType())
    return getInput();
  auto elements = dyn_cast_or_null<DenseElementsAttr>(adaptor.getInput());
  return elements ? OpFoldResult(elements.reshape(cast<ShapedType>(getResult().getType())))
                  : OpFoldResult();
}

/// For each axis of `from` the axes of `to` that it is split into; nothing when they are not that.
static std::optional<SmallVector<SmallVector<int64_t>>> findSplits(ArrayRef<int64_t> from,
                                                                   ArrayRef<int64_t> to) {
  SmallVector<SmallVector<int64_t>> splits;
  if (from.empty() || llvm::is_contained(from, 0))
    return std::nullopt;
  for (int64_t whole : from) {
    SmallVector<int64_t> parts;
    int64_t product = 1;
    do {
      if (to.empty())
        return std::nullopt;
      product *= to.front();
      parts.push_back(to.front());
      to = to.drop_front();
    } while (product < whole);
    if (product != whole)
      return std::nullopt;
    splits.push_back(std::move(parts));
  }
  llvm::append_range(splits.back(), to); // all of size 1
  return splits;
}

/// A reshape that splits axes of a slice goes before it, where the slice takes whole inner parts:
/// what comes behind (a transpose to heads) then meets the slice and is one kernel with it.
static LogicalResult moveBeforeSlice(ReshapeOp op, PatternRewriter &rewriter) {
  auto slice = op.getInput().getDefiningOp<SliceOp>();
  if (!slice || !slice->hasOneUse())
    return failure();
  auto splits = findSplits(shapeOf(slice.getResult()), shapeOf(op.getResult()));
  if (!splits)
    return failure();
  SmallVector<int64_t> shape, starts, limits, strides;
  for (auto [axis, parts] : llvm::enumerate(*splits)) {
    int64_t inner = 1, size = shapeOf(slice.getInput())[axis], start = slice.getStarts()[axis],
            limit = slice.getLimits()[axis], stride = slice.getStrides()[axis];
    for (int64_t part : ArrayRef(parts).drop_front())
      inner *= part;
    if (inner > 1 && (stride != 1 || size % inner || start % inner || limit % inner))
      return failure();
    shape.push_back(size / inner);
    starts.push_back(start / inner);
    limits.push_back(limit / inner);
    strides.push_back(stride);
    for (int64_t part : ArrayRef(parts).drop_front()) {
      shape.push_back(part);
      starts.push_back(0);
      limits.push_back(part);
      strides.push_back(1);
    }
  }
  Type element = getElementTypeOrSelf(op.getType());
  auto before = ReshapeOp::create(rewriter, op.getLoc(), RankedTensorType::get(shape, element),
                                  slice.getInput());
  rewriter.replaceOp(
      op, SliceOp::create(rewriter, slice.getLoc(), op.getType(), starts, limits, strides, before));
  return success();
}

LogicalResult ReshapeOp::canonicalize(ReshapeOp op, PatternRewriter &rewriter) {
  auto inner = op.getInput().getDefiningOp<ReshapeOp>();
  if (!inner)
    return moveBeforeSlice(op, rewriter);
  rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), inner.getInput());
  return success();
}

/// True when the axes of more than one element keep their order: the elements do not move.
static bool movesNothing(TransposeOp op) {
  SmallVector<int64_t> moved;
  llvm::copy_if(op.getPerm(), std::back_inserter(moved),
                [&](int64_t axis) { return shapeOf(op.getInput())[axis] != 1; });
  return llvm::is_sorted(moved);
}
/// A transpose that only a pad reads goes behind it: sums of such pads (the gradient of a split
/// into heads) are one kernel then, where a padded read would want its operand in memory.
static LogicalResult moveBehindPad(TransposeOp op, PatternRewriter &rewriter) {
  auto pad = op->hasOneUse() ? dyn_cast<PadOp>(*op->getUsers().begin()) : PadOp();
  if (!pad)
    return failure();
  size_t rank = op.getPerm().size();
  SmallVector<int64_t> low(rank), high(rank), shape(rank);
  for (auto [i, axis] : llvm::enumerate(op.getPerm())) {
    low[axis] = pad.getLow()[i];
    high[axis] = pad.getHigh()[i];
    shape[axis] = shapeOf(pad.getResult())[i];
  }
  Type element = getElementTypeOrSelf(pad.getType());
  rewriter.setInsertionPoint(pad);
  auto before = PadOp::create(rewriter, pad.getLoc(), RankedTensorType::get(shape, element), low,
                              high, op.getInput());
  rewriter.replaceOp(
      pad, TransposeOp::create(rewriter, op.getLoc(), pad.getType(), op.getPerm(), before));
  return success();
}

LogicalResult TransposeOp::canonicalize(TransposeOp op, PatternRewriter &rewriter) {
  if (succeeded(moveBehindPad(op, rewriter)))
    return success();
  if (auto inner = op.getInput().getDefiningOp<TransposeOp>()) {
    SmallVector<int64_t> perm;
    for (int64_t axis : op.getPerm())
      perm.push_back(inner.getPerm()[axis]);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, op.getType(), perm, inner.getInput());
    return success();
  }
  if (!movesNothing(op) || op.getInput().getType().getEncoding() || op.getType().getEncoding())
    return failure();
  rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getInput());
  return success();
}

SmallVector<int64_t> TransposeOp::getMapDomain() { return resultDomain(*this); }
AffineMap TransposeOp::getOperandAccess(unsigned) {
  SmallVector<AffineExpr> index(getPerm().size());
  for (auto [i, axis] : llvm::enumerate(getPerm()))
    index[axis] = getAffineDimExpr(i, getContext());
  return AffineMap::get(index.size(), 0, index, getContext());
}
AffineMap TransposeOp::getResultAccess(unsigned) { return getIdentityAccess(*this); }
void TransposeOp::buildBody(OpBuilder &, Location, ValueRange operands,
                            SmallVectorImpl<Value> &results) {
  passOn(operands, results);
}
LogicalResult TransposeOp::buildGradient(GradBuilder &b, ValueRange dy,
                                         SmallVectorImpl<Value> &dx) {
  SmallVector<int64_t> inverse(getPerm().size());
  for (auto [i, axis] : llvm::enumerate(getPerm()))
    inverse[axis] = i;
  dx[0] = b.transpose(dy[0], inverse);
  return success();
}
OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) {
  if (auto splat = dyn_cast_or_null<SplatElementsAttr>(adaptor.getInput()))
    return splat.resizeSplat(cast<ShapedType>(getResult().getType()));
  return llvm::equal(getPerm(), llvm::seq<int64_t>(0, getPerm().size())) &&
                 getInput().getType() == getResult().getType()
             ? OpFoldResult(getInput())
             : OpFoldResult();
}

SmallVector<int64_t> BroadcastToOp::getMapDomain() { return resultDomain(*this); }
AffineMap BroadcastToOp::getOperandAccess(unsigned i) { return getBroadcastAccess(*this, i); }
AffineMap BroadcastToOp::getResultAccess(unsigned) { return getIdentityAccess(*this); }
void BroadcastToOp::buildBody(OpBuilder &, Location, ValueRange operands,
                              SmallVectorImpl<Value> &results) {
  passOn(operands, results);
}
OpFoldResult BroadcastToOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getResult().getType())
    return getInput();
  auto splat = dyn_cast_or_null<SplatElementsAttr>(adaptor.getInput());
  return splat ? OpFoldResult(splat.resizeSplat(cast<ShapedType>(getResult().getType())))
               : OpFoldResult();
}

//===--- concat -------------------------------------------------------------------------------===//

SmallVector<int64_t> ConcatOp::getMapDomain() { return resultDomain(*this); }
bool ConcatOp::readsPadded() { return true; }
/// Where operand `i` begins along the axis.
static int64_t startOf(ConcatOp op, unsigned i) {
  int64_t start = 0;
  for (unsigned k = 0; k < i; ++k)
    start += shapeOf(op.getInputs()[k])[op.getAxis()];
  return start;
}
AffineMap ConcatOp::getOperandAccess(unsigned i) {
  SmallVector<AffineExpr> index;
  for (size_t d = 0; d < shapeOf(getResult()).size(); ++d)
    index.push_back(getAffineDimExpr(d, getContext()) - (d == getAxis() ? startOf(*this, i) : 0));
  return AffineMap::get(index.size(), 0, index, getContext());
}
AffineMap ConcatOp::getResultAccess(unsigned) { return getIdentityAccess(*this); }
void ConcatOp::buildBody(OpBuilder &b, Location loc, ValueRange operands,
                         SmallVectorImpl<Value> &results) {
  ScalarBuilder s(b, loc);
  Value value = operands.back();
  if (operands.size() > 1) {
    Value at = kernel::IndexOp::create(b, loc, b.getI64Type(), getAxis());
    for (unsigned i = operands.size() - 1; i-- > 0;)
      value =
          s.select(s.compare("lt", at, s.constant(at, startOf(*this, i + 1))), operands[i], value);
  }
  results.push_back(value);
}
LogicalResult ConcatOp::buildGradient(GradBuilder &b, ValueRange dy, SmallVectorImpl<Value> &dx) {
  for (unsigned i = 0; i < getInputs().size(); ++i) {
    SmallVector<int64_t> starts(shapeOf(getResult()).size(), 0), limits(shapeOf(getInputs()[i]));
    starts[getAxis()] = startOf(*this, i);
    limits[getAxis()] += starts[getAxis()];
    dx[i] = b.slice(dy[0], starts, limits);
  }
  return success();
}

//===--- slice and pad ------------------------------------------------------------------------===//

SmallVector<int64_t> SliceOp::getMapDomain() { return resultDomain(*this); }
AffineMap SliceOp::getOperandAccess(unsigned) {
  SmallVector<AffineExpr> index;
  for (auto [d, start, stride] : llvm::enumerate(getStarts(), getStrides()))
    index.push_back(getAffineDimExpr(d, getContext()) * stride + start);
  return AffineMap::get(index.size(), 0, index, getContext());
}
AffineMap SliceOp::getResultAccess(unsigned) { return getIdentityAccess(*this); }
void SliceOp::buildBody(OpBuilder &, Location, ValueRange operands,
                        SmallVectorImpl<Value> &results) {
  passOn(operands, results);
}
LogicalResult SliceOp::buildGradient(GradBuilder &b, ValueRange dy, SmallVectorImpl<Value> &dx) {
  Value spread = dy[0];
  ArrayRef<int64_t> from = shapeOf(getInput());
  // Strides: give each element `stride - 1` zeros behind it, one axis at a time, by a padded axis
  // of size 1.
  for (size_t axis = 0; axis < from.size(); ++axis) {
    int64_t stride = getStrides()[axis];
    SmallVector<int64_t> shape(shapeOf(spread));
    if (stride == 1 || shape[axis] <= 1)
      continue;
    SmallVector<int64_t> split(shape), low(shape.size() + 1, 0), high(shape.size() + 1, 0);
    split.insert(split.begin() + axis + 1, 1);
    high[axis + 1] = stride - 1;
    Value wide = b.pad(b.reshape(spread, split), low, high);
    SmallVector<int64_t> merged(shape), starts(shape.size(), 0);
    merged[axis] *= stride;
    spread = b.reshape(wide, merged);
    merged[axis] -= stride - 1; // nothing lies behind the last element
    spread = b.slice(spread, starts, merged);
  }
  SmallVector<int64_t> low(getStarts()), high;
  for (size_t axis = 0; axis < from.size(); ++axis) {
    if (shapeOf(spread)[axis] == 0)
      low[axis] = 0;
    high.push_back(from[axis] - low[axis] - shapeOf(spread)[axis]);
  }
  dx[0] = b.pad(spread, low, high);
  return success();
}

SmallVector<int64_t> PadOp::getMapDomain() { return resultDomain(*this); }
bool PadOp::readsPadded() { return true; }
AffineMap PadOp::getOperandAccess(unsigned) {
  SmallVector<AffineExpr> index;
  for (auto [d, low] : llvm::enumerate(getLow()))
    index.push_back(getAffineDimExpr(d, getContext()) - low);
  return AffineMap::get(index.size(), 0, index, getContext());
}
AffineMap PadOp::getResultAccess(unsigned) { return getIdentityAccess(*this); }
void PadOp::buildBody(OpBuilder &, Location, ValueRange operands, SmallVectorImpl<Value> &results) {
  passOn(operands, results);
}
LogicalResult PadOp::buildGradient(GradBuilder &b, ValueRange dy, SmallVectorImpl<Value> &dx) {
  SmallVector<int64_t> limits;
  for (auto [low, size] : llvm::zip(getLow(), shapeOf(getInput())))
    limits.push_back(low + size);
  dx[0] = b.slice(dy[0], getLow(), limits);
  return success();
}

//===--- what keeps everything in place is nothing --------------------------------------------===//

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  return getInputs().size() == 1 && getInputs()[0].getType() == getType()
             ? OpFoldResult(getInputs()[0])
             : OpFoldResult();
}
OpFoldResult SliceOp::fold(FoldAdaptor) {
  bool all = llvm::all_of(getStrides(), [](int64_t stride) { return stride == 1; });
  return all && getInput().getType() == getType() ? OpFoldResult(getInput()) : OpFoldResult();
}
OpFoldResult PadOp::fold(FoldAdaptor) {
  return getInput().getType() == getType() ? OpFoldResult(getInput()) : OpFoldResult();
}
