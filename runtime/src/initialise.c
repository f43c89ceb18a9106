/* initialise.c - first values of symbols, each a function of the seed, its name and the element's
 * index (D2). See instance.h.
 *
 * Threads share the elements of a symbol; an orthogonal one is one thread's, as its vectors need
 * each other. */
#include "instance.h"

#include <math.h>

void instance_store(void *at, uint32_t dtype, uint64_t i, double value) {
  switch (dtype) {
  case SINTER_F32:
    ((float *)at)[i] = (float)value;
    break;
  case SINTER_F64:
    ((double *)at)[i] = value;
    break;
  case SINTER_I32:
    ((int32_t *)at)[i] = (int32_t)value;
    break;
  case SINTER_I64:
    ((int64_t *)at)[i] = (int64_t)value;
    break;
  case SINTER_U8:
  case SINTER_BOOL:
    ((uint8_t *)at)[i] = (uint8_t)value;
    break;
  }
}

double instance_load(const void *at, uint32_t dtype, uint64_t i) {
  switch (dtype) {
  case SINTER_F32:
    return ((const float *)at)[i];
  case SINTER_F64:
    return ((const double *)at)[i];
  case SINTER_I32:
    return ((const int32_t *)at)[i];
  case SINTER_I64:
    return (double)((const int64_t *)at)[i];
  }
  return ((const uint8_t *)at)[i];
}

/* The bounds hold a thousandth of the distribution or more: 30,000 draws fail once in 10^13. */
static double truncated(const sinter_symbol *s, uint64_t seed, uint64_t i) {
  for (uint64_t draw = 0; draw < 30000; ++draw) {
    double z = sinter_normal_f64(sinter_philox(seed, s->init_stream, draw, i));
    double value = s->init_a + s->init_b * z;
    if (value >= s->init_low && value <= s->init_high)
      return value;
  }
  return s->init_low;
}

/* Weight [in, out, window...]. */
static double bilinear(const sinter_tensor *t, uint64_t i) {
  double value = 1;
  for (uint32_t axis = t->rank - 1; axis >= 2; --axis) {
    int64_t k = t->dims[axis], c = (k + 1) / 2, at = (int64_t)(i % (uint64_t)k);
    double middle = k % 2 ? (double)(c - 1) : (double)c - 0.5;
    value *= 1 - fabs((double)at - middle) / (double)c;
    i /= (uint64_t)k;
  }
  uint64_t out = i % (uint64_t)t->dims[1], in = i / (uint64_t)t->dims[1];
  return t->dims[1] == 1 || in == out ? value : 0;
}

static double initial_value(const sinter_symbol *s, uint64_t seed, uint64_t i) {
  switch (s->init) {
  case SINTER_INIT_NORMAL:
    return s->init_a + s->init_b * sinter_normal_f64(sinter_philox(seed, s->init_stream, 0, i));
  case SINTER_INIT_UNIFORM:
    return s->init_a +
           (s->init_b - s->init_a) * sinter_uniform_f64(sinter_philox(seed, s->init_stream, 0, i));
  case SINTER_INIT_TRUNCATED:
    return truncated(s, seed, i);
  case SINTER_INIT_ORTHOGONAL: /* of the matrix that is made orthogonal */
    return sinter_normal_f64(sinter_philox(seed, s->init_stream, 0, i));
  case SINTER_INIT_BILINEAR:
    return bilinear(&s->logical, i);
  default:
    return s->init_a;
  }
}

/* Vectors of a matrix: the rows of a wide one, the columns of a tall one. */
typedef struct vectors {
  void *at;
  uint32_t dtype;
  uint64_t count, length, stride, step; /* elements from vector to vector, and inside of one */
} vectors;

static double dot(const vectors *v, uint64_t a, uint64_t b) {
  double sum = 0;
  for (uint64_t i = 0; i < v->length; ++i)
    sum += instance_load(v->at, v->dtype, a * v->stride + i * v->step) *
           instance_load(v->at, v->dtype, b * v->stride + i * v->step);
  return sum;
}

/* Vector a <- scale * a - part * b. */
static void combine(const vectors *v, uint64_t a, double scale, uint64_t b, double part) {
  for (uint64_t i = 0; i < v->length; ++i) {
    uint64_t at = a * v->stride + i * v->step;
    double other =
        part != 0 ? part * instance_load(v->at, v->dtype, b * v->stride + i * v->step) : 0;
    instance_store(v->at, v->dtype, at, scale * instance_load(v->at, v->dtype, at) - other);
  }
}

/* Gram-Schmidt, each vector twice: that is enough (Giraud, Langou, 2002). A QR decomposition whose
 * R has a positive diagonal, so any random matrix gives its one Q. */
static void orthogonalise(const vectors *v, double gain) {
  for (uint64_t a = 0; a < v->count; ++a) {
    for (int pass = 0; pass < 2; ++pass)
      for (uint64_t b = 0; b < a; ++b)
        combine(v, a, 1, b, dot(v, a, b));
    double norm = sqrt(dot(v, a, a));
    combine(v, a, norm > 0 ? 1 / norm : 0, a, 0);
  }
  for (uint64_t a = 0; a < v->count && gain != 1; ++a)
    combine(v, a, gain, a, 0);
}

static void make_orthogonal(const sinter_symbol *s, void *at) {
  uint64_t rows = (uint64_t)s->logical.dims[0], n = tensor_elements(&s->logical);
  uint64_t columns = rows ? n / rows : 0;
  vectors v = rows <= columns ? (vectors){at, s->logical.dtype, rows, columns, columns, 1}
                              : (vectors){at, s->logical.dtype, columns, rows, 1, columns};
  orthogonalise(&v, s->init_a);
}

typedef struct init_job {
  instance *self;
  uint64_t seed;
} init_job;

static void initialise_share(const sinter_spmd *spmd, void *argument) {
  const init_job *job = argument;
  const sinter_module *module = job->self->module;
  for (uint32_t s = 0; s < module->symbol_count; ++s) {
    const sinter_symbol *symbol = &module->symbols[s];
    bool whole = symbol->init == SINTER_INIT_ORTHOGONAL;
    if (whole && s % spmd->threads != spmd->thread)
      continue;
    uint64_t n = tensor_elements(&symbol->logical);
    uint64_t from = whole ? 0 : n * spmd->thread / spmd->threads,
             to = whole ? n : n * (spmd->thread + 1) / spmd->threads;
    void *at = instance_image(job->self, &symbol->logical);
    for (uint64_t i = from; i < to; ++i)
      instance_store(at, symbol->logical.dtype, i, initial_value(symbol, job->seed, i));
    if (whole)
      make_orthogonal(symbol, at);
  }
}

void instance_restart(instance *self, const sinter_symbol *symbol) {
  uint64_t n = tensor_elements(&symbol->logical);
  for (uint64_t i = 0; i < n; ++i)
    instance_store(instance_image(self, &symbol->logical), symbol->logical.dtype, i,
                   symbol->init_a);
}

void instance_initialise(instance *self, uint64_t seed) {
  init_job job = {self, seed};
  sinter_pool_run_job(self->device->pool, initialise_share, &job, NULL);
}
