/* pictures.h - PNG and JPEG files as pixels. Only trainers whose data are pictures carry this, and
 * libpng and libjpeg-turbo with it.
 *
 * A file is what its first bytes say, whatever its name. Invariant: a file that is damaged, even
 * where it could be gone on with, is an error that names it; pixels do not depend on the machine.
 * Reading on: folder.c (the reader of data sets), png.c, jpeg.c, fit.c. */
#ifndef SINTER_RUNTIME_PICTURES_H
#define SINTER_RUNTIME_PICTURES_H

#include "data.h"

/// A file in memory.
typedef struct picture_file {
  const char *path;
  uint8_t *bytes;
  uint64_t length;
} picture_file;

/// Pixels, row by row, the channels of one side by side.
typedef struct picture {
  uint32_t height, width, channels; /* 1 or 3 */
  uint8_t *pixels;                  /* the caller's to free; NULL: the sizes alone are known */
} picture;

/// The most pixels of a file: a header that says more is taken for damaged.
enum { MOST_PIXELS = 1 << 28 };

/// Reads a file: its sizes, and with `whole` all pixels. E2118: it is damaged, or of a kind that is
/// not read.
int picture_read(const char *path, bool whole, picture *p, diag *d);
/// The same of bytes, which say what they are. `p` has no pixels before; what it has after an error
/// is the caller's to free, too.
int picture_decode(const picture_file *file, bool whole, picture *p, diag *d);
/// The same of one format.
int png_read(const picture_file *file, bool whole, picture *p, diag *d);
int jpeg_read(const picture_file *file, bool whole, picture *p, diag *d);
/// Takes memory for the pixels of a picture of known sizes. E2118: they are absurd; E2402.
int picture_take(const picture_file *file, picture *p, diag *d);

/// The reader of data sets whose pictures lie in a folder a class.
extern const reader picture_reader;
/// Its `open` with another limit, in bytes, on the pixels that are kept.
int picture_open_keeping(dataset *data, const char *path, uint64_t kept, sinter_pool *pool,
                         diag *d);
/// u8[channels,height,width] of a field = a picture, scaled as the field says when its size is
/// another. False: out of memory.
bool picture_fit(const picture *p, uint32_t decode, const image_fields *fields, uint8_t *to);

#endif
