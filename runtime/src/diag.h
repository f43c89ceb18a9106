/* diag.h - diagnostics of the runtime: a text buffer of the caller's and the code of the first
 * error.
 *
 * Every function that can fail takes a `diag` and returns 0 or an E2 code. Invariant: text is
 * always terminated; what does not fit is dropped, never overrun. Reading on: errors_e2.h (the
 * codes). */
#ifndef SINTER_RUNTIME_DIAG_H
#define SINTER_RUNTIME_DIAG_H

#include <stddef.h>

/// Collects one or more lines. A line that starts with two spaces continues the error before it.
typedef struct diag {
  char *text;
  size_t capacity, length;
  int code; /* of the first error; 0 when there was none */
} diag;

/// A diagnostic that writes to `text`.
diag diag_make(char *text, size_t capacity);
/// Adds the line "message [E<code>]"; returns code.
int diag_error(diag *d, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));
/// Adds a line "  message" that explains the error before it.
void diag_detail(diag *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
/// Adds the lines that another diagnostic of this code has; returns code.
int diag_copy(diag *d, int code, const char *lines);
/// Exit code that goes with an E2 code (contract: 1 model or data, 2 usage, 3 system, 70 our
/// fault).
int diag_exit_code(int code);
/// Writes all lines to stderr as "NAME: error: ..." or "NAME: internal error: ...".
void diag_print(const diag *d, const char *program);

#endif
