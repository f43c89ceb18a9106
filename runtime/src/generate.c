/* generate.c - --generate TEXT: the entry `generate`, a token a run, goes on with a text. See
 * trainer.h.
 *
 * What it holds from token to token (decoder.h) is 0 at first. Token i is drawn by a random number
 * of (seed, i): the same text again with the same seed. */
#include "decoder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct candidate {
  double logit, weight;
  uint32_t number;
} candidate;

typedef struct generation {
  decoder decoder;
  decoder_state state;
  candidate *candidates;
  uint32_t known; /* tokens of the vocabulary */
  uint64_t drawn;
  bool spaced; /* words stand apart */
} generation;

/* The entry, as errors_e2.h describes it. */
static int find_entry(generation *g, trainer *t, diag *d) {
  uint32_t vocabulary = (uint32_t)text_field(&t->module->data)->limit;
  if (decoder_open(&g->decoder, t, "generate", "--generate", vocabulary, d))
    return d->code;
  const sinter_entry *e = g->decoder.entry;
  for (uint32_t i = 0; i < e->input_count; ++i)
    if (i != g->decoder.token && !decoder_output(e, &e->inputs[i]))
      return diag_error(d, 2111, "'generate' expects an output '%s' of the type of its input '%s'",
                        e->inputs[i].name, e->inputs[i].name);
  return 0;
}

static bool take_room(generation *g, diag *d) {
  g->candidates = malloc(g->known * sizeof *g->candidates);
  if (!g->candidates)
    diag_error(d, 2402, "out of memory: the tokens to choose from");
  return g->candidates != NULL;
}

static int by_logit(const void *x, const void *y) {
  const candidate *a = x, *b = y;
  if (a->logit != b->logit)
    return a->logit < b->logit ? 1 : -1;
  return a->number < b->number ? -1 : a->number > b->number;
}

/* The token that follows: by softmax(logits / temperature), among the likeliest. The unknown one
 * and those that no text has given a number are never chosen. */
static uint32_t draw(generation *g) {
  const flags *f = &g->decoder.t->flags;
  uint32_t first = g->decoder.t->data.vocabularies[0].decode == SINTER_DECODE_BYTE ? 0 : 1,
           count = 0;
  for (uint32_t i = first; i < g->known; ++i) {
    double logit = decoder_logit(&g->decoder, i);
    if (!isnan(logit))
      g->candidates[count++] = (candidate){logit, 0, i};
  }
  qsort(g->candidates, count, sizeof *g->candidates, by_logit);
  double temperature = f->generate.temperature < 0 ? 1 : f->generate.temperature, sum = 0;
  if (temperature == 0 || count < 2)
    return count ? g->candidates[0].number : first;
  if (f->generate.top_k > 0 && f->generate.top_k < count)
    count = (uint32_t)f->generate.top_k;
  for (uint32_t i = 0; i < count; ++i)
    sum += g->candidates[i].weight =
        exp((g->candidates[i].logit - g->candidates[0].logit) / temperature);
  sinter_words words = sinter_philox((uint64_t)g->decoder.t->state.position.seed,
                                     sinter_stream("generate"), g->drawn++, 0);
  double left = sinter_uniform_f64(words) * sum;
  uint32_t i = 0;
  while (i + 1 < count && left >= g->candidates[i].weight)
    left -= g->candidates[i++].weight;
  return g->candidates[i].number;
}

static void say(generation *g, uint32_t number) {
  size_t length;
  const char *token = vocabulary_token(&g->decoder.t->data.vocabularies[0], number, &length);
  if (g->spaced)
    putchar(' ');
  fwrite(token, 1, length, stdout);
  g->spaced = g->decoder.t->data.vocabularies[0].decode == SINTER_DECODE_WORD;
}

/* Reads the prompt, then goes on with it. */
static int go_on(generation *g, const uint32_t *prompt, uint64_t count, diag *d) {
  const flags *f = &g->decoder.t->flags;
  int64_t length = f->generate.length < 0 ? 100 : f->generate.length;
  for (uint64_t i = 0; i < count; ++i) {
    say(g, prompt[i]);
    if (decoder_run(&g->decoder, prompt[i], g->state, d))
      return d->code;
  }
  for (int64_t i = 0; i < length; ++i) {
    uint32_t number = draw(g);
    say(g, number);
    if (i + 1 < length && decoder_run(&g->decoder, number, g->state, d))
      return d->code;
  }
  putchar('\n');
  return 0;
}

int trainer_generate(trainer *t, diag *d) {
  const vocabulary *v = &t->data.vocabularies[0];
  generation g = {.known = v->count};
  uint32_t *prompt = NULL;
  uint64_t length = strlen(t->flags.generate.text), count = 0;
  unsigned char *text = (unsigned char *)strdup(t->flags.generate.text);
  if (!text)
    return diag_error(d, 2402, "out of memory: the text of --generate");
  if (!find_entry(&g, t, d) && !text_clean(v->decode, text, &length, "--generate", d) &&
      !vocabulary_encode(v, text, length, &prompt, &count, d)) {
    if (!count)
      diag_error(d, 2003, "--generate expects a text with words, got '%s'", t->flags.generate.text);
    else if ((g.state = decoder_make(&g.decoder, NULL, d)) && take_room(&g, d))
      go_on(&g, prompt, count, d);
    decoder_drop(&g.decoder, g.state);
    free(g.candidates);
  }
  decoder_close(&g.decoder);
  free(prompt);
  free(text);
  return d->code;
}
