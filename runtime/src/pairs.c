/* pairs.c - sentences and their translations: a line is a sentence, a tab and its translation. See
 * data.h.
 *
 * Sentences and lengths become columns of numbers when the file is read. Invariant: a vocabulary is
 * made of the pairs to train with, and of no others. Reading on: sentence.c (what is done to a
 * sentence), vocabulary.c. */
#include "data.h"
#include "sentence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool pairs_reads(const sinter_data *spec) {
  uint32_t found[2][VOCABULARIES] = {{0}}; /* sentences, lengths */
  bool reads = true;
  for (uint32_t i = 0; i < spec->field_count && reads; ++i) {
    const sinter_field *f = &spec->fields[i];
    bool sentence = f->decode == SINTER_DECODE_SENTENCE;
    reads = (sentence || f->decode == SINTER_DECODE_LENGTH) && f->ahead < VOCABULARIES &&
            f->rank == sentence && found[!sentence][f->ahead]++ == 0;
  }
  for (int i = 0; i < VOCABULARIES; ++i)
    reads = reads && found[0][i];
  return reads;
}

/* Sentences of one language, cleaned, each behind the one before. */
typedef struct sentences {
  unsigned char *text;
  uint64_t *ends;
  uint64_t count;
} sentences;

static uint64_t end_of(const sentences *s, uint64_t i) { return i ? s->ends[i - 1] : 0; }

/* Takes one line apart: a sentence of each language. */
static int add_pair(sentences *of, const unsigned char *line, uint64_t length, const char *path,
                    uint64_t number, diag *d) {
  const unsigned char *part = line, *end = line + length;
  for (int i = 0; i < VOCABULARIES; ++i) {
    const unsigned char *tab = memchr(part, '\t', (size_t)(end - part));
    if (i == 0 && !tab)
      return diag_error(d, 2115,
                        "'%s' line %llu: expects a sentence, a tab and its translation, got no tab",
                        path, (unsigned long long)number);
    sentences *s = &of[i];
    uint64_t at = end_of(s, s->count);
    uint64_t got = sentence_clean(part, (uint64_t)((tab ? tab : end) - part), s->text + at);
    if (!got)
      return diag_error(d, 2115, "'%s' line %llu: expects words %s the tab, got none", path,
                        (unsigned long long)number, i ? "behind" : "in front of");
    s->ends[s->count++] = at + got;
    part = tab ? tab + 1 : end;
  }
  return 0;
}

/* The first `most` pairs of a file, all when that is 0; lines without anything are passed over. */
static int take_apart(sentences *of, const raw_text *raw, uint64_t most, diag *d) {
  if (utf8_check(raw->bytes, raw->length, raw->path, d))
    return d->code;
  uint64_t lines = 1;
  for (uint64_t i = 0; i < raw->length; ++i)
    lines += raw->bytes[i] == '\n';
  for (int i = 0; i < VOCABULARIES; ++i) {
    of[i].text = malloc(2 * raw->length + lines); /* a space before each character, one behind */
    of[i].ends = malloc(lines * sizeof *of[i].ends);
    if (!of[i].text || !of[i].ends)
      return diag_error(d, 2402, "out of memory: the sentences of '%s'", raw->path);
  }
  uint64_t number = 0, end;
  for (uint64_t at = 0; at < raw->length && (!most || of->count < most); at = end + 1) {
    const unsigned char *line = raw->bytes + at, *next = memchr(line, '\n', raw->length - at);
    end = next ? (uint64_t)(next - raw->bytes) : raw->length;
    uint64_t length = end - at;
    length -= length && line[length - 1] == '\r';
    ++number;
    if (length && add_pair(of, line, length, raw->path, number, d))
      return d->code;
  }
  if (!of->count)
    return diag_error(d, 2115,
                      "'%s' expects lines of a sentence, a tab and its translation, got none",
                      raw->path);
  return 0;
}

/* The columns of one field of a split. */
static int encode(dataset *data, const sentences *of, uint32_t f, split *to, diag *d) {
  const sinter_field *field = &data->spec->fields[f];
  const sentences *s = &of[field->ahead];
  bool sentence = field->decode == SINTER_DECODE_SENTENCE;
  /* lengths count the tokens of their sentence */
  uint64_t steps = (uint64_t)sentence_field(data->spec, field->ahead)->dims[0];
  uint32_t *column = column_take(to, f, s->count * (sentence ? steps : 1), d);
  uint32_t *ids = column && !sentence ? malloc(steps * sizeof *ids) : column;
  if (column && !ids)
    diag_error(d, 2402, "out of memory: the numbers of a sentence");
  for (uint64_t i = 0; i < s->count && !d->code; ++i) {
    uint64_t begin = end_of(s, i);
    uint64_t tokens = sentence_encode(&data->vocabularies[field->ahead], s->text + begin,
                                      s->ends[i] - begin, ids, steps);
    if (sentence)
      ids += steps;
    else
      column[i] = (uint32_t)(tokens < steps ? tokens : steps);
    data->cut += sentence && tokens > steps;
  }
  if (!sentence)
    free(ids);
  return d->code;
}

/* A file -> the columns of a split. The first one makes the vocabularies that are not known. */
static int read_split(dataset *data, const raw_text *raw, uint64_t most, split *to, diag *d) {
  sentences of[VOCABULARIES] = {{0}};
  take_apart(of, raw, most, d);
  for (uint32_t i = 0; i < VOCABULARIES && !d->code; ++i)
    if (!data->vocabularies[i].count)
      vocabulary_build(&data->vocabularies[i], sentence_field(data->spec, i), of[i].text,
                       end_of(&of[i], of[i].count), raw->path, d);
  for (uint32_t f = 0; f < data->spec->field_count && !d->code; ++f)
    encode(data, of, f, to, d);
  to->count = of->count;
  for (int i = 0; i < VOCABULARIES; ++i) {
    free(of[i].text);
    free(of[i].ends);
  }
  return d->code;
}

/* --- Built in ------------------------------------------------------------------------------------
 */

enum { PAIRS = 2000, TESTS = 200, WORDS = 20, LONGEST = 5, WORD_BYTES = 5 };

/* Two letters for a number below 70. */
static char *put_syllable(char *to, uint32_t number) {
  *to++ = "bdfgklmnprstvz"[number % 14];
  *to++ = "aeiou"[number / 14];
  return to;
}

/* How many words the built-in languages have: as the vocabularies have room for beside the full
 * stop, and so few that some occur twice in `count` pairs. */
static uint32_t count_words(const sinter_data *spec, uint64_t count) {
  uint64_t words = count < WORDS ? count : WORDS;
  for (uint32_t i = 0; i < VOCABULARIES; ++i) {
    int64_t room = sentence_field(spec, i)->limit - RESERVED_TOKENS - 1;
    words = room < (int64_t)words ? (uint64_t)(room < 1 ? 1 : room) : words;
  }
  return (uint32_t)words;
}

/* Sentences of 2 to 5 words and a full stop; each word has one translation. No two words of a
 * language have the first syllable in common. */
static void make_pairs(raw_text *raw, uint32_t known, uint64_t first, uint64_t count, diag *d) {
  uint64_t stream = sinter_stream("synthetic/pairs");
  char *to = malloc(count * VOCABULARIES * (LONGEST * WORD_BYTES + 1));
  snprintf(raw->path, sizeof raw->path, "built-in pairs");
  raw->bytes = (unsigned char *)to;
  if (!to) {
    diag_error(d, 2402, "out of memory: the built-in pairs");
    return;
  }
  for (uint64_t i = first; i < first + count; ++i)
    for (uint32_t language = 0; language < VOCABULARIES; ++language) {
      uint32_t words = 2 + below(sinter_philox(0, stream, i, 0).w[0], LONGEST - 1);
      for (uint32_t k = 0; k < words; ++k) {
        uint32_t word = below(sinter_philox(0, stream, i, 1 + k).w[0], known);
        to = put_syllable(to, language ? (word * 23 + 5) % 70 : word);
        to = put_syllable(to, (word * (3 + language)) % 70);
        *to++ = ' ';
      }
      to[-1] = '.';
      *to++ = language + 1 < VOCABULARIES ? '\t' : '\n';
    }
  raw->length = (uint64_t)((unsigned char *)to - raw->bytes);
}

/* ---------------------------------------------------------------------------------------------- */

int pairs_open(dataset *data, const char *path, sinter_pool *pool, diag *d) {
  (void)pool;
  const sinter_data *spec = data->spec;
  raw_text train = {0}, test = {0};
  uint64_t most = spec->most_examples, made = most && most < PAIRS ? most : PAIRS;
  if (path)
    text_read(&train, &test, spec, path, d);
  else
    make_pairs(&train, count_words(spec, made), 0, made, d);
  if (!path && !d->code)
    make_pairs(&test, count_words(spec, made), made, TESTS, d);
  if (!d->code && !read_split(data, &train, most, &data->train, d) && test.bytes)
    read_split(data, &test, 0, &data->test, d);
  if (!d->code && !test.bytes)
    share_examples(data, "has no .test.txt beside it");
  free(train.bytes);
  free(test.bytes);
  return d->code;
}
