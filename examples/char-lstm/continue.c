/* Goes on with "the " by the likeliest letters: the entry `generate` of the library, a letter a
 * call. Numbers of characters are those of the built-in text: 1 is the space, then the letters that
 * it has. */
#include "char_lstm.h"

#include <stdio.h>

int main(int argc, char **argv) {
  static const char letters[] = "? abdefgiklmnoprstuvz"; /* what --save wrote as "vocabulary" */
  enum { LETTERS = sizeof letters - 1 };
  float logits[28], state[256] = {0}, cell[256] = {0};
  int32_t token = 1;
  char_lstm_t *m;
  sinter_status s = char_lstm_open(NULL, &m);
  if (!s.code)
    s = char_lstm_load(m, argc > 1 ? argv[1] : "char-lstm.safetensors");
  for (int i = 0; i < 100 && !s.code; ++i) {
    s = char_lstm_generate(m, &token, state, cell, logits, state, cell);
    token = 1;
    for (int k = 2; k < LETTERS; ++k)
      token = logits[k] > logits[token] ? k : token;
    putchar(letters[token]);
  }
  putchar('\n');
  if (s.code)
    fprintf(stderr, "continue: %s\n", s.message);
  char_lstm_close(m);
  return s.code != 0;
}
