// Models and entries: traces, options, data, metrics, determinism.
#include "test/frontend/dsl_test.h"

using namespace sinter;
using namespace sinter::test;
using testing::HasSubstr;
using testing::Not;

static void classifier(Step s) {
  Tensor y = linear("fc", flatten(s.input("image")), {.units = 10});
  s.minimize(mean(softmax_cross_entropy(y, s.input("label"))), sgd());
  s.metric("accuracy", accuracy(y, s.input("label")));
}

TEST(Model, TrainIsTracedInBothModes) {
  Built built = train(classifier);
  ASSERT_EQ(built.code, 0) << built.said;
  ASSERT_EQ(built.module.entries_size(), 4);
  const int64_t batches[] = {32, 32, 16, 1};
  for (int i = 0; i < 4; ++i) {
    const proto::Entry &entry = built.module.entries(i);
    EXPECT_EQ(entry.name(), i ? "eval_step" : "train_step");
    EXPECT_EQ(entry.kind(), i ? proto::Entry::EVAL : proto::Entry::TRAIN);
    EXPECT_EQ(entry.batch(), batches[i]);
    EXPECT_EQ(entry.inputs(0).value().type().dims(0), batches[i]);
    EXPECT_EQ(entry.outputs(0).name(), "loss");
    std::string text = entryText(entry);
    EXPECT_EQ(text.find("gradient") != std::string::npos, i == 0);
    EXPECT_EQ(text.find("update fc.weight") != std::string::npos, i == 0);
    EXPECT_THAT(text, HasSubstr("update trainer/metric.accuracy.sum"));
    EXPECT_THAT(text, HasSubstr("update trainer/metric.loss.weight"));
  }
}

TEST(Model, EvaluationSizesCanBeChosen) {
  auto sizes = [](std::vector<int64_t> wanted) {
    Built built = build([&](Model &model) {
      model.data(images("mnist", {.batch = 8}));
      model.train(classifier, {.eval_batches = wanted});
    });
    std::vector<int64_t> result;
    for (const proto::Entry &entry : built.module.entries())
      if (entry.kind() == proto::Entry::EVAL)
        result.push_back(entry.batch());
    return result;
  };
  EXPECT_EQ(sizes({}), (std::vector<int64_t>{8, 1})); // not 16: larger than the training batch
  // 1 is added: no sample is dropped
  EXPECT_EQ(sizes({2, 100, 2}), (std::vector<int64_t>{100, 2, 1}));
}

TEST(Model, ModeIsSeen) {
  std::vector<bool> modes;
  Built built = train([&](Step s) {
    modes.push_back(training());
    Tensor x = dropout("drop", flatten(s.input("image")), {.p = 0.25});
    s.minimize(mean(softmax_cross_entropy(linear("fc", x, {.units = 10}), s.input("label"))),
               sgd());
  });
  EXPECT_EQ(modes, (std::vector<bool>{true, false, false, false}));
  EXPECT_FALSE(training());
  std::string step = built.entry("train_step", 32);
  EXPECT_THAT(step, HasSubstr("random_uniform"));
  EXPECT_THAT(step, HasSubstr("select"));
  EXPECT_THAT(step, HasSubstr("value = 1.33333")); // 1 / (1 - p)
  EXPECT_THAT(built.entry("eval_step", 32), Not(HasSubstr("random_uniform")));
}

TEST(Model, MetricsAreSumsOverExamples) {
  Built built = train(classifier);
  ASSERT_EQ(built.module.metrics_size(), 2);
  EXPECT_EQ(built.module.metrics(0).name(), "loss");
  EXPECT_EQ(built.module.metrics(1).name(), "accuracy");
  EXPECT_EQ(built.module.metrics(1).sum(), "trainer/metric.accuracy.sum");
  EXPECT_THAT(built.text, HasSubstr("symbol trainer/metric.loss.sum kind 3 : f32[]"));
  EXPECT_THAT(built.entry("eval_step", 16), HasSubstr("constant {value = 16} : f32[]"));
}

TEST(Model, CountsAreAddedUp) {
  Built built = train([](Step s) {
    Tensor y = linear("fc", flatten(s.input("image")), {.units = 10});
    s.minimize(mean(softmax_cross_entropy(y, s.input("label"))), sgd());
    s.metric("accuracy", confusion_matrix(y, s.input("label")));
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_EQ(built.module.metrics(1).sum(), "trainer/metric.accuracy.counts");
  EXPECT_EQ(built.module.metrics(1).weight(), "trainer/metric.accuracy.counts");
  EXPECT_THAT(built.text, HasSubstr("symbol trainer/metric.accuracy.counts kind 3 : i64[10,10]"));
}

TEST(Model, BatchIsABuildOption) {
  auto program = [](Model &model) {
    int64_t width = model.option("width", 64);
    model.data(images("fashion-mnist", {.batch = 256}));
    model.train([&](Step s) {
      Tensor y =
          linear("fc2", linear("fc1", flatten(s.input("image")), {.units = width}), {.units = 10});
      s.minimize(mean(softmax_cross_entropy(y, s.input("label"))), sgd());
    });
  };
  Built normal = build(program), chosen = build(program, "batch=20,width=5");
  EXPECT_THAT(normal.text, HasSubstr("option batch = 256"));
  EXPECT_THAT(normal.text, HasSubstr("fc1.weight kind 0 : f32[64,784]"));
  EXPECT_THAT(chosen.text, HasSubstr("option width = 5"));
  EXPECT_THAT(chosen.text, HasSubstr("fc1.weight kind 0 : f32[5,784]"));
  EXPECT_NE(chosen.find("train_step", 20), nullptr);
  Built unknown = build(program, "depth=2");
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.said,
              HasSubstr("expects an option of the model (width, batch), got 'depth'"));
  EXPECT_EQ(build(program, "batch=0").code, 2);
}

TEST(Model, PredictionSizesInOrder) {
  Built built =
      predict([](Entry e) { e.output("y", relu(e.input("x", f32({e.batch(), 4})))); }, "8,1,32");
  ASSERT_EQ(built.module.entries_size(), 3);
  EXPECT_EQ(built.module.entries(0).batch(), 8); // the first is the library's default
  EXPECT_EQ(built.module.entries(2).inputs(0).value().type().dims(0), 32);
  EXPECT_EQ(
      predict([](Entry e) { e.output("y", e.input("x", f32({2}))); }).module.entries(0).batch(), 1);
}

TEST(Model, EntriesShareParametersSilently) {
  Built built = build([](Model &model) {
    model.data(images("mnist"));
    model.train(classifier);
    model.predict([](Entry e) {
      e.output("y",
               linear("fc", flatten(e.input("image", f32({e.batch(), 1, 28, 28}))), {.units = 10}));
    });
    model.entry("features", [](Entry e) { e.output("y", flatten(e.input("x", f32({2, 2, 2})))); });
  });
  EXPECT_EQ(built.code, 0);
  EXPECT_EQ(built.said, "");
  EXPECT_EQ(built.module.symbols_size(), 6);
  EXPECT_NE(built.find("features", 1), nullptr);
}

TEST(Model, TrainingWithoutADataSet) {
  Built built = build([](Model &model) {
    model.option("batch", 10);
    model.train(
        [](Step s) {
          Tensor y = linear("fc", s.input("x", f32({s.batch(), 2})), {.units = 1});
          s.minimize(mse(y, s.input("y", f32({s.batch(), 1}))), sgd({.lr = 0.03}));
        },
        {.epochs = 3});
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_EQ(built.module.data().fields_size(), 0);
  EXPECT_EQ(built.module.default_epochs(), 3);
  EXPECT_NE(built.find("train_step", 10), nullptr);
}

TEST(Model, LossIsTheFirstOutput) {
  Built built = train([](Step s) {
    Tensor y = linear("fc", flatten(s.input("image")), {.units = 10});
    s.output("logits", y);
    s.minimize(mean(softmax_cross_entropy(y, s.input("label"))), sgd());
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_EQ(built.module.entries(0).outputs(0).name(), "loss");
  EXPECT_EQ(built.module.entries(0).outputs(1).name(), "logits");
}

TEST(Model, DataSpecKnowsNames) {
  Built built = build([](Model &model) {
    model.data(images("cifar10", {.batch = 4}));
    model.train(classifier);
  });
  ASSERT_EQ(built.module.data().fields_size(), 2);
  const proto::Field &image = built.module.data().fields(0), &label = built.module.data().fields(1);
  EXPECT_EQ(image.name(), "image");
  EXPECT_EQ(image.decode(), proto::Field::UNIT);
  EXPECT_EQ(std::vector<int64_t>(image.type().dims().begin(), image.type().dims().end()),
            (std::vector<int64_t>{3, 32, 32}));
  EXPECT_EQ(label.name(), "label");
  EXPECT_EQ(label.type().dims_size(), 0);
  EXPECT_EQ(label.classes(), 10);
  EXPECT_THAT(built.text, HasSubstr("fc.weight kind 0 : f32[10,3072]"));
  Built other = build([](Model &model) {
    model.data(images("cifar-10", {.batch = 4}));
    model.train(classifier);
  });
  EXPECT_EQ(other.module.data().fields(0).type().dims(0), 3);
}

// Training knows fields, not images: names, shapes and types are the data set's.
TEST(Model, DataIsNamedFields) {
  Data points{"points",
              {{"where", f32({2}), Decode::Unit}, {"kinds", i32({3}), Decode::Class, 7}},
              /*batch=*/6,
              {}};
  Built built = build([&](Model &model) {
    model.data(points);
    model.train([](Step s) {
      Tensor where = s.input("where");
      EXPECT_EQ(where.shape(), (Shape{s.batch(), 2}));
      EXPECT_EQ(s.input("kinds").shape(), (Shape{s.batch(), 3}));
      EXPECT_EQ(s.input("kinds").dtype(), i32);
      s.minimize(mean(linear("fc", where, {.units = 1})), sgd());
    });
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_EQ(built.module.data().fields(1).classes(), 7);
  EXPECT_NE(built.find("train_step", 6), nullptr);
  Built other = build([&](Model &model) {
    model.data(points);
    model.train([](Step s) { s.minimize(mean(s.input("image")), sgd()); });
  });
  EXPECT_THAT(other.said,
              HasSubstr("expects an input of the data set (where, kinds), got another"));
}

TEST(Model, EqualProgramsGiveEqualBytes) {
  Built first = train(classifier), second = train(classifier);
  EXPECT_EQ(first.bytes, second.bytes);
  EXPECT_FALSE(first.bytes.empty());
  for (const proto::SourceFile &file : first.module.files()) {
    EXPECT_EQ(file.path().find('/'), std::string::npos) << "a machine's path";
    EXPECT_FALSE(file.text().empty());
  }
}

TEST(Model, AFailedModelWritesNothing) {
  Built built = predict([](Entry e) { e.output("y", exp(e.input("x", i32({2})))); });
  EXPECT_EQ(built.code, 1);
  EXPECT_EQ(built.bytes, "");
  EXPECT_THAT(built.said, HasSubstr("\"code\":\"E0102\""));
}

TEST(Model, OneMistakeIsReportedOnceForAllTraces) {
  Built built = train([](Step s) {
    Tensor y = linear("fc", s.input("image"), {.units = 10}); // not flat
    s.minimize(mean(softmax_cross_entropy(y, s.input("label"))), sgd());
  });
  EXPECT_EQ(built.code, 1);
  EXPECT_EQ(std::count(built.said.begin(), built.said.end(), '\n'), 1) << built.said;
  EXPECT_THAT(built.said, HasSubstr("got f32[32,1,28,28]"));
}

TEST(Model, WriteFailureIsExitThree) {
  setenv("SINTER_OUT_FD", "987", 1); // not open
  setenv("SINTER_DIAG_FD", "", 1);
  testing::internal::CaptureStderr();
  Model model("test", 0, nullptr);
  model.predict([](Entry e) { e.output("y", e.input("x", f32({2}))); });
  EXPECT_EQ(model.write(), 3);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("[E0023]"));
}
