//===- System.h - files and child processes ---------------------------------------------------===//
//
// Atomic files (D30), temporary folders, and children with captured descriptors and a time limit.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_COMPILER_SYSTEM_H
#define SINTER_COMPILER_SYSTEM_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sinter::compiler {

/// Writes `bytes` to `path`: beside it, then renamed over it; a target that is no regular file is
/// written in place,
/// "-" is stdout. Returns the system's reason on failure.
std::optional<std::string> writeFileAtomically(llvm::StringRef path, llvm::StringRef bytes,
                                               bool executable = false);

/// Whether two paths name one regular file, that exists or would be made, behind whatever links.
bool isSameFile(llvm::StringRef a, llvm::StringRef b);
/// Where a write of `path` goes before it is renamed.
std::string getTemporary(llvm::StringRef path);

/// All bytes of a file, or the system's reason in `why`.
std::optional<std::string> readWholeFile(llvm::StringRef path, std::string &why);

/// A folder that is removed with this object, or when we are interrupted.
class TemporaryFolder {
public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder &) = delete;
  /// Path of a file in it.
  std::string file(llvm::StringRef name) const { return path + "/" + name.str(); }
  /// Empty when the system refused, for which `why` has the words.
  std::string path, why;

private:
  int slot = -1; ///< of removeOnInterrupt
};

/// A child process.
struct Child {
  std::vector<std::string> command;
  std::map<std::string, std::string> environment; ///< added to ours
  /// Variables that are set to the number of a pipe, and what the child wrote to it.
  std::map<std::string, std::string> captured;
  bool stdoutToStderr = false;
  std::string *output = nullptr; ///< stdout and stderr together, instead of ours
  int timeLimitSeconds = 0;      ///< 0: none
  // Results:
  bool timedOut = false;
  int exitCode = -1; ///< when it ended by itself
  int signal = 0;    ///< when it was killed
};

/// Runs `child` to its end. Returns the system's reason when it could not be started.
std::optional<std::string> run(Child &child);

/// First of the names that is found in PATH; empty when none.
std::string findProgram(llvm::ArrayRef<llvm::StringRef> names);

/// The command in the environment's `variable`, which may hold flags as for make ("gcc -m64"), else
/// the first of the names that is found; empty when none.
std::vector<std::string> findCommand(const char *variable, llvm::ArrayRef<llvm::StringRef> names);

} // namespace sinter::compiler

#endif
