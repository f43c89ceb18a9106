//===- Program.h - model programs: C++ in, graph out (D29) ------------------------------------===//
//
// Compiles a model's .cpp with the user's compiler at -O0, links libsinter.so, runs it in the
// caller's folder and takes the graph and diagnostics from file descriptors. Building executes the
// model's code; nothing else here does. Invariant: whatever the program does (crash, loop, print),
// the driver ends with a message and an exit code.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_COMPILER_PROGRAM_H
#define SINTER_COMPILER_PROGRAM_H

#include "compiler/Diagnostics.h"

#include <string>
#include <vector>

namespace sinter::compiler {

/// What a model program is asked for.
struct ProgramRequest {
  std::string source;
  std::vector<std::string> set;   ///< NAME=VALUE
  std::vector<std::string> batch; ///< batch sizes of prediction entries
  bool embedSource = true;
  std::string depfile; ///< Makefile rules for `depfileTarget`: the headers that the source includes
  std::string depfileTarget;
  int timeLimitSeconds = 60; ///< for running it; compiling has none
};

/// Bytes of the .sinter container, in `graph`; or an exit code other than Done.
int runProgram(const ProgramRequest &request, Reporter &reporter, std::string &graph);

/// Where the program's parts of this installation lie: beside `bin`, in an install tree and in a
/// build tree alike.
struct Installation {
  std::string includeDir; ///< holds sinter/sinter.h
  std::string libDir;     ///< holds libsinter.so, libsinter_runtime.a and libsinter_pictures.a
};
/// Found from the path of the running executable; works after the tree is moved.
const Installation &getInstallation();

} // namespace sinter::compiler

#endif
