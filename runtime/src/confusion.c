/* confusion.c - the counts of a metric as a table: what each class was taken for, and how often
 * that was right. See trainer.h.
 *
 * Of many classes the counts would fill no screen: then there is a row for each, without them. */
#define _GNU_SOURCE
#include "trainer.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST_COLUMNS = 20 };

/* What a row or column of the counts adds up to. */
static int64_t add_up(const report_value *v, uint32_t class, bool row) {
  int64_t sum = 0;
  for (uint32_t i = 0; i < v->classes; ++i)
    sum += v->counts[row ? (uint64_t)class * v->classes + i : (uint64_t)i * v->classes + class];
  return sum;
}

static void put_share(FILE *to, int64_t part, int64_t all) {
  if (all)
    fprintf(to, "  %9.4f", (double)part / (double)all);
  else /* no example of the class, or none taken for one */
    fprintf(to, "  %9s", "-");
}

/* Characters that the largest count takes. */
static int count_width(const report_value *v) {
  int64_t most = v->classes;
  for (uint64_t i = 0; i < (uint64_t)v->classes * v->classes; ++i)
    most = v->counts[i] > most ? v->counts[i] : most;
  return snprintf(NULL, 0, "%lld", (long long)most);
}

static void put_row(FILE *to, const report_value *v, uint32_t class, int width,
                    const class_list *names) {
  int64_t right = v->counts[(uint64_t)class * v->classes + class];
  fprintf(to, "  %5u", class);
  for (uint32_t i = 0; i < v->classes && v->classes <= MOST_COLUMNS; ++i)
    fprintf(to, "  %*lld", width, (long long)v->counts[(uint64_t)class * v->classes + i]);
  fprintf(to, "  %*lld", width > 8 ? width : 8, (long long)add_up(v, class, true));
  put_share(to, right, add_up(v, class, true));
  put_share(to, right, add_up(v, class, false));
  if (classes_count(names) == v->classes)
    fprintf(to, "  %s", classes_name(names, class));
}

static void put_table(FILE *to, const report_value *v, const class_list *names) {
  int width = count_width(v);
  bool columns = v->classes <= MOST_COLUMNS;
  fprintf(to, "%s: %s\n  class", v->name,
          columns ? "a row for each true class, a column for each predicted one"
                  : "a row for each true class; --log F has the counts");
  for (uint32_t i = 0; i < v->classes && columns; ++i)
    fprintf(to, "  %*u", width, i);
  fprintf(to, "  %*s  %9s  %9s", width > 8 ? width : 8, "examples", "accuracy", "precision");
  for (uint32_t class = 0; class < v->classes; ++class) {
    fputc('\n', to);
    put_row(to, v, class, width, names);
  }
}

int trainer_confusion(trainer *t, uint32_t count, diag *d) {
  for (uint32_t i = 0; i < count; ++i) {
    char *text = NULL;
    size_t length;
    FILE *to = t->values[i].counts ? open_memstream(&text, &length) : NULL;
    if (!t->values[i].counts)
      continue;
    if (to)
      put_table(to, &t->values[i], &t->data.classes);
    if (!to || fclose(to) != 0)
      diag_error(d, 2402, "out of memory: the counts of '%s'", t->values[i].name);
    else
      report_line(&t->report, "%s", text);
    free(text);
  }
  return d->code;
}
