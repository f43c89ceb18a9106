/* jpeg.c - JPEG files by libjpeg-turbo. See pictures.h.
 *
 * What the library only warns of is damage here: it goes on with grey where data are missing. The
 * slow integer transform and smooth upsampling (its defaults, and PIL's) have the same bits in all
 * of its variants. */
#include "pictures.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include <jerror.h>

typedef struct jpeg_state {
  struct jpeg_error_mgr errors;
  struct jpeg_decompress_struct jpeg;
  jmp_buf back;
  char why[JMSG_LENGTH_MAX];
} jpeg_state;

static void fail(j_common_ptr jpeg) {
  jpeg_state *state = jpeg->client_data;
  jpeg->err->format_message(jpeg, state->why);
  longjmp(state->back, 1);
}

/* level -1: a warning, of which two say nothing of the pixels. */
static void warn(j_common_ptr jpeg, int level) {
  int code = jpeg->err->msg_code;
  if (level < 0 && code != JWRN_JFIF_MAJOR && code != JWRN_ADOBE_XFORM)
    fail(jpeg);
}

/* Between here and setjmp the library may return at any call: see png.c. */
static int read_body(jpeg_state *state, const picture_file *file, bool whole, picture *p, diag *d) {
  struct jpeg_decompress_struct *jpeg = &state->jpeg;
  jpeg_create_decompress(jpeg);
  jpeg_mem_src(jpeg, file->bytes, file->length);
  jpeg_read_header(jpeg, TRUE);
  if (jpeg->num_components != 1 && jpeg->num_components != 3)
    return diag_error(d, 2118,
                      "'%s': expects grey or red, green and blue, got %d channels (CMYK?); `magick "
                      "IN -colorspace sRGB OUT` converts them",
                      file->path, jpeg->num_components);
  bool grey = jpeg->num_components == 1;
  jpeg->out_color_space = grey ? JCS_GRAYSCALE : JCS_RGB;
  p->height = jpeg->image_height;
  p->width = jpeg->image_width;
  p->channels = grey ? 1 : 3;
  if (!whole)
    return 0;
  if (picture_take(file, p, d))
    return d->code;
  jpeg_start_decompress(jpeg);
  while (jpeg->output_scanline < jpeg->output_height) {
    JSAMPROW row = p->pixels + (uint64_t)jpeg->output_scanline * p->width * p->channels;
    jpeg_read_scanlines(jpeg, &row, 1);
  }
  jpeg_finish_decompress(jpeg);
  return 0;
}

int jpeg_read(const picture_file *file, bool whole, picture *p, diag *d) {
  jpeg_state *state = calloc(1, sizeof *state);
  if (!state)
    return diag_error(d, 2402, "out of memory: reading '%s'", file->path);
  state->jpeg.err = jpeg_std_error(&state->errors);
  state->jpeg.client_data = state;
  state->errors.error_exit = fail;
  state->errors.emit_message = warn;
  if (setjmp(state->back) == 0)
    read_body(state, file, whole, p, d);
  else
    diag_error(
        d, 2118, "'%s' byte %llu: expects a sound JPEG file, got damage: %s", file->path,
        (unsigned long long)(state->jpeg.src ? file->length - state->jpeg.src->bytes_in_buffer : 0),
        state->why);
  jpeg_destroy_decompress(&state->jpeg);
  free(state);
  return d->code;
}
