/* sentence.c - what becomes of a sentence before it is numbered. See sentence.h. */
#include "sentence.h"

#include <string.h>

/* Capital letters and the distance to their small ones: of a range all, or every second. Those that
 * differ in length as UTF-8, and the dotted I of Turkish, stay as they are. */
static const struct {
  uint16_t first, last, step, distance;
} capitals[] = {
    {'A', 'Z', 1, 32},       {0x00C0, 0x00D6, 1, 32}, {0x00D8, 0x00DE, 1, 32},
    {0x0100, 0x012E, 2, 1},  {0x0132, 0x0136, 2, 1},  {0x0139, 0x0147, 2, 1},
    {0x014A, 0x0176, 2, 1},  {0x0179, 0x017D, 2, 1},  {0x0386, 0x0386, 1, 38},
    {0x0388, 0x038A, 1, 37}, {0x038C, 0x038C, 1, 64}, {0x038E, 0x038F, 1, 63},
    {0x0391, 0x03A1, 1, 32}, {0x03A3, 0x03AB, 1, 32}, {0x0400, 0x040F, 1, 80},
    {0x0410, 0x042F, 1, 32}, {0x0460, 0x0480, 2, 1},  {0x048A, 0x04BE, 2, 1},
};

static uint32_t lower(uint32_t c) {
  if (c == 0x0178) /* the capital of a letter that stands before it */
    return 0x00FF;
  for (size_t i = 0; i < sizeof capitals / sizeof *capitals; ++i)
    if (c >= capitals[i].first && c <= capitals[i].last &&
        (c - capitals[i].first) % capitals[i].step == 0)
      return c + capitals[i].distance;
  return c;
}

/* Control characters, the space, and U+00A0 and U+202F, which keep words in one line. */
static bool is_blank(const unsigned char *c, uint64_t n) {
  return *c <= ' ' || *c == 0x7f || (n == 2 && memcmp(c, "\xc2\xa0", 2) == 0) ||
         (n == 3 && memcmp(c, "\xe2\x80\xaf", 3) == 0);
}

uint64_t sentence_clean(const unsigned char *text, uint64_t length, unsigned char *to) {
  uint64_t got = 0, n;
  for (uint64_t at = 0; at < length; at += n) {
    const unsigned char *c = text + at;
    n = utf8_length(c, length - at);
    bool starts = !got || to[got - 1] == ' ';
    if (is_blank(c, n)) {
      if (!starts)
        to[got++] = ' ';
    } else if (n == 2) {
      uint32_t small = lower((uint32_t)(c[0] & 0x1f) << 6 | (c[1] & 0x3f));
      to[got++] = (unsigned char)(0xc0 | small >> 6);
      to[got++] = (unsigned char)(0x80 | (small & 0x3f));
    } else if (n > 2) {
      memcpy(to + got, c, n);
      got += n;
    } else {
      if (!starts && strchr(",.!?", *c))
        to[got++] = ' ';
      to[got++] = (unsigned char)lower(*c);
    }
  }
  if (got && to[got - 1] != ' ')
    to[got++] = ' ';
  return got;
}

uint64_t sentence_encode(const vocabulary *v, const unsigned char *text, uint64_t length,
                         uint32_t *ids, uint64_t steps) {
  uint64_t count = 0, skip, size;
  for (uint64_t at = 0; (size = token_length(v->decode, text + at, length - at, &skip));
       at += skip + size, ++count)
    if (count < steps)
      ids[count] = vocabulary_find(v, text + at + skip, size);
  for (uint64_t i = count; i < steps; ++i)
    ids[i] = i == count ? TOKEN_EOS : TOKEN_PAD;
  return count + 1;
}
