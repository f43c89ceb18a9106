//===- Host.h - tables, main and library functions of an artefact ------------------------------------===//
//
// From a planned module (kernel.entry ops and the module-level symbols) makes what surrounds the generated code: the
// constant table of <sinter/abi.h>, a trainer's main, a library's functions, and the C header that declares them.
// Reading on: Table.cpp, Library.cpp, Header.cpp; runtime/include/sinter/abi.h.
//
//===----------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_HOST_HOST_H
#define SINTER_CODEGEN_HOST_HOST_H

#include "llvm/IR/Module.h"
#include "mlir/IR/BuiltinOps.h"

namespace sinter::codegen {

/// What the table says beyond the module itself.
struct HostOptions {
  std::string target;   ///< "cpu:x86-64-v4"
  std::string features; ///< comma separated CPU features the code needs, as the runtime checks them
  std::string compiler; ///< "sinter 0.1.0"
  bool trainer = false; ///< also emits main
  bool library = false; ///< also emits <name>_open and its like
  llvm::ArrayRef<char> embeddedParams; ///< prepared parameters to embed (D27); empty: none
};

/// NAME in files and C symbols: the model's name with '-' as '_'.
std::string getCName(mlir::ModuleOp planned);

/// Adds the table `sinter_module_<name>` and what the options ask for to `module`, which holds (or will be linked with)
/// the entry functions `<entry symbol>` and kernel functions `<kernel>.run`, all of type void(sinter_spmd *).
void emitHost(mlir::ModuleOp planned, const HostOptions &options, llvm::Module &module);

/// The text of NAME.h of a library: C99 and C++ clean, self-contained (contract §5).
std::string emitHeader(mlir::ModuleOp planned, const HostOptions &options);

} // namespace sinter::codegen

#endif
