//===- KernelTest.h - runs kernel text by JIT and by the oracle -------------------------------===//
//
// A test gives the text of a kernel.entry with planned offsets. `Program` fills every named buffer
// with numbers that depend on its name and the logical element only, so runs in different layouts
// can be compared. Reading on: KernelTest.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_TEST_CODEGEN_KERNELTEST_H
#define SINTER_TEST_CODEGEN_KERNELTEST_H

#include "codegen/cpu/Jit.h"
#include "codegen/interpret/KernelInterpreter.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace sinter::test {

/// Logical elements of a buffer as f64, by "role:name".
using Contents = std::map<std::string, std::vector<double>>;

/// One parsed module with one kernel.entry.
class Program {
public:
  /// `text` is a whole module; a target is added when it has none.
  explicit Program(const std::string &text, const std::string &target = "cpu:native");
  ~Program();

  /// Contents of all named buffers after a run of compiled code.
  Contents run(unsigned threads = 1, codegen::CodeOptions options = {});
  /// The same by the f64 oracle.
  Contents oracle();
  /// Marks every kernel for the naive emitters.
  Program &naive();
  /// Gives every kernel this schedule, in the text form of #kernel.cpu_schedule<...>.
  Program &schedule(const std::string &text);
  /// What the cost model chooses for the last contraction.
  kernel::CpuScheduleAttr chooseSchedule();
  /// Assembly text.
  std::string assembly();
  mlir::ModuleOp module() { return *owned; }

  kernel::CpuTargetAttr target;

private:
  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> owned;
};

/// The number that element `i` of buffer `name` starts with.
double startValue(const std::string &name, mlir::Type element, int64_t i);

/// Expects equal contents up to `relative` of the largest value; NaN equals NaN.
void expectClose(const Contents &got, const Contents &wanted, double relative);
/// Expects the same bits.
void expectSame(const Contents &got, const Contents &wanted);

/// Of the basic blocks of assembly that multiply vectors: multiplications, and lines that touch the
/// stack (`vectorsOnly`: with vector registers).
std::pair<int, int> countInLoops(const std::string &text, const std::string &multiply,
                                 const std::string &vector, const std::string &stack,
                                 bool vectorsOnly = false);

} // namespace sinter::test

#endif
