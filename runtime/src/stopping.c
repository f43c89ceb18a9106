/* stopping.c - --patience and --keep-best: what the test split says about when to stop, and about
 * which weights to keep.
 *
 * Invariant: the decision depends on the position of the run alone, which checkpoints hold, so a
 * resumed run stops where an uninterrupted one does. Reading on: trainer.c (who asks). */
#include "trainer.h"

#include <math.h>
#include <string.h>

/* What the loss is called among the results of an evaluation. */
static const char *loss_name(const trainer *t) {
  for (uint32_t i = 0; i < t->module->metric_count; ++i)
    if (t->module->metrics[i].role == SINTER_ROLE_LOSS)
      return t->module->metrics[i].name;
  return "loss";
}

static bool is_called(const char *name, const char *wanted, size_t length) {
  return strlen(name) == length && memcmp(name, wanted, length) == 0;
}

/* The result of an evaluation of that name, or NULL. */
static const char *find_result(const trainer *t, const char *name, size_t length) {
  if (is_called(loss_name(t), name, length))
    return loss_name(t);
  for (uint32_t i = 0; i < t->module->metric_count; ++i)
    if (is_called(t->module->metrics[i].name, name, length))
      return t->module->metrics[i].name;
  return NULL;
}

/* Losses and what is made of them, and roots of means of squares, are best when they are least. */
static bool is_least_best(const trainer *t, const char *name) {
  for (uint32_t i = 0; i < t->module->metric_count; ++i)
    if (strcmp(t->module->metrics[i].name, name) == 0 &&
        t->module->metrics[i].finish == SINTER_FINISH_SQRT_RATIO)
      return true;
  return strcmp(name, loss_name(t)) == 0 || strstr(name, "loss") || strstr(name, "perplexity") ||
         strstr(name, "error");
}

int watch_open(trainer *t, diag *d) {
  const flags *f = &t->flags;
  if (!f->keep_best && f->patience < 0)
    return 0;
  const char *flag = f->keep_best ? "keep-best" : "patience";
  if (!t->eval)
    return diag_error(d, 2108, "--%s expects a model with an evaluation step, got '%s'", flag,
                      t->module->name);
  const char *name = f->keep_best ? f->keep_best : loss_name(t);
  const char *colon = strrchr(name, ':');
  bool least = colon && strcmp(colon, ":min") == 0, most = colon && strcmp(colon, ":max") == 0;
  size_t length = least || most ? (size_t)(colon - name) : strlen(name);
  t->watched.name = find_result(t, name, length);
  if (!t->watched.name) {
    diag_error(d, 2003, "--%s expects a metric, got '%.*s'", flag, (int)length, name);
    if (!t->loss_is_metric)
      diag_detail(d, "  loss");
    for (uint32_t i = 0; i < t->module->metric_count; ++i)
      diag_detail(d, "  %s", t->module->metrics[i].name);
    return d->code;
  }
  t->watched.least = least || (!most && is_least_best(t, t->watched.name));
  return 0;
}

int watch_test(trainer *t, uint32_t count, diag *d) {
  const watched *w = &t->watched;
  run_position *p = &t->state.position;
  if (!w->name)
    return 0;
  double value = NAN;
  for (uint32_t i = 0; i < count; ++i)
    if (strcmp(t->values[i].name, w->name) == 0)
      value = t->values[i].value;
  bool better = !isnan(value) &&
                (p->best_epoch == 0 || (w->least ? value < p->best_value : value > p->best_value));
  if (!better) {
    ++p->worse;
    return 0;
  }
  p->best_value = value;
  p->best_epoch = p->epoch;
  p->worse = 0;
  return t->flags.keep_best ? checkpoint_save(&t->state, t->flags.save, d) : 0;
}

bool watch_stops(const trainer *t) {
  return t->flags.patience >= 0 && t->state.position.worse >= t->flags.patience;
}

void watch_tell(trainer *t) {
  const char *name = t->watched.name;
  const run_position *p = &t->state.position;
  if (!name || (p->best_epoch == 0 && p->worse == 0)) /* nothing was evaluated */
    return;
  if (p->best_epoch == 0) {
    report_line(&t->report, "no evaluation had a finite %s", name);
    return;
  }
  if (watch_stops(t))
    report_line(&t->report, "stopped: %lld evaluations without a better %s", (long long)p->worse,
                name);
  report_line(&t->report, "best test %s %.4f after epoch %lld%s%s%s", name, p->best_value,
              (long long)p->best_epoch, t->flags.keep_best ? "; '" : "",
              t->flags.keep_best ? t->flags.save : "", t->flags.keep_best ? "' holds it" : "");
}
