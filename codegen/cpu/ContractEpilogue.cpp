//===- ContractEpilogue.cpp - what happens to the sums of a tile ------------------------------===//
//
// The epilogue runs on the sums in registers, row by row in row-major order. Partial sums are read
// once a tile, stepped in that order, and written once. 16 canonical lanes are first combined by
// their tree. Reading on: ContractEmitter.h, Body.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/ContractEmitter.h"
#include "codegen/loops/Body.h"
#include "codegen/loops/Reduce.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

/// The epilogue of one tile: what was read and what is still being added up.
class codegen::Epilogue {
public:
  Epilogue(ContractEmitter &emitter, const Tile &tile) : e(emitter), tile(tile) {
    for (const LaneAccess &extra : e.extras)
      extraAddresses.emplace_back(e, extra.access.address, tile);
    for (const LaneAccess &out : e.outs)
      outAddresses.emplace_back(e, out.access.address, tile);
  }
  void emit(ArrayRef<Value> sums);

private:
  /// An access of the tile: its number, and its address as a base and a constant.
  using Place = std::tuple<size_t, void *, int64_t>;
  struct Running {
    Value value, address;
    int64_t valid;
  };

  std::pair<Place, Value> resolve(std::vector<TileAddresses> &addresses, size_t i, int64_t r,
                                  int64_t v);
  Value combine(Value sum);
  Value readExtra(size_t i, int64_t r, int64_t v, ArrayRef<Value> here);
  void write(size_t i, Value value, int64_t r, int64_t v, ArrayRef<Value> here);
  void addUp(size_t i, Value value, int64_t r, int64_t v, ArrayRef<Value> here);

  ContractEmitter &e;
  const Tile &tile;
  std::vector<TileAddresses> extraAddresses, outAddresses;
  std::map<Place, Running> running; ///< partial sums of this tile
  std::map<Place, Value> loaded;    ///< extras; those that may be an out are read anew
};

std::pair<Epilogue::Place, Value> Epilogue::resolve(std::vector<TileAddresses> &addresses, size_t i,
                                                    int64_t r, int64_t v) {
  TileAddresses::Address from = addresses[i].get(r, v);
  return {{i, from.base.getAsOpaquePointer(), from.offset},
          e.k.add(from.base, e.k.index(from.offset))};
}

Value Epilogue::combine(Value sum) {
  if (!e.p.acrossLanes)
    return sum;
  return e.k.combineLanes(
      sum, [&](Value x, Value y) { return combineReduce(e.k, kernel::ReduceKind::Sum, x, y); });
}

Value Epilogue::readExtra(size_t i, int64_t r, int64_t v, ArrayRef<Value> here) {
  const LaneAccess &extra = e.extras[i];
  auto [place, address] = resolve(extraAddresses, i, r, extra.kind == LaneKind::Uniform ? 0 : v);
  Value &known = loaded[place];
  bool written = llvm::is_contained(e.op.getOuts(), e.op.getExtras()[i]);
  if (!known || written)
    known = loadLanes(e.k, extra, here, e.valid(tile, v), address);
  return known;
}

/// Adds to an element that more points of the tile may add to: it is read once and written once.
void Epilogue::addUp(size_t i, Value value, int64_t r, int64_t v, ArrayRef<Value> here) {
  const LaneAccess &out = e.outs[i];
  int64_t valid = e.valid(tile, v);
  auto [place, address] = resolve(outAddresses, i, r, v);
  Running &sum = running[place];
  if (!sum.value)
    sum = {splat(e.k, loadLanes(e.k, out, here, valid, address), e.p.width), address, valid};
  sum.value = combineReduce(e.k, kernel::ReduceKind::Sum, sum.value, splat(e.k, value, e.p.width));
  bool scattered = out.kind == LaneKind::Scattered; // written by the point
  if (scattered || outAddresses[i].rowsMayMeet()) { // the next row may add to the same element
    storeLanes(e.k, out, here, sum.value, valid, scattered ? Value() : address);
    sum.value = {};
  }
}

void Epilogue::write(size_t i, Value value, int64_t r, int64_t v, ArrayRef<Value> here) {
  if (e.sumsUp(i))
    addUp(i, value, r, v, here);
  else
    storeLanes(e.k, e.outs[i], here, value, e.valid(tile, v),
               resolve(outAddresses, i, r, v).second);
}

void Epilogue::emit(ArrayRef<Value> sums) {
  Block &epilogue = e.op.getEpilogue().front();
  bool across = e.p.acrossLanes;
  int64_t nv = e.vectors(tile);
  for (int64_t r = 0; r < tile.rows(); ++r)
    for (int64_t v = 0; v < nv; ++v) {
      SmallVector<Value> here = e.at(tile, r, v);
      BodyEmitter body(e.k, here, across ? 0 : e.p.width, across ? -1 : e.p.lanesDim);
      body.set(epilogue.getArgument(0), combine(sums[r * nv + v]));
      body.argument = [&](BlockArgument argument) {
        return readExtra(argument.getArgNumber() - 1, r, v, here);
      };
      SmallVector<Value> values;
      for (Value yielded : epilogue.back().getOperands())
        values.push_back(body.get(yielded));
      for (auto [i, value] : llvm::enumerate(values))
        write(i, value, r, v, here);
    }
  for (auto &[place, sum] : running)
    if (sum.value)
      storeLanes(e.k, e.outs[std::get<0>(place)], e.point, sum.value, sum.valid, sum.address);
}

void ContractEmitter::emitEpilogue(const Tile &tile, ArrayRef<Value> sums) {
  Epilogue(*this, tile).emit(sums);
}

/// Tile-sized operands of the epilogue (a weight that is updated) come from beyond L1: asked for
/// before the sums start.
void ContractEmitter::prefetchExtras(const Tile &tile) {
  if (p.acrossLanes)
    return;
  for (const LaneAccess &extra : extras) {
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
