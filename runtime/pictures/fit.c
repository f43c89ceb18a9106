/* fit.c - pictures in the size and the channels of a field. See pictures.h.
 *
 * Each pixel is a mean of those that a triangle over it covers, which is two pixels of the smaller
 * picture wide, along both axes one after the other; sums are doubles in order, so bits do not
 * depend on the machine. */
#include "pictures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is taken of one axis: `count` pixels from `first` on, weighted, for each of the result. */
typedef struct axis {
  uint32_t most; /* weights of a pixel */
  uint32_t *first, *count;
  double *weights;
} axis;

static void axis_free(axis *a) {
  free(a->first);
  free(a->count);
  free(a->weights);
}

/* `size` pixels of [from, from + length) of an axis of `all`; false: out of memory. */
static bool axis_make(axis *a, uint32_t size, uint32_t all, double from, double length) {
  double scale = length / size, support = scale > 1 ? scale : 1;
  *a = (axis){.most = (uint32_t)(2 * support) + 3};
  a->first = malloc(size * sizeof *a->first);
  a->count = malloc(size * sizeof *a->count);
  a->weights = calloc((uint64_t)size * a->most, sizeof *a->weights);
  for (uint32_t i = 0; i < size && a->first && a->count && a->weights; ++i) {
    double centre = from + (i + 0.5) * scale, low = centre - support + 0.5,
           high = centre + support + 0.5, sum = 0, *w = a->weights + (uint64_t)i * a->most;
    a->first[i] = low > 0 ? (uint32_t)low : 0;
    uint32_t end = high < all ? (uint32_t)high : all;
    a->count[i] = end - a->first[i];
    for (uint32_t k = 0; k < a->count[i]; ++k) {
      double away = fabs(a->first[i] + k + 0.5 - centre) / support;
      w[k] = away < 1 ? 1 - away : 0;
      sum += w[k];
    }
    for (uint32_t k = 0; k < a->count[i]; ++k)
      w[k] /= sum;
  }
  return a->first && a->count && a->weights;
}

/* Channel `c` of a pixel, of as many as the field has: grey is all colours alike, colours are
 * weighted as ITU-R BT.601 says, in the integers of PIL. */
static uint8_t channel(const uint8_t *pixel, uint32_t has, uint32_t c, uint32_t wanted) {
  if (has == 3 && wanted == 1)
    return (uint8_t)((pixel[0] * 19595u + pixel[1] * 38470u + pixel[2] * 7471u + 0x8000u) >> 16);
  return pixel[has == 3 ? c : 0];
}

/* One channel of all rows, as wide as the result. */
static void fit_rows(const picture *p, const axis *across, const image_fields *fields, uint32_t c,
                     double *to) {
  for (uint32_t y = 0; y < p->height; ++y)
    for (uint32_t x = 0; x < fields->width; ++x) {
      const double *w = across->weights + (uint64_t)x * across->most;
      const uint8_t *from = p->pixels + ((uint64_t)y * p->width + across->first[x]) * p->channels;
      double sum = 0;
      for (uint32_t k = 0; k < across->count[x]; ++k)
        sum += w[k] * channel(from + (uint64_t)k * p->channels, p->channels, c, fields->channels);
      to[(uint64_t)y * fields->width + x] = sum;
    }
}

static void fit_columns(const double *from, const axis *down, const image_fields *fields,
                        uint8_t *to) {
  for (uint32_t y = 0; y < fields->height; ++y)
    for (uint32_t x = 0; x < fields->width; ++x) {
      const double *w = down->weights + (uint64_t)y * down->most;
      double sum = 0;
      for (uint32_t k = 0; k < down->count[y]; ++k)
        sum += w[k] * from[((uint64_t)down->first[y] + k) * fields->width + x];
      to[(uint64_t)y * fields->width + x] = (uint8_t)(sum + 0.5);
    }
}

static void copy_plane(const picture *p, const image_fields *fields, uint32_t c, uint8_t *to) {
  for (uint64_t i = 0; i < (uint64_t)p->height * p->width; ++i)
    to[i] = channel(p->pixels + i * p->channels, p->channels, c, fields->channels);
}

bool picture_fit(const picture *p, uint32_t decode, const image_fields *fields, uint8_t *to) {
  bool same = p->height == fields->height && p->width == fields->width, taken = true;
  uint64_t plane = (uint64_t)fields->height * fields->width;
  double height = p->height, width = p->width;
  if (decode == SINTER_DECODE_PICTURE_CROPPED) { /* as much of it as has the field's proportions */
    double scale = fmin(height / fields->height, width / fields->width);
    height = scale * fields->height;
    width = scale * fields->width;
  }
  axis across = {0}, down = {0};
  double *rows = same ? NULL : malloc((uint64_t)p->height * fields->width * sizeof *rows);
  if (!same)
    taken = rows && axis_make(&across, fields->width, p->width, (p->width - width) / 2, width) &&
            axis_make(&down, fields->height, p->height, (p->height - height) / 2, height);
  for (uint32_t c = 0; c < fields->channels && taken; ++c)
    if (same) {
      copy_plane(p, fields, c, to + c * plane);
    } else {
      fit_rows(p, &across, fields, c, rows);
      fit_columns(rows, &down, fields, to + c * plane);
    }
  free(rows);
  axis_free(&across);
  axis_free(&down);
  return taken;
}
