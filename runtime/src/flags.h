/* flags.h - a trainer's command line.
 *
 * Invariant: after flags_parse returned 0, every value is within its range; hyper-parameters are
 * beside it by index of module->scalars. Reading on: flags.c (the table that is also --help),
 * trainer.c. */
#ifndef SINTER_RUNTIME_FLAGS_H
#define SINTER_RUNTIME_FLAGS_H

#include "file.h"

#include <sinter/abi.h>

/// The steps that --lr-find needs: from 1e-7 to 10 are eight powers of ten.
enum { LR_FIND_LEAST = 10 };

/// NAME=F.npy of --input or --output.
typedef struct named_file {
  const char *name; /* not terminated at '=': see name_length */
  size_t name_length;
  const char *path;
} named_file;

/// K/N of --fold: of N parts of the training examples the K-th, from 1, is held out.
typedef struct fold {
  int64_t part, of; /* of 0: not given */
} fold;

typedef struct flags {
  const char *data, *init, *save, *checkpoint, *log, *run, *keep_best, *predict;
  int64_t epochs, steps, eval_every, checkpoint_every, log_every, seed, threads; /* -1: not given */
  int64_t patience;                                                              /* -1: not given */
  fold fold;
  struct { /* only models of texts have these; numbers: -1: not given */
    const char *text;
    int64_t length, top_k;
    double temperature;
  } generate;
  struct { /* only models of pairs of sentences have these */
    const char *text;
    int64_t beam; /* -1: not given */
  } translate;
  bool eval, lr_find, no_shuffle, init_partial, resume, quiet, check_numerics;
  bool info, version, help, licenses;
  named_file *inputs, *outputs;
  file_claim *claims; /* room for those of all outputs */
  uint32_t input_count, output_count;
  bool *scalar_given;
  double *scalars; /* by index of module->scalars; where no flag was given, the initial value */
} flags;

/// The flag that asks for another thing than training; NULL: none does.
static inline const char *flags_instead(const flags *f) {
  return f->eval             ? "eval"
         : f->run            ? "run"
         : f->generate.text  ? "generate"
         : f->translate.text ? "translate"
                             : NULL;
}
static inline bool flags_train(const flags *f) { return !flags_instead(f); }
/// Reads the command line; flags_free ends it, also after a failure.
int flags_parse(flags *f, const sinter_module *module, int argc, char **argv, diag *d);
/// From here on file_open refuses files that an output takes the place of, as what --data reads;
/// `on` false: no more.
void flags_guard(const flags *f, bool on);
/// Gives back what flags_parse took.
void flags_free(flags *f);
/// Prints --help.
void flags_help(const sinter_module *module, const char *program);

#endif
