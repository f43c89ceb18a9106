/* png.c - PNG files by libpng. See pictures.h. */
#include "pictures.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct png_state {
  const picture_file *file;
  uint64_t at;
  png_bytep *rows;
  jmp_buf back;
  char why[128];
} png_state;

static void fail(png_structp png, png_const_charp why) {
  png_state *state = png_get_error_ptr(png);
  snprintf(state->why, sizeof state->why, "%s", why);
  longjmp(state->back, 1);
}

static void ignore(png_structp png, png_const_charp why) { (void)png, (void)why; }

static void take(png_structp png, png_bytep to, size_t n) {
  png_state *state = png_get_io_ptr(png);
  if (n > state->file->length - state->at)
    png_error(png, "the file ends too early");
  memcpy(to, state->file->bytes + state->at, n);
  state->at += n;
}

/* All kinds of colours become grey or red, green, blue of 8 bits. */
static void plain_colours(png_structp png, png_infop info) {
  int colours = png_get_color_type(png, info);
  if (colours == PNG_COLOR_TYPE_PALETTE)
    png_set_palette_to_rgb(png);
  else if (png_get_bit_depth(png, info) < 8)
    png_set_expand_gray_1_2_4_to_8(png);
  png_set_strip_alpha(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
}

/* libpng may go back to setjmp at any call: what is changed meanwhile lies on the heap, not in
 * variables. */
static int read_body(png_structp png, png_infop info, png_state *state, bool whole, picture *p,
                     diag *d) {
  const picture_file *file = state->file;
  png_read_info(png, info);
  p->height = png_get_image_height(png, info);
  p->width = png_get_image_width(png, info);
  p->channels = png_get_color_type(png, info) & PNG_COLOR_MASK_COLOR ? 3 : 1;
  if (png_get_bit_depth(png, info) == 16)
    return diag_error(d, 2118,
                      "'%s': expects 8 bits a channel, got 16; `magick IN -depth 8 OUT` "
                      "rounds them",
                      file->path);
  if (!whole)
    return 0;
  if (picture_take(file, p, d))
    return d->code;
  plain_colours(png, info);
  uint64_t stride = (uint64_t)p->width * p->channels;
  if (png_get_rowbytes(png, info) != stride)
    png_error(png, "colours of another kind");
  state->rows = malloc(p->height * sizeof *state->rows);
  if (!state->rows)
    return diag_error(d, 2402, "out of memory: the rows of '%s'", file->path);
  for (uint32_t y = 0; y < p->height; ++y)
    state->rows[y] = p->pixels + y * stride;
  png_read_image(png, state->rows);
  png_read_end(png, NULL);
  return 0;
}

int png_read(const picture_file *file, bool whole, picture *p, diag *d) {
  png_state *state = calloc(1, sizeof *state);
  png_structp png =
      state ? png_create_read_struct(PNG_LIBPNG_VER_STRING, state, fail, ignore) : NULL;
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) {
    diag_error(d, 2402, "out of memory: reading '%s'", file->path);
  } else {
    state->file = file;
    png_set_read_fn(png, state, take);
    if (setjmp(state->back) == 0)
      read_body(png, info, state, whole, p, d);
    else
      diag_error(d, 2118, "'%s' byte %llu: expects a sound PNG file, got damage: %s", file->path,
                 (unsigned long long)state->at, state->why);
    free(state->rows);
  }
  png_destroy_read_struct(&png, &info, NULL);
  free(state);
  return d->code;
}
