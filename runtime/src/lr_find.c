/* lr_find.c - --lr-find: trains a few steps with a learning rate that grows from step to step, and
 * says where the loss falls fastest and where it stops falling (Smith, "Cyclical Learning Rates for
 * Training Neural Networks", 2017). Nothing is saved. Reading on: trainer.c (a step). */
#include "trainer.h"

#include <math.h>
#include <string.h>

/* Of the sweep: its ends, its length without --steps, the weight of older losses in their mean, how
   much worse than the best mean a loss may be, and the steps before that is asked. */
static const double kFirst = 1e-7, kLast = 10, kOlder = 0.9, kWorst = 4;
enum { STEPS = 100, WARM = 10 };

typedef struct sweep {
  double rate, mean, best; /* the step's, the mean of losses, the least mean */
  double best_rate, steepest_rate, steepest;
  int64_t steps; /* done */
} sweep;

static int find_rate(const trainer *t, uint32_t *slot, diag *d) {
  for (uint32_t i = 0; i < t->module->scalar_count; ++i)
    if (t->module->scalars[i].slot > 1 && strcmp(t->module->scalars[i].name, "lr") == 0) {
      *slot = i;
      return 0;
    }
  return diag_error(d, 2004, "--lr-find expects a model with the hyper-parameter 'lr', got '%s'",
                    t->module->name);
}

/* False: the loss has left the valley. */
static bool take(sweep *s, double loss, double before) {
  ++s->steps;
  s->mean = s->steps == 1 ? loss : kOlder * s->mean + (1 - kOlder) * loss;
  double corrected = s->mean;
  if (!isfinite(corrected) || (s->steps > WARM && corrected > kWorst * s->best))
    return false;
  if (s->steps == 1 || corrected < s->best) {
    s->best = corrected;
    s->best_rate = s->rate;
  }
  double fall = before - corrected;
  if (s->steps > WARM && fall > s->steepest) {
    s->steepest = fall;
    s->steepest_rate = s->rate;
  }
  return true;
}

int trainer_find_rate(trainer *t, diag *d) {
  uint32_t slot = 0;
  if (find_rate(t, &slot, d))
    return d->code;
  int64_t steps = t->flags.steps > 1 ? t->flags.steps : STEPS;
  double growth = pow(kLast / kFirst, 1.0 / (double)(steps - 1));
  sweep s = {.rate = kFirst};
  for (int64_t i = 0; i < steps && !trainer_stopped(); ++i, s.rate *= growth) {
    t->flags.scalars[slot] = s.rate;
    instance_set(&t->instance, &t->module->scalars[slot], s.rate);
    double loss, before = s.mean;
    if (trainer_step(t, &loss, d))
      return d->code;
    report_line(&t->report, "lr %.3e  loss %.4f", s.rate, loss);
    if (!take(&s, loss, before))
      break;
  }
  if (s.steps <= WARM || s.steepest_rate == 0)
    report_line(&t->report, "the loss never fell: no rate to propose");
  else
    report_line(&t->report,
                "the loss falls fastest at lr %.1e and is least at lr %.1e; try --lr %.1e",
                s.steepest_rate, s.best_rate, fmin(s.steepest_rate, s.best_rate / 10));
  return 0;
}
