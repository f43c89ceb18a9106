//===- MapEmitter.h - walks the domain of a map kernel ----------------------------------------===//
//
// One emitter a kernel. Map.cpp chooses the walk and has the flat one; MapRows.cpp has the one with
// the lanes inside a row, MapOuterLoops.cpp that with a row on each lane, MapTranspose.cpp the one
// that changes layouts. Invariant: no walk changes a bit (NaiveMap.cpp is the reference).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_CPU_MAPEMITTER_H
#define SINTER_CODEGEN_CPU_MAPEMITTER_H

#include "codegen/cpu/LaneReduce.h"
#include "codegen/cpu/Lanes.h"
#include "codegen/loops/Body.h"
#include "dialects/kernel/Algorithm.h"

namespace sinter::codegen {

class MapEmitter {
public:
  MapEmitter(EmitContext &k, kernel::MapOp op);
  bool emit();

private:
  /// Walks; the first that covers the kernel is taken.
  bool mayBeFlat();
  bool mayHold(int64_t dim) const;
  int64_t chooseLanes();
  /// All accesses as vectors along `lanesDim`.
  void prepareLanes();
  void emitFlat();
  void emitInside();
  /// A row with the lanes along its last dim.
  struct Row {
    int64_t full = 0, tail = 0;            ///< whole vectors; elements of the last one
    llvm::SmallVector<BodyEmitter> bodies; ///< of a short row's vectors: values live on
    llvm::SmallVector<llvm::SmallVector<mlir::Value>> points;
    int64_t valid(int64_t chunk) const { return chunk < full ? kLanes : tail; }
  };
  /// `turn`: which of the accumulators the vector goes to.
  using Sweep =
      std::function<llvm::SmallVector<mlir::Value>(int64_t turn, int64_t valid, mlir::ValueRange)>;
  llvm::SmallVector<mlir::Value> sweepRow(const Row &row, int64_t turns, mlir::ValueRange init,
                                          const Sweep &body);
  /// One pass over a row: reductions, or with none of them what is stored at every point.
  struct RowSweep {
    llvm::SmallVector<kernel::ReduceOp> group;
    /// Values of the body that later sweeps need, too, and where they lie.
    llvm::SmallVector<std::pair<mlir::Value, mlir::Value>> kept;
  };
  bool isShortRow() const;
  llvm::SmallVector<RowSweep> planSweeps();
  void planKept(llvm::SmallVector<RowSweep> &sweeps);
  BodyEmitter bodyOf(llvm::ArrayRef<RowSweep> sweeps, size_t number, int64_t valid);
  void keep(const RowSweep &sweep, BodyEmitter &body);
  void reduceRow(llvm::ArrayRef<RowSweep> sweeps, size_t number, Row &row);
  void emitRow(llvm::ArrayRef<RowSweep> sweeps);
  void prepareAcross();
  void emitAcross();
  /// Chunks [begin, end) of the lanes dim; whole vectors run in a loop of their own, so that LLVM
  /// sees no branch in it.
  void emitChunks(mlir::Value begin, mlir::Value end);
  void emitAcrossChunk(int64_t valid);
  bool prepareTurn();
  bool mayTurn(size_t number);
  int64_t layTurned(int64_t lanes, int64_t other, llvm::ArrayRef<mlir::AffineExpr> addresses,
                    int64_t width);
  void emitTurned();
  void emitBlock(int64_t valid, int64_t columns);
  void storeTurned(size_t i, llvm::SmallVector<mlir::Value> columns, int64_t valid);

  BodyEmitter vectors(llvm::ArrayRef<mlir::Value> at, int64_t valid, int64_t lanes = kLanes);
  bool mayOrder();
  int64_t countLanes() const { return algorithm ? algorithm.getLanes() : 1; }
  llvm::SmallVector<mlir::Value>
  reduceAcross(llvm::ArrayRef<kernel::ReduceOp> group, mlir::ValueRange start,
               const std::function<llvm::SmallVector<mlir::Value>(mlir::ValueRange)> &step);
  mlir::Value combineTree(llvm::SmallVector<mlir::Value> lanes, kernel::ReduceOp reduce);
  mlir::Value reduceInMemory(kernel::ReduceOp reduce, int64_t valid);
  void sweepAcross(llvm::ArrayRef<kernel::ReduceOp> group, llvm::ArrayRef<size_t> stores,
                   int64_t valid);
  llvm::SmallVector<mlir::Value> stepReduce(kernel::ReduceOp reduce, BodyEmitter &body,
                                            mlir::ValueRange carried, size_t at);
  int64_t countStrip();
  void emitStrip(int64_t count);
  int64_t levelOf(mlir::Value value);
  int64_t countLevels();
  bool mayBeRead(size_t out);
  mlir::Value reduceWindow(kernel::ReduceOp reduce, llvm::ArrayRef<mlir::Value> values);
  void emitWindow(int64_t valid);
  llvm::SmallVector<int64_t> orderLoops();
  int64_t countInner() const;
  bool isWindow() const;
  void storeRow(BodyEmitter &body, llvm::ArrayRef<mlir::Value> at, int64_t valid, bool once);
  void storeOut(size_t out, llvm::ArrayRef<mlir::Value> at, mlir::Value value, int64_t valid);
  bool oncePerRow(size_t out) const;
  bool anyOut(bool once) const;
  mlir::Value rowNumber();

  EmitContext &k;
  kernel::MapOp op;
  llvm::SmallVector<Access> ins, outs;
  llvm::SmallVector<LaneAccess> inLanes, outLanes;
  llvm::SmallVector<int64_t> inner, rows;
  llvm::SmallVector<kernel::ReduceOp> reduces;
  kernel::AlgorithmAttr algorithm;            ///< of the ordered reductions; null: there are none
  std::optional<kernel::ChunkLoop> chunkLoop; ///< it cuts the sums
  int64_t lanesDim = -1, turnedDim = -1;
  llvm::SmallVector<mlir::Value> point;
  llvm::DenseMap<mlir::Value, mlir::Value> reduced;
  llvm::DenseMap<unsigned, mlir::Value> turned; ///< of operands read along another dim
  llvm::DenseMap<mlir::Value, int64_t> levels;  ///< of body values (levelOf)
  /// Accumulators of an ordered reduction in canonical lanes across rows
  llvm::DenseMap<mlir::Operation *, mlir::Value> memory;
};

} // namespace sinter::codegen

#endif
