//===- Emit.h - what every kernel emitter uses ------------------------------------------------===//
//
// A kernel is one function over flat buffers (Kernels.h). `EmitContext` holds its builder and
// arguments and turns accesses (domain point -> logical index -> address) into arith. Invariant: an
// element's sums never depend on how a kernel walks its domain (D1). Reading on: NaiveContract.cpp,
// NaiveMap.cpp (which define the bits), codegen/cpu (fast emitters), Body.h (code inside kernels).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_LOOPS_EMIT_H
#define SINTER_CODEGEN_LOOPS_EMIT_H

#include "dialects/kernel/Kernel.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinOps.h"

#include "llvm/ADT/StringSet.h"

#include <functional>

namespace sinter::codegen {

/// Where an operand of a kernel lies and how the domain reaches it.
struct Access {
  mlir::Value memory; ///< memref<Pxelement>
  kernel::BufferType type;
  mlir::AffineMap logical;  ///< domain -> logical index
  mlir::AffineExpr address; ///< domain -> linear element offset
  bool padded = false;      ///< logical index may leave the shape
  /// Of an indirect access: what the map's symbols are the values of, and what names the user's
  /// line.
  std::vector<Access> indices = {};
  mlir::Value line = {};

  /// True when other points along `dim` may be other elements.
  bool isFunctionOfDim(int64_t dim) const;
};

/// The accesses of a map kernel.
struct MapAccesses {
  llvm::SmallVector<Access> ins, outs;
};

using kernel::getBounds;

/// Element type as memory holds it: i1 is one byte.
mlir::Type getStoredType(mlir::Type element);

/// A kernel function being written.
class EmitContext {
public:
  EmitContext(mlir::OpBuilder &builder, mlir::Location loc, kernel::TargetInterface target,
              llvm::ArrayRef<int64_t> dims)
      : b(builder), loc(loc), target(target), dims(dims) {}

  mlir::OpBuilder &b;
  mlir::Location loc;
  kernel::TargetInterface target;
  llvm::SmallVector<int64_t> dims;                 ///< domain
  llvm::DenseMap<mlir::Value, mlir::Value> memory; ///< kernel operand -> memref argument
  /// operands whose bytes another operand reaches, one of the two writing
  llvm::DenseSet<mlir::Value> shared;
  mlir::Value thread, threads;
  /// True when threads take turns, so that neighbours take neighbours (a GPU); else each has a run
  /// of its own.
  bool takesTurns = false;
  int64_t pieces = 0; ///< the most that they share at once
  /// Of a kernel with indirect accesses: code that tells the run of a value that is no index (i64:
  /// the value, where it stands in its tensor, the axis's size), and what names the user's line of
  /// each access.
  std::function<void(mlir::Value line, mlir::Value value, mlir::Value position, mlir::Value size)>
      report;
  llvm::SmallVector<mlir::Value> lines;

  /// The access to `buffer`, an operand of the kernel, through `map` (domain -> logical index).
  Access access(mlir::Value buffer, mlir::AffineMap map, bool padded) const;
  /// All accesses of a map kernel, indices of indirect ones included.
  MapAccesses accesses(kernel::MapOp op) const;

  /// Constants, arithmetic on indices.
  mlir::Value index(int64_t value);
  mlir::Value constant(mlir::TypedAttr value);
  mlir::Value zero(mlir::Type type);
  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value mul(mlir::Value x, int64_t y);
  /// `expr` at a point of the domain; `symbols` are the values of its symbols.
  mlir::Value apply(mlir::AffineExpr expr, llvm::ArrayRef<mlir::Value> point,
                    llvm::ArrayRef<mlir::Value> symbols = {});
  /// The number of a point of the dims `which`, row-major.
  mlir::AffineExpr rowMajor(llvm::ArrayRef<int64_t> which) const;
  /// The linear offset of an access at a point.
  mlir::Value address(const Access &access, llvm::ArrayRef<mlir::Value> point);

  /// Whether a padded access is inside at a point (along all indices but `besides`); null: it
  /// always is. Values that are indices and outside are reported to the run.
  mlir::Value inside(const Access &access, llvm::ArrayRef<mlir::Value> point,
                     std::optional<unsigned> besides = std::nullopt);
  /// Index number `position` at `point`.
  mlir::Value indexOf(const Access &access, unsigned position, llvm::ArrayRef<mlir::Value> point);
  /// One element at a point: i1 as i1, zero outside a padded buffer.
  mlir::Value load(const Access &access, llvm::ArrayRef<mlir::Value> point);
  /// Writes one element at a point; i1 as a byte.
  void store(const Access &access, llvm::ArrayRef<mlir::Value> point, mlir::Value value);

  /// Adds to one element at a point, unless it is outside.
  void accumulate(const Access &access, llvm::ArrayRef<mlir::Value> point, mlir::Value value);
  /// Runs `body` where `condition` holds; null: always.
  void where(mlir::Value condition, const std::function<void()> &body);

  /// for i in [begin, end) step: carried = body(i, carried).
  using Body = std::function<llvm::SmallVector<mlir::Value>(mlir::Value, mlir::ValueRange)>;
  llvm::SmallVector<mlir::Value> loop(mlir::Value begin, mlir::Value end, mlir::Value step,
                                      mlir::ValueRange init, const Body &body);
  llvm::SmallVector<mlir::Value> loop(int64_t begin, int64_t end, mlir::ValueRange init,
                                      const Body &body);
  /// The loop that carries nothing: body(i).
  void forEach(mlir::Value begin, mlir::Value end, int64_t step,
               const std::function<void(mlir::Value)> &body);
  /// One whose only step is written out.
  void forEach(int64_t begin, int64_t end, const std::function<void(mlir::Value)> &body);
  /// A nest over `which` dims in row-major order; `point` is filled in and carried values run
  /// through.
  llvm::SmallVector<mlir::Value>
  nest(llvm::ArrayRef<int64_t> which, llvm::SmallVectorImpl<mlir::Value> &point,
       mlir::ValueRange init,
       const std::function<llvm::SmallVector<mlir::Value>(mlir::ValueRange)> &body);
  /// The nest that carries nothing.
  void nest(llvm::ArrayRef<int64_t> which, llvm::SmallVectorImpl<mlir::Value> &point,
            const std::function<void()> &body);
  /// `side(true)` where index < bound, `side(false)` elsewhere; one of them alone where that is
  /// known for all of [0, count).
  void branch(mlir::Value index, int64_t bound, int64_t count,
              const std::function<void(bool)> &side);
  /// Indices of place `number` of a row-major grid.
  llvm::SmallVector<mlir::Value> decode(mlir::Value number, llvm::ArrayRef<int64_t> sizes);
  /// This thread's part [t*T/n, (t+1)*T/n) of `total` pieces.
  std::pair<mlir::Value, mlir::Value> part(int64_t total);
  /// Runs `body` for this thread's share of `total` pieces.
  void share(int64_t total, const std::function<void(mlir::Value)> &body);
  /// Runs `body` with `point[which...]` set for this thread's share of the dims `which` (row-major,
  /// leading dims first).
  void shareDims(llvm::ArrayRef<int64_t> which, llvm::SmallVectorImpl<mlir::Value> &point,
                 const std::function<void()> &body);

  /// No load moves over this point, and none after it uses a value loaded before; costs no
  /// instruction.
  void schedulingFence();

  /// x * y + z in one accumulator step: fused when the target fuses, else two roundings (D1).
  mlir::Value multiplyAdd(mlir::Value x, mlir::Value y, mlir::Value z);
  /// `value` in the element type of an accumulator, or of what it leaves; works on vectors.
  mlir::Value widen(mlir::Value value, mlir::Type element);
  /// Sum of 16 canonical lanes by the tree (i, i+8), (i, i+4), (i, i+2), (i, i+1).
  using Combine = std::function<mlir::Value(mlir::Value, mlir::Value)>;
  mlir::Value combineLanes(mlir::Value lanes, const Combine &combine);
  /// The same tree over values of their own.
  mlir::Value combineLanes(llvm::SmallVector<mlir::Value> lanes, const Combine &combine);

private:
  llvm::SmallVector<mlir::Value> symbolsOf(const Access &access, llvm::ArrayRef<mlir::Value> point);
  void reportIndex(const Access &access, const Access &index, llvm::ArrayRef<mlir::Value> point,
                   mlir::Value value, int64_t size);
};

/// Plain loops, which cover every kernel of their kind: they define the bits that other emitters
/// must have.
void emitNaiveContract(EmitContext &kernel, kernel::ContractOp op);
void emitNaiveMap(EmitContext &kernel, kernel::MapOp op);
void emitNaivePrefix(EmitContext &kernel, kernel::PrefixOp op);
void emitNaiveStream(EmitContext &kernel, kernel::StreamOp op);

/// The one emitter of sorts.
void emitSort(EmitContext &kernel, kernel::SortOp op);

} // namespace sinter::codegen

#endif
