//===- Loaded.h - a compiled model inside this process ----------------------------------------===//
//
// Object code linked to a shared object and loaded, so that `bench` and --embed-weights see a
// module exactly as a trainer does: through the table of <sinter/abi.h>.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_COMPILER_LOADED_H
#define SINTER_COMPILER_LOADED_H

#include "compiler/Session.h"
#include "compiler/System.h"

#include <sinter/abi.h>

namespace sinter::compiler {

/// Done, or an exit code when this machine does not run code for the session's target.
int checkRunsHere(Session &session);

/// A model that runs in this process.
class Loaded {
public:
  ~Loaded();
  /// Compiles and loads the session's module (stage llvm), and with it what `moreObjects` hold.
  /// Done or an exit code.
  int load(Session &session, const std::vector<std::string> &moreObjects = {});
  /// A symbol of the loaded object; null when there is none.
  void *find(const std::string &name);

  const sinter_module *module = nullptr;

private:
  TemporaryFolder folder;
  void *library = nullptr;
};

/// The C compiler that links ($CC, else cc) with the flags that every link needs; empty when there
/// is none.
std::vector<std::string> getLinkCommand();

} // namespace sinter::compiler

#endif
