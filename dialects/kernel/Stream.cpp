//===- Stream.cpp - kernel.stream: verifier, facts, schedule ----------------------------------===//
//
// Reading on: Kernel.td (StreamOp), codegen/cpu/Stream.cpp (its code).
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Stream.h"
#include "dialects/kernel/CpuTarget.h"
#include "dialects/kernel/Verify.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sinter::kernel;

/// The inner dim that `map` uses; -1 when there are none or several.
static int64_t findInner(StreamOp op, AffineMap map) {
  int64_t found = -1;
  for (int64_t dim = op.getColumns() + 1; dim < static_cast<int64_t>(op.getDims().size()); ++dim)
    if (map.isFunctionOfDim(dim)) {
      if (found >= 0)
        return -1;
      found = dim;
    }
  return found;
}

int64_t StreamOp::getDepthDim(unsigned i) { return findInner(*this, getAccess(2 * i)); }
int64_t StreamOp::getWidthDim(unsigned j) { return findInner(*this, getOutMap(j)); }

/// True when `map` uses rows and columns at most where it may.
static bool uses(StreamOp op, AffineMap map, bool rows, bool columns) {
  return (rows || !map.isFunctionOfDim(op.getRows())) &&
         (columns || !map.isFunctionOfDim(op.getColumns()));
}

static LogicalResult verifyProducts(StreamOp op) {
  for (unsigned i = 0; i < op.getProducts().size() / 2; ++i) {
    AffineMap a = op.getAccess(2 * i), b = op.getAccess(2 * i + 1);
    int64_t depth = findInner(op, a);
    if (depth < 0 || findInner(op, b) != depth || !uses(op, a, true, false) ||
        !uses(op, b, false, true))
      return op.emitOpError() << "expects product " << i
                              << " to be of rows and of columns over one inner dim, got "
                              << AffineMapAttr::get(a) << " and " << AffineMapAttr::get(b);
  }
  return success();
}

static LogicalResult verifySums(StreamOp op) {
  for (unsigned j = 0; j < op.getSumCount(); ++j) {
    AffineMap factor = op.getFactorMap(j), out = op.getOutMap(j);
    bool ofRows = op.isRowSum(j);
    int64_t width = findInner(op, out);
    if (width < 0 || findInner(op, factor) != width || !uses(op, out, ofRows, !ofRows) ||
        !uses(op, factor, !ofRows, ofRows) || (op.getSoftmax() && !ofRows))
      return op.emitOpError() << "expects sum " << j << " to be of rows"
                              << (op.getSoftmax() ? "" : " or of columns")
                              << " over one inner dim, got " << AffineMapAttr::get(factor)
                              << " and " << AffineMapAttr::get(out);
  }
  if (!op.getSoftmax())
    return success();
  AffineMap statistics = op.getOutMap(op.getSumCount());
  if (findInner(op, statistics) < 0 && uses(op, statistics, true, false))
    return success();
  return op.emitOpError() << "expects statistics of rows, got " << AffineMapAttr::get(statistics);
}

/// Code generation steps through rows of memory: buffers are row-major, indices are dims, and lines
/// of factors and sums lie side by side.
static LogicalResult verifyIndices(StreamOp op) {
  auto isPlain = [](AffineExpr expr) {
    auto constant = dyn_cast<AffineConstantExpr>(expr);
    return isa<AffineDimExpr>(expr) || (constant && constant.getValue() == 0);
  };
  for (auto [i, buffer] : llvm::enumerate(op.getOperands())) {
    LayoutAttr layout = cast<BufferType>(buffer.getType()).getLayout();
    if (layout && !layout.isRowMajor())
      return op.emitOpError() << "expects row-major buffers, got " << buffer.getType();
    if (!llvm::all_of(op.getAccess(i).getResults(), isPlain))
      return op.emitOpError() << "expects indices that are dims or 0, got "
                              << AffineMapAttr::get(op.getAccess(i));
  }
  for (unsigned j = 0; j < op.getSumCount(); ++j)
    for (AffineMap map : {op.getFactorMap(j), op.getOutMap(j)})
      if (!map.getResults().back().isFunctionOfDim(op.getWidthDim(j)))
        return op.emitOpError() << "expects the inner dim last in factors and sums, got "
                                << AffineMapAttr::get(map);
  return success();
}

static LogicalResult verifyStreamBody(StreamOp op) {
  Block &block = op.getBody().front();
  SmallVector<Type> types;
  for (unsigned i = 0; i < op.getProducts().size(); i += 2)
    types.push_back(scalarOf(op.getProducts()[i]));
  for (Value extra : op.getExtras())
    types.push_back(scalarOf(extra));
  if (!llvm::equal(block.getArgumentTypes(), types))
    return op.emitOpError() << "expects block arguments of the types of products and extras";
  if (failed(verifyScalarCode(op, block)))
    return failure();
  Operation &yield = block.back();
  size_t weights = op.getSoftmax() ? 1 : op.getSumCount();
  Type element = scalarOf(op.getOuts().front());
  if (yield.getNumOperands() != weights ||
      !llvm::all_of(yield.getOperandTypes(), [&](Type type) { return type == element; }))
    return op.emitOpError() << "expects to yield " << weights << " values of type " << element;
  for (ValueRange buffers :
       {ValueRange(op.getProducts()), ValueRange(op.getFactors()), ValueRange(op.getOuts())})
    for (Value buffer : buffers)
      if (scalarOf(buffer) != element || !(element.isF32() || element.isF64()))
        return op.emitOpError()
               << "expects products, factors and outs of one type, f32 or f64, got " << element
               << " and " << scalarOf(buffer);
  return success();
}

LogicalResult StreamOp::verify() {
  ArrayRef<int64_t> dims = getDims();
  int64_t rows = static_cast<int64_t>(getRows());
  if (rows < 0 || rows + 2 >= static_cast<int64_t>(dims.size()))
    return emitOpError() << "expects rows, columns and inner dims among " << dims.size()
                         << " dims, got rows " << rows;
  // Inner dims are walked one at a time.
  SmallVector<int64_t> points(dims.take_front(rows + 2));
  ArrayRef<int64_t> inner = dims.drop_front(rows + 2);
  points.push_back(*llvm::max_element(inner));
  if (failed(verifyDims(*this, points)) || failed(verifyDims(*this, *llvm::min_element(inner))))
    return failure();
  if (getSoftmax() && static_cast<int64_t>(*getSoftmax()) < 1)
    return emitOpError() << "expects softmax blocks of 1 or more columns, got "
                         << static_cast<int64_t>(*getSoftmax());
  if (getProducts().empty() || getProducts().size() % 2 != 0)
    return emitOpError() << "expects pairs of products, got " << getProducts().size()
                         << " operands";
  size_t outs = getSumCount() + (getSoftmax() ? 1 : 0);
  if (getFactors().empty() || getOuts().size() != outs)
    return emitOpError() << "expects one out a factor" << (getSoftmax() ? " and statistics" : "")
                         << " (" << outs << "), got " << getOuts().size();
  if (getMaps().size() != getNumOperands())
    return emitOpError() << "expects one map a buffer (" << getNumOperands() << "), got "
                         << getMaps().size();
  for (auto [i, buffer] : llvm::enumerate(getOperands()))
    if (failed(verifyAccess(*this, "buffer " + std::to_string(i), getAccess(i),
                            cast<BufferType>(buffer.getType()), dims, false)))
      return failure();
  for (unsigned i = 0; i < getExtras().size(); ++i)
    if (AffineMap map = getAccess(getProducts().size() + i);
        llvm::any_of(llvm::seq<int64_t>(rows + 2, dims.size()),
                     [&](int64_t dim) { return map.isFunctionOfDim(dim); }))
      return emitOpError() << "expects extras to use no inner dims, got "
                           << AffineMapAttr::get(map);
  if (failed(verifyProducts(*this)) || failed(verifySums(*this)) || failed(verifyIndices(*this)))
    return failure();
  return verifyStreamBody(*this);
}

int64_t StreamOp::getFlops() {
  int64_t pairs = countPairs(*this),
          each = static_cast<int64_t>(getBody().front().getOperations().size()) - 1;
  for (int64_t size : getDims().take_front(getRows()))
    pairs *= size;
  for (unsigned i = 0; i < getProducts().size() / 2; ++i)
    each += 2 * getDims()[getDepthDim(i)];
  for (unsigned j = 0; j < getSumCount(); ++j)
    each += 2 * getDims()[getWidthDim(j)];
  return pairs * each;
}

namespace sinter::kernel {

/// Columns of a tile where no block is given, and vectors of rows: tiles stay in L1. Blocks of few
/// rows reach fewer columns that only some of them need.
static constexpr int64_t kTileColumns = 64, kTileVectors = 4, kReachVectors = 2;

CpuScheduleAttr chooseSchedule(CpuTargetAttr target, StreamOp op) {
  int64_t rows = op.getRows(), columns = op.getColumns();
  Type element = scalarOf(op.getOuts().front());
  int64_t lanes = target.getVectorLanes(element);
  int64_t nr = std::min((getReach(op) ? kReachVectors : kTileVectors) * lanes,
                        static_cast<int64_t>(llvm::alignTo(op.getDims()[rows], lanes)));
  int64_t block = op.getSoftmax() ? static_cast<int64_t>(*op.getSoftmax()) : kTileColumns;
  int64_t mr = std::min(block, op.getDims()[columns]);
  return CpuScheduleAttr::get(op.getContext(), rows, columns, std::max<int64_t>(1, mr),
                              std::max<int64_t>(lanes, nr), 0, -1, 1, 0, {});
}

} // namespace sinter::kernel
