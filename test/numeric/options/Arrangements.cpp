//===- Arrangements.cpp - rearranging, known numbers, products of any axes -----------------===//
//
// Reading on: Functions.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/options/Functions.h"

using namespace sinter::test;
using Tensors = std::vector<sinter::Tensor>;

/// One of several results; there are as many as PyTorch's when the last is the last.
static sinter::Tensor pieceOf(const Tensors &pieces, const Case &c) {
  int64_t piece = integerOf(c, "piece", 0), count = static_cast<int64_t>(pieces.size());
  if (piece >= count) // PyTorch has none, either: refused there
    return pieces[0] + full(sinter::f64({7, 7, 7}), 0);
  return pieces[piece < 0 ? piece + count : piece];
}

static sinter::Tensor padded(const sinter::Tensor &x, const Case &c) {
  return pad(x, dimsOf(c, "low"), dimsOf(c, "high"),
             {.mode = static_cast<sinter::PadMode>(integerOf(c, "mode", 0))});
}

void sinter::test::addArrangements(OptionFunctions &all) {
  all.insert({
      {"pad mode", SINTER_CALL(padded(x[0], c))},
      {"flip", SINTER_CALL(flip(x[0], dimsOf(c, "axes")))},
      {"roll", SINTER_CALL(roll(x[0], dimsOf(c, "shifts"), dimsOf(c, "axes")))},
      {"stack", SINTER_CALL(sinter::stack(x, axisOf(c)))},
      {"unsqueeze", SINTER_CALL(unsqueeze(x[0], axisOf(c)))},
      {"squeeze", SINTER_CALL(squeeze(x[0], axisOf(c)))},
      {"squeeze all", SINTER_CALL(squeeze(x[0]))},
      {"split", SINTER_CALL(pieceOf(split(x[0], integerOf(c, "size", 1), axisOf(c)), c))},
      {"split sizes", SINTER_CALL(pieceOf(split(x[0], dimsOf(c, "sizes")), c))},
      {"chunk", SINTER_CALL(pieceOf(chunk(x[0], integerOf(c, "size", 1), axisOf(c)), c))},
      {"tril", SINTER_CALL(tril(x[0], integerOf(c, "diagonal", 0)))},
      {"triu", SINTER_CALL(triu(x[0], integerOf(c, "diagonal", 0)))},
      {"arange", SINTER_CALL(sinter::arange(integerOf(c, "start", 0), integerOf(c, "limit", 0),
                                            integerOf(c, "step", 1)))},
      {"arange of reals",
       SINTER_CALL(sinter::arange(realOf(c, "begin", 0), realOf(c, "end", 0), realOf(c, "by", 1)))},
      {"linspace", SINTER_CALL(sinter::linspace(realOf(c, "begin", 0), realOf(c, "end", 0),
                                                integerOf(c, "count", 1), sinter::f64))},
      {"eye", SINTER_CALL(sinter::eye(integerOf(c, "rows", 0), integerOf(c, "columns", 0)))},
      {"eye of a square", SINTER_CALL(sinter::eye(integerOf(c, "rows", 0)))},
      {"zeros", SINTER_CALL(sinter::zeros(sinter::f64(dimsOf(c, "shape_of"))))},
      {"ones", SINTER_CALL(sinter::ones(sinter::f64(dimsOf(c, "shape_of"))))},
      {"one_hot", SINTER_CALL(one_hot(x[0], integerOf(c, "count", 0)))},
      {"einsum", SINTER_CALL(sinter::einsum(textOf(c, "subscripts"), x))},
      {"mm", SINTER_CALL(mm(x[0], x[1]))},
      {"bmm", SINTER_CALL(bmm(x[0], x[1]))},
      {"mv", SINTER_CALL(mv(x[0], x[1]))},
      {"dot", SINTER_CALL(dot(x[0], x[1]))},
  });
}
