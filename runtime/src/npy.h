/* npy.h - .npy files (version 1 and 2), row-major, little-endian.
 *
 * Invariant: a file is read only when its type and shape are what the caller expects. Reading on:
 * run_entry.c. */
#ifndef SINTER_RUNTIME_NPY_H
#define SINTER_RUNTIME_NPY_H

#include "diag.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

enum { NPY_MAX_RANK = 32, NPY_PLACE = PATH_MAX + NAME_MAX + 32 };

/// A set of element types: a bit for each sinter_dtype.
#define NPY_TYPE(dtype) (1u << (dtype))

/// An open .npy file whose header was read.
typedef struct npy {
  const char *path;
  char place[NPY_PLACE]; /* for messages: 'FILE', or 'FILE' member 'NAME' */
  int fd;
  uint32_t dtype; /* sinter_dtype */
  uint32_t rank;
  int64_t dims[NPY_MAX_RANK];
  uint64_t data_offset, bytes;
} npy;

/// Opens and checks the header; the type of the elements must be one of `accepted`.
int npy_open(npy *file, const char *path, uint32_t accepted, diag *d);
/// The same for the member NAME.npy of a .npz file; see npz.h.
int npy_open_member(npy *file, const char *path, const char *name, uint32_t accepted, diag *d);
/// Reads all elements.
int npy_read(npy *file, void *data, diag *d);
void npy_close(npy *file);
/// Writes an array atomically.
int npy_write(const char *path, uint32_t dtype, uint32_t rank, const int64_t *dims,
              const void *data, uint64_t bytes, diag *d);

#endif
