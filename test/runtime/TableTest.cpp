// TableTest.cpp - tables: cells and rows good and bad, columns of numbers and of categories, what
// weights know of them, parts that are held out, the built-in table.
#include "OpenedData.h"
#include "TestTools.h"

extern "C" {
#include "weights.h"
}

#include <cmath>
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::HasSubstr;

namespace {

/// features f32[features] and target f32[1] of the column `price`, rows named by `id`.
struct HouseSpec {
  explicit HouseSpec(int64_t features, const char *id = "id")
      : dims{features, 1},
        fields{{"features", SINTER_F32, 1, dims, SINTER_DECODE_COLUMNS, 0, 0, nullptr, id},
               {"target", SINTER_F32, 1, dims + 1, SINTER_DECODE_TARGET, 0, 0, nullptr, "price"}},
        data{"house", fields, 2, 0, 0, 0, 0} {}
  HouseSpec(const HouseSpec &) = delete;
  int64_t dims[2];
  sinter_field fields[2];
  sinter_data data;
};

/// The same with a target i32[] of so many categories.
struct KindSpec : HouseSpec {
  KindSpec(int64_t features, int64_t classes) : HouseSpec(features) {
    fields[1] = {"target", SINTER_I32, 0,       nullptr, SINTER_DECODE_TARGET_CLASS,
                 0,        classes,    nullptr, "price"};
  }
};

/// Cells as the parser cuts them: rows in lines, cells in brackets.
std::string cut(const std::string &text) {
  csv t = {};
  char said[1024] = "";
  diag d = diag_make(said, sizeof said);
  auto *bytes = static_cast<char *>(malloc(text.size() + 1));
  memcpy(bytes, text.data(), text.size());
  strcpy(t.path, "t.csv");
  std::string out;
  if (csv_parse(&t, bytes, text.size(), &d) == 0)
    for (uint64_t row = 0; row < t.rows; ++row) {
      out += std::to_string(t.lines[row]) + ":";
      for (uint64_t i = 0; i < csv_count(&t, row); ++i)
        out += std::string("[") + csv_cell(&t, row, i) + "]";
      out += " ";
    }
  csv_free(&t);
  return out + said;
}

TEST(Csv, Cells) {
  EXPECT_EQ(cut("a,b\n1,2\n"), "1:[a][b] 2:[1][2] ");
  EXPECT_EQ(cut("a,b\n1,2"), "1:[a][b] 2:[1][2] ");
  EXPECT_EQ(cut("\xef\xbb\xbf"
                "a,\r\n,2\r\n\r\n\n,"),
            "1:[a][] 2:[][2] 5:[][] ");
  EXPECT_EQ(cut("a\rb\r"), "1:[a] 2:[b] ");
  EXPECT_EQ(cut("\"a,\"\"b\"\"\",\"x\ny\",\"\"\nc,5\" pipe,\"d\""),
            "1:[a,\"b\"][x\ny][] 3:[c][5\" pipe][d] ");
  EXPECT_EQ(cut(""), "");
  EXPECT_EQ(cut("\n\r\n"), "");
}

TEST(Csv, WhatIsNone) {
  EXPECT_EQ(cut("a\nb,\"c\nd"),
            "'t.csv' line 2 column 2: expects '\"' at its end, got none [E2112]");
  EXPECT_EQ(cut("a\n\"b\"c,d"),
            "'t.csv' line 2 column 1: expects ',' or the end of the line behind "
            "a field in quotes, got 'c' [E2112]");
  EXPECT_EQ(cut("a\n\"\n\"x"), "'t.csv' line 3 column 1: expects ',' or the end of the line behind "
                               "a field in quotes, got 'x' [E2112]");
  EXPECT_EQ(cut("a\n\xe9"), "'t.csv' byte 2: expects text in UTF-8, got byte e9 [E2109]");
  EXPECT_EQ(cut(std::string("a\0b", 3)),
            "'t.csv' byte 1: expects text in UTF-8, got byte 00 [E2109]");
}

TEST(Csv, Numbers) {
  double value = 0;
  for (const char *good : {"1", "-1.5", "+.5", "1e3", " 7 ", "0012"})
    EXPECT_TRUE(csv_number(good, &value)) << good;
  for (const char *bad : {"", " ", "x", "1x", "0x10", "inf", "-inf", "+nan", "1e999", "1 2", "1,2"})
    EXPECT_FALSE(csv_number(bad, &value)) << bad;
  for (const char *missing : {"", "NA", "N/A", "NaN", "nan", "null"})
    EXPECT_TRUE(csv_missing(missing)) << missing;
  for (const char *there : {"None", "0", "na ", " "})
    EXPECT_FALSE(csv_missing(there)) << there;
}

class TableTest : public ::testing::Test {
protected:
  TableTest() {
    writeFile(folder / "train.csv",
              "id,area,street,price\n7,1,Pave,100\n8,3,Grvl,200\n9,,Pave,-3.5\n");
    writeFile(folder / "test.csv", "id,street,area,garden\n10,NA,5,1\n11,Dirt,NA,2\n");
  }
  void refuses(int code, const std::string &message, int64_t features = 5) {
    HouseSpec spec(features);
    Opened read(spec, folder.path.c_str());
    EXPECT_EQ(read.code, code) << read.text;
    EXPECT_THAT(std::string(read.text), HasSubstr(message));
  }
  HouseSpec spec{5};
  Scratch folder;
};

// area: 1, 3, 5 of both files: mean 3, deviation 2. street: Dirt, Grvl, Pave, missing.
TEST_F(TableTest, NumbersAreStandardisedAndCategoriesOneHot) {
  Opened read(spec, folder.path.c_str());
  ASSERT_EQ(read.code, 0) << read.text;
  EXPECT_EQ(read.data.train.count, 3u);
  EXPECT_EQ(read.data.test.count, 2u);
  EXPECT_THAT(read.get<float>(read.data.train, 0, 0), ElementsAre(-1, 0, 0, 1, 0));
  EXPECT_THAT(read.get<float>(read.data.train, 0, 1), ElementsAre(0, 0, 1, 0, 0));
  EXPECT_THAT(read.get<float>(read.data.train, 0, 2),
              ElementsAre(0, 0, 0, 1, 0)); // missing: the mean
  EXPECT_THAT(read.get<float>(read.data.test, 0, 0), ElementsAre(1, 0, 0, 0, 1));
  EXPECT_THAT(read.get<float>(read.data.test, 0, 1), ElementsAre(0, 1, 0, 0, 0));
  EXPECT_EQ(read.one<double>(read.data.train, 1, 1), 200);
  EXPECT_EQ(read.one<double>(read.data.train, 1, 2), -3.5);
  EXPECT_TRUE(read.data.table.unknown);
  EXPECT_STREQ(dataset_metadata(&read.data, COLUMNS_TEXT),
               "area,number,3,2\nstreet,category,Dirt,Grvl,Pave\n");
}

TEST_F(TableTest, PackedFiles) {
  for (const char *name : {"train.csv", "test.csv"}) {
    writeFile(folder / (std::string(name) + ".gz"), gzip(readFile(folder / name)));
    remove((folder / name).c_str());
  }
  Opened read(spec, folder.path.c_str());
  ASSERT_EQ(read.code, 0) << read.text;
  EXPECT_THAT(read.get<float>(read.data.train, 0, 0), ElementsAre(-1, 0, 0, 1, 0));
  EXPECT_THAT(read.get<float>(read.data.test, 0, 0), ElementsAre(1, 0, 0, 0, 1));
}

TEST_F(TableTest, TestsMayHaveTheirTarget) {
  writeFile(folder / "test.csv", "price,id,street,area\n50,10,Pave,2\n");
  HouseSpec four(4);
  Opened read(four, folder.path.c_str());
  ASSERT_EQ(read.code, 0) << read.text;
  EXPECT_FALSE(read.data.table.unknown);
  EXPECT_EQ(read.one<double>(read.data.test, 1, 0), 50);
  EXPECT_STREQ(csv_cell(&read.data.table.test, 1, 1), "10");
}

TEST_F(TableTest, OneFileIsEvaluatedToo) {
  HouseSpec four(4);
  std::string path = folder / "train.csv";
  for (bool file : {true, false}) {
    if (!file)
      remove((folder / "test.csv").c_str());
    Opened read(four, file ? path.c_str() : folder.path.c_str());
    ASSERT_EQ(read.code, 0) << read.text;
    EXPECT_STREQ(read.data.one_split, "comes without a test.csv");
    EXPECT_EQ(read.data.test.count, 3u);
    EXPECT_THAT(read.get<float>(read.data.test, 0, 1), ElementsAre(FloatEq(0.70710678f), 1, 0, 0));
  }
}

TEST_F(TableTest, ColumnsOfEqualOrNoValuesAreZero) {
  writeFile(folder / "train.csv", "a,b,price\n0.1,,1\n0.1,NA,2\n,,3\n0.1,,4\n");
  remove((folder / "test.csv").c_str());
  HouseSpec two(2, nullptr);
  Opened read(two, folder.path.c_str());
  ASSERT_EQ(read.code, 0) << read.text;
  for (uint64_t i = 0; i < 4; ++i)
    EXPECT_THAT(read.get<float>(read.data.train, 0, i), ElementsAre(0, 0));
}

TEST_F(TableTest, WeightsSayWhatColumnsAre) {
  const char *columns = "street,category,Pave,\"a, \"\"b\"\"\"\narea,number,10,0.5\n";
  writeFile(folder / "train.csv",
            "area,street,price,id\n11,\"a, \"\"b\"\"\",1,1\n9,Grvl,2,2\n10,NA,3,3\n");
  HouseSpec four(4);
  Opened read(four, folder.path.c_str(), columns);
  ASSERT_EQ(read.code, 0) << read.text;
  EXPECT_THAT(read.get<float>(read.data.train, 0, 0), ElementsAre(0, 1, 0, 2));
  EXPECT_THAT(read.get<float>(read.data.train, 0, 1), ElementsAre(0, 0, 0, -2)); // unknown to them
  EXPECT_THAT(read.get<float>(read.data.train, 0, 2), ElementsAre(0, 0, 1, 0));
  EXPECT_STREQ(dataset_metadata(&read.data, COLUMNS_TEXT), columns);
  // Rows to predict need none to train with.
  remove((folder / "train.csv").c_str());
  Opened tests(four, folder.path.c_str(), columns);
  ASSERT_EQ(tests.code, 0) << tests.text;
  EXPECT_EQ(tests.data.train.count, 0u);
  EXPECT_THAT(tests.get<float>(tests.data.test, 0, 0), ElementsAre(0, 0, 1, -10));
  refuses(2101, "has no 'train.csv' and no 'train.csv.gz' [E2101]\n  rows of 'test.csv' alone need "
                "weights (--init) that say what its columns are");
}

TEST_F(TableTest, WeightsOfOtherColumns) {
  auto refused = [&](const char *columns, const std::string &message, int code = 2201) {
    Opened read(spec, folder.path.c_str(), columns);
    EXPECT_EQ(read.code, code) << read.text;
    EXPECT_THAT(std::string(read.text), HasSubstr(message));
  };
  for (const char *bad :
       {"area", "area,number,1", "area,number,1,0", "area,number,x,1", "area,number,1,1,1",
        "street,category,b,a", "street,category,a,a", "street,date,1,1"})
    refused(bad, "'w.safetensors': \"columns\" line 1 expects NAME,number,MEAN,DEVIATION or");
  refused("area,number,1,1",
          "'w.safetensors' expects columns that make 5 features, as many as the "
          "model has, got 1",
          2113);
  refused("area,number,1,1\ncellar,number,1,1\n",
          "train.csv' line 1: expects columns that it lacks "
          "[E2112]\n  - cellar",
          2112);
  HouseSpec one(1);
  Opened read(one, folder.path.c_str(), "street,number,1,1");
  EXPECT_EQ(read.code, 2112);
  EXPECT_THAT(std::string(read.text),
              HasSubstr("train.csv' line 2 column 3: expects a number in 'street', got 'Pave'"));
}

TEST_F(TableTest, WrongTables) {
  refuses(2113,
          "train.csv' expects columns that make 6 features, as many as the model has, got 5 "
          "[E2113]\n  column 'street' makes 4 of them",
          6);
  auto train = [&](const std::string &text, int code, const std::string &message) {
    writeFile(folder / "train.csv", text);
    refuses(code, "train.csv'" + message);
  };
  train("", 2107, " expects a header and a row or more, got nothing [E2107]");
  train("id,area,street,price\n", 2107, " expects a header and a row or more, got a header alone");
  train("id,area,street,price\n1,2,3\n", 2112,
        " line 2: expects 4 fields, as the header has, got 3");
  train("id,area,street,price\n\n1,2,3,4,5\n", 2112,
        " line 3: expects 4 fields, as the header has, got 5");
  train("id,area,street,area\n1,2,3,4\n", 2112,
        " line 1 column 4: expects another name, got 'area' twice");
  train("id,area,street,prize\n1,2,3,4\n", 2112,
        " line 1: expects columns that it lacks [E2112]\n  - price");
  train("nr,area,street,prize\n1,2,3,4\n", 2112,
        " line 1: expects columns that it lacks [E2112]\n  - price\n  - id");
  train("id,area,street,price\n1,2,Pave,4\n2,3,Grvl,dear\n", 2112,
        " line 3 column 4: expects a number in 'price', got 'dear'");
  for (const char *price : {"", "NA", "1e39", "inf"})
    train("id,area,street,price\n1,2,Grvl,4\n2,3,Pave," + std::string(price) + "\n", 2112,
          " line 3 column 4: expects a number in 'price', got '" + std::string(price) + "'");
  train("id,area,street,price\n1,2,\"Grvl,4\n", 2112, " line 2 column 3: expects '\"' at its end");
}

TEST_F(TableTest, WrongTests) {
  auto test = [&](const std::string &text, int code, const std::string &message) {
    writeFile(folder / "test.csv", text);
    refuses(code, "test.csv'" + message);
  };
  test("id,area\n1,2\n", 2112, " line 1: expects columns that it lacks [E2112]\n  - street");
  test("area,street\n1,2\n", 2112, " line 1: expects columns that it lacks [E2112]\n  - id");
  test("id,area,street\n1,2\n", 2112, " line 2: expects 3 fields, as the header has, got 2");
  test("id,area,street\n", 2107, " expects a header and a row or more, got a header alone");
  test("id,area,street,price\n1,2,Dirt,\n", 2112,
       " line 2 column 4: expects a number in 'price', got ''");
}

TEST_F(TableTest, TargetsOfCategories) {
  writeFile(folder / "train.csv", "id,a,price\n1,1,\"low, or so\"\n2,2,high\n3,3,high\n");
  writeFile(folder / "test.csv", "price,id,a\nnone,4,5\nhigh,5,4\n");
  KindSpec three(1, 3), two(1, 2);
  Opened read(three, folder.path);
  ASSERT_EQ(read.code, 0) << read.text;
  EXPECT_STREQ(dataset_metadata(&read.data, CLASSES_TEXT), "high,\"low, or so\",none");
  EXPECT_EQ(read.one(read.data.train, 1, 0), 1);
  EXPECT_EQ(read.one<int64_t>(read.data.train, 1, 2), 0);
  EXPECT_EQ(read.one(read.data.test, 1, 0), 2);
  EXPECT_THAT(std::string(Opened(two, folder.path).text),
              HasSubstr("train.csv' expects 2 classes, as many as the model has, got 3 [E2117]"));
  const char *columns = "a,number,0,1";
  EXPECT_THAT(std::string(Opened(two, folder.path, columns, "high,none").text),
              HasSubstr("train.csv' line 2 column 3: expects a category that the weights know in "
                        "'price', got 'low, or so' [E2112]"));
  writeFile(folder / "train.csv", "id,a,price\n1,1,high\n2,2,NA\n");
  EXPECT_THAT(std::string(Opened(two, folder.path).text),
              HasSubstr("train.csv' line 3 column 3: expects a category in 'price', got 'NA'"));
  writeFile(folder / "test.csv", "id,a\n4,5\n"); // to predict
  writeFile(folder / "train.csv", "id,a,price\n1,1,high\n2,2,low\n");
  Opened predicts(two, folder.path);
  ASSERT_EQ(predicts.code, 0) << predicts.text;
  EXPECT_TRUE(predicts.data.table.unknown);
}

TEST_F(TableTest, BuiltInTargetsOfCategories) {
  KindSpec spec(12, 4);
  Opened read(spec, "");
  ASSERT_EQ(read.code, 0) << read.text;
  std::vector<int> counts(4);
  for (uint64_t i = 0; i < read.data.train.count; ++i)
    ++counts[static_cast<size_t>(read.one(read.data.train, 1, i))];
  EXPECT_THAT(counts, testing::Each(testing::Gt(100)));
}

// Part 2 of 3 of 7 examples: those from 7 * 1 / 3 = 2 to 7 * 2 / 3 = 4.
TEST_F(TableTest, APartIsHeldOut) {
  writeFile(folder / "train.csv", "a,price\n0,0\n0,1\n0,2\n0,3\n0,4\n0,5\n0,6\n");
  remove((folder / "test.csv").c_str());
  HouseSpec one(1, nullptr);
  Opened read(one, folder.path.c_str());
  ASSERT_EQ(read.code, 0) << read.text;
  EXPECT_EQ(dataset_tests(&read.data), &read.data.test);
  diag d = diag_make(read.text, sizeof read.text);
  ASSERT_EQ(dataset_fold(&read.data, 2, 3, &d), 0);
  std::vector<double> trained, held;
  for (uint64_t i = 0; i < read.data.train.count; ++i)
    trained.push_back(read.one<double>(read.data.train, 1, i));
  for (uint64_t i = 0; i < dataset_tests(&read.data)->count; ++i)
    held.push_back(read.one<double>(*dataset_tests(&read.data), 1, i));
  EXPECT_THAT(trained, ElementsAre(0, 1, 4, 5, 6));
  EXPECT_THAT(held, ElementsAre(2, 3));
}

TEST_F(TableTest, EveryExampleIsHeldOutOnce) {
  std::string text = "a,price\n";
  for (int i = 0; i < 11; ++i)
    text += "0," + std::to_string(i) + "\n";
  writeFile(folder / "train.csv", text);
  HouseSpec one(1, nullptr);
  std::string path = folder / "train.csv";
  std::vector<int> held(11), trained(11);
  for (uint64_t part = 1; part <= 11; ++part) {
    Opened read(one, path.c_str());
    diag d = diag_make(read.text, sizeof read.text);
    ASSERT_EQ(dataset_fold(&read.data, part, 11, &d), 0);
    for (uint64_t i = 0; i < read.data.train.count; ++i)
      ++trained[static_cast<size_t>(read.one<double>(read.data.train, 1, i))];
    ++held[static_cast<size_t>(read.one<double>(read.data.held, 1, 0))];
    EXPECT_EQ(read.data.held.count, 1u);
  }
  EXPECT_THAT(held, testing::Each(1));
  EXPECT_THAT(trained, testing::Each(10));
  Opened few(one, path.c_str());
  diag d = diag_make(few.text, sizeof few.text);
  EXPECT_EQ(dataset_fold(&few.data, 1, 12, &d), 2107);
  EXPECT_THAT(std::string(few.text), HasSubstr("--fold 1/12 expects 12 examples or more, got 11"));
}

TEST(BuiltInTable, HasAsManyFeaturesAsTheModel) {
  for (int64_t features : {1, 15, 16, 17, 331}) {
    HouseSpec spec(features);
    Opened read(spec, "");
    ASSERT_EQ(read.code, 0) << read.text;
    EXPECT_EQ(read.data.train.count, 1024u);
    EXPECT_EQ(read.data.test.count, 256u);
    EXPECT_FALSE(read.data.table.unknown);
    for (uint64_t i = 0; i < 256; ++i)
      ASSERT_TRUE(read.one<double>(read.data.test, 1, i) >= 1000);
    EXPECT_STREQ(csv_cell(&read.data.table.test, 256, 0), "1280");
  }
}

} // namespace
