//===- FusedLowering.h - the state of lowering one sinter.fused -------------------------------===//
//
// LowerFused.cpp has the kernel itself, LowerChunks.cpp the kernels around it when sums are cut.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_PASSES_LOWER_FUSEDLOWERING_H
#define SINTER_PASSES_LOWER_FUSEDLOWERING_H

#include "passes/Regions.h"
#include "passes/fuse/Domain.h"
#include "passes/fuse/Outline.h"
#include "passes/lower/Lowering.h"

namespace sinter::passes {

/// State of one lowering.
struct FusedLowering {
  ir::FusedOp fused;
  EntryBuilder &entry;
  llvm::DenseMap<mlir::Value, mlir::Value> &buffers;
  const Places &places;

  llvm::SmallVector<mlir::Operation *> ops; ///< without constants and terminator
  ir::ContractionOpInterface root;
  Domain domain;
  unsigned dims = 0;                    ///< of the kernel; a contraction's include the reduced ones
  llvm::SmallVector<mlir::Value> reads; ///< buffer of each body argument that is read
  llvm::SmallVector<mlir::AffineMap> readMaps;
  llvm::SmallVector<mlir::Location> readLocs;
  /// By (buffer, access).
  llvm::DenseMap<std::pair<mlir::Value, mlir::AffineMap>, unsigned> readNumber;
  llvm::DenseMap<mlir::Value, mlir::Value> scalars;
  llvm::SmallVector<mlir::Value> outs;
  llvm::SmallVector<mlir::AffineMap> outMaps;
  llvm::SmallVector<bool> sums; ///< outs that are partial sums of a contraction's epilogue
  llvm::SmallVector<bool> adds; ///< outs that begin as a base and are added to
  /// A partial sum in chunks: where they lie, their number, and where the whole sum goes.
  struct CutSum {
    mlir::Value partial;
    mlir::AffineExpr chunk;
    llvm::SmallVector<mlir::Value> places;
  };
  llvm::MapVector<mlir::Value, CutSum> cutSums; ///< by result
  kernel::AlgorithmAttr algorithm;
  llvm::SmallVector<mlir::Operation *> made;

  mlir::AffineMap widen(mlir::AffineMap map) const {
    return mlir::AffineMap::get(dims, 0, map.getResults(), map.getContext());
  }

  FusedLowering(ir::FusedOp fused, EntryBuilder &entry,
                llvm::DenseMap<mlir::Value, mlir::Value> &buffers, const Places &places)
      : fused(fused), entry(entry), buffers(buffers), places(places) {}

  /// Where a result lies: given, or nowhere yet.
  llvm::ArrayRef<mlir::Value> placesOf(mlir::Value result) const {
    auto it = places.find(result);
    return it == places.end() ? llvm::ArrayRef<mlir::Value>()
                              : llvm::ArrayRef<mlir::Value>(it->second);
  }
  mlir::Value bufferOf(mlir::Value inside) {
    return buffers.lookup(
        fused.getInputs()[mlir::cast<mlir::BlockArgument>(inside).getArgNumber()]);
  }

  mlir::LogicalResult analyse();
  mlir::AffineMap settleSymbols(mlir::Operation *op, mlir::AffineMap map);
  std::pair<mlir::Value, mlir::AffineMap> getRead(mlir::Operation *op, unsigned i);
  std::pair<mlir::Value, mlir::AffineMap> getRead(mlir::Operation *op, unsigned i,
                                                  mlir::AffineMap access);
  void addRead(mlir::Operation *op, std::pair<mlir::Value, mlir::AffineMap> read);
  void writeBase(mlir::Operation *op, mlir::ValueRange to);
  void collectReads();
  void addReads(mlir::Block *body);
  void settleIndices(mlir::Operation *op, mlir::Block *body, mlir::Operation *last,
                     llvm::MutableArrayRef<mlir::Value> results);
  void buildBody(mlir::Block *body, unsigned firstRead, mlir::Value sum = {});
  kernel::LayoutAttr partialLayout();
  void makeOuts();
  std::optional<CutSum> cutSum(mlir::Value value);
  void joinSums();
  void makeContraction(llvm::StringRef name);
  mlir::Value makePartialSums(llvm::StringRef name, int64_t first, int64_t count, int64_t length,
                              int64_t slices);
  mlir::LogicalResult makeChunks(llvm::StringRef name);
  void makeMap(llvm::StringRef name);
  mlir::LogicalResult lower();

  mlir::Type sumType() {
    return mlir::cast<mlir::RankedTensorType>(root->getResult(0).getType()).getElementType();
  }
};

} // namespace sinter::passes

#endif
