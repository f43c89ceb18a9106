// WeightsTest.cpp - safetensors: the exact bytes written, strict reading, all mismatches at once.
#include "TestTools.h"

#include <clocale>
#include <cmath>
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

using ::testing::HasSubstr;

namespace {

FakeModule::Options tiny() {
  FakeModule::Options o;
  o.classes = 2;
  o.height = 1;
  o.width = 3;
  o.trainBatches = {8};
  return o;
}

std::string file(const std::string &header, const std::string &data) {
  std::string bytes;
  for (int i = 0; i < 8; ++i)
    bytes += static_cast<char>(header.size() >> (8 * i) & 255);
  return bytes + header + data;
}

const std::string weight =
    "\"fc.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}";
const std::string bias = "\"fc.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}";
const std::string good = "{" + weight + "," + bias + "}";

class WeightsTest : public ::testing::Test {
protected:
  WeightsTest() : module(tiny()) {}
  /// Runs --init on these bytes.
  Outcome init(const std::string &bytes, std::vector<std::string> more = {}) {
    writeFile(s / "in", bytes);
    std::vector<std::string> all = {"--steps", "0",      "--quiet", "--init",
                                    s / "in",  "--save", s / "out"};
    all.insert(all.end(), more.begin(), more.end());
    return train(module.get(), all);
  }
  void refuses(const std::string &bytes, const std::string &message) {
    Outcome r = init(bytes);
    EXPECT_EQ(r.code, 1) << message;
    EXPECT_THAT(r.err, HasSubstr(message));
    EXPECT_FALSE(exists(s / "out"));
  }
  FakeModule module;
  Scratch s;
  std::string data = std::string("abcdefghijklmnopqrstuvwxyzABCDEF", 32);
};

TEST_F(WeightsTest, WritesTheFormatAndReadsItBack) {
  EXPECT_EQ(init(file(good, data)).code, 0);
  std::string expected =
      "{\"__metadata__\":{\"format\":\"pt\",\"producer\":\"sinter\"}," + weight + "," + bias + "}";
  while (expected.size() % 8)
    expected += ' ';
  EXPECT_TRUE(sameBytes(readFile(s / "out"), file(expected, data)));
}

TEST_F(WeightsTest, AcceptsOtherOrdersBlanksMetadataAndEscapes) {
  std::string header =
      " { \"__metadata__\" : {\"a\":\"\\u00e9\\n\"} , \"fc.bias\" : { \"shape\" : [ 2 ] "
      ",\"data_offsets\":"
      "[0,8],\"dtype\":\"F32\"},\"fc\\u002eweight\":{\"dtype\":\"F32\",\"shape\":[2,3],"
      "\"data_offsets\":[8,32]}}   ";
  EXPECT_EQ(init(file(header, data)).code, 0);
  std::string out = readFile(s / "out");
  EXPECT_EQ(out.substr(out.size() - 32), data.substr(8) + data.substr(0, 8));
}

TEST_F(WeightsTest, ReportsAllMismatchesAtOnce) {
  std::string header = "{\"fc.weight\":{\"dtype\":\"F64\",\"shape\":[3,1],\"data_offsets\":[0,24]},"
                       "\"stranger\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}}";
  Outcome r = init(file(header, data));
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("'-' is what it expects, '+' what the file has [E2203]\n"
                               "  - fc.weight f32[2,3]\n"
                               "  + fc.weight f64[3,1]\n"
                               "  + stranger f32[2]\n"
                               "  - fc.bias f32[2]\n"));
}

TEST_F(WeightsTest, ASubsetNeedsInitPartial) {
  std::string subset = file(
      "{\"fc.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", data.substr(0, 8));
  refuses(subset, "  - fc.weight f32[2,3]\n");
  EXPECT_EQ(init(subset, {"--init-partial"}).code, 0);
  std::string out = readFile(s / "out");
  EXPECT_EQ(out.substr(out.size() - 8), data.substr(0, 8));
  EXPECT_NE(out.substr(out.size() - 32, 24), std::string(24, '\0')); // the initialiser's
}

TEST_F(WeightsTest, InitPartialTakesWhatBothHave) {
  std::string header = "{\"fc.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                       "\"head\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}";
  Outcome r = init(file(header, data.substr(0, 16)), {"--init-partial"});
  EXPECT_EQ(r.code, 0) << r.err;
  std::string saved = readFile(s / "out");
  EXPECT_EQ(saved.substr(saved.size() - 8), data.substr(0, 8));
  // Nothing in common, or another shape, is a mistake.
  std::string other = "{\"head\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
  r = init(file(other, data.substr(0, 8)), {"--init-partial"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("has no weight of this model; its first is 'head' [E2203]"));
  std::string wide = "{\"fc.bias\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}";
  r = init(file(wide, data.substr(0, 16)), {"--init-partial"});
  EXPECT_THAT(r.err, HasSubstr("  + fc.bias f32[4]\n"));
}

template <typename T> std::string bytesOf(const std::vector<T> &values) {
  return std::string(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(T));
}

std::string headerOf(const std::string &type, size_t bytes) {
  auto tensor = [&](const char *name, const char *shape, size_t from, size_t to) {
    return std::string("\"") + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape +
           ",\"data_offsets\":[" + std::to_string(from) + "," + std::to_string(to) + "]}";
  };
  return "{" + tensor("fc.weight", "[2,3]", 0, 6 * bytes) + "," +
         tensor("fc.bias", "[2]", 6 * bytes, 8 * bytes) + "}";
}

// Other precisions: every kind of number that each has, with its value as IEEE 754 defines it.
TEST_F(WeightsTest, OtherPrecisionsAreConvertedAndSaid) {
  struct Case {
    std::string type, data, word;
    std::vector<float> wanted;
  };
  const Case cases[] = {
      {"F16",
       bytesOf<uint16_t>({0x3c00, 0xc000, 0x0001, 0x83ff, 0x0400, 0x7bff, 0x8000, 0x7c00}),
       "f16",
       {1, -2, 0x1p-24f, -0x3ffp-24f, 0x1p-14f, 65504, -0.0f, HUGE_VALF}},
      {"BF16",
       bytesOf<uint16_t>({0x3f80, 0xc000, 0x0001, 0x7f7f, 0x3eaa, 0x8000, 0xff80, 0x4049}),
       "bf16",
       {1, -2, 0x1p-133f, 0x1.fep127f, 0x1.54p-2f, -0.0f, -HUGE_VALF, 0x1.92p1f}},
      {"F64",
       bytesOf<double>(
           {1, -2, 0x1.0000010000000p0, 0x1.0000030000000p0, 0x1p-149, 0x1p-151, -0.0, HUGE_VAL}),
       "f64",
       {1, -2, 1, 0x1.000004p0f, 0x1p-149f, 0, -0.0f, HUGE_VALF}}};
  for (const Case &c : cases) {
    writeFile(s / "in", file(headerOf(c.type, c.data.size() / 8), c.data));
    Outcome r = train(module.get(), {"--steps", "0", "--init", s / "in", "--save", s / "out"});
    EXPECT_EQ(r.code, 0) << r.err;
    EXPECT_THAT(r.err, HasSubstr("'" + (s / "in") +
                                 "': 2 of 2 tensors of the file are converted, "
                                 "as 'fc.weight' from " +
                                 c.word + " to f32\n"));
    std::string out = readFile(s / "out");
    EXPECT_TRUE(sameBytes(out.substr(out.size() - 32), bytesOf(c.wanted))) << c.type;
  }
  unlink((s / "out").c_str());
  // A finite number that f32 has not; and types that are no precision of these.
  refuses(file(headerOf("F64", 8), bytesOf<double>({1, 2, 3, 4, 5, 6, 7, 1e39})),
          "'fc.bias' expects numbers within f32, got 1e+39 at element 1 [E2203]");
  refuses(file(headerOf("I32", 4), data), "  + fc.weight i32[2,3]\n");
}

TEST_F(WeightsTest, OtherFormatsAreNamed) {
  std::string zip = "PK\3\4" + std::string(200, '\0');
  refuses(zip, "expects a safetensors file, got a zip archive, as torch.save writes; "
               "in Python: [E2201]\n  from safetensors.torch import save_file\n  "
               "save_file(torch.load(\"" +
                   (s / "in") + "\", weights_only=True), ");
  refuses("\x80\2\x8a\nl\xfc\x9c\x46\xf9 j" + std::string(100, '\0'),
          "got a pickle, as torch.save");
  auto member = [&](const std::string &name) {
    return "PK\3\4" + std::string(22, '\0') + std::string(1, static_cast<char>(name.size())) +
           std::string(3, '\0') + name + std::string(300, '\0');
  };
  refuses(member("archive/data.pkl"), "got a zip archive, as torch.save writes");
  refuses(member("fc.weight.npy"),
          "got a .npz file, as numpy.savez writes; if its names are the weights', in Python: "
          "[E2201]\n  import numpy; from safetensors.numpy import save_file\n  "
          "save_file(dict(numpy.load(\"" +
              (s / "in") + "\")), \"weights.safetensors\")\n");
  refuses(std::string("\x93NUMPY\1\0v\0", 10) + std::string(118, ' '),
          "got a .npy file, one array; with the name of a weight, in Python: [E2201]\n  import "
          "numpy; from safetensors.numpy import save_file\n  save_file({\"NAME\": numpy.load(\"" +
              (s / "in") + "\")}, \"weights.safetensors\")\n");
  refuses(gzip(file(good, data)), "got a gzip file; unpack it first: [E2201]\n  gunzip < \"" +
                                      (s / "in") + "\" > weights.safetensors\n");
  // A header length may begin like a pickle.
  std::string header = good + std::string(0x280 - good.size(), ' ');
  EXPECT_EQ(init(file(header, data)).code, 0);
}

TEST_F(WeightsTest, ACommonBeginningOfTheNamesIsHinted) {
  auto prefixed = [&](const std::string &first, const std::string &second) {
    return file("{\"" + first + weight.substr(1) + ",\"" + second + bias.substr(1) + "}", data);
  };
  for (std::string prefix : {"module.", "_orig_mod.module."})
    refuses(prefixed(prefix, prefix),
            "  every name of the file begins with '" + prefix +
                "', as torch.nn.DataParallel and torch.compile have it; in Python:\n"
                "  from safetensors.torch import load_file, save_file\n"
                "  save_file({k.removeprefix(\"" +
                prefix + "\"): v for k, v in load_file(");
  for (std::string other : {"", "model.", "modul"})
    EXPECT_THAT(init(prefixed("module.", other)).err, ::testing::Not(HasSubstr("begins with")));
  EXPECT_THAT(init(prefixed("module", "module")).err, ::testing::Not(HasSubstr("begins with")));
}

TEST_F(WeightsTest, RefusesAbsurdHeaderLengths) {
  refuses("", "byte 0: a safetensors file expects at least 10 bytes, got 0 [E2201]");
  refuses("short", "[E2201]");
  std::string bytes = file(good, data);
  for (uint64_t length : {uint64_t(0), uint64_t(1), uint64_t(1) << 62, ~uint64_t(0)}) {
    memcpy(bytes.data(), &length, 8);
    refuses(bytes, "safetensors header length expects 2 to");
  }
  uint64_t rest = bytes.size() - 8, more = rest + 1;
  memcpy(bytes.data(), &more, 8);
  refuses(bytes, "byte 8: the safetensors header expects " + std::to_string(more) + " bytes, got " +
                     std::to_string(rest) + " and the end [E2201]");
}

TEST_F(WeightsTest, RefusesHeadersThatAreNotTheFormat) {
  auto header = [&](const std::string &text) { return file(text, data); };
  refuses(header("[]"), "byte 8: safetensors header expects '{', got '['");
  refuses(header("{" + weight), "expects ',' or '}', got its end");
  refuses(header(good + "x"), "expects the end of the header, got 'x'");
  refuses(header("{\"fc.weight\":{\"dtype\":\"Q7\",\"shape\":[2,3],\"data_offsets\":[0,24]}}"),
          "a known element type");
  refuses(header("{\"fc.weight\":{\"dtype\":\"F32\",\"shape\":[2,3]}}"),
          "dtype, shape and data_offsets");
  refuses(header("{\"fc.weight\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2,3],\"data_"
                 "offsets\":[0,24]}}"),
          "each once");
  refuses(header("{\"fc.weight\":{\"dtype\":\"F32\",\"shape\":[2,3.0],\"data_offsets\":[0,24]}}"),
          "',' or ']'");
  refuses(header("{\"fc.weight\":{\"dtype\":\"F32\",\"shape\":[-2,3],\"data_offsets\":[0,24]}}"),
          "a whole number");
  refuses(header("{\"fc.weight\":{\"dtype\":\"F32\",\"shape\":[02,3],\"data_offsets\":[0,24]}}"),
          "a whole number");
  refuses(header("{\"fc.weight\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999,3],\"data_"
                 "offsets\":[0,24]}}"),
          "a number below 2^63");
  refuses(
      header(
          "{\"fc.weight\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4611686018427387904],"
          "\"data_offsets\":[0,24]}}"),
      "a shape of sensible size");
  refuses(header("{\"a\\ud800b\":{}}"), "surrogate");
  refuses(header("{\"a\nb\":{}}"), "control characters");
  refuses(header("{\"__metadata__\":{\"a\":1}}"), "a string");
  refuses(header(std::string(40, '{')), "a string");
}

TEST_F(WeightsTest, RefusesTensorsThatDoNotTileTheData) {
  auto two = [&](const char *a, const char *b) {
    return std::string("{\"fc.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":") + a +
           "},\"fc.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":" + b + "}}";
  };
  refuses(file(two("[0,24]", "[20,28]"), data), "got 20: tensors overlap [E2202]");
  refuses(file(two("[0,24]", "[28,36]"), data + "1234"), "got 28: tensors leave a gap [E2202]");
  refuses(file(two("[0,24]", "[24,36]"), data + "1234"),
          "expects 8 bytes by its shape, got 12 [E2202]");
  refuses(file(two("[0,24]", "[24,32]"), data + "1"),
          "tensors expect 32 bytes of data, got 33 [E2202]");
  refuses(file(two("[0,24]", "[24,32]"), data.substr(1)), "offsets within the 31 bytes of data");
  refuses(file(two("[24,0]", "[24,32]"), data), "got [24,0] [E2202]");
  refuses(file("{" + weight + "," + weight + "}", data.substr(0, 24)),
          "'fc.weight' occurs twice [E2202]");
}

TEST_F(WeightsTest, NamesAreSafeToShow) {
  std::string name(100000, 'n');
  Outcome r = init(file("{\"\\u001b[31m\\nerror\\u007f\":{\"dtype\":\"F32\",\"shape\":[0],\"data_"
                        "offsets\":[0,0]},\"" +
                            name + "\":{\"dtype\":\"U16\",\"shape\":[0],\"data_offsets\":[0,0]}," +
                            good.substr(1),
                        data));
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("  + ?[31m?error? f32[0]\n"));
  EXPECT_THAT(r.err, HasSubstr("  + " + name.substr(0, 200) + " another type[0]\n"));
  EXPECT_LT(r.err.size(), 1000u);
}

TEST_F(WeightsTest, EveryCutAndEveryFlippedHeaderByteIsSurvived) {
  std::string bytes = file(good, data);
  Outcome r = inChild([&] { // one process for all: a crash anywhere ends it
    for (size_t n = 0; n < bytes.size(); ++n) {
      writeFile(s / "cut", bytes.substr(0, n));
      if (callTrainer(module.get(), {"--steps", "0", "--init", s / "cut"}) != 1)
        return 100;
    }
    for (size_t i = 0; i < bytes.size() - data.size(); ++i)
      for (int bit : {0, 3, 7}) {
        std::string flipped = bytes;
        flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
        writeFile(s / "flip", flipped);
        int code = callTrainer(module.get(), {"--steps", "0", "--init", s / "flip"});
        if (code != 0 && code != 1)
          return 101;
      }
    return 0;
  });
  EXPECT_EQ(r.code, 0);
}

TEST_F(WeightsTest, MissingFilesAndFoldersAreExitOne) {
  Outcome r = train(module.get(), {"--steps", "0", "--init", s / "absent"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("No such file or directory [E2101]"));
  r = train(module.get(), {"--steps", "0", "--init", s.path});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("expects a regular file, got a folder [E2101]"));
}

TEST_F(WeightsTest, TheLocaleDoesNotMatter) {
  const char *found = setlocale(LC_ALL, "de_DE.UTF-8");
  Outcome r = train(module.get(), {"--steps", "0", "--lr", "0.5", "--save", s / "a"});
  EXPECT_EQ(r.code, 0) << r.err;
  r = train(module.get(), {"--help"});
  EXPECT_THAT(r.out, HasSubstr("(default 0.1)"));
  setlocale(LC_ALL, "C");
  if (!found)
    GTEST_SKIP() << "no German locale here; ran in C";
}

} // namespace
