/* numerics.c - --check-numerics: an entry kernel by kernel, looking for the first NaN or infinity.
 *
 * Slow and exact: the results of the entry are those of the whole entry. Kernels that can only run
 * inside their entry are checked together, after it. Reading on: <sinter/abi.h> (sinter_kernel,
 * sinter_range). */
#include "trainer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Index of the first element of f[0..n) that is not finite, n when there is none. */
static uint64_t first_bad_f32(const float *f, uint64_t n) {
  for (uint64_t i = 0; i < n; ++i)
    if (!isfinite(f[i]))
      return i;
  return n;
}

static uint64_t first_bad_f64(const double *f, uint64_t n) {
  for (uint64_t i = 0; i < n; ++i)
    if (!isfinite(f[i]))
      return i;
  return n;
}

/* Element `n` of `count` elements that are not finite, and its value; count: there is none. */
static uint64_t find_bad(device *dev, const char *at, uint32_t dtype, uint64_t count,
                         double *value) {
  double chunk[1024];
  uint64_t width = dtype_bytes(dtype), most = sizeof chunk / width;
  for (uint64_t done = 0; done < count; done += most) {
    uint64_t n = count - done < most ? count - done : most;
    dev->read(dev, chunk, at + done * width, n * width);
    uint64_t bad =
        dtype == SINTER_F32 ? first_bad_f32((const float *)chunk, n) : first_bad_f64(chunk, n);
    if (bad == n)
      continue;
    *value = instance_load(chunk, dtype, bad);
    return done + bad;
  }
  return count;
}

static int report_bad(trainer *t, const sinter_entry *e, const sinter_kernel *k,
                      const sinter_range *r, uint64_t bad, double value, diag *d) {
  const char *origins = r->origin && k->location ? k->location + r->origin : "";
  const char *place = strstr(origins, " at "), *more = strstr(origins, ", ");
  const char *first = place ? place + 4 : k->location ? k->location : "?";
  char step[40] = "";
  if (e == t->train)
    snprintf(step, sizeof step, " in step %lld", (long long)t->state.position.step + 1);
  diag_error(d, 2302, "%.*s: kernel '%s'%s expects finite results, got %s at element %llu of %llu",
             place ? (int)strcspn(first, ",") : (int)strlen(first), first, k->name, step,
             isnan(value) ? "nan"
             : value < 0  ? "-inf"
                          : "inf",
             (unsigned long long)bad, (unsigned long long)(r->bytes / dtype_bytes(r->dtype)));
  if (more) /* only what kernels write can be looked at */
    diag_detail(d, "the first of these: %s", origins);
  return d->code;
}

static int check_kernel(trainer *t, const sinter_entry *e, const sinter_kernel *k, diag *d) {
  for (uint32_t i = 0; i < k->range_count; ++i) {
    const sinter_range *r = &k->ranges[i];
    if (!r->writes || r->segment >= SINTER_SEGMENTS ||
        (r->dtype != SINTER_F32 && r->dtype != SINTER_F64))
      continue;
    const char *at = (const char *)t->instance.segments[r->segment] + r->offset;
    uint64_t count = r->bytes / dtype_bytes(r->dtype);
    double value = 0;
    uint64_t bad = find_bad(t->instance.device, at, r->dtype, count, &value);
    if (bad < count)
      return report_bad(t, e, k, r, bad, value, d);
  }
  return 0;
}

int trainer_run_kernels(trainer *t, const sinter_entry *e, device_fill_fn fill, void *argument,
                        diag *d) {
  if (!t->flags.check_numerics)
    return instance_run(&t->instance, e, fill, argument, d);
  device *dev = t->instance.device;
  bool whole = e->kernel_count == 0;
  for (uint32_t i = 0; i < e->kernel_count; ++i)
    whole |= e->kernels[i].run == NULL;
  if (whole) {
    if (instance_run(&t->instance, e, fill, argument, d))
      return d->code;
    for (uint32_t i = 0; i < e->kernel_count; ++i)
      if (check_kernel(t, e, &e->kernels[i], d))
        return d->code;
    return 0;
  }
  if (e->kind == SINTER_ENTRY_TRAIN)
    t->instance.stale = true;
  else
    instance_prepare(&t->instance);
  if (fill)
    dev->fill(dev, e, t->instance.segments, fill, argument);
  for (uint32_t i = 0; i < e->kernel_count; ++i) {
    dev->run_kernel(dev, &e->kernels[i], t->instance.segments);
    dev->synchronise(dev);
    if (instance_check_run(&t->instance, d) || check_kernel(t, e, &e->kernels[i], d))
      return d->code;
  }
  return 0;
}
