/* diag.c - formatting of diagnostics. See diag.h. */
#include "diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

diag diag_make(char *text, size_t capacity) {
  if (capacity)
    text[0] = 0;
  return (diag){.text = text, .capacity = capacity};
}

static void append(diag *d, const char *format, va_list list) {
  if (d->length + 1 >= d->capacity)
    return;
  int n = vsnprintf(d->text + d->length, d->capacity - d->length, format, list);
  if (n > 0)
    d->length += (size_t)n;
  if (d->length >= d->capacity)
    d->length = d->capacity - 1;
}

static void appendf(diag *d, const char *format, ...) {
  va_list list;
  va_start(list, format);
  append(d, format, list);
  va_end(list);
}

int diag_error(diag *d, int code, const char *format, ...) {
  if (d->length)
    appendf(d, "\n");
  va_list list;
  va_start(list, format);
  append(d, format, list);
  va_end(list);
  appendf(d, " [E%d]", code);
  if (!d->code)
    d->code = code;
  return code;
}

void diag_detail(diag *d, const char *format, ...) {
  appendf(d, "\n  ");
  va_list list;
  va_start(list, format);
  append(d, format, list);
  va_end(list);
}

int diag_copy(diag *d, int code, const char *lines) {
  appendf(d, d->length ? "\n%s" : "%s", lines);
  if (!d->code)
    d->code = code;
  return code;
}

int diag_exit_code(int code) {
  if (!code)
    return 0;
  if (code < 2100)
    return 2;
  if (code < 2400)
    return 1;
  return code < 2900 ? 3 : 70;
}

void diag_print(const diag *d, const char *program) {
  const char *kind = d->code >= 2900 ? "internal error" : "error";
  for (const char *line = d->text; *line;) {
    const char *end = strchr(line, '\n');
    int length = end ? (int)(end - line) : (int)strlen(line);
    if (length >= 2 && line[0] == ' ' && line[1] == ' ')
      fprintf(stderr, "%.*s\n", length, line);
    else
      fprintf(stderr, "%s: %s: %.*s\n", program, kind, length, line);
    line += length + (end ? 1 : 0);
  }
}
