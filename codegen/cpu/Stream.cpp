//===- Stream.cpp - products that are used block by block -------------------------------------===//
//
// A thread owns blocks of rows, or whole batches when sums over rows are made, too. Rows lie on the
// lanes: the rows' side of every product is packed transposed once a block of rows, a tile of
// products is [columns][rows], so that maxima and sums of rows are operations on vectors. Tiles are
// scratch memory of the thread's stack. Softmax is the online form of Milakov and Gimelshein: sums
// are rescaled when a row's maximum grows. Columns that no row of a block reaches (a causal mask)
// are left out. Bits depend on the kernel's `softmax` block alone: all else is one chain an
// element, in logical order (D1). Reading on: TileProducts.h, Body.h.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Stream.h"
#include "codegen/cpu/Lanes.h"
#include "codegen/cpu/TileProducts.h"
#include "codegen/loops/Body.h"
#include "dialects/kernel/CpuTarget.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

namespace {
class StreamEmitter {
public:
  StreamEmitter(EmitContext &k, kernel::StreamOp op);
  void run();

private:
  /// An operand and its address, linear in the domain.
  struct Operand {
    Access access;
    kernel::Linear by;
  };
  Operand operand(unsigned number);
  /// Address at the point at hand with inner dims at 0.
  Value base(const Operand &operand) { return k.apply(operand.access.address, point); }

  void runRows(Value rowBlock);
  Value endOfColumns();
  void runColumns(Value first, Value end);
  void pack(unsigned product);
  void clear(const Operand &out, int64_t dim, Value count, int64_t width);
  void makeProducts();
  SmallVector<Value> evaluate(Value group, Value column);
  Value loadExtra(unsigned extra);
  void forEachGroup(llvm::function_ref<void(Value)> visit);
  void weigh();
  /// -inf: the maxima of no scores.
  Value leastScores() { return splat(k, k.constant(k.b.getFloatAttr(element, -INFINITY)), lanes); }
  Value shiftOf(Value most);
  void weighSoftmax(Value group);
  void addSums();
  void finishSoftmax();
  void storeStatistics(Value group);

  Value makeScratch(int64_t elements) {
    auto type = MemRefType::get({elements}, element);
    return memref::AllocaOp::create(k.b, k.loc, type, k.b.getI64IntegerAttr(64));
  }
  Value load(Value memory, Value address) {
    return vector::LoadOp::create(k.b, k.loc, vector, memory, address);
  }
  Value exp(Value x) { return emitMath<math::ExpOp>(k, x); }
  /// min(size, end - first); `whole`: known to be size.
  Value countTo(Value end, Value first, int64_t size, bool whole) {
    if (whole)
      return k.index(size);
    Value rest = arith::SubIOp::create(k.b, k.loc, end, first);
    return arith::MinUIOp::create(k.b, k.loc, k.index(size), rest);
  }

  EmitContext &k;
  kernel::StreamOp op;
  int64_t rowDim, columnDim, rows, columns; ///< the domain's
  int64_t rowBlock, columnBlock, lanes;
  Type element;
  VectorType vector;
  std::optional<int64_t> reach; ///< of columns that matter beyond the row
  std::vector<Operand> products, extras, factors, outs;
  SmallVector<Value> packed, tiles;
  Value maxima, totals, rescale; ///< of rows, with softmax
  SmallVector<Value> point;
  Value firstRow, rowCount, firstColumn, columnCount; ///< of the tile at hand
};
} // namespace

StreamEmitter::Operand StreamEmitter::operand(unsigned number) {
  Access access = k.access(op->getOperand(number), op.getAccess(number), false);
  return {access, *kernel::getLinear(access.address, k.dims.size())};
}

StreamEmitter::StreamEmitter(EmitContext &k, kernel::StreamOp op)
    : k(k), op(op), rowDim(op.getRows()), columnDim(op.getColumns()), rows(k.dims[rowDim]),
      columns(k.dims[columnDim]), reach(kernel::getReach(op)) {
  kernel::CpuScheduleAttr schedule = kernel::getSchedule(getCpu(k), op);
  element = cast<kernel::BufferType>(op.getOuts().front().getType()).getElementType();
  lanes = getCpu(k).getVectorLanes(element);
  vector = VectorType::get({lanes}, element);
  rowBlock = static_cast<int64_t>(llvm::alignTo(schedule.getNr(), lanes));
  columnBlock = op.getSoftmax() ? static_cast<int64_t>(*op.getSoftmax()) : schedule.getMr();
  columnBlock = std::max<int64_t>(1, std::min(columnBlock, columns));
  unsigned number = 0;
  for (auto [list, count] :
       {std::pair(&products, op.getProducts().size()), std::pair(&extras, op.getExtras().size()),
        std::pair(&factors, op.getFactors().size()), std::pair(&outs, op.getOuts().size())})
    for (size_t i = 0; i < count; ++i)
      list->push_back(operand(number++));
  point.assign(k.dims.size(), k.index(0));
}

void StreamEmitter::run() {
  if (rows == 0)
    return;
  unsigned pairs = products.size() / 2;
  for (unsigned i = 0; i < pairs; ++i)
    packed.push_back(makeScratch(std::max<int64_t>(1, k.dims[op.getDepthDim(i)]) * rowBlock));
  for (unsigned i = 0; i < std::max<unsigned>(pairs, op.getSumCount()); ++i)
    tiles.push_back(makeScratch(columnBlock * rowBlock));
  if (op.getSoftmax())
    for (Value *state : {&maxima, &totals, &rescale})
      *state = makeScratch(rowBlock);
  bool rowsOnly = llvm::all_of(llvm::seq<unsigned>(0, op.getSumCount()),
                               [&](unsigned j) { return op.isRowSum(j); });
  SmallVector<int64_t> units(k.dims.begin(), k.dims.begin() + rowDim);
  int64_t blocks = llvm::divideCeil(rows, rowBlock), total = 1;
  if (rowsOnly)
    units.push_back(blocks);
  for (int64_t size : units)
    total *= size;
  auto [begin, end] = k.part(total);
  k.forEach(begin, end, 1, [&](Value unit) {
    SmallVector<Value> at = k.decode(unit, units);
    std::copy(at.begin(), at.begin() + rowDim, point.begin());
    if (rowsOnly) {
      runRows(at.back());
      return;
    }
    for (unsigned j = 0; j < op.getSumCount(); ++j)
      if (!op.isRowSum(j)) {
        point[columnDim] = k.index(0);
        clear(outs[j], columnDim, k.index(columns), k.dims[op.getWidthDim(j)]);
      }
    k.forEach(k.index(0), k.index(blocks), 1, [&](Value block) { runRows(block); });
  });
}

/// Zeros in `count` lines of an out along `dim`, from the point at hand on.
void StreamEmitter::clear(const Operand &out, int64_t dim, Value count, int64_t width) {
  Value first = base(out);
  k.forEach(k.index(0), count, 1, [&](Value i) {
    Value line = k.add(first, k.mul(i, out.by.by[dim]));
    forEachVector(k, width, lanes, [&](Value offset, int64_t valid) {
      storeVector(k, k.zero(vector), out.access.memory, k.add(line, offset), valid);
    });
  });
}

/// One block of rows with all columns.
void StreamEmitter::runRows(Value block) {
  firstRow = k.mul(block, rowBlock);
  rowCount = countTo(k.index(rows), firstRow, rowBlock, rows % rowBlock == 0);
  point[rowDim] = firstRow;
  point[columnDim] = k.index(0);
  for (unsigned i = 0; i < packed.size(); ++i)
    pack(i);
  for (unsigned j = 0; j < op.getSumCount(); ++j)
    if (op.isRowSum(j))
      clear(outs[j], rowDim, rowCount, k.dims[op.getWidthDim(j)]);
  if (op.getSoftmax())
    for (int64_t at = 0; at < rowBlock; at += lanes) {
      vector::StoreOp::create(k.b, k.loc, leastScores(), maxima, k.index(at));
      vector::StoreOp::create(k.b, k.loc, k.zero(vector), totals, k.index(at));
    }
  Value end = endOfColumns();
  k.forEach(k.index(0), end, columnBlock, [&](Value first) { runColumns(first, end); });
  point[rowDim] = firstRow;
  point[columnDim] = k.index(0);
  if (op.getSoftmax())
    finishSoftmax();
}

/// Where the columns end that the last row of the block reaches.
Value StreamEmitter::endOfColumns() {
  if (!reach)
    return k.index(columns);
  Value end = k.add(k.add(firstRow, rowCount), k.index(*reach)); // last row + reach + 1
  end = arith::MinSIOp::create(k.b, k.loc, end, k.index(columns));
  return arith::MaxSIOp::create(k.b, k.loc, end, k.index(0));
}

/// The tile of the block of rows and the columns from `first` on, before `end`.
void StreamEmitter::runColumns(Value first, Value end) {
  firstColumn = first;
  columnCount = countTo(end, first, columnBlock, !reach && columns % columnBlock == 0);
  makeProducts();
  weigh();
  addSums();
}

/// The rows' side of a product, [depth][rows]; rows beyond the last are 0.
void StreamEmitter::pack(unsigned product) {
  const Operand &from = products[2 * product];
  int64_t depthDim = op.getDepthDim(product), depth = k.dims[depthDim];
  Value to = packed[product];
  if (rows % rowBlock)
    k.forEach(k.index(0), k.index(depth * rowBlock / lanes), 1, [&](Value i) {
      vector::StoreOp::create(k.b, k.loc, k.zero(vector), to, k.mul(i, lanes));
    });
  Value first = base(from);
  k.forEach(k.index(0), rowCount, 1, [&](Value row) {
    Value line = k.add(first, k.mul(row, from.by.by[rowDim]));
    k.forEach(k.index(0), k.index(depth), 1, [&](Value d) {
      Value value = memref::LoadOp::create(k.b, k.loc, from.access.memory,
                                           k.add(line, k.mul(d, from.by.by[depthDim])));
      memref::StoreOp::create(k.b, k.loc, value, to, k.add(k.mul(d, rowBlock), row));
    });
  });
}

void StreamEmitter::makeProducts() {
  point[rowDim] = k.index(0);
  point[columnDim] = firstColumn;
  for (unsigned i = 0; i < packed.size(); ++i) {
    const Operand &from = products[2 * i + 1];
    int64_t depth = op.getDepthDim(i);
    BroadcastFactor a{from.access.memory, base(from), from.by.by[columnDim], from.by.by[depth]};
    LaneFactor b{packed[i], k.index(0), rowBlock};
    TileSums sums{tiles[i], k.index(0), rowBlock, false, {}};
    emitTileProducts(k, element, a, b, sums, columnCount, k.index(k.dims[depth]), rowBlock);
  }
}

/// Vectors of rows that hold one or more.
void StreamEmitter::forEachGroup(llvm::function_ref<void(Value)> visit) {
  Value end =
      rows % rowBlock == 0
          ? k.index(rowBlock / lanes)
          : arith::DivUIOp::create(k.b, k.loc, k.add(rowCount, k.index(lanes - 1)), k.index(lanes))
                .getResult();
  k.forEach(k.index(0), end, 1, [&](Value group) {
    Value at = k.mul(group, lanes);
    point[rowDim] = k.add(firstRow, at);
    visit(at);
  });
}

/// An extra at the point at hand, for a vector of rows.
Value StreamEmitter::loadExtra(unsigned extra) {
  LaneAccess lane = makeLaneAccess(k, extras[extra].access, rowDim, lanes);
  int64_t rest = rows % lanes;
  if (lane.kind == LaneKind::Uniform || rest == 0)
    return loadLanes(k, lane, point, lanes);
  Value whole = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::ule,
                                      k.add(point[rowDim], k.index(lanes)), k.index(rows));
  auto type = vector.clone(lane.access.type.getElementType());
  auto choice = scf::IfOp::create(k.b, k.loc, TypeRange(type), whole, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(k.b);
  for (auto [block, valid] : {std::pair(choice.thenBlock(), lanes), {choice.elseBlock(), rest}}) {
    k.b.setInsertionPointToStart(block);
    scf::YieldOp::create(k.b, k.loc, loadLanes(k, lane, point, valid));
  }
  return choice.getResult(0);
}

/// What the body yields for the rows from `group` on and one column of the tile.
SmallVector<Value> StreamEmitter::evaluate(Value group, Value column) {
  point[columnDim] = k.add(firstColumn, column);
  Block &body = op.getBody().front();
  BodyEmitter at(k, point, lanes, rowDim);
  Value address = k.add(k.mul(column, rowBlock), group);
  unsigned pairs = packed.size();
  for (unsigned i = 0; i < pairs; ++i)
    at.set(body.getArgument(i), load(tiles[i], address));
  at.argument = [&](BlockArgument argument) { return loadExtra(argument.getArgNumber() - pairs); };
  SmallVector<Value> values;
  for (Value yielded : body.back().getOperands())
    values.push_back(at.get(yielded));
  return values;
}

/// Products become weights, in their tiles.
void StreamEmitter::weigh() {
  forEachGroup([&](Value group) {
    if (op.getSoftmax()) {
      weighSoftmax(group);
      return;
    }
    k.forEach(k.index(0), columnCount, 1, [&](Value column) {
      Value address = k.add(k.mul(column, rowBlock), group);
      for (auto [weight, tile] : llvm::zip(evaluate(group, column), tiles))
        vector::StoreOp::create(k.b, k.loc, weight, tile, address);
    });
  });
}

/// What is taken off the scores of rows: their maxima. Where all is -inf it is 0: exp(-inf) is 0.
Value StreamEmitter::shiftOf(Value most) {
  Value none = arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::OEQ, most, leastScores());
  return arith::SelectOp::create(k.b, k.loc, none, k.zero(vector), most);
}

/// Scores, then their exponentials, and the rows' new maxima and sums.
void StreamEmitter::weighSoftmax(Value group) {
  Value before = load(maxima, group);
  auto overColumns = [&](Value start, llvm::function_ref<Value(Value, Value, Value)> step) {
    return k.loop(k.index(0), columnCount, k.index(1), start,
                  [&](Value column, ValueRange carried) {
                    Value address = k.add(k.mul(column, rowBlock), group);
                    return SmallVector<Value>{step(column, address, carried[0])};
                  })[0];
  };
  Value most = overColumns(before, [&](Value column, Value address, Value sofar) -> Value {
    Value score = evaluate(group, column)[0];
    vector::StoreOp::create(k.b, k.loc, score, tiles[0], address);
    return arith::MaximumFOp::create(k.b, k.loc, sofar, score);
  });
  Value off = shiftOf(most);
  Value by = exp(arith::SubFOp::create(k.b, k.loc, before, off));
  Value start = arith::MulFOp::create(k.b, k.loc, load(totals, group), by);
  Value total = overColumns(start, [&](Value, Value address, Value sofar) -> Value {
    Value weight = exp(arith::SubFOp::create(k.b, k.loc, load(tiles[0], address), off));
    vector::StoreOp::create(k.b, k.loc, weight, tiles[0], address);
    return arith::AddFOp::create(k.b, k.loc, sofar, weight);
  });
  vector::StoreOp::create(k.b, k.loc, most, maxima, group);
  vector::StoreOp::create(k.b, k.loc, total, totals, group);
  vector::StoreOp::create(k.b, k.loc, by, rescale, group);
}

void StreamEmitter::addSums() {
  point[rowDim] = firstRow;
  point[columnDim] = firstColumn;
  for (unsigned j = 0; j < op.getSumCount(); ++j) {
    const Operand &factor = factors[j], &out = outs[j];
    bool ofRows = op.isRowSum(j);
    Value tile = tiles[op.getSoftmax() ? 0 : j], zero = k.index(0);
    // The tile is [columns][rows].
    BroadcastFactor a{tile, zero, ofRows ? 1 : rowBlock, ofRows ? rowBlock : 1};
    LaneFactor b{factor.access.memory, base(factor), factor.by.by[ofRows ? columnDim : rowDim]};
    TileSums sums{out.access.memory, base(out), out.by.by[ofRows ? rowDim : columnDim], true,
                  rescale};
    emitTileProducts(k, element, a, b, sums, ofRows ? rowCount : columnCount,
                     ofRows ? columnCount : rowCount, k.dims[op.getWidthDim(j)]);
  }
}

/// Divides the sums by the rows' totals and stores the statistics.
void StreamEmitter::finishSoftmax() {
  for (unsigned j = 0; j < op.getSumCount(); ++j) {
    const Operand &out = outs[j];
    Value first = base(out);
    k.forEach(k.index(0), rowCount, 1, [&](Value row) {
      Value line = k.add(first, k.mul(row, out.by.by[rowDim]));
      Value total = splat(k, memref::LoadOp::create(k.b, k.loc, totals, row), lanes);
      forEachVector(k, k.dims[op.getWidthDim(j)], lanes, [&](Value offset, int64_t valid) {
        Value address = k.add(line, offset);
        Value sum = loadVector(k, vector, out.access.memory, address, valid);
        storeVector(k, arith::DivFOp::create(k.b, k.loc, sum, total), out.access.memory, address,
                    valid);
      });
    });
  }
  forEachGroup([&](Value group) { storeStatistics(group); });
}

void StreamEmitter::storeStatistics(Value group) {
  Value most = load(maxima, group);
  Value off = shiftOf(most);
  Value sum = emitMath<math::LogOp>(k, load(totals, group));
  Value value = arith::AddFOp::create(k.b, k.loc, off, sum);
  LaneAccess lane = makeLaneAccess(k, outs.back().access, rowDim, lanes);
  int64_t whole = rows / lanes * lanes;
  k.branch(point[rowDim], whole, rows,
           [&](bool inside) { storeLanes(k, lane, point, value, inside ? lanes : rows % lanes); });
}

void codegen::emitStream(EmitContext &k, kernel::StreamOp op) { StreamEmitter(k, op).run(); }
