//===- Artifacts.h - trainers, libraries, objects ---------------------------------------------===//
//
// Links object code with the runtime into what the user asked for (D26). Invariant: files appear
// whole or not at all, equal input gives equal bytes, and a library exports nothing but <name>_*.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_COMPILER_ARTIFACTS_H
#define SINTER_COMPILER_ARTIFACTS_H

#include "compiler/Session.h"

namespace sinter::compiler {

/// Makes the artefact `kind` of a session at stage llvm and writes it (and a header). Done or an
/// exit code. `parts`, if there are any, are the objects to make it of.
int makeArtifact(Session &session, const std::string &kind, const std::string &output,
                 llvm::ArrayRef<std::string> parts = {});

/// The header that a library at `output` comes with: beside it, named after the model.
std::string getHeaderPath(Session &session, llvm::StringRef output);
/// Where `sinter build MODEL` puts its result without -o, as compilers do: in the current folder,
/// named after the model's file: m, libm.a, libm.so, m.o.
std::string getDefaultOutput(llvm::StringRef model, llvm::StringRef kind);

/// True for the kinds that `--kind` knows.
bool isKind(llvm::StringRef kind);

} // namespace sinter::compiler

#endif
