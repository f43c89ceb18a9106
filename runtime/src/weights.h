/* weights.h - safetensors files: weights, and checkpoints which add optimizer/... and trainer/...
 * entries.
 *
 * A file is read into and written from `slots`: the tensors a model expects. Invariant: a read
 * changes no slot's data before the whole header was found sound and equal to what is expected. No
 * heap while reading or writing. Reading on: weights_read.c, weights_foreign.c, weights_convert.c,
 * weights_write.c, checkpoint.c. */
#ifndef SINTER_RUNTIME_WEIGHTS_H
#define SINTER_RUNTIME_WEIGHTS_H

#include "instance.h"
#include "vocabulary.h"

/// One tensor a file has or should have. Its name in the file is prefix + name.
typedef struct weight_slot {
  const char *prefix, *name;
  uint32_t dtype, rank;
  const int64_t *dims;
  uint64_t bytes;
  void *data;
  bool optional;        /* may be absent: then its data stays */
  bool found;           /* set by a read */
  uint32_t file_dtype;  /* of its elements in the file; set by a read */
  uint64_t file_offset; /* from the start of the data section; set by a read */
} weight_slot;

/// Texts that a file may keep of the data, each under its key: the vocabularies of a text or of two
/// languages (vocabulary.h), the columns of a table (table.h), the names of classes (classes.h).
enum { COLUMNS_TEXT = VOCABULARIES, CLASSES_TEXT, METADATA };
extern const char *const weights_keys[METADATA];

/// A list of slots with room for the header text that goes with it.
typedef struct weight_table {
  weight_slot *slots;
  uint32_t count;
  const char *metadata[METADATA]; /* what is known of the data; NULL: nothing */
  char *header;                   /* built by weights_prepare */
  uint64_t header_bytes;
  uint32_t dropped;   /* states of another optimizer that a checkpoint has; set by a read */
  uint32_t strangers; /* tensors that no slot takes, of a file read by WEIGHTS_PARTIAL */
} weight_table;

/// Weights and buffers of the instance's logical image; `everything` adds optimizer state and
/// metrics, `spare` leaves room for that many further slots, which the caller fills.
int weights_make(weight_table *table, const instance *self, bool everything, uint32_t spare,
                 diag *d);
/// Builds the header text. Call it after the last slot was added, and again when the metadata
/// changed.
int weights_prepare(weight_table *table, diag *d);
/// Frees the table.
void weights_free(weight_table *table);

/// Writes all slots atomically; 8-byte types first, so that all data are aligned.
int weights_write(const weight_table *table, const char *path, diag *d);

typedef enum weights_mode {
  WEIGHTS_ALL,       /* exactly the slots; optimizer/... and trainer/... in the file are ignored */
  WEIGHTS_PARTIAL,   /* what the file and the slots have in common, one of them at least */
  WEIGHTS_CHECKPOINT /* exactly the slots, but for those of another optimizer: weights_is_choice */
} weights_mode;

/// Whether a slot of a checkpoint belongs to the choice of an optimizer (its states and the
/// hyper-parameters): it may be absent or of another type, and then keeps what it has.
bool weights_is_choice(const weight_slot *slot);
/// Reads a file into the slots. But for a checkpoint, numbers of another precision are converted.
int weights_read(weight_table *table, const char *path, weights_mode mode, diag *d);
/// *value = the text behind `key` in the file's __metadata__, which the caller frees; NULL: it has
/// none.
int weights_metadata(const char *path, const char *key, char **value, diag *d);
/// What the last read converted, in words for people; false when nothing.
bool weights_note(const weight_table *table, char *text, size_t capacity);
/// What the last read by WEIGHTS_PARTIAL left out, in words; false when nothing.
bool weights_partial_note(const weight_table *table, char *text, size_t capacity);

/// Whether an open file that begins with `bytes` is of another format that people keep arrays in:
/// then says which, and how weights are made of it (E2201).
bool weights_foreign(const char *path, int fd, uint64_t size, const unsigned char bytes[8],
                     diag *d);
/// Whether a read turns elements of type `from` into type `to`: f16, bf16, f32 and f64 into f32 and
/// f64.
bool weights_convertible(uint32_t from, uint32_t to);
/// Whether all numbers that a read would convert fit their slots' type. `start`: of the data
/// section.
int weights_check_range(const weight_table *table, int fd, const char *path, uint64_t start,
                        diag *d);
/// Reads, and if need be converts, one slot that was found.
int weights_take(const weight_slot *slot, int fd, const char *path, uint64_t start, diag *d);

#endif
