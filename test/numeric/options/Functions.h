//===- Functions.h - the DSL's functions that the golden of options names ------------------===//
//
// One map a file, by the op's name in goldens/options.py; a function gets the record's operands
// and, as attributes of its case, the record's options. Reading on: Dsl.h; Options.cpp (what is
// checked).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_TEST_NUMERIC_OPTIONS_FUNCTIONS_H
#define SINTER_TEST_NUMERIC_OPTIONS_FUNCTIONS_H

#include "test/numeric/Dsl.h"

#include <sinter/sinter.h>

#include <map>

namespace sinter::test {

using OptionFunctions = std::map<std::string, DslFunction>;

/// Options that functions of several files have.
inline int64_t axisOf(const Case &c) { return integerOf(c, "axis", 0); }
inline sinter::Axes axesOf(const Case &c) { return dimsOf(c, "axes"); }
inline sinter::Pair pairOf(const Case &c, llvm::StringRef name, sinter::Pair otherwise) {
  Dims sizes = dimsOf(c, name);
  return sizes.empty() ? otherwise : sinter::Pair(sizes[0], sizes[1]);
}

void addOps(OptionFunctions &all);
void addLosses(OptionFunctions &all);
void addArrangements(OptionFunctions &all);
void addWindows(OptionFunctions &all);
void addRecurrent(OptionFunctions &all);
void addArithmetic(OptionFunctions &all);
void addAxes(OptionFunctions &all);
void addResizing(OptionFunctions &all);

/// All of them.
inline const OptionFunctions &optionFunctions() {
  static const OptionFunctions all = [] {
    OptionFunctions functions;
    addOps(functions);
    addLosses(functions);
    addArrangements(functions);
    addWindows(functions);
    addRecurrent(functions);
    addArithmetic(functions);
    addAxes(functions);
    addResizing(functions);
    return functions;
  }();
  return all;
}

} // namespace sinter::test

/// A function of the operands x and the case c.
#define SINTER_CALL(...)                                                                           \
  {[](const std::vector<sinter::Tensor> &x, const sinter::test::Case &c) -> sinter::Tensor {       \
    return __VA_ARGS__;                                                                            \
  }}

#endif
