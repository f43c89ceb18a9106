/* csv.h - tables as text, comma-separated (RFC 4180): a field in quotes may hold commas, line ends
 * and quotes, which are doubled; rows end in LF, CRLF or CR; lines without a character count for
 * nothing.
 *
 * Invariant: a message about a file names the line and the column (the number of the field in its
 * row), from 1. Reading on: table.c (the user). */
#ifndef SINTER_RUNTIME_CSV_H
#define SINTER_RUNTIME_CSV_H

#include "diag.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct csv {
  char path[PATH_MAX]; /* for messages */
  char *bytes;         /* the cells, each ended by a 0 */
  char **cells;        /* row by row */
  uint64_t *first;     /* by row: its first cell; one more than there are rows */
  uint64_t *lines;     /* by row: where it begins */
  uint64_t rows;
} csv;

/// Cuts `bytes`, which it takes over and which have room for one more, into cells. E2109, E2112.
/// csv_free ends it, also after a failure.
int csv_parse(csv *t, char *bytes, uint64_t length, diag *d);
void csv_free(csv *t);
/// Cells of a row.
static inline uint64_t csv_count(const csv *t, uint64_t row) {
  return t->first[row + 1] - t->first[row];
}
static inline char *csv_cell(const csv *t, uint64_t row, uint64_t column) {
  return t->cells[t->first[row] + column];
}
/// The column of a name in the first row, or -1.
int64_t csv_find(const csv *t, const char *name);
/// Whether a cell says that its value is missing.
bool csv_missing(const char *cell);
/// Whether a cell is a finite number in decimal; blanks around it do not count.
bool csv_number(const char *cell, double *value);
/// Writes a cell, in quotes where it needs them.
void csv_put(FILE *to, const char *cell);

#endif
