//===- Lower.cpp - planned kernels to functions of a CPU --------------------------------------===//
//
// What a CPU adds to the way that all targets share: SPMD functions for entries, segments as
// memory, linkage. Reading on: codegen/loops/Lowering.h, Entry.cpp and Kernels.cpp (loops),
// Object.cpp (machine code).
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/Cpu.h"
#include "codegen/cpu/Kernels.h"

#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

LogicalResult codegen::lowerToCpuLoops(ModuleOp module) {
  return lowerEntries(module, [&](ArrayRef<kernel::EntryOp> entries) {
    KernelSet kernels(module, entries, getCpuWriter());
    ConstantSet constants(module);
    for (kernel::EntryOp entry : entries)
      if (failed(emitEntry(module, entry, kernels, constants)))
        return failure();
    return success();
  });
}

/// Segment bases come as `cast %ptr : !llvm.ptr to memref<?xi8>`; makes descriptors of them.
static void buildSegmentDescriptors(ModuleOp module) {
  LowerToLLVMOptions options(module.getContext());
  LLVMTypeConverter converter(module.getContext(), options);
  module.walk([&](UnrealizedConversionCastOp cast) {
    if (cast.getNumOperands() != 1 || !isa<LLVM::LLVMPointerType>(cast.getOperand(0).getType()))
      return;
    OpBuilder b(cast);
    Location loc = cast.getLoc();
    auto type = mlir::cast<MemRefType>(cast.getResult(0).getType());
    auto descriptor = MemRefDescriptor::poison(b, loc, converter.convertType(type));
    descriptor.setAllocatedPtr(b, loc, cast.getOperand(0));
    descriptor.setAlignedPtr(b, loc, cast.getOperand(0));
    descriptor.setConstantOffset(b, loc, 0);
    descriptor.setConstantSize(b, loc, 0, INT64_MAX);
    descriptor.setConstantStride(b, loc, 0, 1);
    Value memory = UnrealizedConversionCastOp::create(b, loc, type, Value(descriptor)).getResult(0);
    cast.getResult(0).replaceAllUsesWith(memory);
    cast.erase();
  });
}

/// Kernels are local to the object; entries and thunks are hidden: only the module table reaches
/// them.
static void setLinkage(ModuleOp module) {
  for (auto function : module.getOps<LLVM::LLVMFuncOp>()) {
    if (function.isExternal())
      continue;
    bool local = SymbolTable::getSymbolVisibility(function) == SymbolTable::Visibility::Private;
    if (local) {
      function.setLinkage(LLVM::Linkage::Internal);
      function.setNoInline(true); // func.func's own flag does not survive the conversion
    } else {
      function.setVisibility_(LLVM::Visibility::Hidden);
    }
  }
}

LogicalResult codegen::lowerToCpuLLVM(ModuleOp module) {
  buildSegmentDescriptors(module);
  LogicalResult status = convertToLLVM(module);
  setLinkage(module);
  return status;
}
