//===- Precision.cpp - digits that f32 gradients keep, beside PyTorch's -----------------------===//
//
// numeric-precision NAME F64.mlir F32.mlir precision.golden: at the first step and from several
// first values, the distance of every f32 gradient from the f64 one, beside what PyTorch's f32
// keeps of the same gradients (goldens/precision.py). Nets with batch norm magnify what was rounded
// before, so single gradients say little: a model's mean over all of them, as a ratio, is held, and
// of each parameter over the seeds. Reading on: Example.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Compile.h"
#include "test/numeric/parity/Example.h"

#include <cmath>
#include <cstdio>
#include <fstream>

using namespace sinter;
using namespace sinter::test;
using interpret::Arguments;
using interpret::Evaluation;
using interpret::Values;

/// Ours / PyTorch's errors, as geometric means: of a model, and of one parameter over its seeds.
/// Measured: shufflenet has 1.12, the others at most 1.08, some far less than 1; of single
/// parameters, 2.1 (cifar-cnn's fc2.weight) and 1.9 at most. With one f32 chain an image
/// instead of chunks that are joined in f64 (passes/README.md), shufflenet had 1.29, densenet 1.51
/// and seresnext 1.61, and up to 5.4 of a parameter.
static constexpr double kMostMean = 1.25, kMostParameter = 3;
/// An error below the rounding of single results says nothing.
static constexpr double kLeastError = 6e-8;

/// One line of the golden file.
struct Line {
  uint64_t seed;
  std::string name;
  double norm, error;
};

static std::vector<Line> readLines(const char *path, const std::string &model) {
  std::vector<Line> lines;
  std::ifstream file(path);
  Line line;
  for (std::string of; file >> of >> line.seed >> line.name >> line.norm >> line.error;)
    if (of == model)
      lines.push_back(line);
  return lines;
}

/// All outputs of the first step; none when it does not run.
static Values runStep(Example &example, Program &program, const Values &symbols, uint64_t seed) {
  Arguments arguments;
  arguments.symbols = symbols;
  example.setBatch(arguments, 0, seed);
  llvm::FailureOr<Evaluation> got = program.run(example.train.getSymName(), arguments, 2);
  return failed(got) ? Values() : got->outputs;
}

static double apart(const Tensor &x, const Tensor &y) {
  if (x.size() != y.size())
    return INFINITY; // a gradient is missing
  double sum = 0;
  for (int64_t i = 0; i < x.size(); ++i)
    sum += (x.reals[i] - y.reals[i]) * (x.reals[i] - y.reals[i]);
  return std::sqrt(sum);
}

/// Logarithms of ours / theirs.
struct Mean {
  double sum = 0;
  int count = 0;
  void add(double ours, double theirs) {
    auto atLeast = [](double error) {
      return error < kLeastError ? kLeastError : error;
    }; // NaN stays
    sum += std::log(atLeast(ours) / atLeast(theirs));
    ++count;
  }
  double get() const { return std::exp(sum / std::max(count, 1)); }
};

static void compare(const std::string &model, Example &f64, Example &f32,
                    const std::vector<Line> &lines) {
  f64.outputGradients();
  f32.outputGradients();
  std::unique_ptr<Program> wide = compile(*f64.module, 3), narrow = compile(*f32.module, 3);
  if (!wide || !narrow)
    return expect(model + " compiles", INFINITY, 0);
  std::map<std::string, Mean> parameters;
  Mean all;
  for (uint64_t seed = 0; seed <= lines.back().seed; ++seed) {
    Values start = f64.start(seed), exact = runStep(f64, *wide, start, seed),
           rounded = runStep(f32, *narrow, single(start), seed);
    if (exact.empty() || rounded.empty())
      return expect(model + " runs", INFINITY, 0);
    double most = 0;
    for (const std::string &name : f64.parameters)
      most = std::fmax(most, normOf(exact[name]));
    for (const Line &line : lines) {
      if (line.seed != seed)
        continue;
      const Tensor &want = exact[line.name];
      double norm = normOf(want), scale = std::fmax(norm, 0.01 * most);
      expect(model + " f64 gradient " + line.name, std::fabs(norm - line.norm) / scale, 1e-9);
      double error = apart(rounded[line.name], want) / scale;
      parameters[line.name].add(error, line.error);
      all.add(error, line.error);
    }
  }
  using Named = std::pair<const std::string, Mean>;
  const Named &worst = *llvm::max_element(
      parameters, [](const Named &x, const Named &y) { return x.second.get() < y.second.get(); });
  std::printf("%s: f32 errors are %.2fx PyTorch's over %d gradients, %.2fx of %s\n", model.c_str(),
              all.get(), all.count, worst.second.get(), worst.first.c_str());
  expect(model + " ours / PyTorch's", all.get(), kMostMean);
  for (const auto &[name, mean] : parameters)
    expect(model + " " + name + " ours / PyTorch's", mean.get(), kMostParameter);
}

int main(int argc, char **argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: numeric-precision NAME F64.mlir F32.mlir precision.golden\n");
    return 2;
  }
  std::string model = argv[1];
  std::vector<Line> lines = readLines(argv[4], model);
  Example f64, f32;
  if (!f64.read(argv[2]) || !f32.read(argv[3]))
    return 1;
  if (lines.size() % std::max<size_t>(1, f64.parameters.size()) || lines.empty())
    expect(model + " has golden lines of every parameter", INFINITY, 0);
  else
    compare(model, f64, f32, lines);
  return failures() != 0;
}
