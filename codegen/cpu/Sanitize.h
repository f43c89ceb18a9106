//===- Sanitize.h - checks of memory accesses in generated code -------------------------------===//
//
// `sinter build --sanitize address|thread`. LLVM's own passes do the work; what they skip is added
// here. Reading on: Object.cpp (where it is called), runtime/src/sanitizer.h (what the runtime
// tells the sanitizers).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_CPU_SANITIZE_H
#define SINTER_CODEGEN_CPU_SANITIZE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace llvm {
class Module;
class TargetMachine;
} // namespace llvm

namespace sinter::codegen {

/// Instruments every function of an optimised module for `sanitizer`: "address" or "thread"; empty:
/// nothing.
llvm::Error sanitize(llvm::Module &module, llvm::TargetMachine &machine, llvm::StringRef sanitizer);

} // namespace sinter::codegen

#endif
