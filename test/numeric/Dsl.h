//===- Dsl.h - rows of DSL functions ----------------------------------------------------------===//
//
// A composite is code of the DSL, so its rows run that code: the function is traced, written,
// imported, and its graph copied into the row's entry, where operands take the place of its
// arguments and of a layer's symbols. What it should give is the row's `reference`, never the DSL's
// formula again. Reading on: Rows.h; Layers.cpp and Pool.cpp (such rows).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_TEST_NUMERIC_DSL_H
#define SINTER_TEST_NUMERIC_DSL_H

#include "test/numeric/Rows.h"

#include <sinter/tensor.h>

namespace sinter::test {

/// A function of the DSL as a row calls it.
struct DslFunction {
  /// From the operands that stand for no symbol to one tensor.
  std::function<sinter::Tensor(const std::vector<sinter::Tensor> &, const Case &)> call;
  /// By operand: the symbol that it stands for ("bn.weight"); empty or absent: an argument of
  /// `call`.
  std::vector<std::string> symbols = {};
  bool training = false; ///< traced in the training step, where training() is true
  /// The symbol whose new value is the result; empty: what `call` returns.
  std::string result = {};
};

/// What the DSL made of a call.
struct Traced {
  mlir::OwningOpRef<mlir::ModuleOp> module; ///< null when the call was refused
  std::string said;                         ///< diagnostics, one JSON object a line
};

/// Traces `function` on operands of the case's types.
Traced trace(const DslFunction &function, const Case &c);
/// Copies the traced result's ops into `b`; a refused call ends the program with what was said.
mlir::Value inlined(EntryBuilder &b, const Traced &traced, const DslFunction &function,
                    llvm::ArrayRef<mlir::Value> operands);
/// The row's `build`: both.
std::function<mlir::Value(EntryBuilder &, llvm::ArrayRef<mlir::Value>, const Case &)>
fromDsl(DslFunction function);

/// Attributes of a case as the row's lambda reads them; the default when it is absent.
int64_t integerOf(const Case &c, llvm::StringRef name, int64_t otherwise);
bool flagOf(const Case &c, llvm::StringRef name);
double realOf(const Case &c, llvm::StringRef name, double otherwise);
Dims dimsOf(const Case &c, llvm::StringRef name, Dims otherwise = {});
std::string textOf(const Case &c, llvm::StringRef name);

} // namespace sinter::test

#endif
