/* source.h - a data file that is read from front to end, plain or packed with gzip.
 *
 * Invariant: bytes are counted as they come out, unpacked; a damaged or cut file is an error that
 * names the file and the byte. Reading on: idx.c and cifar.c (the formats), file.h. */
#ifndef SINTER_RUNTIME_SOURCE_H
#define SINTER_RUNTIME_SOURCE_H

#include "file.h"

#include <zlib.h>

typedef struct source {
  char path[PATH_MAX];
  int fd;
  uint64_t file_bytes, file_at; /* of the file as it lies on disk */
  bool gzip, ended;
  z_stream z;
  unsigned char buffer[64 << 10];
} source;

/// Opens FOLDER/FILE, or FOLDER/FILE.gz where that is absent; NULL on failure. `other` is another
/// name that the file may have, or NULL.
source *source_open(const char *folder, const char *file, const char *other, diag *d);
/// Opens a file of any name, which is packed when that ends in .gz.
source *source_open_file(const char *path, diag *d);
/// Reads up to n bytes; *got is less only at the end of the data, after its check sum was found
/// right.
int source_read(source *s, void *to, uint64_t n, uint64_t *got, diag *d);
/// The most bytes that the file can hold, without reading it.
uint64_t source_most(const source *s);
/// All that is left of the data, with room for a byte more, which the caller frees; NULL: reported.
unsigned char *source_read_all(source *s, uint64_t *length, diag *d);
/// Whether FOLDER has FILE or FILE.gz.
bool source_exists(const char *folder, const char *file);
/// Ends it; NULL is allowed.
void source_close(source *s);

#endif
