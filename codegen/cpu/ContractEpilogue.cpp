//===- ContractEpilogue.cpp - what happens to the sums of a tile ------------------------------===//
//
// The epilogue runs on the sums in registers, row by row in row-major order. Partial sums are read
// once a tile, stepped in that order, and written once. 16 canonical lanes are first combined by
// their tree. Reading on: ContractEmitter.h, Body.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/Body.h"
#include "codegen/cpu/ContractEmitter.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

static Value addUp(EmitContext &k, Value x, Value y) {
  if (isa<FloatType>(getElementTypeOrSelf(x.getType())))
    return arith::AddFOp::create(k.b, k.loc, x, y);
  return arith::AddIOp::create(k.b, k.loc, x, y);
}

void ContractEmitter::emitEpilogue(const Tile &tile, ArrayRef<Value> sums) {
  Block &epilogue = op.getEpilogue().front();
  int64_t nv = vectors(tile);
  std::vector<TileAddresses> extraAddresses, outAddresses;
  for (const LaneAccess &extra : p.extras)
    extraAddresses.emplace_back(*this, extra.access.address, tile);
  for (const LaneAccess &out : p.outs)
    outAddresses.emplace_back(*this, out.access.address, tile);
  struct Running {
    Value value, address;
    int64_t valid;
  };
  std::map<std::tuple<size_t, void *, int64_t>, Running> running; // partial sums of this tile
  // Extras that may be an out are read anew at every point.
  std::map<std::tuple<size_t, void *, int64_t>, Value> loaded;
  auto isWritten = [&](size_t i) { return llvm::is_contained(op.getOuts(), op.getExtras()[i]); };
  auto resolve = [&](TileAddresses &addresses, int64_t r, int64_t v) {
    TileAddresses::Address from = addresses.get(r, v);
    return std::pair(from, k.add(from.base, k.index(from.offset)));
  };
  for (int64_t r = 0; r < tile.rows(); ++r)
    for (int64_t v = 0; v < nv; ++v) {
      SmallVector<Value> here = at(tile, r, v);
      BodyEmitter body(k, here, p.acrossLanes ? 0 : p.width, p.acrossLanes ? -1 : p.lanesDim);
      Value sum = sums[r * nv + v];
      if (p.acrossLanes)
        sum = k.combineLanes(sum, [&](Value x, Value y) { return addUp(k, x, y); });
      body.set(epilogue.getArgument(0), sum);
      body.argument = [&](BlockArgument argument) -> Value {
        size_t i = argument.getArgNumber() - 1;
        const LaneAccess &extra = p.extras[i];
        auto [from, address] =
            resolve(extraAddresses[i], r, extra.kind == LaneKind::Uniform ? 0 : v);
        Value &known = loaded[{i, from.base.getAsOpaquePointer(), from.offset}];
        Value value =
            known && !isWritten(i) ? known : loadLanes(k, extra, here, valid(tile, v), address);
        return known = value;
      };
      SmallVector<Value> values;
      for (Value yielded : epilogue.back().getOperands())
        values.push_back(body.get(yielded));
      for (auto [i, value] : llvm::enumerate(values)) {
        auto [from, address] = resolve(outAddresses[i], r, v);
        if (!p.sumsUp(op, i)) {
          storeLanes(k, p.outs[i], here, value, valid(tile, v), address);
          continue;
        }
        Running &sumOf = running[{i, from.base.getAsOpaquePointer(), from.offset}];
        if (!sumOf.value)
          sumOf = {splat(k, loadLanes(k, p.outs[i], here, valid(tile, v), address), p.width),
                   address, valid(tile, v)};
        sumOf.value = addUp(k, sumOf.value, splat(k, value, p.width));
        bool scattered = p.outs[i].kind == LaneKind::Scattered; // written by the point
        if (scattered ||
            outAddresses[i].rowsMayMeet()) { // the next row may add to the same element
          storeLanes(k, p.outs[i], here, sumOf.value, valid(tile, v),
                     scattered ? Value() : address);
          sumOf.value = {};
        }
      }
    }
  for (auto &[key, sumOf] : running)
    if (sumOf.value)
      storeLanes(k, p.outs[std::get<0>(key)], point, sumOf.value, sumOf.valid, sumOf.address);
}

/// Tile-sized operands of the epilogue (a weight that is updated) come from beyond L1: asked for
/// before the sums start.
void ContractEmitter::prefetchExtras(const Tile &tile) {
  if (p.acrossLanes)
    return;
  for (const LaneAccess &extra : p.extras) {
    if (extra.kind != LaneKind::Contiguous)
      continue;
    TileAddresses addresses(*this, extra.access.address, tile);
    llvm::SmallSetVector<std::pair<void *, int64_t>, 32> asked;
    for (int64_t r = 0; r < tile.rows(); ++r)
      for (int64_t v = 0; v < vectors(tile); ++v) {
        TileAddresses::Address from = addresses.get(r, v);
        if (asked.insert({from.base.getAsOpaquePointer(), from.offset}))
          memref::PrefetchOp::create(k.b, k.loc, extra.access.memory,
                                     ValueRange{k.add(from.base, k.index(from.offset))},
                                     /*isWrite=*/false, /*localityHint=*/3, /*isDataCache=*/true);
      }
  }
}
