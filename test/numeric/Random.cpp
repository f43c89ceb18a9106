//===- Random.cpp - numeric rows of random ops ------------------------------------------------===//
//
// Random numbers are compared exactly: all are multiples of 2^-24.
// Reading on: Rows.h; codegen/interpret/Random.cpp (the oracle).
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Drawn.h"
#include "test/numeric/Dsl.h"

#include <sinter/sinter.h>

#include <numbers>

using namespace sinter::test;
using E = ElementType;

/// Functions of random numbers, all of one operand: its type, chances or logits.
static void drawnRows(std::vector<Row> &rows) {
  auto add = [&](const char *name, auto call, auto reference, std::vector<Dims> shapes,
                 bool differentiable = false) {
    Row row{
        .name = name, .domains = {Domain::Any, Domain::Anything}, .differentiable = differentiable};
    row.build = fromDsl({.call = [=](const auto &x, const Case &) { return call(x[0]); },
                         .symbols = {"", "seed", "step"},
                         .training = true});
    row.reference = [=](const auto &v, const Case &) { return reference(v); };
    for (E element : {E::F32, E::F64})
      for (const Dims &dims : shapes)
        row.cases.push_back({{{element, dims}, {E::I64, {}}, {E::I64, {}}}});
    rows.push_back(row);
  };
  add(
      "random_normal",
      [](const sinter::Tensor &x) {
        return sinter::random_normal("n", {x.dtype(), x.shape()}, {.mean = 2, .std = 0.5});
      },
      [](const std::vector<Tensor> &v) {
        Tensor y = v[0];
        for (int64_t i = 0; i < y.size(); ++i) {
          double radius = std::sqrt(-2 * std::log1p(-drawn(v, 1, "n", i)));
          y.reals[i] = 2 + radius * std::cos(2 * std::numbers::pi * drawn(v, 1, "n.angle", i)) / 2;
        }
        return y;
      },
      hardShapes());
  add(
      "random_bernoulli",
      [](const sinter::Tensor &x) { return sinter::random_bernoulli("b", abs(x) * 0.5); },
      [](const std::vector<Tensor> &v) {
        Tensor y = v[0];
        for (int64_t i = 0; i < y.size(); ++i)
          y.reals[i] = drawn(v, 1, "b", i) < std::fabs(y.reals[i]) / 2 ? 1 : 0;
        return y;
      },
      hardShapes());
  add(
      "random_bernoulli of one chance",
      [](const sinter::Tensor &x) {
        return sinter::random_bernoulli("b", {x.dtype(), x.shape()}, 0.3);
      },
      [](const std::vector<Tensor> &v) {
        Tensor y = v[0];
        for (int64_t i = 0; i < y.size(); ++i)
          y.reals[i] = drawn(v, 1, "b", i) < 0.3 ? 1 : 0;
        return y;
      },
      hardShapes());
  add(
      "categorical",
      [](const sinter::Tensor &x) { return cast(sinter::categorical("c", x), x.dtype()); },
      [](const std::vector<Tensor>
             &v) { // the exponential clock of rate exp(logit) that rings first
        int64_t classes = v[0].dims().back();
        Tensor y({v[0].type.element, {v[0].dims()[0]}});
        for (int64_t row = 0; row < y.size(); ++row) {
          double first = INFINITY;
          for (int64_t k = 0; k < classes; ++k) {
            int64_t at = row * classes + k;
            double rings = -std::log(drawn(v, 1, "c", at)) / std::exp(v[0].reals[at]);
            if (rings < first) {
              first = rings;
              y.reals[row] = double(k);
            }
          }
        }
        return y;
      },
      {{7, 5}, {33, 17}, {2, 1}});
  auto finely = [](const std::vector<Tensor> &v, int64_t i) {
    return drawn(v, 1, "r", i) + drawn(v, 1, "r.fine", i) / 16777216;
  };
  add(
      "randint",
      [](const sinter::Tensor &x) {
        sinter::DType whole = x.dtype() == sinter::f64 ? sinter::i64 : sinter::i32;
        return cast(sinter::randint("r", -3, 4, whole(x.shape())), x.dtype());
      },
      [=](const std::vector<Tensor> &v) {
        Tensor y = v[0];
        for (int64_t i = 0; i < y.size(); ++i)
          y.reals[i] = std::floor(finely(v, i) * 7) - 3;
        return y;
      },
      hardShapes());
  add(
      "randperm",
      [](const sinter::Tensor &x) { return cast(sinter::randperm("r", x.shape()[0]), x.dtype()); },
      [=](const std::vector<Tensor> &v) { // its rank among all is where a number stands
        Tensor y = v[0];
        for (int64_t i = 0; i < y.size(); ++i) {
          int64_t rank = 0;
          for (int64_t k = 0; k < y.size(); ++k)
            rank += finely(v, k) < finely(v, i) || (k < i && finely(v, k) == finely(v, i));
          y.reals[rank] = double(i);
        }
        return y;
      },
      {{1}, {17}, {200}});
  add(
      "gumbel_softmax",
      [](const sinter::Tensor &x) { return sinter::gumbel_softmax("g", x, {.tau = 0.5}); },
      [](const std::vector<Tensor> &v) { // exp((logit + noise) / tau) = (e^logit / -log u)^(1/tau)
        Tensor y = v[0];
        int64_t classes = y.dims().back();
        for (int64_t row = 0; row < y.dims()[0]; ++row) {
          double total = 0;
          for (int64_t i = row * classes; i < (row + 1) * classes; ++i)
            total += y.reals[i] =
                std::pow(std::exp(y.reals[i]) / -std::log(drawn(v, 1, "g", i)), 2);
          for (int64_t i = row * classes; i < (row + 1) * classes; ++i)
            y.reals[i] /= total;
        }
        return y;
      },
      {{7, 5}, {33, 17}, {2, 1}}, true);
  add(
      "gumbel_softmax hard",
      [](const sinter::Tensor &x) {
        sinter::Tensor y = sinter::gumbel_softmax("g", x, {.tau = 0.5, .hard = true, .axis = 0});
        return y * 2;
      },
      [](const std::vector<Tensor> &v) {
        Tensor y = v[0];
        int64_t classes = y.dims()[0], columns = y.dims()[1];
        for (int64_t column = 0; column < columns; ++column) {
          int64_t best = column;
          double first = INFINITY;
          for (int64_t i = column; i < classes * columns; i += columns) {
            double rings = -std::log(drawn(v, 1, "g", i)) / std::exp(v[0].reals[i]);
            y.reals[i] = 0;
            if (rings < first)
              first = rings, best = i;
          }
          y.reals[best] = 2;
        }
        return y;
      },
      {{7, 5}, {17, 33}, {1, 2}});
  add(
      "alpha_dropout",
      [](const sinter::Tensor &x) { return sinter::alpha_dropout("d", x, {.p = 0.25}); },
      [](const std::vector<Tensor> &v) { // PyTorch's a and b
        Tensor y = v[0];
        const double alpha = 1.7580993408473766,
                     a = 1 / std::sqrt((alpha * alpha * 0.25 + 1) * 0.75);
        for (int64_t i = 0; i < y.size(); ++i)
          y.reals[i] = (drawn(v, 1, "d", i) < 0.25 ? -alpha : y.reals[i]) * a + alpha * a * 0.25;
        return y;
      },
      hardShapes(), true);
  add(
      "dropout2d", [](const sinter::Tensor &x) { return sinter::dropout2d("d", x, {.p = 0.25}); },
      [](const std::vector<Tensor> &v) {
        Tensor y = v[0];
        int64_t pixels = y.dims()[2] * y.dims()[3];
        for (int64_t i = 0; i < y.size(); ++i)
          y.reals[i] = drawn(v, 1, "d", i / pixels) < 0.25 ? 0 : y.reals[i] / 0.75;
        return y;
      },
      {{2, 3, 4, 5}, {16, 17, 2, 2}, {1, 7, 1, 33}}, true);
}

void sinter::test::randomRows(std::vector<Row> &rows) {
  Row uniform{.name = "random_uniform",
              .domains = {Domain::Anything},
              .differentiable = false,
              .tolerance = 0.0};
  uniform.build = [](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &c) {
    return b.op("random_uniform", {v[0], v[1]}, c.attrs, c.result);
  };
  for (E element : {E::F32, E::F64})
    for (int64_t stream : {int64_t(7), int64_t(-3), int64_t(0x123456789abcdef)})
      for (const Dims &dims : hardShapes())
        uniform.cases.push_back({{{E::I64, {}}, {E::I64, {}}},
                                 {{"stream", stream}, {"name", std::string("row")}},
                                 {element, dims}});
  rows.push_back(uniform);

  // Inverted dropout; which elements are kept follows from the runtime's generator.
  Row dropout{.name = "dropout", .domains = {Domain::Any, Domain::Anything}};
  dropout.build =
      fromDsl({.call = [](const auto &x,
                          const Case &) { return sinter::dropout("drop", x[0], {.p = 0.25}); },
               .symbols = {"", "seed", "step"},
               .training = true});
  dropout.reference = [](const auto &v, const Case &) {
    Tensor y = v[0];
    for (int64_t i = 0; i < y.size(); ++i) {
      uint64_t seed = v[1].integers[0], step = v[2].integers[0];
      uint32_t word = sinter_philox(seed, sinter_stream("drop"), step, i).w[0];
      y.reals[i] = sinter_uniform_f32(word) < 0.25f ? 0 : y.reals[i] / 0.75;
    }
    return y;
  };
  for (E element : {E::F32, E::F64})
    for (const Dims &dims : hardShapes())
      dropout.cases.push_back({{{element, dims}, {E::I64, {}}, {E::I64, {}}}});
  rows.push_back(dropout);
  drawnRows(rows);
}
