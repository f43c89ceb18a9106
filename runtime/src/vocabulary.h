/* vocabulary.h - the tokens of a text: cutting it, numbering what it is cut into.
 *
 * Characters and words are those of the cleaned text: letters a to z in lower case, every run of
 * other characters one space. Number 0 is the unknown token; characters are numbered by their
 * order (space, a to z: of which the text has), words by how often they occur, then by their order.
 * Bytes are their own numbers. Reading on: vocabulary.c, text.c (the reader), generate.c. */
#ifndef SINTER_RUNTIME_VOCABULARY_H
#define SINTER_RUNTIME_VOCABULARY_H

#include "diag.h"

#include <sinter/abi.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct vocabulary {
  uint32_t decode;     /* sinter_decode of its tokens */
  uint32_t count;      /* of tokens, the unknown one included; 0: not made yet */
  char *list;          /* "<unk>,the,i": what weight files keep; NULL for bytes */
  const char **tokens; /* by number: where each begins in `list`; it ends at the next ',' */
  uint32_t *order;     /* numbers, from the smallest token to the largest */
} vocabulary;

/// Bytes of the UTF-8 character at the front; 0: it is none, or NUL.
uint64_t utf8_length(const unsigned char *p, uint64_t left);
/// The first field of a data set that is tokens of a text; NULL: it is no text.
const sinter_field *text_field(const sinter_data *spec);
/// Cleans `text` in place, unless its tokens are bytes; gives its new length. E2109: it is not
/// UTF-8. `path` is for the message.
int text_clean(uint32_t decode, unsigned char *text, uint64_t *length, const char *path, diag *d);

/// Numbers the tokens of a cleaned text. E2110: there are none, or more than field->limit.
int vocabulary_build(vocabulary *v, const sinter_field *field, const unsigned char *text,
                     uint64_t length, const char *path, diag *d);
/// The same from a `list` that vocabulary_build made.
int vocabulary_parse(vocabulary *v, const sinter_field *field, const char *list, const char *path,
                     diag *d);
void vocabulary_free(vocabulary *v);

/// Length of the token at the front of a cleaned text; *skip: what stands before it (of words, a
/// space). 0: the text ends.
uint64_t token_length(uint32_t decode, const unsigned char *text, uint64_t length, uint64_t *skip);
/// The number of a token, 0 when it is unknown.
uint32_t vocabulary_find(const vocabulary *v, const unsigned char *token, uint64_t length);
/// The token of a number below v->count; of bytes one that lives until the next call.
const char *vocabulary_token(const vocabulary *v, uint32_t number, size_t *length);
/// *ids = the numbers of a cleaned text's tokens, which the caller frees.
int vocabulary_encode(const vocabulary *v, const unsigned char *text, uint64_t length,
                      uint32_t **ids, uint64_t *count, diag *d);

#endif
