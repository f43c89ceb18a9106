/* translate.c - --translate TEXT: the entry `encode` reads a sentence, the entry `decode` says it
 * in the other language, a word a run. See trainer.h.
 *
 * What `decode` holds at first is, by the names of its inputs, what `encode` gave, else the
 * sentence (a field of the data set), else 0; then as decoder.h says. Several translations may be
 * tried at a time (beam search): those with the largest sums of logarithms of probabilities go on,
 * and the best is that of the largest sum over length^0.75. Sutskever, Vinyals, Le, "Sequence to
 * sequence learning with neural networks", 2014. */
#include "decoder.h"
#include "sentence.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double length_power = 0.75;

/* A translation up to some word. */
typedef struct hypothesis {
  uint32_t *words; /* `steps` of them, `count` of which are said */
  uint64_t count;
  double score; /* of probability: the sum of the words' logarithms */
  decoder_state state;
} hypothesis;

/* A word that a hypothesis may go on with. */
typedef struct candidate {
  double score; /* of the hypothesis with it */
  uint32_t from, word;
} candidate;

typedef struct translation {
  trainer *t;
  const sinter_entry *encode;
  decoder decoder;
  uint32_t *source; /* the sentence, and how many tokens it has */
  uint32_t length;
  uint64_t steps;         /* of the target */
  uint32_t known, beam;   /* tokens of the target's vocabulary; hypotheses at a time */
  hypothesis *now, *next; /* `beam` of each */
  hypothesis best;        /* of those that are at their end, with its final score */
  candidate *candidates;  /* beam * known */
} translation;

/* --- The sentence ------------------------------------------------------------------------------
 */

/* The numbers that a field of the sentence has; NULL: the name is of none. */
static const uint32_t *given(const translation *x, const sinter_tensor *input, uint64_t *count) {
  const sinter_field *f = instance_field(&x->t->module->data, input->name);
  bool index = input->dtype == SINTER_I32 || input->dtype == SINTER_I64;
  if (!f || f->ahead != 0 || !index || field_elements(f) != tensor_elements(input))
    return NULL;
  *count = field_elements(f);
  return f->decode == SINTER_DECODE_LENGTH ? &x->length : x->source;
}

/* to = the numbers of a field, as the type of the input. */
static void store_given(const uint32_t *from, uint64_t count, uint32_t dtype, void *to) {
  for (uint64_t i = 0; i < count; ++i)
    store_index(from[i], dtype, (char *)to + i * dtype_bytes(dtype));
}

/* Both entries, as errors_e2.h describes them. */
static int find_entries(translation *x, diag *d) {
  uint64_t count;
  uint32_t limit = (uint32_t)sentence_field(&x->t->module->data, 1)->limit;
  if (!(x->encode = decoder_entry(x->t, "encode", "--translate", d)) ||
      decoder_open(&x->decoder, x->t, "decode", "--translate", limit, d))
    return d->code;
  for (uint32_t i = 0; i < x->encode->input_count; ++i)
    if (!given(x, &x->encode->inputs[i], &count))
      return diag_error(
          d, 2116, "'encode' expects fields of the sentence and their types, got an input '%s'",
          x->encode->inputs[i].name);
  const sinter_entry *e = x->decoder.entry;
  for (uint32_t i = 0; i < e->input_count; ++i)
    if (i != x->decoder.token && !decoder_output(x->encode, &e->inputs[i]) &&
        !given(x, &e->inputs[i], &count) && !decoder_output(e, &e->inputs[i]))
      return diag_error(d, 2116,
                        "'decode' expects an output '%s' of 'encode' or of its own, of the type of "
                        "its input '%s'",
                        e->inputs[i].name, e->inputs[i].name);
  return 0;
}

static int read_sentence(translation *x, diag *d) {
  const char *text = x->t->flags.translate.text;
  uint64_t length = strlen(text), steps;
  steps = (uint64_t)sentence_field(&x->t->module->data, 0)->dims[0];
  unsigned char *cleaned = malloc(2 * length + 1);
  x->source = malloc(steps * sizeof *x->source);
  if (!cleaned || !x->source)
    diag_error(d, 2402, "out of memory: the sentence of --translate");
  else if (!utf8_check((const unsigned char *)text, length, "--translate", d)) {
    uint64_t got = sentence_clean((const unsigned char *)text, length, cleaned);
    uint64_t tokens = sentence_encode(&x->t->data.vocabularies[0], cleaned, got, x->source, steps);
    x->length = (uint32_t)(tokens < steps ? tokens : steps);
    if (!got)
      diag_error(d, 2003, "--translate expects a sentence, got '%s'", text);
    else if (tokens > steps)
      report_note(&x->t->report,
                  "the sentence has %llu tokens, the model %llu steps: the sentence is cut",
                  (unsigned long long)tokens, (unsigned long long)steps);
  }
  free(cleaned);
  return d->code;
}

/* Runs `encode`; what `decode` holds at first is the state of the first hypothesis. */
static int read_source(translation *x, diag *d) {
  instance *self = &x->t->instance;
  uint64_t count;
  for (uint32_t i = 0; i < x->encode->input_count; ++i) {
    const sinter_tensor *in = &x->encode->inputs[i];
    const uint32_t *from = given(x, in, &count);
    void *values = malloc(in->bytes + 1);
    if (!values)
      return diag_error(d, 2402, "out of memory: the sentence of --translate");
    store_given(from, count, in->dtype, values);
    instance_feed(self, x->encode, i, values);
    free(values);
  }
  if (trainer_run_kernels(x->t, x->encode, NULL, NULL, d))
    return d->code;
  const sinter_entry *e = x->decoder.entry;
  for (uint32_t i = 0; i < e->input_count; ++i) {
    const sinter_tensor *out = decoder_output(x->encode, &e->inputs[i]);
    const uint32_t *from = given(x, &e->inputs[i], &count);
    if (i == x->decoder.token)
      continue;
    if (out && instance_read(self, x->now->state[i], out, d))
      return d->code;
    if (!out && from)
      store_given(from, count, e->inputs[i].dtype, x->now->state[i]);
  }
  return 0;
}

/* --- The search --------------------------------------------------------------------------------
 */

static int take_memory(translation *x, diag *d) {
  uint64_t beam = x->beam;
  x->now = calloc(beam, sizeof *x->now);
  x->next = calloc(beam, sizeof *x->next);
  x->candidates = malloc(beam * x->known * sizeof *x->candidates);
  x->best.words = malloc(x->steps * sizeof *x->best.words);
  bool taken = x->now && x->next && x->candidates && x->best.words;
  for (uint64_t i = 0; i < 2 * beam && taken; ++i) {
    hypothesis *h = i < beam ? &x->now[i] : &x->next[i - beam];
    h->words = malloc(x->steps * sizeof *h->words);
    taken = h->words && (h->state = decoder_make(&x->decoder, NULL, d));
  }
  if (!taken && !d->code)
    diag_error(d, 2402, "out of memory: the translations of --translate");
  return d->code;
}

static void free_memory(translation *x) {
  for (uint64_t i = 0; i < 2 * (uint64_t)x->beam; ++i) {
    hypothesis *of = i < x->beam ? x->now : x->next, *h = of ? &of[i % x->beam] : NULL;
    if (!h)
      continue;
    free(h->words);
    if (h->state)
      decoder_drop(&x->decoder, h->state);
  }
  free(x->now);
  free(x->next);
  free(x->candidates);
  free(x->best.words);
  free(x->source);
  decoder_close(&x->decoder);
}

/* The words that hypothesis `from` may go on with, behind `count` candidates; how many there are
 * then. What no sentence ends or begins with is never said. */
static uint64_t put_candidates(translation *x, uint32_t from, uint64_t count) {
  double most = -HUGE_VAL, sum = 0;
  for (uint32_t i = 0; i < x->known; ++i) {
    double logit = decoder_logit(&x->decoder, i);
    most = logit > most ? logit : most;
  }
  for (uint32_t i = 0; i < x->known; ++i) {
    double weight = exp(decoder_logit(&x->decoder, i) - most);
    sum += isnan(weight) ? 0 : weight;
  }
  for (uint32_t i = 0; i < x->known; ++i) {
    double score = x->now[from].score + decoder_logit(&x->decoder, i) - most - log(sum);
    if (i != TOKEN_PAD && i != TOKEN_BOS && !isnan(score))
      x->candidates[count++] = (candidate){score, from, i};
  }
  return count;
}

static int by_score(const void *a, const void *b) {
  const candidate *x = a, *y = b;
  if (x->score != y->score)
    return x->score < y->score ? 1 : -1;
  if (x->from != y->from)
    return x->from < y->from ? -1 : 1;
  return x->word < y->word ? -1 : x->word > y->word;
}

/* A hypothesis at its end, after so many tokens. */
static void finish(translation *x, const hypothesis *h, double score, uint64_t tokens) {
  score /= pow((double)tokens, length_power);
  if (!(score > x->best.score))
    return;
  x->best.score = score;
  x->best.count = h->count;
  memcpy(x->best.words, h->words, h->count * sizeof *h->words);
}

/* The best candidates go on; how many do. */
static uint32_t choose(translation *x, uint64_t count) {
  qsort(x->candidates, count, sizeof *x->candidates, by_score);
  uint32_t alive = 0;
  for (uint64_t i = 0; i < count && i < x->beam; ++i) {
    const candidate *c = &x->candidates[i];
    const hypothesis *from = &x->now[c->from];
    if (c->word == TOKEN_EOS) {
      finish(x, from, c->score, from->count + 1);
      continue;
    }
    hypothesis *to = &x->next[alive++];
    memcpy(to->words, from->words, from->count * sizeof *from->words);
    to->words[from->count] = c->word;
    to->count = from->count + 1;
    to->score = c->score;
    decoder_copy(&x->decoder, to->state, from->state);
  }
  hypothesis *swap = x->now;
  x->now = x->next;
  x->next = swap;
  return alive;
}

static int search(translation *x, diag *d) {
  uint32_t alive = 1;
  x->best.score = -HUGE_VAL;
  for (uint64_t step = 0; step < x->steps && alive; ++step) {
    uint64_t count = 0;
    for (uint32_t i = 0; i < alive; ++i) {
      uint32_t last = step ? x->now[i].words[step - 1] : TOKEN_BOS;
      if (decoder_run(&x->decoder, last, x->now[i].state, d))
        return d->code;
      count = put_candidates(x, i, count);
    }
    alive = choose(x, count);
  }
  for (uint32_t i = 0; i < alive; ++i) /* they would not end */
    finish(x, &x->now[i], x->now[i].score, x->now[i].count);
  return 0;
}

/* ----------------------------------------------------------------------------------------------
 */

int trainer_translate(trainer *t, diag *d) {
  const vocabulary *target = &t->data.vocabularies[1];
  translation x = {.t = t,
                   .steps = (uint64_t)sentence_field(&t->module->data, 1)->dims[0],
                   .known = target->count,
                   .beam = t->flags.translate.beam < 0 ? 1 : (uint32_t)t->flags.translate.beam};
  if (!read_sentence(&x, d) && !find_entries(&x, d) && !take_memory(&x, d) && !read_source(&x, d) &&
      !search(&x, d)) {
    for (uint64_t i = 0; i < x.best.count; ++i) {
      size_t length;
      const char *word = vocabulary_token(target, x.best.words[i], &length);
      printf("%s%.*s", i ? " " : "", (int)length, word);
    }
    putchar('\n');
  }
  free_memory(&x);
  return d->code;
}
