//===- MapTranspose.cpp - elementwise maps between layouts ------------------------------------===//
//
// What is written lies side by side along one dim, what is read along another (images row-major and
// with the batch on the lanes): square blocks of points are read as vectors along the second,
// turned in registers and written as vectors along the first. Dims that all buffers step through as
// one are one, so that small images fill the blocks. Reading on: MapEmitter.h.
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

/// Finds the two dims and sets up the accesses; false, with nothing changed, when the map is
/// another kind of work.
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
  int64_t width = kLanes;
  for (const Access &in : ins)
    width = std::min(width, kernel::getVectorLanes(k.target, in.type.getElementType()));
  auto along = [&](size_t number, int64_t dim) {
    Access access = number < ins.size() ? ins[number] : outs[number - ins.size()];
    access.address = addresses[number];
    access.logical = AffineMap::get(dims.size(), 0, access.address);
    return makeLaneAccess(k, access, dim, width);
  };
  std::swap(k.dims, dims);
  for (int64_t lanes = 0; lanes < static_cast<int64_t>(k.dims.size()); ++lanes)
    for (int64_t other = 0; other < static_cast<int64_t>(k.dims.size()); ++other) {
      if (lanes == other ||
          std::min(k.dims[lanes], width) * std::min(k.dims[other], width) < kFewestPoints)
        continue;
      bool fits = true, any = false;
      inLanes.clear();
      outLanes.clear();
      for (size_t i = 0; i < addresses.size(); ++i) {
        LaneAccess access = along(i, lanes);
        if (i < ins.size() && access.kind == LaneKind::Scattered) {
          // Read ahead of what the block writes: it must not lie there.
          Value buffer = op.getIns()[i];
          access = along(i, other);
          fits &= access.kind == LaneKind::Contiguous &&
                  !ins[i].type.getElementType().isInteger(1) && !k.shared.contains(buffer) &&
                  !llvm::is_contained(op.getOuts(), buffer);
          any = true;
        } else {
          fits &= i < ins.size() || access.kind == LaneKind::Contiguous;
        }
        (i < ins.size() ? inLanes : outLanes).push_back(access);
      }
      if (!fits || !any)
        continue;
      lanesDim = lanes;
      turnedDim = other;
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
  SmallVector<Value> here = point;
  for (int64_t c = 0; c < columns; ++c) {
    here[turnedDim] = k.add(point[turnedDim], k.index(c));
    for (auto &[i, block] : blocks)
      turned[i] = block[c];
    BodyEmitter body = vectors(here, valid, width);
    storeRow(body, here, valid, true);
  }
  turned.clear();
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
  // Rows of blocks; their columns are the innermost loop.
  SmallVector<int64_t> order = orderLoops(), sizes;
  order.push_back(turnedDim);
  int64_t total = 1;
  for (int64_t d : order)
    total *= sizes.emplace_back(d == lanesDim || d == turnedDim ? llvm::divideCeil(k.dims[d], width)
                                                                : k.dims[d]);
  auto [begin, end] = k.part(total);
  k.forEach(begin, end, 1, [&](Value tile) {
    Value chunks[2];
    for (auto [d, at] : llvm::zip_equal(order, k.decode(tile, sizes))) {
      bool chunked = d == lanesDim || d == turnedDim;
      if (chunked)
        chunks[d == turnedDim] = at;
      point[d] = chunked ? k.mul(at, width) : at;
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
