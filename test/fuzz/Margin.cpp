//===- Margin.cpp - inputs whose branches no rounding decides ---------------------------------===//
//
// How near an evaluation comes to a kink (a sign, a comparison, the largest of several), and
// arguments drawn again until it is far from all. Reading on: Judge.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "test/fuzz/Judge.h"

#include <algorithm>
#include <cmath>

using namespace sinter;
using namespace sinter::test;
using interpret::Arguments;

// Smallest non-zero distance between two values whose order an op looks at. Equal values are equal
// in every precision.
static double marginOf(mlir::Operation *op, llvm::ArrayRef<const Tensor *> operands) {
  llvm::StringRef name = op->getName().getStringRef();
  name.consume_front("sinter.");
  double margin = INFINITY;
  auto look = [&](double distance) {
    if (distance != 0 && std::fabs(distance) < margin)
      margin = std::fabs(distance);
  };
  if (operands.empty() || !operands[0]->isReal())
    return margin;
  if (name == "relu" || name == "abs" || name == "sign") {
    for (double value : operands[0]->reals)
      look(value);
  } else if (name == "floor" || name == "ceil" || name == "trunc" || name == "round") {
    double at = name == "round" ? 0.5 : 0;
    for (double value : operands[0]->reals)
      look(std::remainder(value - at, 1));
  } else if (name == "max" || name == "min" || name == "compare" || name == "fmod") {
    Dims dims = rules::broadcastShapes(operands[0]->dims(), operands[1]->dims()).value_or(Dims());
    interpret::forEachIndex(dims, [&](const Dims &index, int64_t) {
      double x = operands[0]->reals[interpret::broadcastPosition(operands[0]->dims(), index)],
             y = operands[1]->reals[interpret::broadcastPosition(operands[1]->dims(), index)];
      // What fits once more begins anew; below one it is nothing but x.
      look(name != "fmod"                      ? x - y
           : std::fabs(x) < 0.5 * std::fabs(y) ? INFINITY
                                               : std::remainder(x, y));
    });
  } else if (name == "reduce_max" || name == "reduce_min" || name == "argmax" ||
             name == "argsort" || name == "cummax" || name == "cummin" ||
             (name.starts_with("max_pool2d") && operands.size() == 1)) {
    std::vector<double> sorted = operands[0]->reals;
    std::sort(sorted.begin(), sorted.end());
    for (size_t i = 1; i < sorted.size(); ++i)
      look(sorted[i] - sorted[i - 1]);
  }
  return margin;
}

llvm::FailureOr<Arguments> test::chooseArguments(mlir::ModuleOp module, const Case &judged,
                                                 bool &clear) {
  double needed = judged.element == ElementType::F32 ? 1e-5 : 1e-12, best = -1;
  Arguments chosen;
  for (int salt = 0; salt < 12 && best < needed; ++salt) {
    Arguments arguments = judged.draw(salt);
    double margin = INFINITY;
    arguments.observe = [&](mlir::Operation *op, llvm::ArrayRef<const Tensor *> operands) {
      margin = std::fmin(margin, marginOf(op, operands));
    };
    for (auto entry : module.getOps<ir::EntryOp>())
      if (failed(interpret::evaluate(module, entry.getSymName(), arguments)))
        return llvm::failure();
    arguments.observe = {};
    if (margin > best)
      best = margin, chosen = arguments;
  }
  clear = best >= needed;
  return chosen;
}
