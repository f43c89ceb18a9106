// TextTest.cpp - texts: cleaning, vocabularies, where examples lie, and what is refused.
#include "OpenedData.h"
#include "TestTools.h"

extern "C" {
#include "weights.h"
}

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>

using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

/// A data set of tokens and targets, as the DSL's text() writes it.
struct TextSpec {
  TextSpec(uint32_t decode, int64_t vocabulary, int64_t steps, uint32_t order = 0)
      : dims{steps},
        fields{{"tokens", SINTER_I32, 1, dims, decode, 0, vocabulary, nullptr, nullptr},
               {"targets", SINTER_I32, 1, dims, decode, 1, vocabulary, nullptr, nullptr}},
        data{"story", fields, 2, order, 0, 0, 0} {}
  TextSpec(const TextSpec &) = delete;
  int64_t dims[1];
  sinter_field fields[2];
  sinter_data data;
};

/// An epoch of the text begins.
void begin(Opened &t, uint64_t seed, uint64_t epoch, uint64_t batch, bool shuffle = true) {
  epoch_start at = {seed, epoch, batch, shuffle};
  t.data.reader->begin(&t.data, &at);
}

std::string cleaned(std::string text) {
  char message[256] = "";
  diag d = diag_make(message, sizeof message);
  uint64_t length = text.size();
  auto *bytes = reinterpret_cast<unsigned char *>(text.data());
  if (text_clean(SINTER_DECODE_CHARACTER, bytes, &length, "t", &d))
    return message;
  return text.substr(0, length);
}

TEST(Text, OnlyLettersCountAndRunsOfOthersAreOneSpace) {
  EXPECT_EQ(cleaned("The Time\n\n  Traveller (for so...)"), "the time traveller for so ");
  EXPECT_EQ(cleaned("caf\xc3\xa9 1898 \xe2\x82\xac \xf0\x9f\x98\x80zoo"), "caf zoo");
  EXPECT_EQ(cleaned(""), "");
}

TEST(Text, OtherEncodingsAreNamedWithTheirByte) {
  for (std::string bad :
       {"caf\xe9s", "ab \xff\xfe", "ab \xc0\xaf", "ab \xed\xa0\x80", "ab \xe2\x82",
        "ab \xf5\x80\x80\x80", "ab \xe0\x80\xaf", "ab \xf4\x90\x80\x80"})
    EXPECT_THAT(cleaned(bad), HasSubstr("'t' byte 3: expects text in UTF-8, got byte ")) << bad;
  EXPECT_THAT(cleaned(std::string("abc\0def", 7)), HasSubstr("byte 3"));
  EXPECT_THAT(cleaned("\x1f\x8b\x08"), HasSubstr("byte 1: expects text in UTF-8, got byte 8b, as "
                                                 "of gzip: its name ends in .gz [E2109]"));
}

TEST(Text, CharactersAreNumberedByOrder) {
  Scratch s;
  writeFile(s / "t", std::string(30, 'z') + " Bad cab!");
  TextSpec spec(SINTER_DECODE_CHARACTER, 28, 2);
  Opened t(spec, s / "t");
  ASSERT_EQ(t.code, 0) << t.text;
  EXPECT_STREQ(t.data.vocabularies[0].list, "<unk>, ,a,b,c,d,z");
  EXPECT_EQ(t.data.text.train.count, 39u);
  EXPECT_EQ(t.data.text.train.tokens[31], 3u); // B
  EXPECT_EQ(t.data.text.train.tokens[38], 1u); // !
}

TEST(Text, WordsAreNumberedByHowOftenTheyOccur) {
  Scratch s;
  std::string text = "a story: ";
  for (int i = 0; i < 12; ++i)
    text += "the cat saw the dog; ";
  writeFile(s / "story.txt.gz", gzip(text));
  TextSpec spec(SINTER_DECODE_WORD, 7, 3);
  Opened t(spec, s.path); // a folder, with NAME.txt[.gz]
  ASSERT_EQ(t.code, 0) << t.text;
  EXPECT_STREQ(t.data.vocabularies[0].list, "<unk>,the,cat,dog,saw,a,story");
  EXPECT_EQ(t.data.text.train.count, 62u);
  begin(t, 0, 0, 1, false);
  EXPECT_THAT(t.get(t.data.train, 0, 0), ElementsAre(5, 6, 1));
  EXPECT_THAT(t.get(t.data.train, 1, 0), ElementsAre(6, 1, 2));
}

TEST(Text, BytesAreTheirOwnNumbers) {
  Scratch s;
  std::string text;
  for (int i = 0; i < 400; ++i)
    text += static_cast<char>(i * 7);
  writeFile(s / "t", text);
  TextSpec spec(SINTER_DECODE_BYTE, 256, 4);
  Opened t(spec, s / "t");
  ASSERT_EQ(t.code, 0) << t.text;
  begin(t, 0, 0, 1, false);
  EXPECT_THAT(t.get(t.data.train, 1, 10), ElementsAre(31, 38, 45, 52)); // 7 * 41 … mod 256
}

TEST(Text, AKnownVocabularyStands) {
  Scratch s;
  writeFile(s / "t", std::string(40, 'a') + "bcd");
  TextSpec spec(SINTER_DECODE_CHARACTER, 28, 2);
  Opened t(spec, s / "t", "<unk>, ,c,a");
  ASSERT_EQ(t.code, 0) << t.text;
  EXPECT_EQ(t.data.text.train.tokens[0], 3u);
  EXPECT_EQ(t.data.text.train.tokens[40], 0u); // b: unknown
  EXPECT_EQ(t.data.text.train.tokens[41], 2u);
}

TEST(Text, ListsOfOthersAreRefused) {
  TextSpec spec(SINTER_DECODE_CHARACTER, 4, 2);
  for (const char *bad :
       {"", "a,b", "<unk>", "<unk>,", "<unk>,a,", "<unk>,ab", "<unk>,A", "<unk>,a,\"", "<unk>;a"}) {
    char message[256] = "";
    diag d = diag_make(message, sizeof message);
    vocabulary v;
    EXPECT_EQ(vocabulary_parse(&v, &spec.fields[0], bad, "f", &d), 2201) << bad;
  }
  char message[256] = "";
  diag d = diag_make(message, sizeof message);
  vocabulary v;
  EXPECT_EQ(vocabulary_parse(&v, &spec.fields[0], "<unk>,a,b,c,d", "f", &d), 2110);
  EXPECT_THAT(message,
              HasSubstr("'f' expects a vocabulary of 4 at most, which the model has, got 5"));
}

TEST(Text, WhatCannotBeTrainedOnIsRefused) {
  Scratch s;
  TextSpec characters(SINTER_DECODE_CHARACTER, 6, 5), words(SINTER_DECODE_WORD, 3, 5);
  auto refuses = [&](const TextSpec &spec, const std::string &text, const std::string &message) {
    writeFile(s / "t", text);
    EXPECT_THAT(Opened(spec, s / "t").text, HasSubstr(message));
  };
  refuses(characters, "",
          "expects a text with letters a to z, got none: its vocabulary is empty "
          "[E2110]");
  refuses(characters, "1898 - 1899", "its vocabulary is empty [E2110]");
  refuses(words, " . ", "its vocabulary is empty [E2110]");
  refuses(characters, "a b c d e f",
          "expects a vocabulary of 6 at most, which the model has, got 7 "
          "different characters and the unknown one [E2110]");
  refuses(words, "one two three", "got 3 different words and the unknown one [E2110]");
  refuses(characters, std::string(9, 'a'),
          "expects 10 tokens or more for an example of 5 steps, got 9 [E2107]");
  writeFile(s / "t", std::string(10, 'a'));
  EXPECT_EQ(Opened(characters, s / "t").code, 0);
  EXPECT_THAT(Opened(characters, s / "no").text, HasSubstr("cannot read '"));
  EXPECT_THAT(Opened(characters, s.path).text,
              HasSubstr("has no 'story.txt' and no 'story.txt.gz'"));
  writeFile(s / "story.test.txt", std::string(10, 'a'));
  EXPECT_THAT(Opened(characters, s.path).text,
              HasSubstr("[E2101]\n  to evaluate 'story.test.txt' alone, give --data that file"));
  EXPECT_EQ(Opened(characters, s / "story.test.txt").code, 0);
}

/// First tokens of all examples of the training split; token i of the text is i.
std::vector<int64_t> starts(Opened &t) {
  std::vector<int64_t> result;
  for (uint64_t i = 0; i < t.data.train.count; ++i) {
    std::vector<int32_t> tokens = t.get(t.data.train, 0, i), targets = t.get(t.data.train, 1, i);
    result.push_back(tokens[0]);
    for (size_t k = 0; k < tokens.size(); ++k) {
      EXPECT_EQ(tokens[k], tokens[0] + static_cast<int32_t>(k));
      EXPECT_EQ(targets[k], tokens[k] + 1);
    }
    EXPECT_LT(targets.back(), static_cast<int32_t>(t.data.text.train.count));
  }
  return result;
}

struct Counting {
  explicit Counting(uint32_t order) : spec(SINTER_DECODE_BYTE, 256, 7, order) {
    writeFile(s / "t", std::string(900, 'x'));
    t = std::make_unique<Opened>(spec, s / "t");
    std::iota(t->data.text.train.tokens, t->data.text.train.tokens + t->data.text.train.count, 0);
  }
  Scratch s;
  TextSpec spec;
  std::unique_ptr<Opened> t;
};

TEST(Text, WindowsOfAnEpochTileTheTextFromARandomPlace) {
  Counting c(SINTER_ORDER_SHUFFLED);
  ASSERT_EQ(c.t->code, 0) << c.t->text;
  EXPECT_EQ(c.t->data.train.count, 127u); // (900 - 7) / 7
  std::vector<int64_t> offsets;
  for (uint64_t epoch = 0; epoch < 200; ++epoch) {
    begin(*c.t, 3, epoch, 32);
    std::vector<int64_t> at = starts(*c.t);
    offsets.push_back(at[0]);
    for (size_t i = 1; i < at.size(); ++i)
      ASSERT_EQ(at[i], at[i - 1] + 7);
  }
  EXPECT_EQ(*std::min_element(offsets.begin(), offsets.end()), 0);
  EXPECT_EQ(*std::max_element(offsets.begin(), offsets.end()), 6);
  begin(*c.t, 3, 5, 8);
  EXPECT_EQ(starts(*c.t)[0], offsets[5]); // of seed and epoch alone
  begin(*c.t, 3, 5, 8, /*shuffle=*/false);
  EXPECT_EQ(starts(*c.t)[0], 0);
  begin(*c.t, 3, 5, 8);
  EXPECT_TRUE(c.t->data.one_split); // and tests do not move
  EXPECT_THAT(c.t->get(c.t->data.test, 1, 0), ElementsAre(1, 2, 3, 4, 5, 6, 7));
  EXPECT_EQ(c.t->data.test.count, 127u);
}

TEST(Text, ATestTextLiesBeside) {
  Scratch s;
  writeFile(s / "story.txt", std::string(50, 'a') + "bc");
  writeFile(s / "story.test.txt.gz", gzip("cab dab" + std::string(9, 'a')));
  TextSpec spec(SINTER_DECODE_CHARACTER, 28, 3);
  for (std::string path : {s.path, s / "story.txt"}) {
    Opened t(spec, path);
    ASSERT_EQ(t.code, 0) << t.text;
    EXPECT_FALSE(t.data.one_split);
    EXPECT_STREQ(t.data.vocabularies[0].list, "<unk>,a,b,c"); // of the training text alone
    EXPECT_THAT(t.get(t.data.test, 0, 0), ElementsAre(3, 1, 2));
    EXPECT_THAT(t.get(t.data.test, 1, 0), ElementsAre(1, 2, 0));
    EXPECT_EQ(t.data.test.count, 4u); // (16 - 3) / 3
  }
  writeFile(s / "story.test.txt.gz", gzip("cab"));
  EXPECT_THAT(
      Opened(spec, s.path).text,
      HasSubstr("story.test.txt.gz' expects 6 tokens or more for an example of 3 steps, got 3"));
}

TEST(Text, SequentialExamplesGoOnFromBatchToBatch) {
  Counting c(SINTER_ORDER_SEQUENTIAL);
  const uint64_t batch = 10;
  begin(*c.t, 3, 1, batch);
  std::vector<int64_t> at = starts(*c.t);
  for (size_t i = batch; i < at.size() / batch * batch; ++i)
    EXPECT_EQ(at[i], at[i - batch] + 7);
  EXPECT_EQ(at[1], at[0] + 12 * 7); // 127 windows, 12 a stretch
}

TEST(Text, TheBuiltInOneFitsItsVocabulary) {
  for (auto [decode, limit] : {std::pair(SINTER_DECODE_CHARACTER, 28),
                               {SINTER_DECODE_WORD, 5000},
                               {SINTER_DECODE_WORD, 9},
                               {SINTER_DECODE_BYTE, 256}}) {
    TextSpec spec(decode, limit, 35);
    Opened t(spec, "");
    ASSERT_EQ(t.code, 0) << t.text;
    EXPECT_STREQ(t.data.reader->built_in, "text");
    EXPECT_GT(t.data.train.count, 200u);
    EXPECT_LE(t.data.vocabularies[0].count, static_cast<uint32_t>(limit));
    for (uint64_t i = 0; i < t.data.text.train.count; ++i)
      ASSERT_LT(t.data.text.train.tokens[i], t.data.vocabularies[0].count);
  }
}

TEST(Text, EveryTokenIsFoundAgain) {
  TextSpec spec(SINTER_DECODE_WORD, 5000, 35);
  Opened t(spec, "");
  const vocabulary &v = t.data.vocabularies[0];
  for (uint32_t i = 1; i < v.count; ++i) {
    size_t length;
    const char *token = vocabulary_token(&v, i, &length);
    EXPECT_EQ(vocabulary_find(&v, reinterpret_cast<const unsigned char *>(token), length), i);
  }
  EXPECT_EQ(vocabulary_find(&v, reinterpret_cast<const unsigned char *>("zebra"), 5), 0u);
}

TEST(Text, MetadataOfAWeightFileIsReadByKey) {
  Scratch s;
  std::string header = "{\"__metadata__\":{\"a\":\"b\",\"vocabulary\":\"<unk>, ,a\",\"c\":\"d\"}}";
  std::string bytes(8, '\0');
  bytes[0] = static_cast<char>(header.size());
  writeFile(s / "w", bytes + header);
  char message[256] = "";
  diag d = diag_make(message, sizeof message);
  char *value = nullptr;
  ASSERT_EQ(weights_metadata((s / "w").c_str(), "vocabulary", &value, &d), 0) << message;
  EXPECT_STREQ(value, "<unk>, ,a");
  free(value);
  ASSERT_EQ(weights_metadata((s / "w").c_str(), "words", &value, &d), 0);
  EXPECT_EQ(value, nullptr);
}

} // namespace
