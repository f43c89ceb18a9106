// rnn, gru and lstm as graphs: what stands in the loop and what in front of it, names, dropout.
// What they compute is checked against PyTorch (numeric-recurrent).
#include "test/frontend/dsl_test.h"

using namespace sinter;
using namespace sinter::test;
using testing::HasSubstr;
using testing::Not;

/// What stands before and behind "scan", and inside of its region.
static std::pair<std::string, std::string> atLoop(const std::string &text) {
  size_t begin = text.find("    region"), end = text.find("yield", begin);
  EXPECT_NE(begin, std::string::npos) << text;
  return {text.substr(0, begin) + text.substr(end), text.substr(begin, end - begin)};
}

static size_t count(const std::string &text, const std::string &what) {
  size_t n = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++n;
  return n;
}

static const proto::Symbol *symbol(const Built &built, const std::string &name) {
  for (const proto::Symbol &symbol : built.module.symbols())
    if (symbol.name() == name)
      return &symbol;
  return nullptr;
}

TEST(Recurrent, TheInputsProductStandsInFrontOfTheLoop) {
  Built built = predict([](Entry e) {
    e.output("y", lstm("l", e.input("x", f32({7, 2, 3})), {.hidden = 5}).output);
  });
  ASSERT_EQ(built.code, 0) << built.said;
  auto [around, inside] = atLoop(built.entry("predict", 1));
  EXPECT_EQ(count(around, "= matmul"), 1u) << around;
  EXPECT_THAT(around, HasSubstr(": f32[14,20]")); // all rows at once
  EXPECT_EQ(count(inside, "= matmul"), 1u) << inside;
}

TEST(Recurrent, ResultsAndParametersAreShapedAsPyTorchs) {
  Built built = predict([](Entry e) {
    Scope scope("net");
    auto [y, h, c] =
        lstm("l", e.input("x", f32({7, 2, 3})), {.hidden = 5, .layers = 2, .bidirectional = true});
    EXPECT_EQ(y.shape(), Shape({7, 2, 10}));
    EXPECT_EQ(h.shape(), Shape({4, 2, 5}));
    EXPECT_EQ(c.shape(), Shape({4, 2, 5}));
    e.output("y", y);
  });
  ASSERT_EQ(built.code, 0) << built.said;
  std::string names;
  for (const proto::Symbol &symbol : built.module.symbols())
    names += symbol.name() + " ";
  EXPECT_EQ(names, "net.l.weight_ih_l0 net.l.weight_hh_l0 net.l.bias_ih_l0 net.l.bias_hh_l0 "
                   "net.l.weight_ih_l0_reverse net.l.weight_hh_l0_reverse "
                   "net.l.bias_ih_l0_reverse net.l.bias_hh_l0_reverse "
                   "net.l.weight_ih_l1 net.l.weight_hh_l1 net.l.bias_ih_l1 net.l.bias_hh_l1 "
                   "net.l.weight_ih_l1_reverse net.l.weight_hh_l1_reverse "
                   "net.l.bias_ih_l1_reverse net.l.bias_hh_l1_reverse ");
  const auto &dims = symbol(built, "net.l.weight_ih_l1")->type().dims();
  EXPECT_EQ(std::vector<int64_t>(dims.begin(), dims.end()), (std::vector<int64_t>{20, 10}));
}

TEST(Recurrent, ParametersBeginUniformByTheStatesSize) {
  Built built = predict([](Entry e) {
    Tensor x = e.input("x", f32({7, 2, 3}));
    Tensor y = gru("g", x, {.hidden = 16}).output;
    e.output("y",
             rnn("r", y, {.hidden = 4, .weight = normal(0, 0.01), .bias_init = zeros()}).output);
  });
  ASSERT_EQ(built.code, 0) << built.said;
  for (const char *name : {"g.weight_ih_l0", "g.bias_hh_l0"}) {
    EXPECT_EQ(symbol(built, name)->init().kind(), proto::Initializer::UNIFORM) << name;
    EXPECT_EQ(symbol(built, name)->init().b(), 0.25) << name;
  }
  EXPECT_EQ(symbol(built, "r.weight_hh_l0")->init().kind(), proto::Initializer::NORMAL);
  EXPECT_EQ(symbol(built, "r.bias_ih_l0")->init().kind(), proto::Initializer::CONSTANT);
}

TEST(Recurrent, DropoutStandsBetweenLayersInTraining) {
  Built built = train([](Step s) {
    Tensor x = transpose(reshape(s.input("image"), {s.batch(), 28, 28}), {1, 0, 2});
    Tensor y = gru("g", x, {.hidden = 5, .layers = 3, .dropout = 0.25}).output;
    s.minimize(
        mean(softmax_cross_entropy(linear("fc", mean(y, 0), {.units = 10}), s.input("label"))),
        sgd());
  });
  ASSERT_EQ(built.code, 0) << built.said;
  std::string text = built.entry("train_step", 32);
  EXPECT_EQ(count(text, "= random_uniform"), 2u) << text;
  EXPECT_THAT(text, HasSubstr("\"g.dropout_l0\""));
  EXPECT_EQ(count(built.entry("eval_step", 32), "= random_uniform"), 0u);
}

TEST(Recurrent, AllOpsHaveTheUsersLine) {
  uint32_t line = 0;
  Built built = predict([&](Entry e) {
    Tensor x = e.input("x", f32({7, 2, 3}));
    line = __LINE__ + 1;
    Tensor y = lstm("l", x, {.hidden = 5, .lengths = full(i32({2}), 3)}).output;
    e.output("y", y);
  });
  ASSERT_EQ(built.code, 0) << built.said;
  std::function<void(const google::protobuf::RepeatedPtrField<proto::Node> &)> check =
      [&](const auto &nodes) {
        for (const proto::Node &node : nodes) {
          EXPECT_EQ(node.location().line(), line) << node.op();
          for (const proto::Region &region : node.regions())
            check(region.nodes());
        }
      };
  check(built.find("predict", 1)->nodes());
}

TEST(Recurrent, ASecondUseIsToldOnce) {
  Built built = predict([](Entry e) {
    Tensor x = e.input("x", f32({7, 2, 5}));
    Tensor y = gru("g", x, {.hidden = 5}).output;
    e.output("y", gru(shared("g"), gru("g", y, {.hidden = 5}).output, {.hidden = 5}).output);
  });
  EXPECT_EQ(built.code, 0) << built.said;
  EXPECT_EQ(count(built.said, "\"code\":\"E0004\""), 1u) << built.said;
}
