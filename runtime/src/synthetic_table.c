/* synthetic_table.c - the built-in table: columns of numbers and of letters, and a target that
 * follows from them. See table.h. */
#define _GNU_SOURCE
#include "data.h"

#include <math.h>
#include <stdlib.h>

enum {
  USUAL = 40000,
  ROWS = 1024,
  TEST_ROWS = 256,
  LETTERS = 7,
  COLUMNS_A_CATEGORY = 2 * (LETTERS + 1)
};

/* One in 32 values is missing. */
static bool lacks(sinter_words random) { return random.w[1] >> 27 == 0; }

/* About half of the features are numbers, 0 to 999, the others letters. */
static uint64_t count_categories(const sinter_data *spec, uint64_t *numbers) {
  uint64_t features = field_elements(table_features(spec)),
           categories = features / COLUMNS_A_CATEGORY;
  *numbers = features - categories * (LETTERS + 1);
  return categories;
}

/* The weight of a column of numbers, and what a letter adds. */
static int weight_of(uint64_t i) { return (int)(i * 7 % 5) - 2; }
static int worth(int letter, uint64_t i) {
  return ((letter + (int)(i % LETTERS)) % LETTERS - 3) * 1000;
}

/* How far prices usually are from USUAL: numbers are even from 0 to 999, so are letters. */
static double spread(const sinter_data *spec) {
  uint64_t numbers, categories = count_categories(spec, &numbers);
  double squares = 4e6 * (double)categories + 1;
  for (uint64_t i = 0; i < numbers; ++i)
    squares += 1e6 / 12 * weight_of(i) * weight_of(i);
  return sqrt(squares);
}

/* A price, or one of the classes that prices are cut into, from the lowest to the highest. */
static void put_target(FILE *to, const sinter_data *spec, int64_t above) {
  const sinter_field *target = table_field(spec);
  double place = ((double)above / spread(spec) + 1.5) / 3 * (double)target->limit;
  int64_t last = target->limit - 1,
          class = place<0 ? 0 : place>(double) last ? last : (int64_t)place;
  if (target->decode == SINTER_DECODE_TARGET_CLASS)
    fprintf(to, "class%07lld\n", (long long)class);
  else
    fprintf(to, "%lld\n", (long long)(above < 1000 - USUAL ? 1000 : USUAL + above));
}

/* Row `row`; its target is a sum of what its columns say. */
static void put_row(FILE *to, const sinter_data *spec, uint64_t row) {
  uint64_t numbers, categories = count_categories(spec, &numbers),
                    stream = sinter_stream("synthetic/table");
  int64_t price = USUAL;
  if (table_features(spec)->column)
    fprintf(to, "%llu,", (unsigned long long)row + 1);
  for (uint64_t i = 0; i < numbers; ++i) {
    sinter_words random = sinter_philox(0, stream, row, i);
    int number = (int)below(random.w[0], 1000);
    if (!lacks(random)) {
      price += weight_of(i) * (number - 500);
      fprintf(to, "%d", number);
    }
    fputc(',', to);
  }
  for (uint64_t i = 0; i < categories; ++i) {
    sinter_words random = sinter_philox(0, stream, row, numbers + i);
    bool first = row < LETTERS; /* so that each is there */
    int letter = first ? (int)row : (int)below(random.w[0], LETTERS);
    if (first || !lacks(random)) {
      price += worth(letter, i);
      fputc('a' + letter, to);
    }
    fputc(',', to);
  }
  put_target(to, spec, price - USUAL);
}

char *synthetic_table(const sinter_data *spec, bool tests, uint64_t *length) {
  uint64_t numbers, categories = count_categories(spec, &numbers);
  const char *id = table_features(spec)->column;
  char *text = NULL;
  size_t size = 0;
  FILE *to = open_memstream(&text, &size);
  if (!to)
    return NULL;
  if (id) {
    csv_put(to, id);
    fputc(',', to);
  }
  for (uint64_t i = 0; i < numbers + categories; ++i)
    fprintf(to, i < numbers ? "number%llu," : "kind%llu,",
            (unsigned long long)(i < numbers ? i : i - numbers) + 1);
  csv_put(to, table_field(spec)->column);
  fputc('\n', to);
  for (uint64_t i = 0; i < (tests ? TEST_ROWS : ROWS); ++i)
    put_row(to, spec, tests ? ROWS + i : i);
  if (fclose(to) != 0) {
    free(text);
    return NULL;
  }
  *length = size;
  return text;
}
