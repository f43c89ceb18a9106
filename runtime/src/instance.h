/* instance.h - one running copy of a module: its segments on a device, and what can be done with
 * them.
 *
 * Trainer and libraries are both built on it (D28). Invariant: between calls, master weights and
 * every form that training reads agree; forms only prediction reads are fresh unless
 * `stale`. Reading on: device.h. */
#ifndef SINTER_RUNTIME_INSTANCE_H
#define SINTER_RUNTIME_INSTANCE_H

#include "device.h"

typedef struct instance {
  const sinter_module *module;
  device *device;
  void *segments[SINTER_SEGMENTS]; /* memory of the device */
  char *image; /* the host's SINTER_SEG_LOGICAL: the segment itself where memory is shared */
  bool owned[SINTER_SEGMENTS]; /* released by instance_close */
  bool stale;                  /* a training step ran since forms were prepared */
} instance;

/// Bytes of a dtype's element; 0 when unknown.
uint64_t dtype_bytes(uint32_t dtype);
/// "F32" as in safetensors; NULL when unknown.
const char *dtype_name(uint32_t dtype);
/// "f32[N,10]": a type as messages show it, `first` in the place of the first size unless NULL.
void describe_type(char *text, size_t capacity, uint32_t dtype, uint32_t rank, const int64_t *dims,
                   const char *first);
/// Elements of a tensor.
uint64_t tensor_elements(const sinter_tensor *tensor);
/// Where the host has the logical image of a symbol.
void *instance_image(const instance *self, const sinter_tensor *logical);
/// Where a tensor lies on the device.
void *instance_at(const instance *self, const sinter_tensor *tensor);

/// Takes all segments whose base is not set yet. touch: hand out the pages now.
int instance_open(instance *self, const sinter_module *module, device *device, bool touch, diag *d);
/// Releases what instance_open took.
void instance_close(instance *self);

/// First variant of the entry with this name or (name NULL) kind; `variants` receives how many
/// follow. NULL: none.
const sinter_entry *instance_find(const sinter_module *module, const char *name, uint32_t kind,
                                  uint32_t *variants);
/// Largest variant that n examples fill; NULL when even the smallest is too large.
const sinter_entry *instance_variant(const sinter_entry *first, uint32_t variants, uint64_t n);

/// Whether tensor i of an entry has the examples in front: its first size is the batch in every
/// variant. The others, like a mean, are whole values.
bool instance_batched(const sinter_entry *first, uint32_t variants, bool output, uint32_t i);
/// Whether an entry needs weights: a kernel of it touches parameters or state.
bool instance_reads_weights(const sinter_entry *first, uint32_t variants);
/// The field of a data set called `name`, or NULL.
const sinter_field *instance_field(const sinter_data *data, const char *name);
/// Whether a field holds indices below its limit.
static inline bool is_index(const sinter_field *field) {
  return (field->decode >= SINTER_DECODE_CLASS && field->decode <= SINTER_DECODE_BYTE) ||
         field->decode == SINTER_DECODE_SENTENCE || field->decode == SINTER_DECODE_LENGTH ||
         field->decode == SINTER_DECODE_TARGET_CLASS;
}
/// Checks the class indices of a training or evaluation batch: below the limit of their field.
int instance_check_labels(const sinter_module *module, const sinter_entry *entry,
                          const void *const *inputs, uint64_t n, diag *d);
/// An entry's input <- data, before it runs. Prepares forms as instance_run would:
/// preparing works in the memory that inputs lie in.
void instance_feed(instance *self, const sinter_entry *entry, uint32_t input, const void *data);
/// What a tensor holds: all of it. 0, or E2408 when the device has failed.
int instance_read(instance *self, void *to, const sinter_tensor *tensor, diag *d);
/// Runs an entry; prepares forms first when they are stale and the entry may read them.
/// 0, or E2304: an index was out of range; what was read there is 0, and nothing was added there.
int instance_run(instance *self, const sinter_entry *entry, device_fill_fn fill, void *argument,
                 diag *d);
/// E2304 when the last run or kernel met an index out of range, E2408 when the device has failed,
/// else 0.
int instance_check_run(const instance *self, diag *d);
/// Forms that training does not keep fresh <- master layout, when a training step ran
/// since.
void instance_prepare(instance *self);
/// Logical image of all symbols <- their initialisers; a function of the seed alone. Does not load
/// it.
void instance_initialise(instance *self, uint64_t seed);
/// Element `i` of a tensor of type `dtype` at `at` <- value.
void instance_store(void *at, uint32_t dtype, uint64_t i, double value);
/// Element `i` of a tensor of type `dtype` at `at`.
double instance_load(const void *at, uint32_t dtype, uint64_t i);
/// The logical image of one state of the optimizer <- its initialiser, a constant.
void instance_restart(instance *self, const sinter_symbol *symbol);
/// Master layout and forms <- logical image; params_only leaves optimizer and metrics
/// alone. 0, or E2408.
int instance_push(instance *self, bool params_only, diag *d);
/// Logical image <- master layout. 0, or E2408.
int instance_pull(instance *self, diag *d);

/// A run-time scalar by name; NULL when the module has none.
const sinter_scalar *instance_scalar(const sinter_module *module, const char *name);
/// Whether a run-time scalar may have this value, and in words what it may have.
bool scalar_accepts(const sinter_scalar *scalar, double value);
const char *scalar_wants(const sinter_scalar *scalar);
/// Writes a run-time scalar.
void instance_set(instance *self, const sinter_scalar *scalar, double value);
/// Writes slots 0 and 1.
void instance_set_step(instance *self, int64_t step);
void instance_set_seed(instance *self, int64_t seed);

/// Whether weight files hold a symbol.
bool is_weight(const sinter_symbol *symbol);
/// The output of an entry that training minimises; NULL: none.
const sinter_tensor *instance_loss(const sinter_entry *entry);
/// Reads a scalar tensor of any number type.
double instance_value(instance *self, const sinter_tensor *tensor);
/// Zeroes what belongs to an epoch: metric accumulators, variables of the model's.
void instance_zero_metrics(instance *self);
/// Finished value of metric i (D12); NaN when nothing was accumulated. Of counts, the share on
/// their diagonal.
double instance_metric(instance *self, uint32_t i);
/// Classes that metric i counts: its counts have a row for each; 0: it is a number.
uint32_t instance_classes(const sinter_module *module, uint32_t i);
/// counts[0 .. classes * classes) = the counts of metric i.
void instance_counts(instance *self, uint32_t i, int64_t *counts);

#endif
