/* weights_read.c - a strict safetensors reader: everything is checked before anything is taken. See
 * weights.h.
 *
 * The header is untrusted: its length is bounded by the file before memory is taken, offsets must
 * tile the data section exactly, names occur once. Memory for the header is mapped for the time of
 * the read. */
#define _GNU_SOURCE
#include "weights.h"

#include "file.h"
#include "json.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MAX_HEADER = 100 * 1000 * 1000, MAX_RANK = 32, SMALLEST_ENTRY = 48, MAX_SHOWN = 200 };

typedef struct entry {
  char *name;
  uint32_t name_length, rank;
  uint32_t dtype; /* sinter_dtype; 0: one that models do not use */
  uint64_t begin, end;
  int64_t dims[MAX_RANK];
} entry;

typedef struct reader {
  const char *path;
  int fd;
  uint64_t file_bytes, header_bytes, data_bytes;
  char *map; /* header text, then entries, then an order of them */
  uint64_t map_bytes;
  entry *entries;
  uint32_t count, capacity, *order;
  json j;
  const char *wanted; /* a key of __metadata__, or NULL */
  char *value;        /* what stands behind it, in `map` */
  diag *d;
} reader;

static int bad_header(reader *r, const char *expects) {
  unsigned long long at = 8 + (unsigned long long)(r->j.at - r->j.begin);
  if (r->j.at >= r->j.end)
    return diag_error(r->d, 2201, "'%s' byte %llu: safetensors header expects %s, got its end",
                      r->path, at, expects);
  return diag_error(r->d, 2201, "'%s' byte %llu: safetensors header expects %s, got '%c'", r->path,
                    at, expects, *r->j.at >= 0x20 && *r->j.at < 0x7f ? *r->j.at : '?');
}

static int broken(reader *r) {
  return bad_header(r, r->j.expects ? r->j.expects : "something else");
}

static bool equals(const char *text, size_t length, const char *word) {
  return strlen(word) == length && memcmp(text, word, length) == 0;
}

/* Bytes of a name that a message shows. */
static int shown(const entry *e) { return e->name_length < 200 ? (int)e->name_length : 200; }

/* Bytes of a safetensors type name; 0 when unknown. Types that no model has may stand in ignored
 * entries. */
static uint64_t type_bytes(const char *text, size_t length, uint32_t *dtype) {
  static const char *const others[] = {"I8", "U16", "I16", "U32", "U64", "F8_E4M3", "F8_E5M2"};
  static const uint64_t bytes[] = {1, 2, 2, 4, 8, 1, 1};
  for (*dtype = SINTER_F32; *dtype <= SINTER_F16; ++*dtype)
    if (equals(text, length, dtype_name(*dtype)))
      return dtype_bytes(*dtype);
  *dtype = 0;
  for (size_t i = 0; i < sizeof bytes / sizeof *bytes; ++i)
    if (equals(text, length, others[i]))
      return bytes[i];
  return 0;
}

/* Texts by name; of them only the wanted one is kept. */
static bool parse_metadata(reader *r) {
  json *j = &r->j;
  char *key, *text;
  size_t size, length;
  if (!json_expect(j, '{', "'{'"))
    return false;
  if (json_accept(j, '}'))
    return true;
  do {
    if (!json_string(j, &key, &size) || !json_expect(j, ':', "':'") ||
        !json_string(j, &text, &length))
      return false;
    if (r->wanted && equals(key, size, r->wanted)) {
      r->value = text;
      text[length] = 0; /* where its quote stood */
    }
  } while (json_accept(j, ','));
  return json_expect(j, '}', "',' or '}'");
}

static bool parse_shape(json *j, entry *e, uint64_t *elements) {
  *elements = 1;
  e->rank = 0;
  if (!json_expect(j, '[', "'['"))
    return false;
  if (json_accept(j, ']'))
    return true;
  do {
    uint64_t size;
    if (!json_count(j, &size))
      return false;
    if (e->rank == MAX_RANK || (size && *elements > UINT64_MAX / 16 / size)) {
      j->expects = "a shape of sensible size";
      return false;
    }
    e->dims[e->rank++] = (int64_t)size;
    *elements *= size;
  } while (json_accept(j, ','));
  return json_expect(j, ']', "',' or ']'");
}

/* {"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}, keys in any order, each once. */
static int parse_tensor(reader *r, entry *e) {
  json *j = &r->j;
  bool dtype = false, shape = false, offsets = false;
  uint64_t element = 0, elements = 0;
  if (!json_expect(j, '{', "'{'"))
    return broken(r);
  do {
    char *key, *text;
    size_t length, size;
    if (!json_string(j, &key, &length) || !json_expect(j, ':', "':'"))
      return broken(r);
    if (equals(key, length, "dtype") && !dtype) {
      if (!json_string(j, &text, &size))
        return broken(r);
      if (!(element = type_bytes(text, size, &e->dtype)))
        return bad_header(r, "a known element type before this place");
      dtype = true;
    } else if (equals(key, length, "shape") && !shape) {
      if (!parse_shape(j, e, &elements))
        return broken(r);
      shape = true;
    } else if (equals(key, length, "data_offsets") && !offsets) {
      if (!json_expect(j, '[', "'['") || !json_count(j, &e->begin) || !json_expect(j, ',', "','") ||
          !json_count(j, &e->end) || !json_expect(j, ']', "']'"))
        return broken(r);
      offsets = true;
    } else {
      return bad_header(r, "dtype, shape and data_offsets, each once, before this place");
    }
  } while (json_accept(j, ','));
  if (!json_expect(j, '}', "',' or '}'"))
    return broken(r);
  if (!dtype || !shape || !offsets)
    return bad_header(r, "dtype, shape and data_offsets before this place");
  if (e->begin > e->end || e->end > r->data_bytes)
    return diag_error(r->d, 2202,
                      "'%s': '%.*s' expects offsets within the %llu bytes of data, got [%llu,%llu]",
                      r->path, shown(e), e->name, (unsigned long long)r->data_bytes,
                      (unsigned long long)e->begin, (unsigned long long)e->end);
  if (e->end - e->begin != elements * element)
    return diag_error(r->d, 2202, "'%s': '%.*s' expects %llu bytes by its shape, got %llu", r->path,
                      shown(e), e->name, (unsigned long long)(elements * element),
                      (unsigned long long)(e->end - e->begin));
  return 0;
}

static int parse_header(reader *r) {
  json *j = &r->j;
  bool metadata = false;
  if (!json_expect(j, '{', "'{'"))
    return broken(r);
  if (!json_accept(j, '}')) {
    do {
      char *name;
      size_t length;
      if (!json_string(j, &name, &length) || !json_expect(j, ':', "':'"))
        return broken(r);
      if (equals(name, length, "__metadata__")) {
        if (metadata || !parse_metadata(r))
          return metadata ? bad_header(r, "__metadata__ once") : broken(r);
        metadata = true;
        continue;
      }
      if (r->count == r->capacity)
        return bad_header(r, "fewer tensors");
      /* names are shown on terminals; a model's have no such bytes */
      for (size_t i = 0; i < length; ++i)
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
          name[i] = '?';
      entry *e = &r->entries[r->count++];
      e->name = name;
      e->name_length = (uint32_t)length;
      if (parse_tensor(r, e))
        return r->d->code;
    } while (json_accept(j, ','));
    if (!json_expect(j, '}', "',' or '}'"))
      return broken(r);
  }
  return json_done(j) ? 0 : broken(r);
}

static int by_offset(const entry *a, const entry *b) {
  if (a->begin != b->begin)
    return a->begin < b->begin ? -1 : 1;
  return a->end < b->end ? -1 : a->end > b->end;
}

static int by_name(const entry *a, const entry *b) {
  uint32_t n = a->name_length < b->name_length ? a->name_length : b->name_length;
  int order = memcmp(a->name, b->name, n);
  return order ? order : a->name_length < b->name_length ? -1 : a->name_length > b->name_length;
}

/* Heap sort of r->order: no memory, no bad case. */
static void sort(reader *r, int (*compare)(const entry *, const entry *)) {
  uint32_t *o = r->order, n = r->count;
  for (uint32_t i = 0; i < n; ++i)
    o[i] = i;
  for (uint32_t start = n / 2, end = n; end > 1;) {
    uint32_t moved;
    if (start)
      moved = o[--start];
    else {
      moved = o[--end];
      o[end] = o[0];
    }
    uint32_t hole = start;
    for (uint32_t child; (child = 2 * hole + 1) < end; hole = child) {
      if (child + 1 < end && compare(&r->entries[o[child]], &r->entries[o[child + 1]]) < 0)
        ++child;
      if (compare(&r->entries[moved], &r->entries[o[child]]) >= 0)
        break;
      o[hole] = o[child];
    }
    o[hole] = moved;
  }
}

static int check_tiling(reader *r) {
  sort(r, by_name);
  for (uint32_t i = 1; i < r->count; ++i)
    if (by_name(&r->entries[r->order[i - 1]], &r->entries[r->order[i]]) == 0)
      return diag_error(r->d, 2202, "'%s': '%.*s' occurs twice", r->path,
                        shown(&r->entries[r->order[i]]), r->entries[r->order[i]].name);
  sort(r, by_offset);
  uint64_t at = 0;
  for (uint32_t i = 0; i < r->count; ++i) {
    const entry *e = &r->entries[r->order[i]];
    if (e->begin != at)
      return diag_error(r->d, 2202,
                        "'%s': '%.*s' expects to start at data byte %llu, got %llu: tensors %s",
                        r->path, shown(e), e->name, (unsigned long long)at,
                        (unsigned long long)e->begin, e->begin < at ? "overlap" : "leave a gap");
    at = e->end;
  }
  if (at != r->data_bytes)
    return diag_error(r->d, 2202, "'%s': tensors expect %llu bytes of data, got %llu", r->path,
                      (unsigned long long)at, (unsigned long long)r->data_bytes);
  return 0;
}

static bool is_named(const weight_slot *s, const entry *e) {
  size_t n = strlen(s->prefix), m = strlen(s->name);
  return n + m == e->name_length && memcmp(e->name, s->prefix, n) == 0 &&
         memcmp(e->name + n, s->name, m) == 0;
}

/* Whether the entry's elements can become the slot's, as they are or converted. */
static bool fits(const weight_slot *s, const entry *e, weights_mode mode) {
  bool converts = mode != WEIGHTS_CHECKPOINT && weights_convertible(e->dtype, s->dtype);
  if ((s->dtype != e->dtype && !converts) || s->rank != e->rank)
    return false;
  for (uint32_t i = 0; i < s->rank; ++i)
    if (s->dims[i] != e->dims[i])
      return false;
  return true;
}

static bool has_prefix(const entry *e, const char *prefix) {
  size_t n = strlen(prefix);
  return e->name_length > n && memcmp(e->name, prefix, n) == 0;
}

static const char *const choices[] = {"optimizer/", "trainer/hyper/"};

bool weights_is_choice(const weight_slot *slot) {
  const char *name = *slot->prefix ? slot->prefix : slot->name;
  return strncmp(name, choices[0], strlen(choices[0])) == 0 ||
         strncmp(name, choices[1], strlen(choices[1])) == 0;
}

/* An entry without a slot that is no difference. */
static bool is_ignored(weight_table *table, const entry *e, weights_mode mode) {
  if (mode != WEIGHTS_CHECKPOINT)
    return has_prefix(e, "optimizer/") || has_prefix(e, "trainer/");
  bool state = has_prefix(e, choices[0]);
  table->dropped += state;
  return state || has_prefix(e, choices[1]);
}

/* Names that only lack a common beginning: "module.fc.weight" for "fc.weight". */
static void hint_at_prefix(reader *r, const weight_table *table) {
  const entry *odd = r->entries;
  uint32_t length = 0; /* of the shortest beginning that leaves a name of ours */
  for (uint32_t k = 0; k < table->count && r->count; ++k) {
    const char *name = table->slots[k].name;
    uint32_t n = (uint32_t)strlen(name), before = odd->name_length - n;
    if (odd->name_length > n + 1 && odd->name[before - 1] == '.' &&
        memcmp(odd->name + before, name, n) == 0 && (!length || before < length))
      length = before;
  }
  for (uint32_t i = 0; i < r->count && length; ++i)
    if (r->entries[i].name_length < length || memcmp(r->entries[i].name, odd->name, length) != 0)
      length = 0;
  if (!length || length > 200)
    return;
  diag_detail(r->d,
              "every name of the file begins with '%.*s', as torch.nn.DataParallel and "
              "torch.compile have it; in Python:",
              (int)length, odd->name);
  diag_detail(r->d, "from safetensors.torch import load_file, save_file");
  diag_detail(r->d,
              "save_file({k.removeprefix(\"%.*s\"): v for k, v in load_file(\"%s\").items()}, "
              "\"%s\")",
              (int)length, odd->name, r->path, r->path);
}

/* The slot of an entry's name, NULL: none. Files mostly have the table's order: start at *next. */
static weight_slot *slot_of(weight_table *table, const entry *e, uint32_t *next) {
  for (uint32_t k = 0; k < table->count; ++k) {
    weight_slot *slot = &table->slots[(*next + k) % table->count];
    if (is_named(slot, e)) {
      *next = (uint32_t)(slot - table->slots) + 1;
      return slot;
    }
  }
  return NULL;
}

/* A checkpoint has a position, whatever else it lacks. */
static int check_state(reader *r) {
  for (uint32_t i = 0; i < r->count; ++i)
    if (has_prefix(&r->entries[i], "trainer/"))
      return 0;
  return diag_error(r->d, 2204,
                    "'%s' expects the state of a run, as --checkpoint writes it, got weights only; "
                    "--init '%s' starts from them",
                    r->path, r->path);
}

/* Finds each slot's entry and each entry's slot; all differences become lines of a diff under one
 * error. */
static int match(reader *r, weight_table *table, weights_mode mode) {
  char shape[256];
  uint32_t differences = 0, next = 0, found = 0;
  int code = mode == WEIGHTS_CHECKPOINT ? 2204 : 2203;
#define DIFFER(...)                                                                                \
  do {                                                                                             \
    if (!differences++)                                                                            \
      diag_error(r->d, code,                                                                       \
                 "'%s' does not fit this model; '-' is what it expects, '+' what the file has",    \
                 r->path);                                                                         \
    if (differences <= MAX_SHOWN)                                                                  \
      diag_detail(r->d, __VA_ARGS__);                                                              \
  } while (0)
  table->dropped = table->strangers = 0;
  for (uint32_t i = 0; i < table->count; ++i)
    table->slots[i].found = false;
  for (uint32_t i = 0; i < r->count; ++i) {
    const entry *e = &r->entries[i];
    weight_slot *slot = slot_of(table, e, &next);
    if (!slot) {
      if (is_ignored(table, e, mode) || (mode == WEIGHTS_PARTIAL && ++table->strangers))
        continue;
      describe_type(shape, sizeof shape, e->dtype, e->rank, e->dims, NULL);
      DIFFER("+ %.*s %s", shown(e), e->name, shape);
      continue;
    }
    bool same = fits(slot, e, mode), choice = mode == WEIGHTS_CHECKPOINT && weights_is_choice(slot);
    slot->file_offset = e->begin;
    slot->file_dtype = e->dtype;
    table->dropped += !(slot->found = same || !choice);
    if (same || choice)
      continue;
    describe_type(shape, sizeof shape, slot->dtype, slot->rank, slot->dims, NULL);
    DIFFER("- %s%s %s", slot->prefix, slot->name, shape);
    describe_type(shape, sizeof shape, e->dtype, e->rank, e->dims, NULL);
    DIFFER("+ %s%s %s", slot->prefix, slot->name, shape);
  }
  for (uint32_t i = 0; i < table->count; ++i) {
    const weight_slot *s = &table->slots[i];
    bool may = mode == WEIGHTS_CHECKPOINT ? weights_is_choice(s) : mode == WEIGHTS_PARTIAL;
    found += s->found;
    if (s->found || s->optional || may)
      continue;
    describe_type(shape, sizeof shape, s->dtype, s->rank, s->dims, NULL);
    DIFFER("- %s%s %s", s->prefix, s->name, shape);
  }
#undef DIFFER
  if (!differences && !found && table->strangers) {
    diag_error(r->d, code, "'%s' has no weight of this model; its first is '%.*s'", r->path,
               shown(r->entries), r->entries->name);
    ++differences;
  }
  if (differences > MAX_SHOWN)
    diag_detail(r->d, "and %u more", differences - MAX_SHOWN);
  if (differences)
    hint_at_prefix(r, table);
  return r->d->code;
}

/* The length at the front is no header's: says what the file is, where its first bytes tell. */
static int refuse_length(reader *r, const unsigned char bytes[8], uint64_t limit, uint64_t length) {
  if (weights_foreign(r->path, r->fd, r->file_bytes, bytes, r->d))
    return r->d->code;
  if (length > limit && length <= MAX_HEADER)
    return diag_error(
        r->d, 2201, "'%s' byte 8: the safetensors header expects %llu bytes, got %llu and the end",
        r->path, (unsigned long long)length, (unsigned long long)limit);
  return diag_error(r->d, 2201,
                    "'%s' byte 0: safetensors header length expects 2 to %llu bytes, got %llu",
                    r->path, (unsigned long long)limit, (unsigned long long)length);
}

static int read_header(reader *r) {
  unsigned char bytes[8] = {0};
  if (r->file_bytes < 10)
    return diag_error(r->d, 2201,
                      "'%s' byte 0: a safetensors file expects at least 10 bytes, got %llu",
                      r->path, (unsigned long long)r->file_bytes);
  if (file_read(r->fd, r->path, 0, bytes, 8, r->d))
    return r->d->code;
  uint64_t length = 0;
  for (int i = 7; i >= 0; --i)
    length = length << 8 | bytes[i];
  uint64_t limit = r->file_bytes - 8 < MAX_HEADER ? r->file_bytes - 8 : MAX_HEADER;
  if (length < 2 || length > limit)
    return refuse_length(r, bytes, limit, length);
  r->header_bytes = length;
  r->data_bytes = r->file_bytes - 8 - length;
  r->capacity = (uint32_t)(length / SMALLEST_ENTRY) + 1;
  uint64_t text = (length + 63) / 64 * 64;
  r->map_bytes = text + r->capacity * (uint64_t)(sizeof(entry) + sizeof(uint32_t));
  void *map = mmap(NULL, r->map_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (map == MAP_FAILED)
    return diag_error(r->d, 2402, "out of memory: the header of '%s'", r->path);
  r->map = map;
  r->entries = (entry *)(r->map + text);
  r->order = (uint32_t *)(r->entries + r->capacity);
  r->j = (json){r->map, r->map, r->map + length, NULL};
  return file_read(r->fd, r->path, 8, r->map, length, r->d);
}

int weights_metadata(const char *path, const char *key, char **value, diag *d) {
  reader r = {.path = path, .wanted = key, .d = d};
  *value = NULL;
  r.fd = file_open(path, &r.file_bytes, d);
  if (r.fd < 0)
    return d->code;
  if (!read_header(&r) && !parse_header(&r) && r.value && !(*value = strdup(r.value)))
    diag_error(d, 2402, "out of memory: the header of '%s'", path);
  if (r.map)
    munmap(r.map, r.map_bytes);
  close(r.fd);
  return d->code;
}

int weights_read(weight_table *table, const char *path, weights_mode mode, diag *d) {
  reader r = {.path = path, .d = d};
  r.fd = file_open(path, &r.file_bytes, d);
  if (r.fd < 0)
    return d->code;
  int code = read_header(&r);
  if (!code)
    code = parse_header(&r);
  if (!code)
    code = check_tiling(&r);
  if (!code && mode == WEIGHTS_CHECKPOINT)
    code = check_state(&r);
  if (!code)
    code = match(&r, table, mode);
  if (!code)
    code = weights_check_range(table, r.fd, path, 8 + r.header_bytes, d);
  for (uint32_t i = 0; i < table->count && !code; ++i)
    if (table->slots[i].found)
      code = weights_take(&table->slots[i], r.fd, path, 8 + r.header_bytes, d);
  if (r.map)
    munmap(r.map, r.map_bytes);
  close(r.fd);
  return code;
}
