//===- LoopGradients.cpp - gradients of loops and choices against central differences ---------===//
//
// The train entries of Inputs/loops.mlir and of the RNNs, evaluated by the f64 oracle: what
// differentiate makes of them must be the slope of the loss, with and without work batched first.
// Entries give gradients as updates of their symbols (behind a step of SGD when there is an @lr)
// and of an input x as output dx.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/Interpreter.h"
#include "dialects/sinter/Sinter.h"
#include "passes/Passes.h"
#include "test/passes/SmallTensor.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace mlir;
using namespace sinter;
using namespace sinter::interpret;
using sinter::test::makeTensor;

namespace {
class LoopGradients : public testing::TestWithParam<std::tuple<const char *, const char *>> {
protected:
  /// `value`'s elements of `gradient` are the slopes of the loss.
  static void expectSlopes(ModuleOp module, StringRef entry, Arguments &arguments, Tensor &value,
                           const std::vector<double> &gradient, const std::string &what) {
    constexpr double kStep = 1e-5;
    auto lossAt = [&](int64_t i, double x) {
      double old = std::exchange(value.reals[i], x);
      auto result = evaluate(module, entry, arguments);
      value.reals[i] = old;
      return succeeded(result) ? result->outputs["loss"].real(0) : std::nan("");
    };
    for (int64_t i = 0; i < value.size(); ++i) {
      double x = value.reals[i];
      double slope = (lossAt(i, x + kStep) - lossAt(i, x - kStep)) / (2 * kStep);
      // The difference is off by its third derivative times 1e-10, and by rounding over the step.
      EXPECT_NEAR(gradient[i], slope, 1e-8 * std::max(1.0, std::abs(slope)))
          << entry.str() << ": " << what << "[" << i << "]";
    }
  }

  static void check(ModuleOp module, ir::EntryOp entry) {
    Arguments arguments;
    uint64_t state = 7;
    for (auto [argument, name] :
         llvm::zip_equal(entry.getBody().getArguments(), entry.getArgNames()))
      arguments.inputs[cast<StringAttr>(name).getValue().str()] =
          makeTensor(argument.getType(), state);
    for (auto symbol : module.getOps<ir::SymbolOp>())
      arguments.symbols[symbol.getSymName().str()] = makeTensor(symbol.getType(), state);
    std::string name = entry.getSymName().str();
    auto value = evaluate(module, name, arguments);
    ASSERT_TRUE(succeeded(value));
    auto rate = SymbolTable(module).lookup<ir::ScalarOp>("lr");
    size_t compared = value->updates.size();
    for (auto &[symbol, updated] : value->updates) {
      std::vector<double> gradient = updated.reals;
      Tensor &old = arguments.symbols[symbol];
      for (size_t i = 0; rate && i < gradient.size(); ++i)
        gradient[i] = (old.reals[i] - gradient[i]) / rate.getInitial().convertToDouble();
      expectSlopes(module, name, arguments, old, gradient, symbol);
    }
    for (auto &[input, tensor] : arguments.inputs)
      if (auto dx = value->outputs.find("d" + input); dx != value->outputs.end()) {
        expectSlopes(module, name, arguments, tensor, dx->second.reals, input);
        ++compared;
      }
    EXPECT_GT(compared, 0u) << name << " gives no gradient";
  }
};
} // namespace

TEST_P(LoopGradients, areSlopes) {
  auto [file, passes] = GetParam();
  DialectRegistry registry;
  registry
      .insert<ir::SinterDialect, kernel::KernelDialect, arith::ArithDialect, math::MathDialect>();
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  OwningOpRef<ModuleOp> module =
      parseSourceFile<ModuleOp>(std::string(SINTER_INPUTS) + "/" + file, &context);
  ASSERT_TRUE(module);
  PassManager manager(&context);
  ASSERT_TRUE(succeeded(parsePassPipeline(passes, manager)));
  ASSERT_TRUE(succeeded(manager.run(*module)));
  int entries = 0;
  for (auto entry : module->getOps<ir::EntryOp>())
    if (entry.getKind() == kernel::EntryKind::Train) {
      check(*module, entry);
      ++entries;
    }
  EXPECT_GT(entries, 0);
}

INSTANTIATE_TEST_SUITE_P(
    All, LoopGradients,
    testing::Combine(
        testing::Values("rnn.mlir", "rnn-reverse.mlir", "lstm.mlir", "conv-loop.mlir",
                        "loops.mlir"),
        testing::Values("differentiate", "simplify,batch-steps,differentiate",
                        "simplify,batch-steps,differentiate,fold,batch-steps,simplify")));

int main(int argc, char **argv) {
  testing::InitGoogleTest(&argc, argv);
  sinter::passes::registerSinterPasses();
  return RUN_ALL_TESTS();
}
