/* table.h - tables as examples: columns become features, by what was found in all rows at first.
 *
 * What was found is a table itself, a row for each column that makes features, in their order:
 * `LotArea,number,MEAN,DEVIATION` makes one, (x - MEAN) / DEVIATION, 0 where it is missing;
 * `Street,category,Grvl,Pave` makes one for each value, in ascending order, 1 for the row's own,
 * and a last one for a missing value. Weight files keep this text, so later rows become features in
 * the same way. Reading on: table.c, csv.h, synthetic_table.c,
 * predict.c. */
#ifndef SINTER_RUNTIME_TABLE_H
#define SINTER_RUNTIME_TABLE_H

#include "csv.h"

#include <sinter/abi.h>

typedef struct data_table {
  char *text;       /* what was found; from weights, or made when the files are read */
  const char *from; /* the weights that it is from, or NULL */
  csv columns;      /* the same as cells */
  csv test;         /* the file of the tests; without rows where there is none */
  bool unknown;     /* whether the tests lack the target */
} data_table;

/// The target's field of a data set that is a table, a number or a class; NULL: it is no table.
const sinter_field *table_field(const sinter_data *spec);
/// The features' field of a table.
const sinter_field *table_features(const sinter_data *spec);
void table_free(data_table *t);
/// The built-in table, in two texts that the caller frees: rows to train with and to test with,
/// whose target follows from their columns. NULL: out of memory.
char *synthetic_table(const sinter_data *spec, bool tests, uint64_t *length);

#endif
