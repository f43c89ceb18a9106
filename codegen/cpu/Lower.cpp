//===- Lower.cpp - planned -> loops -> LLVM dialect -> LLVM IR ----------------------------------------===//
//
// The order of the conversions, in one place. The planned entries move under `module @planned` and are kept out of every
// conversion. Reading on: Entry.cpp and Kernels.cpp (loops), Object.cpp (machine code).
//
//===----------------------------------------------------------------------------------------------===//
#include "codegen/cpu/Cpu.h"
#include "codegen/cpu/Emit.h"

#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVMPass.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Transforms/Passes.h"

#include "llvm/IR/Module.h"

using namespace mlir;
using namespace sinter;

void codegen::registerCpuDialects(DialectRegistry &registry) {
  registry.insert<kernel::KernelDialect, arith::ArithDialect, math::MathDialect, func::FuncDialect, scf::SCFDialect,
                  memref::MemRefDialect, vector::VectorDialect, LLVM::LLVMDialect>();
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
}

static ModuleOp findPlanned(ModuleOp module) { return module.lookupSymbol<ModuleOp>(codegen::kPlannedModule); }

SmallVector<kernel::EntryOp> codegen::getPlannedEntries(ModuleOp module) {
  ModuleOp planned = findPlanned(module);
  return llvm::to_vector((planned ? planned : module).getOps<kernel::EntryOp>());
}

LogicalResult codegen::lowerToLoops(ModuleOp module) {
  module.getContext()->loadDialect<func::FuncDialect, scf::SCFDialect, memref::MemRefDialect, vector::VectorDialect,
                                   LLVM::LLVMDialect, math::MathDialect>();
  auto entries = llvm::to_vector(module.getOps<kernel::EntryOp>());
  if (entries.empty())
    return success();
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  auto planned = ModuleOp::create(builder, module.getLoc(), kPlannedModule);
  if (Attribute target = module->getAttr("kernel.target"))
    planned->setAttr("kernel.target", target);
  for (kernel::EntryOp entry : entries)
    entry->moveBefore(planned.getBody(), planned.getBody()->end());
  for (kernel::EntryOp entry : entries)
    if (failed(emitEntry(module, entry)))
      return failure();
  // Functions only: the planned entries stay as they are.
  PassManager passes(module.getContext());
  passes.addNestedPass<func::FuncOp>(createCanonicalizerPass());
  passes.addNestedPass<func::FuncOp>(createCSEPass());
  planned->remove();
  LogicalResult status = passes.run(module);
  module.getBody()->push_back(planned);
  return status;
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

/// Kernels are local to the object; entries and thunks are hidden: only the module table reaches them.
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

LogicalResult codegen::lowerToLLVM(ModuleOp module) {
  ModuleOp planned = findPlanned(module);
  if (planned)
    planned->remove();
  buildSegmentDescriptors(module);
  PassManager passes(module.getContext());
  passes.addPass(arith::createArithExpandOpsPass());
  passes.addPass(createSCFToControlFlowPass());
  passes.addPass(createConvertVectorToLLVMPass());
  passes.addPass(memref::createExpandStridedMetadataPass());
  passes.addPass(createFinalizeMemRefToLLVMConversionPass());
  passes.addPass(createConvertMathToLLVMPass());
  passes.addPass(createConvertMathToLibmPass());
  passes.addPass(createConvertVectorToLLVMPass());
  passes.addPass(createArithToLLVMConversionPass());
  passes.addPass(createConvertIndexToLLVMPass());
  passes.addPass(createConvertControlFlowToLLVMPass());
  ConvertFuncToLLVMPassOptions functions;
  functions.useBarePtrCallConv = true;
  passes.addPass(createConvertFuncToLLVMPass(functions));
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  passes.addPass(createReconcileUnrealizedCastsPass());
  LogicalResult status = passes.run(module);
  setLinkage(module);
  if (planned)
    module.getBody()->push_back(planned);
  return status;
}

std::unique_ptr<llvm::Module> codegen::translateToLLVMIR(ModuleOp module, llvm::LLVMContext &context) {
  DialectRegistry registry;
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  module.getContext()->appendDialectRegistry(registry);
  OwningOpRef<ModuleOp> code = ModuleOp::create(module.getLoc(), module.getSymName());
  for (Operation &op : *module.getBody())
    if (isa<LLVM::LLVMDialect>(op.getDialect()))
      code->getBody()->push_back(op.clone());
  return mlir::translateModuleToLLVMIR(*code, context, module.getSymName().value_or("sinter"));
}
