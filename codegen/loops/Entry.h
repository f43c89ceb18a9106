//===- Entry.h - entries as functions of the host ---------------------------------------------===//
//
// `@<entry>(%spmd: !llvm.ptr)` is what the runtime calls (<sinter/abi.h>: sinter_spmd);
// `@<kernel>.run(%spmd)` runs one kernel, or one loop or if, for profiles. Buffers are places in
// segments at constant offsets; loops and ifs are scf around kernel lists. What a machine adds is
// how kernels are called and waited for. Reading on: codegen/cpu/Entry.cpp, codegen/gpu/Entry.cpp,
// dialects/kernel/Ranges.h.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_LOOPS_ENTRY_H
#define SINTER_CODEGEN_LOOPS_ENTRY_H

#include "dialects/kernel/Kernel.h"

#include "mlir/IR/BuiltinOps.h"

#include <memory>

namespace sinter::codegen {

/// Where a buffer starts: bytes of a segment, or a memref of its own (constants of a CPU).
struct BufferLocation {
  mlir::Value segment; ///< as wrapSegment has it
  mlir::Value offset;  ///< bytes
  mlir::Value whole;
};

/// One function of the host being written.
class EntryEmitter {
public:
  virtual ~EntryEmitter() = default;
  llvm::LogicalResult emitList(mlir::Block &block);
  /// A kernel, a launch, a loop or an if.
  llvm::LogicalResult emitWork(mlir::Operation *op);

protected:
  EntryEmitter(mlir::ModuleOp module, llvm::StringRef name, mlir::Location loc);

  /// Calls the function of a kernel.
  virtual llvm::LogicalResult emitCall(kernel::KernelOpInterface op) = 0;
  /// Calls those of a launch: its parts, then its serial section.
  virtual llvm::LogicalResult emitLaunch(kernel::LaunchOp op) = 0;
  /// What comes behind it has all before it.
  virtual void barrier() = 0;
  /// Whether a launch leaves nothing to wait for.
  virtual bool endsWithBarrier(kernel::LaunchOp op) const = 0;
  /// The i1 in a buffer.
  virtual llvm::FailureOr<mlir::Value> readPredicate(mlir::Value buffer) = 0;
  /// Where a constant lies; called in the prologue.
  virtual BufferLocation locateConstant(kernel::BufferOp op, mlir::DenseElementsAttr value) = 0;
  /// The base of a segment, an !llvm.ptr, as locations have it.
  virtual mlir::Value wrapSegment(mlir::Value base) = 0;

  llvm::LogicalResult emitCalls(mlir::Block &block);
  /// A field of the spmd at this byte.
  mlir::Value loadField(int32_t offset, mlir::Type type);
  llvm::FailureOr<BufferLocation> locate(mlir::Value buffer);
  /// The base of a segment, loaded once.
  mlir::Value getSegment(unsigned number);
  mlir::Value index(int64_t value);

  mlir::OpBuilder b;
  mlir::Location loc;
  mlir::Value spmd;
  mlir::Operation *prologueEnd; ///< buffers are resolved before it

private:
  llvm::FailureOr<BufferLocation> locateBuffer(kernel::BufferOp op);
  llvm::LogicalResult emitLoop(kernel::LoopOp op);
  llvm::LogicalResult emitIf(kernel::IfOp op);
  BufferLocation choose(mlir::Value even, const BufferLocation &x, const BufferLocation &y);

  mlir::Value segments;
  llvm::DenseMap<unsigned, mlir::Value> segmentBases; ///< by kernel::Segment
  llvm::DenseMap<mlir::Value, BufferLocation> locations;
  llvm::DenseMap<mlir::Value, mlir::Value> indices;
};

/// Writes the function of an entry and the thunks of its kernels, each by an emitter that `make`
/// gives.
llvm::LogicalResult emitEntryFunctions(
    kernel::EntryOp entry,
    llvm::function_ref<std::unique_ptr<EntryEmitter>(llvm::StringRef name, mlir::Location loc)>
        make);

} // namespace sinter::codegen

#endif
