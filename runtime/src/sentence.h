/* sentence.h - sentences as words: cleaning one, and its tokens up to a fixed number.
 *
 * Cleaned, letters are small, spaces of any width are one space, and each of , . ! ? is a word of
 * its own. Invariant: a cleaned sentence ends in a space and has no other blank than single spaces,
 * so that several may stand behind each other. Reading on: vocabulary.h, pairs.c (the reader),
 * translate.c. */
#ifndef SINTER_RUNTIME_SENTENCE_H
#define SINTER_RUNTIME_SENTENCE_H

#include "vocabulary.h"

/// Writes a sentence of sound UTF-8 cleaned to `to`, which has room for twice its length; returns
/// the new length, 0 when it has no words.
uint64_t sentence_clean(const unsigned char *text, uint64_t length, unsigned char *to);
/// ids[0 .. steps) = the numbers of a cleaned sentence's words, <eos>, and <pad> up to the end.
/// Returns how many there were to write, <eos> included: when these are more than `steps`, the
/// sentence is cut.
uint64_t sentence_encode(const vocabulary *v, const unsigned char *text, uint64_t length,
                         uint32_t *ids, uint64_t steps);

#endif
