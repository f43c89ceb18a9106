//===- Ptx.cpp - LLVM IR to PTX ---------------------------------------------------------------===//
//
// LLVM's own code generator, no toolkit. As on a CPU, nothing reorders or contracts floating-point
// operations (D1): divisions and square roots are rounded, denormals kept. Equal modules give equal
// bytes. Reading on: codegen/loops/Optimise.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/gpu/Gpu.h"
#include "codegen/loops/Optimise.h"

#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Target/TargetMachine.h"

using namespace sinter;

extern "C" {
void LLVMInitializeNVPTXTargetInfo(void);
void LLVMInitializeNVPTXTarget(void);
void LLVMInitializeNVPTXTargetMC(void);
void LLVMInitializeNVPTXAsmPrinter(void);
}

static llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
makeMachine(kernel::GpuTargetAttr target, int level) {
  static const bool once = [] {
    LLVMInitializeNVPTXTargetInfo();
    LLVMInitializeNVPTXTarget();
    LLVMInitializeNVPTXTargetMC();
    LLVMInitializeNVPTXAsmPrinter();
    return true;
  }();
  (void)once;
  llvm::Triple triple(target.getTriple());
  std::string why;
  const llvm::Target *known = llvm::TargetRegistry::lookupTarget(triple, why);
  if (!known)
    return llvm::createStringError("internal error: this LLVM has no code generator for '" +
                                   target.getTriple() + "': " + why);
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Standard; // only explicit fma (D1)
  return std::unique_ptr<llvm::TargetMachine>(known->createTargetMachine(
      triple, target.getArch(), "+ptx" + std::to_string(target.getPtxVersion()), options,
      llvm::Reloc::PIC_, std::nullopt, codegen::getCodeLevel(level)));
}

llvm::Error codegen::emitPtx(std::unique_ptr<llvm::Module> module, kernel::GpuTargetAttr target,
                             llvm::raw_pwrite_stream &out, int level) {
  if (!module)
    return llvm::createStringError("internal error: expects LLVM IR, got none");
  auto machine = makeMachine(target, level);
  if (!machine)
    return machine.takeError();
  module->setTargetTriple((*machine)->getTargetTriple());
  module->setDataLayout((*machine)->createDataLayout());
  if (llvm::Error error = optimise(*module, **machine, level))
    return error;
  llvm::legacy::PassManager passes;
  if ((*machine)->addPassesToEmitFile(passes, out, nullptr, llvm::CodeGenFileType::AssemblyFile))
    return llvm::createStringError("internal error: the target cannot write text");
  passes.run(*module);
  return llvm::Error::success();
}
