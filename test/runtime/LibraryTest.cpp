// LibraryTest.cpp - the functions behind generated libraries: handles, sharing, batch cover,
// misuse, no allocation.
#include "TestTools.h"

extern "C" {
#include "data.h"
#include "instance.h"
}

#include <cmath>
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <thread>

using ::testing::HasSubstr;

namespace {

FakeModule::Options small(bool trains) {
  FakeModule::Options o;
  o.height = o.width = 6;
  o.classes = 3;
  o.trainBatches = {8};
  o.trains = trains;
  return o;
}

class LibraryTest : public ::testing::Test {
protected:
  LibraryTest() : trainer(std::make_unique<FakeModule>(small(true))) {
    EXPECT_EQ(
        train(trainer->get(), {"--steps", "0", "--seed", "3", "--save", s / "w", "--quiet"}).code,
        0);
    EXPECT_EQ(
        train(trainer->get(), {"--steps", "0", "--seed", "4", "--save", s / "v", "--quiet"}).code,
        0);
    module = std::make_unique<FakeModule>(small(false));
    for (size_t i = 0; i < sizeof images / sizeof(float); ++i)
      (&images[0][0])[i] = static_cast<float>((i * 37 % 101) / 101.0);
  }
  ~LibraryTest() override {
    for (sinter_lib *lib : handles)
      sinter_lib_close(lib);
  }
  sinter_lib *open() {
    sinter_lib *lib;
    sinter_status status = sinter_lib_open(module->get(), nullptr, &lib);
    EXPECT_EQ(status.code, 0) << status.message;
    handles.push_back(lib);
    return lib;
  }
  std::vector<float> predict(sinter_lib *lib, size_t n) {
    std::vector<float> logits(n * 3, -1);
    const void *in[] = {images};
    void *out[] = {logits.data()};
    sinter_status status = sinter_lib_run(lib, "predict", n, in, out);
    EXPECT_EQ(status.code, 0) << status.message;
    return logits;
  }
  Scratch s;
  std::unique_ptr<FakeModule> trainer, module;
  std::vector<sinter_lib *> handles;
  float images[64][36];
};

TEST_F(LibraryTest, AnyNumberOfExamplesIsCovered) {
  sinter_lib *lib = open();
  ASSERT_EQ(sinter_lib_load(lib, (s / "w").c_str()).code, 0);
  std::vector<float> all = predict(lib, 64);
  for (size_t n : {1, 2, 15, 16, 17, 33, 49}) {
    std::vector<float> some = predict(lib, n);
    EXPECT_EQ(memcmp(some.data(), all.data(), n * 12), 0) << n;
  }
}

TEST_F(LibraryTest, EqualsTheTrainersRun) {
  sinter_lib *lib = open();
  ASSERT_EQ(sinter_lib_load(lib, (s / "w").c_str()).code, 0);
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (5, 1, 6, 6), }";
  header += std::string(117 - header.size(), ' ') + "\n";
  writeFile(s / "x.npy", std::string("\x93NUMPY\1\0\x76\0", 10) + header +
                             std::string(reinterpret_cast<char *>(images), 5 * 36 * 4));
  Outcome r =
      train(module->get(), {"--run", "predict", "--init", s / "w", "--input",
                            "image=" + (s / "x.npy"), "--output", "logits=" + (s / "y.npy")});
  ASSERT_EQ(r.code, 0) << r.err;
  std::string y = readFile(s / "y.npy");
  EXPECT_THAT(y, HasSubstr("'shape': (5, 3)"));
  EXPECT_EQ(y.size() % 64, 60 % 64u);
  EXPECT_EQ(memcmp(y.data() + y.size() - 60, predict(lib, 5).data(), 60), 0);
}

TEST_F(LibraryTest, AFailedLoadLeavesTheHandleAsItWas) {
  sinter_lib *lib = open();
  ASSERT_EQ(sinter_lib_load(lib, (s / "w").c_str()).code, 0);
  std::vector<float> before = predict(lib, 20);
  sinter_status status = sinter_lib_load(lib, (s / "absent").c_str());
  EXPECT_EQ(status.code, 2101);
  EXPECT_THAT(status.message, HasSubstr("[E2101]"));
  std::string bytes = readFile(s / "v");
  writeFile(s / "cut", bytes.substr(0, bytes.size() - 4));
  EXPECT_EQ(sinter_lib_load(lib, (s / "cut").c_str()).code, 2202);
  EXPECT_EQ(predict(lib, 20), before);
  EXPECT_EQ(sinter_lib_load(lib, (s / "v").c_str()).code, 0);
  EXPECT_NE(predict(lib, 20), before);
}

TEST_F(LibraryTest, SharedWeightsLiveAsLongAsTheLastHandle) {
  sinter_lib *first = open(), *second, *third;
  EXPECT_EQ(sinter_lib_open_shared(first, &second).code, 2007);
  EXPECT_EQ(second, nullptr);
  ASSERT_EQ(sinter_lib_load(first, (s / "w").c_str()).code, 0);
  std::vector<float> expected = predict(first, 5);
  ASSERT_EQ(sinter_lib_open_shared(first, &second).code, 0);
  ASSERT_EQ(sinter_lib_open_shared(second, &third).code, 0);
  EXPECT_EQ(sinter_lib_load(first, (s / "v").c_str()).code, 2008);
  sinter_lib_close(first);
  handles.clear();
  EXPECT_EQ(predict(second, 5), expected);
  sinter_lib_close(second);
  EXPECT_EQ(predict(third, 5), expected);
  EXPECT_EQ(sinter_lib_load(third, (s / "v").c_str()).code, 0); // the only handle now
  EXPECT_NE(predict(third, 5), expected);
  sinter_lib_close(third);
}

TEST_F(LibraryTest, HandlesRunAtTheSameTime) {
  sinter_lib *a = open(), *b = open();
  ASSERT_EQ(sinter_lib_load(a, (s / "w").c_str()).code, 0);
  ASSERT_EQ(sinter_lib_load(b, (s / "v").c_str()).code, 0);
  std::vector<float> wantA = predict(a, 64), wantB = predict(b, 64);
  std::thread other([&] {
    for (int i = 0; i < 50; ++i)
      EXPECT_EQ(predict(b, 64), wantB);
  });
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(predict(a, 64), wantA);
  other.join();
}

TEST_F(LibraryTest, EmbeddedWeightsAreUsedInPlace) {
  sinter_lib *lib = open();
  ASSERT_EQ(sinter_lib_load(lib, (s / "w").c_str()).code, 0);
  std::vector<float> expected = predict(lib, 3);
  // What --embed-weights would place in read-only data: the prepared segment.
  alignas(64) static char image[4096];
  ASSERT_LE(module->module.segment_bytes[SINTER_SEG_PARAMS], sizeof image);
  auto *prepared = reinterpret_cast<instance *>(lib); // a handle begins with one
  prepared->device->read(prepared->device, image, prepared->segments[SINTER_SEG_PARAMS],
                         module->module.segment_bytes[SINTER_SEG_PARAMS]);
  module->module.embedded_params = image;
  sinter_lib *embedded = open();
  EXPECT_EQ(predict(embedded, 3), expected);
  std::string before(image, sizeof image);
  EXPECT_EQ(sinter_lib_load(embedded, (s / "v").c_str()).code, 0);
  EXPECT_NE(predict(embedded, 3), expected);
  EXPECT_TRUE(sameBytes(before, std::string(image, sizeof image)));
}

TEST_F(LibraryTest, MisuseIsAStatus) {
  sinter_lib *lib = open(), *none;
  float one[36] = {}, logits[3];
  const void *in[] = {one}, *nothing[] = {nullptr};
  void *out[] = {logits}, *nowhere[] = {nullptr};
  EXPECT_EQ(sinter_lib_run(lib, "predict", 1, in, out).code, 2007);
  EXPECT_EQ(sinter_lib_save(lib, (s / "x").c_str()).code, 2007);
  ASSERT_EQ(sinter_lib_load(lib, (s / "w").c_str()).code, 0);
  // More than a process can address: 3 logits an example, 36 numbers an image.
  for (size_t n : {SIZE_MAX, SIZE_MAX / 12 + 1, (size_t{1} << 47) / 144 + 1}) {
    sinter_status status = sinter_lib_run(lib, "predict", n, in, out);
    EXPECT_EQ(status.code, 2006);
    EXPECT_EQ(std::string(status.message),
              "'predict' expects at most 977343669134 examples, for whose 'image' a process has "
              "addresses (2^47 bytes), got " +
                  std::to_string(n) + " [E2006]");
  }
  EXPECT_EQ(sinter_lib_run(nullptr, "predict", 1, in, out).code, 2006);
  EXPECT_EQ(sinter_lib_run(lib, nullptr, 1, in, out).code, 2006);
  EXPECT_EQ(sinter_lib_run(lib, "predict", 0, in, out).code, 2006);
  EXPECT_EQ(sinter_lib_run(lib, "predict", 1, nullptr, out).code, 2006);
  EXPECT_EQ(sinter_lib_run(lib, "predict", 1, nothing, out).code, 2006);
  EXPECT_EQ(sinter_lib_run(lib, "predict", 1, in, nowhere).code, 2006);
  EXPECT_EQ(sinter_lib_run(lib, "load_params", 1, in, out).code, 2006);
  EXPECT_EQ(sinter_lib_load(nullptr, "x").code, 2006);
  EXPECT_EQ(sinter_lib_load(lib, nullptr).code, 2006);
  EXPECT_EQ(sinter_lib_open(nullptr, nullptr, &none).code, 2006);
  EXPECT_EQ(sinter_lib_open(module->get(), nullptr, nullptr).code, 2006);
  EXPECT_EQ(sinter_lib_open_shared(nullptr, &none).code, 2006);
  EXPECT_EQ(sinter_lib_train_step(lib, in, nullptr).code, 2006);
  EXPECT_EQ(sinter_lib_set(lib, "lr", 1).code, 2006);
  EXPECT_EQ(sinter_lib_reset_metrics(nullptr).code, 2006);
  sinter_lib_close(nullptr);
}

TEST_F(LibraryTest, OptionsOfOlderAndNewerCallers) {
  sinter_lib *lib;
  auto opens = [&](const void *options) {
    sinter_status status =
        sinter_lib_open(module->get(), static_cast<const sinter_options *>(options), &lib);
    EXPECT_EQ(lib == nullptr, status.code != 0);
    sinter_lib_close(lib);
    return status.code ? std::string(status.message) : "";
  };
  struct {
    sinter_options known;
    uint64_t more;
  } newer = {{sizeof newer, 2, 0}, 0};
  EXPECT_EQ(opens(&newer), "");
  newer.more = 1;
  EXPECT_THAT(opens(&newer), HasSubstr("expects options that this library knows, got newer ones"));
  size_t older = sizeof(size_t);
  EXPECT_EQ(opens(&older), "");
  sinter_options o = {0, 1, 0};
  EXPECT_THAT(opens(&o), HasSubstr("expects sizeof(sinter_options) as options->size, got 0"));
  o = {sizeof o, 4097, 0};
  EXPECT_THAT(opens(&o), HasSubstr("expects 1 to 4096 threads, got 4097 [E2006]"));
  o = {sizeof o, 0, 6};
  EXPECT_THAT(opens(&o), HasSubstr("expects SINTER_SHARE_THREADS or 0 as flags, got 0x6"));
  o = {sizeof o, 0, SINTER_SHARE_THREADS};
  EXPECT_EQ(opens(&o), "");
}

// Bits do not depend on threads, on who shares them, or on a fork.
TEST_F(LibraryTest, ThreadsChangeNoBits) {
  sinter_lib *one = open();
  ASSERT_EQ(sinter_lib_load(one, (s / "w").c_str()).code, 0);
  const std::vector<float> wanted = predict(one, 64);
  for (uint32_t flags : {0u, SINTER_SHARE_THREADS}) {
    sinter_options options = {sizeof options, 3, flags};
    sinter_lib *a, *b, *c, *other;
    ASSERT_EQ(sinter_lib_open(module->get(), &options, &a).code, 0);
    ASSERT_EQ(sinter_lib_open(module->get(), &options, &b).code, 0);
    options.threads = 2;
    sinter_status status = sinter_lib_open(module->get(), &options, &other);
    EXPECT_EQ(status.code, flags ? 2006 : 0) << status.message;
    sinter_lib_close(other);
    for (sinter_lib *lib : {a, b})
      ASSERT_EQ(sinter_lib_load(lib, (s / "w").c_str()).code, 0);
    ASSERT_EQ(sinter_lib_open_shared(a, &c).code, 0);
    std::vector<std::thread> callers;
    for (sinter_lib *lib : {a, b, c})
      callers.emplace_back([this, lib, &wanted] {
        for (int i = 0; i < 50; ++i)
          EXPECT_EQ(predict(lib, 64), wanted);
      });
    for (std::thread &caller : callers)
      caller.join();
    sinter_lib_close(a);
    EXPECT_EQ(predict(c, 64), wanted);
    sinter_lib_close(b);
    sinter_lib_close(c);
  }
}

// An entry whose kernels touch no parameters runs before any are loaded.
TEST_F(LibraryTest, AnEntryWithoutParametersNeedsNoWeights) {
  float one[36] = {}, logits[3];
  const void *in[] = {one};
  void *out[] = {logits};
  sinter_lib *lib = open();
  EXPECT_EQ(sinter_lib_run(lib, "predict", 1, in, out).code, 2007);
  for (uint32_t i = 0; i < module->module.entry_count; ++i)
    for (uint32_t k = 0; k < module->module.entries[i].kernel_count; ++k)
      const_cast<sinter_range *>(module->module.entries[i].kernels[k].ranges)->segment =
          SINTER_SEG_WORK;
  EXPECT_EQ(sinter_lib_run(lib, "predict", 1, in, out).code, 0);
}

// Kernels that meet an index out of range tell the run; the first in its tensor is named.
TEST_F(LibraryTest, AnIndexOutOfRangeIsAStatus) {
  for (uint32_t i = 0; i < module->module.entry_count; ++i)
    const_cast<sinter_entry &>(module->module.entries[i]).run = [](const sinter_spmd *spmd) {
      spmd->out_of_range(spmd, "net.cpp:9:3", 12, 7 - spmd->thread, 10);
      spmd->out_of_range(spmd, "net.cpp:8:1", -4, 9 - spmd->thread, 5);
    };
  float one[36] = {}, logits[3];
  const void *in[] = {one};
  void *out[] = {logits};
  for (uint32_t threads : {1u, 3u}) {
    sinter_options options = {sizeof options, threads, 0};
    sinter_lib *lib;
    ASSERT_EQ(sinter_lib_open(module->get(), &options, &lib).code, 0);
    ASSERT_EQ(sinter_lib_load(lib, (s / "w").c_str()).code, 0);
    sinter_status status = sinter_lib_run(lib, "predict", 1, in, out);
    EXPECT_EQ(status.code, 2304);
    EXPECT_EQ(status.message, "net.cpp:8:1: expects indices of 0 or more and below 5, got -4 at "
                              "position " +
                                  std::to_string(10 - threads) + " [E2304]");
    sinter_lib_close(lib);
  }
}

TEST_F(LibraryTest, AModuleThatCannotRunHereIsAStatus) {
  sinter_lib *lib;
  module->module.features = "sse2,fma4,xop";
  sinter_status status = sinter_lib_open(module->get(), nullptr, &lib);
  EXPECT_EQ(status.code, 2403);
  EXPECT_STREQ(status.message,
               "target 'cpu:test' expects a CPU with fma4,xop, this one has not [E2403]");
  module->module.features = "";
  module->module.abi_version = 99;
  EXPECT_EQ(sinter_lib_open(module->get(), nullptr, &lib).code, 2901);
}

TEST_F(LibraryTest, TrainsLikeTheTrainer) {
  module.reset();
  trainer = std::make_unique<FakeModule>(small(true));
  sinter_lib *lib;
  ASSERT_EQ(sinter_lib_open(trainer->get(), nullptr, &lib).code, 0);
  handles.push_back(lib);
  ASSERT_EQ(sinter_lib_set(lib, "lr", 0.25).code, 0);
  dataset data;
  char text[256];
  diag d = diag_make(text, sizeof text);
  ASSERT_EQ(dataset_open(&data, &trainer->module.data, nullptr, nullptr, nullptr, &d), 0);
  double metrics[2] = {};
  for (int step = 0; step < 5; ++step) {
    float batch[8 * 36];
    int32_t labels[8];
    for (int i = 0; i < 8; ++i) {
      data.reader->fill(&data, &data.train, 0, step * 8 + i, SINTER_F32, batch + i * 36, 0,
                        nullptr);
      data.reader->fill(&data, &data.train, 1, step * 8 + i, SINTER_I32, labels + i, 0, nullptr);
    }
    const void *in[] = {batch, labels};
    ASSERT_EQ(sinter_lib_train_step(lib, in, metrics).code, 0);
  }
  dataset_free(&data);
  EXPECT_GT(metrics[0], 0);
  EXPECT_EQ(metrics[1] * 40, std::round(metrics[1] * 40));
  ASSERT_EQ(sinter_lib_save(lib, (s / "lib").c_str()).code, 0);
  Outcome r = train(trainer->get(), {"--steps", "5", "--no-shuffle", "--lr", "0.25", "--save",
                                     s / "exe", "--quiet"});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_TRUE(sameBytes(readFile(s / "lib"), readFile(s / "exe")));
}

/// A weight file that says more of its data.
std::string withMetadata(const std::string &file, const std::string &entries) {
  std::string out = file;
  uint64_t length;
  memcpy(&length, file.data(), 8);
  const std::string key = "\"producer\":\"sinter\"";
  out.insert(file.find(key) + key.size(), entries);
  length += entries.size();
  memcpy(out.data(), &length, 8);
  return out;
}

TEST_F(LibraryTest, SavesKeepWhatTheLoadedFileSaysOfItsData) {
  sinter_lib *lib = open();
  const std::string entries = ",\"vocabulary\":\"<unk>,a\",\"classes\":\"\\\"a,b\\\",c\"";
  writeFile(s / "known", withMetadata(readFile(s / "w"), entries));
  ASSERT_EQ(sinter_lib_load(lib, (s / "known").c_str()).code, 0);
  ASSERT_EQ(sinter_lib_save(lib, (s / "x").c_str()).code, 0);
  EXPECT_THAT(readFile(s / "x"), HasSubstr("\"producer\":\"sinter\"" + entries + "}"));
  writeFile(s / "bad", readFile(s / "v").substr(0, 400)); // leaves the handle as it was
  EXPECT_NE(sinter_lib_load(lib, (s / "bad").c_str()).code, 0);
  ASSERT_EQ(sinter_lib_save(lib, (s / "y").c_str()).code, 0);
  EXPECT_TRUE(sameBytes(readFile(s / "x"), readFile(s / "y")));
  ASSERT_EQ(sinter_lib_load(lib, (s / "w").c_str()).code, 0);
  ASSERT_EQ(sinter_lib_save(lib, (s / "z").c_str()).code, 0);
  EXPECT_TRUE(sameBytes(readFile(s / "w"), readFile(s / "z")));
}

TEST_F(LibraryTest, AModelThatTrainsNeedsWeightsOrAStepToRun) {
  sinter_lib *lib, *other = reinterpret_cast<sinter_lib *>(&lib);
  ASSERT_EQ(sinter_lib_open(trainer->get(), nullptr, &lib).code, 0);
  handles.push_back(lib);
  float batch[8][36] = {}, logits[3];
  int32_t labels[8] = {};
  const void *in[] = {batch, labels};
  void *out[] = {logits};
  // initial weights are no weights
  EXPECT_EQ(sinter_lib_run(lib, "predict", 1, in, out).code, 2007);
  EXPECT_EQ(sinter_lib_open_shared(lib, &other).code, 2007);
  EXPECT_EQ(sinter_lib_open_shared(nullptr, &other).code, 2006);
  EXPECT_EQ(other, nullptr);
  EXPECT_EQ(sinter_lib_save(lib, (s / "x").c_str()).code, 0);
  for (int bad : {3, -1}) {
    labels[7] = bad;
    EXPECT_EQ(sinter_lib_train_step(lib, in, nullptr).code, 2105);
  }
  ASSERT_EQ(sinter_lib_save(lib, (s / "y").c_str()).code, 0); // a refused step is no step
  EXPECT_TRUE(sameBytes(readFile(s / "x"), readFile(s / "y")));
  labels[7] = 2;
  EXPECT_EQ(sinter_lib_train_step(lib, in, nullptr).code, 0);
  EXPECT_EQ(sinter_lib_run(lib, "predict", 1, in, out).code, 0);
  for (double bad : {std::nan(""), -std::nan(""), -1.0, 1e39, HUGE_VAL}) {
    sinter_status status = sinter_lib_set(lib, "lr", bad);
    EXPECT_EQ(status.code, 2006);
    EXPECT_THAT(status.message, HasSubstr("'lr' expects a finite number of at least 0, got "));
    EXPECT_THAT(status.message, ::testing::Not(HasSubstr("-nan")));
  }
  EXPECT_EQ(sinter_lib_set(lib, "seed", 1.5).code, 2006);
  EXPECT_EQ(sinter_lib_set(lib, "seed", 1e30).code, 2006);
  EXPECT_EQ(sinter_lib_set(lib, "seed", 7).code, 0);
}

TEST_F(LibraryTest, AMessageThatIsCutSaysSo) {
  sinter_lib *lib = open();
  sinter_status status = sinter_lib_load(lib, (s / std::string(300, 'x')).c_str());
  EXPECT_EQ(status.code, 2101);
  EXPECT_EQ(strlen(status.message), sizeof status.message - 1);
  EXPECT_STREQ(status.message + sizeof status.message - 4, "...");
}

// A mean over a batch of 1 looks like an example; its larger variants tell.
TEST(Batched, AllVariantsHaveTheBatchInFront) {
  int64_t eight[] = {8, 3}, one[] = {1, 3}, other[] = {8, 3};
  sinter_tensor in8 = {"x", SINTER_F32, 2, eight, 0, 0, 0, 0}, in1 = in8, mean = in8, fixed = in8;
  in1.dims = mean.dims = one;
  fixed.dims = other;
  sinter_tensor first[] = {in8, mean, fixed}, second[] = {in1, mean, fixed};
  sinter_entry variants[2] = {};
  variants[0].batch = 8;
  variants[0].inputs = variants[0].outputs = first;
  variants[1].batch = 1;
  variants[1].inputs = variants[1].outputs = second;
  for (bool output : {false, true}) {
    EXPECT_TRUE(instance_batched(variants, 2, output, 0));
    EXPECT_FALSE(instance_batched(variants, 2, output, 1));
    EXPECT_FALSE(instance_batched(variants, 2, output, 2));
  }
}

// Forms that only predictions read are made before weights are shared: handles never write what
// others read.
TEST_F(LibraryTest, SharingPreparesTrainedWeights) {
  sinter_lib *lib, *second;
  ASSERT_EQ(sinter_lib_open(trainer->get(), nullptr, &lib).code, 0);
  handles.push_back(lib);
  int32_t labels[8] = {};
  const void *in[] = {images, labels};
  ASSERT_EQ(sinter_lib_train_step(lib, in, nullptr).code, 0);
  int before = fakePrepares;
  ASSERT_EQ(sinter_lib_open_shared(lib, &second).code, 0);
  handles.push_back(second);
  EXPECT_EQ(fakePrepares, before + 1);
  std::vector<float> wanted = predict(lib, 3);
  EXPECT_EQ(predict(second, 3), wanted);
  EXPECT_EQ(fakePrepares, before + 1);
  EXPECT_EQ(sinter_lib_train_step(lib, in, nullptr).code, 2008);
  EXPECT_EQ(sinter_lib_train_step(second, in, nullptr).code, 2008);
}

// Preparing works in the memory that inputs lie in, so it comes before them.
TEST_F(LibraryTest, APredictionBehindAStepSeesItsInputs) {
  sinter_lib *trained, *loaded;
  ASSERT_EQ(sinter_lib_open(trainer->get(), nullptr, &trained).code, 0);
  handles.push_back(trained);
  ASSERT_EQ(sinter_lib_open(trainer->get(), nullptr, &loaded).code, 0);
  handles.push_back(loaded);
  int32_t labels[8] = {};
  const void *in[] = {images, labels};
  ASSERT_EQ(sinter_lib_train_step(trained, in, nullptr).code, 0);
  std::vector<float> logits = predict(trained, 3);
  ASSERT_EQ(sinter_lib_save(trained, (s / "w").c_str()).code, 0);
  ASSERT_EQ(sinter_lib_load(loaded, (s / "w").c_str()).code, 0);
  EXPECT_EQ(predict(loaded, 3), logits);
}

TEST_F(LibraryTest, ArenaBytesAreTheSegments) {
  uint64_t sum = 0;
  for (uint64_t bytes : module->module.segment_bytes)
    sum += bytes;
  EXPECT_EQ(sinter_lib_arena_bytes(module->get()), sum);
}

} // namespace
