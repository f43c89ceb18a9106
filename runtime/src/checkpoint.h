/* checkpoint.h - the full state of a training run as one file, and plain weight files.
 *
 * Invariant: what a checkpoint restores plus the flags of the run determine every later bit,
 * whatever the threads. Reading on: weights.h (the format), trainer.c (the user). */
#ifndef SINTER_RUNTIME_CHECKPOINT_H
#define SINTER_RUNTIME_CHECKPOINT_H

#include "flags.h"
#include "weights.h"

/// Where a run stands; each field is a 0-d entry "trainer/<field>" of the file.
typedef struct run_position {
  int64_t step;     /* steps done */
  int64_t epoch;    /* epochs done */
  int64_t position; /* batches done in the current epoch */
  int64_t seed;
  int64_t shuffle;             /* 1 unless --no-shuffle */
  int64_t examples;            /* in the training split */
  int64_t batch;               /* of the training step */
  int64_t fold, folds;         /* --fold; 0: none */
  double loss_sum, loss_count; /* of the current epoch, for models without a loss metric */
  double best_value;           /* of the watched metric (stopping.c) */
  int64_t best_epoch;          /* after which it was; 0: none yet */
  int64_t worse;               /* evaluations since then */
} run_position;

/// Tables for weight files and for checkpoints, made once at the start.
typedef struct checkpoint {
  instance *instance;
  weight_table weights, state;
  /* the slots of `state` point here: fill before a write, valid after a read */
  run_position position;
  double *scalars;            /* by index of module->scalars */
  uint32_t states, restarted; /* of the optimizer: all, and those that the last resume lacked */
} checkpoint;

int checkpoint_open(checkpoint *c, instance *self, diag *d);
void checkpoint_close(checkpoint *c);
/// Files hold what is known of the data, too: text `i` of METADATA; NULL: nothing.
int checkpoint_metadata(checkpoint *c, int i, const char *text, diag *d);

/// Writes weights to a file.
int checkpoint_save(checkpoint *c, const char *path, diag *d);
/// Reads weights from a weight file or a checkpoint into the instance.
int checkpoint_init(checkpoint *c, const char *path, bool partial, diag *d);
/// Writes the full state; `position` and `scalars` are the caller's to fill before.
int checkpoint_write(checkpoint *c, const char *path, diag *d);
/// Reads the full state; `expected` says which data and batch the run has.
/// What an optimizer keeps is matched by name and type; what the file lacks starts anew.
int checkpoint_resume(checkpoint *c, const char *path, const run_position *expected, diag *d);
/// What the last resume found of another optimizer, in words for people; false when nothing.
bool checkpoint_note(const checkpoint *c, char *text, size_t capacity);

#endif
