//===- PassInstrumentation.h - what is seen of a running pipeline -----------------------------===//
//
// `--trace-passes` prints bounded differences, `--timing` a table, and a pass that fails leaves a
// reproducer: the module as it was before that pass, and the sinter-opt line that runs it.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_COMPILER_PASSINSTRUMENTATION_H
#define SINTER_COMPILER_PASSINSTRUMENTATION_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Pass/PassInstrumentation.h"

#include <string>
#include <vector>

namespace sinter::compiler {

/// Watches the passes of one compilation.
class PassInstrumentation {
public:
  bool trace = false, timing = false;

  /// Adds up the time of something that is no pass: "import", "object code".
  void addTime(llvm::StringRef what, double seconds);
  /// The user's own program, compiled by the C++ compiler and run: shown, not part of the total.
  void setModelProgramTime(double seconds) { modelProgram = seconds; }
  /// A line of `--timing` that is no time.
  void addNote(std::string note) { notes.push_back(std::move(note)); }
  /// The table of `--timing`; its last line is `compile total 0.31 s`.
  std::string getTimes() const;
  /// For one pass manager.
  std::unique_ptr<mlir::PassInstrumentation> getInstrumentation();
  /// After a failure: writes the module before the failing pass to `baseName`.reproducer.mlir in
  /// the current folder and returns the message with the line that replays it. Empty when no pass
  /// failed.
  std::string writeReproducer(llvm::StringRef baseName) const;

  /// The pass that runs did not come back: it crashed.
  void noteCrash() { failed = running; }

  /// Seconds since some fixed point.
  static double now();

private:
  friend struct PassListener;
  std::vector<std::pair<std::string, double>> times;
  std::vector<std::string> notes;
  double modelProgram = 0;
  mlir::OwningOpRef<mlir::ModuleOp> before; ///< the module before the pass that runs
  std::string running;                      ///< sinter-opt arguments of the pass that runs
  std::string failed;                       ///< sinter-opt arguments of the pass that failed
};

} // namespace sinter::compiler

#endif
