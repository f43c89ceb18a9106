/* data.h - image data sets in memory: read from IDX or CIFAR files or drawn, and turned into
 * batches.
 *
 * Pixels stay bytes; a batch is gathered and converted by the threads of the step itself.
 * Invariant: byte/255 rounded to f32, whatever the model's type. Reading on: dataset.c, idx.c,
 * cifar.c, synthetic.c, gather.c. */
#ifndef SINTER_RUNTIME_DATA_H
#define SINTER_RUNTIME_DATA_H

#include "device.h"

/// Examples of one split: u8[count, channels, height, width] and u8[count].
typedef struct split {
  const char *name; /* "train", "test" */
  uint8_t *pixels, *labels;
  uint64_t count;
} split;

typedef struct dataset {
  split train, test;
  uint64_t example_bytes; /* channels * height * width */
} dataset;

/// Size of the built-in synthetic data.
enum { SYNTHETIC_TRAIN = 12800, SYNTHETIC_TEST = 2000 };

/// Reads both splits from a folder: idx_read for images of one channel, cifar_read for more.
int dataset_read(dataset *data, const sinter_data *spec, const char *folder, diag *d);
/// Draws the synthetic data on all threads of the pool (NULL: on this one).
int dataset_draw(dataset *data, const sinter_data *spec, sinter_pool *pool, diag *d);
/// Frees both splits.
void dataset_free(dataset *data);

/// Reads train-images-idx3-ubyte[.gz] and the three beside it.
int idx_read(dataset *data, const sinter_data *spec, const char *folder, diag *d);
/// Reads data_batch_1.bin[.gz], data_batch_2 … as many as there are, and test_batch.bin[.gz]:
/// records of one label byte and channels*height*width pixels, channel by channel.
int cifar_read(dataset *data, const sinter_data *spec, const char *folder, diag *d);

/// Draws example `index` of a split: u8[channels, height, width]; returns its label.
uint8_t synthetic_example(const sinter_data *spec, uint64_t stream, uint64_t index,
                          uint8_t *pixels);

/// One batch to gather: examples order[first ..] (order NULL: first, first + 1, ...).
typedef struct batch_fill {
  const split *from;
  const uint32_t *order;
  uint64_t first, count, example_bytes;
  const sinter_tensor *image, *label; /* the entry's inputs; NULL when it has none of the name */
} batch_fill;

/// A device_fill_fn over a batch_fill.
void batch_gather(const sinter_spmd *spmd, void *fill);
/// Finds the inputs `image` and `label` of an entry and checks them against the data.
int batch_bind(batch_fill *fill, const sinter_entry *entry, const sinter_data *spec, diag *d);
/// to[i] = f32(from[i] / 255), correctly rounded.
void pixels_to_f32(const uint8_t *from, float *to, uint64_t n);

/// The ways to do it, from the slowest. pixels_to_f32 takes the fastest that this CPU has.
typedef enum pixel_path { PIXELS_BASE, PIXELS_AVX2, PIXELS_AVX512 } pixel_path;
/// One of them; false when this CPU has not the instructions.
bool pixels_to_f32_by(pixel_path path, const uint8_t *from, float *to, uint64_t n);

#endif
