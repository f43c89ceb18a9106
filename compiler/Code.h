//===- Code.h - machine code of a module ------------------------------------------------------===//
//
// From stage llvm to LLVM IR, assembly and objects, with the host tables around the kernels.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_COMPILER_CODE_H
#define SINTER_COMPILER_CODE_H

#include "compiler/Session.h"

namespace sinter::compiler {

/// What surrounds the kernels. Here: a table for this process, which has no sanitizer's library.
enum class HostCode { None, Table, Here, Trainer, Library };

/// The LLVM IR or assembly of `module`: a session's at stage llvm, or a part of it. Done or an exit
/// code.
int printLLVMIR(Session &session, mlir::ModuleOp module, std::string &text);
int makeAssembly(Session &session, mlir::ModuleOp module, HostCode hostCode, std::string &text);
/// The object code of a session at stage llvm; `suffix` ends the name of its table. Done or an exit
/// code.
int makeObject(Session &session, HostCode hostCode, const std::string &embeddedParams,
               std::string &bytes, const std::string &suffix = "");
/// A trainer's main or a library's functions alone, over the first of several tables that this CPU
/// can run.
int makeHostObject(Session &session, HostCode hostCode, const std::vector<std::string> &suffixes,
                   std::string &bytes);

} // namespace sinter::compiler

#endif
