/* data.h - data sets: named fields of examples, read from files or drawn, and turned into batches.
 *
 * What a data set is made of says <sinter/abi.h> (sinter_data); how examples are come by is a row
 * of the table of readers in dataset.c. Elements stay bytes as long as they can; a batch is
 * gathered and decoded by the threads of the step itself. Invariant: byte/255 is rounded to f32,
 * whatever the model's type. Reading on: dataset.c, idx.c, cifar.c, arrays.c, text.c, pairs.c,
 * table.c,
 * synthetic.c, synthetic_indices.c, gather.c. */
#ifndef SINTER_RUNTIME_DATA_H
#define SINTER_RUNTIME_DATA_H

#include "classes.h"
#include "device.h"
#include "table.h"
#include "vocabulary.h"

#include <limits.h>

/// Examples of one split.
typedef struct split {
  uint64_t count;
  /* one a field of the data set: its elements as bytes, example after example; NULL where they are
     made as they are read */
  uint8_t **columns;
  uint64_t stream; /* of the random numbers of drawn examples */
  /* examples from number `gap_at` on stand `gap` places further back in the data (dataset_fold) */
  uint64_t gap_at, gap;
} split;
/// Where an example of the split stands in the data.
static inline uint64_t split_place(const split *s, uint64_t example) {
  return example + (example >= s->gap_at ? s->gap : 0);
}

typedef struct token_list {
  uint32_t *tokens;
  uint64_t count;
} token_list;

/// A file as it was read; without bytes: there is none.
typedef struct raw_text {
  unsigned char *bytes; /* the reader's to free */
  uint64_t length;
  char path[PATH_MAX];
} raw_text;

/// A text: its tokens, and where the examples of the epoch lie in them.
typedef struct text {
  token_list train, test;
  uint64_t offset; /* of the first example of the epoch */
  uint64_t batch;  /* examples that go on side by side; 0: each behind the one before */
} text;

typedef struct dataset dataset;

/// What the examples of an epoch may depend on.
typedef struct epoch_start {
  uint64_t seed, epoch, batch;
  bool shuffle; /* false: --no-shuffle */
} epoch_start;

/// A way to come by examples. A new one is a new row of the table in dataset.c.
typedef struct reader {
  const char *built_in; /* what it makes without a path; NULL: it reads one */
  bool file;            /* the path may be a file's, not only a folder's */
  /// Whether it can read data sets of these fields.
  bool (*reads)(const sinter_data *spec);
  /// Makes both splits ready and sets their counts; `path` is NULL for what is built in.
  int (*open)(dataset *data, const char *path, sinter_pool *pool, diag *d);
  /// *to = a field of an example, decoded into elements of type `dtype`. Of data that are read
  /// ahead called by the reader thread and those of the pool, each with its own number; of others
  /// by the threads of a step: then it does not allocate, and cannot fail.
  int (*fill)(const dataset *data, const split *from, uint32_t field, uint64_t example,
              uint32_t dtype, void *to, uint32_t thread, diag *d);
  /// Before an epoch of the training split: where examples lie may depend on it. NULL: it does not.
  void (*begin)(dataset *data, const epoch_start *at);
  /// Frees data->own. NULL: it has none.
  void (*close)(dataset *data);
  const char *licenses; /* of libraries that it brings; NULL: none */
} reader;

struct dataset {
  const sinter_data *spec;
  const reader *reader;
  split train, test;
  split held;            /* part of the training examples; without examples: none is held out */
  const char *one_split; /* why the tests are the examples that are trained with; NULL: others */
  char *scratch;         /* scratch_bytes a thread, for a reader's fill */
  uint64_t scratch_bytes;
  bool tests_only; /* no training examples are asked for: files with nothing else stay unread */
  bool ahead;      /* an example costs more than to copy it: a thread reads ahead (feed.h) */
  text text;       /* of a data set that is one */
  data_table table;
  class_list classes;
  vocabulary vocabularies[VOCABULARIES];
  uint64_t cut; /* sentences that were longer than their steps */
  void *own;    /* the reader's */
};

/// What is known before data are opened: what weight files say of those that they were trained on
/// (empty: the data say it), and whether only tests are asked for.
typedef struct data_known {
  const char *path; /* of the file */
  vocabulary vocabularies[VOCABULARIES];
  char *columns; /* see table.h */
  char *classes; /* see classes.h */
  bool tests_only;
} data_known;

/// A reader that not every program carries comes before the others. NULL: none.
void dataset_add(const reader *added);
const reader *dataset_added(void);
/// Opens the first reader that reads such fields; path NULL: the first that is built in, which may
/// work on all threads of the pool. `known` is taken over; NULL: nothing is.
int dataset_open(dataset *data, const sinter_data *spec, const char *path, const data_known *known,
                 sinter_pool *pool, diag *d);
/// Holds out part `part` of `of` of the training examples: they are `held`, and no longer trained
/// with. E2107: there are fewer than `of`.
int dataset_fold(dataset *data, uint64_t part, uint64_t of, diag *d);
/// The examples that evaluations take.
static inline const split *dataset_tests(const dataset *data) {
  return data->held.count ? &data->held : &data->test;
}
/// A data set without examples, of which something is known.
void dataset_know(dataset *data, const data_known *known);
/// Text `i` of METADATA (weights.h) that weight files keep of the data; NULL: nothing.
const char *dataset_metadata(const dataset *data, int i);
/// The tests are the training examples; `why` as dataset.one_split.
void share_examples(dataset *data, const char *why);
/// Frees both splits.
void dataset_free(dataset *data);
/// Elements of a field of one example.
uint64_t field_elements(const sinter_field *field);
/// Room for `elements` whole numbers or f32 of a field; NULL: reported.
uint32_t *column_take(split *out, uint32_t field, uint64_t elements, diag *d);
/// A reader's fill where examples lie in columns.
int column_fill(const dataset *data, const split *from, uint32_t field, uint64_t example,
                uint32_t dtype, void *to, uint32_t thread, diag *d);
/// to[0 .. n) = the field's elements that `from` holds as bytes.
void field_decode(const sinter_field *field, const uint8_t *from, uint64_t n, uint32_t dtype,
                  void *to);
/// A number below `limit` of a random word.
static inline uint32_t below(uint32_t word, uint32_t limit) {
  return (uint32_t)((uint64_t)word * limit >> 32);
}
/// Threads that may fill examples: those of the pool, then the one that reads ahead.
static inline uint32_t dataset_threads(const sinter_pool *pool) {
  return sinter_pool_threads(pool) + 1;
}
/// Counts and streams of built-in data.
void start_built_in(dataset *data);
/// *to = a whole number, as i32 or i64.
void store_index(uint32_t value, uint32_t dtype, void *to);

/// A data set of labelled images: which of its two fields is which, and their sizes.
typedef struct image_fields {
  uint32_t image, label; /* indices of fields */
  bool files;            /* a picture is a file of its own */
  uint32_t channels, height, width, classes;
  uint64_t pixels; /* channels * height * width */
} image_fields;
/// False when the fields are others.
bool image_fields_of(const sinter_data *spec, image_fields *out);

/// The rows of the table: images of one channel are IDX files (train-images-idx3-ubyte[.gz] and the
/// three beside it), images of more are CIFAR's records (data_batch_1.bin[.gz], data_batch_2 … as
/// many as there are, and test_batch.bin[.gz]: a label byte and channels*height*width pixels,
/// channel by channel), both of any size.
bool idx_reads(const sinter_data *spec);
int idx_open(dataset *data, const char *folder, sinter_pool *pool, diag *d);
bool cifar_reads(const sinter_data *spec);
int cifar_open(dataset *data, const char *folder, sinter_pool *pool, diag *d);
bool synthetic_reads(const sinter_data *spec);
int synthetic_open(dataset *data, const char *folder, sinter_pool *pool, diag *d);
int synthetic_fill(const dataset *data, const split *from, uint32_t field, uint64_t example,
                   uint32_t dtype, void *to, uint32_t thread, diag *d);

/// Numbers and indices: FOLDER/train-FIELD.npy and test-FIELD.npy, [examples, …], or FIELD.npy
/// in FOLDER/train.npz and test.npz; what the model
/// brings; or drawn ones. A column holds f32 or u32.
bool arrays_reads(const sinter_data *spec);
int arrays_open(dataset *data, const char *path, sinter_pool *pool, diag *d);
int arrays_fill(const dataset *data, const split *from, uint32_t field, uint64_t example,
                uint32_t dtype, void *to, uint32_t thread, diag *d);
bool brought_reads(const sinter_data *spec);
int brought_open(dataset *data, const char *path, sinter_pool *pool, diag *d);
bool numbers_reads(const sinter_data *spec);
int numbers_open(dataset *data, const char *path, sinter_pool *pool, diag *d);
int numbers_fill(const dataset *data, const split *from, uint32_t field, uint64_t example,
                 uint32_t dtype, void *to, uint32_t thread, diag *d);

/// Whole numbers alone: ids and labels that go with them.
bool indices_reads(const sinter_data *spec);
int indices_open(dataset *data, const char *folder, sinter_pool *pool, diag *d);
int indices_fill(const dataset *data, const split *from, uint32_t field, uint64_t example,
                 uint32_t dtype, void *to, uint32_t thread, diag *d);

/// Texts: FILE, or FOLDER/NAME.txt[.gz], and for tests what lies beside it as NAME.test.txt[.gz],
/// else the same; or words that follow each other by a rule.
bool text_reads(const sinter_data *spec);
int text_open(dataset *data, const char *path, sinter_pool *pool, diag *d);
int text_fill(const dataset *data, const split *from, uint32_t field, uint64_t example,
              uint32_t dtype, void *to, uint32_t thread, diag *d);
void text_begin(dataset *data, const epoch_start *at);
/// Tables: FOLDER/train.csv[.gz] and test.csv[.gz], or one FILE. A column holds f32.
bool table_reads(const sinter_data *spec);
int table_open(dataset *data, const char *path, sinter_pool *pool, diag *d);
/// The files of both splits: PATH, or in the folder PATH the file NAME.txt, and what lies beside it
/// for tests.
int text_read(raw_text *train, raw_text *test, const sinter_data *spec, const char *path, diag *d);
/// Pairs of sentences: the same files, a pair a line with a tab between; or a language whose words
/// are translated one by one. A column holds u32.
bool pairs_reads(const sinter_data *spec);
int pairs_open(dataset *data, const char *path, sinter_pool *pool, diag *d);
/// The built-in text, which the caller frees; NULL: out of memory.
unsigned char *synthetic_text(const sinter_data *spec, uint64_t *length);

/// Size of the built-in data, and how many bytes of it are drawn at the start and kept: more is
/// drawn each time that it is read.
enum { SYNTHETIC_TRAIN = 12800, SYNTHETIC_TEST = 2000, SYNTHETIC_KEPT = 160 << 20 };
/// synthetic_open with another limit than SYNTHETIC_KEPT.
int synthetic_open_keeping(dataset *data, uint64_t kept, sinter_pool *pool, diag *d);

/// One batch to gather, of those that follow each other: examples order[first ..] (order NULL:
/// first, first + 1, ...).
typedef struct batch_fill {
  const dataset *data;
  const split *from;
  const sinter_entry *entry;   /* whose inputs are filled */
  const sinter_entry *entries; /* the largest of these that what is left fills is the next one */
  uint32_t variants;
  const uint32_t *order;
  uint64_t first, end; /* behind the last example of the last batch */
} batch_fill;
/// The example in the data that is number `i` of the batch.
static inline uint64_t batch_place(const batch_fill *fill, uint64_t i) {
  return split_place(fill->from, fill->order ? fill->order[fill->first + i] : fill->first + i);
}

/// A device_fill_fn over a batch_fill, for data that are not read ahead.
void batch_gather(const sinter_spmd *spmd, void *fill);
/// Checks that the inputs of an entry are fields of the data set.
int batch_check(const sinter_entry *entry, const sinter_data *spec, diag *d);
/// to[i] = f32(from[i] / 255), correctly rounded.
void pixels_to_f32(const uint8_t *from, float *to, uint64_t n);

/// The ways to do it, from the slowest. pixels_to_f32 takes the fastest that this CPU has.
typedef enum pixel_path { PIXELS_BASE, PIXELS_AVX2, PIXELS_AVX512 } pixel_path;
/// One of them; false when this CPU has not the instructions.
bool pixels_to_f32_by(pixel_path path, const uint8_t *from, float *to, uint64_t n);

#endif
