//===- Optimise.h - LLVM's passes over kernels ------------------------------------------------===//
//
// One short pipeline for every machine and every output: emitters have made vectors and tiles
// already, so LLVM's vectorisers stay off.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_LOOPS_OPTIMISE_H
#define SINTER_CODEGEN_LOOPS_OPTIMISE_H

#include "llvm/Support/CodeGen.h"
#include "llvm/Support/Error.h"

namespace llvm {
class Module;
class TargetMachine;
} // namespace llvm

namespace sinter::codegen {

/// Verifies `module`, whose triple and data layout are set, and runs the pipeline of -O`level`.
llvm::Error optimise(llvm::Module &module, llvm::TargetMachine &machine, int level);

/// How much work LLVM's code generator is to do for -O`level`.
llvm::CodeGenOptLevel getCodeLevel(int level);

} // namespace sinter::codegen

#endif
