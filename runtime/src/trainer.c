/* trainer.c - the training loop: epochs of full batches, checkpoints, signals. See trainer.h. */
#define _GNU_SOURCE
#include "trainer.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t stop_signal;

static void on_signal(int number) { stop_signal = number; }

/* The second signal of a kind ends the process: a user who presses ^C twice means it. */
void trainer_catch_signals(void) {
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)(SA_RESETHAND | SA_RESTART)};
  stop_signal = 0;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

void trainer_release_signals(void) {
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
}

int trainer_checkpoint(trainer *t, diag *d) {
  for (uint32_t i = 0; i < t->module->scalar_count; ++i)
    t->state.scalars[i] = t->flags.scalars[i];
  return checkpoint_write(&t->state, t->flags.checkpoint, d);
}

/* The step's scalar outputs, then the hyper-parameters that no output has the name of. */
static uint32_t step_values(trainer *t) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < t->train->output_count; ++i) {
    const sinter_tensor *out = &t->train->outputs[i];
    if (tensor_elements(out) == 1)
      t->values[count++] =
          (report_value){.name = out->role == SINTER_ROLE_LOSS ? "loss" : out->name,
                         .value = instance_value(&t->instance, out),
                         .single = out->dtype == SINTER_F32};
  }
  for (uint32_t i = 0; i < t->module->scalar_count; ++i) {
    const sinter_scalar *s = &t->module->scalars[i];
    bool known = s->slot <= 1;
    for (uint32_t k = 0; k < count && !known; ++k)
      known = strcmp(t->values[k].name, s->name) == 0;
    if (!known)
      t->values[count++] = (report_value){
          .name = s->name, .value = t->flags.scalars[i], .single = s->dtype == SINTER_F32};
  }
  return count;
}

/* Metrics of the epoch so far, speed, time to the end of the run. */
static void show_bar(trainer *t, double epoch_start, int64_t batches_before) {
  const run_position *p = &t->state.position;
  double seconds = clock_seconds() - epoch_start;
  double rate = seconds > 0 ? (double)(p->position - batches_before) / seconds : 0;
  int64_t left = (t->epochs - p->epoch) * t->batches - p->position;
  if (t->flags.steps >= 0 && t->flags.steps - p->step < left)
    left = t->flags.steps - p->step;
  uint32_t count = trainer_metrics(t, p->loss_count > 0 ? p->loss_sum / p->loss_count : NAN);
  report_bar(&t->report, p->epoch + 1, t->epochs, p->position, t->batches,
             rate * (double)t->train->batch, rate > 0 ? (double)left / rate : 0, t->values, count);
}

bool trainer_stopped(void) { return stop_signal != 0; }

int trainer_exit_code(void) { return stop_signal ? 128 + stop_signal : 0; }

int trainer_run_batch(trainer *t, batch_fill *fill, diag *d) {
  if (!t->feed.opened)
    return trainer_run_kernels(t, fill->entry, batch_gather, fill, d);
  const fed_batch *batch = feed_take(&t->feed, fill, d);
  if (!batch || trainer_run_kernels(t, fill->entry, feed_copy, (void *)batch, d))
    return d->code;
  t->instance.device->fill_ms += t->feed.wait_ms;
  return 0;
}

static int run_step(trainer *t, double *loss, diag *d) {
  run_position *p = &t->state.position;
  uint64_t batch = (uint64_t)t->train->batch;
  batch_fill fill = {.data = &t->data,
                     .from = &t->data.train,
                     .entry = t->train,
                     .entries = t->train,
                     .variants = 1,
                     .order = t->order,
                     .first = (uint64_t)p->position * batch,
                     .end = (uint64_t)t->batches * batch};
  instance_set_step(&t->instance, p->step);
  if (trainer_run_batch(t, &fill, d))
    return d->code;
  *loss = instance_value(&t->instance, instance_loss(t->train));
  ++p->step;
  ++p->position;
  return 0;
}

/* Where the epoch's examples lie, and their order; at its start, nothing is left of the last one.
 */
static void begin_epoch(trainer *t) {
  const run_position *p = &t->state.position;
  if (p->position == 0)
    instance_zero_metrics(&t->instance);
  feed_drop(&t->feed);
  const reader *reader = t->data.reader;
  if (reader->begin)
    reader->begin(&t->data, &(epoch_start){.seed = (uint64_t)p->seed,
                                           .epoch = (uint64_t)p->epoch,
                                           .batch = (uint64_t)t->train->batch,
                                           .shuffle = !t->flags.no_shuffle});
  if (t->order)
    sinter_shuffle((uint64_t)p->seed, (uint64_t)p->epoch, t->order, (uint32_t)t->data.train.count);
}

static int log_step(trainer *t, diag *d) {
  const run_position *p = &t->state.position;
  const device *dev = t->instance.device;
  return report_step(&t->report, p->step, p->epoch, t->values, step_values(t), dev->run_ms,
                     dev->fill_ms, d);
}

int trainer_step(trainer *t, double *loss, diag *d) {
  run_position *p = &t->state.position;
  if (p->position == t->batches) {
    ++p->epoch;
    p->position = 0;
  }
  if (p->position == 0)
    begin_epoch(t);
  return run_step(t, loss, d) ? d->code : log_step(t, d);
}

static int one_step(trainer *t, double epoch_start, int64_t batches_before, diag *d) {
  run_position *p = &t->state.position;
  double loss;
  if (run_step(t, &loss, d))
    return d->code;
  p->loss_sum += loss;
  p->loss_count += 1;
  bool logged =
      t->flags.log_every != 0 && p->step % (t->flags.log_every > 0 ? t->flags.log_every : 1) == 0;
  if ((logged || !isfinite(loss)) && log_step(t, d))
    return d->code;
  if (!isfinite(loss))
    return diag_error(
        d, 2301, "step %lld: expects a finite loss, got %s; %s, --check-numerics finds the kernel",
        (long long)p->step,
        isnan(loss) ? "nan"
        : loss < 0  ? "-inf"
                    : "inf",
        t->flags.checkpoint && access(t->flags.checkpoint, F_OK) == 0
            ? "the last checkpoint stays as it was"
            : "nothing was saved");
  if (report_bar_due(&t->report))
    show_bar(t, epoch_start, batches_before);
  return 0;
}

/* Train metrics, the test split, one line. */
static int finish_epoch(trainer *t, double start, int64_t batches_before, diag *d) {
  run_position *p = &t->state.position;
  double seconds = clock_seconds() - start;
  uint32_t count = trainer_metrics(t, p->loss_count > 0 ? p->loss_sum / p->loss_count : NAN);
  trainer_describe(t, count, t->train_text);
  t->test_text[0] = 0;
  double rate =
      seconds > 0 ? (double)(p->position - batches_before) * (double)t->train->batch / seconds : 0;
  ++p->epoch;
  p->position = 0;
  p->loss_sum = p->loss_count = 0;
  if (report_epoch(&t->report, p->epoch, "train", t->values, count, seconds, d))
    return d->code;
  int64_t every = t->flags.eval_every < 0 ? 1 : t->flags.eval_every;
  if (t->eval && every && p->epoch % every == 0) {
    double before = clock_seconds();
    if (trainer_evaluate(t, &count, d) ||
        report_epoch(&t->report, p->epoch, "test", t->values, count, clock_seconds() - before, d) ||
        watch_test(t, count, d))
      return d->code;
    trainer_describe(t, count, t->test_text);
  }
  instance_zero_metrics(&t->instance);
  report_line(&t->report, "epoch %lld/%lld  train%s%s%s  %.2f s  %.0f examples/s",
              (long long)p->epoch, (long long)t->epochs, t->train_text,
              t->test_text[0] ? "  test" : "", t->test_text, seconds, rate);
  return 0;
}

static bool at_end(const trainer *t) {
  const run_position *p = &t->state.position;
  return p->epoch >= t->epochs || watch_stops(t) ||
         (t->flags.steps >= 0 && p->step >= t->flags.steps);
}

/* Trains to the end of the epoch, of the run, or to a signal. */
static int run_epoch(trainer *t, bool *unsaved, diag *d) {
  run_position *p = &t->state.position;
  const flags *f = &t->flags;
  double start = clock_seconds();
  int64_t before = p->position;
  begin_epoch(t);
  while (p->position < t->batches && !at_end(t) && !stop_signal) {
    if (one_step(t, start, before, d))
      return d->code;
    *unsaved = true;
    bool last = p->position == t->batches;
    bool due = f->checkpoint_every > 0 && p->step % f->checkpoint_every == 0;
    if (last && finish_epoch(t, start, before, d))
      return d->code;
    if (f->checkpoint && (due || (last && f->checkpoint_every < 0))) {
      if (trainer_checkpoint(t, d))
        return d->code;
      *unsaved = false;
    }
    if (last)
      break;
  }
  return 0;
}

int trainer_run(trainer *t, diag *d) {
  const flags *f = &t->flags;
  run_position *p = &t->state.position;
  bool unsaved = true;
  double start = clock_seconds();
  int code = 0;
  if (f->resume && at_end(t))
    report_note(&t->report, "nothing left to train: '%s' holds step %lld; epochs done: %lld",
                f->checkpoint, (long long)p->step, (long long)p->epoch);
  while (!code && !at_end(t) && !stop_signal)
    code = run_epoch(t, &unsaved, d);
  if (!code && f->checkpoint && unsaved)
    code = trainer_checkpoint(t, d);
  if (!code)
    code = report_end(&t->report, p->step, clock_seconds() - start, d);
  trainer_release_signals(); /* what follows may wait for a reader of a pipe */
  if (code)
    return code;
  if (stop_signal) {
    report_note(&t->report, "interrupted after step %lld%s%s%s", (long long)p->step,
                f->checkpoint ? "; '" : "", f->checkpoint ? f->checkpoint : "",
                f->checkpoint ? "' holds the state, --resume goes on" : "");
    return trainer_exit_code();
  }
  watch_tell(t);
  if (p->position)
    report_line(&t->report, "stopped at step %lld of epoch %lld", (long long)p->step,
                (long long)p->epoch + 1);
  return 0;
}
