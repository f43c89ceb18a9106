/* run_entry.c - --run ENTRY --input NAME=F.npy --output NAME=F.npy: one entry on the current
 * weights. See trainer.h. */
#include "npy.h"
#include "trainer.h"

#include <stdlib.h>
#include <string.h>

/* One --input or --output as a whole array of n examples. */
typedef struct array {
  npy file;
  char *data;
  /* stride: bytes an example; 0 for a tensor without batch dim, or without elements */
  uint64_t bytes, stride;
  bool batched; /* an output with a batch dim */
  const char *path;
} array;

typedef struct entry_run {
  const sinter_entry *first;
  uint32_t variants;
  uint64_t n;
  array *in, *out; /* one an input or output of the entry */
} entry_run;

static bool is_named(const named_file *f, const char *name) {
  return strlen(name) == f->name_length && memcmp(f->name, name, f->name_length) == 0;
}

static const named_file *find(const named_file *list, uint32_t count, const char *name) {
  for (uint32_t i = count; i-- > 0;)
    if (is_named(&list[i], name))
      return &list[i];
  return NULL;
}

/* Every name given must be a tensor of the entry, and stand for one file. */
static int check_names(const named_file *list, uint32_t count, const sinter_tensor *tensors,
                       uint32_t tensor_count, const char *kind, const char *entry, diag *d) {
  for (uint32_t i = 0; i < count; ++i) {
    bool known = false, again = false;
    for (uint32_t k = 0; k < tensor_count; ++k)
      known |= is_named(&list[i], tensors[k].name);
    for (uint32_t k = 0; k < i; ++k)
      again |= list[k].name_length == list[i].name_length &&
               memcmp(list[k].name, list[i].name, list[i].name_length) == 0;
    int length = (int)list[i].name_length;
    if (known && again)
      diag_error(d, 2005, "--%s %.*s expects one file, got '%s' too", kind, length, list[i].name,
                 list[i].path);
    if (known)
      continue;
    diag_error(d, 2005, "'%s' has no %s '%.*s'", entry, kind, length, list[i].name);
    for (uint32_t k = 0; k < tensor_count; ++k)
      diag_detail(d, "it has '%s'", tensors[k].name);
  }
  return d->code;
}

static int open_input(trainer *t, entry_run *r, uint32_t i, diag *d) {
  const sinter_tensor *want = &r->first->inputs[i];
  const named_file *named = find(t->flags.inputs, t->flags.input_count, want->name);
  array *a = &r->in[i];
  if (!named)
    return diag_error(d, 2005, "'%s' expects --input %s=F.npy", r->first->name, want->name);
  if (npy_open(&a->file, named->path, NPY_TYPE(want->dtype), d)) {
    a->file.fd = -1;
    return d->code;
  }
  bool batch = instance_batched(r->first, r->variants, false, i), same = a->file.rank == want->rank;
  for (uint32_t k = batch; k < want->rank && same; ++k)
    same = a->file.dims[k] == want->dims[k];
  if (!same) {
    char expects[256], got[256];
    describe_type(expects, sizeof expects, want->dtype, want->rank, want->dims, batch ? "N" : NULL);
    describe_type(got, sizeof got, a->file.dtype, a->file.rank, a->file.dims, NULL);
    return diag_error(d, 2205, "'%s' expects %s for input '%s', got %s", named->path, expects,
                      want->name, got);
  }
  if (batch) {
    uint64_t n = (uint64_t)a->file.dims[0];
    if (r->n && n != r->n)
      return diag_error(d, 2205, "'%s' expects %llu examples like the other inputs, got %llu",
                        named->path, (unsigned long long)r->n, (unsigned long long)n);
    if (!n)
      return diag_error(d, 2205, "'%s' expects at least 1 example, got 0", named->path);
    r->n = n;
    a->stride = want->bytes / (uint64_t)r->first->batch;
  }
  a->bytes = a->file.bytes;
  if (!(a->data = malloc(a->bytes + 1)))
    return diag_error(d, 2402, "out of memory: '%s'", named->path);
  return npy_read(&a->file, a->data, d);
}

static int open_output(trainer *t, entry_run *r, uint32_t i, diag *d) {
  const sinter_tensor *have = &r->first->outputs[i];
  const named_file *named = find(t->flags.outputs, t->flags.output_count, have->name);
  array *a = &r->out[i];
  a->path = named ? named->path : NULL;
  if (named && have->rank > NPY_MAX_RANK)
    return diag_error(d, 2205, "'%s' expects at most %d dims for an npy file, output '%s' has %u",
                      named->path, NPY_MAX_RANK, have->name, have->rank);
  a->batched = instance_batched(r->first, r->variants, true, i);
  a->stride = a->batched ? have->bytes / (uint64_t)r->first->batch : 0;
  a->bytes = a->batched ? a->stride * r->n : have->bytes;
  if (named && !(a->data = malloc(a->bytes + 1)))
    return diag_error(d, 2402, "out of memory: output '%s'", have->name);
  return 0;
}

static int check_covered(const entry_run *r, diag *d) {
  uint64_t left = r->n;
  uint32_t runs = 0;
  for (const sinter_entry *e;
       left && (e = instance_variant(r->first, r->variants, left)) && e->batch > 0; ++runs)
    left -= (uint64_t)e->batch;
  if (left)
    return diag_error(d, 2303,
                      "'%s' expects a number of examples that its batch sizes cover, got %llu",
                      r->first->name, (unsigned long long)r->n);
  for (uint32_t i = 0; i < r->first->output_count && runs > 1; ++i)
    if (r->out[i].path && !r->out[i].batched)
      return diag_error(d, 2303,
                        "output '%s' has no batch dim: '%s' expects %lld examples, got %llu",
                        r->first->outputs[i].name, r->first->name, (long long)r->first->batch,
                        (unsigned long long)r->n);
  return 0;
}

static int run_all(trainer *t, entry_run *r, diag *d) {
  for (uint64_t done = 0; done < r->n;) {
    const sinter_entry *e =
        r->first->batch > 0 ? instance_variant(r->first, r->variants, r->n - done) : r->first;
    for (uint32_t i = 0; i < e->input_count; ++i)
      instance_feed(&t->instance, e, i, r->in[i].data + done * r->in[i].stride);
    if (trainer_run_kernels(t, e, NULL, NULL, d))
      return d->code;
    for (uint32_t i = 0; i < e->output_count; ++i)
      if (r->out[i].data &&
          instance_read(&t->instance, r->out[i].data + done * r->out[i].stride, &e->outputs[i], d))
        return d->code;
    done += e->batch > 0 ? (uint64_t)e->batch : 1;
  }
  return 0;
}

static int write_outputs(const entry_run *r, diag *d) {
  for (uint32_t i = 0; i < r->first->output_count; ++i) {
    const sinter_tensor *have = &r->first->outputs[i];
    const array *a = &r->out[i];
    int64_t dims[NPY_MAX_RANK];
    if (!a->path)
      continue;
    if (have->rank)
      memcpy(dims, have->dims, have->rank * sizeof *dims);
    if (a->batched)
      dims[0] = (int64_t)r->n;
    if (npy_write(a->path, have->dtype, have->rank, dims, a->data, a->bytes, d))
      return d->code;
  }
  return 0;
}

static int find_entry(trainer *t, entry_run *r, diag *d) {
  const flags *f = &t->flags;
  r->first = instance_find(t->module, f->run, 0, &r->variants);
  if (!r->first || r->first->kind > SINTER_ENTRY_PREDICT) {
    diag_error(d, 2005, "model '%s' has no entry '%s'", t->module->name, f->run);
    for (uint32_t i = 0; i < t->module->entry_count; ++i)
      if (t->module->entries[i].kind <= SINTER_ENTRY_PREDICT &&
          instance_find(t->module, t->module->entries[i].name, 0, NULL) == &t->module->entries[i])
        diag_detail(d, "it has '%s'", t->module->entries[i].name);
    return d->code;
  }
  check_names(f->inputs, f->input_count, r->first->inputs, r->first->input_count, "input",
              r->first->name, d);
  return check_names(f->outputs, f->output_count, r->first->outputs, r->first->output_count,
                     "output", r->first->name, d);
}

/* An array for every input and output of the entry. */
static int take_arrays(entry_run *r, const void ***inputs, diag *d) {
  r->in = calloc(r->first->input_count + 1, sizeof *r->in);
  r->out = calloc(r->first->output_count + 1, sizeof *r->out);
  *inputs = calloc(r->first->input_count + 1, sizeof **inputs);
  if (!r->in || !r->out || !*inputs)
    return diag_error(d, 2402, "out of memory: the arrays of '%s'", r->first->name);
  for (uint32_t i = 0; i < r->first->input_count; ++i)
    r->in[i].file.fd = -1;
  return 0;
}

static void free_arrays(entry_run *r) {
  for (uint32_t i = 0; r->in && i < r->first->input_count; ++i) {
    npy_close(&r->in[i].file);
    free(r->in[i].data);
  }
  for (uint32_t i = 0; r->out && i < r->first->output_count; ++i)
    free(r->out[i].data);
  free(r->in);
  free(r->out);
}

int trainer_run_entry(trainer *t, diag *d) {
  entry_run r = {0};
  const void **inputs = NULL;
  if (!find_entry(t, &r, d))
    take_arrays(&r, &inputs, d);
  for (uint32_t i = 0; !d->code && i < r.first->input_count; ++i)
    if (!open_input(t, &r, i, d))
      inputs[i] = r.in[i].data;
  r.n = r.n ? r.n : 1;
  for (uint32_t i = 0; !d->code && i < r.first->output_count; ++i)
    open_output(t, &r, i, d);
  if (!d->code && r.first->batch > 0)
    check_covered(&r, d);
  if (!d->code)
    instance_check_labels(t->module, r.first, inputs, r.n, d);
  if (!d->code && !run_all(t, &r, d))
    write_outputs(&r, d);
  free(inputs);
  if (r.first)
    free_arrays(&r);
  return d->code;
}
