// From programs of the DSL with loops and choices through the container and import to numbers, by
// the oracle and compiled: the graph means what the program says. Reference: the same loops in C++.
#include "compiler/Import.h"
#include "test/numeric/Compile.h"
#include "test/numeric/Graph.h"
#include "test/numeric/oracle/ControlModels.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace sinter;
using namespace sinter::test;
using interpret::Arguments;
using interpret::Evaluation;
using interpret::Values;
using Reals = std::vector<double>;
using Integers = std::vector<int64_t>;

/// Compiled code rounds where the oracle does, but in its own tanh and exp.
static void expectSame(const Values &got, const Values &want, const std::string &program) {
  EXPECT_EQ(got.size(), want.size()) << program;
  for (const auto &[name, value] : want) {
    auto found = got.find(name);
    ASSERT_NE(found, got.end()) << program << ": " << name;
    EXPECT_EQ(found->second.integers, value.integers) << program << ": " << name;
    ASSERT_EQ(found->second.reals.size(), value.reals.size()) << program << ": " << name;
    for (size_t i = 0; i < value.reals.size(); ++i)
      EXPECT_NEAR(found->second.reals[i], value.reals[i], 1e-14 * (1 + std::fabs(value.reals[i])))
          << program << ": " << name << " " << i;
  }
}

/// What the oracle computes, after compiled code has computed the same.
static Evaluation run(const std::string &name, Values inputs, Values symbols = {},
                      Values scalars = {}) {
  Arguments arguments;
  arguments.inputs = std::move(inputs);
  arguments.symbols = std::move(symbols);
  arguments.scalars = std::move(scalars);
  auto module = compiler::importModule(&context(), controlModel(name), /*f64=*/true);
  if (!module) {
    ADD_FAILURE() << name << " is not imported";
    return {};
  }
  auto result = interpret::evaluate(*module, "predict_b1", arguments);
  EXPECT_TRUE(succeeded(result)) << name;
  if (failed(result))
    return {};
  std::unique_ptr<Program> program = compile(*module, 3);
  llvm::FailureOr<Evaluation> compiled = llvm::failure();
  if (program)
    compiled = program->run("predict_b1", arguments, 2);
  EXPECT_TRUE(succeeded(compiled)) << name;
  if (succeeded(compiled)) {
    expectSame(compiled->outputs, result->outputs, name);
    expectSame(compiled->updates, result->updates, name);
  }
  return *result;
}

static Tensor reals(Dims dims, Reals values) {
  return Tensor(Type{ElementType::F64, dims}, values);
}
static Tensor integer(int64_t value) { return Tensor(Type{ElementType::I64, {}}, Integers{value}); }

static void expectNear(const Reals &got, const Reals &want) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i)
    EXPECT_NEAR(got[i], want[i], 1e-15) << i;
}

TEST(Control, ScanBothWays) {
  Reals x = {0.1, -0.2, 0.3, 0.4, -0.5, 0.6, 0.7, -0.8, 0.9, 1.0}, start = {0.25, -0.75};
  Evaluation got = run("recurrence", {{"x", reals({5, 2}, x)}, {"h", reals({2}, start)}});
  Reals h = start, ys(10), back(10);
  for (int t = 0; t < 5; ++t)
    for (int i = 0; i < 2; ++i) {
      h[i] = std::tanh(h[i] * 0.5 + x[2 * t + i]);
      ys[2 * t + i] = h[i] * std::exp(start[i]);
    }
  expectNear(got.outputs["last"].reals, h);
  expectNear(got.outputs["ys"].reals, ys);
  h = start;
  for (int t = 4; t >= 0; --t)
    for (int i = 0; i < 2; ++i) {
      h[i] = std::tanh(h[i] * 0.5 + x[2 * t + i]);
      back[2 * t + i] = h[i] * std::exp(start[i]);
    }
  expectNear(got.outputs["first"].reals, h);
  expectNear(got.outputs["back"].reals, back);
}

TEST(Control, NestedLoopsCarryStates) {
  Reals x = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8};
  Evaluation got = run("nested", {{"x", reals({3, 4}, x)}},
                       {{"seen", integer(100)}, {"total", reals({}, {0.5})}});
  EXPECT_EQ(got.outputs["all"].reals, (Reals{9}));
  EXPECT_EQ(got.outputs["most"].reals, (Reals{3, 3, 4, 4, 5, 9, 9, 9, 9, 9, 9, 9}));
  EXPECT_EQ(got.outputs["sums"].reals, (Reals{9, 22, 21}));
  EXPECT_EQ(got.outputs["seen"].integers, (Integers{112}));
  EXPECT_EQ(got.updates["seen"].integers, (Integers{112}));
  EXPECT_EQ(got.updates["total"].reals, (Reals{52.5}));
}

TEST(Control, ABranchAssignsStates) {
  auto choose = [](int64_t p) {
    return run("choice",
               {{"p", Tensor(Type{ElementType::Bool, {}}, Integers{p})}, {"x", reals({}, {10})}},
               {{"a", reals({}, {1})}, {"b", reals({}, {2})}});
  };
  Evaluation swapped = choose(1), added = choose(0);
  EXPECT_EQ(swapped.outputs["y"].reals, (Reals{20}));
  EXPECT_EQ(swapped.outputs["a"].reals, (Reals{2}));
  EXPECT_EQ(swapped.updates["b"].reals, (Reals{1}));
  EXPECT_EQ(added.outputs["y"].reals, (Reals{10}));
  EXPECT_EQ(added.updates["a"].reals, (Reals{11}));
  EXPECT_EQ(added.updates["b"].reals, (Reals{2}));
}

TEST(Control, WhileLoopsEndByTheirConditionOrBound) {
  for (int64_t n : {1, 2, 3, 7, 27}) {
    Evaluation got = run("collatz", {{"n", integer(n)}});
    int64_t steps = 0, most = n, bounded = 0, boundedMost = n;
    for (int64_t at = n; at != 1; ++steps) {
      at = at % 2 ? 3 * at + 1 : at / 2;
      most = std::max(most, at);
      if (steps < 5) {
        ++bounded;
        boundedMost = most;
      }
    }
    EXPECT_EQ(got.outputs["steps"].integers, (Integers{steps})) << n;
    EXPECT_EQ(got.outputs["most"].integers, (Integers{most})) << n;
    EXPECT_EQ(got.outputs["bounded"].integers, (Integers{bounded})) << n;
    EXPECT_EQ(got.outputs["bounded_most"].integers, (Integers{boundedMost})) << n;
  }
}

/// Iteration i of all loops together draws what step + (i << 32) draws outside of loops.
TEST(Control, RandomNumbersAreThoseOfTheIteration) {
  auto scalars = [](int64_t step) { return Values{{"step", integer(step)}, {"seed", integer(9)}}; };
  Evaluation got = run("noise", {}, {}, scalars(7));
  Reals scans, whiles(4);
  for (int64_t i = 0; i < 6; ++i) {
    Evaluation one = run("draws", {}, {}, scalars(7 + (i << 32)));
    const Reals &values = one.outputs["scan"].reals, &others = one.outputs["while"].reals;
    scans.insert(scans.end(), values.begin(), values.end());
    for (size_t k = 0; i < 4 && k < 2; ++k) // two steps of the while in each of the scan
      whiles[2 * (i / 2) + k] = 16 * whiles[2 * (i / 2) + k] + others[k];
  }
  EXPECT_EQ(got.outputs["scans"].reals, scans);
  EXPECT_EQ(got.outputs["whiles"].reals, whiles);
}
