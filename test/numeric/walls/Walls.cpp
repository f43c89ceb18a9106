//===- Walls.cpp - hand-written kernel lists, interpreted and compiled ------------------------===//
//
// numeric-walls FILE.mlir: every kernel.entry of the file runs in the kernel interpreter and
// compiled (at several thread counts), and both agree. What the file computes is also checked
// against a formula where one is known. Reading on: the .mlir files beside this one.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/KernelInterpreter.h"
#include "dialects/kernel/Kernel.h"
#include "test/numeric/Compile.h"
#include "test/numeric/Graph.h"
#include "test/numeric/Values.h"

#include "mlir/Parser/Parser.h"

#include <cmath>
#include <cstdio>

using namespace sinter;
using namespace sinter::test;
using interpret::Buffers;

static int failures = 0;

static void expect(bool holds, const std::string &what, double error) {
  std::printf("%-48s %9.1e %s\n", what.c_str(), error, holds ? "ok" : "FAILED");
  failures += !holds;
}

static Buffers inputsOf(kernel::EntryOp entry) {
  Buffers inputs;
  entry.walk([&](kernel::BufferOp buffer) {
    if (buffer.getRole() != kernel::Role::Input)
      return;
    auto type = buffer.getType();
    Type rule = interpret::typeOf(type.getElementType());
    rule.dims = Dims(type.getShape());
    Random random(seedOf(buffer.getBufferName().str()));
    inputs["input:" + buffer.getBufferName().str()] = sample(rule, Domain::Any, random);
  });
  return inputs;
}

static double dot(const Tensor &a, const Tensor &b) {
  double sum = 0;
  for (int64_t i = 0; i < a.size(); ++i)
    sum += a.reals[i] * b.reals[i];
  return sum;
}

// Forward by definition, and <dy, y> = <dx, x> = <dw, w>.
static void judgeConvolution(Buffers &b) {
  const Tensor &x = b["input:x"], &w = b["input:w"], &y = b["output:y"];
  double worst = 0;
  interpret::forEachIndex(y.dims(), [&](const Dims &at, int64_t i) {
    double sum = 0;
    interpret::forEachIndex({3, 3, 3}, [&](const Dims &k, int64_t) {
      int64_t h = at[2] + k[1] - 1, v = at[3] + k[2] - 1;
      if (h >= 0 && h < 7 && v >= 0 && v < 5)
        sum += x.reals[((at[0] * 3 + k[0]) * 7 + h) * 5 + v] *
               w.reals[((at[1] * 3 + k[0]) * 3 + k[1]) * 3 + k[2]];
    });
    worst = std::fmax(worst, std::fabs(sum - y.reals[i]));
  });
  expect(worst < 1e-12, "conv3x3: forward by definition", worst);
  double through = dot(b["input:dy"], y), data = dot(b["output:dx"], x),
         filter = dot(b["output:dw"], w);
  expect(std::fabs(through - data) < 1e-10, "conv3x3: data gradient is the adjoint",
         std::fabs(through - data));
  expect(std::fabs(through - filter) < 1e-10, "conv3x3: filter gradient is the adjoint",
         std::fabs(through - filter));
}

// Every channel of the normalised result has mean 0 and variance 1.
static void judgeNorm(Buffers &b) {
  const Tensor &z = b["output:z"];
  double worst = 0;
  for (int64_t channel = 0; channel < 20; ++channel) {
    double sum = 0, square = 0;
    for (int64_t n = 0; n < 2; ++n)
      for (int64_t i = 0; i < 35; ++i) {
        double value = z.reals[(n * 20 + channel) * 35 + i];
        sum += value, square += value * value;
      }
    worst = std::fmax(worst, std::fmax(std::fabs(sum / 70), std::fabs(square / 70 - 1)));
  }
  expect(worst < 1e-4, "conv_bn_sums: mean 0, variance 1", worst);
}

static void judgeLoop(Buffers &b) {
  const Tensor &x = b["input:x"], &w = b["input:w"];
  std::vector<double> h = b["input:h0"].reals;
  double worst = 0;
  for (int64_t t = 0; t < 5; ++t) {
    std::vector<double> next(21);
    for (int64_t n = 0; n < 3; ++n)
      for (int64_t j = 0; j < 7; ++j) {
        double sum = x.reals[(t * 3 + n) * 7 + j];
        for (int64_t i = 0; i < 7; ++i)
          sum += h[n * 7 + i] * w.reals[i * 7 + j];
        next[n * 7 + j] = std::tanh(sum);
      }
    h = next;
    for (int64_t i = 0; i < 21; ++i)
      worst = std::fmax(worst, std::fabs(h[i] - b["output:saved"].reals[t * 21 + i]));
  }
  for (int64_t i = 0; i < 21; ++i)
    worst = std::fmax(worst, std::fabs(h[i] - b["output:last"].reals[i]));
  expect(worst < 1e-12, "loop: five steps by hand", worst);
}

static void judge(const std::string &name, Buffers &buffers) {
  if (name == "conv3x3")
    judgeConvolution(buffers);
  else if (name == "conv_bn_sums")
    judgeNorm(buffers);
  else if (name == "loop")
    judgeLoop(buffers);
}

static void runEntry(mlir::ModuleOp module, kernel::EntryOp entry) {
  std::string name = entry.getSymName().str();
  Buffers inputs = inputsOf(entry), want = inputs;
  if (failed(interpret::runKernelEntry(module, name, want)))
    return expect(false, name + ": interpreted", INFINITY);
  judge(name, want);
  if (!canCompile())
    return;
  std::unique_ptr<Program> program = compile(module, 2);
  if (!program)
    return expect(false, name + ": compiled", INFINITY);
  interpret::Arguments arguments;
  for (const auto &[key, value] : inputs)
    arguments.inputs[key.substr(key.find(':') + 1)] = value;
  interpret::Values first;
  for (unsigned threads : {1u, 2u, 3u}) {
    llvm::FailureOr<interpret::Evaluation> got = program->run(name, arguments, threads);
    if (failed(got))
      return expect(false, name + ": runs", INFINITY);
    if (threads == 1)
      first = got->outputs;
    for (auto &[output, value] : got->outputs) {
      double error = errorOf(value, want["output:" + output]);
      bool same = sameBits(value, first[output]);
      expect(error <= 1e-4 && same,
             name + "." + output + " with " + std::to_string(threads) + " threads", error);
    }
  }
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; ++i) {
    mlir::OwningOpRef<mlir::ModuleOp> module =
        mlir::parseSourceFile<mlir::ModuleOp>(argv[i], &context());
    if (!module)
      return 1;
    for (auto entry : llvm::to_vector(module->getOps<kernel::EntryOp>()))
      runEntry(*module, entry);
  }
  if (!canCompile())
    std::printf("compiled code was not checked: interpreter against formulas only\n");
  std::printf("%d failed\n", failures);
  return failures || argc < 2 ? 1 : 0;
}
