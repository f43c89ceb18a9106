/* decoder.h - an entry that is run once a token, and what it holds from token to token.
 *
 * It takes a `token` and gives `logits`, one number a token of the vocabulary. What another input
 * holds is what the output of its name gave in the run before. So a state, a cell or a cache are
 * the model's business. Reading on: decoder.c, generate.c and translate.c (who run one). */
#ifndef SINTER_RUNTIME_DECODER_H
#define SINTER_RUNTIME_DECODER_H

#include "trainer.h"

typedef struct decoder {
  trainer *t;
  const sinter_entry *entry; /* of one example */
  uint32_t token, logits;    /* indices of its input and output */
  void *values;              /* the logits of the last run */
} decoder;

/// What the inputs of an entry hold, by their index; NULL: the token.
typedef void **decoder_state;

/// The entry `name` for one example, which `flag` runs; NULL: reported.
const sinter_entry *decoder_entry(const trainer *t, const char *name, const char *flag, diag *d);
/// Index of the tensor called so; count: there is none.
uint32_t decoder_find(const sinter_tensor *tensors, uint32_t count, const char *name);
/// The output of an entry that has the name and the type of `input`; NULL: there is none.
const sinter_tensor *decoder_output(const sinter_entry *e, const sinter_tensor *input);
/// Takes the entry `name`; its logits are for `vocabulary` tokens.
int decoder_open(decoder *g, trainer *t, const char *name, const char *flag, uint32_t vocabulary,
                 diag *d);
/// A state of zeros, or a copy of `from`, which may be NULL; NULL: reported.
decoder_state decoder_make(const decoder *g, const decoder_state from, diag *d);
void decoder_copy(const decoder *g, decoder_state to, const decoder_state from);
/// NULL is allowed.
void decoder_drop(const decoder *g, decoder_state state);
/// Runs the entry for a token, from a state to the next one: its logits are in `values`.
int decoder_run(decoder *g, uint32_t token, decoder_state state, diag *d);
/// The logit of a token.
double decoder_logit(const decoder *g, uint32_t token);
void decoder_close(decoder *g);

#endif
