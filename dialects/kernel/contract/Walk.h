//===- Walk.h - how a contraction is walked ---------------------------------------------------===//
//
// Which dim is on the vector lanes, which give tile rows, how large a tile is, in which order tiles
// come and where sums pause. The attribute #kernel.cpu_schedule as data. Invariant: a walk never
// changes bits (D1). Reading on: Schedule.cpp (who chooses), Plan.h (what follows).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_KERNEL_CONTRACT_WALK_H
#define SINTER_DIALECTS_KERNEL_CONTRACT_WALK_H

#include "dialects/kernel/contract/Contraction.h"

namespace sinter::kernel {

/// Register tile of a contraction: `mr` rows by `nr` lanes (elements).
struct Tile {
  int64_t mr = 1, nr = 1;
};

/// Rows cut into `tiles` pieces of nearly equal size: the first `bigTiles` have `big` rows, the
/// others `big - 1`.
struct RowSplit {
  int64_t tiles = 0, big = 0, bigTiles = 0;
  /// First row of tile `t`.
  int64_t begin(int64_t t) const {
    return t <= bigTiles ? t * big : bigTiles * big + (t - bigTiles) * (big - 1);
  }
  /// Rows of tile `t`.
  int64_t size(int64_t t) const { return t < bigTiles ? big : big - 1; }
};

/// Cuts `rows` into ceil(rows / mr) nearly equal pieces: 256 rows with mr 14 become 19 tiles of 14
/// or 13.
RowSplit splitRows(int64_t rows, int64_t mr);

/// A way to walk a contraction.
struct ContractWalk {
  int64_t lanes = -1; ///< parallel dim on the vector lanes; ignored by sums in canonical lanes
  int64_t rows = -1;  ///< parallel dim that gives tile rows, -1: none
  Tile tile;
  int64_t rows2 = -1, mr2 = 1; ///< a second one: tiles of mr x mr2 rows
  llvm::SmallVector<int64_t>
      order; ///< of the tile grid, outermost first; dims not named go outside
  /// 0, or about how many reduced elements are summed for each tile of the last `group` dims of the
  /// order in turn.
  int64_t kc = 0, group = 0;

  static ContractWalk of(CpuScheduleAttr schedule);
  CpuScheduleAttr toSchedule(mlir::MLIRContext *context) const;
  /// True when it names dims that `contraction` has.
  bool fits(const Contraction &contraction) const;
};

} // namespace sinter::kernel

#endif
