//===- Walk.cpp - how a contraction is walked -------------------------------------------------===//
//
// See Walk.h.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/contract/Walk.h"

#include "llvm/ADT/SmallSet.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace sinter::kernel {

RowSplit splitRows(int64_t rows, int64_t mr) {
  if (rows <= 0 || mr <= 0)
    return {};
  int64_t tiles = llvm::divideCeil(rows, mr);
  int64_t small = rows / tiles, rest = rows % tiles;
  // `big` is the size of the first `bigTiles`; when all are equal, all are big.
  return rest ? RowSplit{tiles, small + 1, rest} : RowSplit{tiles, small, tiles};
}

ContractWalk ContractWalk::of(CpuScheduleAttr schedule) {
  return {schedule.getLanes(), schedule.getRows(), {schedule.getMr(), schedule.getNr()},
          schedule.getRows2(), schedule.getMr2(),  SmallVector<int64_t>(schedule.getOrder()),
          schedule.getKc(),    schedule.getGroup()};
}

CpuScheduleAttr ContractWalk::toSchedule(MLIRContext *context) const {
  return CpuScheduleAttr::get(context, lanes, rows, tile.mr, tile.nr, kc, rows2, mr2, group, order);
}

bool ContractWalk::fits(const Contraction &c) const {
  llvm::SmallSet<int64_t, 8> seen;
  for (int64_t d : order)
    if (d < 0 || d >= c.parallel || !seen.insert(d).second)
      return false;
  return (lanes >= 0 || c.isAcrossLanes()) && lanes < c.parallel && rows < c.parallel &&
         rows2 < c.parallel && (rows != lanes || lanes < 0) && tile.mr > 0 && mr2 > 0 &&
         tile.nr > 0;
}

} // namespace sinter::kernel
