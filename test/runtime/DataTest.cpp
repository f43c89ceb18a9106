// DataTest.cpp - pixels, IDX files good and bad, and the synthetic data.
#include "TestTools.h"

extern "C" {
#include "data.h"
}

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using ::testing::HasSubstr;

namespace {

const ImageSpec spec4(10, "fashion-mnist", 1, 4, 4);

TEST(Pixels, AreTheCorrectlyRoundedQuotient) {
  uint8_t bytes[256 + 3];
  float got[256 + 3];
  for (int i = 0; i < 259; ++i)
    bytes[i] = static_cast<uint8_t>(i);
  for (pixel_path path : {PIXELS_BASE, PIXELS_AVX2, PIXELS_AVX512}) {
    if (!pixels_to_f32_by(path, bytes, got, 259)) // an odd length: vector tails too
      continue;
    for (int i = 0; i < 259; ++i)
      EXPECT_EQ(got[i], static_cast<float>(static_cast<long double>(i & 255) / 255.0L))
          << i << " by " << path;
  }
  std::fill(got, got + 259, -1.0f);
  pixels_to_f32(bytes, got, 259);
  EXPECT_EQ(got[255], 1.0f);
  EXPECT_EQ(got[256], 0.0f);
}

struct Read {
  explicit Read(const std::string &folder, const ImageSpec &spec = spec4) {
    diag d = diag_make(text, sizeof text);
    code = dataset_open(&data, &spec.data, folder.c_str(), nullptr, nullptr, &d);
  }
  ~Read() { dataset_free(&data); }
  dataset data = {};
  char text[4096] = "";
  int code;
};

TEST(Idx, PlainAndGzipGiveTheSame) {
  Scratch plain, packed;
  writeDataset(plain, 20, 10, 4, 4);
  for (std::string name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                           "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
    std::string bytes = readFile(plain / name);
    // two gzip members, one after the other, are one file
    writeFile(packed / (name + ".gz"), gzip(bytes.substr(0, 13)) + gzip(bytes.substr(13)));
  }
  Read a(plain.path), b(packed.path);
  ASSERT_EQ(a.code, 0) << a.text;
  ASSERT_EQ(b.code, 0) << b.text;
  EXPECT_EQ(a.data.train.count, 20u);
  EXPECT_EQ(a.data.test.count, 10u);
  EXPECT_EQ(memcmp(a.data.train.columns[0], b.data.train.columns[0], 20 * 16), 0);
  EXPECT_EQ(memcmp(a.data.test.columns[1], b.data.test.columns[1], 10), 0);
  EXPECT_EQ(a.data.train.columns[1][13], 3);
}

// Kaggle's copy: a dot in the names, and folders with the usual ones beside the files.
TEST(Idx, NamesWithADot) {
  Scratch plain, dotted;
  writeDataset(plain, 20, 10, 4, 4);
  for (std::string name : {"train-images", "train-labels", "t10k-images", "t10k-labels"}) {
    std::string rank = name.ends_with("images") ? "3" : "1";
    std::string usual = name + "-idx" + rank + "-ubyte", bytes = readFile(plain / usual);
    std::filesystem::create_directory(dotted / usual);
    writeFile(dotted / (name + ".idx" + rank + "-ubyte" + (rank == "1" ? ".gz" : "")),
              rank == "1" ? gzip(bytes) : bytes);
  }
  Read a(plain.path), b(dotted.path);
  ASSERT_EQ(b.code, 0) << b.text;
  EXPECT_EQ(memcmp(a.data.train.columns[0], b.data.train.columns[0], 20 * 16), 0);
  EXPECT_EQ(memcmp(a.data.test.columns[1], b.data.test.columns[1], 10), 0);
}

class IdxTest : public ::testing::Test {
protected:
  IdxTest() { writeDataset(s, 20, 10, 4, 4); }
  void refuses(const std::string &name, const std::string &bytes, int code,
               const std::string &message) {
    std::string plain = readFile(s / base(name));
    if (name != base(name))
      unlink((s / base(name)).c_str());
    writeFile(s / name, bytes);
    Read r(s.path);
    EXPECT_EQ(r.code, code) << message;
    EXPECT_THAT(r.text, HasSubstr(message));
    EXPECT_THAT(r.text, HasSubstr("'" + (s / name) + "'"));
    unlink((s / name).c_str());
    writeFile(s / base(name), plain);
  }
  static std::string base(std::string name) {
    return name.ends_with(".gz") ? name.substr(0, name.size() - 3) : name;
  }
  Scratch s;
  const std::string images = "train-images-idx3-ubyte", labels = "train-labels-idx1-ubyte";
};

TEST_F(IdxTest, MissingFiles) {
  unlink((s / labels).c_str());
  Read r(s.path), absent(s / "nowhere");
  EXPECT_EQ(r.code, 2101);
  EXPECT_THAT(
      r.text,
      HasSubstr("has no 'train-labels-idx1-ubyte' and no 'train-labels-idx1-ubyte.gz' [E2101]"));
  EXPECT_EQ(absent.code, 2101);
}

TEST_F(IdxTest, WrongHeaders) {
  std::string good = readFile(s / images);
  refuses(images, "", 2103, "byte 0: expects an IDX header of 16 bytes, got the end of the file");
  refuses(images, good.substr(0, 11), 2103, "byte 11: expects an IDX header of 16 bytes");
  refuses(images, readFile(s / labels), 2102,
          "byte 0: expects IDX magic 00 00 08 03, got 00 00 08 01");
  refuses(images, gzip(good), 2102,
          "byte 0: expects IDX magic 00 00 08 03, got 1f 8b 08 00, which is gzip: its name ends in "
          ".gz");
  refuses(images, idx({20, 5, 4}, std::string(400, 'x')), 2102,
          "byte 8: 'fashion-mnist' expects images of 4x4, got 5x4");
  refuses(images, idx({0, 4, 4}, ""), 2107, "byte 4: expects at least one image, got 0");
  refuses(labels, idx({19}, std::string(19, 1)), 2106,
          "byte 4: expects 20 labels, one an image, got 19");
}

TEST_F(IdxTest, WrongLengths) {
  std::string good = readFile(s / images);
  refuses(images, good.substr(0, good.size() - 1), 2103,
          "byte 16: expects 320 bytes of elements, got at most 319");
  refuses(images, good + "x", 2103, "byte 336: expects the end of the file, got more bytes");
  refuses(images, idx({0xffffffff, 4, 4}, "few"), 2103, "expects 68719476720 bytes of elements");
  refuses(images + ".gz", gzip(good.substr(0, good.size() - 5)), 2103,
          "byte 331: expects 320 bytes of elements, got 315");
  refuses(images + ".gz", gzip(good + "x"), 2103,
          "byte 336: expects the end of the file, got more bytes");
}

TEST(Idx, SizesWhoseProductIsTooLargeAreNotASmallFile) {
  // 2^31 images of 2^33 pixels: 2^64 bytes, which 64 bits would take for none.
  ImageSpec spec(10, "huge", 1, 1 << 17, 1 << 16);
  Scratch s;
  writeDataset(s, 20, 10, 4, 4);
  writeFile(s / "train-images-idx3-ubyte", idx({1u << 31, 1 << 17, 1 << 16}, ""));
  Read r(s.path, spec);
  EXPECT_EQ(r.code, 2103);
  EXPECT_THAT(r.text, HasSubstr("bytes of elements, got at most 0"));
}

TEST_F(IdxTest, DamagedGzip) {
  std::string good = gzip(readFile(s / images));
  refuses(images + ".gz", "not gzip at all, just text", 2104,
          "expects gzip data, got damage (incorrect header check)");
  refuses(images + ".gz", good.substr(0, good.size() - 4), 2104,
          "gzip data expect more bytes, got the end");
  std::string checksum = good;
  checksum[good.size() - 6] ^= 1;
  refuses(images + ".gz", checksum, 2104, "got damage (incorrect data check)");
  for (size_t n = 0; n < good.size(); ++n) { // every cut is an error, none a crash
    writeFile(s / (images + ".gz"), good.substr(0, n));
    unlink((s / images).c_str());
    EXPECT_NE(Read(s.path).code, 0) << n;
  }
}

TEST_F(IdxTest, LabelsOutOfRange) {
  std::string bytes = readFile(s / labels);
  bytes[8 + 7] = 10;
  refuses(labels, bytes, 2105, "byte 15: expects a label below 10, got 10 [E2105]");
}

// What is no data set of labelled images has no reader here, and, unless it is whole numbers alone,
// no built-in data.
TEST(Readers, OtherFieldsAreRefused) {
  Scratch folder;
  int64_t length = 40;
  sinter_field sound = {"sound", SINTER_F32, 1,       &length, SINTER_DECODE_UNIT,
                        0,       0,          nullptr, nullptr};
  ImageSpec twice(10, "twice", 1, 4, 4), three(10, "three", 1, 4, 4);
  twice.fields[1] = twice.fields[0];
  three.data.field_count = 1;
  const sinter_data tones = {"tones", &sound, 1, 0, 0, 0, 0};
  const sinter_data *specs[] = {&tones, &twice.data, &three.data};
  for (const sinter_data *spec : specs) {
    char message[512];
    dataset data;
    diag d = diag_make(message, sizeof message);
    EXPECT_EQ(dataset_open(&data, spec, folder.path.c_str(), nullptr, nullptr, &d), 2108);
    EXPECT_THAT(message, HasSubstr("no reader of this runtime gives the fields of '"));
    d = diag_make(message, sizeof message);
    EXPECT_EQ(dataset_open(&data, spec, nullptr, nullptr, nullptr, &d), 2108);
    EXPECT_THAT(
        message,
        HasSubstr(
            "' has no built-in data, which are labelled images, numbers, a text or a table; --data "
            "PATH"));
  }
}

// Fields come by their names, in any order, as any type that can hold them.
TEST(Readers, BatchesAreGatheredFieldByField) {
  Scratch s;
  writeDataset(s, 20, 10, 4, 4);
  Read r(s.path);
  ASSERT_EQ(r.code, 0) << r.text;
  int64_t batch[] = {3, 1, 4, 4};
  alignas(8) char memory[3 * 8 + 3 * 16 * 8];
  void *segments[SINTER_SEGMENTS] = {memory};
  sinter_tensor inputs[] = {{"label", SINTER_I64, 1, batch, 0, 0, 0, 24},
                            {"image", SINTER_F64, 4, batch, 0, 0, 24, 3 * 16 * 8}};
  sinter_entry entry = {};
  entry.name = "train_step";
  entry.batch = 3;
  entry.inputs = inputs;
  entry.input_count = 2;
  char message[512];
  diag d = diag_make(message, sizeof message);
  ASSERT_EQ(batch_check(&entry, &spec4.data, &d), 0) << message;
  const uint32_t order[] = {9, 17, 4, 11};
  batch_fill fill = {};
  fill.data = &r.data;
  fill.from = &r.data.train;
  fill.entry = &entry;
  fill.order = order;
  fill.first = 1;
  for (uint32_t thread = 0; thread < 2; ++thread) {
    sinter_spmd spmd = {};
    spmd.segments = segments;
    spmd.thread = thread;
    spmd.threads = 2;
    batch_gather(&spmd, &fill);
  }
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(reinterpret_cast<int64_t *>(memory)[i], order[1 + i] % 10);
    for (int p = 0; p < 16; ++p)
      EXPECT_EQ(reinterpret_cast<double *>(memory + 24)[i * 16 + p],
                static_cast<float>(r.data.train.columns[0][order[1 + i] * 16 + p] / 255.0L));
  }
  inputs[0].name = "weight";
  EXPECT_EQ(batch_check(&entry, &spec4.data, &d), 2108);
  EXPECT_THAT(message,
              HasSubstr("takes an input 'weight', data set 'fashion-mnist' has no field of "
                        "that name [E2108]\n  it has 'image'\n  it has 'label'"));
  inputs[0].name = "label";
  inputs[0].dtype = SINTER_F32;
  d = diag_make(message, sizeof message);
  EXPECT_EQ(batch_check(&entry, &spec4.data, &d), 2902);
}

} // namespace
