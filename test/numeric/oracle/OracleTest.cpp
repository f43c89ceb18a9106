// The oracle itself: numbers worked out by hand, random numbers against the runtime's, errors
// instead of crashes. Reading on: codegen/interpret/Interpreter.h.
#include "codegen/interpret/KernelInterpreter.h"
#include "codegen/interpret/Philox.h"
#include "test/numeric/Compile.h"
#include "test/numeric/Graph.h"

#include "mlir/IR/Diagnostics.h"

#include <cmath>
#include <gtest/gtest.h>
#include <sinter/runtime.h>

using namespace sinter;
using namespace sinter::test;
using interpret::Arguments;
using interpret::Evaluation;
using Reals = std::vector<double>;

// One op on f32 operands a, b, ….
static Tensor evaluateOp(const std::string &name, const std::vector<Tensor> &operands,
                         const std::vector<Attr> &attrs = {}) {
  mlir::OwningOpRef<mlir::ModuleOp> module = makeModule("oracle");
  EntryBuilder b(*module, "e", "e", kernel::EntryKind::Predict, 0);
  Arguments arguments;
  std::vector<mlir::Value> values;
  for (size_t i = 0; i < operands.size(); ++i) {
    std::string input(1, static_cast<char>('a' + i));
    values.push_back(b.input(input, operands[i].type));
    arguments.inputs[input] = operands[i];
  }
  b.output("y", b.op(name, values, attrs));
  b.finish();
  llvm::FailureOr<Evaluation> result = interpret::evaluate(*module, "e", arguments);
  EXPECT_TRUE(succeeded(result));
  return succeeded(result) ? result->outputs["y"] : Tensor();
}

static Tensor reals(Dims dims, Reals values) {
  return Tensor(Type{ElementType::F32, dims}, values);
}

TEST(Oracle, Elementwise) {
  Tensor a = reals({2, 2}, {1, -2, 3, -4}), b = reals({2}, {10, 100});
  EXPECT_EQ(evaluateOp("sub", {a, b}).reals, (Reals{-9, -102, -7, -104}));
  EXPECT_EQ(evaluateOp("relu", {a}).reals, (Reals{1, 0, 3, 0}));
  EXPECT_EQ(evaluateOp("sign", {reals({3}, {-3, 0, 2})}).reals, (Reals{-1, 0, 1}));
  EXPECT_TRUE(std::isnan(evaluateOp("max", {reals({}, {NAN}), reals({}, {1})}).reals[0]));
  EXPECT_TRUE(std::isnan(evaluateOp("min", {reals({}, {1}), reals({}, {NAN})}).reals[0]));
}

TEST(Oracle, Shape) {
  Tensor a = reals({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(evaluateOp("transpose", {a}, {{"perm", Dims{1, 0}}}).reals, (Reals{1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(evaluateOp("slice", {a},
                       {{"starts", Dims{0, 1}}, {"limits", Dims{2, 3}}, {"strides", Dims{1, 1}}})
                .reals,
            (Reals{2, 3, 5, 6}));
  EXPECT_EQ(evaluateOp("pad", {reals({2}, {1, 2})}, {{"low", Dims{1}}, {"high", Dims{2}}}).reals,
            (Reals{0, 1, 2, 0, 0}));
}

TEST(Oracle, ReduceAndMatmul) {
  Tensor a = reals({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(evaluateOp("sum", {a}, {{"axes", Dims{0}}, {"keepdims", false}}).reals,
            (Reals{5, 7, 9}));
  EXPECT_EQ(evaluateOp("reduce_max", {a}, {{"axes", Dims{1}}, {"keepdims", true}}).reals,
            (Reals{3, 6}));
  EXPECT_EQ(evaluateOp("argmax", {reals({4}, {1, 7, 7, 2})}, {{"axis", int64_t(0)}}).integers,
            (std::vector<int64_t>{1}));
  EXPECT_EQ(evaluateOp("matmul", {a, a}, {{"transpose_a", false}, {"transpose_b", true}}).reals,
            (Reals{14, 32, 32, 77}));
  EXPECT_EQ(evaluateOp("matmul", {a, a}, {{"transpose_a", true}, {"transpose_b", false}}).reals,
            (Reals{17, 22, 27, 22, 29, 36, 27, 36, 45}));
}

TEST(Oracle, Loss) {
  Tensor logits = reals({2, 2}, {0, 0, 1000, 0}),
         labels(Type{ElementType::I32, {2}}, std::vector<int64_t>{1, 0});
  Tensor loss = evaluateOp("softmax_cross_entropy", {logits, labels});
  EXPECT_NEAR(loss.reals[0], std::log(2.0), 1e-15);
  EXPECT_EQ(loss.reals[1], 0.0);
}

// Cotangents of all operands for a cotangent of ones, through the differentiation pass.
static std::vector<Reals> gradientsOf(const std::string &name, const std::vector<Tensor> &operands,
                                      const std::vector<Attr> &attrs = {}) {
  mlir::OwningOpRef<mlir::ModuleOp> module = makeModule("oracle");
  EntryBuilder b(*module, "e", "e", kernel::EntryKind::Predict, 0);
  Arguments arguments;
  std::vector<mlir::Value> values;
  for (size_t i = 0; i < operands.size(); ++i) {
    values.push_back(b.input(std::to_string(i), operands[i].type));
    arguments.inputs[std::to_string(i)] = operands[i];
  }
  mlir::Value y = b.op(name, values, attrs);
  std::vector<mlir::Value> gradients = b.gradient({y}, {b.constant(typeOf(y), 1.0)}, values);
  for (size_t i = 0; i < gradients.size(); ++i)
    b.output(std::to_string(i), gradients[i]);
  b.finish();
  EXPECT_TRUE(differentiate(*module));
  llvm::FailureOr<Evaluation> result = interpret::evaluate(*module, "e", arguments);
  std::vector<Reals> found;
  EXPECT_TRUE(succeeded(result));
  for (size_t i = 0; succeeded(result) && i < operands.size(); ++i)
    found.push_back(result->outputs[std::to_string(i)].reals);
  return found;
}

// Where differences cannot judge: the conventions at kinks are PyTorch's.
TEST(Gradient, AtKinks) {
  Tensor kink = reals({3}, {-1, 0, 2});
  EXPECT_EQ(gradientsOf("relu", {kink})[0], (Reals{0, 0, 1}));
  EXPECT_EQ(gradientsOf("abs", {kink})[0], (Reals{-1, 0, 1}));
  std::vector<Reals> tie = gradientsOf("max", {kink, reals({3}, {-1, 5, 1})});
  EXPECT_EQ(tie[0], (Reals{0.5, 0, 1}));
  EXPECT_EQ(tie[1], (Reals{0.5, 1, 0}));
  tie = gradientsOf("min", {kink, reals({3}, {-1, 5, 1})});
  EXPECT_EQ(tie[0], (Reals{0.5, 1, 0}));
  std::vector<Attr> all = {{"axes", Dims{0}}, {"keepdims", false}};
  EXPECT_EQ(gradientsOf("reduce_max", {reals({4}, {7, 1, 7, 3})}, all)[0], (Reals{0.5, 0, 0.5, 0}));
  EXPECT_EQ(gradientsOf("reduce_min", {reals({4}, {1, 1, 1, 1})}, all)[0],
            (Reals{0.25, 0.25, 0.25, 0.25}));
  // 0^y: no NaN from log(0).
  std::vector<Reals> power = gradientsOf("pow", {reals({1}, {0}), reals({1}, {2})});
  EXPECT_EQ(power[0], (Reals{0}));
  EXPECT_EQ(power[1], (Reals{0}));
}

TEST(Gradient, StopsWhereItIsTold) {
  mlir::OwningOpRef<mlir::ModuleOp> module = makeModule("oracle");
  EntryBuilder b(*module, "e", "e", kernel::EntryKind::Predict, 0);
  mlir::Value x = b.input("x", {ElementType::F32, {2}});
  mlir::Value y = b.op("mul", {x, b.op("stop_gradient", {x})}); // x times a constant
  b.output("dx", b.gradient({y}, {b.constant({ElementType::F32, {2}}, 1.0)}, {x})[0]);
  b.finish();
  ASSERT_TRUE(differentiate(*module));
  Arguments arguments;
  arguments.inputs["x"] = reals({2}, {3, -5});
  llvm::FailureOr<Evaluation> result = interpret::evaluate(*module, "e", arguments);
  ASSERT_TRUE(succeeded(result));
  EXPECT_EQ(result->outputs["dx"].reals, (Reals{3, -5}));
}

TEST(Oracle, RandomNumbersAreTheRuntimes) {
  for (uint64_t i = 0; i < 1000; ++i) {
    uint64_t seed = i * 0x9e3779b97f4a7c15u, stream = i * i * 77777u, step = i << (i % 60),
             element = i * 123456789u;
    sinter_words words = sinter_philox(seed, stream, step, element);
    std::array<uint32_t, 4> ours = interpret::philox(seed, stream, step, element);
    for (int w = 0; w < 4; ++w)
      ASSERT_EQ(ours[w], words.w[w]);
    ASSERT_EQ(interpret::philoxUniform(seed, stream, step, element),
              sinter_uniform_f32(words.w[0]));
  }
}

TEST(Oracle, SaysWhatIsMissing) {
  mlir::OwningOpRef<mlir::ModuleOp> module = makeModule("oracle");
  EntryBuilder b(*module, "e", "e", kernel::EntryKind::Predict, 0);
  b.output("y", b.input("x", {ElementType::F32, {2}}));
  b.finish();
  std::string said;
  mlir::ScopedDiagnosticHandler handler(&context(), [&](mlir::Diagnostic &d) { said = d.str(); });
  EXPECT_TRUE(failed(interpret::evaluate(*module, "e", {})));
  EXPECT_EQ(said, "expects an input 'x', got none");
  Arguments wrong;
  wrong.inputs["x"] = reals({3}, {1, 2, 3});
  EXPECT_TRUE(failed(interpret::evaluate(*module, "e", wrong)));
  EXPECT_EQ(said, "expects input 'x' as f32[2], got f32[3]");
  EXPECT_TRUE(failed(interpret::evaluate(*module, "f", {})));
  EXPECT_EQ(said, "expects an entry 'f', got none");
  interpret::Buffers buffers;
  EXPECT_TRUE(failed(interpret::runKernelEntry(*module, "e", buffers)));
  EXPECT_EQ(said, "expects a kernel.entry 'e', got none");
}
