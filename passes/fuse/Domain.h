//===- Domain.h - how several map ops share one kernel domain ---------------------------------===//
//
// A kernel walks one domain. Each op that joins it gets a place for each of its own dims, so that a
// value made inside is read at the very point where it is made. The same replay decides what may
// fuse (passes/fuse) and how a fused op is lowered (passes/lower): what one accepts, the other can
// build. Invariant: every op is either full (all dims), or a row op (all dims but the inner ones).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_PASSES_FUSE_DOMAIN_H
#define SINTER_PASSES_FUSE_DOMAIN_H

#include "passes/fuse/MappedDim.h"

#include "dialects/kernel/Kernel.h"
#include "dialects/sinter/Sinter.h"

#include <string>

namespace sinter::passes {

/// The domain of a kernel under construction.
class Domain {
public:
  /// Starts from a contraction: the dims are its parallel dims, and of reductions only plain sums
  /// over the innermost of them may join. `op` is a member.
  static Domain ofContraction(ir::ContractionOpInterface op);

  /// Adds a map op or a view that only adds or drops dims of size 1. On failure `why` says why,
  /// and the domain is of no further use.
  bool add(mlir::Operation *op, std::string &why);

  bool contains(mlir::Operation *op) const { return mappings.count(op); }
  llvm::ArrayRef<int64_t> getSizes() const { return sizes; }
  /// Dims that the rows of the kernel reduce over, ascending.
  llvm::SmallVector<int64_t> getInner() const;
  /// Where each dim of the op's own domain lies.
  llvm::ArrayRef<MappedDim> getDimMapping(mlir::Operation *op) const {
    return mappings.find(op)->second;
  }

  /// True when some op reads outside its operand's shape.
  bool readsPadded() const { return padded; }
  /// What orders the sums (D1); null without reductions.
  kernel::AlgorithmAttr getAlgorithm() const { return algorithm; }

  /// Kernel dims -> index of operand `i` of a member.
  mlir::AffineMap getOperandAccess(mlir::Operation *op, unsigned i) const;
  /// Kernel dims -> index of result `i` of a member.
  mlir::AffineMap getResultAccess(mlir::Operation *op, unsigned i) const;
  /// A map over the op's own dims, over the kernel's dims instead.
  mlir::AffineMap place(mlir::Operation *op, mlir::AffineMap map) const;

private:
  bool constrain(mlir::Operation *op, mlir::AffineMap access, mlir::Value operand, DimMapping &at,
                 std::string &why);
  bool getDimMapping(mlir::AffineMap access, llvm::ArrayRef<int64_t> shape, DimMapping &mapping);
  bool splitDim(int64_t dim, int64_t by, DimMapping &at);
  int64_t sizeOf(MappedDim place) const;
  mlir::AffineExpr exprOf(MappedDim place, mlir::MLIRContext *context) const;
  void hint(ir::MapOpInterface op, DimMapping &at);
  struct Coverage;
  bool chunksAreWhole() const;
  bool mayJoin(ir::MapOpInterface op, kernel::AlgorithmAttr order, std::string &why) const;
  bool findMapping(ir::MapOpInterface op, DimMapping &at, std::string &why);
  std::optional<Coverage> cover(llvm::ArrayRef<int64_t> dims, llvm::ArrayRef<int64_t> reduced,
                                const DimMapping &at) const;
  bool sumsFit(llvm::ArrayRef<int64_t> reduced, const DimMapping &at,
               llvm::ArrayRef<bool> reducedDims, std::string &why) const;
  bool match(llvm::ArrayRef<int64_t> dims, llvm::ArrayRef<int64_t> reduced, DimMapping &at,
             std::string &why);
  bool addView(mlir::Operation *op, std::string &why);
  bool isPartialSum(llvm::ArrayRef<int64_t> reduced, llvm::ArrayRef<MappedDim> at) const;
  void reorderLike(llvm::ArrayRef<int64_t> opSizes, llvm::ArrayRef<MappedDim> at);

  llvm::SmallVector<int64_t> sizes;
  llvm::SmallVector<bool> inner;
  llvm::SmallVector<mlir::Operation *> members;
  llvm::DenseMap<mlir::Operation *, DimMapping> mappings;
  /// Who reads a value among the map ops that joined: values may have thousands of other users.
  llvm::DenseMap<mlir::Value, llvm::SmallVector<mlir::OpOperand *, 2>> reads;
  /// For values of views: where each index lies.
  llvm::DenseMap<mlir::Value, DimMapping> viewMappings;
  /// The pairs of kernel dims that some op sees as one.
  DimMapping collapsed;
  bool innerDecided = false, locked = false, padded = false;
  bool adds = false; ///< holds an op that adds to a base, and no other
  bool cut = false;  ///< a contraction in chunks
  kernel::AlgorithmAttr algorithm;
};

/// True for a view that only adds or drops dims of size 1.
bool isUnitView(mlir::Operation *op);

/// The constant of `value` when one element is all of it.
mlir::DenseElementsAttr getSplatConstant(mlir::Value value);

} // namespace sinter::passes

#endif
