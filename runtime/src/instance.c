/* instance.c - segments, entries, scalars and metrics of a running module. See instance.h. */
#include "instance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t dtype_bytes(uint32_t dtype) {
  switch (dtype) {
  case SINTER_F64:
  case SINTER_I64:
    return 8;
  case SINTER_F32:
  case SINTER_I32:
    return 4;
  case SINTER_BF16:
  case SINTER_F16:
    return 2;
  case SINTER_U8:
  case SINTER_BOOL:
    return 1;
  }
  return 0;
}

const char *dtype_name(uint32_t dtype) {
  static const char *const names[] = {NULL, "F32",  "F64",  "I32", "I64",
                                      "U8", "BOOL", "BF16", "F16"};
  return dtype < sizeof names / sizeof *names ? names[dtype] : NULL;
}

void describe_type(char *text, size_t capacity, uint32_t dtype, uint32_t rank, const int64_t *dims,
                   const char *first) {
  static const char *const names[] = {"another type", "f32",  "f64",  "i32", "i64",
                                      "u8",           "bool", "bf16", "f16"};
  size_t n = 0;
#define PUT(...) n += n < capacity ? (size_t)snprintf(text + n, capacity - n, __VA_ARGS__) : 0
  PUT("%s[", names[dtype < sizeof names / sizeof *names ? dtype : 0]);
  for (uint32_t i = 0; i < rank; ++i)
    if (first && !i)
      PUT("%s", first);
    else
      PUT("%s%lld", i ? "," : "", (long long)dims[i]);
  PUT("]");
#undef PUT
}

uint64_t tensor_elements(const sinter_tensor *tensor) {
  uint64_t n = 1;
  for (uint32_t i = 0; i < tensor->rank; ++i)
    n *= (uint64_t)tensor->dims[i];
  return n;
}

void *instance_at(const instance *self, const sinter_tensor *tensor) {
  return (char *)self->segments[tensor->segment] + tensor->offset;
}

void *instance_image(const instance *self, const sinter_tensor *logical) {
  return self->image + logical->offset;
}

static int check_tensor(const sinter_module *module, const sinter_tensor *t, diag *d) {
  if (t->segment >= SINTER_SEGMENTS || t->offset > module->segment_bytes[t->segment] ||
      t->bytes > module->segment_bytes[t->segment] - t->offset || !dtype_bytes(t->dtype))
    return diag_error(d, 2902, "module '%s': '%s' lies outside of its segment", module->name,
                      t->name);
  return 0;
}

/* A number, or counts, row by row. */
static bool is_sum(const sinter_module *module, uint32_t symbol, diag *d) {
  const sinter_tensor *t = &module->symbols[symbol].master;
  return !check_tensor(module, t, d) &&
         (t->rank == 0 || (t->rank == 2 && t->dims[0] == t->dims[1] && t->dtype == SINTER_I64 &&
                           t->bytes == tensor_elements(t) * 8));
}

/* What the rest of the runtime relies on without looking again. */
static int check_module(const sinter_module *module, diag *d) {
  for (uint32_t i = 0; i < module->symbol_count; ++i) {
    const sinter_tensor *t = &module->symbols[i].logical;
    if (check_tensor(module, t, d))
      return d->code;
    if (t->bytes != tensor_elements(t) * dtype_bytes(t->dtype))
      return diag_error(d, 2902, "module '%s': '%s' has %llu bytes, expects %llu", module->name,
                        t->name, (unsigned long long)t->bytes,
                        (unsigned long long)(tensor_elements(t) * dtype_bytes(t->dtype)));
  }
  for (uint32_t i = 0; i < module->metric_count; ++i) {
    const sinter_metric *m = &module->metrics[i];
    if (m->sum >= module->symbol_count || m->weight >= module->symbol_count ||
        !is_sum(module, m->sum, d) || !is_sum(module, m->weight, d))
      return d->code ? d->code
                     : diag_error(d, 2902, "module '%s': metric '%s' names no symbols of its own",
                                  module->name, m->name);
  }
  for (uint32_t i = 0; i < module->scalar_count; ++i)
    if (module->scalars[i].slot * 8ull + 8 > module->segment_bytes[SINTER_SEG_SCALARS])
      return diag_error(d, 2902, "module '%s': scalar '%s' lies outside of its segment",
                        module->name, module->scalars[i].name);
  if (module->segment_bytes[SINTER_SEG_SCALARS] < 16)
    return diag_error(d, 2902, "module '%s': no slots for step and seed", module->name);
  for (uint32_t i = 0; i < module->entry_count; ++i) {
    const sinter_entry *e = &module->entries[i];
    for (uint32_t k = 0; k < e->input_count; ++k)
      if (check_tensor(module, &e->inputs[k], d))
        return d->code;
    for (uint32_t k = 0; k < e->output_count; ++k)
      if (check_tensor(module, &e->outputs[k], d))
        return d->code;
  }
  return 0;
}

int instance_open(instance *self, const sinter_module *module, device *dev, bool touch, diag *d) {
  self->module = module;
  self->device = dev;
  int code = check_module(module, d);
  for (uint32_t s = 0; s < SINTER_SEGMENTS && !code; ++s) {
    if (self->segments[s])
      continue;
    /* Embedded weights need no logical image until other weights are loaded. */
    bool now = touch && !(s == SINTER_SEG_LOGICAL && module->embedded_params);
    code = dev->allocate(dev, module->segment_bytes[s], now, &self->segments[s], d);
    self->owned[s] = !code;
  }
  uint64_t image_bytes = module->segment_bytes[SINTER_SEG_LOGICAL];
  self->image = code                 ? NULL
                : dev->shares_memory ? self->segments[SINTER_SEG_LOGICAL]
                                     : calloc(image_bytes + 1, 1);
  if (!code && !self->image && image_bytes)
    code = diag_error(d, 2402, "out of memory: %.1f MiB for the weights on the host",
                      (double)image_bytes / 1048576);
  if (code) {
    instance_close(self);
    return code;
  }
  for (uint32_t i = 0; i < module->scalar_count; ++i)
    instance_set(self, &module->scalars[i], module->scalars[i].initial);
  return 0;
}

void instance_close(instance *self) {
  if (!self->device->shares_memory)
    free(self->image);
  self->image = NULL;
  for (uint32_t s = 0; s < SINTER_SEGMENTS; ++s) {
    if (self->owned[s])
      self->device->release(self->device, self->segments[s], self->module->segment_bytes[s]);
    self->segments[s] = NULL;
    self->owned[s] = false;
  }
}

const sinter_entry *instance_find(const sinter_module *module, const char *name, uint32_t kind,
                                  uint32_t *variants) {
  const sinter_entry *first = NULL;
  uint32_t count = 0;
  for (uint32_t i = 0; i < module->entry_count; ++i) {
    const sinter_entry *e = &module->entries[i];
    if (first  ? strcmp(e->name, first->name) != 0 || e->kind != first->kind
        : name ? strcmp(e->name, name) != 0
               : e->kind != kind)
      continue;
    first = first ? first : e;
    ++count;
  }
  if (variants)
    *variants = count;
  return first;
}

const sinter_entry *instance_variant(const sinter_entry *first, uint32_t variants, uint64_t n) {
  for (uint32_t i = 0; i < variants; ++i)
    if (first[i].batch >= 0 && (uint64_t)first[i].batch <= n)
      return &first[i];
  return NULL;
}

bool instance_batched(const sinter_entry *first, uint32_t variants, bool output, uint32_t i) {
  bool batched = true;
  for (uint32_t v = 0; v < variants && batched; ++v) {
    const sinter_tensor *t = output ? &first[v].outputs[i] : &first[v].inputs[i];
    batched = first[v].batch > 0 && t->rank > 0 && t->dims[0] == first[v].batch;
  }
  return batched;
}

const sinter_field *instance_field(const sinter_data *data, const char *name) {
  for (uint32_t i = 0; i < data->field_count; ++i)
    if (strcmp(data->fields[i].name, name) == 0)
      return &data->fields[i];
  return NULL;
}

int instance_check_labels(const sinter_module *module, const sinter_entry *e,
                          const void *const *inputs, uint64_t n, diag *d) {
  for (uint32_t i = 0; i < e->input_count && e->kind != SINTER_ENTRY_PREDICT; ++i) {
    const sinter_tensor *t = &e->inputs[i];
    const sinter_field *field = instance_field(&module->data, t->name);
    if (!field || !is_index(field) || (t->dtype != SINTER_I32 && t->dtype != SINTER_I64))
      continue;
    uint64_t each = tensor_elements(t) / (e->batch > 0 ? (uint64_t)e->batch : 1);
    for (uint64_t k = 0; k < n * each; ++k) {
      int64_t label = t->dtype == SINTER_I32 ? ((const int32_t *)inputs[i])[k]
                                             : ((const int64_t *)inputs[i])[k];
      if (label < 0 || label >= field->limit)
        return diag_error(d, 2105, "'%s' expects %s%s from 0 to %lld, got %lld in example %llu",
                          e->name, t->name, t->name[strlen(t->name) - 1] == 's' ? "" : "s",
                          (long long)field->limit - 1, (long long)label,
                          (unsigned long long)(k / each));
    }
  }
  return 0;
}

bool is_weight(const sinter_symbol *symbol) {
  return symbol->kind == SINTER_PARAMETER || symbol->kind == SINTER_BUFFER ||
         symbol->kind == SINTER_COUNTER;
}

const sinter_tensor *instance_loss(const sinter_entry *entry) {
  for (uint32_t i = 0; i < entry->output_count; ++i)
    if (entry->outputs[i].role == SINTER_ROLE_LOSS)
      return &entry->outputs[i];
  return NULL;
}

static bool run_kind(instance *self, uint32_t kind) {
  const sinter_entry *e = instance_find(self->module, NULL, kind, NULL);
  if (e) {
    self->device->run(self->device, e, self->segments, NULL, NULL);
    self->device->synchronise(self->device);
  }
  return e != NULL;
}

bool instance_reads_weights(const sinter_entry *first, uint32_t variants) {
  for (uint32_t v = 0; v < variants; ++v)
    for (uint32_t k = 0; k < first[v].kernel_count; ++k)
      for (uint32_t r = 0; r < first[v].kernels[k].range_count; ++r) {
        const sinter_range *range = &first[v].kernels[k].ranges[r];
        if (range->segment == SINTER_SEG_PARAMS || range->segment == SINTER_SEG_STATE)
          return true;
      }
  return false;
}

void instance_prepare(instance *self) {
  if (self->stale)
    run_kind(self, SINTER_ENTRY_PREPARE);
  self->stale = false;
}

void instance_feed(instance *self, const sinter_entry *entry, uint32_t input, const void *data) {
  if (entry->kind != SINTER_ENTRY_TRAIN)
    instance_prepare(self);
  const sinter_tensor *t = &entry->inputs[input];
  self->device->upload(self->device, instance_at(self, t), data, t->bytes);
}

static int check_device(const instance *self, diag *d) {
  const device *dev = self->device;
  return dev->failure ? diag_error(d, dev->failure, "%s", dev->reason) : 0;
}

int instance_check_run(const instance *self, diag *d) {
  const index_fault *f = &self->device->fault;
  if (check_device(self, d))
    return d->code;
  if (!f->line)
    return 0;
  return diag_error(d, 2304,
                    "%s: expects indices of 0 or more and below %lld, got %lld at position %lld",
                    f->line, (long long)f->size, (long long)f->value, (long long)f->position);
}

int instance_read(instance *self, void *to, const sinter_tensor *tensor, diag *d) {
  self->device->read(self->device, to, instance_at(self, tensor), tensor->bytes);
  return check_device(self, d);
}

int instance_run(instance *self, const sinter_entry *entry, device_fill_fn fill, void *argument,
                 diag *d) {
  if (entry->kind == SINTER_ENTRY_TRAIN)
    self->stale = true;
  else
    instance_prepare(self);
  self->device->run(self->device, entry, self->segments, fill, argument);
  self->device->synchronise(self->device);
  return instance_check_run(self, d);
}

int instance_push(instance *self, bool params_only, diag *d) {
  void *logical = self->segments[SINTER_SEG_LOGICAL];
  if (!self->device->shares_memory)
    self->device->upload(self->device, logical, self->image,
                         self->module->segment_bytes[SINTER_SEG_LOGICAL]);
  if (params_only ? !run_kind(self, SINTER_ENTRY_LOAD_PARAMS) : !run_kind(self, SINTER_ENTRY_LOAD))
    run_kind(self, params_only ? SINTER_ENTRY_LOAD : SINTER_ENTRY_LOAD_PARAMS);
  run_kind(self, SINTER_ENTRY_PREPARE);
  self->stale = false;
  return check_device(self, d);
}

int instance_pull(instance *self, diag *d) {
  run_kind(self, SINTER_ENTRY_SAVE);
  if (!self->device->shares_memory)
    self->device->read(self->device, self->image, self->segments[SINTER_SEG_LOGICAL],
                       self->module->segment_bytes[SINTER_SEG_LOGICAL]);
  return check_device(self, d);
}

const sinter_scalar *instance_scalar(const sinter_module *module, const char *name) {
  for (uint32_t i = 0; i < module->scalar_count; ++i)
    if (strcmp(module->scalars[i].name, name) == 0)
      return &module->scalars[i];
  return NULL;
}

bool scalar_accepts(const sinter_scalar *s, double v) {
  bool whole = s->dtype != SINTER_I64 || (v == floor(v) && fabs(v) < 0x1p53);
  bool fits = s->dtype != SINTER_F32 || isfinite((float)v);
  return isfinite(v) && whole && fits && (s->initial < 0 || !(v < 0));
}

const char *scalar_wants(const sinter_scalar *s) {
  if (s->dtype == SINTER_I64)
    return s->initial < 0 ? "a whole number" : "a whole number of at least 0";
  return s->initial < 0 ? "a finite number" : "a finite number of at least 0";
}

static void set_slot(instance *self, uint32_t slot, const void *value, size_t bytes) {
  self->device->upload(self->device, (char *)self->segments[SINTER_SEG_SCALARS] + slot * 8ull,
                       value, bytes);
}

void instance_set(instance *self, const sinter_scalar *scalar, double value) {
  char bytes[8] = {0};
  instance_store(bytes, scalar->dtype, 0, value);
  set_slot(self, scalar->slot, bytes, 8);
}

void instance_set_step(instance *self, int64_t step) { set_slot(self, 0, &step, 8); }
void instance_set_seed(instance *self, int64_t seed) { set_slot(self, 1, &seed, 8); }

double instance_value(instance *self, const sinter_tensor *tensor) {
  double raw; /* room for any element, aligned for it */
  self->device->read(self->device, &raw, instance_at(self, tensor), dtype_bytes(tensor->dtype));
  return instance_load(&raw, tensor->dtype, 0);
}

void instance_zero_metrics(instance *self) {
  static const char zeros[1024];
  for (uint32_t i = 0; i < self->module->symbol_count; ++i) {
    const sinter_symbol *s = &self->module->symbols[i];
    uint64_t left = s->kind == SINTER_METRIC ? s->master.bytes : 0;
    for (char *at = instance_at(self, &s->master); left;) {
      uint64_t n = left < sizeof zeros ? left : sizeof zeros;
      self->device->upload(self->device, at, zeros, n);
      at += n;
      left -= n;
    }
  }
}

uint32_t instance_classes(const sinter_module *module, uint32_t i) {
  const sinter_tensor *t = &module->symbols[module->metrics[i].sum].master;
  return t->rank ? (uint32_t)t->dims[0] : 0;
}

void instance_counts(instance *self, uint32_t i, int64_t *counts) {
  const sinter_tensor *t = &self->module->symbols[self->module->metrics[i].sum].master;
  self->device->read(self->device, counts, instance_at(self, t), t->bytes);
}

/* What is counted: on the diagonal, or everywhere. */
static double count(instance *self, const sinter_tensor *t, bool diagonal) {
  const char *at = instance_at(self, t);
  uint64_t elements = tensor_elements(t), step = diagonal ? (uint64_t)t->dims[0] + 1 : 1;
  int64_t sum = 0, value;
  for (uint64_t i = 0; i < elements; i += step) {
    self->device->read(self->device, &value, at + i * sizeof value, sizeof value);
    sum += value;
  }
  return (double)sum;
}

double instance_metric(instance *self, uint32_t i) {
  const sinter_metric *m = &self->module->metrics[i];
  const sinter_tensor *sums = &self->module->symbols[m->sum].master,
                      *weights = &self->module->symbols[m->weight].master;
  double sum = sums->rank ? count(self, sums, true) : instance_value(self, sums);
  double weight = weights->rank ? count(self, weights, false) : instance_value(self, weights);
  double ratio = weight != 0 ? sum / weight : NAN;
  return m->finish == SINTER_FINISH_EXP_RATIO    ? exp(ratio)
         : m->finish == SINTER_FINISH_SQRT_RATIO ? sqrt(ratio)
                                                 : ratio;
}
