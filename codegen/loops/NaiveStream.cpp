//===- NaiveStream.cpp - products that are used block by block, as plain loops ----------------===//
//
// Threads share rows for sums over columns, then columns for sums over rows; both make the products
// they need. An element of a sum is one chain in logical order; with softmax, sums are rescaled
// from block to block of columns, as the kernel's `softmax` says (D1). Reading on:
// codegen/cpu/Stream.cpp (tiles in cache).
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Body.h"
#include "dialects/kernel/Stream.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

namespace {
class NaiveStream {
public:
  NaiveStream(EmitContext &k, kernel::StreamOp op);
  void run();

private:
  SmallVector<Value> weights();
  void forEachWidth(unsigned sum, llvm::function_ref<Value(Value)> change);
  void clear(unsigned sum);
  void addTo(unsigned sum, Value weight);
  Value endOfColumns();
  Value firstOfRows();
  void runRow();
  void runColumn(ArrayRef<unsigned> sums);
  void runSoftmaxRow();
  SmallVector<Value> runBlock(Value first, Value last, Value before, Value total);
  Value shiftOf(Value most);
  /// One value that runs through the columns [first, end).
  Value overColumns(Value first, Value end, Value start, llvm::function_ref<Value(Value)> step);

  EmitContext &k;
  kernel::StreamOp op;
  int64_t rowDim, columnDim;
  std::optional<int64_t> reach;
  Type element;
  SmallVector<Access> products, extras, factors, outs;
  SmallVector<Value> point;
};
} // namespace

NaiveStream::NaiveStream(EmitContext &k, kernel::StreamOp op)
    : k(k), op(op), rowDim(op.getRows()), columnDim(op.getColumns()), reach(kernel::getReach(op)),
      element(cast<kernel::BufferType>(op.getOuts().front().getType()).getElementType()),
      point(k.dims.size(), k.index(0)) {
  unsigned number = 0;
  for (auto [list, count] :
       {std::pair(&products, op.getProducts().size()), std::pair(&extras, op.getExtras().size()),
        std::pair(&factors, op.getFactors().size()), std::pair(&outs, op.getOuts().size())})
    for (size_t i = 0; i < count; ++i, ++number)
      list->push_back(k.access(op->getOperand(number), op.getAccess(number), false));
}

void NaiveStream::run() {
  SmallVector<int64_t> batch = llvm::to_vector(llvm::seq<int64_t>(0, rowDim)), ofRows = batch,
                       ofColumns = batch;
  ofRows.push_back(rowDim);
  ofColumns.push_back(columnDim);
  SmallVector<unsigned> columnSums;
  for (unsigned j = 0; j < op.getSumCount(); ++j)
    if (!op.isRowSum(j))
      columnSums.push_back(j);
  if (columnSums.size() < op.getSumCount())
    k.shareDims(ofRows, point, [&] { op.getSoftmax() ? runSoftmaxRow() : runRow(); });
  if (!columnSums.empty())
    k.shareDims(ofColumns, point, [&] { runColumn(columnSums); });
}

/// What the body yields at the row and column at hand.
SmallVector<Value> NaiveStream::weights() {
  Block &block = op.getBody().front();
  BodyEmitter body(k, point);
  unsigned pairs = products.size() / 2;
  for (unsigned i = 0; i < pairs; ++i) {
    int64_t depth = op.getDepthDim(i);
    Value sum = k.loop(0, k.dims[depth], k.zero(element), [&](Value d, ValueRange carried) {
      point[depth] = d;
      Value x = k.load(products[2 * i], point), y = k.load(products[2 * i + 1], point);
      return SmallVector<Value>{k.multiplyAdd(x, y, carried[0])};
    })[0];
    point[depth] = k.index(0);
    body.set(block.getArgument(i), sum);
  }
  body.argument = [&](BlockArgument argument) {
    return k.load(extras[argument.getArgNumber() - pairs], point);
  };
  SmallVector<Value> values;
  for (Value yielded : block.back().getOperands())
    values.push_back(body.get(yielded));
  return values;
}

/// Elements of a sum at the row or column at hand: change(what is there).
void NaiveStream::forEachWidth(unsigned sum, llvm::function_ref<Value(Value)> change) {
  int64_t width = op.getWidthDim(sum);
  k.forEach(0, k.dims[width], [&](Value w) {
    point[width] = w;
    k.store(outs[sum], point, change(k.load(outs[sum], point)));
  });
  point[width] = k.index(0);
}

void NaiveStream::clear(unsigned sum) {
  forEachWidth(sum, [&](Value) { return k.zero(element); });
}

void NaiveStream::addTo(unsigned sum, Value weight) {
  forEachWidth(sum, [&](Value before) {
    return k.multiplyAdd(weight, k.load(factors[sum], point), before);
  });
}

/// Where the columns end that the row at hand reaches.
Value NaiveStream::endOfColumns() {
  Value columns = k.index(k.dims[columnDim]);
  if (!reach)
    return columns;
  Value end = k.add(point[rowDim], k.index(*reach + 1));
  end = arith::MinSIOp::create(k.b, k.loc, end, columns);
  return arith::MaxSIOp::create(k.b, k.loc, end, k.index(0));
}

/// The first row that reaches the column at hand.
Value NaiveStream::firstOfRows() {
  if (!reach)
    return k.index(0);
  Value first = k.add(point[columnDim], k.index(-*reach));
  first = arith::MinSIOp::create(k.b, k.loc, first, k.index(k.dims[rowDim]));
  return arith::MaxSIOp::create(k.b, k.loc, first, k.index(0));
}

void NaiveStream::runRow() {
  for (unsigned j = 0; j < op.getSumCount(); ++j)
    if (op.isRowSum(j))
      clear(j);
  k.forEach(k.index(0), endOfColumns(), 1, [&](Value column) {
    point[columnDim] = column;
    SmallVector<Value> values = weights();
    for (unsigned j = 0; j < op.getSumCount(); ++j)
      if (op.isRowSum(j))
        addTo(j, values[j]);
  });
  point[columnDim] = k.index(0);
}

void NaiveStream::runColumn(ArrayRef<unsigned> sums) {
  for (unsigned j : sums)
    clear(j);
  k.forEach(firstOfRows(), k.index(k.dims[rowDim]), 1, [&](Value row) {
    point[rowDim] = row;
    SmallVector<Value> values = weights();
    for (unsigned j : sums)
      addTo(j, values[j]);
  });
  point[rowDim] = k.index(0);
}

/// What is taken off the scores of a row: their maximum. Where all is -inf it is 0: exp(-inf) is 0.
Value NaiveStream::shiftOf(Value most) {
  Value least = k.constant(k.b.getFloatAttr(element, -INFINITY));
  Value none = arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::OEQ, most, least);
  return arith::SelectOp::create(k.b, k.loc, none, k.zero(element), most);
}

Value NaiveStream::overColumns(Value first, Value end, Value start,
                               llvm::function_ref<Value(Value)> step) {
  Value last = k.loop(first, end, k.index(1), start, [&](Value column, ValueRange carried) {
    point[columnDim] = column;
    return SmallVector<Value>{step(carried[0])};
  })[0];
  point[columnDim] = k.index(0);
  return last;
}

/// The columns [first, last) of a row, whose maximum and total were `before` and `total`; returns
/// those behind it.
SmallVector<Value> NaiveStream::runBlock(Value first, Value last, Value before, Value total) {
  Value most = overColumns(first, last, before, [&](Value sofar) -> Value {
    return arith::MaximumFOp::create(k.b, k.loc, sofar, weights()[0]);
  });
  Value off = shiftOf(most);
  Value by = emitMath<math::ExpOp>(k, arith::SubFOp::create(k.b, k.loc, before, off));
  for (unsigned j = 0; j < op.getSumCount(); ++j)
    forEachWidth(j, [&](Value sum) { return arith::MulFOp::create(k.b, k.loc, sum, by); });
  total = arith::MulFOp::create(k.b, k.loc, total, by);
  total = overColumns(first, last, total, [&](Value sofar) -> Value {
    Value score = weights()[0]; // again: a row of them may not fit anywhere
    Value weight = emitMath<math::ExpOp>(k, arith::SubFOp::create(k.b, k.loc, score, off));
    for (unsigned j = 0; j < op.getSumCount(); ++j)
      addTo(j, weight);
    return arith::AddFOp::create(k.b, k.loc, sofar, weight);
  });
  return {most, total};
}

void NaiveStream::runSoftmaxRow() {
  for (unsigned j = 0; j < op.getSumCount(); ++j)
    clear(j);
  Value end = endOfColumns(), size = k.index(static_cast<int64_t>(*op.getSoftmax()));
  SmallVector<Value> start{k.constant(k.b.getFloatAttr(element, -INFINITY)), k.zero(element)};
  SmallVector<Value> done =
      k.loop(k.index(0), end, size, start, [&](Value first, ValueRange carried) {
        Value last = arith::MinSIOp::create(k.b, k.loc, k.add(first, size), end);
        return runBlock(first, last, carried[0], carried[1]);
      });
  for (unsigned j = 0; j < op.getSumCount(); ++j)
    forEachWidth(j, [&](Value sum) { return arith::DivFOp::create(k.b, k.loc, sum, done[1]); });
  Value value =
      arith::AddFOp::create(k.b, k.loc, shiftOf(done[0]), emitMath<math::LogOp>(k, done[1]));
  k.store(outs.back(), point, value);
}

void codegen::emitNaiveStream(EmitContext &k, kernel::StreamOp op) { NaiveStream(k, op).run(); }
