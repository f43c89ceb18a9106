/* json.h - a strict pull parser over a buffer in memory, and numbers that read back to the same
 * float.
 *
 * The parser decodes strings in place, never recurses and never allocates; it takes what RFC 8259
 * allows and nothing else. Invariant: every read is within [at, end). Reading on: weights_read.c
 * (the user), report.c (numbers). */
#ifndef SINTER_RUNTIME_JSON_H
#define SINTER_RUNTIME_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct json {
  char *begin, *at, *end;
  const char *expects; /* what was expected at `at`, once something failed */
} json;

/// Skips blanks; true and past it when the next character is `c`, else false and nothing is
/// recorded.
bool json_accept(json *j, char c);
/// Like json_accept, but recorded as an error when it is not there.
bool json_expect(json *j, char c, const char *expects);
/// A string, decoded in place: *text[0 .. *length).
bool json_string(json *j, char **text, size_t *length);
/// A whole number from 0 to 2^63-1 without sign, fraction or exponent.
bool json_count(json *j, uint64_t *value);
/// Past the end but for blanks.
bool json_done(json *j);

/// Shortest decimal text that reads back to the same f32; "null" when not finite. Returns `text`.
char *json_f32(float value, char text[32]);
/// The same for f64.
char *json_f64(double value, char text[32]);
/// Writes text as a JSON string with its quotes; returns the length it needs.
size_t json_quote(const char *text, char *to, size_t capacity);

#endif
