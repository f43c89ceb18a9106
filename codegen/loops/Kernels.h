//===- Kernels.h - one function a kernel, one global a constant -------------------------------===//
//
// A kernel's function has an argument for each distinct buffer, a flat memref, and behind those
// what its kind of machine needs. Equal kernels share one function. Reading on: Kernels.cpp,
// Emit.h.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_LOOPS_KERNELS_H
#define SINTER_CODEGEN_LOOPS_KERNELS_H

#include "codegen/loops/Emit.h"

namespace sinter::codegen {

/// How functions of kernels are written for one kind of machine.
struct KernelWriter {
  /// Types of the arguments behind the buffers.
  llvm::SmallVector<mlir::Type> (*getMoreTypes)(kernel::KernelOpInterface op);
  /// Writes the body of `op`, whose `more` arguments these are.
  void (*write)(EmitContext &kernel, kernel::KernelOpInterface op, mlir::ValueRange more);
};

/// The kernel functions of a module. Equal kernels share one: the first one's, under its name.
class KernelSet {
public:
  /// Kernels may not be named as the symbols of `module` or as `entries`.
  KernelSet(mlir::ModuleOp module, llvm::ArrayRef<kernel::EntryOp> entries, KernelWriter writer);
  /// The function of `op`, written unless an equal kernel has one.
  llvm::FailureOr<mlir::func::FuncOp> add(mlir::ModuleOp module, kernel::KernelOpInterface op);
  /// The function of a kernel that was added.
  mlir::func::FuncOp lookup(mlir::Operation *op) const { return functions.lookup(op); }

private:
  llvm::DenseMap<mlir::Attribute,
                 llvm::SmallVector<std::pair<mlir::Operation *, mlir::func::FuncOp>>>
      known;
  llvm::DenseMap<mlir::Operation *, mlir::func::FuncOp> functions;
  llvm::StringSet<> names;
  KernelWriter writer;
};

/// The constant data of a module: what has equal bytes is one global, whichever entries, kernels
/// and shapes read it (Constants.cpp).
class ConstantSet {
public:
  explicit ConstantSet(mlir::ModuleOp module) : module(module) {}
  /// The global that holds `value` as a buffer of `type` does: in the order of its layout.
  mlir::memref::GlobalOp get(mlir::Location loc, mlir::DenseElementsAttr value,
                             kernel::BufferType type);
  /// The global that holds a text, 0 behind it.
  mlir::LLVM::GlobalOp getText(llvm::StringRef text);
  /// Those that hold an array of addresses of texts, and an array of i64.
  mlir::LLVM::GlobalOp getTexts(llvm::ArrayRef<std::string> list);
  mlir::LLVM::GlobalOp getNumbers(llvm::ArrayRef<int64_t> numbers);

private:
  mlir::ModuleOp module;
  llvm::DenseMap<std::pair<mlir::Attribute, mlir::Type>, mlir::memref::GlobalOp> byBuffer;
  llvm::DenseMap<mlir::Attribute, mlir::memref::GlobalOp> byContent;
  llvm::StringMap<mlir::LLVM::GlobalOp> texts;
  llvm::DenseMap<mlir::Attribute, mlir::LLVM::GlobalOp> arrays;
};

/// Elements of a constant in the order of its buffer's layout, as memory holds them.
mlir::DenseElementsAttr getPhysicalElements(mlir::DenseElementsAttr value, kernel::BufferType type);

/// Buffers of a kernel in the order of its function's arguments: each operand once.
llvm::SmallVector<mlir::Value> getKernelOperands(kernel::KernelOpInterface op);

/// Locations of a kernel's indirect accesses.
llvm::SmallVector<mlir::Location> getIndirectLocs(kernel::KernelOpInterface op);

} // namespace sinter::codegen

#endif
