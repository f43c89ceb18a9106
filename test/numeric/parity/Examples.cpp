//===- Examples.cpp - examples and small nets against PyTorch and against central differences -===//
//
// numeric-parity-examples parity F64.mlir F32.mlir FILE.golden: the rule of Parity.cpp on the
// modules that `sinter emit --stage graph` makes of a model. The f64 module is run as it is, 20
// free steps; the f32 module also outputs its gradients, and starts from the f64 weights.
// numeric-parity-examples directions F64.mlir: the gradient along five random directions against
// (loss(w + h d) - loss(w - h d)) / 2h, both compiled. Reading on: Golden.h, goldens/convnets.py.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Compile.h"
#include "test/numeric/parity/Example.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>

using namespace sinter;
using namespace sinter::test;
using interpret::Arguments;
using interpret::Evaluation;
using interpret::Values;
using mlir::OwningOpRef;

static constexpr int64_t kSteps = 20;
static constexpr int64_t kStated[] = {0, 5, 10, 19};

//===--- Parity -------------------------------------------------------------------------------===//

// Symbols before every step, as the f64 build has them.
static std::vector<Values> runDouble(Example &example, const Goldens &goldens) {
  std::unique_ptr<Program> program = compile(*example.module, 3);
  std::vector<Values> trajectory;
  Arguments arguments;
  arguments.symbols = example.start();
  for (int64_t step = 0; program && step < kSteps; ++step) {
    trajectory.push_back(arguments.symbols);
    example.setBatch(arguments, step);
    llvm::FailureOr<Evaluation> got = program->run(example.train.getSymName(), arguments, 2);
    auto golden = goldens.find("loss " + std::to_string(step));
    if (failed(got) || golden == goldens.end()) {
      expect("f64 step " + std::to_string(step), INFINITY, 0);
      return {};
    }
    expect("f64 " + golden->first, std::fabs(got->outputs["loss"].reals[0] - golden->second.norm),
           1e-9);
    interpret::apply(got->updates, arguments.symbols);
  }
  size_t found = 0;
  for (const auto &[name, value] : arguments.symbols)
    if (auto golden = goldens.find("weight 20 " + name); golden != goldens.end()) {
      expect("f64 " + golden->first, largest(value, golden->second), 1e-7);
      ++found;
    }
  expect("f64 weights without a golden line",
         found < example.parameters.size() + (example.norms ? 2 : 0) ? 1 : 0, 0);
  return trajectory;
}

static void runSingle(Example &example, const Goldens &goldens,
                      const std::vector<Values> &trajectory) {
  example.outputGradients();
  std::unique_ptr<Program> program = compile(*example.module, 3);
  if (!program)
    return expect("f32 compiles", INFINITY, 0);
  for (int64_t step : kStated) {
    Arguments arguments;
    arguments.symbols = single(trajectory[step]);
    example.setBatch(arguments, step);
    llvm::FailureOr<Evaluation> got = program->run(example.train.getSymName(), arguments, 2);
    if (failed(got))
      return expect("f32 runs", INFINITY, 0);
    std::string number = std::to_string(step);
    double loss = goldens.at("loss " + number).norm;
    // A large loss (house-prices' is 1e4) has some sixteen roundings of its own size.
    expect("f32 loss " + number, std::fabs(got->outputs["loss"].reals[0] - loss),
           std::max(1e-5, 16 * 0x1p-24 * loss));
    double most = 0;
    for (const std::string &name : example.trained)
      most = std::max(most, goldens.at("gradient " + number + " " + name).norm);
    for (const std::string &name : example.trained) {
      const Golden &golden = goldens.at("gradient " + number + " " + name);
      auto gradient = got->outputs.find(name);
      double error = gradient == got->outputs.end()
                         ? INFINITY
                         : distance(gradient->second, golden) / std::max(golden.norm, 0.01 * most);
      expect("f32 gradient " + number + " " + name, error, example.norms ? 1e-2 : 1e-3);
    }
  }
}

static int parity(const char *wide, const char *narrow, const char *path) {
  Goldens goldens = readGoldens(path);
  Example f64, f32;
  if (!f64.read(wide) || !f32.read(narrow))
    return 1;
  auto gradients = static_cast<size_t>(std::count_if(goldens.begin(), goldens.end(), [](auto &g) {
    return g.first.rfind("gradient 0 ", 0) == 0;
  }));
  if (gradients != f64.trained.size()) {
    std::printf("%s: expects gradients of %zu parameters, got %zu\n", path, f64.trained.size(),
                gradients);
    return 1;
  }
  std::vector<Values> trajectory = runDouble(f64, goldens);
  if (trajectory.size() != kSteps)
    expect("f64 compiles and runs", INFINITY, 0);
  else
    runSingle(f32, goldens, trajectory);
  return failures() != 0;
}

//===--- Directions ---------------------------------------------------------------------------===//

static int directions(const char *path) {
  Example example;
  if (!example.read(path))
    return 1;
  example.outputGradients();
  std::unique_ptr<Program> program = compile(*example.module, 3);
  Arguments arguments;
  arguments.symbols = example.start();
  example.setBatch(arguments, 0);
  llvm::StringRef entry = example.train.getSymName();
  llvm::FailureOr<Evaluation> at = llvm::failure();
  if (program)
    at = program->run(entry, arguments, 2);
  if (failed(at))
    return 1;
  auto lossAt = [&](uint64_t direction, double h, double &slope) {
    Arguments moved = arguments;
    uint64_t tag = 100 + 1000 * direction;
    slope = 0;
    for (const std::string &name : example.trained) {
      Tensor &value = moved.symbols[name];
      ++tag;
      for (int64_t i = 0; i < value.size(); ++i) {
        double d = 2 * uniformOf(tag, i) - 1;
        value.reals[i] += h * d;
        slope += d * at->outputs[name].reals[i];
      }
    }
    llvm::FailureOr<Evaluation> there = program->run(entry, moved, 2);
    return failed(there) ? NAN : there->outputs["loss"].reals[0];
  };
  for (uint64_t direction = 0; direction < 5; ++direction) {
    double slope = 0, error = INFINITY;
    std::string what = "direction " + std::to_string(direction);
    // The nearer the points, the fewer kinks of a relu or a pooling lie between them.
    for (double h : {1e-6, 1e-7, 1e-8}) {
      double difference = (lossAt(direction, h, slope) - lossAt(direction, -h, slope)) / (2 * h);
      error = std::fabs(slope - difference) / std::fmax(std::fabs(slope), 1e-3);
      what += ", " + std::to_string(difference);
      if (error <= 1e-6)
        break;
    }
    expect(what + " for a slope of " + std::to_string(slope), error, 1e-6);
  }
  return failures() != 0;
}

int main(int argc, char **argv) {
  int result = 2;
  if (argc == 5 && std::strcmp(argv[1], "parity") == 0)
    result = parity(argv[2], argv[3], argv[4]);
  else if (argc == 3 && std::strcmp(argv[1], "directions") == 0)
    result = directions(argv[2]);
  else
    std::fprintf(stderr, "usage: numeric-parity-examples parity F64.mlir F32.mlir FILE.golden\n"
                         "       numeric-parity-examples directions F64.mlir\n");
  if (result != 2)
    std::printf("%s %s: %d failed\n", argv[1], argv[2], failures());
  return result;
}
