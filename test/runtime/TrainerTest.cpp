// TrainerTest.cpp - whole trainers on a hand-written module: learning, metrics, logs, flags that
// shape a run.
#include "TestTools.h"

extern "C" {
#include "flags.h"
}

#include <cmath>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <signal.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

namespace {

std::vector<std::string> lines(const std::string &text) {
  std::vector<std::string> list;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    list.push_back(line);
  return list;
}

double number(const std::string &line, const std::string &key) {
  size_t at = line.find("\"" + key + "\":");
  EXPECT_NE(at, std::string::npos) << key << " in " << line;
  return at == std::string::npos ? -1 : strtod(line.c_str() + at + key.size() + 3, nullptr);
}

FakeModule::Options shrunk() { // most tests are about the loop, not about learning
  FakeModule::Options o;
  o.height = o.width = 8;
  return o;
}

TEST(Trainer, LearnsTheSyntheticData) {
  FakeModule m;
  Scratch s;
  Outcome r = train(m.get(), {"--epochs", "2", "--log", s / "log"});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.err, HasSubstr("no --data: using built-in synthetic images"));
  ASSERT_EQ(lines(r.out).size(), 2u) << r.out;
  EXPECT_THAT(lines(r.out)[1], StartsWith("epoch 2/2  train loss "));
  std::vector<std::string> log = lines(readFile(s / "log"));
  ASSERT_EQ(log.size(), 2 * 50 + 4 + 1u);
  EXPECT_THAT(log[0], StartsWith("{\"event\":\"step\",\"step\":1,\"epoch\":0,\"loss\":2.3"));
  EXPECT_EQ(number(log[0], "lr"), 0.1);
  EXPECT_THAT(log[50],
              StartsWith("{\"event\":\"epoch\",\"epoch\":1,\"split\":\"train\",\"loss\":"));
  EXPECT_THAT(log[51], StartsWith("{\"event\":\"epoch\",\"epoch\":1,\"split\":\"test\",\"loss\":"));
  EXPECT_THAT(log[52], StartsWith("{\"event\":\"step\",\"step\":51,\"epoch\":1,"));
  EXPECT_THAT(log.back(), StartsWith("{\"event\":\"end\",\"steps\":100,\"seconds\":"));
  EXPECT_GT(number(log[103], "accuracy"), 0.6);
  EXPECT_LT(number(log[102], "loss"), number(log[50], "loss"));
}

TEST(Trainer, AnEpochsLossIsTheMeanOfItsSteps) {
  FakeModule m(shrunk());
  Scratch s;
  EXPECT_EQ(train(m.get(), {"--epochs", "1", "--log", s / "log", "--quiet"}).code, 0);
  std::vector<std::string> log = lines(readFile(s / "log"));
  double sum = 0;
  for (int i = 0; i < 50; ++i)
    sum += static_cast<float>(number(log[i], "loss")); // reads back to the same f32
  EXPECT_NEAR(number(log[50], "loss"), sum / 50, 1e-12);
}

TEST(Trainer, AMetricNamedLossIsTheLoss) {
  FakeModule::Options o = shrunk();
  o.lossMetric = true;
  FakeModule m(o);
  Scratch s;
  EXPECT_EQ(train(m.get(), {"--epochs", "1", "--log", s / "log", "--quiet"}).code, 0);
  std::vector<std::string> log = lines(readFile(s / "log"));
  double sum = 0;
  for (int i = 0; i < 50; ++i)
    sum += number(log[i], "loss");
  EXPECT_NEAR(number(log[50], "loss"), sum / 50, 1e-6);
}

TEST(Trainer, EvaluationCoversEveryExampleOnce) {
  FakeModule m(shrunk());
  Scratch s, data;
  writeDataset(data, 256, 273, 8, 8); // 256 + 16 + 1
  Outcome r = train(m.get(), {"--eval", "--data", data.path, "--log", s / "log"});
  EXPECT_EQ(r.code, 0) << r.err;
  double accuracy = number(lines(readFile(s / "log"))[0], "accuracy");
  EXPECT_NEAR(accuracy * 273, std::round(accuracy * 273), 1e-4);
  EXPECT_THAT(r.out, StartsWith("test loss "));
}

TEST(Trainer, EvaluationThatBatchesCannotCoverIsAnError) {
  FakeModule::Options o = shrunk();
  o.evalBatches = {256, 16};
  FakeModule m(o);
  Scratch data;
  writeDataset(data, 256, 273, 8, 8);
  Outcome r = train(m.get(), {"--eval", "--data", data.path});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("[E2303]"));
}

TEST(Trainer, DropsTheLastPartialTrainingBatch) {
  FakeModule m(shrunk());
  Scratch s, data;
  writeDataset(data, 700, 16, 8, 8);
  EXPECT_EQ(
      train(m.get(), {"--epochs", "2", "--data", data.path, "--log", s / "log", "--quiet"}).code,
      0);
  EXPECT_THAT(readFile(s / "log"), HasSubstr("\"event\":\"end\",\"steps\":4"));
  writeDataset(data, 255, 16, 8, 8);
  Outcome r = train(m.get(), {"--data", data.path});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(
      r.err,
      HasSubstr(
          "fake: error: training expects at least 256 examples (one batch), got 255 [E2107]"));
}

TEST(Trainer, ResultsDependOnTheSeedNotOnThreads) {
  FakeModule m(shrunk());
  Scratch s;
  for (const char *threads : {"1", "2", "3", "7"})
    EXPECT_EQ(
        train(m.get(), {"--steps", "20", "--quiet", "--threads", threads, "--save", s / threads})
            .code,
        0);
  for (const char *threads : {"2", "3", "7"})
    EXPECT_TRUE(sameBytes(readFile(s / "1"), readFile(s / threads))) << threads;
  EXPECT_EQ(train(m.get(), {"--steps", "20", "--quiet", "--seed", "1", "--save", s / "seed"}).code,
            0);
  EXPECT_NE(readFile(s / "1"), readFile(s / "seed"));
  EXPECT_EQ(
      train(m.get(), {"--steps", "20", "--quiet", "--no-shuffle", "--save", s / "order"}).code, 0);
  EXPECT_NE(readFile(s / "1"), readFile(s / "order"));
}

TEST(Trainer, MoreThreadsThanCoresWorkWithANote) {
  FakeModule m(shrunk());
  Outcome r =
      train(m.get(), {"--steps", "1", "--threads", std::to_string(sinter_usable_cores() + 1)});
  EXPECT_EQ(r.code, 0);
  EXPECT_THAT(r.err, HasSubstr("usable cores"));
}

TEST(Trainer, StepsZeroOnlySaves) {
  FakeModule m(shrunk());
  Scratch s;
  Outcome r = train(m.get(), {"--steps", "0", "--save", s / "w"});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.out, "");
  EXPECT_EQ(r.err, "");
  EXPECT_TRUE(exists(s / "w"));
}

TEST(Trainer, HyperParametersAreFlags) {
  FakeModule m(shrunk());
  Scratch s;
  EXPECT_EQ(train(m.get(), {"--steps", "1", "--lr", "0", "--save", s / "a", "--quiet"}).code, 0);
  EXPECT_EQ(train(m.get(), {"--steps", "0", "--save", s / "b", "--quiet"}).code, 0);
  EXPECT_TRUE(sameBytes(readFile(s / "a"), readFile(s / "b")));
  EXPECT_EQ(train(m.get(), {"--steps", "1", "--lr=0.7", "--log", s / "log", "--quiet"}).code, 0);
  EXPECT_EQ(number(lines(readFile(s / "log"))[0], "lr"), 0.7);
}

TEST(Trainer, EvalEveryAndLogEvery) {
  FakeModule m(shrunk());
  Scratch s;
  EXPECT_EQ(train(m.get(), {"--epochs", "2", "--eval-every", "2", "--log-every", "25", "--log",
                            s / "log", "--quiet"})
                .code,
            0);
  EXPECT_EQ(lines(readFile(s / "log")).size(), 4 + 3 + 1u);
  EXPECT_EQ(train(m.get(), {"--epochs", "1", "--eval-every", "0", "--log-every", "0", "--log",
                            s / "log", "--quiet"})
                .code,
            0);
  EXPECT_EQ(lines(readFile(s / "log")).size(), 1 + 1u);
}

TEST(Trainer, QuietSaysNothing) {
  FakeModule m(shrunk());
  Outcome r = train(m.get(), {"--epochs", "1", "--quiet"});
  EXPECT_EQ(r.code, 0);
  EXPECT_EQ(r.out + r.err, "");
}

TEST(Trainer, StepsMayGoBeyondTheDefaultEpochs) {
  FakeModule m(shrunk());
  m.module.default_epochs = 1;
  Scratch s, data;
  writeDataset(data, 512, 16, 8, 8);
  Outcome r = train(m.get(), {"--steps", "5", "--data", data.path, "--log", s / "log"});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(readFile(s / "log"), HasSubstr("\"event\":\"end\",\"steps\":5"));
  EXPECT_THAT(r.out, HasSubstr("epoch 2/3  train loss"));
  EXPECT_THAT(r.out, HasSubstr("stopped at step 5 of epoch 3"));
}

TEST(Trainer, AFailedStartKeepsTheOldLog) {
  FakeModule m(shrunk());
  Scratch s;
  writeFile(s / "log", "precious\n");
  EXPECT_EQ(train(m.get(), {"--data", s / "nowhere", "--log", s / "log"}).code, 1);
  EXPECT_EQ(readFile(s / "log"), "precious\n");
  EXPECT_EQ(train(m.get(), {"--steps", "1", "--log", s / "log", "--quiet"}).code, 0);
  EXPECT_THAT(readFile(s / "log"), StartsWith("{\"event\":\"step\""));
}

TEST(Trainer, ALogToStdoutKeepsWhatStandsThere) {
  FakeModule m(shrunk());
  Outcome r = inChild([&] {
    write(1, "before\n", 7);
    return callTrainer(m.get(), {"--steps", "1", "--log", "/dev/stdout", "--quiet"});
  });
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, StartsWith("before\n{\"event\":\"step\""));
}

/// What 30 steps show on a terminal of so many columns; empty where there is no terminal to have.
static std::string showOnTerminal(unsigned short columns, const char *term) {
  FakeModule m(shrunk());
  int terminal;
  struct winsize size = {24, columns, 0, 0};
  pid_t child = forkpty(&terminal, nullptr, nullptr, &size);
  if (child == 0) {
    setenv("TERM", term, 1);
    fakeStepHook = [](int64_t) { usleep(10000); };
    _exit(callTrainer(m.get(), {"--steps", "30"}));
  }
  if (child < 0)
    return "";
  std::string text;
  char piece[4096];
  for (ssize_t n; (n = read(terminal, piece, sizeof piece)) > 0;)
    text.append(piece, static_cast<size_t>(n));
  int status;
  waitpid(child, &status, 0);
  close(terminal);
  EXPECT_EQ(WEXITSTATUS(status), 0) << text;
  EXPECT_THAT(text, HasSubstr("stopped at step 30 of epoch 1"));
  return text;
}

/// The longest of the lines that are drawn over each other.
static size_t longestBar(const std::string &text) {
  size_t longest = 0;
  for (size_t at = 0; (at = text.find("\repoch", at)) != text.npos; ++at)
    longest = std::max(longest, text.find("\033[K", at) - at - 1);
  return longest;
}

TEST(Trainer, ABarOnATerminal) {
  std::string text = showOnTerminal(120, "xterm");
  if (text.empty())
    GTEST_SKIP() << "no pseudo-terminal here (/dev/pts)";
  EXPECT_THAT(text, HasSubstr("\repoch 1/1 [##"));
  EXPECT_THAT(
      text, ::testing::ContainsRegex("/50  loss [0-9.]+ accuracy [0-9.]+  [0-9]+/s  ETA 0:0[0-9]"));
  // A line that wraps would stay on the screen.
  for (unsigned short columns : {80, 60, 30}) {
    text = showOnTerminal(columns, "xterm");
    EXPECT_GT(longestBar(text), 20u);
    EXPECT_LT(longestBar(text), columns) << text;
    EXPECT_EQ(text.find("[") != text.npos && text.find("[#") != text.npos, columns > 70) << text;
  }
  EXPECT_EQ(showOnTerminal(80, "dumb").find("\033"), std::string::npos);
}

TEST(Trainer, ALossThatIsNotFiniteStopsAndKeepsTheCheckpoint) {
  FakeModule m(shrunk());
  Scratch s;
  EXPECT_EQ(train(m.get(), {"--steps", "10", "--checkpoint", s / "c", "--quiet"}).code, 0);
  std::string before = readFile(s / "c");
  fakeNanStep = 12;
  Outcome r =
      train(m.get(), {"--steps", "20", "--checkpoint", s / "c", "--resume", "--save", s / "w"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("fake: error: step 13: expects a finite loss, got nan; the last "
                               "checkpoint stays as it was, --check-numerics"));
  EXPECT_THAT(r.err, HasSubstr("[E2301]"));
  EXPECT_TRUE(sameBytes(readFile(s / "c"), before));
  EXPECT_FALSE(exists(s / "w"));
  r = train(m.get(), {"--steps", "20", "--checkpoint", s / "none"});
  EXPECT_THAT(r.err, HasSubstr("got nan; nothing was saved, --check-numerics"));
  r = train(m.get(), {"--steps", "20", "--check-numerics"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(
      r.err,
      HasSubstr(
          "fake.cpp:8:17: kernel 'train_step_01_softmax_cross_entropy' in step 13 expects finite "
          "results, got nan at element 3 of 2560 [E2302]"));
  fakeNanStep = -1;
}

// A sweep of any length looks at all of its rates but the first tenth, and ends its log.
TEST(Trainer, RatesAreFoundInFewSteps) {
  FakeModule m(shrunk());
  Scratch s;
  for (int steps : {+LR_FIND_LEAST, 11, 25, 100}) {
    Outcome r = train(m.get(), {"--lr-find", "--steps", std::to_string(steps), "--log", s / "log"});
    EXPECT_EQ(r.code, 0) << r.err;
    EXPECT_THAT(r.out, HasSubstr("the loss falls fastest at lr ")) << steps;
    std::vector<std::string> log = lines(readFile(s / "log"));
    EXPECT_THAT(log.back(),
                StartsWith("{\"event\":\"end\",\"steps\":" + std::to_string(log.size() - 1) + ","));
  }
  Outcome r = train(m.get(), {"--lr-find", "--steps", "9"});
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.err, HasSubstr("--lr-find expects --steps of 10 or more, so that its rates are "
                               "less than a power of ten apart, got 9 [E2004]"));
  fakeNanStep = 0;
  r = train(m.get(), {"--lr-find", "--steps", "20", "--log", s / "log"});
  EXPECT_THAT(r.out, HasSubstr("the loss is not finite at lr 1.0e-07, step 1: no rate to propose"));
  EXPECT_THAT(lines(readFile(s / "log")).back(), StartsWith("{\"event\":\"end\",\"steps\":1,"));
  fakeNanStep = -1;
}

TEST(Trainer, EvaluationsNeedNoTrainingFiles) {
  FakeModule m(shrunk());
  Scratch s, data;
  writeDataset(data, 300, 33, 8, 8);
  ASSERT_EQ(train(m.get(), {"--data", data.path, "--epochs", "1", "--save", s / "w"}).code, 0);
  std::vector<std::string> run = {"--data", data.path, "--eval", "--init", s / "w"};
  auto told = [&] { // but for the time
    std::string out = train(m.get(), run).out;
    return out.substr(0, out.find("  "));
  };
  std::string before = told();
  EXPECT_THAT(before, StartsWith("test loss "));
  for (const char *name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte"})
    std::filesystem::remove(data / name);
  EXPECT_EQ(told(), before);
  run.insert(run.end(), {"--fold", "1/3"}); // a part of the training examples
  EXPECT_THAT(train(m.get(), run).err, HasSubstr("has no 'train-images-idx3-ubyte'"));
}

TEST(Trainer, CheckNumericsDoesNotChangeResults) {
  FakeModule m(shrunk());
  Scratch s;
  EXPECT_EQ(train(m.get(), {"--steps", "5", "--save", s / "a", "--quiet"}).code, 0);
  EXPECT_EQ(train(m.get(), {"--steps", "5", "--save", s / "b", "--quiet", "--check-numerics"}).code,
            0);
  EXPECT_TRUE(sameBytes(readFile(s / "a"), readFile(s / "b")));
}

TEST(Trainer, SignalsFinishTheStepAndWriteTheCheckpoint) {
  FakeModule m(shrunk());
  Scratch s;
  for (int number : {SIGINT, SIGTERM}) {
    fakeStepHook = [number](int64_t step) {
      if (step == 7)
        kill(getpid(), number);
    };
    Outcome r = train(m.get(), {"--epochs", "5", "--checkpoint", s / "c", "--log", s / "log"});
    fakeStepHook = nullptr;
    EXPECT_EQ(r.code, 128 + number);
    EXPECT_THAT(r.err, HasSubstr("interrupted after step 8; '" + (s / "c")));
    EXPECT_THAT(lines(readFile(s / "log")).back(), StartsWith("{\"event\":\"end\",\"steps\":8,"));
    EXPECT_EQ(
        train(m.get(), {"--steps", "30", "--checkpoint", s / "c", "--resume", "--quiet"}).code, 0);
    EXPECT_EQ(train(m.get(), {"--steps", "30", "--checkpoint", s / "d", "--quiet"}).code, 0);
    EXPECT_TRUE(sameBytes(readFile(s / "c"), readFile(s / "d")));
  }
}

} // namespace
