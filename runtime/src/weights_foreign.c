/* weights_foreign.c - files of other formats that are given for weights: what they are, and what to
 * do with them. See weights.h. */
#include "weights.h"

#include "file.h"

#include <string.h>

enum { LOCAL = 30, MOST_NAME = 255 }; /* of the first record of a zip file; of its name */

/* Whether a zip file is one of arrays, as its first member's name tells. */
static bool has_arrays(const char *path, int fd, uint64_t size) {
  unsigned char record[LOCAL + MOST_NAME];
  char text[256];
  diag ignored = diag_make(text, sizeof text);
  uint64_t bytes = size < sizeof record ? size : sizeof record;
  if (bytes < LOCAL || file_read(fd, path, 0, record, bytes, &ignored))
    return false;
  uint64_t length = (uint64_t)record[26] | (uint64_t)record[27] << 8;
  return length >= 4 && length <= bytes - LOCAL &&
         memcmp(record + LOCAL + length - 4, ".npy", 4) == 0;
}

static bool starts(const unsigned char bytes[8], const char *with) {
  return memcmp(bytes, with, strlen(with)) == 0;
}

/* What a file is, and the lines that make weights of it: the last one has the path in its middle.
 */
typedef struct format {
  const char *what, *imports, *before, *behind;
} format;

#define TORCH                                                                                      \
  "from safetensors.torch import save_file", "save_file(torch.load(\"",                            \
      "\", weights_only=True), \"weights.safetensors\")"
#define NUMPY "import numpy; from safetensors.numpy import save_file"

static const format
    kZip = {"a zip archive, as torch.save writes; in Python:", TORCH},
    kPickle = {"a pickle, as torch.save wrote before version 1.6; in Python:", TORCH},
    kArrays = {"a .npz file, as numpy.savez writes; if its names are the weights', in Python:",
               NUMPY, "save_file(dict(numpy.load(\"", "\")), \"weights.safetensors\")"},
    kArray = {"a .npy file, one array; with the name of a weight, in Python:", NUMPY,
              "save_file({\"NAME\": numpy.load(\"", "\")}, \"weights.safetensors\")"},
    kGzip = {"a gzip file; unpack it first:", NULL, "gunzip < \"", "\" > weights.safetensors"};

bool weights_foreign(const char *path, int fd, uint64_t size, const unsigned char bytes[8],
                     diag *d) {
  const format *f = starts(bytes, "PK\3\4") ? has_arrays(path, fd, size) ? &kArrays : &kZip
                    : bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5 ? &kPickle
                    : starts(bytes, "\x93NUMPY")                         ? &kArray
                    : starts(bytes, "\x1f\x8b")                          ? &kGzip
                                                                         : NULL;
  if (!f)
    return false;
  diag_error(d, 2201, "'%s' expects a safetensors file, got %s", path, f->what);
  if (f->imports)
    diag_detail(d, "%s", f->imports);
  diag_detail(d, "%s%s%s", f->before, path, f->behind);
  return true;
}
