/* vocabulary.h - the tokens of a text: cutting it, numbering what it is cut into. (Sentences are
 * cleaned by sentence.h.)
 *
 * Characters and words are those of the cleaned text: letters a to z in lower case, every run of
 * other characters one space. Number 0 is the unknown token; characters are numbered by their
 * order (space, a to z: of which the text has), words by how often they occur, then by their order.
 * Bytes are their own numbers. Of sentences, numbers 0 to 3 are those of TOKEN_UNKNOWN …; then come
 * the words that occur twice or more, as many of the most frequent ones as the model has room for.
 * Reading on: vocabulary.c, text.c and pairs.c (the readers), generate.c, translate.c. */
#ifndef SINTER_RUNTIME_VOCABULARY_H
#define SINTER_RUNTIME_VOCABULARY_H

#include "diag.h"

#include <sinter/abi.h>
#include <stdbool.h>
#include <stddef.h>

/// Numbers of the tokens of sentences that are no words; of texts only the first is one.
enum { TOKEN_UNKNOWN, TOKEN_PAD, TOKEN_BOS, TOKEN_EOS, RESERVED_TOKENS };

typedef struct vocabulary {
  uint32_t decode;     /* sinter_decode of its tokens */
  uint32_t count;      /* of tokens, the unknown one included; 0: not made yet */
  uint32_t left_out;   /* words of sentences for which there was no room */
  char *list;          /* "<unk>,the,i", "<unk> <pad> <bos> <eos> go .": what weight files keep;
                          NULL for bytes */
  const char **tokens; /* by number: where each begins in `list`; it ends at the next ',' or ' ' */
  uint32_t *order;     /* numbers, from the smallest token to the largest */
} vocabulary;

/// What a data set may have: a text one, pairs of sentences one a language.
enum { VOCABULARIES = 2 };
/// The field whose tokens vocabulary `i` numbers; NULL: the data set has no such vocabulary.
const sinter_field *vocabulary_field(const sinter_data *spec, uint32_t i);

/// The first field of a data set that is tokens of a text; NULL: it is no text.
const sinter_field *text_field(const sinter_data *spec);
/// The field that is sentence `i` of a line; NULL: there is none.
const sinter_field *sentence_field(const sinter_data *spec, uint32_t i);
/// Bytes of the UTF-8 character at the front; 0: it is none, or NUL.
uint64_t utf8_length(const unsigned char *p, uint64_t left);
/// E2109: a text is not UTF-8.
int utf8_check(const unsigned char *text, uint64_t length, const char *path, diag *d);
/// Cleans `text` in place, unless its tokens are bytes; gives its new length. E2109: it is not
/// UTF-8. `path` is for the message.
int text_clean(uint32_t decode, unsigned char *text, uint64_t *length, const char *path, diag *d);

/// Numbers the tokens of a cleaned text. E2110: there are none, or (not of sentences) more than
/// field->limit.
int vocabulary_build(vocabulary *v, const sinter_field *field, const unsigned char *text,
                     uint64_t length, const char *path, diag *d);
/// The same from a `list` that vocabulary_build made.
int vocabulary_parse(vocabulary *v, const sinter_field *field, const char *list, const char *path,
                     diag *d);
void vocabulary_free(vocabulary *v);

/// Length of the token at the front of a cleaned text; *skip: what stands before it (of words,
/// spaces). 0: the text ends.
uint64_t token_length(uint32_t decode, const unsigned char *text, uint64_t length, uint64_t *skip);
/// The number of a token, 0 when it is unknown.
uint32_t vocabulary_find(const vocabulary *v, const unsigned char *token, uint64_t length);
/// The token of a number below v->count; of bytes one that lives until the next call.
const char *vocabulary_token(const vocabulary *v, uint32_t number, size_t *length);
/// *ids = the numbers of a cleaned text's tokens, which the caller frees.
int vocabulary_encode(const vocabulary *v, const unsigned char *text, uint64_t length,
                      uint32_t **ids, uint64_t *count, diag *d);

#endif
