// PairsTest.cpp - sentences and their translations: cleaning, vocabularies, cutting and filling up,
// and what is refused.
#include "OpenedData.h"
#include "TestTools.h"

extern "C" {
#include "sentence.h"
#include "weights.h"
}

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

/// A data set as the DSL's sentence_pairs() writes it.
struct PairsSpec {
  PairsSpec(int64_t source, int64_t target, int64_t steps, uint64_t pairs = 0)
      : dims{steps},
        fields{{"source", SINTER_I32, 1, dims, SINTER_DECODE_SENTENCE, 0, source, nullptr, nullptr},
               {"target", SINTER_I32, 1, dims, SINTER_DECODE_SENTENCE, 1, target, nullptr, nullptr},
               {"source_length", SINTER_I32, 0, nullptr, SINTER_DECODE_LENGTH, 0, steps + 1,
                nullptr, nullptr},
               {"target_length", SINTER_I32, 0, nullptr, SINTER_DECODE_LENGTH, 1, steps + 1,
                nullptr, nullptr}},
        data{"eng-fra", fields, 4, 0, 0, 0, pairs} {}
  PairsSpec(const PairsSpec &) = delete;
  int64_t dims[1];
  sinter_field fields[4];
  sinter_data data;
};

std::string cleaned(const std::string &text) {
  std::string to(2 * text.size() + 1, '\0');
  to.resize(sentence_clean(reinterpret_cast<const unsigned char *>(text.data()), text.size(),
                           reinterpret_cast<unsigned char *>(to.data())));
  return to;
}

TEST(Pairs, MarksAreWordsAndLettersSmall) {
  EXPECT_EQ(cleaned("Go."), "go . ");
  EXPECT_EQ(cleaned("  Wait,  I'm \"home\"!? "), "wait , i'm \"home\" ! ? ");
  EXPECT_EQ(cleaned("Courez\xe2\x80\xaf!"), "courez ! ");               // narrow no-break space
  EXPECT_EQ(cleaned("\xc3\x80 l'aide\xc2\xa0!"), "\xc3\xa0 l'aide ! "); // À, no-break space
  EXPECT_EQ(cleaned("10,000 ..."), "10 ,000 . . . "); // as Dive into Deep Learning cuts it
  EXPECT_EQ(cleaned(" \x01\x7f "), "");
  // Ç Œ Ÿ Ž Σ Ж Ё as small letters; ×, ß, 中 and a smile as they are
  EXPECT_EQ(cleaned("\xc3\x87\xc5\x92\xc5\xb8\xc5\xbd\xce\xa3\xd0\x96\xd0\x81"),
            "\xc3\xa7\xc5\x93\xc3\xbf\xc5\xbe\xcf\x83\xd0\xb6\xd1\x91 ");
  EXPECT_EQ(cleaned("\xc3\x97\xc3\x9f\xe4\xb8\xad\xf0\x9f\x98\x80"),
            "\xc3\x97\xc3\x9f\xe4\xb8\xad\xf0\x9f\x98\x80 ");
}

const char *const story =
    "Go.\tVa !\nGo on!\tVa, va !\r\n\nStop now.\tStop.\tCC-BY 2.0\nGo.\tBouge.\n";

TEST(Pairs, SentencesEndAndAreFilledUp) {
  Scratch s;
  writeFile(s / "t", story);
  PairsSpec spec(9, 9, 4);
  Opened t(spec, s / "t");
  ASSERT_EQ(t.code, 0) << t.text;
  EXPECT_STREQ(t.list(0), "<unk> <pad> <bos> <eos> . go"); // three times each; the rest once
  EXPECT_STREQ(t.list(1), "<unk> <pad> <bos> <eos> va ! .");
  EXPECT_EQ(t.data.train.count, 4u);
  EXPECT_THAT(t.get(t.data.train, 0, 0), ElementsAre(5, 4, TOKEN_EOS, TOKEN_PAD));
  EXPECT_THAT(t.get(t.data.train, 1, 0), ElementsAre(4, 5, TOKEN_EOS, TOKEN_PAD));
  EXPECT_THAT(t.get(t.data.train, 0, 1), ElementsAre(5, TOKEN_UNKNOWN, TOKEN_UNKNOWN, TOKEN_EOS));
  EXPECT_THAT(t.get(t.data.train, 2, 1), ElementsAre(4));
  EXPECT_THAT(t.get(t.data.train, 1, 1), ElementsAre(4, TOKEN_UNKNOWN, 4, 5)); // cut: no <eos>
  EXPECT_THAT(t.get(t.data.train, 3, 1), ElementsAre(4));
  EXPECT_EQ(t.data.cut, 1u);
  EXPECT_THAT(t.get(t.data.train, 1, 2), ElementsAre(TOKEN_UNKNOWN, 6, TOKEN_EOS, TOKEN_PAD));
  EXPECT_THAT(t.get(t.data.train, 3, 2), ElementsAre(3));
  EXPECT_TRUE(t.data.one_split);
  EXPECT_EQ(t.data.test.count, 4u);
  EXPECT_THAT(t.get(t.data.test, 3, 2), ElementsAre(3));
}

TEST(Pairs, TheFirstOnesMakeTheVocabulary) {
  Scratch s;
  writeFile(s / "eng-fra.txt.gz", gzip(story));
  writeFile(s / "eng-fra.test.txt", "Now go on.\tVa bouge.\n");
  PairsSpec spec(9, 9, 4, 2);
  Opened t(spec, s.path); // a folder, with NAME.txt[.gz]
  ASSERT_EQ(t.code, 0) << t.text;
  EXPECT_EQ(t.data.train.count, 2u);
  EXPECT_STREQ(t.list(0), "<unk> <pad> <bos> <eos> go");
  EXPECT_STREQ(t.list(1), "<unk> <pad> <bos> <eos> va !");
  EXPECT_FALSE(t.data.one_split);
  EXPECT_EQ(t.data.test.count, 1u);
  EXPECT_THAT(t.get(t.data.test, 0, 0), ElementsAre(0, 4, 0, 0)); // five tokens
  EXPECT_THAT(t.get(t.data.test, 1, 0), ElementsAre(4, 0, 0, TOKEN_EOS));
}

TEST(Pairs, TheMostFrequentWordsFindRoom) {
  Scratch s;
  writeFile(s / "t", "a a a b b c c\tx x\nb d\ty y y\n");
  PairsSpec spec(6, 6, 9);
  Opened t(spec, s / "t");
  ASSERT_EQ(t.code, 0) << t.text;
  EXPECT_STREQ(t.list(0), "<unk> <pad> <bos> <eos> a b"); // three each; c has no room, d is rare
  EXPECT_EQ(t.data.vocabularies[0].left_out, 1u);
  EXPECT_EQ(t.data.vocabularies[1].left_out, 0u);
}

TEST(Pairs, KnownVocabulariesStand) {
  Scratch s;
  writeFile(s / "t", story);
  PairsSpec spec(9, 7, 4);
  Opened t(spec, s / "t", "<unk> <pad> <bos> <eos> . stop", "<unk> <pad> <bos> <eos> \" va \\");
  ASSERT_EQ(t.code, 0) << t.text;
  EXPECT_THAT(t.get(t.data.train, 0, 0), ElementsAre(0, 4, 3, 1));
  EXPECT_THAT(t.get(t.data.train, 1, 0), ElementsAre(5, 0, 3, 1));
  for (const char *bad :
       {"", "<unk> <pad> <bos> <eos>", "<unk> <pad> <bos> <eos> ", "<unk> <pad> <bos> <eos> a  b",
        "<unk>,a", "<unk> <pad> <bos> <eos> a\n"}) {
    char message[256] = "";
    diag d = diag_make(message, sizeof message);
    vocabulary v;
    EXPECT_EQ(vocabulary_parse(&v, &spec.fields[1], bad, "f", &d), 2201) << bad;
  }
  char message[256] = "";
  diag d = diag_make(message, sizeof message);
  vocabulary v;
  EXPECT_EQ(vocabulary_parse(&v, &spec.fields[1], "<unk> <pad> <bos> <eos> a b c d", "f", &d),
            2110);
  EXPECT_THAT(message,
              HasSubstr("'f' expects a vocabulary of 7 at most, which the model has, got 8"));
}

TEST(Pairs, WhatIsNoPairIsRefused) {
  Scratch s;
  PairsSpec spec(9, 9, 4);
  auto refuses = [&](const std::string &text, const std::string &message) {
    writeFile(s / "t", text);
    EXPECT_THAT(Opened(spec, s / "t").text, HasSubstr(message));
  };
  refuses("", "expects lines of a sentence, a tab and its translation, got none [E2115]");
  refuses("\n\r\n\n", "got none [E2115]");
  refuses("a a\tb b\n\ngo on\n",
          "line 3: expects a sentence, a tab and its translation, got no tab [E2115]");
  refuses("a a\tb b\n \tb\n", "line 2: expects words in front of the tab, got none [E2115]");
  refuses("a a\t\xc2\xa0\n", "line 1: expects words behind the tab, got none [E2115]");
  refuses("a a\tb b\ncaf\xe9\tb\n", "byte 11: expects text in UTF-8, got byte e9 [E2109]");
  refuses("a a\tb c\n",
          "expects words of 'target' that occur twice or more, got none: its vocabulary is empty "
          "[E2110]");
  EXPECT_THAT(Opened(spec, s / "no").text, HasSubstr("cannot read '"));
  EXPECT_THAT(Opened(spec, s.path).text, HasSubstr("has no 'eng-fra.txt' and no 'eng-fra.txt.gz'"));
}

TEST(Pairs, TheBuiltInOnesAreWordByWord) {
  PairsSpec spec(200, 200, 10, 600);
  Opened t(spec, "");
  ASSERT_EQ(t.code, 0) << t.text;
  EXPECT_STREQ(t.data.reader->built_in, "pairs of sentences");
  EXPECT_EQ(t.data.train.count, 600u);
  EXPECT_EQ(t.data.test.count, 200u);
  EXPECT_EQ(t.data.cut, 0u);
  std::vector<int32_t> means(200, -1);
  for (const split *part : {&t.data.train, &t.data.test})
    for (uint64_t i = 0; i < part->count; ++i) {
      std::vector<int32_t> source = t.get(*part, 0, i), target = t.get(*part, 1, i);
      EXPECT_EQ(t.get(*part, 2, i), t.get(*part, 3, i));
      for (size_t k = 0; k < source.size(); ++k) {
        ASSERT_GT(source[k], 0);
        int32_t &meaning = means[static_cast<size_t>(source[k])];
        meaning = meaning < 0 ? target[k] : meaning;
        ASSERT_EQ(target[k], meaning);
      }
    }
  for (int64_t limit : {6, 7, 30}) { // whatever the sizes
    PairsSpec small(limit, 9, 2, 1);
    EXPECT_EQ(Opened(small, "").code, 0);
  }
}

TEST(Pairs, OtherFieldsAreNoPairs) {
  PairsSpec spec(9, 9, 4);
  EXPECT_TRUE(pairs_reads(&spec.data));
  spec.fields[3].ahead = 0;
  EXPECT_FALSE(pairs_reads(&spec.data)); // two lengths of one sentence
  spec.fields[3].ahead = 1;
  spec.fields[1].ahead = 2;
  EXPECT_FALSE(pairs_reads(&spec.data));
  spec.data.field_count = 1;
  EXPECT_FALSE(pairs_reads(&spec.data)); // no translation
}

} // namespace
