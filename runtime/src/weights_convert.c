/* weights_convert.c - weights that a file holds in another precision than the model. See weights.h.
 *
 * Wider is exact, narrower rounds to nearest. Invariant: a number that is finite in the file stays
 * so, or the file is refused before any slot has changed. */
#include "weights.h"

#include "file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

bool weights_convertible(uint32_t from, uint32_t to) {
  bool number =
      from == SINTER_F16 || from == SINTER_BF16 || from == SINTER_F32 || from == SINTER_F64;
  return number && (to == SINTER_F32 || to == SINTER_F64);
}

static float f32_of_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* IEEE 754 binary16. */
static float f32_of_f16(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = half >> 10 & 31, low = half & 1023;
  if (exponent == 0) /* zero or subnormal: low * 2^-24, exact */
    return sign ? -((float)low * 0x1p-24f) : (float)low * 0x1p-24f;
  return f32_of_bits(sign | (exponent == 31 ? 255u : exponent + 112) << 23 | low << 13);
}

/* Element i of an array in a file, which is little-endian as we are. */
static double element(const char *data, uint32_t dtype, uint64_t i) {
  uint16_t half;
  float f32;
  double f64;
  switch (dtype) {
  case SINTER_F16:
    memcpy(&half, data + i * 2, 2);
    return f32_of_f16(half);
  case SINTER_BF16:
    memcpy(&half, data + i * 2, 2);
    return f32_of_bits((uint32_t)half << 16);
  case SINTER_F32:
    memcpy(&f32, data + i * 4, 4);
    return f32;
  default:
    memcpy(&f64, data + i * 8, 8);
    return f64;
  }
}

/* Calls `use` for every piece of a slot's elements in the file. */
static int for_each_piece(const weight_slot *s, int fd, const char *path, uint64_t start,
                          int (*use)(const weight_slot *, const char *data, uint64_t first,
                                     uint64_t count, const char *path, diag *),
                          diag *d) {
  char piece[16 << 10];
  uint64_t size = dtype_bytes(s->file_dtype), all = s->bytes / dtype_bytes(s->dtype);
  int code = 0;
  for (uint64_t at = 0; at < all && !code; at += sizeof piece / size) {
    uint64_t count = all - at < sizeof piece / size ? all - at : sizeof piece / size;
    code = file_read(fd, path, start + s->file_offset + at * size, piece, count * size, d);
    if (!code)
      code = use(s, piece, at, count, path, d);
  }
  return code;
}

static int check_piece(const weight_slot *s, const char *data, uint64_t first, uint64_t count,
                       const char *path, diag *d) {
  for (uint64_t i = 0; i < count; ++i) {
    double value = element(data, s->file_dtype, i);
    if (isfinite(value) && !isfinite((float)value))
      return diag_error(d, 2203, "'%s': '%s' expects numbers within f32, got %g at element %llu",
                        path, s->name, value, (unsigned long long)(first + i));
  }
  return 0;
}

static int convert_piece(const weight_slot *s, const char *data, uint64_t first, uint64_t count,
                         const char *path, diag *d) {
  (void)path, (void)d;
  for (uint64_t i = 0; i < count; ++i) {
    double value = element(data, s->file_dtype, i);
    if (s->dtype == SINTER_F32)
      ((float *)s->data)[first + i] = (float)value;
    else
      ((double *)s->data)[first + i] = value;
  }
  return 0;
}

int weights_check_range(const weight_table *table, int fd, const char *path, uint64_t start,
                        diag *d) {
  int code = 0;
  for (uint32_t i = 0; i < table->count && !code; ++i) {
    const weight_slot *s = &table->slots[i];
    if (s->found && s->file_dtype == SINTER_F64 && s->dtype == SINTER_F32)
      code = for_each_piece(s, fd, path, start, check_piece, d);
  }
  return code;
}

int weights_take(const weight_slot *s, int fd, const char *path, uint64_t start, diag *d) {
  if (s->file_dtype != s->dtype)
    return for_each_piece(s, fd, path, start, convert_piece, d);
  return file_read(fd, path, start + s->file_offset, s->data, s->bytes, d);
}

bool weights_note(const weight_table *table, char *text, size_t capacity) {
  uint32_t converted = 0, found = 0;
  const weight_slot *first = NULL;
  for (uint32_t i = 0; i < table->count; ++i) {
    const weight_slot *s = &table->slots[i];
    found += s->found;
    if (!s->found || s->file_dtype == s->dtype)
      continue;
    first = first ? first : s;
    ++converted;
  }
  if (!first)
    return false;
  char types[2][32];
  describe_type(types[0], sizeof types[0], first->file_dtype, 0, NULL, NULL);
  describe_type(types[1], sizeof types[1], first->dtype, 0, NULL, NULL);
  types[0][strlen(types[0]) - 2] = types[1][strlen(types[1]) - 2] = 0; /* "f16[]" */
  snprintf(text, capacity, "%u of %u tensors of the file are converted, as '%s' from %s to %s",
           converted, found, first->name, types[0], types[1]);
  return true;
}

bool weights_partial_note(const weight_table *table, char *text, size_t capacity) {
  uint32_t found = 0, wanted = 0;
  for (uint32_t i = 0; i < table->count; ++i) {
    found += table->slots[i].found;
    wanted += table->slots[i].found || !table->slots[i].optional;
  }
  if (found == wanted && !table->strangers)
    return false;
  snprintf(text, capacity, "has %u of the model's %u tensors, and %u that are not of the model",
           found, wanted, table->strangers);
  return true;
}
