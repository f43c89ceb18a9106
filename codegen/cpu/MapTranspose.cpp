//===- MapTranspose.cpp - elementwise maps between layouts ------------------------------------===//
//
// Most of what is written lies side by side along one dim, something that is read or written along
// another (images row-major and with the batch on the lanes; an update and the other form of its
// weight): in square blocks of points the latter is read, or written, as vectors along the second
// dim and turned in registers. Dims that all buffers step through as one are one, so that small
// images fill the blocks. Reading on: MapEmitter.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/MapEmitter.h"
#include "dialects/kernel/Cost.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

/// Neighbouring dims that every address steps through evenly become one, the inner one.
static void mergeDims(SmallVector<int64_t> &dims, MutableArrayRef<AffineExpr> addresses) {
  auto simplify = [&] {
    for (AffineExpr &address : addresses)
      address = kernel::simplifyInRange(address, dims);
  };
  simplify();
  int64_t inner = -1;
  for (int64_t outer = static_cast<int64_t>(dims.size()); outer-- > 0;) {
    if (dims[outer] == 1)
      continue;
    auto even = [&](AffineExpr address) {
      return kernel::stepsEvenly(address, outer, inner, dims);
    };
    if (inner >= 0 && llvm::all_of(addresses, even)) {
      dims[inner] *= dims[outer];
      dims[outer] = 1;
      simplify();
    } else {
      inner = outer;
    }
  }
}

/// Rows become columns.
static SmallVector<Value> turn(EmitContext &k, SmallVector<Value> rows) {
  int64_t size = static_cast<int64_t>(rows.size());
  for (int64_t apart = size / 2; apart > 0; apart /= 2) {
    SmallVector<int64_t> low, high; // of two vectors: squares of `apart` change places
    for (int64_t lane = 0; lane < size; ++lane) {
      bool second = lane & apart;
      low.push_back(second ? size + lane - apart : lane);
      high.push_back(second ? size + lane : lane + apart);
    }
    for (int64_t i = 0; i < size; ++i) {
      if (i & apart)
        continue;
      Value x = rows[i], y = rows[i + apart];
      rows[i] = vector::ShuffleOp::create(k.b, k.loc, x, y, low);
      rows[i + apart] = vector::ShuffleOp::create(k.b, k.loc, x, y, high);
    }
  }
  return rows;
}

/// A turned operand is read before anything that its block writes, a turned result is written
/// behind it: neither may lie where the kernel does the other thing.
bool MapEmitter::mayTurn(size_t number) {
  bool isIn = number < ins.size();
  Value buffer = isIn ? op.getIns()[number] : op.getOuts()[number - ins.size()];
  ValueRange others = isIn ? op.getOuts() : op.getIns();
  const Access &access = isIn ? ins[number] : outs[number - ins.size()];
  return !access.type.getElementType().isInteger(1) && !k.shared.contains(buffer) &&
         !llvm::is_contained(others, buffer) && (isIn || !op.addsTo(number - ins.size()));
}

/// Sets up the accesses with `lanes` on the lanes and what is scattered there along `other`; how
/// many are turned, 0 when that does not cover the map or nothing needs it.
int64_t MapEmitter::layTurned(int64_t lanes, int64_t other, ArrayRef<AffineExpr> addresses,
                              int64_t width) {
  int64_t count = 0;
  bool anyAlong = false; // what is written lies along the lanes, or other lanes are better
  inLanes.clear();
  outLanes.clear();
  for (size_t i = 0; i < addresses.size(); ++i) {
    bool isIn = i < ins.size();
    Access access = isIn ? ins[i] : outs[i - ins.size()];
    access.address = addresses[i];
    access.logical = AffineMap::get(k.dims.size(), 0, access.address);
    LaneAccess lane = makeLaneAccess(k, access, lanes, width);
    if (lane.kind == LaneKind::Scattered) {
      lane = makeLaneAccess(k, access, other, width);
      if (lane.kind != LaneKind::Contiguous || !mayTurn(i))
        return 0;
      ++count;
    } else if (!isIn) {
      if (lane.kind != LaneKind::Contiguous)
        return 0;
      anyAlong = true;
    }
    (isIn ? inLanes : outLanes).push_back(lane);
  }
  return anyAlong ? count : 0;
}

/// Finds the two dims, of several pairs those that turn least, and sets up the accesses; false,
/// with nothing changed, when the map is another kind of work.
bool MapEmitter::prepareTurn() {
  constexpr int64_t kFewestPoints = 64;
  if (!inner.empty() || !reduces.empty() || !op.getBody().front().getOps<kernel::IndexOp>().empty())
    return false;
  SmallVector<int64_t> dims = k.dims;
  SmallVector<AffineExpr> addresses;
  for (auto *accesses : {&ins, &outs})
    for (Access &access : *accesses) {
      if (access.padded)
        return false;
      addresses.push_back(access.address);
    }
  mergeDims(dims, addresses);
  int64_t width = kLanes, fewest = 0;
  for (const Access &in : ins)
    width = std::min(width, getCpu(k).getVectorLanes(in.type.getElementType()));
  std::swap(k.dims, dims);
  for (int64_t lanes = 0; lanes < static_cast<int64_t>(k.dims.size()); ++lanes)
    for (int64_t other = 0; other < static_cast<int64_t>(k.dims.size()); ++other) {
      if (lanes == other ||
          std::min(k.dims[lanes], width) * std::min(k.dims[other], width) < kFewestPoints)
        continue;
      int64_t count = layTurned(lanes, other, addresses, width);
      if (!count || (fewest && count >= fewest))
        continue;
      fewest = count;
      lanesDim = lanes;
      turnedDim = other;
    }
  if (fewest) {
    layTurned(lanesDim, turnedDim, addresses, width);
    return true;
  }
  std::swap(k.dims, dims);
  inLanes.clear();
  outLanes.clear();
  return false;
}

/// `valid` x `columns` points from `point` on.
void MapEmitter::emitBlock(int64_t valid, int64_t columns) {
  int64_t width = outLanes[0].lanes;
  SmallVector<std::pair<unsigned, SmallVector<Value>>> blocks;
  for (auto [i, in] : llvm::enumerate(inLanes)) {
    if (in.dim != turnedDim)
      continue;
    SmallVector<Value> here = point, rows;
    Value nothing = k.zero(VectorType::get({width}, in.access.type.getElementType()));
    for (int64_t r = 0; r < width; ++r) {
      here[lanesDim] = k.add(point[lanesDim], k.index(r));
      rows.push_back(r < valid ? loadLanes(k, in, here, columns) : nothing);
    }
    blocks.push_back({i, turn(k, std::move(rows))});
  }
  SmallVector<SmallVector<Value>> results(outs.size());
  SmallVector<Value> here = point;
  for (int64_t c = 0; c < columns; ++c) {
    here[turnedDim] = k.add(point[turnedDim], k.index(c));
    for (auto &[i, block] : blocks)
      turned[i] = block[c];
    BodyEmitter body = vectors(here, valid, width);
    for (auto [result, yielded] : llvm::zip(results, op.getBody().front().back().getOperands()))
      result.push_back(body.get(yielded));
    for (size_t i = 0; i < outs.size(); ++i)
      if (outLanes[i].dim != turnedDim)
        storeOut(i, here, results[i].back(), valid);
  }
  turned.clear();
  for (size_t i = 0; i < outs.size(); ++i)
    if (outLanes[i].dim == turnedDim)
      storeTurned(i, std::move(results[i]), valid);
}

/// Stores a block of out `i`, given by columns.
void MapEmitter::storeTurned(size_t i, SmallVector<Value> columns, int64_t valid) {
  int64_t width = outLanes[i].lanes, count = static_cast<int64_t>(columns.size());
  for (Value &column : columns)
    column = splat(k, column, width);
  columns.resize(width, k.zero(columns.front().getType()));
  SmallVector<Value> rows = turn(k, std::move(columns)), here = point;
  for (int64_t r = 0; r < valid; ++r) {
    here[lanesDim] = k.add(point[lanesDim], k.index(r));
    storeLanes(k, outLanes[i], here, rows[r], count);
  }
}

void MapEmitter::emitTurned() {
  int64_t width = outLanes[0].lanes;
  for (auto [own, lanes] : llvm::zip_equal(ins, inLanes))
    own = lanes.access;
  for (auto [own, lanes] : llvm::zip_equal(outs, outLanes))
    own = lanes.access;
  point.assign(k.dims.size(), k.index(0));
  rows.clear();
  for (int64_t d = 0; d < static_cast<int64_t>(k.dims.size()); ++d)
    if (k.dims[d] != 1 && d != turnedDim)
      rows.push_back(d);
  // Rows of blocks; their columns are the innermost loop. Where both dims allow, four blocks stand
  // in a square: the two lines of cache that hardware fetches together, and panels of 32, are then
  // used as a whole.
  SmallVector<int64_t> order = orderLoops();
  order.push_back(turnedDim);
  auto isBlocked = [&](int64_t d) { return d == lanesDim || d == turnedDim; };
  bool square = k.dims[lanesDim] % (2 * width) == 0 && k.dims[turnedDim] % (2 * width) == 0;
  SmallVector<int64_t> steps, sizes; // points that a turn of each loop moves
  for (int64_t d : order)
    steps.push_back(!isBlocked(d) ? 1 : square ? 2 * width : width);
  if (square) {
    order.append({lanesDim, turnedDim});
    steps.append({width, width});
  }
  int64_t total = 1;
  for (auto [i, d] : llvm::enumerate(order))
    total *= sizes.emplace_back(
        square && i + 2 >= order.size() ? 2 : llvm::divideCeil(k.dims[d], steps[i]));
  auto [begin, end] = k.part(total);
  k.forEach(begin, end, 1, [&](Value tile) {
    Value chunks[2]; // where not all blocks are whole: which one this is
    point.assign(k.dims.size(), k.index(0));
    for (auto [d, step, at] : llvm::zip_equal(order, steps, k.decode(tile, sizes))) {
      if (isBlocked(d))
        chunks[d == turnedDim] = at;
      point[d] = k.add(point[d], k.mul(at, step));
    }
    auto overSizes = [&](int64_t dim, Value chunk, const std::function<void(int64_t)> &body) {
      int64_t whole = k.dims[dim] / width, all = llvm::divideCeil(k.dims[dim], width);
      k.branch(chunk, whole, all, [&](bool full) { body(full ? width : k.dims[dim] % width); });
    };
    overSizes(lanesDim, chunks[0], [&](int64_t valid) {
      overSizes(turnedDim, chunks[1], [&](int64_t columns) { emitBlock(valid, columns); });
    });
  });
}
