//===- TileProducts.cpp - small products of tiles in cache ------------------------------------===//
//
// See TileProducts.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/TileProducts.h"

#include "codegen/cpu/Lanes.h"
#include "dialects/kernel/Cost.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

/// Vectors of a register tile, and its rows with many registers or few: sums, a row of b and a
/// broadcast fit, and there are more sums than a multiply-add takes cycles on two ports.
static constexpr int64_t kTileVectors = 2, kManyRows = 8, kFewRows = 4, kManyRegisters = 32;

void codegen::forEachVector(EmitContext &k, int64_t width, int64_t lanes,
                            llvm::function_ref<void(Value, int64_t)> visit) {
  int64_t whole = width / lanes;
  if (whole > 0)
    k.forEach(0, whole, [&](Value i) { visit(k.mul(i, lanes), lanes); });
  if (width % lanes)
    visit(k.index(whole * lanes), width % lanes);
}

namespace {
struct TileProducts {
  EmitContext &k;
  VectorType type;
  const BroadcastFactor &a;
  const LaneFactor &b;
  const TileSums &sums;
  Value depth;

  Value sumAddress(Value row, int64_t i, Value lane, int64_t vector) {
    Value address = k.add(k.add(sums.base, k.mul(row, sums.rowStep)), lane);
    return k.add(address, k.index(i * sums.rowStep + vector * type.getNumElements()));
  }
  int64_t validOf(int64_t vector, int64_t vectors, int64_t last) const {
    return vector + 1 < vectors ? type.getNumElements() : last;
  }
  SmallVector<Value> start(Value row, Value lane, int64_t rows, int64_t vectors, int64_t last);
  void emitTile(Value row, Value lane, int64_t rows, int64_t vectors, int64_t last);
  void emitWidth(Value row, int64_t rows, int64_t width);
};
} // namespace

/// The sums before the first term, row by row.
SmallVector<Value> TileProducts::start(Value row, Value lane, int64_t rows, int64_t vectors,
                                       int64_t last) {
  SmallVector<Value> carried;
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t v = 0; v < vectors; ++v) {
      if (!sums.adds) {
        carried.push_back(k.zero(type));
        continue;
      }
      Value old =
          loadVector(k, type, sums.memory, sumAddress(row, i, lane, v), validOf(v, vectors, last));
      if (sums.scale) {
        Value scale = memref::LoadOp::create(k.b, k.loc, sums.scale, k.add(row, k.index(i)));
        old = arith::MulFOp::create(k.b, k.loc, old, splat(k, scale, type.getNumElements()));
      }
      carried.push_back(old);
    }
  return carried;
}

/// Rows [row, row + rows), lanes from `lane` on in `vectors` vectors, the last one with `last`
/// lanes.
void TileProducts::emitTile(Value row, Value lane, int64_t rows, int64_t vectors, int64_t last) {
  int64_t lanes = type.getNumElements();
  Value aRow = k.add(a.base, k.mul(row, a.rowStep)), bLane = k.add(b.base, lane);
  SmallVector<Value> done =
      k.loop(k.index(0), depth, k.index(1), start(row, lane, rows, vectors, last),
             [&](Value term, ValueRange carried) {
               SmallVector<Value> line, next;
               Value bAt = k.add(bLane, k.mul(term, b.depthStep)),
                     aAt = k.add(aRow, k.mul(term, a.depthStep));
               for (int64_t v = 0; v < vectors; ++v)
                 line.push_back(loadVector(k, type, b.memory, k.add(bAt, k.index(v * lanes)),
                                           validOf(v, vectors, last)));
               for (int64_t i = 0; i < rows; ++i) {
                 Value one = memref::LoadOp::create(k.b, k.loc, a.memory,
                                                    k.add(aAt, k.index(i * a.rowStep)));
                 one = splat(k, one, lanes);
                 for (int64_t v = 0; v < vectors; ++v)
                   next.push_back(k.multiplyAdd(one, line[v], carried[i * vectors + v]));
               }
               return next;
             });
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t v = 0; v < vectors; ++v)
      storeVector(k, done[i * vectors + v], sums.memory, sumAddress(row, i, lane, v),
                  validOf(v, vectors, last));
}

void TileProducts::emitWidth(Value row, int64_t rows, int64_t width) {
  int64_t lanes = type.getNumElements(), chunk = kTileVectors * lanes, whole = width / chunk;
  if (whole > 0)
    k.forEach(0, whole,
              [&](Value i) { emitTile(row, k.mul(i, chunk), rows, kTileVectors, lanes); });
  if (int64_t rest = width % chunk) {
    int64_t vectors = (rest + lanes - 1) / lanes;
    emitTile(row, k.index(whole * chunk), rows, vectors, rest - (vectors - 1) * lanes);
  }
}

void codegen::emitTileProducts(EmitContext &k, Type element, const BroadcastFactor &a,
                               const LaneFactor &b, const TileSums &sums, Value rows, Value depth,
                               int64_t width) {
  auto type = VectorType::get({getCpu(k).getVectorLanes(element)}, element);
  TileProducts tiles{k, type, a, b, sums, depth};
  int64_t many = getCpu(k).getVectorRegisters() >= kManyRegisters ? kManyRows : kFewRows;
  Value rest = arith::RemUIOp::create(k.b, k.loc, rows, k.index(many)),
        whole = arith::SubIOp::create(k.b, k.loc, rows, rest);
  auto run = [&](Value begin, Value end, int64_t step) {
    k.forEach(begin, end, step, [&](Value row) { tiles.emitWidth(row, step, width); });
  };
  run(k.index(0), whole, many);
  run(whole, rows, 1);
}
