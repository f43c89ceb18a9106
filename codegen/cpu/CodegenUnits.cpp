//===- CodegenUnits.cpp - object code on all cores --------------------------------------------===//
//
// Kernels are functions that meet nobody but libm, so runs of them are compiled apart, each in an
// LLVM context of its own; entries, tables and constants are one unit more. Where runs end follows
// from the module alone, and units are joined in order: equal bytes for any number of cores.
// Reading on: ObjectMerger.h, Object.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/Cpu.h"
#include "codegen/cpu/Kernels.h"
#include "codegen/cpu/ObjectMerger.h"
#include "codegen/loops/Parallel.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Target/LLVMIR/Export.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

using namespace mlir;
using namespace sinter;

/// Ops in a run of kernels: some 15 ms of work, so that few models have one unit and none has
/// hundreds of small ones.
static constexpr int64_t kRunWeight = 1500;

namespace {
/// Functions compiled together.
struct CodegenUnit {
  SmallVector<LLVM::LLVMFuncOp> kernels;
  int64_t weight = 0;
  llvm::SmallVector<char, 0> object;
  std::string error;
};
} // namespace

/// True for a kernel that names nothing but functions from outside.
static bool isApart(LLVM::LLVMFuncOp function, SymbolTable &symbols) {
  if (function.isExternal() || function.getLinkage() != LLVM::Linkage::Internal ||
      !function.getNoInline())
    return false;
  WalkResult uses = function.walk([&](Operation *op) {
    if (isa<LLVM::AddressOfOp>(op))
      return WalkResult::interrupt();
    auto call = dyn_cast<LLVM::CallOp>(op);
    if (!call)
      return WalkResult::advance();
    auto callee =
        call.getCallee() ? symbols.lookup<LLVM::LLVMFuncOp>(*call.getCallee()) : LLVM::LLVMFuncOp();
    return callee && callee.isExternal() ? WalkResult::advance() : WalkResult::interrupt();
  });
  return !uses.wasInterrupted();
}

/// The unit's LLVM dialect: copies of its kernels, now visible to the other units, and what they
/// call.
static OwningOpRef<ModuleOp> copyKernels(ModuleOp module, const CodegenUnit &unit) {
  OwningOpRef<ModuleOp> copy = ModuleOp::create(module.getLoc(), module.getSymName());
  for (LLVM::LLVMFuncOp kernel : unit.kernels) {
    LLVM::LLVMFuncOp function = kernel.clone();
    function.setLinkage(LLVM::Linkage::External);
    function.setVisibility_(LLVM::Visibility::Hidden);
    copy->getBody()->push_back(function);
  }
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    if (function.isExternal())
      copy->getBody()->push_back(function.clone());
  return copy;
}

/// Everything else, with the kernels of other units declared.
static OwningOpRef<ModuleOp> copyRest(ModuleOp module,
                                      const llvm::DenseSet<Operation *> &elsewhere) {
  OwningOpRef<ModuleOp> copy = ModuleOp::create(module.getLoc(), module.getSymName());
  for (Operation &op : *module.getBody()) {
    if (!isa<LLVM::LLVMDialect>(op.getDialect()))
      continue;
    if (!elsewhere.contains(&op)) {
      copy->getBody()->push_back(op.clone());
      continue;
    }
    auto declaration = cast<LLVM::LLVMFuncOp>(op.cloneWithoutRegions());
    declaration.setLinkage(LLVM::Linkage::External);
    declaration.setVisibility_(LLVM::Visibility::Hidden);
    copy->getBody()->push_back(declaration);
  }
  return copy;
}

static llvm::Error compile(ModuleOp copy, CodegenUnit &unit, kernel::CpuTargetAttr target,
                           codegen::CodeOptions options, codegen::MakeTables makeTables) {
  llvm::LLVMContext context;
  auto module =
      mlir::translateModuleToLLVMIR(copy, context, copy.getSymName().value_or("sinter"),
                                    /*disableVerification=*/true); // done before it is optimised
  if (!module)
    return llvm::createStringError("internal error: the module does not translate to LLVM IR");
  llvm::raw_svector_ostream out(unit.object);
  return codegen::emitObject(std::move(module), target, out, options,
                             makeTables ? makeTables(context) : nullptr);
}

llvm::Error codegen::emitObject(ModuleOp module, kernel::CpuTargetAttr target,
                                llvm::raw_ostream &out, CodeOptions options,
                                MakeTables makeTables) {
  registerTranslations(*module.getContext());
  SymbolTable symbols(module);
  // The first unit is all that is no kernel.
  std::vector<CodegenUnit> units(2);
  llvm::DenseSet<Operation *> apart;
  for (auto function : module.getOps<LLVM::LLVMFuncOp>()) {
    int64_t weight = 0;
    function.walk([&](Operation *) { ++weight; });
    if (!options.sanitizer.empty() || !isApart(function, symbols)) {
      units[0].weight += weight;
      continue;
    }
    if (units.back().weight >= kRunWeight)
      units.emplace_back();
    units.back().kernels.push_back(function);
    units.back().weight += weight;
    apart.insert(function);
  }
  if (apart.empty())
    units.pop_back(); // also with a sanitizer, whose tables are one a program
  auto weights = llvm::map_to_vector(units, [](const CodegenUnit &unit) { return unit.weight; });
  forEachPiece(*module.getContext(), weights, [&](size_t i) {
    OwningOpRef<ModuleOp> copy = i ? copyKernels(module, units[i]) : copyRest(module, apart);
    if (llvm::Error error = compile(*copy, units[i], target, options, i ? nullptr : makeTables))
      units[i].error = llvm::toString(std::move(error));
  });
  llvm::StringSet<> names;
  for (Operation *op : apart)
    names.insert(cast<LLVM::LLVMFuncOp>(op).getName());
  SmallVector<StringRef> objects;
  for (const CodegenUnit &unit : units) {
    if (!unit.error.empty())
      return llvm::createStringError(unit.error);
    objects.push_back(StringRef(unit.object.data(), unit.object.size()));
  }
  if (objects.size() == 1) {
    out << objects[0];
    return llvm::Error::success();
  }
  return mergeObjects(objects, [&](StringRef name) { return names.contains(name); }, out);
}
