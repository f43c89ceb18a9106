// ArraysTest.cpp - data sets of numbers: .npy files good and bad, examples that a model brings,
// drawn ones.
#include "OpenedData.h"
#include "TestTools.h"

#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

/// x f32[2] and kind i32 below 3.
struct PointSpec {
  PointSpec()
      : fields{{"x", SINTER_F32, 1, dims, SINTER_DECODE_NUMBER, 0, 0, nullptr, nullptr},
               {"kind", SINTER_I32, 0, nullptr, SINTER_DECODE_CLASS, 0, 3, nullptr, nullptr}},
        data{"points", fields, 2, 0, 0, 0, 0} {}
  PointSpec(const PointSpec &) = delete;
  int64_t dims[1] = {2};
  sinter_field fields[2];
  sinter_data data;
};

template <class T>
std::string npy(const char *type, const std::string &shape, const std::vector<T> &values) {
  std::string head =
      "{'descr': '" + std::string(type) + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  head += std::string(63 - (head.size() + 10) % 64, ' ') + "\n";
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(head.size() & 255);
  bytes += static_cast<char>(head.size() >> 8);
  return bytes + head +
         std::string(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(T));
}

std::string little(uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i)
    out += static_cast<char>(value >> 8 * i & 255);
  return out;
}

/// The bytes as zip files have them.
std::string deflated(const std::string &bytes) {
  z_stream s = {};
  EXPECT_EQ(deflateInit2(&s, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(bytes.size() + 100, 0);
  s.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(bytes.data()));
  s.avail_in = static_cast<uInt>(bytes.size());
  s.next_out = reinterpret_cast<Bytef *>(out.data());
  s.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&s, Z_FINISH), Z_STREAM_END);
  out.resize(s.total_out);
  deflateEnd(&s);
  return out;
}

/// A zip file of (name, bytes).
std::string zip(const std::vector<std::pair<std::string, std::string>> &members, bool packed,
                const std::string &comment = "") {
  std::string out, directory;
  for (const auto &[name, bytes] : members) {
    std::string data = packed ? deflated(bytes) : bytes;
    uint32_t check = static_cast<uint32_t>(
        crc32(0, reinterpret_cast<const Bytef *>(bytes.data()), static_cast<uInt>(bytes.size())));
    std::string common = little(20, 2) + little(0, 2) + little(packed ? 8 : 0, 2) + little(0, 4) +
                         little(check, 4) + little(data.size(), 4) + little(bytes.size(), 4) +
                         little(name.size(), 2);
    directory += "PK\1\2" + little(20, 2) + common + little(0, 2) + little(0, 2) + little(0, 2) +
                 little(0, 2) + little(0, 4) + little(out.size(), 4) + name;
    out += "PK\3\4" + common + little(4, 2) + name + "more" + data;
  }
  uint64_t at = out.size();
  return out + directory + "PK\5\6" + little(0, 4) + little(members.size(), 2) +
         little(members.size(), 2) + little(directory.size(), 4) + little(at, 4) +
         little(comment.size(), 2) + comment;
}

class ArraysTest : public ::testing::Test {
protected:
  ArraysTest() {
    writeFile(folder / "train-x.npy", npy<float>("<f4", "3, 2", {1, 2, 3, 4, 5, 6}));
    writeFile(folder / "train-kind.npy", npy<int64_t>("<i8", "3,", {2, 0, 1}));
  }
  void refuses(int code, const std::string &message) {
    Opened read(spec, folder.path.c_str());
    EXPECT_EQ(read.code, code) << read.text;
    EXPECT_THAT(std::string(read.text), HasSubstr(message));
  }
  PointSpec spec;
  Scratch folder;
};

TEST_F(ArraysTest, WithoutTestFilesTheTestsAreOfTheTrainingExamples) {
  Opened read(spec, folder.path.c_str());
  ASSERT_EQ(read.code, 0) << read.text;
  EXPECT_EQ(read.data.train.count, 3u);
  EXPECT_EQ(read.data.test.count, 3u);
  EXPECT_THAT(read.get<float>(read.data.train, 0, 1), ElementsAre(3, 4));
  EXPECT_THAT(read.get<float>(read.data.test, 0, 2), ElementsAre(5, 6));
  EXPECT_EQ(read.one(read.data.train, 1, 0), 2);
}

TEST_F(ArraysTest, NumbersOfAnyTypeAreRoundedToF32) {
  writeFile(folder / "test-x.npy", npy<double>("<f8", "1, 2", {0.1, -INFINITY}));
  writeFile(folder / "test-kind.npy", npy<uint8_t>("|u1", "1,", {1}));
  Opened read(spec, folder.path.c_str());
  ASSERT_EQ(read.code, 0) << read.text;
  EXPECT_EQ(read.data.test.count, 1u);
  EXPECT_THAT(read.get<float>(read.data.test, 0, 0), ElementsAre(0.1f, -INFINITY));
  double wide[2];
  read.data.reader->fill(&read.data, &read.data.test, 0, 0, SINTER_F64, wide, 0, nullptr);
  EXPECT_EQ(wide[0], static_cast<double>(0.1f));
  EXPECT_EQ(read.one(read.data.test, 1, 0), 1);
}

TEST_F(ArraysTest, AFiniteNumberStaysFinite) {
  writeFile(folder / "train-x.npy", npy<double>("<f8", "3, 2", {0, 0, 0, 3.4e38, 3.5e38, 0}));
  refuses(2205, "train-x.npy' element 4: expects numbers within f32, got 3.5e+38 [E2205]");
}

TEST_F(ArraysTest, TestsAloneNeedNoOtherFiles) {
  writeFile(folder / "train-x.npy", "damaged");
  EXPECT_EQ(Opened::ofTests(spec, folder.path).code, 2205); // the tests are those of training
  writeFile(folder / "test-x.npy", npy<float>("<f4", "1, 2", {7, 8}));
  writeFile(folder / "test-kind.npy", npy<int32_t>("<i4", "1,", {1}));
  Opened read = Opened::ofTests(spec, folder.path);
  ASSERT_EQ(read.code, 0) << read.text;
  EXPECT_EQ(read.data.train.count, 0u);
  EXPECT_THAT(read.get<float>(read.data.test, 0, 0), ElementsAre(7, 8));
}

TEST_F(ArraysTest, WrongFiles) {
  writeFile(folder / "train-kind.npy", npy<int32_t>("<i4", "2,", {0, 1}));
  refuses(2106, "train-kind.npy' expects 3 examples, as many as the field before, got 2");
  writeFile(folder / "train-kind.npy", npy<int32_t>("<i4", "3,", {0, 3, 1}));
  refuses(2105, "train-kind.npy' element 1: expects an index of 0 or more below 3, got 3");
  writeFile(folder / "train-kind.npy", npy<int32_t>("<i4", "3,", {0, -1, 1}));
  refuses(2105, "got -1");
  writeFile(folder / "train-kind.npy", npy<float>("<f4", "3,", {0, 1, 1}));
  refuses(2205, "train-kind.npy' byte 11: expects elements of type <i4, <i8, |u1, |b1, got '<f4'");
  writeFile(folder / "train-x.npy", npy<float>("<f4", "2, 3", {1, 2, 3, 4, 5, 6}));
  refuses(2102, "of one or more examples of 'x' [E2102]\n  - (examples, 2)\n  + (2, 3)");
  writeFile(folder / "train-x.npy", npy<uint16_t>("<f2", "3, 2", {0, 0, 0, 0, 0, 0}));
  refuses(2205, "train-x.npy' byte 11: expects elements of type <f4, <f8, <i4, <i8, |u1, |b1, got "
                "'<f2' [E2205]\n  in Python, `a.astype(\"TYPE\")`");
  writeFile(folder / "train-x.npy", npy<float>("<f4", "0, 2", {}));
  refuses(2102, "train-x.npy' expects the shape of one or more examples of 'x'");
}

TEST_F(ArraysTest, OneFileOfTheTestsIsNotEnough) {
  writeFile(folder / "test-kind.npy", npy<int32_t>("<i4", "1,", {0}));
  Opened read(spec, folder.path.c_str());
  EXPECT_NE(read.code, 0);
  EXPECT_THAT(std::string(read.text), HasSubstr("test-x.npy'"));
}

class NpzTest : public ArraysTest {
protected:
  NpzTest() {
    remove((folder / "train-x.npy").c_str());
    remove((folder / "train-kind.npy").c_str());
  }
  std::vector<std::pair<std::string, std::string>> members = {
      {"kind.npy", npy<int64_t>("<i8", "3,", {2, 0, 1})},
      {"x.npy", npy<float>("<f4", "3, 2", {1, 2, 3, 4, 5, 6})}};
};

TEST_F(NpzTest, MembersStandForFiles) {
  for (bool packed : {false, true}) {
    writeFile(folder / "train.npz", zip(members, packed, packed ? "a PK\5\6 comment" : ""));
    writeFile(folder / "test.npz", zip({{"x.npy", npy<double>("<f8", "1, 2", {7, 8})},
                                        {"kind.npy", npy<uint8_t>("|u1", "1,", {1})}},
                                       packed));
    Opened read(spec, folder.path.c_str());
    ASSERT_EQ(read.code, 0) << read.text;
    EXPECT_EQ(read.data.train.count, 3u);
    EXPECT_THAT(read.get<float>(read.data.train, 0, 1), ElementsAre(3, 4));
    EXPECT_EQ(read.one(read.data.train, 1, 0), 2);
    EXPECT_THAT(read.get<float>(read.data.test, 0, 0), ElementsAre(7, 8));
  }
}

TEST_F(NpzTest, MembersAreNamed) {
  auto refused = [&](const std::string &x, const std::string &message) {
    writeFile(folder / "train.npz", zip({members[0], {"x.npy", x}}, true));
    refuses(2205, "train.npz' member 'x.npy' " + message);
  };
  refused(npy<uint16_t>("<f2", "3, 2", {0, 0, 0, 0, 0, 0}),
          "byte 11: expects elements of type <f4, <f8, <i4, <i8, |u1, |b1, got '<f2' [E2205]");
  std::string list = npy<float>("##", "3, 2", {1, 2, 3, 4, 5, 6});
  refused(list.replace(list.find("'##'"), 4, "[('a', '<f4')]"), "byte 11: expects elements of type "
                                                                "<f4, <f8, <i4, <i8, |u1, |b1, got "
                                                                "[('a', '<f4')] [E2205]");
  refused(npy<float>("<f4", "3, 2", {1, 2, 3}), "byte 128: expects 24 bytes of elements, got 12");
  refused(npy<double>("<f8", "3, 2", {0, 0, 0, 0, 0, -1e300}),
          "element 5: expects numbers within f32, got -1e+300 [E2205]");
}

/// The same zip file with all sizes and places in numbers of 64 bits.
std::string wide(const std::string &narrow) {
  std::string full = little(0xffffffff, 4), directory, out;
  size_t end = narrow.size() - 22, at = narrow.find("PK\1\2");
  out = narrow.substr(0, at);
  auto number = [&](size_t place, int bytes) {
    uint64_t value = 0;
    while (bytes--)
      value = value << 8 | static_cast<unsigned char>(narrow[place + bytes]);
    return value;
  };
  for (size_t entry = at; entry < end;) {
    size_t name = number(entry + 28, 2);
    directory += narrow.substr(entry, 20) + full + full + narrow.substr(entry + 28, 2) +
                 little(34, 2) + narrow.substr(entry + 32, 10) + full +
                 narrow.substr(entry + 46, name) + little(0x5455, 2) + little(2, 2) + "ut" +
                 little(1, 2) + little(24, 2) + little(number(entry + 24, 4), 8) +
                 little(number(entry + 20, 4), 8) + little(number(entry + 42, 4), 8);
    entry += 46 + name;
  }
  size_t place = out.size() + directory.size();
  uint64_t members = number(end + 10, 2);
  return out + directory + "PK\6\6" + little(44, 8) + little(45, 2) + little(45, 2) + little(0, 8) +
         little(members, 8) + little(members, 8) + little(directory.size(), 8) +
         little(out.size(), 8) + "PK\6\7" + little(0, 4) + little(place, 8) + little(1, 4) +
         "PK\5\6" + little(0, 4) + little(0xffff, 2) + little(0xffff, 2) + full + full +
         little(0, 2);
}

TEST_F(NpzTest, NumbersOf64Bits) {
  for (bool packed : {false, true}) {
    writeFile(folder / "train.npz", wide(zip(members, packed)));
    Opened read(spec, folder.path);
    ASSERT_EQ(read.code, 0) << read.text;
    EXPECT_THAT(read.get<float>(read.data.train, 0, 1), ElementsAre(3, 4));
    EXPECT_EQ(read.one(read.data.train, 1, 0), 2);
  }
  std::string good = wide(zip(members, true));
  auto refused = [&](size_t at, const std::string &bytes, const std::string &message) {
    writeFile(folder / "train.npz", std::string(good).replace(at, bytes.size(), bytes));
    refuses(2205, message);
  };
  size_t locator = good.find("PK\6\7"), end = good.find("PK\6\6"), x = good.rfind("PK\1\2");
  refused(locator, "KP", "byte " + std::to_string(locator) + ": expects a zip64 locator");
  refused(locator + 8, little(locator, 8), "expects a zip64 locator of a record within the file");
  refused(end, "KP", "expects the zip64 end of a zip file");
  refused(end + 48, little(end + 1, 8), "expects a directory within the file");
  size_t record = x + 46 + std::string("x.npy").size() + 6; // behind another one
  refused(record, little(7, 2), "expects a zip64 record");
  refused(record + 2, little(16, 2), "expects a zip64 record");
  refused(record + 4, little(~0ull, 8), "expects a member within the file");
  refused(record + 20, little(~0ull, 8), "expects a member within the file");
  for (size_t cut = 0; cut + 1 < good.size(); cut += 7) {
    writeFile(folder / "train.npz", good.substr(0, cut));
    refuses(2205, "");
  }
}

TEST_F(NpzTest, WrongFiles) {
  auto refused = [&](const std::string &bytes, const std::string &message) {
    writeFile(folder / "train.npz", bytes);
    refuses(2205, message);
  };
  refused("", "byte 0: expects the end of a zip file");
  refused(std::string(70000, 'x'), "byte 4443: expects the end of a zip file");
  refused(zip({members[0]}, true),
          "expects a member 'x.npy', got none of that name [E2205]\n  it has "
          "'kind.npy'");
  std::string good = zip(members, true);
  size_t end = good.size() - 22, directory = good.find("PK\1\2");
  auto changed = [&](size_t at, const std::string &bytes) {
    return std::string(good).replace(at, bytes.size(), bytes);
  };
  refused(changed(end + 12, little(0xffffffff, 4)),
          "byte " + std::to_string(end - 20) + ": expects a zip64 locator");
  refused(changed(end + 12, little(0xfffffffe, 4)),
          "byte " + std::to_string(end) + ": expects a directory within the file");
  refused(changed(end + 16, little(end + 1, 4)), "byte " + std::to_string(end));
  refused(changed(directory, "KP"),
          "byte " + std::to_string(directory) + ": expects an entry of the directory");
  refused(changed(directory + 28, little(60000, 2)), "expects an entry of the directory");
  size_t x = good.find("PK\1\2", directory + 1);
  refused(changed(x + 10, little(12, 2)), "expects a member that is stored or deflated");
  refused(changed(x + 42, little(0xffffffff, 4)),
          "byte " + std::to_string(x) + ": expects a zip64 record");
  refused(changed(x + 42, little(0xfffffffe, 4)),
          "byte 4294967294: expects a member within the file");
  refused(changed(x + 20, little(100000, 4)), "expects a member within the file");
  refused(changed(x + 24, little(10, 4)), "expects the bytes of 'x.npy', got damage");
  refused(changed(x + 16, "abcd"), "expects the bytes of 'x.npy', got damage");
  refused(changed(x - 30, "\xff\xff\xff\xff"), "");
  for (size_t cut = 0; cut + 1 < good.size(); cut += 7)
    refused(good.substr(0, cut), "");
}

TEST_F(ArraysTest, ExamplesThatTheModelBrings) {
  const float x[] = {1, 2, 3, 4, 5, 6};
  const int32_t kind[] = {2, 1, 0};
  spec.fields[0].examples = x;
  spec.fields[1].examples = kind;
  spec.data.train_examples = 2;
  spec.data.test_examples = 1;
  Opened brought(spec, "");
  ASSERT_EQ(brought.code, 0) << brought.text;
  EXPECT_EQ(brought.data.train.count, 2u);
  EXPECT_THAT(brought.get<float>(brought.data.train, 0, 1), ElementsAre(3, 4));
  EXPECT_THAT(brought.get<float>(brought.data.test, 0, 0), ElementsAre(5, 6));
  EXPECT_EQ(brought.one(brought.data.test, 1, 0), 0);
  spec.data.train_examples = 3;
  spec.data.test_examples = 0;
  Opened shared(spec, "");
  EXPECT_THAT(shared.get<float>(shared.data.test, 0, 2), ElementsAre(5, 6));
}

TEST_F(ArraysTest, DrawnOnesFollowFromTheFirstField) {
  Opened drawn(spec, "");
  ASSERT_EQ(drawn.code, 0) << drawn.text;
  int counts[3] = {};
  for (uint64_t i = 0; i < 300; ++i) {
    std::vector<float> x = drawn.get<float>(drawn.data.train, 0, i);
    int32_t kind = drawn.one(drawn.data.train, 1, i);
    ASSERT_TRUE(x[0] >= -1 && x[0] < 1 && kind >= 0 && kind < 3);
    float share = ((x[0] + x[1]) / 2 + 1) / 2; // which third of the range their mean is in
    EXPECT_NEAR(static_cast<float>(kind) + 0.5f, share * 3, 0.5 + 8 * 0x1p-24); // f32
    ++counts[kind];
  }
  EXPECT_TRUE(counts[0] > 20 && counts[1] > 20 && counts[2] > 20);
}

} // namespace
