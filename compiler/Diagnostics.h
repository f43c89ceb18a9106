//===- Diagnostics.h - what the user is told --------------------------------------------------===//
//
// Every diagnostic of `sinter` goes through a Reporter: MLIR's, those of the model program (already
// rendered), and our own. Text goes to stderr with the user's source line and a caret; with JSON,
// one object a line goes to stdout. Invariant: one diagnostic is shown once, and the Reporter knows
// the exit code they amount to. Reading on: Driver.cpp (who reports), frontend/src/Diagnostics.h
// (the same form in model programs).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_COMPILER_DIAGNOSTICS_H
#define SINTER_COMPILER_DIAGNOSTICS_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace sinter::compiler {

/// Exit codes of the command line; trainers have the same (runtime/src/diag.h).
enum ExitCode {
  Done = 0,
  Wrong = 1,    ///< the model, or a file that was given, is at fault
  Usage = 2,    ///< the command line is
  Refused = 3,  ///< the system refuses: files, memory, programs that do not start
  Internal = 70 ///< the compiler is
};

/// A place in a source file; line 0: nowhere.
struct Place {
  std::string file;
  unsigned line = 0, column = 0;
};

/// One diagnostic.
struct Message {
  enum Severity { Error, Warning, InternalError, Info } severity = Error;
  std::string text; ///< without code
  std::string code; ///< "E0107" or empty
  Place place;
  std::vector<std::pair<Place, std::string>> notes;
  std::string help;
};

/// The user's line behind a location: the first FileLineColLoc inside it.
Place getPlace(mlir::Location loc);

/// Prints diagnostics and remembers how bad they were.
class Reporter {
public:
  explicit Reporter(bool json = false) : json(json) {}

  /// Prints `message` unless the same one was printed before.
  void report(Message message);
  /// error(2, "…"): reports a plain error, and returns `exitCode`.
  int error(int exitCode, const llvm::Twine &text, llvm::StringRef code = "");
  /// A diagnostic of a model program, one JSON object in one line.
  void relay(llvm::StringRef jsonLine);
  /// Adds what a module embeds of its sources; then lines can be shown wherever it came from.
  void learnSources(mlir::ModuleOp module);
  /// Text of a file for showing its lines.
  void learnSource(llvm::StringRef file, llvm::StringRef text) { sources[file.str()] = text.str(); }
  /// Turns MLIR's diagnostic into a Message.
  void report(mlir::Diagnostic &diagnostic);

  /// While passes run: an error without a code is ours, as users' errors have one.
  void setInPasses(bool inPasses) { this->inPasses = inPasses; }

  int getErrors() const { return errors; }
  bool hadInternalError() const { return internalErrors > 0; }
  /// Done, Wrong or Internal.
  int getExitCode() const { return internalErrors ? Internal : errors ? Wrong : Done; }

private:
  std::string sourceLine(const Place &place);
  std::string render(const Message &message);

  bool json, inPasses = false;
  int errors = 0, internalErrors = 0;
  std::map<std::string, std::string> sources;
  std::set<std::string> seen;
};

} // namespace sinter::compiler

#endif
