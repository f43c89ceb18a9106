/* decoder.c - running an entry token by token. See decoder.h. */
#include "decoder.h"

#include <stdlib.h>
#include <string.h>

uint32_t decoder_find(const sinter_tensor *tensors, uint32_t count, const char *name) {
  uint32_t i = 0;
  while (i < count && strcmp(tensors[i].name, name) != 0)
    ++i;
  return i;
}

const sinter_tensor *decoder_output(const sinter_entry *e, const sinter_tensor *input) {
  uint32_t k = decoder_find(e->outputs, e->output_count, input->name);
  bool same = k < e->output_count && e->outputs[k].dtype == input->dtype &&
              e->outputs[k].bytes == input->bytes;
  return same ? &e->outputs[k] : NULL;
}

const sinter_entry *decoder_entry(const trainer *t, const char *name, const char *flag, diag *d) {
  uint32_t variants;
  const sinter_entry *first = instance_find(t->module, name, 0, &variants), *e = first;
  if (!first || first->kind != SINTER_ENTRY_PREDICT) {
    diag_error(d, 2005, "model '%s' has no entry '%s', which %s runs", t->module->name, name, flag);
    return NULL;
  }
  if (first->batch && !(e = instance_variant(first, variants, 1)))
    diag_error(d, 2303, "'%s' expects a batch size of 1 among its own, got %lld", name,
               (long long)first->batch);
  return e;
}

int decoder_open(decoder *g, trainer *t, const char *name, const char *flag, uint32_t vocabulary,
                 diag *d) {
  const sinter_entry *e = decoder_entry(t, name, flag, d);
  *g = (decoder){.t = t, .entry = e};
  if (!e)
    return d->code;
  g->token = decoder_find(e->inputs, e->input_count, "token");
  g->logits = decoder_find(e->outputs, e->output_count, "logits");
  if (g->token == e->input_count || tensor_elements(&e->inputs[g->token]) != 1 ||
      (e->inputs[g->token].dtype != SINTER_I32 && e->inputs[g->token].dtype != SINTER_I64))
    return diag_error(d, 2111, "'%s' expects an input 'token' of one whole number, i32[1]", name);
  const sinter_tensor *logits = &e->outputs[g->logits];
  if (g->logits == e->output_count ||
      (logits->dtype != SINTER_F32 && logits->dtype != SINTER_F64) ||
      tensor_elements(logits) != vocabulary)
    return diag_error(d, 2111, "'%s' expects an output 'logits' f32[1,%u]", name, vocabulary);
  g->values = malloc(logits->bytes);
  return g->values ? 0 : diag_error(d, 2402, "out of memory: the logits of '%s'", name);
}

decoder_state decoder_make(const decoder *g, const decoder_state from, diag *d) {
  const sinter_entry *e = g->entry;
  decoder_state state = calloc(e->input_count, sizeof *state);
  bool taken = state != NULL;
  for (uint32_t i = 0; i < e->input_count && taken; ++i)
    if (i != g->token)
      taken = (state[i] = calloc(1, e->inputs[i].bytes + 1)) != NULL;
  if (taken && from)
    decoder_copy(g, state, from);
  if (taken)
    return state;
  diag_error(d, 2402, "out of memory: what '%s' carries from token to token", e->name);
  decoder_drop(g, state);
  return NULL;
}

void decoder_copy(const decoder *g, decoder_state to, const decoder_state from) {
  for (uint32_t i = 0; i < g->entry->input_count; ++i)
    if (i != g->token)
      memcpy(to[i], from[i], g->entry->inputs[i].bytes);
}

void decoder_drop(const decoder *g, decoder_state state) {
  for (uint32_t i = 0; state && i < g->entry->input_count; ++i)
    free(state[i]);
  free(state);
}

int decoder_run(decoder *g, uint32_t number, decoder_state state, diag *d) {
  const sinter_entry *e = g->entry;
  instance *self = &g->t->instance;
  int64_t token = 0;
  store_index(number, e->inputs[g->token].dtype, &token);
  for (uint32_t i = 0; i < e->input_count; ++i)
    instance_feed(self, e, i, i == g->token ? &token : state[i]);
  if (trainer_run_kernels(g->t, e, NULL, NULL, d))
    return d->code;
  for (uint32_t i = 0; i < e->input_count; ++i) {
    const sinter_tensor *out = decoder_output(e, &e->inputs[i]);
    if (i != g->token && out && instance_read(self, state[i], out, d))
      return d->code;
  }
  return instance_read(self, g->values, &e->outputs[g->logits], d);
}

double decoder_logit(const decoder *g, uint32_t token) {
  return instance_load(g->values, g->entry->outputs[g->logits].dtype, token);
}

void decoder_close(decoder *g) {
  free(g->values);
  g->values = NULL;
}
