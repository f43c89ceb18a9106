//===- Optimise.cpp - LLVM's passes over kernels ----------------------------------------------===//
//
// See Optimise.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Optimise.h"

#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Target/TargetMachine.h"

using namespace sinter;

/// What emitted kernels need: equal kernels once, promotion to registers, address arithmetic shared
/// and hoisted. The second instcombine cuts sums of indices into address steps beside their use:
/// hoisted once more, k loops keep only what moves (measured: 7 % of a 3x3 convolution, 29 % of
/// lenet-bn's second). The vectorisers, the unroller and the inliner of the stock pipeline find
/// nothing to do and cost half the time. Textual instcombine would abort when one round leaves
/// something to do; leaving it is fine.
static constexpr const char *kPipeline =
    "mergefunc,function(sroa,early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>,"
    "loop-mssa(licm),gvn,instcombine<no-verify-fixpoint>,loop-mssa(licm),simplifycfg),globaldce";

llvm::Error codegen::optimise(llvm::Module &module, llvm::TargetMachine &machine, int level) {
  std::string why;
  llvm::raw_string_ostream text(why);
  if (llvm::verifyModule(module, &text))
    return llvm::createStringError("internal error: broken LLVM IR: " + why);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager calls;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(calls);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, calls, modules);
  llvm::ModulePassManager passes;
  if (llvm::Error error = builder.parsePassPipeline(passes, level <= 0 ? "mergefunc" : kPipeline))
    return error;
  passes.run(module, modules);
  return llvm::Error::success();
}

llvm::CodeGenOptLevel codegen::getCodeLevel(int level) {
  return level <= 0   ? llvm::CodeGenOptLevel::None
         : level == 1 ? llvm::CodeGenOptLevel::Less
         : level == 2 ? llvm::CodeGenOptLevel::Default
                      : llvm::CodeGenOptLevel::Aggressive;
}
