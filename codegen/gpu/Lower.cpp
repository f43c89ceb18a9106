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

/// Threads of a block, on a function of stage loops.
static constexpr StringLiteral kThreads = "kernel.threads";

static int64_t getThreads(kernel::KernelOpInterface op) {
  auto schedule = op->getAttrOfType<kernel::GpuScheduleAttr>("schedule");
  return schedule ? schedule.getThreads()
                  : cast<kernel::GpuTargetAttr>(kernel::getTarget(op)).getBlockThreads();
}

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

LogicalResult codegen::lowerToGpuLoops(ModuleOp module) {
  return lowerEntries(module, [&](ArrayRef<kernel::EntryOp> entries) {
    KernelSet kernels(module, entries, getGpuWriter());
    for (kernel::EntryOp entry : entries) {
      WalkResult written = entry->walk([&](kernel::KernelOpInterface op) {
        FailureOr<func::FuncOp> function = kernels.add(module, op);
        if (failed(function) || failed(refuseCalls(*function)))
          return WalkResult::interrupt();
        Builder b(op.getContext());
        (*function)->setAttr(kThreads, b.getI64IntegerAttr(getThreads(op)));
        op->setAttr(kFunctionAttr, b.getStringAttr(function->getSymName()));
        return WalkResult::advance();
      });
      if (written.wasInterrupted())
        return failure();
    }
    return success();
  });
}

LogicalResult codegen::lowerToGpuLLVM(ModuleOp module) {
  if (failed(convertToLLVM(module)))
    return failure();
  for (auto function : module.getOps<LLVM::LLVMFuncOp>()) {
    auto threads = function->getAttrOfType<IntegerAttr>(kThreads);
    if (!threads)
      continue;
    Builder b(module.getContext());
    function->removeAttr(kThreads);
    function->setAttr(NVVM::NVVMDialect::getKernelFuncAttrName(), b.getUnitAttr());
    function->setAttr(NVVM::NVVMDialect::getMaxntidAttrName(),
                      b.getDenseI32ArrayAttr(static_cast<int32_t>(threads.getInt())));
    SymbolTable::setSymbolVisibility(function, SymbolTable::Visibility::Public);
  }
  return success();
}
