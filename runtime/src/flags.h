/* flags.h - a trainer's command line.
 *
 * Invariant: after flags_parse returned 0, every value is within its range; hyper-parameters are
 * beside it by index of module->scalars. Reading on: flags.c (the table that is also --help),
 * trainer.c. */
#ifndef SINTER_RUNTIME_FLAGS_H
#define SINTER_RUNTIME_FLAGS_H

#include "diag.h"

#include <sinter/abi.h>

#include <stdbool.h>

enum { FLAG_MAX_TENSORS = 32, FLAG_MAX_SCALARS = 128 };

/// NAME=F.npy of --input or --output.
typedef struct named_file {
  const char *name; /* not terminated at '=': see name_length */
  size_t name_length;
  const char *path;
} named_file;

typedef struct flags {
  const char *data, *init, *save, *checkpoint, *log, *run;
  int64_t epochs, steps, eval_every, checkpoint_every, log_every, seed, threads; /* -1: not given */
  bool eval, no_shuffle, init_partial, resume, quiet, check_numerics;
  bool info, version, help, licenses;
  named_file inputs[FLAG_MAX_TENSORS], outputs[FLAG_MAX_TENSORS];
  uint32_t input_count, output_count;
  bool scalar_given[FLAG_MAX_SCALARS];
  double scalars[FLAG_MAX_SCALARS]; /* by index of module->scalars */
} flags;

/// Reads the command line.
int flags_parse(flags *f, const sinter_module *module, int argc, char **argv, diag *d);
/// Prints --help.
void flags_help(const sinter_module *module, const char *program);

#endif
