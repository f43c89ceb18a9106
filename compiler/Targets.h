//===- Targets.h - one artefact for several machines ------------------------------------------===//
//
// `build --target A,B`: the model is compiled once for each, and the best that runs is chosen when
// the artefact starts. Reading on: Artifacts.h (how parts become a file), codegen/host/Library.cpp
// (who chooses).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_COMPILER_TARGETS_H
#define SINTER_COMPILER_TARGETS_H

#include "compiler/Session.h"

namespace sinter::compiler {

/// "a,b" as two names.
std::vector<std::string> splitTargets(const std::string &list);

/// The option given that programs of a GPU cannot have ("--static"); null: there is none.
const char *getHostOption(const Options &options);

/// Makes the artefact `kind` of a session that has loaded its model for targets.front(). Done or an
/// exit code.
int makeForTargets(Session &session, const std::string &kind,
                   const std::vector<std::string> &targets);

} // namespace sinter::compiler

#endif
