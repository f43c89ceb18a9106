//===- Folded.cpp - prediction with batch norm folded, against the net as it was written ------===//
//
// numeric-folded F32.mlir: every predict entry of a module of stage graph, compiled with its scales
// inside the weights that `prepare` fills, must be within 1e-5 of the largest logit of what the f64
// oracle makes of the graph, where batch norm is a step of its own. Weights and running statistics
// are random, far from the ones and zeros at which folding would do nothing. Reading on:
// passes/graph/HoistForms.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/Text.h"
#include "dialects/sinter/Sinter.h"
#include "test/numeric/Compile.h"
#include "test/numeric/Graph.h"
#include "test/numeric/parity/Golden.h"

#include "llvm/Support/MemoryBuffer.h"

#include <cmath>
#include <cstdio>

using namespace sinter;
using namespace sinter::test;
using interpret::Arguments;
using interpret::Evaluation;

/// A number in [low, high) that f32 holds.
static double between(double low, double high, uint64_t bits) {
  return static_cast<float>(low + (high - low) * static_cast<double>(bits >> 40) / 16777216.0);
}

/// Weights as layers start with, scales around 1, shifts and means around 0, variances above it.
static void fill(Tensor &tensor, llvm::StringRef name, uint64_t tag) {
  const Dims &dims = tensor.dims();
  double low = -0.3, high = 0.3;
  if (dims.size() > 1) {
    double inside = 1;
    for (size_t d = 1; d < dims.size(); ++d)
      inside *= static_cast<double>(dims[d]);
    high = std::sqrt(6.0 / inside);
    low = -high;
  } else if (name.ends_with("weight") || name.ends_with("running_var")) {
    low = 0.4;
    high = 1.6;
  }
  for (size_t i = 0; i < tensor.reals.size(); ++i)
    tensor.reals[i] = between(low, high, mixed(tag, i));
}

static int check(const char *path) {
  auto text = llvm::MemoryBuffer::getFile(path);
  if (!text) {
    std::printf("%s: %s\n", path, text.getError().message().c_str());
    return 1;
  }
  auto module = compiler::parseModule(&context(), (*text)->getBuffer(), path);
  if (!module)
    return 1;
  std::vector<ir::EntryOp> entries;
  for (ir::EntryOp entry : llvm::make_early_inc_range(module->getOps<ir::EntryOp>()))
    if (entry.getKind() == kernel::EntryKind::Predict)
      entries.push_back(entry);
    else
      entry.erase(); // other entries take only time here
  Arguments arguments;
  uint64_t tag = 0, statistics = 0;
  for (auto symbol : module->getOps<ir::SymbolOp>()) {
    Tensor tensor(interpret::typeOf(symbol.getType()));
    fill(tensor, symbol.getSymName(), ++tag);
    statistics += symbol.getSymName().ends_with("running_var");
    arguments.symbols[symbol.getSymName().str()] = tensor;
  }
  expect("predict entries and running statistics", entries.empty() || !statistics ? 1 : 0, 0);
  std::unique_ptr<Program> program = compile(*module, 3);
  for (ir::EntryOp entry : entries) {
    for (auto [i, input] : llvm::enumerate(entry.getBody().getArguments())) {
      Tensor tensor(typeOf(input));
      for (size_t e = 0; e < tensor.reals.size(); ++e)
        tensor.reals[e] = pixelOf(mixed(1000 + i, e));
      arguments.inputs[mlir::cast<mlir::StringAttr>(entry.getArgNames()[i]).str()] = tensor;
    }
    std::string name = entry.getSymName().str();
    llvm::FailureOr<Evaluation> want = interpret::evaluate(*module, name, arguments);
    llvm::FailureOr<Evaluation> got = llvm::failure();
    if (program)
      got = program->run(name, arguments, 2);
    if (failed(want) || failed(got)) {
      expect(name + " runs", INFINITY, 0);
      continue;
    }
    for (const auto &[output, value] : want->outputs) {
      double worst = 0, most = 0;
      for (size_t e = 0; e < value.reals.size(); ++e) {
        most = std::fmax(most, std::fabs(value.reals[e]));
        double error = std::fabs(value.reals[e] - got->outputs[output].reals[e]);
        worst = std::isnan(error) ? error : std::fmax(worst, error);
      }
      std::printf("%s %s: largest %.3g, relative error %.2g\n", name.c_str(), output.c_str(), most,
                  worst / most);
      expect(name + " " + output, worst / most, 1e-5);
    }
  }
  return failures() != 0;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: numeric-folded F32.mlir\n");
    return 2;
  }
  int result = check(argv[1]);
  std::printf("%s: %d failed\n", argv[1], failures());
  return result;
}
