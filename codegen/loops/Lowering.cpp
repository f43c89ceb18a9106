//===- Lowering.cpp - planned -> loops -> LLVM dialect -> LLVM IR -----------------------------===//
//
// The order of the conversions, in one place. The planned entries move under `module @planned` and
// are kept out of every conversion. Reading on: Kernels.cpp (loops), Convert.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Lowering.h"
#include "codegen/loops/Convert.h"
#include "codegen/loops/Parallel.h"

#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include "llvm/IR/Module.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

static void registerTranslations(DialectRegistry &registry) {
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registerNVVMDialectTranslation(registry);
}

void codegen::registerLoopDialects(DialectRegistry &registry) {
  registry.insert<kernel::KernelDialect, arith::ArithDialect, math::MathDialect, func::FuncDialect,
                  scf::SCFDialect, memref::MemRefDialect, vector::VectorDialect,
                  cf::ControlFlowDialect, LLVM::LLVMDialect, NVVM::NVVMDialect>();
  ::registerTranslations(registry);
}

static ModuleOp findPlanned(ModuleOp module) {
  return module.lookupSymbol<ModuleOp>(codegen::kPlannedModule);
}

ModuleOp codegen::findHostModule(ModuleOp module) {
  return module.lookupSymbol<ModuleOp>(kHostModule);
}

codegen::KernelCount codegen::countKernels(ModuleOp module) {
  KernelCount count;
  for (kernel::EntryOp entry : getPlannedEntries(module))
    entry->walk([&](kernel::KernelOpInterface) { ++count.kernels; });
  for (Operation &op : *module.getBody()) {
    auto symbol = dyn_cast<FunctionOpInterface>(op);
    count.functions += symbol && symbol.isPrivate() && !symbol.isExternal() &&
                       !symbol.getName().starts_with("sinter.");
  }
  return count;
}

SmallVector<kernel::EntryOp> codegen::getPlannedEntries(ModuleOp module) {
  ModuleOp planned = findPlanned(module);
  return llvm::to_vector((planned ? planned : module).getOps<kernel::EntryOp>());
}

static int64_t countOps(Operation *op) {
  int64_t count = 0;
  op->walk([&](Operation *) { ++count; });
  return count;
}

/// Folds indices and merges equal ones, function by function.
static void cleanUp(ModuleOp module) {
  MLIRContext *context = module.getContext();
  RewritePatternSet patterns(context);
  for (StringRef name : {"arith", "cf", "func", "llvm", "math", "memref", "scf", "vector"})
    if (Dialect *dialect = context->getLoadedDialect(name))
      dialect->getCanonicalizationPatterns(patterns);
  for (RegisteredOperationName op : context->getRegisteredOperations())
    if (llvm::is_contained({"arith", "cf", "func", "llvm", "math", "memref", "scf", "vector"},
                           op.getDialectNamespace()))
      op.getCanonicalizationPatterns(patterns, context);
  FrozenRewritePatternSet frozen(std::move(patterns));
  auto functions = llvm::to_vector(module.getOps<func::FuncOp>());
  auto weights =
      llvm::map_to_vector(functions, [](func::FuncOp function) { return countOps(function); });
  forEachPiece(*context, weights, [&](size_t i) {
    if (functions[i].isExternal())
      return;
    (void)applyPatternsGreedily(functions[i].getBody(), frozen);
    IRRewriter rewriter(context);
    DominanceInfo dominance(functions[i]);
    eliminateCommonSubExpressions(rewriter, dominance, functions[i]);
  });
}

LogicalResult codegen::lowerEntries(ModuleOp module,
                                    function_ref<LogicalResult(ArrayRef<kernel::EntryOp>)> emit) {
  DialectRegistry dialects;
  registerLoopDialects(dialects);
  for (StringRef name : dialects.getDialectNames())
    module.getContext()->getOrLoadDialect(name);
  auto entries = llvm::to_vector(module.getOps<kernel::EntryOp>());
  if (entries.empty())
    return success();
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  auto planned = ModuleOp::create(builder, module.getLoc(), kPlannedModule);
  if (Attribute target = module->getAttr("kernel.target"))
    planned->setAttr("kernel.target", target);
  for (kernel::EntryOp entry : entries)
    entry->moveBefore(planned.getBody(), planned.getBody()->end());
  if (failed(emit(entries)))
    return failure();
  cleanUp(module);
  if (ModuleOp host = findHostModule(module))
    cleanUp(host);
  return success();
}

/// Converts every function in a module of its own, then puts it back where it was.
static LogicalResult convertFunctions(ModuleOp module) {
  Converter converter(module.getContext());
  auto functions = llvm::to_vector(module.getOps<func::FuncOp>());
  SmallVector<ModuleOp> holders;
  SmallVector<int64_t> weights;
  for (func::FuncOp function : functions) {
    OpBuilder b(function);
    holders.push_back(ModuleOp::create(b, function.getLoc()));
    function->moveBefore(holders.back().getBody(), holders.back().getBody()->end());
    weights.push_back(countOps(function));
  }
  SmallVector<LogicalResult> results(functions.size(), failure());
  forEachPiece(*module.getContext(), weights,
               [&](size_t i) { results[i] = converter.convert(holders[i]); });
  for (ModuleOp holder : holders) {
    module.getBody()->getOperations().splice(Block::iterator(holder),
                                             holder.getBody()->getOperations());
    holder.erase();
  }
  for (auto global : llvm::make_early_inc_range(module.getOps<memref::GlobalOp>()))
    if (failed(converter.convert(global)))
      return failure();
  return success(llvm::all_of(results, succeeded));
}

LogicalResult codegen::convertToLLVM(ModuleOp module) {
  module.getContext()->loadDialect<cf::ControlFlowDialect, LLVM::LLVMDialect>();
  ModuleOp planned = findPlanned(module);
  ModuleOp host = findHostModule(module);
  for (ModuleOp aside : {planned, host})
    if (aside)
      aside->remove();
  LogicalResult status = simplifyForLLVM(module);
  if (succeeded(status))
    status = convertFunctions(module);
  if (host && succeeded(status))
    status = convertToLLVM(host);
  for (ModuleOp aside : {planned, host})
    if (aside)
      module.getBody()->push_back(aside);
  return status;
}

void codegen::registerTranslations(MLIRContext &context) {
  DialectRegistry registry;
  ::registerTranslations(registry);
  context.appendDialectRegistry(registry);
}

std::unique_ptr<llvm::Module> codegen::translateToLLVMIR(ModuleOp module,
                                                         llvm::LLVMContext &context) {
  registerTranslations(*module.getContext());
  OwningOpRef<ModuleOp> code = ModuleOp::create(module.getLoc(), module.getSymName());
  for (Operation &op : *module.getBody())
    if (isa<LLVM::LLVMDialect>(op.getDialect()))
      code->getBody()->push_back(op.clone());
  return mlir::translateModuleToLLVMIR(*code, context, module.getSymName().value_or("sinter"));
}
