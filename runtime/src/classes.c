/* classes.c - names of classes and their numbers. See classes.h. */
#define _GNU_SOURCE
#include "classes.h"

#include <stdlib.h>
#include <string.h>

bool classes_named(const sinter_data *spec) {
  bool named = false;
  for (uint32_t i = 0; i < spec->field_count; ++i)
    named |= spec->fields[i].decode >= SINTER_DECODE_PICTURE &&
             spec->fields[i].decode <= SINTER_DECODE_TARGET_CLASS;
  return named;
}

static int by_bytes(const void *x, const void *y) {
  return strcmp(*(const char *const *)x, *(const char *const *)y);
}

int classes_make(class_list *c, const char **names, uint64_t count, const char *path, diag *d) {
  size_t length;
  FILE *to = open_memstream(&c->text, &length);
  qsort(names, count, sizeof *names, by_bytes);
  for (uint64_t i = 0; i < count && to; ++i) {
    if (i && strcmp(names[i - 1], names[i]) == 0)
      continue;
    if (i)
      fputc(',', to);
    csv_put(to, names[i]);
  }
  if (!to || fclose(to) != 0)
    return diag_error(d, 2402, "out of memory: the classes of '%s'", path);
  return classes_parse(c, path, d);
}

int classes_parse(class_list *c, const char *path, diag *d) {
  char *copy = strdup(c->text);
  if (!copy)
    return diag_error(d, 2402, "out of memory: the classes of '%s'", path);
  snprintf(c->names.path, sizeof c->names.path, "%s", path);
  if (csv_parse(&c->names, copy, strlen(copy), d))
    return d->code;
  bool good = c->names.rows == 1;
  for (uint64_t i = 0; i < classes_count(c) && good; ++i)
    good = *classes_name(c, i) && (!i || strcmp(classes_name(c, i - 1), classes_name(c, i)) < 0);
  return good ? 0
              : diag_error(d, 2201,
                           "'%s': \"classes\" expects names in ascending order, got others", path);
}

int classes_check(const class_list *c, const sinter_field *field, diag *d) {
  enum { SHOWN = 20 };
  uint64_t count = classes_count(c);
  if (count == (uint64_t)field->limit)
    return 0;
  diag_error(d, 2117, "'%s' expects %lld classes, as many as the model has, got %llu",
             c->names.path, (long long)field->limit, (unsigned long long)count);
  for (uint64_t i = 0; i < count && i < SHOWN; ++i)
    diag_detail(d, "%s", classes_name(c, i));
  if (count > SHOWN)
    diag_detail(d, "… and %llu more", (unsigned long long)(count - SHOWN));
  return d->code;
}

void classes_free(class_list *c) {
  free(c->text);
  csv_free(&c->names);
  c->text = NULL;
}

uint64_t classes_count(const class_list *c) { return c->names.rows ? csv_count(&c->names, 0) : 0; }

const char *classes_name(const class_list *c, uint64_t i) { return csv_cell(&c->names, 0, i); }

int64_t classes_find(const class_list *c, const char *name) {
  char **first = c->names.cells, **found = NULL;
  if (classes_count(c))
    found = bsearch(&name, first, classes_count(c), sizeof *first, by_bytes);
  return found ? found - first : -1;
}
