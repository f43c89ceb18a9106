// What each op of the DSL writes: node, attributes, result type.
#include "test/frontend/dsl_test.h"

using namespace sinter;
using namespace sinter::test;
using testing::HasSubstr;

/// The last node of predict when its body returns an output; inputs x f32[2,3], y f32[3], i i32[2].
static std::string lastNode(const std::function<Tensor(Tensor x, Tensor y, Tensor i)> &body) {
  Built built = predict([&](Entry e) {
    e.output("out",
             body(e.input("x", f32({2, 3})), e.input("y", f32({3})), e.input("i", i32({2}))));
  });
  EXPECT_EQ(built.code, 0) << built.said;
  if (built.code != 0 || built.module.entries(0).nodes_size() == 0)
    return "";
  const proto::Entry &entry = built.module.entries(0);
  std::string text = nodeText(entry.nodes(entry.nodes_size() - 1));
  // without id and line
  return text.substr(text.find("= ") + 2, text.rfind(" @") - text.find("= ") - 2);
}

#define EXPECT_NODE(expression, text)                                                              \
  EXPECT_EQ(lastNode([](Tensor x, Tensor y, Tensor i) -> Tensor {                                  \
              (void)x, (void)y, (void)i;                                                           \
              return expression;                                                                   \
            }),                                                                                    \
            text)

TEST(Ops, Elementwise) {
  EXPECT_NODE(x + y, "add %1, %2 : f32[2,3]");
  EXPECT_NODE(x - y, "sub %1, %2 : f32[2,3]");
  EXPECT_NODE(x * y, "mul %1, %2 : f32[2,3]");
  EXPECT_NODE(x / y, "div %1, %2 : f32[2,3]");
  EXPECT_NODE(-x, "neg %1 : f32[2,3]");
  EXPECT_NODE(max(x, y), "max %1, %2 : f32[2,3]");
  EXPECT_NODE(min(x, y), "min %1, %2 : f32[2,3]");
  EXPECT_NODE(pow(x, y), "pow %1, %2 : f32[2,3]");
  EXPECT_NODE(exp(x), "exp %1 : f32[2,3]");
  EXPECT_NODE(log(x), "log %1 : f32[2,3]");
  EXPECT_NODE(sqrt(x), "sqrt %1 : f32[2,3]");
  EXPECT_NODE(rsqrt(x), "rsqrt %1 : f32[2,3]");
  EXPECT_NODE(tanh(x), "tanh %1 : f32[2,3]");
  EXPECT_NODE(sigmoid(x), "sigmoid %1 : f32[2,3]");
  EXPECT_NODE(relu(x), "relu %1 : f32[2,3]");
  EXPECT_NODE(abs(i), "abs %3 : i32[2]");
  EXPECT_NODE(sign(x), "sign %1 : f32[2,3]");
  EXPECT_NODE(cast(i, f32), "cast %3 : f32[2]");
  EXPECT_NODE(stop_gradient(x), "stop_gradient %1 : f32[2,3]");
}

TEST(Ops, ComparisonsAndLogic) {
  EXPECT_NODE(x == y, "compare %1, %2 {predicate = \"eq\"} : bool[2,3]");
  EXPECT_NODE(x != y, "compare %1, %2 {predicate = \"ne\"} : bool[2,3]");
  EXPECT_NODE(x < y, "compare %1, %2 {predicate = \"lt\"} : bool[2,3]");
  EXPECT_NODE(x <= y, "compare %1, %2 {predicate = \"le\"} : bool[2,3]");
  EXPECT_NODE(x > y, "compare %1, %2 {predicate = \"gt\"} : bool[2,3]");
  EXPECT_NODE(x >= y, "compare %1, %2 {predicate = \"ge\"} : bool[2,3]");
  EXPECT_NODE(logical_not(x > y), "logical_not %4 : bool[2,3]");
  EXPECT_NODE(logical_and(x > y, x < y), "logical_and %4, %5 : bool[2,3]");
  EXPECT_NODE(logical_or(x > y, x < y), "logical_or %4, %5 : bool[2,3]");
  EXPECT_NODE(where(x > y, x, y), "select %4, %1, %2 : f32[2,3]");
}

TEST(Ops, NumbersTakeTheOtherOperandsType) {
  Built built = predict([](Entry e) {
    Tensor x = e.input("x", f64({2})), i = e.input("i", i64({2}));
    e.output("a", 2 * x);
    e.output("b", i + (1LL << 60) + 1); // more bits than a double holds
    e.output("c", where(i == 0, 0, x));
    e.output("d", x + true);
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.text, HasSubstr("constant {value = 2} : f64[]"));
  EXPECT_THAT(built.text, HasSubstr("constant {value = 1152921504606846976} : i64[]"));
  EXPECT_THAT(built.text, HasSubstr("constant {value = 0} : f64[]"));
  EXPECT_THAT(built.text, HasSubstr("mul %3, %1 : f64[2]"));
}

TEST(Ops, CompoundAssignment) {
  EXPECT_NODE(x += y, "add %1, %2 : f32[2,3]");
  EXPECT_NODE(x -= y, "sub %1, %2 : f32[2,3]");
  EXPECT_NODE(x *= y, "mul %1, %2 : f32[2,3]");
  EXPECT_NODE(x /= y, "div %1, %2 : f32[2,3]");
}

TEST(Ops, Shape) {
  EXPECT_NODE(reshape(x, {3, -1}), "reshape %1 : f32[3,2]");
  EXPECT_NODE(flatten(x, 0), "reshape %1 : f32[6]");
  EXPECT_NODE(flatten(reshape(x, {1, 2, 3})), "reshape %4 : f32[1,6]");
  EXPECT_NODE(transpose(x), "transpose %1 {perm = [1,0]} : f32[3,2]");
  EXPECT_NODE(transpose(x, {-1, 0}), "transpose %1 {perm = [1,0]} : f32[3,2]");
  EXPECT_NODE(permute(x, {-1, 0}), "transpose %1 {perm = [1,0]} : f32[3,2]");
  EXPECT_NODE(view(x, {3, -1}), "reshape %1 : f32[3,2]");
  EXPECT_NODE(broadcast_to(y, {4, 3}), "broadcast_to %2 : f32[4,3]");
  EXPECT_NODE(concat({x, x}, -1), "concat %1, %1 {axis = 1} : f32[2,6]");
  EXPECT_NODE(slice(x, {0, -2}, {-1, 3}),
              "slice %1 {starts = [0,1], limits = [1,3], strides = [1,1]} : f32[1,2]");
  EXPECT_NODE(pad(y, {1}, {2}), "pad %2 {low = [1], high = [2]} : f32[6]");
  EXPECT_NODE(pad(y, {1}, {2}, 0.5), "select %12, %4, %13 : f32[6]");
  EXPECT_NODE(full(f32({2, 2}), 1.5), "constant {value = 1.5} : f32[2,2]");
  EXPECT_NODE(constant(i32({3}), {1, 2, 3}), "constant {value = 12 bytes} : i32[3]");
  EXPECT_NODE(iota(i32({2, 3}), -1), "iota {axis = 1} : i32[2,3]");
}

TEST(Ops, Slices) {
  EXPECT_NODE(index_select(x, iota(i32({4, 2}))), "gather %1, %4 {axis = 0} : f32[4,2,3]");
  EXPECT_NODE(index_select(x, iota(i64({5})), -1), "gather %1, %4 {axis = 1} : f32[2,5]");
  EXPECT_NODE(index_add(x, iota(i32({1})), full(f32({2, 1}), 1), -1),
              "scatter_add %1, %4, %5 {axis = 1} : f32[2,3]");
  EXPECT_NODE(embedding("emb", iota(i32({4})), {.count = 9, .features = 5}),
              "gather %5, %4 {axis = 0} : f32[4,5]");
}

TEST(Ops, Prefixes) {
  EXPECT_NODE(cumsum(x), "cumsum %1 {reverse = false, exclusive = false, axis = 1} : f32[2,3]");
  EXPECT_NODE(cumprod(x, -2, {.reverse = true, .exclusive = true}),
              "cumprod %1 {reverse = true, exclusive = true, axis = 0} : f32[2,3]");
}

TEST(Ops, InOrder) {
  EXPECT_NODE(argsort(x, 0), "argsort %1 {count = 2, descending = false, axis = 0} : i64[2,3]");
  EXPECT_NODE(gather(x, iota(i64({2, 1})), -1), "gather_along %1, %4 {axis = 1} : f32[2,1]");
  EXPECT_NODE(scatter_add(x, iota(i32({2, 3})), x, 0),
              "scatter_add_along %1, %4, %1 {axis = 0} : f32[2,3]");
}

TEST(Ops, FlattenOfAMatrixAndCastToItselfWriteNothing) {
  EXPECT_NODE(flatten(x), "");
  EXPECT_NODE(cast(x, f32), "");
}

TEST(Ops, Reduce) {
  EXPECT_NODE(sum(x), "sum %1 {axes = [0,1], keepdims = false} : f32[]");
  EXPECT_NODE(sum(x, -1), "sum %1 {axes = [1], keepdims = false} : f32[2]");
  EXPECT_NODE(sum(x, {1, 0}, true), "sum %1 {axes = [0,1], keepdims = true} : f32[1,1]");
  EXPECT_NODE(reduce_max(x, 0), "reduce_max %1 {axes = [0], keepdims = false} : f32[3]");
  EXPECT_NODE(reduce_min(x, 0), "reduce_min %1 {axes = [0], keepdims = false} : f32[3]");
  EXPECT_NODE(argmax(x), "argmax %1 {axis = 1} : i32[2]");
  EXPECT_NODE(mean(x, 1), "mul %4, %5 : f32[2]");
}

TEST(Ops, MeanMultipliesByTheInverseCount) {
  Built built = predict([](Entry e) { e.output("m", mean(e.input("x", f32({4, 2})))); });
  EXPECT_THAT(built.text, HasSubstr("constant {value = 0.125} : f32[]"));
}

TEST(Ops, Products) {
  EXPECT_NODE(matmul(x, x, {.transpose_b = true}),
              "matmul %1, %1 {transpose_a = false, transpose_b = true} : f32[2,2]");
  EXPECT_NODE(matmul(x, x, {.transpose_a = true}),
              "matmul %1, %1 {transpose_a = true, transpose_b = false} : f32[3,3]");
}

TEST(Ops, Losses) {
  EXPECT_NODE(softmax(x), "softmax %1 {axis = 1} : f32[2,3]");
  EXPECT_NODE(log_softmax(x, 0), "log_softmax %1 {axis = 0} : f32[2,3]");
  EXPECT_NODE(softmax_cross_entropy(x, i), "softmax_cross_entropy %1, %3 : f32[2]");
  EXPECT_NODE(mse(y, y), "mul %6, %7 : f32[]");
  EXPECT_NODE(accuracy(x, i), "mul %7, %8 : f32[]");
  EXPECT_NODE(confusion_matrix(x, i), "cast %15 : i32[3,3]");
}

TEST(Ops, IndicesAndLengthsMayHave64Bits) {
  Built built = predict([](Entry e) {
    Tensor x = e.input("x", f32({4, 3})), steps = e.input("steps", f32({5, 2, 3}));
    Tensor at = iota(i64({4})), two = iota(i64({2})), words = iota(i64({2, 2}));
    e.output("margin", multi_margin(x, fmod(at, 3)));
    e.output("ctc", ctc(steps, words + 1, two + 5, two + 1));
    e.output("gru", gru("gru", steps, {.hidden = 4, .lengths = two}).output);
  });
  EXPECT_EQ(built.code, 0) << built.said;
}

TEST(Ops, WeightsOfEachAttentionAreDroppedOnTheirOwn) {
  Built built = train([](Step s) {
    Tensor x = reshape(s.input("image"), {-1, 28, 28});
    for (int i = 0; i < 3; ++i)
      x = attention(x, x, x, {.dropout = 0.2});
    s.minimize(
        mean(softmax_cross_entropy(linear("fc", flatten(x), {.units = 10}), s.input("label"))),
        sgd());
  });
  ASSERT_EQ(built.code, 0) << built.said;
  for (const char *name : {"\"attention\"", "\"attention1\"", "\"attention2\""})
    EXPECT_THAT(built.text, HasSubstr(name));
}

TEST(Ops, TheMeanOfNothingBySizesBeyond64Bits) {
  Built built = predict([](Entry e) {
    e.output("m", mean(e.input("x", f32({0, 1LL << 40, 1LL << 40})), {1, 2}));
  });
  EXPECT_EQ(built.code, 0) << built.said;
}

TEST(Ops, ANumberIsATargetOfAnyShape) { EXPECT_NODE(mse(y, 0.5), "mul %7, %8 : f32[]"); }

TEST(Ops, RandomNumbersNameTheirStream) {
  Built built = predict([](Entry e) {
    Scope block("block");
    e.output("r", random_uniform("noise", f32({2})));
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.text, HasSubstr("name = \"block.noise\"} : f32[2]"));
  EXPECT_THAT(built.text, HasSubstr("get {symbol = @seed} : i64[]"));
  EXPECT_THAT(built.text, HasSubstr("get {symbol = @step} : i64[]"));
}

TEST(Ops, ShapesCanBeRead) {
  predict([](Entry e) {
    Tensor x = e.input("x", f32({2, 3, 4}));
    EXPECT_EQ(x.shape()[-1], 4);
    EXPECT_EQ(x.shape().elements(), 24);
    EXPECT_EQ(x.rank(), 3);
    EXPECT_TRUE(x.dtype() == f32);
    EXPECT_EQ((reshape(x, {-1, 4}).shape()), (Shape{6, 4}));
    e.output("x", x);
  });
}

TEST(Ops, PoisonIsSilent) {
  Built built = predict([](Entry e) {
    Tensor x = e.input("x", f32({2, 3}));
    Tensor bad = matmul(x, x);
    Tensor worse = relu(linear("fc", bad + x, {.units = 3})) + bad.shape()[7] + mean(bad, 5);
    e.output("y", concat({worse, softmax(bad, 9)}, 3));
  });
  EXPECT_EQ(built.code, 1);
  EXPECT_EQ(std::count(built.said.begin(), built.said.end(), '\n'), 1) << built.said;
}

// What a caller takes apart by numbers has pieces to take, though nothing is known of their count.
TEST(Ops, PiecesOfPoisonArePoison) {
  Built built = predict([](Entry e) {
    Tensor x = e.input("x", f32({2, 3}));
    Tensors thirds = split(matmul(x, x), 1, -1), none = split(x, 0), halves = chunk(x, 0, 1);
    e.output("y", thirds[0] + thirds[2] + none[1] + halves[1]);
  });
  EXPECT_EQ(built.code, 1);
  EXPECT_EQ(std::count(built.said.begin(), built.said.end(), '\n'), 3) << built.said;
}

TEST(Ops, EveryNodeHasALine) {
  Built built = train([](Step s) {
    Tensor x =
        dropout("drop", relu(linear("fc", flatten(s.input("image")), {.units = 10})), {.p = 0.2});
    s.minimize(mean(softmax_cross_entropy(x, s.input("label"))),
               sgd({.lr = step_schedule(0.1, {.every = 3}),
                    .momentum = 0.9,
                    .nesterov = true,
                    .weight_decay = 1e-3}));
  });
  ASSERT_EQ(built.code, 0) << built.said;
  for (const proto::Entry &entry : built.module.entries())
    for (const proto::Node &node : entry.nodes()) {
      EXPECT_GT(node.location().line(), 0u) << nodeText(node);
      EXPECT_EQ(built.module.files(static_cast<int>(node.location().file())).path(), "dsl_ops.cpp")
          << nodeText(node);
      EXPECT_FALSE(node.location().name().empty());
    }
}
