//===- ContractEmitter.h - writes one planned contraction -------------------------------------===//
//
// A tile is rows x lanes of sums, each an own chain in k order (D1): vectors carried by the k
// loops, one operand as vectors, the other as broadcast scalars (or both as vectors). Reading on:
// Contract.cpp (grid), ContractSums.cpp (k loops), ContractEpilogue.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_CPU_CONTRACTEMITTER_H
#define SINTER_CODEGEN_CPU_CONTRACTEMITTER_H

#include "codegen/cpu/Lanes.h"
#include "dialects/kernel/contract/Plan.h"

namespace sinter::codegen {

using kernel::ContractPlan;
using kernel::Interval;
using kernel::RowClass;
using kernel::RowDim;

/// A factor of the plan and where it is read.
struct Factor : kernel::ContractFactor {
  LaneAccess lanes;
  bool packed = false; ///< reads the packed copy of a row tile
};

/// One tile variant: the class of every row dim, and lanes that are really there.
struct Tile {
  llvm::SmallVector<const RowClass *> classes;
  int64_t lanes = 0;

  int64_t rows() const {
    int64_t count = 1;
    for (const RowClass *one : classes)
      count *= one->height;
    return count;
  }
  /// Row `r` (row-major) as one step a row dim.
  llvm::SmallVector<int64_t> steps(int64_t r) const;
};

class ContractEmitter;
class Epilogue;

/// Addresses of one access in the tile that starts at the emitter's point: base + constant wherever
/// that can be proven.
class TileAddresses {
public:
  TileAddresses(ContractEmitter &emitter, mlir::AffineExpr address, const Tile &tile,
                bool packed = false);
  struct Address {
    mlir::Value base;
    int64_t offset = 0;
  };
  /// Of row `r` and vector `v`; makes the base when it is new.
  Address get(int64_t r, int64_t v);
  /// The one base of all rows and vectors; null when there are more.
  mlir::Value single();
  /// True when rows may have bases of their own, which need not name elements apart.
  bool rowsMayMeet() const;

private:
  ContractEmitter &e;
  mlir::AffineExpr address;
  const Tile &tile;
  llvm::SmallVector<llvm::SmallVector<std::optional<int64_t>>> rowDelta; ///< by row dim and step
  llvm::SmallVector<std::optional<int64_t>> laneDelta;                   ///< by vector
  std::map<llvm::SmallVector<int64_t>, mlir::Value> bases;
  mlir::Value packed;
};

/// Writes the function of one contraction: its grid of tiles, the sums of each tile, the epilogue.
class ContractEmitter {
public:
  ContractEmitter(EmitContext &k, kernel::ContractOp op, const ContractPlan &plan);
  void emit();

private:
  friend class TileAddresses;
  friend class Epilogue;

  /// True for a result that adds up all points of an element.
  bool sumsUp(size_t out) { return out < op.getSums().size() && op.getSums()[out]; }

  // Grid (Contract.cpp).
  void decode(mlir::Value tile, llvm::ArrayRef<int64_t> over);
  void bindDim(int64_t dim);
  void overRest(llvm::ArrayRef<int64_t> rest, const std::function<void()> &body);
  void overVariants(const std::function<void(const Tile &)> &body);
  void emitTile(const Tile &tile);
  /// Tiles that take turns, and where their accumulators wait.
  struct Group {
    int64_t size = 1, stride = 0; ///< tiles; elements of the accumulators of one
    mlir::Value memory;
    mlir::Value base, low, high; ///< number of the first tile; those of this thread
  };
  Group makeGroup();
  mlir::Value slotOf(const Group &group, mlir::Value tile);
  llvm::SmallVector<mlir::Value> loadSums(const Group &group, const Tile &tile, mlir::Value from);
  void overTiles(const Group &group, const std::function<void(const Tile &, mlir::Value)> &body);
  void overChunks(const Group &group, int64_t level);
  void emitGroups();
  void clearSums(mlir::Value begin, mlir::Value end, llvm::ArrayRef<int64_t> over);
  std::optional<Factor> preparePacking();
  void emitPacking(const Factor &source, int64_t rows);

  // Sums (ContractSums.cpp).
  struct Cursor {
    mlir::Value inner[2];
    int64_t fixed[2] = {0, 0};
  };
  using Rows = llvm::SmallVector<bool>;
  llvm::SmallVector<mlir::Value> emitSums(const Tile &tile, llvm::SmallVector<mlir::Value> start);
  Rows rowsInside(int64_t dim, Interval segment, Rows active);
  std::pair<mlir::Value, mlir::Value> clipSegment(size_t level, Interval segment);
  llvm::SmallVector<mlir::Value> emitLevel(size_t level, llvm::SmallVector<mlir::Value> sums,
                                           const Cursor &cursor, const Rows &active);
  llvm::SmallVector<mlir::Value> emitInner(Interval segment, mlir::Value begin, mlir::Value end,
                                           llvm::SmallVector<mlir::Value> sums,
                                           const Cursor &cursor, const Rows &active);
  llvm::SmallVector<mlir::Value> emitStep(llvm::SmallVector<mlir::Value> sums, const Cursor &cursor,
                                          const Rows &active);
  void emitPrefetch(int f, const Cursor &cursor);
  bool exceedsRegisters();
  void findLimits();
  Cursor advance(const Cursor &cursor, int64_t dim, mlir::Value value);
  Cursor advance(const Cursor &cursor, int64_t dim, int64_t value);

  // Epilogue (ContractEpilogue.cpp).
  void emitEpilogue(const Tile &tile, llvm::ArrayRef<mlir::Value> sums);
  void prefetchExtras(const Tile &tile);

  llvm::SmallVector<mlir::Value> at(const Tile &tile, int64_t r, int64_t v);
  int64_t vectors(const Tile &tile) const { return llvm::divideCeil(tile.lanes, p.width); }
  int64_t valid(const Tile &tile, int64_t v) const {
    return std::min(p.width, tile.lanes - v * p.width);
  }
  int64_t mostRows() const;
  int64_t countTiles(llvm::ArrayRef<int64_t> over) const;
  bool sharesRows() const;
  mlir::Value zeroSum() { return k.zero(mlir::VectorType::get({p.width}, p.element)); }

  EmitContext &k;
  kernel::ContractOp op;
  const ContractPlan &p;
  Factor factors[2];
  llvm::SmallVector<LaneAccess> extras, outs;
  llvm::SmallVector<mlir::Value> point;     ///< first point of the tile; k loops set reduced dims
  llvm::SmallVector<mlir::Value> tileIndex; ///< of each parallel dim
  // While sums are written:
  const Tile *now = nullptr;
  std::unique_ptr<TileAddresses> addresses[2];
  llvm::SmallVector<int64_t> extents; ///< of k loops; shorter in ragged blocks
  /// run-time [begin, end) of k loops
  std::map<int64_t, std::pair<mlir::Value, mlir::Value>> limits, chunks;
  mlir::Value guard;   ///< false: no term at all
  bool fenced = false; ///< each k step ends with schedulingFence
};

} // namespace sinter::codegen

#endif
