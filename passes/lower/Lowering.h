//===- Lowering.h - from sinter entries to kernel lists ---------------------------------------===//
//
// EntryBuilder writes one kernel.entry: buffers and views in front, kernels in run order behind
// them. lowerFused makes one kernel of one sinter.fused. assignSymbolAddresses fixes where every
// module-level symbol lies. Reading on: EntryLowering.h (entries), LowerFused.cpp (kernels),
// AddressSymbols.cpp (offsets), GenerateEntries.cpp (load, save, prepare).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_PASSES_LOWER_LOWERING_H
#define SINTER_PASSES_LOWER_LOWERING_H

#include "dialects/kernel/Kernel.h"
#include "dialects/sinter/Sinter.h"

namespace sinter::passes {

/// Name of a kernel that does `op`: <op>_<type>
std::string nameKernel(llvm::StringRef op, mlir::Type type);

/// The buffer type of a tensor: shape, element, layout.
kernel::BufferType getBufferType(mlir::Type tensor);

/// Writes one kernel.entry.
class EntryBuilder {
public:
  /// Starts an entry called `symbol` at the place of `module`.
  EntryBuilder(mlir::OpBuilder &module, mlir::Location loc, llvm::StringRef symbol,
               llvm::StringRef name, kernel::EntryKind kind, int64_t batch);

  /// Adds a buffer behind those that are there.
  mlir::Value addBuffer(mlir::Location loc, llvm::StringRef name, kernel::Role role,
                        kernel::BufferType type, mlir::IntegerAttr offset = {},
                        mlir::ElementsAttr value = {});
  /// The same bytes as `source`, seen as `type`.
  mlir::Value addView(mlir::Location loc, mlir::Value source, kernel::BufferType type);
  /// A temporary.
  mlir::Value addTemp(mlir::Location loc, kernel::BufferType type);
  /// The place of a symbol, form or scalar; one buffer an entry.
  mlir::Value getSymbolBuffer(mlir::Operation *symbol);
  /// The logical image of a symbol.
  mlir::Value getLogicalBuffer(ir::SymbolOp symbol);
  /// A kernel that copies `from` to every one of `to`; layouts may differ, shapes may not.
  void addCopy(mlir::Location loc, llvm::StringRef what, mlir::Value from, mlir::ValueRange to);

  /// A kernel that writes `value` to all of `to`.
  void addFill(mlir::Location loc, llvm::StringRef what, mlir::TypedAttr value, mlir::Value to);

  /// Says that `fresh` replaced the buffer op `old`.
  void noteReplaced(mlir::Operation *old, mlir::Operation *fresh) {
    if (lastBuffer == old)
      lastBuffer = fresh;
  }

  /// The next kernel's number.
  mlir::IntegerAttr numberKernel() { return builder.getI64IntegerAttr(kernelCount++); }
  /// Builder at the end of the kernel list, or of the part that is being written.
  mlir::OpBuilder &kernels() { return builder; }
  kernel::EntryOp getEntry() { return entry; }

private:
  mlir::OpBuilder atBuffers();

  kernel::EntryOp entry;
  mlir::OpBuilder builder;
  llvm::DenseMap<mlir::Operation *, mlir::Value> places, images;
  mlir::Operation *lastBuffer = nullptr;
  unsigned kernelCount = 0, tempCount = 0;
};

/// Where results of fused ops are to lie, when not in temporaries of their own: one buffer or more.
using Places = llvm::DenseMap<mlir::Value, llvm::SmallVector<mlir::Value, 2>>;

/// Makes one kernel of `fused`. `buffers` maps the tensors around it; its results get buffers
/// there, those of `places` or temporaries. Fails, with a diagnostic, when the ops inside are no
/// one kernel's.
llvm::LogicalResult lowerFused(ir::FusedOp fused, EntryBuilder &entry,
                               llvm::DenseMap<mlir::Value, mlir::Value> &buffers,
                               const Places &places);

/// Makes the kernels of `op`, which reads and writes row-major tensors.
void lowerStream(ir::StreamOpInterface op, EntryBuilder &entry,
                 llvm::DenseMap<mlir::Value, mlir::Value> &buffers, const Places &places);

/// Makes the kernel of `op`, the same way.
void lowerRows(ir::RowOpInterface op, EntryBuilder &entry,
               llvm::DenseMap<mlir::Value, mlir::Value> &buffers, const Places &places);

/// What kernel.reduce makes of the values of chunks, with that of a shorter last one; sums of
/// floats are joined in f64.
mlir::Value joinChunks(mlir::OpBuilder &builder, mlir::Location loc, kernel::ReduceKind kind,
                       mlir::Value chunks, mlir::Value last = {});

/// Cuts the entry's long reductions to one value into chunks of shape-fixed size: two kernels
/// instead of one.
void splitReductions(EntryBuilder &entry);

/// Gives every symbol, form and scalar its offset; sets `sinter.segment_bytes`
/// of the module.
void assignSymbolAddresses(mlir::ModuleOp module);

/// Appends the generated entries load, load_params, save, prepare. Fails with a diagnostic.
llvm::LogicalResult generateEntries(mlir::ModuleOp module);

} // namespace sinter::passes

#endif
