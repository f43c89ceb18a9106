/* checkpoint.c - weight files and checkpoints of a running instance. See checkpoint.h. */
#include "checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(weight_table *table, const char *prefix, const char *name, uint32_t dtype,
                void *data) {
  table->slots[table->count++] =
      (weight_slot){.prefix = prefix, .name = name, .dtype = dtype, .bytes = 8, .data = data};
}

int checkpoint_open(checkpoint *c, instance *self, diag *d) {
  const sinter_module *module = self->module;
  *c = (checkpoint){.instance = self};
  c->scalars = calloc(module->scalar_count + 1, sizeof *c->scalars);
  if (!c->scalars)
    return diag_error(d, 2402, "out of memory: the hyper-parameters");
  if (weights_make(&c->weights, self, false, 0, d) ||
      weights_make(&c->state, self, true, 18 + module->scalar_count, d)) {
    checkpoint_close(c);
    return d->code;
  }
  run_position *p = &c->position;
  add(&c->state, "trainer/", "step", SINTER_I64, &p->step);
  add(&c->state, "trainer/", "epoch", SINTER_I64, &p->epoch);
  add(&c->state, "trainer/", "position", SINTER_I64, &p->position);
  add(&c->state, "trainer/", "seed", SINTER_I64, &p->seed);
  add(&c->state, "trainer/", "shuffle", SINTER_I64, &p->shuffle);
  add(&c->state, "trainer/", "examples", SINTER_I64, &p->examples);
  add(&c->state, "trainer/", "batch", SINTER_I64, &p->batch);
  add(&c->state, "trainer/", "fold", SINTER_I64, &p->fold);
  add(&c->state, "trainer/", "folds", SINTER_I64, &p->folds);
  add(&c->state, "trainer/", "loss_sum", SINTER_F64, &p->loss_sum);
  add(&c->state, "trainer/", "loss_count", SINTER_F64, &p->loss_count);
  add(&c->state, "trainer/", "best_value", SINTER_F64, &p->best_value);
  add(&c->state, "trainer/", "best_epoch", SINTER_I64, &p->best_epoch);
  add(&c->state, "trainer/", "worse", SINTER_I64, &p->worse);
  for (uint32_t i = 0; i < module->scalar_count; ++i)
    c->scalars[i] = module->scalars[i].initial; /* what a checkpoint lacks */
  for (uint32_t i = 0; i < module->scalar_count; ++i)
    if (module->scalars[i].slot > 1)
      add(&c->state, "trainer/hyper/", module->scalars[i].name, SINTER_F64, &c->scalars[i]);
  if (weights_prepare(&c->weights, d) || weights_prepare(&c->state, d))
    checkpoint_close(c);
  return d->code;
}

int checkpoint_metadata(checkpoint *c, int i, const char *text, diag *d) {
  c->weights.metadata[i] = c->state.metadata[i] = text;
  return !text || weights_prepare(&c->weights, d) ? d->code : weights_prepare(&c->state, d);
}

void checkpoint_close(checkpoint *c) {
  weights_free(&c->weights);
  weights_free(&c->state);
  free(c->scalars);
  c->scalars = NULL;
}

int checkpoint_save(checkpoint *c, const char *path, diag *d) {
  return instance_pull(c->instance, d) ? d->code : weights_write(&c->weights, path, d);
}

bool checkpoint_note(const checkpoint *c, char *text, size_t capacity) {
  if (!c->restarted && !c->state.dropped)
    return false;
  snprintf(text, capacity,
           "written with another optimizer: %u of the %u states of this one go on, %u start anew; "
           "hyper-parameters that both have are the file's",
           c->states - c->restarted, c->states, c->restarted);
  return true;
}

int checkpoint_init(checkpoint *c, const char *path, bool partial, diag *d) {
  return weights_read(&c->weights, path, partial ? WEIGHTS_PARTIAL : WEIGHTS_ALL, d);
}

int checkpoint_write(checkpoint *c, const char *path, diag *d) {
  return instance_pull(c->instance, d) ? d->code : weights_write(&c->state, path, d);
}

/* States that the file lacks start anew. The first slots are the module's symbols. */
static void restart_missing(checkpoint *c) {
  const sinter_module *module = c->instance->module;
  c->states = c->restarted = 0;
  for (uint32_t i = 0; i < module->symbol_count; ++i) {
    if (module->symbols[i].kind != SINTER_OPTIMIZER)
      continue;
    ++c->states;
    if (c->state.slots[i].found)
      continue;
    ++c->restarted;
    instance_restart(c->instance, &module->symbols[i]);
  }
}

/* Each number within what a run can have. */
static int check_position(const run_position *p, const char *path, diag *d) {
  int64_t batches = p->batch > 0 ? p->examples / p->batch : 0;
  const struct {
    const char *name;
    int64_t value, most;
  } numbers[] = {{"step", p->step, INT64_MAX},
                 {"epoch", p->epoch, INT64_MAX},
                 {"position", p->position, batches > 1 ? batches - 1 : 0},
                 {"seed", p->seed, INT64_MAX},
                 {"best_epoch", p->best_epoch, p->epoch},
                 {"worse", p->worse, INT64_MAX}};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; ++i)
    if (numbers[i].value < 0 || numbers[i].value > numbers[i].most)
      return diag_error(
          d, 2204, "'%s' is damaged: 'trainer/%s' expects a whole number from 0 to %lld, got %lld",
          path, numbers[i].name, (long long)numbers[i].most, (long long)numbers[i].value);
  return 0;
}

int checkpoint_resume(checkpoint *c, const char *path, const run_position *expected, diag *d) {
  int code = weights_read(&c->state, path, WEIGHTS_CHECKPOINT, d);
  if (code)
    return code;
  restart_missing(c);
  const struct {
    const char *what;
    int64_t expects, got;
  } checks[] = {{"training examples", expected->examples, c->position.examples},
                {"examples a batch", expected->batch, c->position.batch},
                {"--fold", expected->fold, c->position.fold},
                {"parts of --fold (0: none)", expected->folds, c->position.folds},
                {"shuffle (0: --no-shuffle)", expected->shuffle, c->position.shuffle}};
  for (size_t i = 0; i < sizeof checks / sizeof *checks; ++i)
    if (checks[i].expects != checks[i].got) {
      if (!d->code)
        diag_error(d, 2204, "'%s' is the checkpoint of another run; '-' is this run, '+' the file",
                   path);
      diag_detail(d, "- %s %lld", checks[i].what, (long long)checks[i].expects);
      diag_detail(d, "+ %s %lld", checks[i].what, (long long)checks[i].got);
    }
  if (d->code)
    return d->code;
  if (check_position(&c->position, path, d))
    return d->code;
  const sinter_module *module = c->instance->module;
  for (uint32_t i = 0; i < module->scalar_count; ++i) {
    const sinter_scalar *s = &module->scalars[i];
    if (s->slot > 1 && !scalar_accepts(s, c->scalars[i]))
      return diag_error(d, 2204, "'%s': 'trainer/hyper/%s' expects %s, got %g", path, s->name,
                        scalar_wants(s), c->scalars[i]);
  }
  return 0;
}
