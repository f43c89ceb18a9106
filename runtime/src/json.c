/* json.c - strict JSON pieces. See json.h. */
#include "json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void skip_blanks(json *j) {
  while (j->at < j->end && (*j->at == ' ' || *j->at == '\n' || *j->at == '\t' || *j->at == '\r'))
    ++j->at;
}

static bool fail(json *j, const char *expects) {
  if (!j->expects)
    j->expects = expects;
  return false;
}

bool json_accept(json *j, char c) {
  skip_blanks(j);
  if (j->at >= j->end || *j->at != c)
    return false;
  ++j->at;
  return true;
}

bool json_expect(json *j, char c, const char *expects) {
  return json_accept(j, c) || fail(j, expects);
}

static int hex4(const char *p, const char *end) {
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    if (p + i >= end)
      return -1;
    char c = p[i];
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit < 0)
      return -1;
    value = value * 16 + digit;
  }
  return value;
}

static char *put_utf8(char *to, uint32_t c) {
  if (c < 0x80) {
    *to++ = (char)c;
  } else if (c < 0x800) {
    *to++ = (char)(0xc0 | c >> 6);
    *to++ = (char)(0x80 | (c & 63));
  } else if (c < 0x10000) {
    *to++ = (char)(0xe0 | c >> 12);
    *to++ = (char)(0x80 | (c >> 6 & 63));
    *to++ = (char)(0x80 | (c & 63));
  } else {
    *to++ = (char)(0xf0 | c >> 18);
    *to++ = (char)(0x80 | (c >> 12 & 63));
    *to++ = (char)(0x80 | (c >> 6 & 63));
    *to++ = (char)(0x80 | (c & 63));
  }
  return to;
}

/* One escape after its backslash; a surrogate pair is one character. */
static bool put_escape(json *j, char **to) {
  static const char from[] = "\"\\/bfnrt", plain[] = "\"\\/\b\f\n\r\t";
  if (j->at >= j->end)
    return fail(j, "an escape");
  const char *found = *j->at ? strchr(from, *j->at) : NULL;
  if (found) {
    *(*to)++ = plain[found - from];
    ++j->at;
    return true;
  }
  int code = *j->at == 'u' ? hex4(j->at + 1, j->end) : -1;
  if (code <= 0 || (code >= 0xdc00 && code < 0xe000))
    return fail(j, "an escape");
  j->at += 5;
  uint32_t c = (uint32_t)code;
  if (c >= 0xd800 && c < 0xdc00) {
    int low =
        j->end - j->at >= 6 && j->at[0] == '\\' && j->at[1] == 'u' ? hex4(j->at + 2, j->end) : -1;
    if (low < 0xdc00 || low >= 0xe000)
      return fail(j, "the second half of a surrogate pair");
    c = 0x10000 + ((c - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
    j->at += 6;
  }
  *to = put_utf8(*to, c);
  return true;
}

bool json_string(json *j, char **text, size_t *length) {
  if (!json_expect(j, '"', "a string"))
    return false;
  char *to = j->at;
  *text = to;
  while (j->at < j->end && *j->at != '"') {
    unsigned char c = (unsigned char)*j->at++;
    if (c < 0x20) {
      --j->at;
      return fail(j, "a string without control characters");
    }
    if (c != '\\')
      *to++ = (char)c;
    else if (!put_escape(j, &to))
      return false;
  }
  if (j->at >= j->end)
    return fail(j, "the end of a string");
  ++j->at;
  *length = (size_t)(to - *text);
  return true;
}

bool json_count(json *j, uint64_t *value) {
  skip_blanks(j);
  const char *start = j->at;
  uint64_t v = 0;
  while (j->at < j->end && *j->at >= '0' && *j->at <= '9') {
    uint64_t digit = (uint64_t)(*j->at - '0');
    if (v > ((uint64_t)INT64_MAX - digit) / 10)
      return fail(j, "a number below 2^63");
    v = v * 10 + digit;
    ++j->at;
  }
  if (j->at == start || (*start == '0' && j->at - start > 1))
    return fail(j, "a whole number");
  *value = v;
  return true;
}

bool json_done(json *j) {
  skip_blanks(j);
  return j->at == j->end || fail(j, "the end of the header");
}

char *json_f32(float value, char text[32]) {
  if (!isfinite(value))
    return strcpy(text, "null");
  for (int digits = 6; digits <= 9; ++digits) {
    snprintf(text, 32, "%.*g", digits, (double)value);
    if (strtof(text, NULL) == value)
      break;
  }
  return text;
}

char *json_f64(double value, char text[32]) {
  if (!isfinite(value))
    return strcpy(text, "null");
  for (int digits = 6; digits <= 17; ++digits) {
    snprintf(text, 32, "%.*g", digits, value);
    if (strtod(text, NULL) == value)
      break;
  }
  return text;
}

size_t json_quote(const char *text, char *to, size_t capacity) {
  size_t n = 0;
#define PUT(c)                                                                                     \
  do {                                                                                             \
    if (n < capacity)                                                                              \
      to[n] = (c);                                                                                 \
    ++n;                                                                                           \
  } while (0)
  PUT('"');
  for (; *text; ++text) {
    unsigned char c = (unsigned char)*text;
    if (c == '"' || c == '\\') {
      PUT('\\');
      PUT((char)c);
    } else if (c < 0x20) {
      PUT('\\');
      PUT('u');
      PUT('0');
      PUT('0');
      PUT((char)('0' + (c >> 4)));
      PUT("0123456789abcdef"[c & 15]);
    } else {
      PUT((char)c);
    }
  }
  PUT('"');
#undef PUT
  if (n < capacity)
    to[n] = 0;
  return n;
}
