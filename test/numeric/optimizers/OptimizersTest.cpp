// Ten steps of every optimizer against PyTorch (goldens/optimizers.py), and a thousand of every
// schedule against its closed form and PyTorch: the f64 build, by the oracle and compiled. Reading
// on: Models.cpp (the cases).
#include "compiler/Import.h"
#include "test/numeric/Compile.h"
#include "test/numeric/Graph.h"
#include "test/numeric/optimizers/Closed.h"
#include "test/numeric/optimizers/Models.h"
#include "test/numeric/parity/Golden.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

using namespace sinter;
using namespace sinter::test;
using interpret::Arguments;
using interpret::Evaluation;
using interpret::Values;
using Reals = std::vector<double>;

static constexpr const char *kEntry = "train_step_b1";

/// Numbers of the golden by "optimizer NAME PARAMETER", "average NAME PARAMETER" and "schedule
/// NAME", ' ' as '_'.
static std::map<std::string, Reals> readNumbers() {
  std::map<std::string, Reals> result;
  std::ifstream file(SINTER_OPTIMIZERS_GOLDEN);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string kind, name, parameter, number;
    words >> kind >> name;
    std::string key = kind + " " + name;
    if (kind != "schedule" && words >> parameter)
      key += " " + parameter;
    while (words >> number)
      result[key].push_back(std::strtod(number.c_str(), nullptr));
  }
  return result;
}

static const Reals &golden(const std::string &key) {
  static const std::map<std::string, Reals> all = readNumbers();
  static const Reals none;
  auto at = all.find(key);
  return at == all.end() ? none : at->second;
}

static std::string joined(std::string name) {
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

static Tensor uniform(uint64_t tag, const Type &type, double scale) {
  Tensor tensor(type);
  for (int64_t i = 0; i < tensor.size(); ++i)
    tensor.reals[i] = (4.0 * uniformOf(tag, i) - 2.0) * scale;
  return tensor;
}

/// Parameters by the formula of the golden, states as the module says.
static Values start(const proto::Module &graph) {
  const char *const order[] = {"a.weight", "a.bias", "b.weight", "b.bias"};
  Values symbols;
  for (const proto::Symbol &symbol : graph.symbols()) {
    Type type{static_cast<ElementType>(symbol.type().element()),
              {symbol.type().dims().begin(), symbol.type().dims().end()}};
    if (type.element == ElementType::F32)
      type.element = ElementType::F64;
    Tensor tensor(type);
    std::fill(tensor.reals.begin(), tensor.reals.end(), symbol.init().a());
    for (uint64_t k = 0; k < std::size(order); ++k)
      if (symbol.name() == order[k])
        tensor = uniform(7000 + k, type, 0.5);
    symbols[symbol.name()] = tensor;
  }
  return symbols;
}

static void setInputs(Arguments &arguments, uint64_t step) {
  arguments.inputs["x"] = uniform(7100 + step, {ElementType::F64, {4, 5}}, 1);
  arguments.inputs["target"] = uniform(7200 + step, {ElementType::F64, {4, 2}}, 1);
  arguments.scalars["step"] =
      Tensor(Type{ElementType::I64, {}}, std::vector<int64_t>{static_cast<int64_t>(step)});
}

using Runner = std::function<llvm::FailureOr<Evaluation>(const Arguments &)>;

/// The oracle and compiled code, by name.
static std::vector<std::pair<std::string, Runner>> runners(mlir::ModuleOp module,
                                                           std::shared_ptr<Program> program) {
  return {{"oracle", [=](const Arguments &a) { return interpret::evaluate(module, kEntry, a); }},
          {"compiled", [=](const Arguments &a) { return program->run(kEntry, a, 2); }}};
}

/// Ten steps of `graph`, then `prefix` + each parameter against the golden's lines of `key`.
static void expectAsPyTorch(const proto::Module &graph, const std::string &key,
                            const std::string &prefix) {
  auto module = compiler::importModule(&context(), graph, /*f64=*/true);
  ASSERT_TRUE(module);
  std::shared_ptr<Program> program = compile(*module, 3);
  ASSERT_TRUE(program);
  ASSERT_TRUE(differentiate(*module)); // for the oracle
  for (auto &[how, run] : runners(*module, program)) {
    Arguments arguments;
    arguments.symbols = start(graph);
    for (uint64_t step = 0; step < 10; ++step) {
      setInputs(arguments, step);
      llvm::FailureOr<Evaluation> got = run(arguments);
      ASSERT_TRUE(succeeded(got)) << how;
      interpret::apply(got->updates, arguments.symbols);
    }
    for (const std::string name : {"a.weight", "a.bias", "b.weight", "b.bias"}) {
      const Reals &want = golden(key + " " + name);
      const Reals &have = arguments.symbols[prefix + name].reals;
      ASSERT_EQ(have.size(), want.size()) << name;
      // Ten steps of some four roundings each, of numbers around 1.
      for (size_t i = 0; i < want.size(); ++i)
        EXPECT_NEAR(have[i], want[i], 40 * 0x1p-53 * (1 + std::fabs(want[i])))
            << how << " " << name << " " << i;
    }
  }
}

class Optimizers : public testing::TestWithParam<std::string> {};
TEST_P(Optimizers, AsPyTorch) {
  expectAsPyTorch(optimizerModel(GetParam()), "optimizer " + joined(GetParam()), "");
}

/// The variance of a gradient that stays the same is 0, and rounds to less (PyTorch gives NaN).
TEST(Rmsprop, CenteredHasNoRootOfLessThanNothing) {
  proto::Module graph = centeredModel();
  auto module = compiler::importModule(&context(), graph, /*f64=*/true);
  ASSERT_TRUE(module && differentiate(*module));
  Arguments arguments;
  arguments.symbols = start(graph);
  arguments.inputs["x"] = Tensor(Type{ElementType::F64, {64}});
  for (int64_t i = 0; i < 64; ++i)
    arguments.inputs["x"].reals[i] = 0.1 + static_cast<double>(i) / 63;
  for (int64_t step = 0; step < 400; ++step) {
    llvm::FailureOr<Evaluation> got = interpret::evaluate(*module, kEntry, arguments);
    ASSERT_TRUE(succeeded(got));
    interpret::apply(got->updates, arguments.symbols);
    for (double w : arguments.symbols["w"].reals)
      ASSERT_LT(w, 0) << step; // a NaN is not
  }
}

class Averages : public testing::TestWithParam<std::string> {};
TEST_P(Averages, AsPyTorch) {
  expectAsPyTorch(averageModel(GetParam()), "average " + joined(GetParam()), "average.");
}

class Schedules : public testing::TestWithParam<std::string> {};

TEST_P(Schedules, AsTheirClosedForms) {
  proto::Module graph = scheduleModel(GetParam());
  auto module = compiler::importModule(&context(), graph, /*f64=*/true);
  ASSERT_TRUE(module);
  std::shared_ptr<Program> program = compile(*module, 3);
  ASSERT_TRUE(program);
  ASSERT_TRUE(differentiate(*module)); // for the oracle
  const Reals &torchs = golden("schedule " + joined(GetParam()));
  for (auto &[how, run] : runners(*module, program)) {
    Arguments arguments;
    arguments.symbols = start(graph);
    setInputs(arguments, 0);
    arguments.scalars["steps-per-epoch"] =
        Tensor(Type{ElementType::I64, {}}, std::vector<int64_t>{kStepsPerEpoch});
    for (int64_t step = 0; step < 1000; ++step) {
      arguments.scalars["step"] = Tensor(Type{ElementType::I64, {}}, std::vector<int64_t>{step});
      llvm::FailureOr<Evaluation> got = run(arguments);
      ASSERT_TRUE(succeeded(got)) << how;
      double rate = got->outputs["lr"].reals[0], want = closedForm(GetParam(), step);
      double exact =
          8 * 0x1p-53 * (1 + want); // some eight roundings of numbers up to the first rate
      ASSERT_NEAR(rate, want, exact) << how << " " << step;
      if (step % 7 == 0 && !torchs.empty()) // PyTorch goes from step to step, with some four each
        ASSERT_NEAR(rate, torchs[step / 7], exact + 4 * step * 0x1p-53 * want)
            << how << " " << step;
    }
  }
}

static std::string testName(const testing::TestParamInfo<std::string> &info) {
  return joined(info.param);
}
INSTANTIATE_TEST_SUITE_P(All, Optimizers, testing::ValuesIn(optimizerNames()), testName);
INSTANTIATE_TEST_SUITE_P(All, Averages, testing::ValuesIn(averageNames()), testName);
INSTANTIATE_TEST_SUITE_P(All, Schedules, testing::ValuesIn(scheduleNames()), testName);
