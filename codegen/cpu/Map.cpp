//===- Map.cpp - map kernels on 16 lanes ------------------------------------------------------===//
//
// Four ways to walk a domain, all with vectors of 16 points (D1's canonical lanes; LLVM splits them
// for narrower hardware): flat, when every access is the domain itself; lanes inside the row, when
// the last inner dim is on the lanes; lanes across rows, each lane a row of its own; in blocks,
// between layouts. Tails are masked. Not covered: sums whose canonical lanes do not fall on the
// vector's. Reading on: Lanes.h, Reduce.h, Body.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/MapEmitter.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

MapEmitter::MapEmitter(EmitContext &k, kernel::MapOp op) : k(k), op(op) {
  MapAccesses all = k.accesses(op);
  ins = std::move(all.ins);
  outs = std::move(all.outs);
  inner.assign(op.getInner().begin(), op.getInner().end());
  for (int64_t d = 0; d < static_cast<int64_t>(k.dims.size()); ++d)
    if (!llvm::is_contained(inner, d))
      rows.push_back(d);
  for (Operation &inside : op.getBody().front())
    if (auto reduce = dyn_cast<kernel::ReduceOp>(inside))
      reduces.push_back(reduce);
  if (llvm::any_of(reduces, [](kernel::ReduceOp reduce) { return isOrdered(reduce.getKind()); }))
    algorithm = op.getAlgorithmAttr();
  point.assign(k.dims.size(), k.index(0));
}

/// True when the walks know the order of the sums: lanes that are whole vectors, or chunks of
/// chains that end where a loop's steps do.
bool MapEmitter::mayOrder() {
  if (!algorithm)
    return true;
  if (!algorithm.isCut())
    return countLanes() == 1 || countLanes() % kLanes == 0;
  SmallVector<int64_t> row;
  for (int64_t d : inner)
    row.push_back(k.dims[d]);
  chunkLoop = kernel::getChunkLoop(algorithm, row);
  return chunkLoop && countLanes() == 1 && algorithm.getJoin() == 1;
}

bool MapEmitter::oncePerRow(size_t out) const {
  return llvm::none_of(inner, [&](int64_t d) { return outs[out].isFunctionOfDim(d); });
}

void MapEmitter::storeOut(size_t out, ArrayRef<Value> at, Value value, int64_t valid) {
  if (op.addsTo(out))
    addLanes(k, outLanes[out], at, value, valid);
  else
    storeLanes(k, outLanes[out], at, value, valid);
}

bool MapEmitter::anyOut(bool once) const {
  for (size_t i = 0; i < outs.size(); ++i)
    if (oncePerRow(i) == once)
      return true;
  return false;
}

/// Nothing is reduced or indexed, and every buffer is read and written in one order of memory (or
/// at one place). Each point writes a place of its own, so as many places as points means all of
/// them: the domain is the buffer.
bool MapEmitter::mayBeFlat() {
  if (!reduces.empty() || !op.getBody().front().getOps<kernel::IndexOp>().empty() ||
      op.hasIndirectAccess() || llvm::is_contained(op.getAdds(), true))
    return false;
  SmallVector<AffineExpr> used; // the index in a dim of size 1 is 0
  int64_t points = 1;
  for (auto [d, size] : llvm::enumerate(k.dims)) {
    used.push_back(size == 1 ? getAffineConstantExpr(0, op.getContext())
                             : getAffineDimExpr(d, op.getContext()));
    points *= size;
  }
  auto placeOf = [&](const Access &access) {
    return simplifyAffineExpr(access.address.replaceDims(used), k.dims.size(), 0);
  };
  AffineExpr own = placeOf(outs[0]);
  auto isOwn = [&](const Access &access) { return !access.padded && placeOf(access) == own; };
  return outs[0].type.getPhysicalElements() == points && llvm::all_of(outs, isOwn) &&
         llvm::all_of(ins, [&](const Access &access) {
           return isOwn(access) || (!access.padded && isa<AffineConstantExpr>(placeOf(access)));
         });
}

/// True when `dim` may be on the lanes.
bool MapEmitter::mayHold(int64_t dim) const {
  if (!llvm::is_contained(inner, dim))
    return true;
  if (dim != inner.back() || (algorithm && countLanes() == 1))
    return false;
  if (inner.size() > 1 && k.dims[dim] % std::max(kLanes, countLanes()) != 0 && !reduces.empty())
    return false;
  // An out of some inner dims but not this one would be stored again and again.
  for (size_t i = 0; i < outs.size(); ++i)
    if (!oncePerRow(i) && !outs[i].logical.isFunctionOfDim(dim))
      return false;
  return true;
}

int64_t MapEmitter::chooseLanes() {
  if (auto schedule = dyn_cast_or_null<kernel::CpuScheduleAttr>(op.getScheduleAttr())) {
    int64_t lanes = schedule.getLanes();
    if (lanes >= 0 && lanes < static_cast<int64_t>(k.dims.size()) && mayHold(lanes))
      return lanes;
  }
  int64_t best = -1;
  double most = -1;
  for (int64_t d = k.dims.size(); d-- > 0;) {
    if (!mayHold(d))
      continue;
    double score = 0;
    for (const auto *accesses : {&ins, &outs})
      for (const Access &access : *accesses) {
        LaneKind kind = makeLaneAccess(k, access, d, kLanes).kind;
        score += kind == LaneKind::Contiguous ? 2 : kind == LaneKind::Uniform ? 1 : 0;
      }
    score *= std::min<int64_t>(k.dims[d], kLanes);
    if (score > most) {
      most = score;
      best = d;
    }
  }
  return best;
}

BodyEmitter MapEmitter::vectors(ArrayRef<Value> at, int64_t valid, int64_t lanes) {
  BodyEmitter body(k, at, lanes, lanesDim);
  for (auto [value, emitted] : reduced)
    body.set(value, emitted);
  SmallVector<Value> here(at);
  if (lanes == 0)
    body.argument = [this, here](BlockArgument argument) {
      return k.load(ins[argument.getArgNumber()], here);
    };
  else
    body.argument = [this, here, valid](BlockArgument argument) {
      if (Value known = turned.lookup(argument.getArgNumber()))
        return known;
      return loadLanes(k, inLanes[argument.getArgNumber()], here, valid);
    };
  return body;
}

void MapEmitter::prepareLanes() {
  for (const Access &in : ins)
    inLanes.push_back(makeLaneAccess(k, in, lanesDim, kLanes));
  for (const Access &out : outs)
    outLanes.push_back(makeLaneAccess(k, out, lanesDim, kLanes));
}

void MapEmitter::storeRow(BodyEmitter &body, ArrayRef<Value> at, int64_t valid, bool once) {
  auto yielded = op.getBody().front().back().getOperands();
  SmallVector<std::pair<size_t, Value>> values;
  for (size_t i = 0; i < outs.size(); ++i)
    if (oncePerRow(i) == once)
      values.push_back({i, body.get(yielded[i])});
  for (auto [i, value] : values)
    storeOut(i, at, value, valid);
}

//===--- flat ---------------------------------------------------------------------------------===//

void MapEmitter::emitFlat() {
  int64_t total = 1;
  SmallVector<AffineExpr> used;
  for (auto [d, size] : llvm::enumerate(k.dims)) {
    total *= size;
    used.push_back(size == 1 ? getAffineConstantExpr(0, op.getContext())
                             : getAffineDimExpr(d, op.getContext()));
  }
  auto simplified = [&](AffineExpr place) {
    return simplifyAffineExpr(place.replaceDims(used), k.dims.size(), 0);
  };
  AffineExpr own = simplified(outs[0].address);
  auto flatten = [&](SmallVector<Access> &accesses) {
    for (Access &access : accesses) {
      if (simplified(access.address) == own)
        access.address = getAffineDimExpr(0, op.getContext());
      else // one place, whatever the point
        access.address =
            getAffineConstantExpr(getBounds(access.address, k.dims).first, op.getContext());
      access.logical = AffineMap::get(1, 0, access.address);
    }
  };
  // The domain becomes one dim; only places are used from here on.
  flatten(ins);
  flatten(outs);
  k.dims = {total};
  inner.clear();
  rows = {0};
  point = {k.index(0)};
  lanesDim = 0;
  emitAcross();
}

bool MapEmitter::emit() {
  if (llvm::is_contained(k.dims, 0) || k.dims.empty() || !mayOrder())
    return false;
  if (mayBeFlat()) {
    emitFlat();
    return true;
  }
  if (prepareTurn()) {
    emitTurned();
    return true;
  }
  lanesDim = chooseLanes();
  if (lanesDim < 0)
    return false;
  if (llvm::is_contained(inner, lanesDim))
    emitInside();
  else
    emitAcross();
  return true;
}

bool codegen::emitMap(EmitContext &k, kernel::MapOp op) { return MapEmitter(k, op).emit(); }
