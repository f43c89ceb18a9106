/* generate.c - --generate TEXT: the entry `generate`, a token a run, goes on with a text. See
 * trainer.h.
 *
 * What an input other than `token` holds, the state of a recurrent net or a cache, is what the
 * output of its name gave in the run before, at first 0. Token i is drawn by a random number of
 * (seed, i): the same text again with the same seed. */
#include "trainer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct candidate {
  double logit, weight;
  uint32_t number;
} candidate;

typedef struct generation {
  trainer *t;
  const sinter_entry *entry;
  uint32_t token, logits; /* indices of its input and output */
  void **carried;         /* by input; NULL: the token */
  void *values;           /* room for the logits */
  candidate *candidates;
  uint32_t known; /* tokens of the vocabulary */
  uint64_t drawn;
  bool spaced; /* words stand apart */
} generation;

static uint32_t find(const sinter_tensor *tensors, uint32_t count, const char *name) {
  uint32_t i = 0;
  while (i < count && strcmp(tensors[i].name, name) != 0)
    ++i;
  return i;
}

static bool is_float(const sinter_tensor *t) {
  return t->dtype == SINTER_F32 || t->dtype == SINTER_F64;
}

/* The entry, as errors_e2.h describes it. */
static int find_entry(generation *g, diag *d) {
  const sinter_module *m = g->t->module;
  uint32_t variants, vocabulary = (uint32_t)text_field(&m->data)->limit;
  const sinter_entry *first = instance_find(m, "generate", 0, &variants);
  if (!first || first->kind != SINTER_ENTRY_PREDICT)
    return diag_error(d, 2005, "model '%s' has no entry 'generate', which --generate runs",
                      m->name);
  const sinter_entry *e = g->entry = first->batch ? instance_variant(first, variants, 1) : first;
  if (!e)
    return diag_error(d, 2303, "'generate' expects a batch size of 1 among its own, got %lld",
                      (long long)first->batch);
  g->token = find(e->inputs, e->input_count, "token");
  g->logits = find(e->outputs, e->output_count, "logits");
  if (g->token == e->input_count || tensor_elements(&e->inputs[g->token]) != 1 ||
      (e->inputs[g->token].dtype != SINTER_I32 && e->inputs[g->token].dtype != SINTER_I64))
    return diag_error(d, 2111, "'generate' expects an input 'token' of one whole number, i32[1]");
  if (g->logits == e->output_count || !is_float(&e->outputs[g->logits]) ||
      tensor_elements(&e->outputs[g->logits]) != vocabulary)
    return diag_error(d, 2111, "'generate' expects an output 'logits' f32[1,%u]", vocabulary);
  for (uint32_t i = 0; i < e->input_count; ++i) {
    const sinter_tensor *in = &e->inputs[i];
    uint32_t k = find(e->outputs, e->output_count, in->name);
    bool same =
        k < e->output_count && e->outputs[k].dtype == in->dtype && e->outputs[k].bytes == in->bytes;
    if (i != g->token && !same)
      return diag_error(d, 2111, "'generate' expects an output '%s' of the type of its input '%s'",
                        in->name, in->name);
  }
  return 0;
}

static int take_memory(generation *g, diag *d) {
  const sinter_entry *e = g->entry;
  bool taken = (g->carried = calloc(e->input_count, sizeof *g->carried)) != NULL;
  for (uint32_t i = 0; i < e->input_count && taken; ++i)
    if (i != g->token)
      taken = (g->carried[i] = calloc(1, e->inputs[i].bytes + 1)) != NULL;
  g->values = malloc(e->outputs[g->logits].bytes);
  g->candidates = malloc(g->known * sizeof *g->candidates);
  if (!taken || !g->values || !g->candidates)
    return diag_error(d, 2402, "out of memory: what 'generate' carries from token to token");
  return 0;
}

static void free_memory(generation *g) {
  for (uint32_t i = 0; g->carried && i < g->entry->input_count; ++i)
    free(g->carried[i]);
  free(g->carried);
  free(g->values);
  free(g->candidates);
}

/* Runs the entry for a token: its logits are in `values`. */
static int run_token(generation *g, uint32_t number, diag *d) {
  const sinter_entry *e = g->entry;
  instance *self = &g->t->instance;
  int64_t token = 0;
  store_index(number, e->inputs[g->token].dtype, &token);
  for (uint32_t i = 0; i < e->input_count; ++i)
    instance_feed(self, e, i, i == g->token ? &token : g->carried[i]);
  if (trainer_run_kernels(g->t, e, NULL, NULL, d))
    return d->code;
  for (uint32_t i = 0; i < e->input_count; ++i) {
    const sinter_tensor *out = &e->outputs[find(e->outputs, e->output_count, e->inputs[i].name)];
    if (i != g->token)
      self->device->read(self->device, g->carried[i], instance_at(self, out), out->bytes);
  }
  const sinter_tensor *logits = &e->outputs[g->logits];
  self->device->read(self->device, g->values, instance_at(self, logits), logits->bytes);
  return 0;
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
  const flags *f = &g->t->flags;
  uint32_t dtype = g->entry->outputs[g->logits].dtype;
  uint32_t first = g->t->data.text.vocabulary.decode == SINTER_DECODE_BYTE ? 0 : 1, count = 0;
  for (uint32_t i = first; i < g->known; ++i) {
    double logit = instance_load(g->values, dtype, i);
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
  sinter_words words =
      sinter_philox((uint64_t)g->t->state.position.seed, sinter_stream("generate"), g->drawn++, 0);
  double left = sinter_uniform_f64(words) * sum;
  uint32_t i = 0;
  while (i + 1 < count && left >= g->candidates[i].weight)
    left -= g->candidates[i++].weight;
  return g->candidates[i].number;
}

static void say(generation *g, uint32_t number) {
  size_t length;
  const char *token = vocabulary_token(&g->t->data.text.vocabulary, number, &length);
  if (g->spaced)
    putchar(' ');
  fwrite(token, 1, length, stdout);
  g->spaced = g->t->data.text.vocabulary.decode == SINTER_DECODE_WORD;
}

/* Reads the prompt, then goes on with it. */
static int go_on(generation *g, const uint32_t *prompt, uint64_t count, diag *d) {
  const flags *f = &g->t->flags;
  int64_t length = f->generate.length < 0 ? 100 : f->generate.length;
  for (uint64_t i = 0; i < count; ++i) {
    say(g, prompt[i]);
    if (run_token(g, prompt[i], d))
      return d->code;
  }
  for (int64_t i = 0; i < length; ++i) {
    uint32_t number = draw(g);
    say(g, number);
    if (i + 1 < length && run_token(g, number, d))
      return d->code;
  }
  putchar('\n');
  return 0;
}

int trainer_generate(trainer *t, diag *d) {
  const vocabulary *v = &t->data.text.vocabulary;
  generation g = {.t = t, .known = v->count};
  uint32_t *prompt = NULL;
  uint64_t length = strlen(t->flags.generate.text), count = 0;
  unsigned char *text = (unsigned char *)strdup(t->flags.generate.text);
  if (!text)
    return diag_error(d, 2402, "out of memory: the text of --generate");
  if (!find_entry(&g, d) && !text_clean(v->decode, text, &length, "--generate", d) &&
      !vocabulary_encode(v, text, length, &prompt, &count, d)) {
    if (!count)
      diag_error(d, 2003, "--generate expects a text with words, got '%s'", t->flags.generate.text);
    else if (!take_memory(&g, d))
      go_on(&g, prompt, count, d);
    free_memory(&g);
  }
  free(prompt);
  free(text);
  return d->code;
}
