//===- Object.cpp - LLVM IR to object code and assembly ---------------------------------------===//
//
// One pipeline for every output (codegen/loops/Optimise.h); nothing may reorder or contract
// floating-point operations (D1). Equal modules give equal bytes. Reading on: CodegenUnits.cpp (all
// cores), Target.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/Cpu.h"
#include "codegen/cpu/Sanitize.h"
#include "codegen/cpu/Target.h"
#include "codegen/loops/Optimise.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Intrinsics.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/IPO/Internalize.h"

using namespace sinter;

static llvm::Error optimiseFor(llvm::Module &module, llvm::TargetMachine &machine,
                               const codegen::CodeOptions &options) {
  module.setTargetTriple(machine.getTargetTriple());
  module.setDataLayout(machine.createDataLayout());
  for (llvm::Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr(llvm::Attribute::NoUnwind);
    function.addFnAttr("prefer-vector-width", "512");
    // A call of the C library stays what it is: pow(0.5, x) as exp2(-x), which instcombine would
    // make of it, has other bits than at -O0 (D1).
    for (llvm::Instruction &instruction : llvm::instructions(function))
      if (auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction))
        if (call->getIntrinsicID() == llvm::Intrinsic::pow ||
            call->getIntrinsicID() == llvm::Intrinsic::not_intrinsic)
          call->addFnAttr(llvm::Attribute::NoBuiltin);
  }
  if (llvm::Error error = codegen::optimise(module, machine, options.level))
    return error;
  return codegen::sanitize(module, machine, options.sanitizer);
}

/// The host's tables come in; all that they do not export becomes local.
static llvm::Error linkTables(llvm::Module &module, std::unique_ptr<llvm::Module> tables,
                              llvm::TargetMachine &machine) {
  for (llvm::Module *each : {&module, tables.get()}) {
    each->setTargetTriple(machine.getTargetTriple());
    each->setDataLayout(machine.createDataLayout());
  }
  llvm::StringSet<> exported;
  for (const llvm::GlobalValue &value : tables->global_values())
    if (!value.isDeclaration() && value.hasExternalLinkage())
      exported.insert(value.getName());
  if (llvm::Linker::linkModules(module, std::move(tables)))
    return llvm::createStringError("internal error: the host tables do not link");
  llvm::internalizeModule(
      module, [&](const llvm::GlobalValue &value) { return exported.contains(value.getName()); });
  return llvm::Error::success();
}

static llvm::Error emitFile(std::unique_ptr<llvm::Module> module, kernel::CpuTargetAttr target,
                            llvm::raw_pwrite_stream &out, codegen::CodeOptions options,
                            std::unique_ptr<llvm::Module> tables, llvm::CodeGenFileType type) {
  if (!module)
    return llvm::createStringError("internal error: expects LLVM IR, got none");
  auto machine = codegen::makeTargetMachine(target, options.level);
  if (!machine)
    return machine.takeError();
  if (tables)
    if (llvm::Error error = linkTables(*module, std::move(tables), **machine))
      return error;
  if (llvm::Error error = optimiseFor(*module, **machine, options))
    return error;
  llvm::legacy::PassManager passes;
  if ((*machine)->addPassesToEmitFile(passes, out, nullptr, type))
    return llvm::createStringError("internal error: the target cannot write this kind of file");
  passes.run(*module);
  return llvm::Error::success();
}

llvm::Error codegen::emitObject(std::unique_ptr<llvm::Module> module, kernel::CpuTargetAttr target,
                                llvm::raw_pwrite_stream &out, CodeOptions options,
                                std::unique_ptr<llvm::Module> tables) {
  return emitFile(std::move(module), target, out, options, std::move(tables),
                  llvm::CodeGenFileType::ObjectFile);
}

llvm::Error codegen::emitAssembly(std::unique_ptr<llvm::Module> module,
                                  kernel::CpuTargetAttr target, llvm::raw_pwrite_stream &out,
                                  CodeOptions options, std::unique_ptr<llvm::Module> tables) {
  return emitFile(std::move(module), target, out, options, std::move(tables),
                  llvm::CodeGenFileType::AssemblyFile);
}
