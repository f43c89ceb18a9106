//===- Target.h - what machine code is made for -----------------------------------------------===//
//
// Names of targets become #kernel.target. `cpu:native` is the highest x86-64 level (or plain
// aarch64) that this machine runs, with its cache sizes; so code for it has the bits and the needs
// of that level. Reading on: Object.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_CPU_TARGET_H
#define SINTER_CODEGEN_CPU_TARGET_H

#include "dialects/kernel/Kernel.h"

#include "llvm/Support/Error.h"

#include <memory>

namespace llvm {
class TargetMachine;
} // namespace llvm

namespace sinter::codegen {

/// `cpu:native`, `cpu:x86-64`, `cpu:x86-64-v2|v3|v4`, `cpu:aarch64`; the error says what is
/// expected.
llvm::Expected<kernel::CpuTargetAttr> parseCpuTarget(mlir::MLIRContext *context,
                                                     llvm::StringRef name);

/// Names that parseCpuTarget accepts, in the order of help texts.
llvm::ArrayRef<llvm::StringRef> getCpuTargetNames();

/// CPU features that code for `target` needs, comma separated without signs: for
/// sinter_module.features.
std::string getNeededFeatures(kernel::CpuTargetAttr target);

/// LLVM's machine: PIC, no contraction, `level` 0 .. 3.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>> makeTargetMachine(kernel::CpuTargetAttr target,
                                                                       int level);

} // namespace sinter::codegen

#endif
