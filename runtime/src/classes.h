/* classes.h - the names of classes. A label is the number of its class's name, in ascending order
 * of their bytes.
 *
 * What weight files keep is a row of a table: `cat,dog`, in which a name with a comma stands in
 * quotes. Weights bring their names and numbers with them: other data are numbered in the same way.
 * Reading on: classes.c, table.c and pictures/folder.c (the readers), confusion.c (who shows them).
 */
#ifndef SINTER_RUNTIME_CLASSES_H
#define SINTER_RUNTIME_CLASSES_H

#include "csv.h"

#include <sinter/abi.h>

typedef struct class_list {
  char *text;       /* what weight files keep; NULL: there are no names */
  const char *from; /* the weights that it is from; NULL: the data */
  csv names;        /* the same as cells of one row */
} class_list;

/// Whether the classes of a data set have names.
bool classes_named(const sinter_data *spec);
/// Numbers `names`, in any order and as often as they occur. `path` is where they are from.
int classes_make(class_list *c, const char **names, uint64_t count, const char *path, diag *d);
/// Numbers the names of c->text. E2201: it is no such list.
int classes_parse(class_list *c, const char *path, diag *d);
/// E2117: they are not as many as the field has.
int classes_check(const class_list *c, const sinter_field *field, diag *d);
void classes_free(class_list *c);
/// How many there are.
uint64_t classes_count(const class_list *c);
/// The name of class `i`, below their number.
const char *classes_name(const class_list *c, uint64_t i);
/// The number of a name, or -1.
int64_t classes_find(const class_list *c, const char *name);

#endif
