//===- Lower.cpp - planned kernels to functions of a GPU --------------------------------------===//
//
// What a GPU adds to the way that all targets share: a function is an entry point of the device,
// with as many threads in a block as its schedule says. Reading on: codegen/loops/Lowering.h,
// Kernels.cpp (loops), Ptx.cpp (text).
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/gpu/Gpu.h"
#include "codegen/gpu/Kernels.h"
#include "codegen/loops/Convert.h"
#include "dialects/kernel/Cost.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

/// Functions without an expansion (codegen/loops/Math.cpp), which edited text may name: a CPU calls
/// the C library for them.
static LogicalResult refuseCalls(func::FuncOp function) {
  WalkResult result = function.walk([&](Operation *op) {
    if (!isa<math::MathDialect>(op->getDialect()) || isInstruction(op))
      return WalkResult::advance();
    op->emitError("target '") << kernel::getTarget(op).getName() << "' has no code for '"
                              << op->getName() << "' of " << op->getResult(0).getType()
                              << "; cpu targets have [E1022]";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

/// Functions of all kernels of an entry, which equal kernels share.
static LogicalResult addKernels(ModuleOp module, kernel::EntryOp entry, KernelSet &kernels) {
  WalkResult written = entry->walk([&](kernel::KernelOpInterface op) {
    FailureOr<func::FuncOp> function = kernels.add(module, op);
    return WalkResult(success(succeeded(function) && succeeded(refuseCalls(*function))));
  });
  return failure(written.wasInterrupted());
}

/// A constant global of the host.
static void emitBytes(ModuleOp host, StringRef name, ArrayRef<char> bytes) {
  OpBuilder top = OpBuilder::atBlockBegin(host.getBody());
  auto type = LLVM::LLVMArrayType::get(top.getI8Type(), bytes.size());
  LLVM::GlobalOp::create(top, host.getLoc(), type, /*isConstant=*/true, LLVM::Linkage::External,
                         name, top.getStringAttr(StringRef(bytes.data(), bytes.size())), 64);
}

LogicalResult codegen::lowerToGpuLoops(ModuleOp module) {
  return lowerEntries(module, [&](ArrayRef<kernel::EntryOp> entries) {
    KernelSet kernels(module, entries, getGpuWriter());
    OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
    auto host = ModuleOp::create(builder, module.getLoc(), kHostModule);
    ConstantSet texts(host);
    ConstantMemory constants;
    for (kernel::EntryOp entry : entries)
      if (failed(addKernels(module, entry, kernels)) ||
          failed(emitHostEntry(host, entry, kernels, texts, constants)))
        return failure();
    emitBytes(host, kConstantsName, constants.getBytes());
    return success();
  });
}

LogicalResult codegen::lowerToGpuLLVM(ModuleOp module) {
  if (failed(convertToLLVM(module)))
    return failure();
  for (auto function : module.getOps<LLVM::LLVMFuncOp>()) {
    auto threads = function->getAttrOfType<IntegerAttr>(kThreadsAttr);
    if (!threads)
      continue;
    Builder b(module.getContext());
    function->removeAttr(kThreadsAttr);
    function->removeAttr(kBlocksAttr);
    function->setAttr(NVVM::NVVMDialect::getKernelFuncAttrName(), b.getUnitAttr());
    function->setAttr(NVVM::NVVMDialect::getMaxntidAttrName(),
                      b.getDenseI32ArrayAttr(static_cast<int32_t>(threads.getInt())));
    SymbolTable::setSymbolVisibility(function, SymbolTable::Visibility::Public);
  }
  return success();
}
