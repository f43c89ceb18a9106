/* trainer.h - the training loop (D12, D13) around an instance, its data and its reports.
 *
 * Invariant: a step allocates nothing and its result depends on (seed, data, flags, step), never on
 * threads or on where a run was interrupted. Reading on: trainer.c (loop), evaluate.c, numerics.c,
 * trainer_main.c (flags to loop). */
#ifndef SINTER_RUNTIME_TRAINER_H
#define SINTER_RUNTIME_TRAINER_H

#include "checkpoint.h"
#include "feed.h"
#include "flags.h"
#include "instance.h"
#include "report.h"

/// The metric of the test split that --patience and --keep-best look at.
typedef struct watched {
  const char *name; /* NULL: none */
  bool least;       /* is best */
} watched;

typedef struct trainer {
  const sinter_module *module;
  const char *program;
  flags flags;
  instance instance;
  dataset data;
  feed feed;        /* of data that are read ahead */
  data_known known; /* of the weights to start from; `data` takes it over */
  checkpoint state;
  report report;
  uint32_t *order; /* permutation of the training examples; NULL: they come in order */
  const sinter_entry *train, *eval;
  uint32_t train_variants, eval_variants;
  int64_t epochs, batches;      /* to train for; full batches an epoch */
  report_value *values;         /* as many as an event may show */
  int64_t *counts;              /* of the metrics that count, one behind the other */
  char *train_text, *test_text; /* results of an epoch in words */
  size_t text_bytes;
  bool loss_is_metric;
  watched watched;
} trainer;

/// From here on SIGINT and SIGTERM end training after its step; the second of a kind ends the
/// process.
void trainer_catch_signals(void);
void trainer_release_signals(void);
/// Trains from the position in t->state to the end or to a signal. 0, an E2 code, or 128 + signal
/// number.
int trainer_run(trainer *t, diag *d);
/// --lr-find.
int trainer_find_rate(trainer *t, diag *d);
/// The next training step, beyond the end of an epoch in a new one; *loss is that of its batch.
int trainer_step(trainer *t, double *loss, diag *d);
/// Whether a signal asked for the end.
bool trainer_stopped(void);
/// 128 + the number of that signal; 0: none asked.
int trainer_exit_code(void);
/// Reads what is to be watched from the flags.
int watch_open(trainer *t, diag *d);
/// Takes the `count` results of an evaluation in t->values; saves weights that are the best so far.
int watch_test(trainer *t, uint32_t count, diag *d);
/// Whether --patience is at its end.
bool watch_stops(const trainer *t);
/// Says what was best, and when.
void watch_tell(trainer *t);
/// Evaluates the test split; fills t->values with `count` results, the counts of classes among
/// them.
int trainer_evaluate(trainer *t, uint32_t *count, diag *d);
/// The first `count` of t->values that are made of counts, as tables on stdout.
int trainer_confusion(trainer *t, uint32_t count, diag *d);
/// Reads all metrics into t->values, the loss first; loss is used when no metric has that name.
uint32_t trainer_metrics(trainer *t, double loss);
/// " loss 0.4903 accuracy 0.9258" of the first `count` values; `text` has t->text_bytes.
void trainer_describe(const trainer *t, uint32_t count, char *text);
/// Runs an entry, with --check-numerics kernel by kernel: the first that writes NaN or infinity is
/// named.
int trainer_run_kernels(trainer *t, const sinter_entry *e, device_fill_fn fill, void *argument,
                        diag *d);
/// Runs the entry of a batch on its examples.
int trainer_run_batch(trainer *t, batch_fill *fill, diag *d);
/// Writes the checkpoint of the current position.
int trainer_checkpoint(trainer *t, diag *d);
/// --run ENTRY.
int trainer_run_entry(trainer *t, diag *d);
/// --generate TEXT.
int trainer_generate(trainer *t, diag *d);
/// --predict F.csv: the entry `predict` on the rows of test.csv. predict_check says before what
/// would make it fail.
int predict_check(trainer *t, diag *d);
int trainer_predict(trainer *t, diag *d);
/// --translate TEXT.
int trainer_translate(trainer *t, diag *d);
/// --info.
void trainer_info(const sinter_module *module);
/// --licenses.
void trainer_licenses(void);

#endif
