/* csv.c - cutting a table into cells, in place. See csv.h. */
#include "csv.h"

#include "vocabulary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Room for as many cells as there can be. */
static int take_cells(csv *t, uint64_t length, diag *d) {
  uint64_t cells = 1, rows = 2;
  for (uint64_t i = 0; i < length; ++i) {
    bool ends = t->bytes[i] == '\n' || t->bytes[i] == '\r';
    rows += ends;
    cells += ends || t->bytes[i] == ',';
  }
  t->cells = malloc(cells * sizeof *t->cells);
  t->first = malloc(rows * sizeof *t->first);
  t->lines = malloc(rows * sizeof *t->lines);
  if (!t->cells || !t->first || !t->lines)
    return diag_error(d, 2402, "out of memory: the table '%s'", t->path);
  return 0;
}

/* The cell at `from`, without its quotes, is [from, *to); what stands behind it, or NULL: its quote
 * has no end. */
static char *take_cell(char *from, const char *end, uint64_t *line, char **to) {
  *to = from;
  if (from < end && *from == '"') {
    for (++from; from < end; ++from) {
      if (*from == '"' && (from + 1 == end || from[1] != '"'))
        return from + 1;
      from += *from == '"'; /* a doubled one */
      *line += *from == '\n';
      *(*to)++ = *from;
    }
    return NULL;
  }
  while (from < end && *from != ',' && *from != '\n' && *from != '\r')
    ++from;
  return *to = from;
}

/* A row begins at `from`; what stands behind it, or NULL: reported. */
static char *take_row(csv *t, char *from, const char *end, uint64_t *line, uint64_t *cells,
                      diag *d) {
  t->lines[t->rows] = *line;
  t->first[t->rows++] = *cells;
  for (;; ++from) {
    char *to, *cell = from;
    unsigned long long begins = *line, column = *cells - t->first[t->rows - 1] + 1;
    from = take_cell(from, end, line, &to);
    bool last = from && (from == end || *from == '\n' || *from == '\r');
    if (!from)
      diag_error(d, 2112, "'%s' line %llu column %llu: expects '\"' at its end, got none", t->path,
                 begins, column);
    else if (!last && *from != ',')
      diag_error(d, 2112,
                 "'%s' line %llu column %llu: expects ',' or the end of the line behind a field in "
                 "quotes, got '%c'",
                 t->path, (unsigned long long)*line, column, *from);
    if (d->code)
      return NULL;
    char *behind = from;
    if (last && from < end) { /* CRLF is one end */
      behind += *from == '\r' && from + 1 < end && from[1] == '\n' ? 2 : 1;
      ++*line;
    }
    *to = 0;
    t->cells[(*cells)++] = cell;
    if (last)
      return behind;
  }
}

int csv_parse(csv *t, char *bytes, uint64_t length, diag *d) {
  t->bytes = bytes;
  t->rows = 0;
  if (utf8_check((const unsigned char *)bytes, length, t->path, d) || take_cells(t, length, d))
    return d->code;
  uint64_t line = 1, cells = 0;
  char *at = bytes + (length > 2 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0);
  const char *end = bytes + length;
  while (at < end) {
    bool blank = *at == '\n' || *at == '\r';
    line += *at == '\n' || (*at == '\r' && (at + 1 == end || at[1] != '\n'));
    if (blank)
      ++at;
    else if (!(at = take_row(t, at, end, &line, &cells, d)))
      return d->code;
  }
  t->first[t->rows] = cells;
  return 0;
}

void csv_free(csv *t) {
  free(t->bytes);
  free(t->cells);
  free(t->first);
  free(t->lines);
  t->bytes = NULL;
  t->cells = NULL;
  t->first = t->lines = NULL;
  t->rows = 0;
}

int64_t csv_find(const csv *t, const char *name) {
  for (uint64_t i = 0; i < csv_count(t, 0); ++i)
    if (strcmp(csv_cell(t, 0, i), name) == 0)
      return (int64_t)i;
  return -1;
}

bool csv_missing(const char *cell) {
  static const char *const words[] = {"", "NA", "N/A", "NaN", "nan", "null"};
  for (size_t i = 0; i < sizeof words / sizeof *words; ++i)
    if (strcmp(cell, words[i]) == 0)
      return true;
  return false;
}

bool csv_number(const char *cell, double *value) {
  char *end;
  cell += strspn(cell, " ");
  if (!*cell || !strchr("+-.0123456789", *cell) || strpbrk(cell, "xX"))
    return false;
  *value = strtod(cell, &end);
  return end != cell && !end[strspn(end, " ")] && isfinite(*value);
}

void csv_put(FILE *to, const char *cell) {
  bool quotes = strpbrk(cell, ",\"\r\n") != NULL;
  if (quotes)
    fputc('"', to);
  for (; *cell; ++cell) {
    if (*cell == '"')
      fputc('"', to);
    fputc(*cell, to);
  }
  if (quotes)
    fputc('"', to);
}
