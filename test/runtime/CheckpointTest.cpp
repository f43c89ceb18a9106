// CheckpointTest.cpp - checkpoints: resumed equals uninterrupted, kill -9 anywhere, every failing
// file operation.
#include "TestTools.h"

extern "C" {
#include "file.h"
}

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using ::testing::HasSubstr;

namespace {

FakeModule::Options small() {
  FakeModule::Options o;
  o.height = o.width = 10;
  o.trainBatches = {16};
  o.lossMetric = true;
  return o;
}

class CheckpointTest : public ::testing::Test {
protected:
  CheckpointTest() : module(small()) { writeDataset(data, 16 * 25 + 3, 33, 10, 10); }
  std::vector<std::string> with(std::vector<std::string> more) {
    std::vector<std::string> all = {"--data", data.path, "--epochs", "3", "--quiet"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::string uninterrupted() {
    EXPECT_EQ(train(module.get(), with({"--checkpoint", s / "whole"})).code, 0);
    return readFile(s / "whole");
  }
  FakeModule module;
  Scratch s, data;
};

TEST_F(CheckpointTest, ResumedEqualsUninterruptedFromEveryPlace) {
  std::string whole = uninterrupted();
  for (int stop : {0, 1, 24, 25, 26, 49, 50, 74, 75}) {
    std::string c = s / "c";
    unlink(c.c_str());
    EXPECT_EQ(train(module.get(),
                    with({"--steps", std::to_string(stop), "--checkpoint", c, "--threads", "2"}))
                  .code,
              0);
    Outcome r = train(module.get(), with({"--checkpoint", c, "--resume", "--threads", "3"}));
    EXPECT_EQ(r.code, 0) << r.err;
    EXPECT_TRUE(sameBytes(readFile(c), whole)) << stop;
    EXPECT_FALSE(exists(c + ".tmp"));
  }
}

TEST_F(CheckpointTest, LogsOfAResumedRunGoOnWhereTheyStopped) {
  EXPECT_EQ(train(module.get(), with({"--log", s / "whole.jsonl"})).code, 0);
  EXPECT_EQ(
      train(module.get(), with({"--steps", "30", "--checkpoint", s / "c", "--log", s / "l"})).code,
      0);
  EXPECT_EQ(train(module.get(), with({"--resume", "--checkpoint", s / "c", "--log", s / "l"})).code,
            0);
  auto metrics = [](const std::string &text) { // epoch events without their seconds
    std::istringstream in(text);
    std::string all;
    for (std::string line; std::getline(in, line);)
      if (line.find("\"epoch\",\"epoch\"") != std::string::npos)
        all += line.substr(0, line.find(",\"seconds\"")) + "\n";
    return all;
  };
  EXPECT_EQ(metrics(readFile(s / "l")), metrics(readFile(s / "whole.jsonl")));
}

TEST_F(CheckpointTest, HyperParametersAndSeedComeFromTheCheckpoint) {
  std::vector<std::string> odd = {"--lr", "0.3", "--seed", "9"};
  EXPECT_EQ(
      train(module.get(), with({"--lr", "0.3", "--seed", "9", "--checkpoint", s / "whole"})).code,
      0);
  EXPECT_EQ(train(module.get(),
                  with({"--lr", "0.3", "--seed", "9", "--checkpoint", s / "c", "--steps", "31"}))
                .code,
            0);
  EXPECT_EQ(train(module.get(), with({"--checkpoint", s / "c", "--resume"})).code, 0);
  EXPECT_TRUE(sameBytes(readFile(s / "c"), readFile(s / "whole")));
  Outcome r = train(module.get(), with({"--checkpoint", s / "c", "--resume", "--seed", "8"}));
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.err, HasSubstr("--seed 8 contradicts the checkpoint, whose seed is 9"));
}

TEST_F(CheckpointTest, KillNineAtRandomMoments) {
  std::string whole = uninterrupted(), c = s / "c";
  unsigned random = 12345;
  const char *wanted = getenv("SINTER_KILLS"); // 200 in the slow lane
  int kills = wanted ? atoi(wanted) : 10, killed = 0;
  while (killed < kills) {
    unlink(c.c_str());
    std::vector<std::string> base = with({"--checkpoint", c, "--checkpoint-every", "1"});
    for (;;) {
      std::vector<std::string> now = base;
      if (exists(c))
        now.push_back("--resume");
      now.insert(now.end(), {"--threads", std::to_string(1 + random % 3)});
      pid_t child = startTrainer(module.get(), now);
      random = random * 1664525u + 1013904223u;
      usleep(2000 + random % 40000);
      kill(child, SIGKILL);
      int status;
      waitpid(child, &status, 0);
      if (WIFEXITED(status)) {
        EXPECT_EQ(WEXITSTATUS(status), 0);
        break;
      }
      ++killed;
    }
    ASSERT_TRUE(sameBytes(readFile(c), whole));
  }
}

const char *failing;
int faultOnce(const char *operation) { return strcmp(operation, failing) == 0 ? EIO : 0; }

TEST_F(CheckpointTest, TheOldCheckpointSurvivesEveryFailingOperation) {
  EXPECT_EQ(train(module.get(), with({"--steps", "3", "--checkpoint", s / "c"})).code, 0);
  std::string before = readFile(s / "c");
  for (const char *operation : {"open", "write", "fsync", "rename"}) {
    Outcome r = inChild([&] {
      failing = operation;
      file_fault = faultOnce;
      return callTrainer(module.get(), with({"--resume", "--steps", "5", "--checkpoint", s / "c"}));
    });
    EXPECT_EQ(r.code, 3) << operation;
    EXPECT_THAT(r.err, HasSubstr("Input/output error [E2401]")) << operation;
    EXPECT_TRUE(sameBytes(readFile(s / "c"), before)) << operation;
    EXPECT_FALSE(exists(s / "c.tmp")) << operation;
  }
  // the new contents are there, but may not survive a power cut: said, not hidden
  Outcome r = inChild([&] {
    failing = "fsync folder";
    file_fault = faultOnce;
    return callTrainer(module.get(), with({"--resume", "--steps", "5", "--checkpoint", s / "c"}));
  });
  EXPECT_EQ(r.code, 3);
  EXPECT_THAT(r.err, HasSubstr("cannot sync the folder of"));
}

TEST_F(CheckpointTest, AFileSizeLimitIsAnErrorNotASignal) {
  FakeModule big; // 784 x 10 floats, twice: more than 32 KiB
  EXPECT_EQ(train(big.get(), {"--steps", "1", "--quiet", "--checkpoint", s / "c"}).code, 0);
  std::string before = readFile(s / "c");
  Outcome r = inChild([&] {
    struct rlimit limit = {32768, 32768};
    setrlimit(RLIMIT_FSIZE, &limit);
    return callTrainer(big.get(), {"--steps", "2", "--quiet", "--resume", "--checkpoint", s / "c"});
  });
  EXPECT_EQ(r.code, 3);
  EXPECT_THAT(r.err, HasSubstr("File too large [E2401]"));
  EXPECT_TRUE(sameBytes(readFile(s / "c"), before));
}

TEST_F(CheckpointTest, AFullDiskIsAnError) {
  if (access("/dev/full", W_OK) != 0)
    GTEST_SKIP() << "no /dev/full";
  Outcome r = train(module.get(), with({"--steps", "1", "--save", "/dev/full"}));
  EXPECT_EQ(r.code, 3);
  EXPECT_THAT(r.err, HasSubstr("No space left on device [E2401]"));
  r = train(module.get(), with({"--steps", "1", "--log", "/dev/full"}));
  EXPECT_EQ(r.code, 3);
  EXPECT_THAT(r.err, HasSubstr("'/dev/full': No space left on device [E2401]"));
}

TEST_F(CheckpointTest, UnwritablePathsAreExitThree) {
  for (const char *flag : {"--save", "--checkpoint", "--log"}) {
    Outcome r = train(module.get(), with({"--steps", "1", flag, s / "no/such/folder/f"}));
    EXPECT_EQ(r.code, 3) << flag;
    EXPECT_THAT(r.err, HasSubstr("No such file or directory [E2401]")) << flag;
  }
  for (const char *flag : {"--save", "--checkpoint"}) // told before any time is spent
    for (std::string path : {s / "no/such/folder/f", s / "."}) {
      Outcome r = train(module.get(), with({"--log", s / "log", flag, path}));
      EXPECT_EQ(r.code, 3) << flag;
      EXPECT_THAT(r.err, HasSubstr("cannot write '" + path + "'")) << flag;
      EXPECT_EQ(readFile(s / "log"), "") << flag;
    }
}

TEST_F(CheckpointTest, SymlinksAreFollowedAndModesKept) {
  writeFile(s / "real", "old");
  chmod((s / "real").c_str(), 0640);
  std::filesystem::create_symlink("real", s / "link");
  std::filesystem::create_symlink("later", s / "dangling");
  EXPECT_EQ(train(module.get(), with({"--steps", "1", "--save", s / "link"})).code, 0);
  EXPECT_EQ(train(module.get(), with({"--steps", "1", "--save", s / "dangling"})).code, 0);
  EXPECT_TRUE(std::filesystem::is_symlink(s / "link"));
  EXPECT_TRUE(std::filesystem::is_symlink(s / "dangling"));
  EXPECT_TRUE(sameBytes(readFile(s / "real"), readFile(s / "later")));
  struct stat info;
  ASSERT_EQ(stat((s / "real").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0640u);
}

TEST_F(CheckpointTest, ATargetThatIsNoRegularFileIsWrittenInPlace) {
  EXPECT_EQ(train(module.get(), with({"--steps", "1", "--save", s / "w"})).code, 0);
  Outcome r = train(module.get(), with({"--steps", "1", "--save", "/dev/stdout"}));
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_TRUE(sameBytes(r.out, readFile(s / "w")));
  std::string fifo = s / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  pid_t reader = fork();
  if (reader == 0) {
    std::string got = readFile(fifo);
    writeFile(s / "got", got);
    _exit(0);
  }
  EXPECT_EQ(train(module.get(), with({"--steps", "1", "--save", fifo})).code, 0);
  waitpid(reader, nullptr, 0);
  EXPECT_TRUE(sameBytes(readFile(s / "got"), readFile(s / "w")));
}

TEST_F(CheckpointTest, ACheckpointOfAnotherModelIsShownAsADiff) {
  FakeModule::Options o = small();
  o.width = 12;
  o.lossMetric = false;
  {
    FakeModule other(o);
    EXPECT_EQ(train(other.get(), {"--steps", "1", "--checkpoint", s / "c", "--quiet"}).code, 0);
  }
  FakeModule again(small()); // FakeModule keeps one geometry at a time
  Outcome r = train(again.get(), with({"--resume", "--checkpoint", s / "c"}));
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(
      r.err,
      HasSubstr(
          "does not fit this model; '-' is what it expects, '+' what the file has [E2204]\n"));
  EXPECT_THAT(r.err, HasSubstr("\n  - fc.weight f32[10,100]\n  + fc.weight f32[10,120]\n"));
  EXPECT_THAT(r.err, HasSubstr("\n  - trainer/loss/sum f64[]\n"));
}

TEST_F(CheckpointTest, ACheckpointOfAnotherRunIsRefused) {
  EXPECT_EQ(train(module.get(), with({"--steps", "4", "--checkpoint", s / "c"})).code, 0);
  Scratch other;
  writeDataset(other, 64, 16, 10, 10);
  Outcome r = train(module.get(), {"--data", other.path, "--resume", "--checkpoint", s / "c"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("\n  - training examples 64\n  + training examples 403\n"));
  r = train(module.get(), with({"--resume", "--no-shuffle", "--checkpoint", s / "c"}));
  EXPECT_EQ(r.code, 1);
  EXPECT_EQ(train(module.get(), with({"--steps", "4", "--save", s / "w"})).code, 0);
  r = train(module.get(), with({"--resume", "--checkpoint", s / "w"}));
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("expects the state of a run, as --checkpoint writes it, got weights "
                               "only; --init '" +
                               (s / "w") + "' starts from them [E2204]\n"));
  r = train(module.get(), with({"--resume", "--checkpoint", s / "absent"}));
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err,
              HasSubstr("absent': No such file or directory; --resume goes on from what a "
                        "run with --checkpoint wrote, the first run goes without it [E2101]"));
}

/// A checkpoint with another number of 8 bytes as one of its entries.
template <class T> std::string hurt(std::string bytes, const std::string &name, T value) {
  size_t entry = bytes.find("\"trainer/" + name + "\""),
         offsets = bytes.find("data_offsets\":[", entry) + 15;
  uint64_t header;
  memcpy(&header, bytes.data(), 8);
  memcpy(&bytes[8 + header + std::stoull(bytes.substr(offsets))], &value, 8);
  return bytes;
}

TEST_F(CheckpointTest, PositionsOfACheckpointAreChecked) {
  EXPECT_EQ(train(module.get(), with({"--steps", "1", "--checkpoint", s / "c"})).code, 0);
  std::string bytes = readFile(s / "c");
  for (const char *name : {"step", "epoch", "position", "seed", "best_epoch", "worse"}) {
    writeFile(s / "c", hurt<int64_t>(bytes, name, -7));
    Outcome r = train(module.get(), with({"--resume", "--checkpoint", s / "c"}));
    EXPECT_EQ(r.code, 1) << name;
    EXPECT_THAT(r.err, HasSubstr("is damaged: 'trainer/" + std::string(name) +
                                 "' expects a whole number from 0 to "));
    EXPECT_THAT(r.err, HasSubstr(", got -7 [E2204]"));
  }
  writeFile(s / "c", hurt<int64_t>(bytes, "position", 1 << 20));
  EXPECT_THAT(train(module.get(), with({"--resume", "--checkpoint", s / "c"})).err,
              HasSubstr("'trainer/position' expects a whole number from 0 to 24, got 1048576"));
}

TEST_F(CheckpointTest, HyperParametersOfACheckpointAreChecked) {
  EXPECT_EQ(train(module.get(), with({"--steps", "1", "--checkpoint", s / "c"})).code, 0);
  std::string bytes = hurt<double>(readFile(s / "c"), "hyper/lr", -1);
  writeFile(s / "c", bytes);
  Outcome r = train(module.get(), with({"--resume", "--checkpoint", s / "c"}));
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(
      r.err, HasSubstr("'trainer/hyper/lr' expects a finite number of at least 0, got -1 [E2204]"));
  EXPECT_TRUE(sameBytes(readFile(s / "c"), bytes));
}

TEST_F(CheckpointTest, InitReadsCheckpointsIgnoringWhatIsNoWeight) {
  EXPECT_EQ(
      train(module.get(), with({"--steps", "9", "--checkpoint", s / "c", "--save", s / "w"})).code,
      0);
  EXPECT_EQ(
      train(module.get(), with({"--steps", "0", "--init", s / "c", "--save", s / "again"})).code,
      0);
  EXPECT_TRUE(sameBytes(readFile(s / "again"), readFile(s / "w")));
}

} // namespace
