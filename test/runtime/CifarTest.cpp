// CifarTest.cpp - CIFAR's binary files, good and bad, and drawings of three channels.
#include "OpenedData.h"
#include "TestTools.h"

#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using ::testing::HasSubstr;

namespace {

const ImageSpec spec(10, "cifar10", 3, 4, 4);
constexpr size_t kRecord = 1 + 3 * 4 * 4;

// Records of 3x4x4 images: label (first + i) % 10, pixels that name their place.
std::string records(size_t count, size_t first = 0) {
  std::string bytes;
  for (size_t i = first; i < first + count; ++i) {
    bytes += static_cast<char>(i % 10);
    for (size_t p = 1; p < kRecord; ++p)
      bytes += static_cast<char>(i * 7 + p);
  }
  return bytes;
}

struct Read {
  explicit Read(const std::string &folder, const ImageSpec &what = spec) {
    diag d = diag_make(text, sizeof text);
    code = dataset_open(&data, &what.data, folder.c_str(), nullptr, nullptr, &d);
  }
  ~Read() { dataset_free(&data); }
  dataset data = {};
  char text[4096] = "";
  int code;
};

class CifarTest : public ::testing::Test {
protected:
  CifarTest() {
    writeFile(s / "data_batch_1.bin", records(20));
    writeFile(s / "data_batch_2.bin", records(13, 20));
    writeFile(s / "test_batch.bin", records(10, 33));
  }
  // The error of a folder in which `name` has other bytes.
  void refuses(const std::string &name, const std::string &bytes, int code,
               const std::string &message) {
    std::string plain = name.substr(0, name.find(".gz")), before = readFile(s / plain);
    unlink((s / plain).c_str());
    writeFile(s / name, bytes);
    Read r(s.path);
    EXPECT_EQ(r.code, code) << message;
    EXPECT_THAT(r.text, HasSubstr(message));
    EXPECT_THAT(r.text, HasSubstr("'" + (s / name) + "'"));
    EXPECT_EQ(r.data.train.columns, nullptr);
    unlink((s / name).c_str());
    writeFile(s / plain, before);
  }
  Scratch s;
};

TEST_F(CifarTest, BatchesFollowEachOther) {
  Read r(s.path);
  ASSERT_EQ(r.code, 0) << r.text;
  ASSERT_EQ(r.data.train.count, 33u);
  ASSERT_EQ(r.data.test.count, 10u);
  std::string all = records(33);
  for (size_t i = 0; i < 33; ++i) {
    EXPECT_EQ(r.data.train.columns[1][i], i % 10);
    EXPECT_EQ(
        memcmp(r.data.train.columns[0] + i * (kRecord - 1), &all[i * kRecord + 1], kRecord - 1), 0)
        << i;
  }
  EXPECT_EQ(r.data.test.columns[1][0], 3);
}

TEST_F(CifarTest, GzipGivesTheSame) {
  Scratch packed; // two members are one file; plain and packed may stand side by side
  std::string first = readFile(s / "data_batch_1.bin");
  writeFile(packed / "data_batch_1.bin.gz", gzip(first.substr(0, 100)) + gzip(first.substr(100)));
  writeFile(packed / "data_batch_2.bin", readFile(s / "data_batch_2.bin"));
  writeFile(packed / "test_batch.bin.gz", gzip(readFile(s / "test_batch.bin")));
  writeFile(packed / "data_batch_9.txt", "not data");
  writeFile(packed / "batches.meta.txt", "airplane\n");
  Read a(s.path), b(packed.path);
  ASSERT_EQ(a.code, 0) << a.text;
  ASSERT_EQ(b.code, 0) << b.text;
  ASSERT_EQ(b.data.train.count, 33u);
  EXPECT_EQ(memcmp(a.data.train.columns[0], b.data.train.columns[0], 33 * (kRecord - 1)), 0);
  EXPECT_EQ(memcmp(a.data.train.columns[1], b.data.train.columns[1], 33), 0);
}

TEST_F(CifarTest, ManyPackedRecords) { // more than what is first taken for a file of unknown length
  writeFile(s / "data_batch_1.bin", "");
  unlink((s / "data_batch_1.bin").c_str());
  writeFile(s / "data_batch_1.bin.gz", gzip(records(5000)));
  Read r(s.path);
  ASSERT_EQ(r.code, 0) << r.text;
  EXPECT_EQ(r.data.train.count, 5013u);
  EXPECT_EQ(r.data.train.columns[1][4999], 9);
  EXPECT_EQ(r.data.train.columns[1][5000], 0);
}

TEST_F(CifarTest, MissingFiles) {
  unlink((s / "test_batch.bin").c_str());
  Read test(s.path), absent(s / "nowhere");
  EXPECT_THAT(test.text, HasSubstr("has no 'test_batch.bin' and no 'test_batch.bin.gz' [E2101]"));
  EXPECT_EQ(absent.code, 2101);
  writeFile(s / "test_batch.bin", records(1));
  writeFile(s / "data_batch_4.bin.gz", gzip(records(5)));
  EXPECT_THAT(Read(s.path).text,
              HasSubstr("has no 'data_batch_3.bin' and no 'data_batch_3.bin.gz' [E2101]"));
  Scratch empty;
  EXPECT_THAT(Read(empty.path).text,
              HasSubstr("has no 'data_batch_1.bin' and no 'data_batch_1.bin.gz' [E2101]"));
  EXPECT_EQ(Read(s / "test_batch.bin").code, 2101); // a file in the folder's place
}

TEST_F(CifarTest, TestsAloneNeedNoOtherFiles) {
  unlink((s / "data_batch_1.bin").c_str());
  Opened read = Opened::ofTests(spec, s.path);
  ASSERT_EQ(read.code, 0) << read.text;
  EXPECT_EQ(read.data.train.count, 0u);
  EXPECT_EQ(read.data.test.count, 10u);
  EXPECT_EQ(read.one(read.data.test, 1, 2), 35 % 10);
}

TEST_F(CifarTest, WrongLengths) {
  std::string good = records(20),
              message = "'cifar10' expects records of 49 bytes (a label and 3x4x4 pixels), got ";
  refuses("data_batch_1.bin", good.substr(0, good.size() - 1), 2103,
          "byte 931: " + message + "48 more");
  refuses("data_batch_1.bin", good + "x", 2103, "byte 980: " + message + "1 more");
  refuses("test_batch.bin.gz", gzip(good.substr(0, 60)), 2103, "byte 49: " + message + "11 more");
  refuses("data_batch_2.bin", "", 2107,
          "byte 0: expects at least one image, got the end of the file");
  refuses("data_batch_2.bin.gz", gzip(""), 2107, "byte 0: expects at least one image");
  std::string fine; // 50-byte records
  for (int i = 0; i < 20; ++i)
    fine += std::string(1, static_cast<char>(i)) + records(1, i);
  refuses("data_batch_1.bin", fine, 2103, "as in CIFAR-100");
}

TEST_F(CifarTest, LabelsOutOfRange) {
  std::string bytes = records(13, 20);
  bytes[4 * kRecord] = 10;
  refuses("data_batch_2.bin", bytes, 2105, "byte 196: expects a label below 10, got 10 [E2105]");
  refuses("data_batch_2.bin.gz", gzip(bytes), 2105,
          "byte 196: expects a label below 10, got 10 [E2105]");
}

TEST_F(CifarTest, DamagedGzip) {
  std::string good = gzip(records(20));
  refuses("data_batch_1.bin.gz", "not gzip at all", 2104, "expects gzip data, got damage");
  std::string checksum = good;
  checksum[good.size() - 6] ^= 1;
  refuses("data_batch_1.bin.gz", checksum, 2104, "got damage (incorrect data check)");
  unlink((s / "data_batch_1.bin").c_str());
  for (size_t n = 0; n < good.size(); ++n) { // every cut is an error, none a crash
    writeFile(s / "data_batch_1.bin.gz", good.substr(0, n));
    EXPECT_NE(Read(s.path).code, 0) << n;
  }
}

TEST_F(CifarTest, AnyChannelsAndSizes) {
  ImageSpec two(10, "pairs", 2, 6, 4); // records of 49 bytes, too
  Read r(s.path, two);
  EXPECT_EQ(r.code, 0) << r.text;
  EXPECT_EQ(r.data.train.count, 33u);
}

} // namespace
