// FlagsTest.cpp - a trainer's command line: help, every kind of wrong flag, --info, --run, machines
// that do not fit.
#include "TestTools.h"

#include <cmath>
#include <cstring>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace {

class FlagsTest : public ::testing::Test {
protected:
  void refuses(std::vector<std::string> arguments, const std::string &message, int code = 2) {
    Outcome r = train(module.get(), arguments);
    EXPECT_EQ(r.code, code) << arguments[0];
    EXPECT_THAT(r.err, HasSubstr("fake: error: " + message));
    EXPECT_EQ(r.out, "");
  }
  FakeModule module;
  Scratch s;
};

TEST_F(FlagsTest, Help) {
  Outcome r = train(module.get(), {"--help"});
  EXPECT_EQ(r.code, 0);
  EXPECT_EQ(r.out, R"(usage: fake [flags]

Trains the model 'fake', compiled for cpu:test.

flags:
  --data PATH            folder or file of the data set; without it built-in synthetic data
  --epochs N             passes over the training data, counted from the start (default 5)
  --steps N              stop after step N, counted from the start
  --eval                 only evaluate the test split
  --eval-every N         evaluate after every N epochs, 0 never (default 1)
  --fold K/N             hold out part K of N of the training examples, and evaluate on those (k-fold)
  --patience N           stop after N evaluations in which the test loss, or what --keep-best names, was not better
  --keep-best METRIC[:min|:max] --save has the weights of the best test METRIC, not the last ones
  --lr-find              try learning rates from 1e-7 to 10 over --steps (default 100)
  --seed S               seed of weights, shuffle and dropout (default 0)
  --threads T            threads (default: the cores this process may use)
  --no-shuffle           take the examples in the order of the files
  --init F               start from the weights in F (safetensors)
  --init-partial         take from --init the weights that both have
  --save F               write the weights to F at the end
  --checkpoint F         write the full state to F, after each epoch and at the end
  --checkpoint-every N   write it after every N steps instead of each epoch, 0 only at the end
  --resume               go on from the checkpoint
  --log F                write metrics to F as JSON lines
  --log-every N          log every N steps, 0 only epochs (default 1)
  --check-numerics       run kernel by kernel and stop at the first NaN or infinity
  --run ENTRY            run one entry on the current weights
  --input NAME=F.npy     an input of --run
  --output NAME=F.npy    where an output of --run goes
  --quiet                say nothing on the terminal
  --info                 print a description of the model as JSON
  --version              print versions
  --licenses             print the licenses of what is linked in
  --help                 print this text

hyper-parameters:
  --lr X                 learning rate (default 0.1)
)");
}

TEST_F(FlagsTest, VersionAndLicenses) {
  Outcome r = train(module.get(), {"--version"});
  EXPECT_EQ(r.out, "fake: model 'fake' for cpu:test, compiled by sinter test, runtime ABI " +
                       std::to_string(SINTER_ABI_VERSION) + "\n");
  r = train(module.get(), {"--licenses"});
  EXPECT_EQ(r.code, 0);
  EXPECT_THAT(r.out, HasSubstr("zlib"));
}

TEST_F(FlagsTest, AProgramWithoutNameHasTheModels) {
  for (const char *name : {"", "folder/"}) {
    Outcome r = inChild([&] {
      std::string program = name, flag = "--bogus";
      char *argv[] = {program.data(), flag.data()};
      return sinter_trainer_main(module.get(), 2, argv);
    });
    EXPECT_EQ(r.code, 2);
    EXPECT_THAT(r.err, StartsWith("fake: error: unknown flag '--bogus'"));
  }
}

TEST_F(FlagsTest, UnknownFlags) {
  refuses({"--tensorboard", "d"}, "unknown flag '--tensorboard'; see --help [E2001]");
  refuses({"--trace", "f"}, "unknown flag '--trace'");
  refuses({"--momentum", "0.9"}, "unknown flag '--momentum'");
  refuses({"--step", "3"}, "unknown flag '--step'");
  refuses({"--seeds=1"}, "unknown flag '--seeds'");
  refuses({"stray"}, "unexpected 'stray'; flags start with --");
  refuses({"-e"}, "unexpected '-e'");
  refuses({"--"}, "unexpected '--'");
}

TEST_F(FlagsTest, BadValues) {
  refuses({"--epochs"}, "--epochs expects N [E2002]");
  refuses({"--lr"}, "--lr expects a number [E2002]");
  for (const char *value : {"-1", "x", "", "1.5", "1e3", " 1", "0x10", "99999999999999999999x"})
    refuses({"--epochs", value},
            "--epochs expects a whole number of at least 0, got '" + std::string(value) + "'");
  refuses({"--epochs", "99999999999999999999"},
          "--epochs expects a whole number from 0 to 2147483647, got");
  refuses({"--steps", "9223372036854775808"},
          "--steps expects a whole number from 0 to 9223372036854775807, got");
  refuses({"--steps", "-5"}, "--steps expects a whole number of at least 0, got '-5' [E2003]");
  refuses({"--seed", "-1"}, "--seed expects a whole number of at least 0");
  for (const char *value : {"0", "-1", "4097"})
    refuses({"--threads", value}, "--threads expects a whole number from 1 to 4096, got");
  for (const char *value :
       {"nan", "inf", "-0.1", "x", "", "1e999", "1e39", "0.1x", "0,1", " 0.1", "0.1 "})
    refuses({"--lr", value},
            "--lr expects a finite number of at least 0, got '" + std::string(value) + "' [E2003]");
  refuses({"--eval=yes"}, "--eval expects no value, got 'yes' [E2003]");
  refuses({"--save="}, "--save expects F, got nothing [E2003]");
  refuses({"--run", "predict", "--input", "image"},
          "--input expects NAME=F.npy, got 'image' [E2003]");
}

TEST_F(FlagsTest, AllMistakesAtOnce) {
  Outcome r = train(module.get(), {"--nope", "--epochs", "x", "--lr", "y"});
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.err, HasSubstr("[E2001]\nfake: error: --epochs expects"));
  EXPECT_THAT(r.err, HasSubstr("[E2003]\nfake: error: --lr expects"));
}

TEST_F(FlagsTest, Contradictions) {
  refuses({"--resume"}, "--resume expects --checkpoint F [E2004]");
  refuses({"--checkpoint-every", "5"}, "--checkpoint-every expects --checkpoint F");
  refuses({"--log-every", "5"}, "--log-every expects --log F");
  refuses({"--init-partial"}, "--init-partial expects --init F");
  refuses({"--resume", "--checkpoint", "c", "--init", "w"},
          "--resume and --init contradict each other");
  refuses({"--eval", "--steps", "3"}, "--eval and --steps contradict each other");
  refuses({"--input", "image=x.npy"}, "--input expects --run ENTRY");
  for (const char *flag : {"--epochs", "--steps", "--eval-every"}) {
    refuses({"--run", "predict", flag, "3"},
            "--run and " + std::string(flag) + " contradict each other");
    refuses({"--eval", flag, "3"}, "--eval and " + std::string(flag) + " contradict each other");
  }
  refuses({"--run", "predict", "--log", "l"}, "--run and --log contradict each other");
  // The weights would be those of the seed: not what such a line means.
  refuses({"--eval", "--checkpoint", "c"},
          "--eval reads a checkpoint only with --resume, and writes none");
  refuses({"--run", "predict", "--checkpoint", "c"}, "--run reads a checkpoint only with --resume");
}

TEST_F(FlagsTest, Info) {
  Outcome r = train(module.get(), {"--info"});
  EXPECT_EQ(r.code, 0);
  EXPECT_THAT(
      r.out,
      StartsWith(
          R"({"model":"fake","target":"cpu:test","device":"cpu","compiler":"sinter test","entries":[)"
          R"({"name":"train_step","kind":"train","batches":[256],"inputs":[)"
          R"({"name":"image","shape":[256,1,28,28],"type":"f32"},)"
          R"({"name":"label","shape":[256],"type":"i32"}],"outputs":[)"
          R"({"name":"loss","shape":[],"type":"f32"}]},)"
          R"({"name":"eval_step","kind":"eval","batches":[256,16,1],)"));
  EXPECT_THAT(
      r.out,
      HasSubstr(R"("parameters":[{"name":"fc.weight","shape":[10,784],"type":"f32"},)"
                R"({"name":"fc.bias","shape":[10],"type":"f32"}],"hyperparameters":{"lr":0.1},)"
                R"("batch":256,"arena_bytes":)"));
  EXPECT_THAT(r.out, HasSubstr(R"("fields":[{"name":"image","shape":[1,28,28],"type":"f32"},)"
                               R"({"name":"label","shape":[],"type":"i32"}]},"parameters":[)"));
  EXPECT_EQ(r.out.back(), '\n');
}

TEST_F(FlagsTest, InfoAndHelpNeedNoMachineThatFits) {
  module.module.features = "fma4";
  EXPECT_EQ(train(module.get(), {"--info"}).code, 0);
  refuses({"--steps", "1"}, "target 'cpu:test' expects a CPU with fma4, this one has not [E2403]",
          3);
  module.module.features = "no-such-feature";
  refuses({"--steps", "1"}, "target 'cpu:test' expects a CPU with no-such-feature", 3);
  module.module.features = "sse2,+cx8";
  EXPECT_EQ(train(module.get(), {"--steps", "0"}).code, 0);
}

static void expectCannotStart(const Outcome &r, const std::string &count) {
  EXPECT_EQ(r.code, 3) << r.err;
  EXPECT_THAT(r.err, HasSubstr("error: cannot start " + count + " threads: "));
  EXPECT_THAT(r.err, HasSubstr("; fewer need less memory [E2404]"));
}

// A limit on the address space, as `ulimit -v`, leaves no room for a thread's stack.
TEST_F(FlagsTest, ThreadsWithoutRoomAreCounted) {
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer) ||                           \
    __has_feature(thread_sanitizer)
  GTEST_SKIP() << "sanitizers need the address space";
#endif
  Outcome r = inChild([&] {
    struct rlimit memory = {1 << 30, 1 << 30};
    EXPECT_EQ(setrlimit(RLIMIT_AS, &memory), 0);
    return callTrainer(module.get(), {"--steps", "2", "--threads", "2000"});
  });
  expectCannotStart(r, "2000");
}

TEST_F(FlagsTest, ThreadsThatTheUserMayNotHaveAreCounted) {
  if (sinter_usable_cores() < 2)
    GTEST_SKIP() << "one core starts no thread";
  if (geteuid() != 0)
    GTEST_SKIP() << "only root may become the user whose limit is one process";
  Outcome r = inChild([&] {
    struct rlimit processes = {1, 1};
    EXPECT_EQ(setuid(65534), 0);
    EXPECT_EQ(setrlimit(RLIMIT_NPROC, &processes), 0);
    return callTrainer(module.get(), {"--steps", "2"});
  });
  expectCannotStart(r, std::to_string(sinter_usable_cores()));
}

TEST_F(FlagsTest, OtherVersionsAndDevicesAreRefused) {
  module.module.device = "cuda";
  refuses({"--steps", "1"}, "the module is for device 'cuda', this runtime has 'cpu' [E2405]", 3);
  module.module.abi_version = 1;
  Outcome r = train(module.get(), {"--help"});
  EXPECT_EQ(r.code, 70);
  EXPECT_EQ(r.err, "fake: internal error: the module has ABI version 1, this runtime expects " +
                       std::to_string(SINTER_ABI_VERSION) + " [E2901]\n");
}

std::string npy(const std::string &descr, const std::string &shape, const std::string &data,
                char version = 1) {
  std::string header =
      "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
  std::string bytes = std::string("\x93NUMPY") + version + '\0' +
                      static_cast<char>(header.size() & 255) +
                      static_cast<char>(header.size() >> 8);
  if (version > 1)
    bytes += std::string(2, '\0');
  return bytes + header + data;
}

TEST_F(FlagsTest, RunWritesWhatTheEntryGives) {
  std::string pixels(2 * 784 * 4, '\0');
  for (char version : {1, 2}) {
    writeFile(s / "x.npy", npy("<f4", "(2, 1, 28, 28)", pixels, version));
    Outcome r = train(module.get(), {"--run", "predict", "--input", "image=" + (s / "x.npy"),
                                     "--output", "logits=" + (s / "y.npy")});
    EXPECT_EQ(r.code, 0) << r.err;
    std::string y = readFile(s / "y.npy");
    EXPECT_EQ(y.substr(0, 8), std::string("\x93NUMPY\1\0", 8));
    EXPECT_EQ(y.substr(10, 60), "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 10), }");
    EXPECT_EQ(y.substr(y.size() - 80), std::string(80, '\0')); // zero images, zero bias
  }
}

TEST_F(FlagsTest, RunRefusesWhatDoesNotFit) {
  std::string image = "image=" + (s / "x.npy");
  refuses({"--run", "predikt"},
          "model 'fake' has no entry 'predikt' [E2005]\n  it has 'train_step'\n  it has 'eval_step'"
          "\n  it has 'predict'\n");
  refuses({"--run", "predict"}, "'predict' expects --input image=F.npy [E2005]");
  refuses({"--run", "predict", "--input", "picture=x"},
          "'predict' has no input 'picture' [E2005]\n  it has 'image'");
  refuses({"--run", "predict", "--output", "x=x"},
          "'predict' has no output 'x' [E2005]\n  it has 'logits'");
  refuses({"--run", "predict", "--input", "image=x", "--input", "image=y"},
          "--input image expects one file, got 'y' too [E2005]");
  refuses({"--run", "predict", "--input", image}, "cannot read '" + (s / "x.npy") + "'", 1);
  auto bad = [&](const std::string &bytes, const std::string &message) {
    writeFile(s / "x.npy", bytes);
    refuses({"--run", "predict", "--input", image}, "'" + (s / "x.npy") + "' " + message, 1);
  };
  std::string two(2 * 784 * 4, '\0');
  bad(npy("<f8", "(2, 1, 28, 28)", two + two),
      "byte 11: expects elements of type <f4, got '<f8' [E2205]");
  bad(npy("<f4", "(2, 784)", two), "expects f32[N,1,28,28] for input 'image', got f32[2,784]");
  bad(npy("<f4", "(0, 1, 28, 28)", ""), "expects at least 1 example, got 0");
  bad(npy("<f4", "(2, 1, 28, 28)", two + "x"),
      "byte 78: expects 6272 bytes of elements, got 6273 [E2205]");
  bad(npy(">f4", "(2, 1, 28, 28)", two), "byte 11: expects elements of type <f4, got '>f4'");
  bad(npy("<f4", "(-2, 1, 28, 28)", two), "byte 51: expects a shape of sensible size");
  bad("\x93NUMPX plain text", "byte 0: expects the magic \\x93NUMPY [E2205]");
  bad("PK\3\4 and what follows",
      "byte 0: expects the magic \\x93NUMPY of one array, got a zip file");
  bad("short", "byte 0: expects an npy header of at least 12 bytes");
  std::string huge = npy("<f4", "(2,)", "");
  huge[8] = huge[9] = '\xff';
  bad(huge, "byte 8: expects a header length within the file");
}

TEST_F(FlagsTest, AnyNumberOfInputsAndOutputs) {
  std::vector<std::string> all = {"--run", "predict"};
  for (int i = 0; i < 200; ++i)
    all.insert(all.end(), {"--output", "y" + std::to_string(i) + "=" + (s / std::to_string(i))});
  refuses(all, "'predict' has no output 'y0' [E2005]");
  Outcome r = train(module.get(), all);
  EXPECT_THAT(r.err, HasSubstr("'predict' has no output 'y199' [E2005]"));
}

TEST_F(FlagsTest, WhatIsReadIsNotWritten) {
  writeFile(s / "x.npy", npy("<f4", "(1, 1, 28, 28)", std::string(784 * 4, '\0')));
  writeFile(s / "t.txt", "a text");
  std::filesystem::create_hard_link(s / "t.txt", s / "same.txt");
  refuses({"--run", "predict", "--input", "image=" + (s / "x.npy"), "--output",
           "logits=" + (s / "x.npy")},
          "--output expects another file than '" + (s / "x.npy") +
              "', which --input reads [E2004]");
  refuses({"--data", s / "t.txt", "--save", s / "same.txt"},
          "--save expects another file than '" + (s / "t.txt") + "', which --data reads [E2004]");
  ASSERT_EQ(train(module.get(), {"--steps", "1", "--save", s / "w", "--quiet"}).code, 0);
  refuses({"--init", s / "w", "--log", s / "w"},
          "--log expects another file than '" + (s / "w") + "', which --init reads [E2004]");
  EXPECT_EQ(
      train(module.get(), {"--steps", "1", "--init", s / "w", "--save", s / "w", "--quiet"}).code,
      0);
}

TEST_F(FlagsTest, RunReadsCheckpointsAndSaves) {
  ASSERT_EQ(
      train(module.get(), {"--steps", "3", "--checkpoint", s / "c", "--save", s / "w", "--quiet"})
          .code,
      0);
  writeFile(s / "x.npy", npy("<f4", "(1, 1, 28, 28)", std::string(784 * 4, '\x3d')));
  auto run = [&](std::vector<std::string> more, const std::string &out) {
    std::vector<std::string> all = {"--run",    "predict",      "--input", "image=" + (s / "x.npy"),
                                    "--output", "logits=" + out};
    all.insert(all.end(), more.begin(), more.end());
    Outcome r = train(module.get(), all);
    EXPECT_EQ(r.code, 0) << r.err;
    return readFile(out);
  };
  std::string want = run({"--init", s / "w"}, s / "a.npy");
  EXPECT_TRUE(sameBytes(run({"--resume", "--checkpoint", s / "c"}, s / "b.npy"), want));
  EXPECT_TRUE(sameBytes(run({"--init", s / "c", "--save", s / "v"}, s / "b.npy"), want));
  EXPECT_TRUE(sameBytes(readFile(s / "v"), readFile(s / "w")));
  // A training step through --run changes the weights that are saved.
  writeFile(s / "x.npy", npy("<f4", "(256, 1, 28, 28)", std::string(256 * 784 * 4, '\x3d')));
  writeFile(s / "l.npy", npy("<i4", "(256,)", std::string(256 * 4, '\0')));
  Outcome r =
      train(module.get(), {"--run", "train_step", "--init", s / "w", "--save", s / "v", "--input",
                           "image=" + (s / "x.npy"), "--input", "label=" + (s / "l.npy")});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_NE(readFile(s / "v"), readFile(s / "w"));
}

TEST_F(FlagsTest, RunChecksLabels) {
  writeFile(s / "x.npy", npy("<f4", "(16, 1, 28, 28)", std::string(16 * 784 * 4, '\0')));
  for (int label : {10, -1, 1 << 30}) {
    std::string labels(16 * 4, '\0');
    memcpy(&labels[5 * 4], &label, 4);
    writeFile(s / "l.npy", npy("<i4", "(16,)", labels));
    refuses({"--run", "eval_step", "--input", "image=" + (s / "x.npy"), "--input",
             "label=" + (s / "l.npy")},
            "'eval_step' expects labels from 0 to 9, got " + std::to_string(label) +
                " in example 5 [E2105]",
            1);
  }
}

TEST_F(FlagsTest, RunOfAnEvalEntryGivesItsScalar) {
  std::string pixels(16 * 784 * 4, '\0'), labels(16 * 4, '\0');
  writeFile(s / "x.npy", npy("<f4", "(16, 1, 28, 28)", pixels));
  writeFile(s / "l.npy", npy("<i4", "(16,)", labels));
  std::vector<std::string> run = {"--run",    "eval_step",
                                  "--input",  "image=" + (s / "x.npy"),
                                  "--input",  "label=" + (s / "l.npy"),
                                  "--output", "loss=" + (s / "loss.npy")};
  Outcome r = train(module.get(), run);
  EXPECT_EQ(r.code, 0) << r.err;
  float loss;
  std::string out = readFile(s / "loss.npy");
  memcpy(&loss, out.data() + out.size() - 4, 4);
  EXPECT_FLOAT_EQ(loss, std::log(10.0f));
  EXPECT_THAT(out, HasSubstr("'shape': ()"));
  writeFile(s / "x.npy", npy("<f4", "(17, 1, 28, 28)", pixels + std::string(784 * 4, '\0')));
  writeFile(s / "l.npy", npy("<i4", "(17,)", labels + std::string(4, '\0')));
  r = train(module.get(), run);
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("output 'loss' has no batch dim"));
}

} // namespace
