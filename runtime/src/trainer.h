/* trainer.h - the training loop (D12, D13) around an instance, its data and its reports.
 *
 * Invariant: a step allocates nothing and its result depends on (seed, data, flags, step), never on
 * threads or on where a run was interrupted. Reading on: trainer.c (loop), evaluate.c, numerics.c,
 * trainer_main.c (flags to loop). */
#ifndef SINTER_RUNTIME_TRAINER_H
#define SINTER_RUNTIME_TRAINER_H

#include "checkpoint.h"
#include "data.h"
#include "flags.h"
#include "instance.h"
#include "report.h"

typedef struct trainer {
  const sinter_module *module;
  const char *program;
  flags flags;
  instance instance;
  dataset data;
  vocabulary known; /* of the weights to start from; `data` takes it over */
  checkpoint state;
  report report;
  uint32_t *order; /* permutation of the training examples; NULL: they come in order */
  const sinter_entry *train, *eval;
  uint32_t train_variants, eval_variants;
  int64_t epochs, batches;      /* to train for; full batches an epoch */
  report_value *values;         /* as many as an event may show */
  char *train_text, *test_text; /* results of an epoch in words */
  size_t text_bytes;
  bool loss_is_metric;
} trainer;

/// From here on SIGINT and SIGTERM end training after its step; the second of a kind ends the
/// process.
void trainer_catch_signals(void);
void trainer_release_signals(void);
/// Trains from the position in t->state to the end or to a signal. 0, an E2 code, or 128 + signal
/// number.
int trainer_run(trainer *t, diag *d);
/// Evaluates the test split; fills t->values with `count` results.
int trainer_evaluate(trainer *t, uint32_t *count, diag *d);
/// Reads all metrics into t->values, the loss first; loss is used when no metric has that name.
uint32_t trainer_metrics(trainer *t, double loss);
/// " loss 0.4903 accuracy 0.9258" of the first `count` values; `text` has t->text_bytes.
void trainer_describe(const trainer *t, uint32_t count, char *text);
/// Runs an entry, with --check-numerics kernel by kernel: the first that writes NaN or infinity is
/// named.
int trainer_run_kernels(trainer *t, const sinter_entry *e, device_fill_fn fill, void *argument,
                        diag *d);
/// Writes the checkpoint of the current position.
int trainer_checkpoint(trainer *t, diag *d);
/// --run ENTRY.
int trainer_run_entry(trainer *t, diag *d);
/// --generate TEXT.
int trainer_generate(trainer *t, diag *d);
/// --info.
void trainer_info(const sinter_module *module);
/// --licenses.
void trainer_licenses(void);

#endif
