/* vocabulary.c - cleaning and cutting a text, and the numbers of its tokens. See vocabulary.h. */
#define _GNU_SOURCE
#include "vocabulary.h"

#include <stdlib.h>
#include <string.h>

/* What a list begins with, and what stands between its tokens and is part of none. */
static const char *reserved(uint32_t decode) {
  return decode == SINTER_DECODE_SENTENCE ? "<unk> <pad> <bos> <eos>" : "<unk>";
}
static char between(uint32_t decode) { return decode == SINTER_DECODE_SENTENCE ? ' ' : ','; }

static bool has_words(uint32_t decode) {
  return decode == SINTER_DECODE_WORD || decode == SINTER_DECODE_SENTENCE;
}
static const char *kind_of(uint32_t decode) { return has_words(decode) ? "words" : "characters"; }

const sinter_field *text_field(const sinter_data *spec) {
  for (uint32_t i = 0; i < spec->field_count; ++i)
    if (spec->fields[i].decode >= SINTER_DECODE_CHARACTER &&
        spec->fields[i].decode <= SINTER_DECODE_BYTE)
      return &spec->fields[i];
  return NULL;
}

const sinter_field *sentence_field(const sinter_data *spec, uint32_t i) {
  for (uint32_t f = 0; f < spec->field_count; ++f)
    if (spec->fields[f].decode == SINTER_DECODE_SENTENCE && spec->fields[f].ahead == i)
      return &spec->fields[f];
  return NULL;
}

const sinter_field *vocabulary_field(const sinter_data *spec, uint32_t i) {
  const sinter_field *text = text_field(spec);
  return text ? (i == 0 ? text : NULL) : sentence_field(spec, i);
}

uint64_t utf8_length(const unsigned char *p, uint64_t left) {
  if (*p && *p < 0x80)
    return 1;
  uint64_t n = *p >= 0xc2 && *p < 0xe0   ? 2
               : *p >= 0xe0 && *p < 0xf0 ? 3
               : *p >= 0xf0 && *p < 0xf5 ? 4
                                         : 0;
  if (!n || n > left)
    return 0;
  for (uint64_t i = 1; i < n; ++i)
    if ((p[i] & 0xc0) != 0x80)
      return 0;
  bool overlong = (*p == 0xe0 && p[1] < 0xa0) || (*p == 0xf0 && p[1] < 0x90);
  bool beyond = (*p == 0xed && p[1] >= 0xa0) || (*p == 0xf4 && p[1] >= 0x90);
  return overlong || beyond ? 0 : n;
}

static unsigned char lower(unsigned char c) {
  return c >= 'A' && c <= 'Z' ? (unsigned char)(c + ('a' - 'A')) : c;
}

int utf8_check(const unsigned char *text, uint64_t length, const char *path, diag *d) {
  uint64_t n;
  for (uint64_t at = 0; at < length; at += n)
    if (!(n = utf8_length(text + at, length - at)))
      return diag_error(d, 2109, "'%s' byte %llu: expects text in UTF-8, got byte %02x%s", path,
                        (unsigned long long)at, text[at],
                        text[at] == 0x8b && at == 1 ? ", as of gzip: its name ends in .gz" : "");
  return 0;
}

int text_clean(uint32_t decode, unsigned char *text, uint64_t *length, const char *path, diag *d) {
  if (decode == SINTER_DECODE_BYTE)
    return 0;
  if (utf8_check(text, *length, path, d))
    return d->code;
  uint64_t to = 0, n;
  for (uint64_t at = 0; at < *length; at += n) {
    n = utf8_length(text + at, *length - at);
    unsigned char c = lower(text[at]);
    if (c >= 'a' && c <= 'z')
      text[to++] = c;
    else if (!to || text[to - 1] != ' ')
      text[to++] = ' ';
  }
  *length = to;
  return 0;
}

uint64_t token_length(uint32_t decode, const unsigned char *text, uint64_t length, uint64_t *skip) {
  *skip = 0;
  if (!has_words(decode))
    return length ? 1 : 0;
  while (*skip < length && text[*skip] == ' ')
    ++*skip;
  uint64_t n = 0;
  while (*skip + n < length && text[*skip + n] != ' ')
    ++n;
  return n;
}

/* --- Making it ------------------------------------------------------------------------------- */

/* A token of the text that is numbered, and how often it occurs. */
typedef struct piece {
  const unsigned char *at;
  uint64_t length, uses;
} piece;

static int by_text(const void *x, const void *y) {
  const piece *a = x, *b = y;
  int order = memcmp(a->at, b->at, a->length < b->length ? a->length : b->length);
  return order ? order : a->length < b->length ? -1 : a->length > b->length;
}

static int by_uses(const void *x, const void *y) {
  const piece *a = x, *b = y;
  return a->uses != b->uses ? (a->uses < b->uses ? 1 : -1) : by_text(x, y);
}

/* All tokens of the text, those of one byte each once already. NULL: out of memory. */
static piece *cut(uint32_t decode, const unsigned char *text, uint64_t length, uint64_t *count) {
  bool seen[256] = {false}, bytes = !has_words(decode);
  uint64_t most = bytes ? 256 : length / 2 + 1, skip, size; /* two words have a space between */
  piece *pieces = most < SIZE_MAX / sizeof *pieces ? malloc(most * sizeof *pieces) : NULL;
  *count = 0;
  for (uint64_t at = 0; pieces && (size = token_length(decode, text + at, length - at, &skip));
       at += skip + size) {
    const unsigned char *token = text + at + skip;
    if (!bytes || !seen[*token])
      pieces[(*count)++] = (piece){token, size, 1};
    seen[*token] = true;
  }
  return pieces;
}

/* The same sorted, each once. */
static piece *collect(uint32_t decode, const unsigned char *text, uint64_t length,
                      uint64_t *count) {
  uint64_t all;
  piece *pieces = cut(decode, text, length, &all);
  *count = 0;
  if (!pieces)
    return NULL;
  qsort(pieces, all, sizeof *pieces, by_text);
  for (uint64_t i = 0; i < all; ++i)
    if (*count && by_text(&pieces[*count - 1], &pieces[i]) == 0)
      ++pieces[*count - 1].uses;
    else
      pieces[(*count)++] = pieces[i];
  return pieces;
}

static int by_token(const void *x, const void *y, void *of) {
  size_t n, m;
  const char *a = vocabulary_token(of, *(const uint32_t *)x, &n),
             *b = vocabulary_token(of, *(const uint32_t *)y, &m);
  int order = memcmp(a, b, n < m ? n : m);
  return order ? order : n < m ? -1 : n > m;
}

/* Finds the tokens of v->list. */
static int index_list(vocabulary *v, diag *d) {
  v->count = 1;
  for (const char *p = v->list; *p; ++p)
    v->count += *p == between(v->decode);
  v->tokens = malloc(v->count * sizeof *v->tokens);
  v->order = malloc(v->count * sizeof *v->order);
  if (!v->tokens || !v->order) {
    vocabulary_free(v);
    return diag_error(d, 2402, "out of memory: the vocabulary");
  }
  const char *p = v->list;
  for (uint32_t i = 0; i < v->count; ++i) {
    v->tokens[i] = p;
    v->order[i] = i;
    while (*p && *p != between(v->decode))
      ++p;
    p += *p == between(v->decode);
  }
  qsort_r(v->order, v->count, sizeof *v->order, by_token, v);
  return 0;
}

/* "<unk>,a,b" of `count` pieces. */
static char *listed(uint32_t decode, const piece *pieces, uint64_t count) {
  size_t head = strlen(reserved(decode));
  uint64_t bytes = head + 1;
  for (uint64_t i = 0; i < count; ++i)
    bytes += 1 + pieces[i].length;
  char *list = malloc(bytes), *to = list;
  if (!list)
    return NULL;
  memcpy(to, reserved(decode), head);
  to += head;
  for (uint64_t i = 0; i < count; ++i) {
    *to++ = between(decode);
    memcpy(to, pieces[i].at, pieces[i].length);
    to += pieces[i].length;
  }
  *to = 0;
  return list;
}

/* Of sentences: the most frequent words that occur twice or more, as many as there is room for. */
static uint64_t choose(vocabulary *v, const sinter_field *field, const piece *pieces,
                       uint64_t count) {
  uint64_t often = 0, room = (uint64_t)field->limit - RESERVED_TOKENS;
  while (often < count && pieces[often].uses > 1)
    ++often;
  v->left_out = often > room ? (uint32_t)(often - room) : 0;
  return often - v->left_out;
}

int vocabulary_build(vocabulary *v, const sinter_field *field, const unsigned char *text,
                     uint64_t length, const char *path, diag *d) {
  *v = (vocabulary){.decode = field->decode};
  if (field->decode == SINTER_DECODE_BYTE) {
    v->count = 256;
    return 0;
  }
  uint64_t count;
  bool sentences = field->decode == SINTER_DECODE_SENTENCE;
  piece *pieces = collect(field->decode, text, length, &count);
  bool letters = pieces && (count > 1 || (count == 1 && *pieces->at != ' '));
  if (pieces && has_words(field->decode))
    qsort(pieces, count, sizeof *pieces, by_uses);
  if (pieces && sentences)
    count = choose(v, field, pieces, count);
  if (!pieces)
    diag_error(d, 2402, "out of memory: the tokens of '%s'", path);
  else if (sentences && !count)
    diag_error(d, 2110,
               "'%s' expects words of '%s' that occur twice or more, got none: its vocabulary is "
               "empty",
               path, field->name);
  else if (!letters)
    diag_error(d, 2110,
               "'%s' expects a text with letters a to z, got none: its vocabulary is empty", path);
  else if (!sentences && count + 1 > (uint64_t)field->limit)
    diag_error(d, 2110,
               "'%s' expects a vocabulary of %lld at most, which the model has, got %llu different "
               "%s and the unknown one",
               path, (long long)field->limit, (unsigned long long)count, kind_of(field->decode));
  if (!d->code && !(v->list = listed(field->decode, pieces, count)))
    diag_error(d, 2402, "out of memory: the vocabulary of '%s'", path);
  free(pieces);
  return d->code ? d->code : index_list(v, d);
}

/* Whether a list is one of those that vocabulary_build makes. */
static bool is_list(uint32_t decode, const char *list) {
  size_t n = strlen(reserved(decode));
  if (strncmp(list, reserved(decode), n) != 0 || list[n] != between(decode))
    return false;
  for (const char *p = list + n + 1, *start = p;; ++p) {
    bool ends = !*p || *p == between(decode);
    bool space = *p == ' ' && decode == SINTER_DECODE_CHARACTER;
    bool word = decode == SINTER_DECODE_SENTENCE && (unsigned char)*p > ' ';
    if (!ends && !space && !word && (*p < 'a' || *p > 'z'))
      return false;
    if (!ends)
      continue;
    if (p == start || (decode == SINTER_DECODE_CHARACTER && p != start + 1))
      return false;
    if (!*p)
      return true;
    start = p + 1;
  }
}

int vocabulary_parse(vocabulary *v, const sinter_field *field, const char *list, const char *path,
                     diag *d) {
  *v = (vocabulary){.decode = field->decode};
  if (!is_list(field->decode, list))
    return diag_error(d, 2201, "'%s': a vocabulary expects %s and %s, each behind a '%c'", path,
                      reserved(field->decode), kind_of(field->decode), between(field->decode));
  v->list = strdup(list);
  if (!v->list)
    return diag_error(d, 2402, "out of memory: the vocabulary of '%s'", path);
  if (index_list(v, d))
    return d->code;
  if (v->count > (uint64_t)field->limit) {
    diag_error(d, 2110, "'%s' expects a vocabulary of %lld at most, which the model has, got %u",
               path, (long long)field->limit, v->count);
    vocabulary_free(v);
  }
  return d->code;
}

void vocabulary_free(vocabulary *v) {
  free(v->list);
  free(v->tokens);
  free(v->order);
  *v = (vocabulary){0};
}

/* --- Using it -------------------------------------------------------------------------------- */

const char *vocabulary_token(const vocabulary *v, uint32_t number, size_t *length) {
  static char byte;
  if (v->decode == SINTER_DECODE_BYTE) {
    byte = (char)number;
    *length = 1;
    return &byte;
  }
  *length = strcspn(v->tokens[number], between(v->decode) == ' ' ? " " : ",");
  return v->tokens[number];
}

uint32_t vocabulary_find(const vocabulary *v, const unsigned char *token, uint64_t length) {
  if (v->decode == SINTER_DECODE_BYTE)
    return *token;
  uint32_t low = 0, high = v->count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    size_t n;
    const char *have = vocabulary_token(v, v->order[middle], &n);
    int order = memcmp(have, token, n < length ? n : length);
    if (!order && n == length)
      return v->order[middle];
    if (order < 0 || (!order && n < length))
      low = middle + 1;
    else
      high = middle;
  }
  return 0;
}

int vocabulary_encode(const vocabulary *v, const unsigned char *text, uint64_t length,
                      uint32_t **ids, uint64_t *count, diag *d) {
  uint64_t skip, size;
  *count = 0;
  *ids = length < SIZE_MAX / sizeof **ids ? malloc((length + 1) * sizeof **ids) : NULL;
  if (!*ids)
    return diag_error(d, 2402, "out of memory: the tokens of a text of %llu bytes",
                      (unsigned long long)length);
  for (uint64_t at = 0; (size = token_length(v->decode, text + at, length - at, &skip));
       at += skip + size)
    (*ids)[(*count)++] = vocabulary_find(v, text + at + skip, size);
  return 0;
}
