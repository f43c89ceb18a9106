/* folder.c - data sets of pictures: a folder a class, as labelled images. See pictures.h.
 *
 * The first bytes of all files are looked at when the data set is opened. Pictures that fit into
 * PICTURES_KEPT are decoded then, by all threads; more are decoded whenever they are read, ahead of
 * the steps. Reading on: feed.h, classes.h. */
#define _GNU_SOURCE
#include "pictures.h"

#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PICTURES_KEPT = 160 << 20 };

/* Names, in ascending order of their bytes. */
typedef struct name_list {
  char **names;
  uint64_t count;
} name_list;

/* The pictures of a split, class by class. */
typedef struct picture_list {
  char **paths;
  uint32_t *labels;
  uint64_t count;
} picture_list;

typedef struct picture_folder {
  picture_list train, test;
  image_fields fields;
} picture_folder;

/* --- Files -------------------------------------------------------------------------------------
 */

static const struct {
  const char *starts;
  int length;
  const char *name;
} kinds[] = {{"\x89PNG\r\n\x1a\n", 8, "PNG"}, {"\xff\xd8\xff", 3, "JPEG"},
             {"GIF8", 4, "a GIF file"},       {"BM", 2, "a BMP file"},
             {"RIFF", 4, "a WebP file"},      {"II*\0", 4, "a TIFF file"},
             {"MM\0*", 4, "a TIFF file"}};
enum { PNG, JPEG, KINDS = sizeof kinds / sizeof *kinds };

int picture_take(const picture_file *file, picture *p, diag *d) {
  if (!p->height || !p->width || (uint64_t)p->height * p->width > MOST_PIXELS)
    return diag_error(d, 2118, "'%s': expects from 1 to %d pixels, got %ux%u (height x width)",
                      file->path, MOST_PIXELS, p->height, p->width);
  p->pixels = malloc((uint64_t)p->height * p->width * p->channels);
  return p->pixels ? 0
                   : diag_error(d, 2402, "out of memory: '%s' of %ux%u pixels", file->path,
                                p->height, p->width);
}

int picture_decode(const picture_file *file, bool whole, picture *p, diag *d) {
  int kind = 0;
  while (kind < KINDS && (file->length < (uint64_t)kinds[kind].length ||
                          memcmp(file->bytes, kinds[kind].starts, (size_t)kinds[kind].length) != 0))
    ++kind;
  if (kind == PNG || kind == JPEG)
    return kind == PNG ? png_read(file, whole, p, d) : jpeg_read(file, whole, p, d);
  return diag_error(d, 2118,
                    "'%s' byte 0: expects a PNG or JPEG file, got %s; `magick IN OUT.png` converts "
                    "pictures",
                    file->path,
                    !file->length  ? "an empty file"
                    : kind < KINDS ? kinds[kind].name
                                   : "other bytes");
}

int picture_read(const char *path, bool whole, picture *p, diag *d) {
  picture_file file = {.path = path};
  *p = (picture){0};
  int fd = file_open(path, &file.length, d);
  if (fd < 0)
    return d->code;
  file.bytes = malloc(file.length + 1);
  if (!file.bytes)
    diag_error(d, 2402, "out of memory: '%s' has %llu bytes", path,
               (unsigned long long)file.length);
  else if (!file_read(fd, path, 0, file.bytes, file.length, d))
    picture_decode(&file, whole, p, d);
  free(file.bytes);
  close(fd);
  if (d->code)
    free(p->pixels);
  return d->code;
}

/* --- Lists -------------------------------------------------------------------------------------
 */

static void names_free(name_list *list) {
  for (uint64_t i = 0; i < list->count; ++i)
    free(list->names[i]);
  free(list->names);
}

static bool names_add(name_list *list, const char *name) {
  if ((list->count & (list->count - 1)) == 0) { /* room for twice as many */
    char **more = realloc(list->names, (list->count ? 2 * list->count : 1) * sizeof *more);
    if (!more)
      return false;
    list->names = more;
  }
  list->names[list->count] = strdup(name);
  return list->names[list->count] && ++list->count;
}

static int by_bytes(const void *x, const void *y) {
  return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static bool is_folder(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool ends_in(const char *name, const char *const *ends) {
  const char *dot = strrchr(name, '.');
  for (; dot && *ends; ++ends)
    if (strcasecmp(dot, *ends) == 0)
      return true;
  return false;
}

/* A file that is a picture by its name; others, as lists and thumbnails, are passed over, but for
   pictures that nobody would miss before the end of the training. */
static int is_picture(const char *path, bool *picture, diag *d) {
  static const char *const read[] = {".png", ".jpg", ".jpeg", NULL}, *const others[] = {
                                                                         ".gif", ".bmp",  ".webp",
                                                                         ".tif", ".tiff", ".ppm",
                                                                         ".pgm", ".heic", ".avif",
                                                                         NULL};
  *picture = ends_in(path, read);
  return ends_in(path, others)
             ? diag_error(d, 2118,
                          "'%s': expects PNG or JPEG files, got another picture; `magick IN "
                          "OUT.png` converts it",
                          path)
             : 0;
}

/* The folders in a folder, or the pictures. */
static int list_names(const char *folder, bool folders, name_list *list, diag *d) {
  DIR *listing = opendir(folder);
  if (!listing)
    return diag_error(d, 2101, "cannot read '%s': %s", folder, strerror(errno));
  for (const struct dirent *entry; !d->code && (entry = readdir(listing));) {
    char path[PATH_MAX];
    if (entry->d_name[0] == '.')
      continue;
    if (snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= (int)sizeof path) {
      diag_error(d, 2101, "cannot read '%s/%s': its name is too long", folder, entry->d_name);
      break;
    }
    bool wanted = is_folder(path);
    if (folders ? !wanted : wanted || is_picture(path, &wanted, d) || !wanted)
      continue;
    if (!names_add(list, folders ? entry->d_name : path))
      diag_error(d, 2402, "out of memory: the names in '%s'", folder);
  }
  closedir(listing);
  qsort(list->names, list->count, sizeof *list->names, by_bytes);
  return d->code;
}

/* Adds the pictures of a class. */
static int add_class(const char *folder, uint32_t label, picture_list *to, diag *d) {
  name_list files = {0};
  if (!list_names(folder, false, &files, d) && !files.count)
    diag_error(d, 2117, "'%s' expects one picture or more (.png, .jpg, .jpeg), got none", folder);
  char **paths = realloc(to->paths, (to->count + files.count + 1) * sizeof *paths);
  to->paths = paths ? paths : to->paths;
  uint32_t *labels = realloc(to->labels, (to->count + files.count + 1) * sizeof *labels);
  to->labels = labels ? labels : to->labels;
  if (!d->code && (!paths || !labels))
    diag_error(d, 2402, "out of memory: the pictures in '%s'", folder);
  for (uint64_t i = 0; i < files.count && !d->code; ++i) {
    to->paths[to->count] = files.names[i];
    to->labels[to->count++] = label;
    files.names[i] = NULL;
  }
  names_free(&files);
  return d->code;
}

/* The folders of a split are the classes, no more and no fewer. */
static int check_classes(const char *folder, const name_list *found, const class_list *classes,
                         diag *d) {
  for (uint64_t i = 0; i < found->count; ++i)
    if (classes_find(classes, found->names[i]) < 0) {
      if (!d->code)
        diag_error(d, 2117, "'%s' expects the folders of the classes that '%s' has", folder,
                   classes->names.path);
      diag_detail(d, "+ %s", found->names[i]);
    }
  for (uint64_t i = 0; i < classes_count(classes); ++i) {
    const char *name = classes_name(classes, i);
    if (bsearch(&name, found->names, found->count, sizeof name, by_bytes))
      continue;
    if (!d->code)
      diag_error(d, 2117, "'%s' expects the folders of the classes that '%s' has", folder,
                 classes->names.path);
    diag_detail(d, "- %s", name);
  }
  return d->code;
}

/* FOLDER/SPLIT/CLASS/FILE. The first split that is read says which classes there are, unless
   weights do. */
static int list_split(dataset *data, const char *folder, picture_list *to, diag *d) {
  class_list *classes = &data->classes;
  const image_fields *fields = &((picture_folder *)data->own)->fields;
  name_list found = {0};
  if (!list_names(folder, true, &found, d) && !found.count)
    diag_error(d, 2117, "'%s' expects a folder for each class, got none", folder);
  if (!d->code && !classes->text) {
    const char **names = malloc(found.count * sizeof *names);
    if (!names)
      diag_error(d, 2402, "out of memory: the classes of '%s'", folder);
    else
      memcpy(names, found.names, found.count * sizeof *names);
    if (names)
      classes_make(classes, names, found.count, folder, d);
    free(names);
  } else if (!d->code && !classes->names.rows) {
    classes_parse(classes, classes->from, d);
  }
  if (!d->code && !classes_check(classes, &data->spec->fields[fields->label], d))
    check_classes(folder, &found, classes, d);
  for (uint64_t i = 0; i < found.count && !d->code; ++i) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, found.names[i]);
    add_class(path, (uint32_t)classes_find(classes, found.names[i]), to, d);
  }
  names_free(&found);
  return d->code;
}

/* --- Pixels ------------------------------------------------------------------------------------
 */

static int check_size(const char *path, const picture *p, const dataset *data, diag *d) {
  const image_fields *fields = &((picture_folder *)data->own)->fields;
  bool exact = data->spec->fields[fields->image].decode == SINTER_DECODE_PICTURE;
  if (!exact || (p->height == fields->height && p->width == fields->width))
    return 0;
  return diag_error(d, 2118,
                    "'%s': '%s' expects pictures of %ux%u (height x width), got %ux%u; .fit = "
                    "Fit::crop or Fit::stretch in the model scales them",
                    path, data->spec->name, fields->height, fields->width, p->height, p->width);
}

/* u8[channels,height,width] of a file; to NULL: only looks at its header. */
static int read_picture(const dataset *data, const char *path, uint8_t *to, diag *d) {
  const image_fields *fields = &((picture_folder *)data->own)->fields;
  picture p;
  if (picture_read(path, to != NULL, &p, d))
    return d->code;
  if (!check_size(path, &p, data, d) && to &&
      !picture_fit(&p, data->spec->fields[fields->image].decode, fields, to))
    diag_error(d, 2402, "out of memory: '%s' in another size", path);
  free(p.pixels);
  return d->code;
}

static const picture_list *list_of(const dataset *data, const split *from) {
  const picture_folder *folder = data->own;
  return from == &data->test && !data->one_split ? &folder->test : &folder->train;
}

static int folder_fill(const dataset *data, const split *from, uint32_t field, uint64_t example,
                       uint32_t dtype, void *to, uint32_t thread, diag *d) {
  const image_fields *fields = &((picture_folder *)data->own)->fields;
  const picture_list *list = list_of(data, from);
  if (field == fields->label) {
    store_index(list->labels[example], dtype, to);
    return 0;
  }
  if (from->columns[field])
    return column_fill(data, from, field, example, dtype, to, thread, d);
  uint8_t *pixels = (uint8_t *)data->scratch + thread * data->scratch_bytes;
  if (!read_picture(data, list->paths[example], pixels, d))
    field_decode(&data->spec->fields[field], pixels, fields->pixels, dtype, to);
  return d->code;
}

/* Work of all threads on all files, and the first of them that was not good. */
typedef struct look {
  dataset *data;
  pthread_mutex_t lock;
  uint64_t failed;
  int error;
  char text[2048];
} look;

/* Decodes what is kept, or looks at the headers. */
static void look_at_share(const sinter_spmd *spmd, void *argument) {
  look *work = argument;
  dataset *data = work->data;
  const picture_folder *folder = data->own;
  uint64_t all = folder->train.count + folder->test.count, n = folder->fields.pixels;
  for (uint64_t i = spmd->thread; i < all; i += spmd->threads) {
    bool train = i < folder->train.count;
    const picture_list *list = train ? &folder->train : &folder->test;
    uint64_t at = train ? i : i - folder->train.count;
    uint8_t *kept = (train ? &data->train : &data->test)->columns[folder->fields.image];
    char text[sizeof work->text];
    diag d = diag_make(text, sizeof text);
    if (!read_picture(data, list->paths[at], kept ? kept + at * n : NULL, &d))
      continue;
    pthread_mutex_lock(&work->lock);
    if (!work->error || i < work->failed) {
      work->error = d.code;
      work->failed = i;
      memcpy(work->text, text, sizeof text);
    }
    pthread_mutex_unlock(&work->lock);
    return; /* what comes behind it is not told */
  }
}

static int look_at_all(dataset *data, uint64_t kept, sinter_pool *pool, diag *d) {
  picture_folder *folder = data->own;
  uint64_t n = folder->fields.pixels, all = folder->train.count + folder->test.count;
  split *splits[] = {&data->train, &data->test};
  data->ahead = all > kept / n;
  data->scratch_bytes = (n + 63) / 64 * 64;
  if (data->ahead && !(data->scratch = malloc(data->scratch_bytes * dataset_threads(pool))))
    return diag_error(d, 2402, "out of memory: pictures of %llu bytes", (unsigned long long)n);
  for (int k = 0; k < 2 && !data->ahead; ++k) {
    uint8_t *pixels = splits[k]->count ? malloc(splits[k]->count * n) : NULL;
    splits[k]->columns[folder->fields.image] = pixels;
    if (splits[k]->count && !pixels)
      return diag_error(d, 2402, "out of memory: %llu pictures of %llu bytes",
                        (unsigned long long)splits[k]->count, (unsigned long long)n);
  }
  look work = {.data = data, .lock = PTHREAD_MUTEX_INITIALIZER};
  sinter_pool_run_job(pool, look_at_share, &work, NULL);
  return work.error ? diag_copy(d, work.error, work.text) : 0;
}

/* --- The reader --------------------------------------------------------------------------------
 */

static bool folder_reads(const sinter_data *spec) {
  image_fields fields;
  return image_fields_of(spec, &fields) && fields.files;
}

int picture_open_keeping(dataset *data, const char *path, uint64_t kept, sinter_pool *pool,
                         diag *d) {
  picture_folder *folder = data->own = calloc(1, sizeof *folder);
  char train[PATH_MAX], test[PATH_MAX];
  if (!folder)
    return diag_error(d, 2402, "out of memory: the pictures of '%s'", path);
  image_fields_of(data->spec, &folder->fields);
  if (snprintf(train, sizeof train, "%s/train", path) >= (int)sizeof train ||
      snprintf(test, sizeof test, "%s/test", path) >= (int)sizeof test)
    return diag_error(d, 2101, "cannot read '%s': its name is too long", path);
  bool tests = is_folder(test), trains = !tests || !data->tests_only;
  if (trains && !is_folder(train))
    return diag_error(d, 2101, "'%s' has no folder 'train', with a folder of pictures a class",
                      path);
  if ((trains && list_split(data, train, &folder->train, d)) ||
      (tests && list_split(data, test, &folder->test, d)))
    return d->code;
  data->train.count = folder->train.count;
  data->test.count = folder->test.count;
  if (!look_at_all(data, kept, pool, d) && !tests)
    share_examples(data, "has no folder 'test'");
  return d->code;
}

static int folder_open(dataset *data, const char *path, sinter_pool *pool, diag *d) {
  return picture_open_keeping(data, path, PICTURES_KEPT, pool, d);
}

static void list_free(picture_list *list) {
  for (uint64_t i = 0; i < list->count; ++i)
    free(list->paths[i]);
  free(list->paths);
  free(list->labels);
}

static void folder_close(dataset *data) {
  picture_folder *folder = data->own;
  if (!folder)
    return;
  list_free(&folder->train);
  list_free(&folder->test);
  free(folder);
}

static const char licenses[] =
    "libpng: Copyright (C) 1995-2024 The PNG Reference Library Authors, Cosmin Truta, Glenn\n"
    "  Randers-Pehrson, Andreas Dilger, Guy Eric Schalnat, Group 42, Inc.; PNG Reference Library\n"
    "  License version 2: as-is, without warranty; altered versions are marked as such.\n"
    "\n"
    "libjpeg-turbo: this software is based in part on the work of the Independent JPEG Group.\n"
    "  Copyright (C) 1991-2020 Thomas G. Lane, Guido Vollbeding; (C) 2009-2023 D. R. Commander "
    "and\n"
    "  others; IJG License, and zlib License for its vector code: as-is, without warranty. Who\n"
    "  passes on a program alone says the first sentence in its documentation.\n";

const reader picture_reader = {.reads = folder_reads,
                               .open = folder_open,
                               .fill = folder_fill,
                               .close = folder_close,
                               .licenses = licenses};

int sinter_trainer_main_pictures(const sinter_module *module, int argc, char **argv) {
  dataset_add(&picture_reader);
  return sinter_trainer_main(module, argc, argv);
}
