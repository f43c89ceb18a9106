/* library.c - the functions behind a generated library (D26-D28): handles over one instance each.
 *
 * All memory is taken by open; loading maps its header for the time of the call. Invariant: nothing
 * aborts, a failed load leaves the handle as it was, no call takes a lock. Reading on:
 * <sinter/runtime.h>, instance.c. */
#define _GNU_SOURCE
#include "weights.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Prepared weights that several handles read. */
typedef struct shared_weights {
  atomic_uint handles;
  void *params;
  uint64_t bytes;
} shared_weights;

struct sinter_lib {
  instance instance;
  weight_table table;
  char *metadata[METADATA]; /* what the loaded file says of its data */
  shared_weights *weights;
  bool loaded;      /* by load, by embedding or by training: what an entry may run on */
  bool initialised; /* from the initialisers: what training may start from */
  bool embedded;    /* SINTER_SEG_PARAMS is the module's own constant image, or a copy of it */
  int64_t step;
};

static sinter_status status_of(const diag *d) {
  sinter_status s = {.code = d->code};
  if (d->code)
    memcpy(s.message, d->text, d->length < sizeof s.message - 1 ? d->length : sizeof s.message - 1);
  if (d->length >= sizeof s.message - 1)
    memcpy(s.message + sizeof s.message - 4, "...", 4);
  return s;
}

#define BEGIN(d)                                                                                   \
  char text_[sizeof((sinter_status *)0)->message] = "";                                            \
  diag d = diag_make(text_, sizeof text_)

uint64_t sinter_lib_arena_bytes(const sinter_module *module) {
  uint64_t sum = 0;
  for (uint32_t s = 0; s < SINTER_SEGMENTS; ++s)
    sum += module->segment_bytes[s];
  return sum;
}

void sinter_lib_close(sinter_lib *lib) {
  if (!lib)
    return;
  device *dev = lib->instance.device;
  weights_free(&lib->table);
  for (int i = 0; i < METADATA; ++i)
    free(lib->metadata[i]);
  if (lib->instance.module)
    instance_close(&lib->instance);
  if (lib->weights && atomic_fetch_sub(&lib->weights->handles, 1) == 1) {
    if (lib->weights->params)
      dev->release(dev, lib->weights->params, lib->weights->bytes);
    free(lib->weights);
  }
  if (dev)
    dev->close(dev);
  free(lib);
}

/* The options of a caller who may be older or newer than this library. */
static int read_options(const sinter_options *given, sinter_options *options, diag *d) {
  enum { MOST_THREADS = 4096 };
  *options = (sinter_options){.size = sizeof *options, .threads = 1};
  if (!given)
    return 0;
  if (given->size < sizeof given->size || given->size > 1 << 16)
    return diag_error(d, 2006, "open expects sizeof(sinter_options) as options->size, got %zu",
                      given->size);
  /* what a newer caller has behind ours must be 0: the defaults */
  for (size_t i = sizeof *given; i < given->size; ++i)
    if (((const char *)given)[i])
      return diag_error(d, 2006, "open expects options that this library knows, got newer ones");
  memcpy(options, given, given->size < sizeof *given ? given->size : sizeof *given);
  options->threads += !options->threads;
  if (options->threads > MOST_THREADS)
    return diag_error(d, 2006, "open expects 1 to %d threads, got %u", MOST_THREADS,
                      options->threads);
  if (options->flags & ~SINTER_SHARE_THREADS)
    return diag_error(d, 2006, "open expects SINTER_SHARE_THREADS or 0 as flags, got 0x%x",
                      options->flags);
  return 0;
}

/* Takes over the pool. */
static int open_handle(const sinter_module *module, sinter_pool *pool, shared_weights *weights,
                       sinter_lib *lib, diag *d) {
  device *dev;
  int code = device_open(module, pool, &dev, d);
  if (code)
    return code;
  lib->instance.device = dev;
  if (!weights) {
    weights = calloc(1, sizeof *weights);
    if (!weights)
      return diag_error(d, 2402, "out of memory: the handle");
    atomic_store(&weights->handles, 1);
    weights->bytes = module->segment_bytes[SINTER_SEG_PARAMS];
    lib->weights = weights;
    if (dev->allocate(dev, weights->bytes, !module->embedded_params, &weights->params, d))
      return d->code;
  }
  lib->instance.segments[SINTER_SEG_PARAMS] = weights->params;
  if (instance_open(&lib->instance, module, dev, true, d) ||
      weights_make(&lib->table, &lib->instance, false, 0, d))
    return d->code;
  return weights_prepare(&lib->table, d);
}

static bool has_weights(const sinter_module *module) {
  for (uint32_t i = 0; i < module->symbol_count; ++i)
    if (is_weight(&module->symbols[i]))
      return true;
  return false;
}

sinter_status sinter_lib_open(const sinter_module *module, const sinter_options *given,
                              sinter_lib **lib) {
  BEGIN(d);
  if (!module || !lib) {
    diag_error(&d, 2006, "open expects a module and a place for the handle, got NULL");
    return status_of(&d);
  }
  *lib = NULL;
  sinter_options options;
  sinter_pool *pool;
  if (device_check(module, &d) || read_options(given, &options, &d) ||
      device_threads(options.threads, options.flags & SINTER_SHARE_THREADS, &pool, &d))
    return status_of(&d);
  sinter_lib *self = calloc(1, sizeof *self);
  if (!self) {
    sinter_pool_close(pool);
    diag_error(&d, 2402, "out of memory: the handle");
    return status_of(&d);
  }
  if (open_handle(module, pool, NULL, self, &d)) {
    sinter_lib_close(self);
    return status_of(&d);
  }
  if (module->embedded_params) {
    device *dev = self->instance.device;
    if (dev->shares_memory) /* only read: see `embedded` */
      self->instance.segments[SINTER_SEG_PARAMS] = (void *)module->embedded_params;
    else
      dev->upload(dev, self->weights->params, module->embedded_params, self->weights->bytes);
    self->loaded = self->embedded = true;
  } else if (!has_weights(module)) {
    self->loaded = true;
  } else if (instance_find(module, NULL, SINTER_ENTRY_TRAIN, NULL)) {
    instance_initialise(&self->instance, 0);
    if (instance_push(&self->instance, false, &d)) {
      sinter_lib_close(self);
      return status_of(&d);
    }
    self->initialised = true;
  }
  *lib = self;
  return status_of(&d);
}

sinter_status sinter_lib_open_shared(sinter_lib *other, sinter_lib **lib) {
  BEGIN(d);
  if (lib)
    *lib = NULL;
  if (!other || !lib) {
    diag_error(&d, 2006,
               "open_shared expects an open handle and a place for the new one, got NULL");
    return status_of(&d);
  }
  if (!other->loaded) {
    diag_error(&d, 2007, "open_shared expects a handle with weights; load some first");
    return status_of(&d);
  }
  sinter_lib *self = calloc(1, sizeof *self);
  if (!self) {
    diag_error(&d, 2402, "out of memory: the handle");
    return status_of(&d);
  }
  atomic_fetch_add(&other->weights->handles, 1);
  self->weights = other->weights;
  if (open_handle(other->instance.module, sinter_pool_keep(other->instance.device->pool),
                  other->weights, self, &d)) {
    sinter_lib_close(self);
    return status_of(&d);
  }
  instance_prepare(&other->instance); /* shared weights are only read from now on */
  self->instance.segments[SINTER_SEG_PARAMS] = other->instance.segments[SINTER_SEG_PARAMS];
  self->loaded = true;
  self->embedded = other->embedded;
  *lib = self;
  return status_of(&d);
}

const void *sinter_lib_params(const sinter_lib *lib) {
  return lib->instance.segments[SINTER_SEG_PARAMS];
}

static bool shared(const sinter_lib *lib) { return atomic_load(&lib->weights->handles) > 1; }

/* Whether there is a text among them. */
static bool any_text(char *const *texts) {
  bool any = false;
  for (int i = 0; i < METADATA; ++i)
    any |= texts[i] != NULL;
  return any;
}

/* Reads weights, with a header of its own for what their file says of its data. After an error the
 * table is as it was, and the texts are the caller's. */
static int load_with(weight_table *table, char *const *texts, const char *path, diag *d) {
  weight_table before = *table;
  memcpy(table->metadata, texts, sizeof table->metadata);
  table->header = NULL;
  if (!weights_prepare(table, d))
    weights_read(table, path, WEIGHTS_ALL, d);
  free(d->code ? table->header : before.header);
  if (d->code) {
    table->header = before.header;
    table->header_bytes = before.header_bytes;
    memcpy(table->metadata, before.metadata, sizeof before.metadata);
  }
  return d->code;
}

/* Into the logical image, on which nothing runs. What the file says of its data is kept for a later
 * save; a file that says nothing, as most do, takes no heap. */
static int load(sinter_lib *lib, const char *path, diag *d) {
  char *texts[METADATA] = {NULL};
  for (int i = 0; i < METADATA && lib->instance.module->data.field_count && !d->code; ++i)
    weights_metadata(path, weights_keys[i], &texts[i], d);
  if (!d->code && (any_text(texts) || any_text(lib->metadata)))
    load_with(&lib->table, texts, path, d);
  else if (!d->code)
    weights_read(&lib->table, path, WEIGHTS_ALL, d);
  for (int i = 0; i < METADATA; ++i) {
    free(d->code ? texts[i] : lib->metadata[i]);
    lib->metadata[i] = d->code ? lib->metadata[i] : texts[i];
  }
  return d->code;
}

sinter_status sinter_lib_load(sinter_lib *lib, const char *path) {
  BEGIN(d);
  if (!lib || !path)
    diag_error(&d, 2006, "load expects an open handle and a path, got NULL");
  else if (shared(lib))
    diag_error(&d, 2008,
               "load expects weights that no other handle reads; close the other handles first");
  else if (!load(lib, path, &d)) {
    lib->instance.segments[SINTER_SEG_PARAMS] = lib->weights->params;
    lib->embedded = false;
    lib->loaded = !instance_push(&lib->instance, true, &d);
  }
  sinter_status status = status_of(&d);
  if (!status.code)
    weights_note(&lib->table, status.message, sizeof status.message);
  return status;
}

sinter_status sinter_lib_save(sinter_lib *lib, const char *path) {
  BEGIN(d);
  if (!lib || !path)
    diag_error(&d, 2006, "save expects an open handle and a path, got NULL");
  else if (!lib->loaded && !lib->initialised)
    diag_error(&d, 2007, "save expects weights; load some first");
  else if (!instance_find(lib->instance.module, NULL, SINTER_ENTRY_SAVE, NULL))
    diag_error(&d, 2006, "model '%s' was built without saving", lib->instance.module->name);
  else {
    if (!instance_pull(&lib->instance, &d))
      weights_write(&lib->table, path, &d);
  }
  return status_of(&d);
}

static uint64_t example_bytes(const sinter_tensor *t, const sinter_entry *e) {
  return e->batch > 0 ? t->bytes / (uint64_t)e->batch : t->bytes;
}

/* Whether the arrays of n examples can lie in a process: what is more cannot be meant. */
static int check_number(const sinter_entry *first, uint32_t variants, size_t n, diag *d) {
  const uint64_t addressable = 1ull << 47; /* bytes; as for the compiler (E1020) */
  if (n < 1)
    return diag_error(d, 2006, "'%s' expects at least 1 example, got 0", first->name);
  for (uint32_t i = 0; i < first->input_count + first->output_count; ++i) {
    bool output = i >= first->input_count;
    uint32_t at = output ? i - first->input_count : i;
    const sinter_tensor *t = output ? &first->outputs[at] : &first->inputs[at];
    uint64_t each = instance_batched(first, variants, output, at) ? example_bytes(t, first) : 0;
    if (each && n > addressable / each)
      return diag_error(d, 2006,
                        "'%s' expects at most %llu examples, for whose '%s' a process has "
                        "addresses (2^47 bytes), got %llu",
                        first->name, (unsigned long long)(addressable / each), t->name,
                        (unsigned long long)n);
  }
  return 0;
}

static int run_entry(sinter_lib *lib, const char *name, size_t n, const void *const *inputs,
                     void *const *outputs, diag *d) {
  uint32_t variants;
  const sinter_entry *first = instance_find(lib->instance.module, name, 0, &variants);
  if (!first || first->kind > SINTER_ENTRY_PREDICT)
    return diag_error(d, 2006, "model '%s' has no entry '%s'", lib->instance.module->name, name);
  if (first->kind == SINTER_ENTRY_TRAIN)
    return diag_error(d, 2006, "'%s' trains: train_step runs it", name);
  if (!lib->loaded && instance_reads_weights(first, variants))
    return diag_error(d, 2007, "'%s' expects weights; load some first", name);
  if (check_number(first, variants, n, d))
    return d->code;
  for (uint32_t i = 0; i < first->input_count; ++i)
    if (!inputs || !inputs[i])
      return diag_error(d, 2006, "'%s' expects an array for input '%s', got NULL", name,
                        first->inputs[i].name);
  for (uint32_t i = 0; i < first->output_count; ++i)
    if (!outputs || !outputs[i])
      return diag_error(d, 2006, "'%s' expects an array for output '%s', got NULL", name,
                        first->outputs[i].name);
  uint64_t left = n, runs = 0; /* before anything is written: do the batch sizes cover n? */
  for (const sinter_entry *e;
       left && (e = instance_variant(first, variants, left)) && e->batch > 0;) {
    runs += left / (uint64_t)e->batch;
    left %= (uint64_t)e->batch;
  }
  if (first->batch > 0 ? left != 0 : n != 1)
    return diag_error(d, 2303,
                      "'%s' expects a number of examples that its batch sizes cover, got %llu",
                      name, (unsigned long long)n);
  for (uint32_t i = 0; i < first->output_count && runs > 1; ++i)
    /* like a mean: of all examples, so of one run */
    if (!instance_batched(first, variants, true, i))
      return diag_error(
          d, 2303, "output '%s' has no batch dim: '%s' expects %lld examples, got %llu",
          first->outputs[i].name, name, (long long)first->batch, (unsigned long long)n);
  if (instance_check_labels(lib->instance.module, first, inputs, n, d))
    return d->code;
  for (uint64_t done = 0; done < n;) {
    const sinter_entry *e = first->batch > 0 ? instance_variant(first, variants, n - done) : first;
    for (uint32_t i = 0; i < e->input_count; ++i) {
      const sinter_tensor *t = &e->inputs[i];
      uint64_t skip = instance_batched(first, variants, false, i) ? done * example_bytes(t, e) : 0;
      instance_feed(&lib->instance, e, i, (const char *)inputs[i] + skip);
    }
    if (instance_run(&lib->instance, e, NULL, NULL, d))
      return d->code;
    for (uint32_t i = 0; i < e->output_count; ++i) {
      const sinter_tensor *t = &e->outputs[i];
      uint64_t skip = instance_batched(first, variants, true, i) ? done * example_bytes(t, e) : 0;
      if (instance_read(&lib->instance, (char *)outputs[i] + skip, t, d))
        return d->code;
    }
    done += e->batch > 0 ? (uint64_t)e->batch : 1;
  }
  return 0;
}

sinter_status sinter_lib_run(sinter_lib *lib, const char *entry, size_t n,
                             const void *const *inputs, void *const *outputs) {
  BEGIN(d);
  if (!lib || !entry)
    diag_error(&d, 2006, "a run expects an open handle, got NULL");
  else
    run_entry(lib, entry, n, inputs, outputs, &d);
  return status_of(&d);
}

sinter_status sinter_lib_train_step(sinter_lib *lib, const void *const *inputs, double *metrics) {
  BEGIN(d);
  const sinter_entry *e =
      lib ? instance_find(lib->instance.module, NULL, SINTER_ENTRY_TRAIN, NULL) : NULL;
  if (!lib) {
    diag_error(&d, 2006, "train_step expects an open handle, got NULL");
  } else if (!e) {
    diag_error(&d, 2006, "model '%s' has no training step", lib->instance.module->name);
  } else if (shared(lib) || lib->embedded) {
    diag_error(&d, 2008, "train_step expects weights of its own, these are %s",
               lib->embedded ? "embedded; load a file first" : "shared with other handles");
  } else {
    for (uint32_t i = 0; i < e->input_count && !d.code; ++i)
      if (!inputs || !inputs[i])
        diag_error(&d, 2006, "train_step expects an array for input '%s', got NULL",
                   e->inputs[i].name);
    if (!d.code)
      instance_check_labels(lib->instance.module, e, inputs, e->batch > 0 ? (uint64_t)e->batch : 1,
                            &d);
    for (uint32_t i = 0; i < e->input_count && !d.code; ++i)
      instance_feed(&lib->instance, e, i, inputs[i]);
    if (!d.code) {
      instance_set_step(&lib->instance, lib->step++);
      instance_run(&lib->instance, e, NULL, NULL, &d);
      lib->loaded = true;
      const sinter_tensor *loss = instance_loss(e);
      if (metrics && loss)
        metrics[0] = instance_value(&lib->instance, loss);
      for (uint32_t i = 0; metrics && i < lib->instance.module->metric_count; ++i)
        metrics[1 + i] = instance_metric(&lib->instance, i);
    }
  }
  return status_of(&d);
}

sinter_status sinter_lib_reset_metrics(sinter_lib *lib) {
  BEGIN(d);
  if (!lib)
    diag_error(&d, 2006, "reset_metrics expects an open handle, got NULL");
  else
    instance_zero_metrics(&lib->instance);
  return status_of(&d);
}

sinter_status sinter_lib_set(sinter_lib *lib, const char *scalar, double value) {
  BEGIN(d);
  const sinter_scalar *s = lib && scalar ? instance_scalar(lib->instance.module, scalar) : NULL;
  if (!lib || !scalar)
    diag_error(&d, 2006, "set expects an open handle and a name, got NULL");
  else if (!s || s->slot == 0)
    diag_error(&d, 2006, "model '%s' has no hyper-parameter '%s'", lib->instance.module->name,
               scalar);
  else if (!scalar_accepts(s, value))
    diag_error(&d, 2006, "'%s' expects %s, got %g", scalar, scalar_wants(s),
               isnan(value) ? fabs(value) : value);
  else
    instance_set(&lib->instance, s, value);
  return status_of(&d);
}
