/* synthetic_indices.c - the built-in data of data sets that are whole numbers alone: ids and
 * labels, drawn around a topic. See data.h.
 *
 * Each example has a topic, a number below the smallest limit of all fields. A field of that limit
 * is the topic; elements of the others are congruent to it, three in four, or anything. So labels
 * can be learned from ids, and no better than that. Example i is a function of (split, i) alone. */
#include "data.h"

/* The smallest limit of the fields. */
static uint32_t count_topics(const sinter_data *spec) {
  int64_t least = spec->fields[0].limit;
  for (uint32_t f = 1; f < spec->field_count; ++f)
    least = spec->fields[f].limit < least ? spec->fields[f].limit : least;
  return (uint32_t)least;
}

bool indices_reads(const sinter_data *spec) {
  bool reads = spec->field_count > 0;
  for (uint32_t f = 0; f < spec->field_count; ++f)
    reads = reads && spec->fields[f].decode == SINTER_DECODE_CLASS && spec->fields[f].limit > 0 &&
            spec->fields[f].limit <= INT32_MAX;
  return reads;
}

int indices_open(dataset *data, const char *folder, sinter_pool *pool, diag *d) {
  (void)folder, (void)pool, (void)d;
  start_built_in(data);
  return 0;
}

int indices_fill(const dataset *data, const split *from, uint32_t field, uint64_t example,
                 uint32_t dtype, void *to, uint32_t thread, diag *d) {
  (void)thread, (void)d;
  uint32_t topics = count_topics(data->spec), limit = (uint32_t)data->spec->fields[field].limit;
  uint32_t topic = below(sinter_philox(0, from->stream, example, 0).w[0], topics);
  uint64_t n = field_elements(&data->spec->fields[field]), bytes = dtype == SINTER_I64 ? 8 : 4;
  for (uint64_t i = 0; i < n; ++i) {
    sinter_words r = sinter_philox(0, from->stream, example, ((uint64_t)field << 32) + i + 1);
    uint32_t value = topic + topics * below(r.w[0], limit / topics);
    if (limit != topics && r.w[1] % 4 == 0)
      value = below(r.w[2], limit);
    store_index(value, dtype, (char *)to + i * bytes);
  }
  return 0;
}
