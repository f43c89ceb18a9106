/* weights_write.c - tables of slots, and writing them as safetensors. See weights.h. */
#include "weights.h"

#include "file.h"
#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool starts_with(const char *text, const char *start) {
  return strncmp(text, start, strlen(start)) == 0;
}

int weights_make(weight_table *table, const instance *self, bool everything, uint32_t spare,
                 diag *d) {
  const sinter_module *module = self->module;
  *table = (weight_table){.slots = calloc(module->symbol_count + spare + 1, sizeof(weight_slot))};
  if (!table->slots)
    return diag_error(d, 2402, "out of memory: the names of the weights");
  for (uint32_t i = 0; i < module->symbol_count; ++i) {
    const sinter_symbol *s = &module->symbols[i];
    bool weight = is_weight(s);
    if (!weight && !everything)
      continue;
    const char *prefix = weight ? "" : s->kind == SINTER_OPTIMIZER ? "optimizer/" : "trainer/";
    table->slots[table->count++] = (weight_slot){
        .prefix = starts_with(s->name, prefix) ? "" : prefix,
        .name = s->name,
        .dtype = s->logical.dtype,
        .rank = s->logical.rank,
        .dims = s->logical.dims,
        .bytes = s->logical.bytes,
        .data = instance_image(self, &s->logical),
        .optional = s->kind == SINTER_COUNTER,
    };
  }
  return 0;
}

const char *const weights_keys[METADATA] = {"vocabulary", "target_vocabulary", "columns",
                                            "classes"};

/* Larger elements first: then every tensor starts at a multiple of its element's size. */
static const uint64_t element_order[] = {8, 4, 2, 1};

typedef struct text {
  char *at;
  size_t length, capacity;
} text;

static void put(text *t, const char *piece) {
  size_t n = strlen(piece);
  if (t->length + n < t->capacity)
    memcpy(t->at + t->length, piece, n);
  t->length += n;
}

static void quote(text *t, const char *piece) {
  bool fits = t->length < t->capacity;
  t->length +=
      json_quote(piece, fits ? t->at + t->length : NULL, fits ? t->capacity - t->length : 0);
}

static void put_header(text *t, const weight_table *table) {
  char number[64], name[1024];
  uint64_t offset = 0;
  put(t, "{\"__metadata__\":{\"format\":\"pt\",\"producer\":\"sinter\"");
  for (int i = 0; i < METADATA; ++i)
    if (table->metadata[i]) {
      put(t, ",");
      quote(t, weights_keys[i]);
      put(t, ":");
      quote(t, table->metadata[i]);
    }
  put(t, "}");
  for (int o = 0; o < 4; ++o)
    for (uint32_t i = 0; i < table->count; ++i) {
      const weight_slot *s = &table->slots[i];
      if (dtype_bytes(s->dtype) != element_order[o])
        continue;
      snprintf(name, sizeof name, "%s%s", s->prefix, s->name);
      put(t, ",");
      quote(t, name);
      put(t, ":{\"dtype\":\"");
      put(t, dtype_name(s->dtype));
      put(t, "\",\"shape\":[");
      for (uint32_t k = 0; k < s->rank; ++k) {
        snprintf(number, sizeof number, "%s%lld", k ? "," : "", (long long)s->dims[k]);
        put(t, number);
      }
      snprintf(number, sizeof number, "],\"data_offsets\":[%llu,%llu]}", (unsigned long long)offset,
               (unsigned long long)(offset + s->bytes));
      put(t, number);
      offset += s->bytes;
    }
  put(t, "}");
  while (t->length % 8)
    put(t, " ");
}

int weights_prepare(weight_table *table, diag *d) {
  text measure = {0};
  put_header(&measure, table);
  text t = {malloc(measure.length + 1), 0, measure.length + 1};
  if (!t.at)
    return diag_error(d, 2402, "out of memory: the names of the weights");
  put_header(&t, table);
  free(table->header);
  table->header = t.at;
  table->header_bytes = t.length;
  return 0;
}

void weights_free(weight_table *table) {
  free(table->slots);
  free(table->header);
  *table = (weight_table){0};
}

int weights_write(const weight_table *table, const char *path, diag *d) {
  file_writer w;
  int code = file_begin(&w, path, d);
  if (code)
    return code;
  unsigned char length[8];
  for (int i = 0; i < 8; ++i)
    length[i] = (unsigned char)(table->header_bytes >> (8 * i));
  code = file_put(&w, length, sizeof length, d);
  if (!code)
    code = file_put(&w, table->header, table->header_bytes, d);
  for (int o = 0; o < 4 && !code; ++o)
    for (uint32_t i = 0; i < table->count && !code; ++i)
      if (dtype_bytes(table->slots[i].dtype) == element_order[o])
        code = file_put(&w, table->slots[i].data, table->slots[i].bytes, d);
  if (code) {
    file_abandon(&w);
    return code;
  }
  return file_commit(&w, d);
}
