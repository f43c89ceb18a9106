/* synthetic.c - the built-in data: ten digit-like glyphs, drawn with random pen, pose, clutter and
 * noise. See data.h.
 *
 * Example i is a function of (split, i) alone: what fits into SYNTHETIC_KEPT is drawn at the start,
 * the rest whenever it is read. Invariant: only + - * / sqrt in float, in a fixed order, without
 * contraction, so every machine draws the same bytes. The constants below are chosen such that
 * softmax regression learns well and one hidden layer learns clearly better. */
#include "data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How hard the data is. Lengths are in pixels of a 28x28 image, angles in radians. Each example
 * leans to one of two sides, left or right, high or low: one template a class has to average them,
 * a hidden layer can tell them apart. */
#define SYNTHETIC_LEAN 0.8f  /* the two angles: +- this */
#define SYNTHETIC_PLACE 2.5f /* the two places on each axis: +- this */
#define SYNTHETIC_ANGLE 0.3f /* spread around them */
#define SYNTHETIC_SHIFT 1.2f
#define SYNTHETIC_SCALE 0.2f /* relative, each axis */
#define SYNTHETIC_SHEAR 0.3f
#define SYNTHETIC_SIZE 0.95f  /* pixels a grid unit */
#define SYNTHETIC_WOBBLE 0.8f /* of a corner, in grid units */
#define SYNTHETIC_THIN 1.4f   /* half widths of the pen */
#define SYNTHETIC_THICK 2.4f
#define SYNTHETIC_INK 0.95f /* palest pen */
#define SYNTHETIC_CLUTTER 1 /* most stray strokes */
#define SYNTHETIC_NOISE 20  /* of 255 */

enum { UP = -1, END = -2, MAX_SEGMENTS = 24 };

/* Strokes on a grid 16 wide and 24 high; UP lifts the pen. */
static const int8_t glyphs[10][64] = {
    {8, 0, 12, 1, 15, 6, 16, 12, 15, 18, 12, 23, 8, 24, 4, 23, 1, 18, 0, 12, 1, 6, 4, 1, 8, 0, END},
    {3, 5, 9, 0, 9, 24, END},
    {1, 6, 2, 2, 6, 0, 11, 0, 15, 3, 15, 8, 11, 13, 5, 18, 0, 24, 16, 24, END},
    {1,  3,  5,  0,  11, 0,  15, 3,  15, 8, 11, 11, 6,  11,
     UP, 11, 11, 16, 15, 16, 20, 12, 24, 5, 24, 0,  21, END},
    {11, 24, 11, 0, 0, 16, 16, 16, END},
    {14, 0, 2, 0, 1, 10, 6, 8, 11, 9, 16, 13, 16, 19, 12, 23, 6, 24, 0, 21, END},
    {13, 1, 7, 4, 2, 10, 0, 16, 2, 22, 7, 24, 13, 23, 16, 18, 14, 13, 8, 11, 2, 14, END},
    {0, 0, 16, 0, 6, 24, END},
    {8,  0,  13, 2,  14, 7,  8,  11, 2,  7, 3,  2, 8,  0, UP, 8,
     11, 15, 15, 16, 20, 12, 24, 4,  24, 0, 20, 1, 15, 8, 11, END},
    {3, 23, 9, 20, 14, 14, 16, 8, 14, 2, 9, 0, 3, 1, 0, 6, 2, 11, 8, 13, 14, 10, END},
};

/* A stream of uniform numbers of one example. */
typedef struct dice {
  uint64_t stream, example;
  uint32_t draw, left;
  sinter_words words;
} dice;

static uint32_t next_word(dice *r) {
  if (!r->left) {
    r->words = sinter_philox(0, r->stream, r->example, r->draw++);
    r->left = 4;
  }
  return r->words.w[4 - r->left--];
}

static float between(dice *r, float low, float high) {
  return low + (high - low) * sinter_uniform_f32(next_word(r));
}

/* A bell-shaped number in (-1, 1): the mean of three. */
static float bell(dice *r) {
  float sum = between(r, -1, 1);
  sum += between(r, -1, 1);
  sum += between(r, -1, 1);
  return sum * (1.0f / 3.0f);
}

typedef struct canvas {
  float *ink; /* f32[height, width], 0..1 */
  int height, width;
} canvas;

/* Darkens what lies within `half` pixels of the segment, with one pixel of soft edge. */
static void draw_segment(canvas *c, float x0, float y0, float x1, float y1, float half,
                         float strength) {
  float reach = half + 1;
  int left = (int)floorf((x0 < x1 ? x0 : x1) - reach),
      right = (int)ceilf((x0 > x1 ? x0 : x1) + reach);
  int top = (int)floorf((y0 < y1 ? y0 : y1) - reach),
      bottom = (int)ceilf((y0 > y1 ? y0 : y1) + reach);
  left = left < 0 ? 0 : left;
  top = top < 0 ? 0 : top;
  right = right > c->width - 1 ? c->width - 1 : right;
  bottom = bottom > c->height - 1 ? c->height - 1 : bottom;
  float dx = x1 - x0, dy = y1 - y0, length2 = dx * dx + dy * dy;
  float scale = length2 > 0 ? 1 / length2 : 0;
  for (int y = top; y <= bottom; ++y)
    for (int x = left; x <= right; ++x) {
      float px = (float)x - x0, py = (float)y - y0;
      float t = (px * dx + py * dy) * scale;
      t = t < 0 ? 0 : t > 1 ? 1 : t;
      float ex = px - t * dx, ey = py - t * dy, distance = sqrtf(ex * ex + ey * ey);
      float cover = half + 0.5f - distance;
      cover = (cover > 1 ? 1 : cover) * strength;
      float *ink = &c->ink[(size_t)y * (size_t)c->width + (size_t)x];
      if (cover > *ink)
        *ink = cover;
    }
}

/* Grid to pixels: x' = a x + b y + e, y' = c x + d y + f. */
typedef struct pose {
  float a, b, c, d, e, f;
} pose;

static pose random_pose(dice *r, const canvas *c, uint32_t turns) {
  /* all sizes are in pixels of 28x28 */
  float unit_x = (float)c->width / 28.0f, unit_y = (float)c->height / 28.0f;
  uint32_t side = next_word(r);
  float angle = (side & 1 ? SYNTHETIC_LEAN : -SYNTHETIC_LEAN) + SYNTHETIC_ANGLE * bell(r),
        z = angle * angle;
  float sine = angle * (1 - z * (1.0f / 6) * (1 - z * (1.0f / 20))),
        cosine = 1 - z * 0.5f * (1 - z * (1.0f / 12));
  float right = (side & 2 ? SYNTHETIC_PLACE : -SYNTHETIC_PLACE) + SYNTHETIC_SHIFT * bell(r);
  float down = (side & 4 ? SYNTHETIC_PLACE : -SYNTHETIC_PLACE) + SYNTHETIC_SHIFT * bell(r);
  float sx = SYNTHETIC_SIZE * (1 + SYNTHETIC_SCALE * bell(r)),
        sy = SYNTHETIC_SIZE * (1 + SYNTHETIC_SCALE * bell(r));
  float shear = SYNTHETIC_SHEAR * bell(r);
  pose p = {
      cosine * sx, (shear * cosine - sine) * sy, sine * sx, (shear * sine + cosine) * sy, 0, 0};
  for (; turns & 3; --turns) /* classes beyond ten: the same glyphs, turned */
    p = (pose){-p.c, -p.d, p.a, p.b, 0, 0};
  p.a *= unit_x, p.b *= unit_x, p.c *= unit_y, p.d *= unit_y;
  p.e = ((float)c->width - 1) * 0.5f + right * unit_x - p.a * 8 - p.b * 12;
  p.f = ((float)c->height - 1) * 0.5f + down * unit_y - p.c * 8 - p.d * 12;
  return p;
}

static void draw_glyph(canvas *c, dice *r, const int8_t *g, uint32_t turns) {
  pose p = random_pose(r, c, turns);
  float unit = (float)c->width / 28.0f;
  float half = between(r, SYNTHETIC_THIN, SYNTHETIC_THICK) * unit,
        strength = between(r, SYNTHETIC_INK, 1);
  bool down = false;
  float x0 = 0, y0 = 0;
  for (; *g != END; ++g) {
    if (*g == UP) {
      down = false;
      continue;
    }
    float gx = (float)g[0] + SYNTHETIC_WOBBLE * bell(r),
          gy = (float)g[1] + SYNTHETIC_WOBBLE * bell(r);
    ++g;
    float x = p.a * gx + p.b * gy + p.e, y = p.c * gx + p.d * gy + p.f;
    if (down)
      draw_segment(c, x0, y0, x, y, half, strength);
    x0 = x, y0 = y, down = true;
  }
}

static void draw_clutter(canvas *c, dice *r) {
  uint32_t strokes = next_word(r) % (SYNTHETIC_CLUTTER + 1);
  float unit = (float)c->width / 28.0f;
  for (uint32_t i = 0; i < strokes; ++i) {
    float x = between(r, 0, (float)c->width), y = between(r, 0, (float)c->height);
    float dx = between(r, -5, 5) * unit, dy = between(r, -5, 5) * unit;
    float half = between(r, 0.4f, 0.8f) * unit, strength = between(r, 0.4f, 0.9f);
    draw_segment(c, x, y, x + dx, y + dy, half, strength);
  }
}

static uint32_t draw_label(dice *r, const image_fields *fields) {
  return below(next_word(r), fields->classes);
}

/* An example of the stream: u8[channels, height, width]; returns its label. `ink` has room for a
 * plane of floats. */
static uint32_t draw_example(const image_fields *fields, uint64_t stream, uint64_t index,
                             float *ink, uint8_t *pixels) {
  dice r = {.stream = stream, .example = index};
  uint32_t label = draw_label(&r, fields);
  uint64_t plane = (uint64_t)fields->height * fields->width;
  memset(ink, 0, plane * sizeof *ink);
  canvas c = {ink, (int)fields->height, (int)fields->width};
  draw_clutter(&c, &r);
  draw_glyph(&c, &r, glyphs[label % 10], label / 10);
  for (uint32_t channel = 0; channel < fields->channels; ++channel) {
    float tint = fields->channels > 1 ? between(&r, 160, 255) : 255;
    uint32_t word = 0;
    for (uint64_t i = 0; i < plane; ++i) {
      if (i % 4 == 0)
        word = next_word(&r);
      int noise = (int)(word >> (8 * (i % 4)) & 255) - 128; /* uniform in [-128, 127] */
      int value = (int)(ink[i] * tint) + noise * SYNTHETIC_NOISE / 128;
      pixels[channel * plane + i] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
  }
  return label;
}

int synthetic_fill(const dataset *data, const split *from, uint32_t field, uint64_t example,
                   uint32_t dtype, void *to, uint32_t thread, diag *d) {
  if (from->columns[field])
    return column_fill(data, from, field, example, dtype, to, thread, d);
  image_fields fields;
  image_fields_of(data->spec, &fields);
  if (field == fields.label) {
    dice r = {.stream = from->stream, .example = example};
    store_index(draw_label(&r, &fields), dtype, to);
  } else {
    float *ink = (float *)(data->scratch + thread * data->scratch_bytes);
    uint8_t *pixels = (uint8_t *)(ink + (uint64_t)fields.height * fields.width);
    draw_example(&fields, from->stream, example, ink, pixels);
    field_decode(&data->spec->fields[field], pixels, fields.pixels, dtype, to);
  }
  return 0;
}

/* Draws this thread's share of what is kept. */
static void draw_share(const sinter_spmd *spmd, void *argument) {
  const dataset *data = argument;
  image_fields fields;
  image_fields_of(data->spec, &fields);
  float *ink = (float *)(data->scratch + spmd->thread * data->scratch_bytes);
  const split *splits[] = {&data->train, &data->test};
  for (int k = 0; k < 2; ++k) {
    const split *s = splits[k];
    uint8_t *labels = s->columns[fields.label];
    uint64_t to = s->count * (spmd->thread + 1) / spmd->threads;
    for (uint64_t i = s->count * spmd->thread / spmd->threads; i < to; ++i) {
      uint8_t *pixels = s->columns[fields.image] + i * fields.pixels;
      uint32_t label = draw_example(&fields, s->stream, i, ink, pixels);
      if (labels)
        labels[i] = (uint8_t)label;
    }
  }
}

bool synthetic_reads(const sinter_data *spec) {
  image_fields fields;
  return image_fields_of(spec, &fields);
}

void start_built_in(dataset *data) {
  data->train.count = SYNTHETIC_TRAIN;
  data->test.count = SYNTHETIC_TEST;
  data->train.stream = sinter_stream("synthetic/train");
  data->test.stream = sinter_stream("synthetic/test");
}

int synthetic_open_keeping(dataset *data, uint64_t kept, sinter_pool *pool, diag *d) {
  image_fields fields;
  image_fields_of(data->spec, &fields);
  start_built_in(data);
  uint64_t ink = (uint64_t)fields.height * fields.width * sizeof(float);
  data->scratch_bytes = (ink + fields.pixels + 63) / 64 * 64;
  uint64_t scratch = data->scratch_bytes * dataset_threads(pool);
  data->scratch = malloc(scratch);
  split *splits[] = {&data->train, &data->test};
  if (data->scratch) /* pages are taken now, not in a step */
    memset(data->scratch, 0, scratch);
  bool keeps = fields.pixels <= kept / (SYNTHETIC_TRAIN + SYNTHETIC_TEST), taken = data->scratch;
  data->ahead = !keeps;
  for (int k = 0; k < 2 && keeps; ++k) {
    uint8_t *pixels = malloc(splits[k]->count * fields.pixels),
            *labels =
                fields.classes <= 256 ? malloc(splits[k]->count) : NULL; /* where a byte does */
    splits[k]->columns[fields.image] = pixels;
    splits[k]->columns[fields.label] = labels;
    taken = taken && pixels && (labels || fields.classes > 256);
  }
  if (!taken)
    return diag_error(d, 2402, "out of memory: synthetic images of %ux%ux%u pixels",
                      fields.channels, fields.height, fields.width);
  if (keeps)
    sinter_pool_run_job(pool, draw_share, data, NULL);
  return 0;
}

int synthetic_open(dataset *data, const char *folder, sinter_pool *pool, diag *d) {
  (void)folder;
  return synthetic_open_keeping(data, SYNTHETIC_KEPT, pool, d);
}
