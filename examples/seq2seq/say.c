/* Says a sentence in the other language: the entry `encode` of the library once, `decode` once a
 * word. Words are numbers, as
 * --save wrote them as "vocabulary" and "target_vocabulary": 2 begins a sentence, 3 ends it. */
#include "seq2seq.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  enum { STEPS = 10, WORDS = 200, BEGIN = 2, END = 3 };
  int32_t source[STEPS], word = BEGIN;
  float context[32], state[2 * 32], logits[WORDS];
  seq2seq_t *m;
  sinter_status s = seq2seq_open(NULL, &m);
  if (!s.code)
    s = seq2seq_load(m, argc > 1 ? argv[1] : "seq2seq.safetensors");
  for (int i = 0; i < STEPS; ++i) /* behind the words END, behind that 1 */
    source[i] = i + 2 < argc ? atoi(argv[i + 2]) : i + 2 == argc ? END : 1;
  if (!s.code)
    s = seq2seq_encode(m, source, context, state);
  for (int i = 0; i < STEPS && word != END && !s.code; ++i) {
    s = seq2seq_decode(m, &word, context, state, logits, state);
    word = 0;
    for (int k = END; k < WORDS; ++k)
      word = logits[k] > logits[word] ? k : word;
    if (word != END)
      printf("%d ", (int)word);
  }
  putchar('\n');
  if (s.code)
    fprintf(stderr, "say: %s\n", s.message);
  seq2seq_close(m);
  return s.code != 0;
}
