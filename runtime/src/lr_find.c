/* lr_find.c - --lr-find: trains a few steps with a learning rate that grows from step to step, and
 * says where the loss falls fastest and where it stops falling (Smith, "Cyclical Learning Rates for
 * Training Neural Networks", 2017). Nothing is saved. Reading on: trainer.c (a step). */
#include "trainer.h"

#include <math.h>

/* Of the sweep: its ends, its length without --steps, how much worse than the best mean a loss may
   be. */
static const double kFirst = 1e-7, kLast = 10, kWorst = 4;
enum { STEPS = 100, WINDOWS = LR_FIND_LEAST }; /* a window has one step at least */

typedef struct sweep {
  double rate, made_by; /* the step's, and of the step before, which made the loss what it is */
  double mean, best;    /* of losses, and the least of it */
  double best_rate, steepest_rate, steepest;
  int64_t steps; /* done */
  /* The mean is of so many steps, and behind by as many; nothing is looked for in the first of
     them. They are a share of the sweep: ten steps of a short one would be all of its rates. */
  int64_t window;
} sweep;

/* False: the loss has left the valley. */
static bool take(sweep *s, double loss) {
  double before = s->mean, share = 1 / (double)s->window;
  s->mean = s->steps++ == 0 ? loss : (1 - share) * before + share * loss;
  if (!isfinite(s->mean) || (s->steps > s->window && s->mean > kWorst * s->best))
    return false;
  if (s->steps == 1 || s->mean < s->best) {
    s->best = s->mean;
    s->best_rate = s->made_by;
  }
  if (s->steps > s->window && before - s->mean > s->steepest) {
    s->steepest = before - s->mean;
    s->steepest_rate = s->made_by;
  }
  s->made_by = s->rate;
  return true;
}

int trainer_find_rate(trainer *t, diag *d) {
  const sinter_scalar *rate = instance_scalar(t->module, "lr");
  if (!rate)
    return diag_error(d, 2004, "--lr-find expects a model with the hyper-parameter 'lr', got '%s'",
                      t->module->name);
  double start = clock_seconds();
  int64_t steps = t->flags.steps >= 0 ? t->flags.steps : STEPS;
  double growth = pow(kLast / kFirst, 1.0 / (double)(steps - 1)), loss;
  sweep s = {.rate = kFirst, .made_by = kFirst, .window = steps / WINDOWS};
  for (int64_t i = 0; i < steps && !trainer_stopped(); ++i, s.rate *= growth) {
    t->flags.scalars[rate - t->module->scalars] = s.rate;
    instance_set(&t->instance, rate, s.rate);
    if (trainer_step(t, &loss, d))
      return d->code;
    report_line(&t->report, "lr %.3e  loss %.4f", s.rate, loss);
    if (!take(&s, loss))
      break;
  }
  if (report_end(&t->report, s.steps, clock_seconds() - start, d))
    return d->code;
  if (trainer_stopped()) {
    report_note(&t->report, "interrupted after step %lld: no rate to propose", (long long)s.steps);
    return trainer_exit_code();
  }
  if (!isfinite(s.mean) && s.steps <= s.window)
    report_line(&t->report, "the loss is not finite at lr %.1e, step %lld: no rate to propose",
                s.rate, (long long)s.steps);
  else if (s.steepest_rate == 0)
    report_line(&t->report, "the loss never fell: no rate to propose");
  else
    report_line(&t->report,
                "the loss falls fastest at lr %.1e and is least at lr %.1e; try --lr %.1e",
                s.steepest_rate, s.best_rate, fmin(s.steepest_rate, s.best_rate / 10));
  return 0;
}
