/* text.c - texts as examples: windows of tokens, in random order or one behind the other. See
 * data.h.
 *
 * Example i of an epoch is the window at offset + i * steps; the offset, below `steps`, is a
 * function of (seed, epoch). Where examples go on from batch to batch, each place of a batch has a
 * stretch of the text of its own. Invariant: a window and the token behind it lie in their split.
 */
#include "data.h"
#include "source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool text_reads(const sinter_data *spec) {
  const sinter_field *first = text_field(spec);
  bool reads = first != NULL;
  for (uint32_t i = 0; i < spec->field_count && reads; ++i) {
    const sinter_field *f = &spec->fields[i];
    reads = f->decode == first->decode && f->limit == first->limit && f->rank == 1 &&
            f->dims[0] == first->dims[0];
  }
  return reads;
}

/* The most places that a field is ahead. */
static uint64_t most_ahead(const sinter_data *spec) {
  uint64_t most = 0;
  for (uint32_t i = 0; i < spec->field_count; ++i)
    most = spec->fields[i].ahead > most ? spec->fields[i].ahead : most;
  return most;
}

/* A file that is not there (NULL) is a text without bytes, and no error. */
static void read_text(raw_text *raw, source *s, diag *d) {
  if (s)
    snprintf(raw->path, sizeof raw->path, "%s", s->path);
  raw->bytes = s ? source_read_all(s, &raw->length, d) : NULL;
  source_close(s);
}

/* PATH, or in the folder PATH the file NAME.txt. */
static source *open_train(const char *path, const char *name, diag *d) {
  char file[256];
  struct stat info;
  if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode))
    return source_open_file(path, d);
  snprintf(file, sizeof file, "%s.txt", name);
  return source_open(path, file, NULL, d);
}

/* Beside X.txt the file X.test.txt; NULL: there is none, or it was reported. */
static source *open_test(const char *train, diag *d) {
  static const char *const ends[] = {".test.txt", ".test.txt.gz"};
  size_t n = strlen(train);
  n -= n > 3 && strcmp(train + n - 3, ".gz") == 0 ? 3 : 0;
  n -= n > 4 && strncmp(train + n - 4, ".txt", 4) == 0 ? 4 : 0;
  for (int i = 0; i < 2; ++i) {
    char path[PATH_MAX];
    struct stat info;
    int length = snprintf(path, sizeof path, "%.*s%s", (int)n, train, ends[i]);
    if (length < (int)sizeof path && stat(path, &info) == 0)
      return source_open_file(path, d);
  }
  return NULL;
}

int text_read(raw_text *train, raw_text *test, const sinter_data *spec, const char *path, diag *d) {
  char tests[256];
  source *s = open_train(path, spec->name, d);
  snprintf(tests, sizeof tests, "%s.test.txt", spec->name);
  if (!s && source_exists(path, tests))
    diag_detail(d, "to evaluate '%s' alone, give --data that file", tests);
  read_text(train, s, d);
  if (!d->code)
    read_text(test, open_test(train->path, d), d);
  return d->code;
}

/* The built-in text; its last tenth is for tests. */
static void make_texts(raw_text *train, raw_text *test, const sinter_data *spec, diag *d) {
  uint64_t length;
  train->bytes = synthetic_text(spec, &length);
  test->length = length / 10;
  train->length = length - test->length;
  test->bytes = malloc(test->length + 1);
  if (!train->bytes || !test->bytes)
    diag_error(d, 2402, "out of memory: the built-in text");
  else
    memcpy(test->bytes, train->bytes + train->length, test->length);
  snprintf(train->path, sizeof train->path, "built-in text");
}

/* Text -> the tokens of a split. */
static int encode(dataset *data, raw_text *raw, token_list *to, uint64_t *examples, diag *d) {
  vocabulary *v = &data->vocabularies[0];
  const sinter_field *field = text_field(data->spec);
  /* windows of an epoch begin at one of `steps` places */
  uint64_t steps = (uint64_t)field->dims[0], rest = steps - 1 + most_ahead(data->spec);
  if (text_clean(field->decode, raw->bytes, &raw->length, raw->path, d) ||
      (!v->count && vocabulary_build(v, field, raw->bytes, raw->length, raw->path, d)) ||
      vocabulary_encode(v, raw->bytes, raw->length, &to->tokens, &to->count, d))
    return d->code;
  *examples = to->count > rest ? (to->count - rest) / steps : 0;
  if (!*examples)
    return diag_error(d, 2107,
                      "'%s' expects %llu tokens or more for an example of %llu steps, got %llu",
                      raw->path, (unsigned long long)(rest + steps), (unsigned long long)steps,
                      (unsigned long long)to->count);
  return 0;
}

int text_open(dataset *data, const char *path, sinter_pool *pool, diag *d) {
  (void)pool;
  text *t = &data->text;
  raw_text train = {0}, test = {0};
  if (!path)
    make_texts(&train, &test, data->spec, d);
  else
    text_read(&train, &test, data->spec, path, d);
  if (!d->code && !encode(data, &train, &t->train, &data->train.count, d) && test.bytes)
    encode(data, &test, &t->test, &data->test.count, d);
  if (!d->code && !test.bytes)
    share_examples(data, "has no .test.txt beside it");
  free(train.bytes);
  free(test.bytes);
  return d->code;
}

void text_begin(dataset *data, const epoch_start *at) {
  text *t = &data->text;
  uint32_t steps = (uint32_t)text_field(data->spec)->dims[0];
  sinter_words random = sinter_philox(at->seed, sinter_stream("text/offset"), at->epoch, 0);
  t->offset = at->shuffle ? below(random.w[0], steps) : 0;
  t->batch = data->spec->order == SINTER_ORDER_SEQUENTIAL ? at->batch : 0;
}

int text_fill(const dataset *data, const split *from, uint32_t field, uint64_t example,
              uint32_t dtype, void *to, uint32_t thread, diag *d) {
  (void)thread, (void)d;
  const text *t = &data->text;
  const sinter_field *f = &data->spec->fields[field];
  uint64_t steps = (uint64_t)f->dims[0], at = example, bytes = dtype == SINTER_I64 ? 8 : 4;
  bool train = from == &data->train;
  if (train && t->batch) /* example i of batch k: window k of stretch i */
    at = example % t->batch * (from->count / t->batch) + example / t->batch;
  at = at * steps + (train ? t->offset : 0) + f->ahead;
  const uint32_t *tokens = train || data->one_split ? t->train.tokens : t->test.tokens;
  for (uint64_t i = 0; i < steps; ++i)
    store_index(tokens[at + i], dtype, (char *)to + i * bytes);
  return 0;
}

/* --- Built in ----------------------------------------------------------------------------------
 */

enum { TEXT_BYTES = 60000, WORDS = 200, FOLLOWERS = 3 };

unsigned char *synthetic_text(const sinter_data *spec, uint64_t *length) {
  static const char consonants[] = "bdfgklmnprstvz", vowels[] = "aeiou";
  uint64_t stream = sinter_stream("synthetic/text");
  int64_t limit = text_field(spec)->limit;
  bool words = text_field(spec)->decode == SINTER_DECODE_WORD;
  uint32_t known = words && limit <= WORDS ? (uint32_t)limit - 1 : WORDS;
  unsigned char *text = malloc(TEXT_BYTES);
  uint32_t word = 0;
  *length = 0;
  for (uint64_t i = 0; text; ++i) {
    sinter_words spelling = sinter_philox(0, stream, word, 1),
                 next = sinter_philox(0, stream, i, 0);
    uint32_t syllables = 1 + below(spelling.w[0], 3);
    if (*length + 2 * syllables + 1 > TEXT_BYTES)
      break;
    for (uint32_t k = 0; k < syllables; ++k) {
      text[(*length)++] =
          (unsigned char)consonants[below(spelling.w[1 + k] << 4, sizeof consonants - 1)];
      text[(*length)++] = (unsigned char)vowels[below(spelling.w[1 + k] << 16, sizeof vowels - 1)];
    }
    text[(*length)++] = ' ';
    word = sinter_philox(0, stream, word, 2 + below(next.w[0], FOLLOWERS)).w[0] % known;
  }
  return text;
}
