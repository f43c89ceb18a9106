// text() as fields of the data set, one_hot, variables of an epoch, perplexity.
#include "test/frontend/dsl_test.h"

using namespace sinter;
using namespace sinter::test;
using testing::HasSubstr;

static Built model(const Text &options, const std::function<void(Step)> &more = {}) {
  return build([&](Model &model) {
    model.data(text("story", options));
    model.train([&](Step s) {
      Tensor x = one_hot(transpose(s.input("tokens")), 28);
      Tensor logits = linear("fc", x, {.units = 28, .axis = -1});
      Tensor loss = mean(softmax_cross_entropy(logits, transpose(s.input("targets"))));
      s.minimize(loss, sgd({.lr = 1}));
      if (more)
        more(s);
    });
  });
}

TEST(Text, FieldsAreTokensAndThoseOnePlaceFurtherOn) {
  Built built = model({.batch = 4, .steps = 9});
  ASSERT_EQ(built.code, 0) << built.said;
  const proto::DataSpec &data = built.module.data();
  ASSERT_EQ(data.fields_size(), 2);
  EXPECT_EQ(data.order(), proto::DataSpec::SHUFFLED);
  for (int i : {0, 1}) {
    const proto::Field &field = data.fields(i);
    EXPECT_EQ(field.name(), i == 0 ? "tokens" : "targets");
    EXPECT_EQ(field.decode(), proto::Field::CHARACTER);
    EXPECT_EQ(field.classes(), 28); // by default: space, a to z and the unknown one
    EXPECT_EQ(field.ahead(), i);
    EXPECT_EQ(field.type().element(), proto::I32);
    EXPECT_EQ(field.type().dims(0), 9);
  }
  EXPECT_THAT(built.entry("train_step", 4), HasSubstr("tokens : i32[4,9]"));
}

TEST(Text, OptionsAreTheFields) {
  Built words =
      model({.tokens = Tokens::words, .vocabulary = 4600, .partition = Partition::sequential});
  ASSERT_EQ(words.code, 0) << words.said;
  EXPECT_EQ(words.module.data().order(), proto::DataSpec::SEQUENTIAL);
  EXPECT_EQ(words.module.data().fields(1).decode(), proto::Field::WORD);
  EXPECT_EQ(words.module.data().fields(1).classes(), 4600);
  EXPECT_THAT(words.entry("train_step", 32), HasSubstr("tokens : i32[32,35]")); // defaults
  Built bytes = model({.tokens = Tokens::bytes});
  EXPECT_EQ(bytes.module.data().fields(0).decode(), proto::Field::BYTE);
  EXPECT_EQ(bytes.module.data().fields(0).classes(), 256);
}

TEST(Text, PerplexityIsTheExponentialOfAMean) {
  Built built = model({}, [](Step s) {
    s.metric("perplexity", parameter("p", f32()), {.finish = Finish::exp});
    s.metric("plain", parameter(shared("p"), f32()));
  });
  ASSERT_EQ(built.code, 0) << built.said;
  ASSERT_EQ(built.module.metrics_size(), 3);
  EXPECT_EQ(built.module.metrics(0).finish(), proto::Metric::RATIO); // the loss
  EXPECT_EQ(built.module.metrics(1).finish(), proto::Metric::EXP_RATIO);
  EXPECT_EQ(built.module.metrics(2).finish(), proto::Metric::RATIO);
}

TEST(Text, AVariableOfAnEpochIsNoWeight) {
  Built built = model({}, [](Step s) {
    if (!training())
      return;
    State kept = epoch_state("kept", f32({2, 3}));
    kept.assign(kept.value() + 1);
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.text, HasSubstr("symbol trainer/state.kept kind 3 : f32[2,3]"));
  EXPECT_THAT(built.entry("train_step", 32), HasSubstr("update trainer/state.kept"));
}

TEST(Text, PairsAreSentencesAndTheirLengths) {
  Built built = build([](Model &model) {
    model.data(sentence_pairs("eng-fra",
                              {.pairs = 600, .steps = 9, .batch = 4, .vocabulary = {200, 300}}));
    model.train([](Step s) {
      Tensor x = one_hot(s.input("source"), 200);
      Tensor loss = mean(
          softmax_cross_entropy(linear("fc", x, {.units = 300, .axis = -1}), s.input("target")));
      s.minimize(loss / cast(sum(s.input("target_length")), f32), sgd({.lr = 1}));
    });
  });
  ASSERT_EQ(built.code, 0) << built.said;
  const proto::DataSpec &data = built.module.data();
  ASSERT_EQ(data.fields_size(), 4);
  EXPECT_EQ(data.most_examples(), 600);
  const char *names[] = {"source", "target", "source_length", "target_length"};
  for (int i = 0; i < 4; ++i) {
    const proto::Field &field = data.fields(i);
    EXPECT_EQ(field.name(), names[i]);
    EXPECT_EQ(field.decode(), i < 2 ? proto::Field::SENTENCE : proto::Field::LENGTH);
    EXPECT_EQ(field.classes(), i == 0 ? 200 : i == 1 ? 300 : 10);
    EXPECT_EQ(field.ahead(), i % 2);
    EXPECT_EQ(field.type().dims_size(), i < 2 ? 1 : 0);
  }
  std::string entry = built.entry("train_step", 4);
  EXPECT_THAT(entry, HasSubstr("source : i32[4,9]"));
  EXPECT_THAT(entry, HasSubstr("target_length : i32[4]"));
}
