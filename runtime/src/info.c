/* info.c - --info (one JSON object) and --licenses. */
#include "json.h"
#include "trainer.h"

#include <stdio.h>
#include <string.h>

static void quote(const char *text) {
  char quoted[1024];
  json_quote(text, quoted, sizeof quoted);
  fputs(quoted, stdout);
}

static void shape(uint32_t rank, const int64_t *dims) {
  fputs("[", stdout);
  for (uint32_t i = 0; i < rank; ++i)
    printf("%s%lld", i ? "," : "", (long long)dims[i]);
  fputs("]", stdout);
}

/* `column`: of a table, or NULL. */
static void value(const char *name, uint32_t dtype, uint32_t rank, const int64_t *dims,
                  const char *column) {
  char lower[8];
  const char *type = dtype_name(dtype);
  size_t n = type ? strlen(type) : 0;
  for (size_t i = 0; i <= n && i < sizeof lower; ++i)
    lower[i] =
        (char)(type && i < n ? (type[i] >= 'A' && type[i] <= 'Z' ? type[i] + 32 : type[i]) : 0);
  fputs("{\"name\":", stdout);
  quote(name);
  fputs(",\"shape\":", stdout);
  shape(rank, dims);
  fputs(",\"type\":", stdout);
  quote(lower);
  if (column) {
    fputs(",\"column\":", stdout);
    quote(column);
  }
  fputs("}", stdout);
}

static void tensor(const char *name, const sinter_tensor *t) {
  value(name, t->dtype, t->rank, t->dims, NULL);
}

/* Of one example. */
static void fields(const sinter_data *data) {
  if (!data->field_count)
    return;
  fputs(",\"data\":{\"name\":", stdout);
  quote(data->name);
  fputs(",\"fields\":[", stdout);
  for (uint32_t i = 0; i < data->field_count; ++i) {
    const sinter_field *f = &data->fields[i];
    fputs(i ? "," : "", stdout);
    value(f->name, f->dtype, f->rank, f->dims, f->column);
  }
  fputs("]}", stdout);
}

static void tensors(const char *key, const sinter_tensor *list, uint32_t count) {
  printf(",\"%s\":[", key);
  for (uint32_t i = 0; i < count; ++i) {
    fputs(i ? "," : "", stdout);
    tensor(list[i].name, &list[i]);
  }
  fputs("]", stdout);
}

static bool is_public(uint32_t kind) { return kind <= SINTER_ENTRY_PREDICT; }

static void entries(const sinter_module *m) {
  static const char *const kinds[] = {"train", "eval", "predict"};
  fputs(",\"entries\":[", stdout);
  bool first = true;
  for (uint32_t i = 0; i < m->entry_count; ++i) {
    const sinter_entry *e = &m->entries[i];
    uint32_t variants;
    if (!is_public(e->kind) || instance_find(m, e->name, e->kind, &variants) != e)
      continue;
    fputs(first ? "{\"name\":" : ",{\"name\":", stdout);
    first = false;
    quote(e->name);
    printf(",\"kind\":\"%s\",\"batches\":[", kinds[e->kind]);
    for (uint32_t k = 0; k < variants; ++k)
      printf("%s%lld", k ? "," : "", (long long)e[k].batch);
    fputs("]", stdout);
    tensors("inputs", e->inputs, e->input_count);
    tensors("outputs", e->outputs, e->output_count);
    fputs("}", stdout);
  }
  fputs("]", stdout);
}

void trainer_info(const sinter_module *m) {
  fputs("{\"model\":", stdout);
  quote(m->name);
  fputs(",\"target\":", stdout);
  quote(m->target);
  fputs(",\"device\":", stdout);
  quote(m->device);
  fputs(",\"compiler\":", stdout);
  quote(m->compiler);
  entries(m);
  fields(&m->data);
  fputs(",\"parameters\":[", stdout);
  bool first = true;
  for (uint32_t i = 0; i < m->symbol_count; ++i) {
    const sinter_symbol *s = &m->symbols[i];
    if (!is_weight(s))
      continue;
    fputs(first ? "" : ",", stdout);
    first = false;
    tensor(s->name, &s->logical);
  }
  fputs("],\"hyperparameters\":{", stdout);
  first = true;
  char number[32];
  for (uint32_t i = 0; i < m->scalar_count; ++i) {
    const sinter_scalar *s = &m->scalars[i];
    if (s->slot <= 1)
      continue;
    fputs(first ? "" : ",", stdout);
    first = false;
    quote(s->name);
    printf(":%s", s->dtype == SINTER_F32 ? json_f32((float)s->initial, number)
                                         : json_f64(s->initial, number));
  }
  const sinter_entry *train = instance_find(m, NULL, SINTER_ENTRY_TRAIN, NULL);
  printf("},\"batch\":%lld,\"arena_bytes\":%llu}\n",
         train            ? (long long)train->batch
         : m->entry_count ? (long long)m->entries[0].batch
                          : 0,
         (unsigned long long)sinter_lib_arena_bytes(m));
}

void trainer_licenses(void) {
  puts("Sinter runtime: Apache License 2.0 with LLVM exceptions.\n"
       "\n"
       "zlib (inflate): Copyright (C) 1995-2024 Jean-loup Gailly and Mark Adler.\n"
       "  This software is provided 'as-is', without any express or implied warranty. In no event "
       "will the\n"
       "  authors be held liable for any damages arising from the use of this software. Permission "
       "is granted to\n"
       "  anyone to use this software for any purpose, including commercial applications, and to "
       "alter it and\n"
       "  redistribute it freely, subject to the following restrictions: 1. The origin of this "
       "software must not\n"
       "  be misrepresented; you must not claim that you wrote the original software. 2. Altered "
       "source versions\n"
       "  must be plainly marked as such. 3. This notice may not be removed or altered from any "
       "distribution.\n"
       "\n"
       "The C library is linked dynamically unless the trainer was built with --static; then the "
       "GNU C Library's\n"
       "license, LGPL 2.1 or later, applies to it.");
  if (dataset_added())
    printf("\n%s", dataset_added()->licenses);
}
