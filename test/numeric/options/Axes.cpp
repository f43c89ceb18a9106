//===- Axes.cpp - axes, repetition, diagonals, products and distances -------------------------===//
//
// Reading on: Functions.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/options/Functions.h"

#include <cmath>

using namespace sinter::test;
using Tensors = std::vector<sinter::Tensor>;

static int64_t numberOf(const Case &c, llvm::StringRef name) { return integerOf(c, name, 0); }
/// One of several results, by its number.
static sinter::Tensor pieceOf(const Tensors &pieces, const Case &c) {
  return pieces[numberOf(c, "piece")];
}
/// Places along an axis of 6, each once, as goldens/options_rest.py has them.
static sinter::Tensor places(const sinter::Tensor &counts) {
  sinter::Tensor first = sinter::slice(counts, {0, 0}, {3, 1});
  return fmod(sinter::reshape(sinter::iota(sinter::i32({4})), {1, 4}) + first, 6);
}
static double pOf(const Case &c) { return numberOf(c, "infinite") ? INFINITY : realOf(c, "p", 2); }

static void addProducts(OptionFunctions &all) {
  DslFunction bilinear{[](const Tensors &x, const Case &) {
                         return sinter::bilinear("b", x[0], x[1], {.units = 5});
                       },
                       {"", "", "b.weight", "b.bias"}};
  DslFunction unbiased{[](const Tensors &x, const Case &) {
                         return sinter::bilinear("b", x[0], x[1], {.units = 5, .bias = false});
                       },
                       {"", "", "b.weight"}};
  all.insert({
      {"outer", SINTER_CALL(outer(x[0], x[1]))},
      {"inner", SINTER_CALL(inner(x[0], x[1]))},
      {"tensordot", SINTER_CALL(tensordot(x[0], x[1], numberOf(c, "count")))},
      {"cross", SINTER_CALL(cross(x[0], x[1], axisOf(c)))},
      {"addmm",
       SINTER_CALL(addmm(x[0], x[1], x[2], {realOf(c, "beta", 1), realOf(c, "alpha", 1)}))},
      {"baddbmm",
       SINTER_CALL(baddbmm(x[0], x[1], x[2], {realOf(c, "beta", 1), realOf(c, "alpha", 1)}))},
      {"cdist", SINTER_CALL(cdist(x[0], x[1], pOf(c)))},
      {"pairwise_distance", SINTER_CALL(pairwise_distance(
                                x[0], x[1], {.p = pOf(c), .keepdims = flagOf(c, "keepdims")}))},
      {"bilinear", bilinear},
      {"bilinear without bias", unbiased},
  });
}

void sinter::test::addAxes(OptionFunctions &all) {
  all.insert({
      {"movedim", SINTER_CALL(movedim(x[0], axisOf(c), numberOf(c, "to")))},
      {"swapaxes", SINTER_CALL(swapaxes(x[0], axisOf(c), numberOf(c, "to")))},
      {"select", SINTER_CALL(select(x[0], axisOf(c), numberOf(c, "index")))},
      {"narrow", SINTER_CALL(narrow(x[0], axisOf(c), numberOf(c, "start"), numberOf(c, "length")))},
      {"repeat", SINTER_CALL(repeat(x[0], dimsOf(c, "counts")))},
      {"tile", SINTER_CALL(tile(x[0], dimsOf(c, "counts")))},
      {"repeat_interleave", SINTER_CALL(repeat_interleave(x[0], numberOf(c, "count"), axisOf(c)))},
      {"diff", SINTER_CALL(diff(x[0], numberOf(c, "n"), axisOf(c)))},
      {"unflatten", SINTER_CALL(unflatten(x[0], axisOf(c), dimsOf(c, "sizes")))},
      {"expand", SINTER_CALL(expand(x[0], dimsOf(c, "sizes")))},
      {"unbind", SINTER_CALL(pieceOf(unbind(x[0], axisOf(c)), c))},
      {"meshgrid", SINTER_CALL(pieceOf(sinter::meshgrid(x, {.xy = flagOf(c, "xy")}), c))},
      {"diagonal", SINTER_CALL(diagonal(x[0], numberOf(c, "offset")))},
      {"diagonal of axes", SINTER_CALL(diagonal(x[0], numberOf(c, "offset"), numberOf(c, "first"),
                                                numberOf(c, "second")))},
      {"diag", SINTER_CALL(diag(x[0], numberOf(c, "offset")))},
      {"diag_embed", SINTER_CALL(diag_embed(x[0], numberOf(c, "offset")))},
      {"trace", SINTER_CALL(trace(x[0]))},
      {"slice_scatter", SINTER_CALL(slice_scatter(x[0], x[1], dimsOf(c, "starts"),
                                                  dimsOf(c, "limits"), dimsOf(c, "strides")))},
      {"select_scatter", SINTER_CALL(select_scatter(x[0], x[1], axisOf(c), numberOf(c, "index")))},
      {"scatter", SINTER_CALL(scatter(x[0], places(x[2]), x[1], 1))},
      {"scatter of a number", SINTER_CALL(scatter(x[0], places(x[1]), 2.5, 1))},
      {"scatter of nothing", SINTER_CALL(scatter(x[0], x[2], x[1], 1))},
      {"pixel_shuffle", SINTER_CALL(pixel_shuffle(x[0], numberOf(c, "parts")))},
      {"pixel_unshuffle", SINTER_CALL(pixel_unshuffle(x[0], numberOf(c, "parts")))},
      {"channel_shuffle", SINTER_CALL(channel_shuffle(x[0], numberOf(c, "parts")))},
      {"full_like", SINTER_CALL(full_like(x[0], realOf(c, "value_of", 0)))},
      {"logspace",
       SINTER_CALL(sinter::logspace(realOf(c, "begin", 0), realOf(c, "end", 0),
                                    numberOf(c, "count"), realOf(c, "value_of", 10), sinter::f64))},
      {"cat", SINTER_CALL(sinter::cat(x))},
  });
  addProducts(all);
}
