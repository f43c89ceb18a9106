//===- Targets.h - all targets, by name -------------------------------------------------------===//
//
// The list of the kinds of machines, and what is the same for all. Reading on:
// codegen/loops/TargetKind.h (what each kind says), dialects/kernel/Targets.td (what passes ask).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_TARGETS_H
#define SINTER_CODEGEN_TARGETS_H

#include "codegen/loops/TargetKind.h"

namespace sinter::codegen {

/// Names of all targets, in the order of help texts.
llvm::SmallVector<llvm::StringRef> getTargetNames();

/// The target called `name`; the error says what is expected, or why there is none here.
llvm::Expected<kernel::TargetInterface> parseTarget(mlir::MLIRContext *context,
                                                    llvm::StringRef name);

/// The kind of a target.
const TargetKind &getTargetKind(kernel::TargetInterface target);
/// That of the target of `module`.
const TargetKind &getTargetKind(mlir::ModuleOp module);

/// The CPU that code around kernels is made for: the target itself, or the plainest of this
/// machine's sort.
llvm::Expected<kernel::CpuTargetAttr> getHostTarget(kernel::TargetInterface target);

} // namespace sinter::codegen

#endif
