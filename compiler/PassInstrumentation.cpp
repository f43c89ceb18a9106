//===- PassInstrumentation.cpp - traces, times and reproducers --------------------------------===//
//
// See PassInstrumentation.h.
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/PassInstrumentation.h"
#include "compiler/Diff.h"
#include "compiler/System.h"
#include "compiler/Text.h"

#include "mlir/Pass/Pass.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <chrono>

using namespace mlir;

namespace sinter::compiler {

double PassInstrumentation::now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Loaded and ready: where the total begins.
static const double programStart = PassInstrumentation::now();

void PassInstrumentation::addTime(llvm::StringRef what, double seconds) {
  for (auto &[name, sum] : times)
    if (name == what) {
      sum += seconds;
      return;
    }
  times.push_back({what.str(), seconds});
}

std::string PassInstrumentation::getTimes() const {
  std::string text;
  llvm::raw_string_ostream stream(text);
  double total = now() - programStart - modelProgram, rest = total;
  auto addLine = [&](llvm::StringRef what, double seconds) {
    stream << llvm::format("%9.1f ms  ", seconds * 1e3) << what << "\n";
  };
  if (modelProgram > 0)
    addLine("model program (C++ compiler, run), not in the total", modelProgram);
  for (auto &[name, seconds] : times) {
    addLine(name, seconds);
    rest -= seconds;
  }
  addLine("the rest", rest);
  for (const std::string &note : notes)
    stream << note << "\n";
  stream << llvm::format("compile total %.2f s\n", total);
  return text;
}

std::string PassInstrumentation::writeReproducer(llvm::StringRef baseName) const {
  if (failed.empty() || !before)
    return "";
  std::string file = baseName.str() + ".reproducer.mlir";
  if (auto why = writeFileAtomically(file, printModule(*before)))
    return "the module before the failing pass could not be written to '" + file + "': " + *why;
  return "this is a fault of sinter, not of the model; it can be replayed with: sinter-opt " +
         failed + " " + file;
}

/// Short text for people: no locations, no large constants.
static std::string getBrief(Operation *op) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  op->print(stream, OpPrintingFlags().elideLargeElementsAttrs(16).elideLargeResourceString(64));
  return text;
}

/// Lives in one pass manager; what it learns goes to its PassInstrumentation.
struct PassListener : mlir::PassInstrumentation {
  compiler::PassInstrumentation &owner;
  double start = 0;
  std::string textBefore;

  explicit PassListener(compiler::PassInstrumentation &owner) : owner(owner) {}

  /// Passes that codegen runs inside a step belong to it.
  static bool isOurs(Pass *pass, Operation *op) {
    return isa<ModuleOp>(op) && !op->getParentOp() && pass->getArgument() != "";
  }

  void runBeforePass(Pass *pass, Operation *op) override {
    if (!isOurs(pass, op))
      return;
    owner.before = cast<ModuleOp>(op).clone();
    std::string arguments;
    llvm::raw_string_ostream stream(arguments);
    pass->printAsTextualPipeline(stream);
    owner.running = "--pass-pipeline='builtin.module(" + arguments + ")'";
    if (owner.trace)
      textBefore = getBrief(op);
    start = compiler::PassInstrumentation::now();
  }

  void runAfterPass(Pass *pass, Operation *op) override {
    if (!isOurs(pass, op))
      return;
    owner.addTime(pass->getArgument(), compiler::PassInstrumentation::now() - start);
    if (!owner.trace)
      return;
    std::string changes = diffLines(textBefore, getBrief(op), 200);
    llvm::errs() << "// --- " << pass->getArgument() << (changes.empty() ? ": no change\n" : "\n")
                 << changes;
  }

  void runAfterPassFailed(Pass *pass, Operation *op) override {
    if (!isOurs(pass, op))
      return;
    owner.failed = owner.running;
  }
};

std::unique_ptr<mlir::PassInstrumentation> PassInstrumentation::getInstrumentation() {
  return std::make_unique<PassListener>(*this);
}

} // namespace sinter::compiler
