// OutputsTest.cpp - where a trainer's outputs go wrong: two writers of one file, pipes, closed or
// full standard files, targets that cannot be made, logs cut in the middle of a line.
#include "TestTools.h"

extern "C" {
#include "file.h"
}

#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace {

FakeModule::Options small() {
  FakeModule::Options o;
  o.height = o.width = 10;
  o.trainBatches = {16};
  return o;
}

class OutputsTest : public ::testing::Test {
protected:
  OutputsTest() : module(small()) { writeDataset(data, 16 * 25, 33, 10, 10); }
  std::vector<std::string> with(std::vector<std::string> more) {
    std::vector<std::string> all = {"--data", data.path};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  FakeModule module;
  Scratch s, data;
};

TEST_F(OutputsTest, TwoTrainersOfOneCheckpointTakeTurns) {
  std::vector<pid_t> children;
  for (const char *seed : {"1", "2", "3"})
    children.push_back(
        startTrainer(module.get(), with({"--epochs", "4", "--checkpoint", s / "c",
                                         "--checkpoint-every", "1", "--seed", seed})));
  int whole = 0;
  for (size_t ended = 0; ended < children.size();) {
    int status;
    while (ended < children.size() && waitpid(-1, &status, WNOHANG) > 0) {
      EXPECT_EQ(status, 0);
      ++ended;
    }
    if (!exists(s / "c"))
      continue;
    EXPECT_EQ(train(module.get(), {"--steps", "0", "--quiet", "--init", s / "c"}).code, 0);
    ++whole;
  }
  EXPECT_GT(whole, 0);
  EXPECT_FALSE(exists(s / "c.tmp"));
}

TEST_F(OutputsTest, AWriterThatHoldsTheTemporaryIsWaitedFor) {
  char text[256];
  diag d = diag_make(text, sizeof text);
  file_writer first, second;
  ASSERT_EQ(file_begin(&first, (s / "f").c_str(), &d), 0);
  ASSERT_EQ(file_put(&first, "first", 5, &d), 0);
  std::thread other([&] {
    char own[256];
    diag e = diag_make(own, sizeof own);
    EXPECT_EQ(file_begin(&second, (s / "f").c_str(), &e), 0) << own;
    EXPECT_EQ(readFile(s / "f"), "first");
    EXPECT_EQ(file_put(&second, "2", 1, &e), 0);
    EXPECT_EQ(file_commit(&second, &e), 0) << own;
  });
  usleep(30000);
  EXPECT_EQ(readFile(s / "f.tmp"), "first");
  EXPECT_EQ(file_commit(&first, &d), 0) << text;
  other.join();
  EXPECT_EQ(readFile(s / "f"), "2");
  EXPECT_FALSE(exists(s / "f.tmp"));
}

TEST_F(OutputsTest, APipeOnStandardOutput) { // /proc/self/fd/1 leads to no file then
  ASSERT_EQ(train(module.get(), with({"--steps", "1", "--quiet", "--save", s / "w"})).code, 0);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    dup2(ends[1], 1);
    close(ends[1]);
    _exit(callTrainer(module.get(), with({"--steps", "1", "--quiet", "--save", "/dev/stdout"})));
  }
  close(ends[1]);
  std::string got;
  char piece[4096];
  for (ssize_t n; (n = read(ends[0], piece, sizeof piece)) > 0;)
    got.append(piece, static_cast<size_t>(n));
  close(ends[0]);
  int status;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(sameBytes(got, readFile(s / "w")));
}

TEST_F(OutputsTest, WhatCannotBeWrittenIsToldBeforeTraining) {
  std::filesystem::create_directory(s / "d.tmp");
  std::filesystem::create_symlink("elsewhere", s / "l.tmp");
  const std::string longest(255, 'x');
  for (const std::string &name : {std::string("new/"), std::string("d"), std::string("l"), longest})
    for (const char *flag : {"--save", "--checkpoint"}) {
      Outcome r = train(module.get(), with({"--steps", "1", "--log", s / "log", flag, s / name}));
      EXPECT_EQ(r.code, 3) << name;
      EXPECT_THAT(r.err, HasSubstr("cannot write '" + (s / name))) << name;
      EXPECT_EQ(readFile(s / "log"), "") << name;
    }
  EXPECT_FALSE(exists(s / "elsewhere"));
  char text[256];
  diag d = diag_make(text, sizeof text);
  file_writer w;
  EXPECT_EQ(file_begin(&w, "", &d), 2401);
}

TEST_F(OutputsTest, ClosedStandardFilesDoNotEndInOutputs) {
  std::vector<std::string> run = {"--epochs", "1",     "--checkpoint", s / "c",
                                  "--save",   s / "w", "--log",        s / "log"};
  ASSERT_EQ(train(module.get(), with(run)).code, 0);
  std::string c = readFile(s / "c"), w = readFile(s / "w");
  Outcome r = inChild([&] {
    for (int fd = 0; fd <= 2; ++fd)
      close(fd);
    return callTrainer(module.get(), with(run));
  });
  EXPECT_EQ(r.code, 0);
  EXPECT_TRUE(sameBytes(readFile(s / "c"), c));
  EXPECT_TRUE(sameBytes(readFile(s / "w"), w));
  std::istringstream log(readFile(s / "log"));
  for (std::string line; std::getline(log, line);) {
    EXPECT_THAT(line, StartsWith("{\"event\":"));
    EXPECT_THAT(line, EndsWith("}"));
  }
}

TEST_F(OutputsTest, AFullStandardOutputIsAnError) {
  if (access("/dev/full", W_OK) != 0)
    GTEST_SKIP() << "no /dev/full";
  for (const std::vector<std::string> &run :
       {with({"--epochs", "1", "--save", s / "w"}), {"--help"}, {"--info"}, {"--version"}}) {
    Outcome r = inChild([&] {
      dup2(open("/dev/full", O_WRONLY), 1);
      return callTrainer(module.get(), run);
    });
    EXPECT_EQ(r.code, 3) << run[0];
    EXPECT_THAT(
        r.err,
        HasSubstr("fake: error: cannot write standard output: No space left on device [E2401]"));
  }
  EXPECT_TRUE(exists(s / "w")); // what was trained is saved all the same
}

TEST_F(OutputsTest, AReaderThatHasHadEnoughIsNoError) {
  Outcome r = inChild([&] {
    int ends[2];
    if (pipe(ends) != 0)
      return 99;
    close(ends[0]);
    dup2(ends[1], 1);
    return callTrainer(module.get(), with({"--epochs", "2", "--save", s / "w"}));
  });
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_TRUE(exists(s / "w"));
}

TEST_F(OutputsTest, AppendingDropsALineThatAKilledRunLeftOpen) {
  ASSERT_EQ(train(module.get(), with({"--steps", "2", "--checkpoint", s / "c", "--quiet"})).code,
            0);
  writeFile(s / "log", "{\"event\":\"step\"}\n{\"event\":\"st");
  ASSERT_EQ(train(module.get(),
                  with({"--steps", "3", "--checkpoint", s / "c", "--resume", "--log", s / "log"}))
                .code,
            0);
  EXPECT_THAT(readFile(s / "log"),
              StartsWith("{\"event\":\"step\"}\n{\"event\":\"step\",\"step\":3,"));
  ASSERT_EQ(train(module.get(),
                  with({"--steps", "4", "--checkpoint", s / "c", "--resume", "--log", s / "log"}))
                .code,
            0);
  EXPECT_THAT(readFile(s / "log"), ::testing::Not(HasSubstr("\n\n")));
  // Half a line alone, also one that is longer than what is read at a time; whole lines stay.
  std::string whole = "{\"event\":\"step\",\"x\":\"" + std::string(5000, 'x') + "\"}\n";
  for (const std::string &kept : {std::string(), whole, whole + whole})
    for (size_t half : {0, 1, 4095, 4096, 9000}) {
      writeFile(s / "log", kept + std::string(half, '{'));
      ASSERT_EQ(train(module.get(), with({"--steps", "5", "--checkpoint", s / "c", "--resume",
                                          "--log", s / "log"}))
                    .code,
                0);
      std::string log = readFile(s / "log");
      EXPECT_EQ(log.substr(0, kept.size()), kept) << half;
      EXPECT_THAT(log.substr(kept.size()), StartsWith("{\"event\":")) << half;
    }
}

TEST_F(OutputsTest, OutputsHaveFilesOfTheirOwn) {
  writeFile(s / "a", "");
  std::filesystem::create_symlink("a", s / "link");
  std::filesystem::create_symlink(s.path, s / "folder");
  // Links to what is not there yet, and from there on.
  std::filesystem::create_symlink("new", s / "dangling");
  std::filesystem::create_symlink(s / "folder/dangling", s / "twice");
  std::filesystem::create_directory(s / "sub");
  const std::vector<std::vector<std::string>> pairs = {
      {"--save", s / "a", "--checkpoint", s / "a"},
      {"--save", s / "a", "--log", s / "link"},
      {"--save", s / "new", "--log", s / "new"},
      {"--save", s / "new", "--checkpoint", s / "dangling"},
      {"--save", s / "twice", "--checkpoint", s / "dangling"},
      {"--log", s / "sub/../new", "--checkpoint", s / "twice"},
      {"--save", s / "nowhere/x", "--checkpoint", s / "nowhere/x"},
      {"--checkpoint", s / "a", "--log", s / "folder/a"},
      {"--run", "predict", "--save", s / "x", "--output", "logits=" + (s / "x")}};
  for (const std::vector<std::string> &flags : pairs) {
    Outcome r = train(module.get(), flags);
    EXPECT_EQ(r.code, 2);
    EXPECT_THAT(r.err, HasSubstr("expect files of their own, got '"));
    EXPECT_EQ(readFile(s / "a"), "");
  }
  EXPECT_FALSE(exists(s / "new"));
  // A write goes to F.tmp first.
  for (std::string other : {"--log", "--checkpoint"}) {
    Outcome r = train(module.get(), {other, s / "sub/../w.tmp", "--save", s / "w"});
    EXPECT_EQ(r.code, 2);
    EXPECT_THAT(r.err, HasSubstr(other + " expects another file than '" + (s / "sub/../w.tmp") +
                                 "', to which --save writes before it replaces '" + (s / "w") +
                                 "' [E2004]"));
  }
  EXPECT_EQ(train(module.get(),
                  with({"--steps", "1", "--quiet", "--save", "/dev/null", "--log", "/dev/null"}))
                .code,
            0);
  EXPECT_EQ(train(module.get(), with({"--steps", "1", "--quiet", "--save", s / "twice", "--log",
                                      s / "new.tmp.tmp"}))
                .code,
            0);
  EXPECT_TRUE(exists(s / "new"));
}

// Files that a reader finds in a folder: no flag names them.
TEST_F(OutputsTest, OutputsAreNoFilesOfTheData) {
  const std::string images = "train-images-idx3-ubyte", labels = "t10k-labels-idx1-ubyte";
  std::string before = readFile(data / images), after = readFile(data / labels);
  std::filesystem::create_symlink(data / images, s / "link");
  std::filesystem::create_hard_link(data / labels, s / "hard");
  std::filesystem::create_symlink(data.path, s / "folder");
  auto refuses = [&](const std::string &flag, const std::string &path, const std::string &file) {
    Outcome r = train(module.get(), with({"--steps", "1", flag, path}));
    EXPECT_EQ(r.code, 2) << path;
    EXPECT_THAT(r.err, HasSubstr(flag + " expects another file than '" + (data / file) +
                                 "', which --data reads [E2004]"));
    EXPECT_TRUE(sameBytes(readFile(data / images), before));
    EXPECT_TRUE(sameBytes(readFile(data / labels), after));
  };
  for (const char *flag : {"--save", "--checkpoint", "--log"}) {
    refuses(flag, data / images, images);
    refuses(flag, s / "link", images);
    refuses(flag, s / "hard", labels);
    refuses(flag, s / ("folder/" + labels), labels);
  }
  Outcome r = train(module.get(), with({"--eval", "--log", data / labels}));
  EXPECT_EQ(r.code, 2) << r.err;
  // What else lies there may be written, also when the data are read again after it.
  for (int twice = 0; twice < 2; ++twice)
    EXPECT_EQ(
        train(module.get(), with({"--steps", "1", "--save", data / "w", "--log", data / "l"})).code,
        0);
  // A write goes to F.tmp first.
  std::filesystem::rename(data / images, data / "x.tmp");
  std::filesystem::create_symlink("x.tmp", data / images);
  refuses("--save", data / "x", images);
  EXPECT_EQ(train(module.get(), with({"--steps", "1", "--log", data / "x"})).code, 0);
}

// As many metrics as a model likes, with names as long as it likes: every event is whole.
TEST_F(OutputsTest, ManyMetricsAreAllTold) {
  std::vector<std::string> names;
  std::vector<sinter_metric> metrics;
  for (int i = 0; i < 300; ++i)
    names.push_back("metric_" + std::to_string(i) + std::string(300, 'x'));
  for (std::string &name : names) {
    metrics.push_back(module.module.metrics[0]);
    metrics.back().name = name.c_str();
  }
  module.module.metrics = metrics.data();
  module.module.metric_count = 300;
  Outcome r = train(module.get(), with({"--epochs", "1", "--log", s / "log"}));
  EXPECT_EQ(r.code, 0) << r.err;
  std::string log = readFile(s / "log"), event = log.substr(log.find("\"event\":\"epoch\""));
  event = event.substr(0, event.find('\n'));
  for (const std::string &text : {event, r.out})
    EXPECT_THAT(text, HasSubstr(names.back()));
  EXPECT_EQ(event.back(), '}');
}

} // namespace
