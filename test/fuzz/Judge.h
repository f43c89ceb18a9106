//===- Judge.h - one module, compiled in several ways and compared ----------------------------===//
//
// What is judged is a module of stage graph and a way to draw its arguments; a random Model and a
// file are two of them. Reading on: Judge.cpp (what must hold), Margin.cpp, Variants.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_TEST_FUZZ_JUDGE_H
#define SINTER_TEST_FUZZ_JUDGE_H

#include "dialects/sinter/Sinter.h"
#include "test/fuzz/Model.h"
#include "test/numeric/Compile.h"

namespace sinter::test {

/// What is judged beside the module itself.
struct Case {
  uint64_t seed = 0;                      ///< chooses the variant
  ElementType element = ElementType::F32; ///< the narrowest that values go through
  std::function<interpret::Arguments(int salt)> draw;
};

/// Arguments far from every kink, if a few draws find some; `clear` says so. `module` has no
/// gradients left to expand.
llvm::FailureOr<interpret::Arguments> chooseArguments(mlir::ModuleOp module, const Case &judged,
                                                      bool &clear);

/// Another way to compile.
struct Variant {
  std::string name;
  Machine machine;
  bool sameBits = true; ///< as this machine's own target gives (D1: FMA or not is all that counts)
};
/// The variant of a seed; none for some seeds, and where this machine cannot run it.
std::optional<Variant> chooseVariant(mlir::MLIRContext *context, uint64_t seed);

/// Why the module fails, empty when all agrees.
std::string judge(mlir::ModuleOp module, const Case &judged);

} // namespace sinter::test

#endif
