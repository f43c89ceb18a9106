/* report.h - what a trainer tells: JSON lines, a progress bar on a terminal, else plain lines.
 *
 * Results go to stdout, talk (bar, notes) to stderr. Invariant: reporting a step does not allocate;
 * one event is one write. Reading on: report.c, trainer.c. */
#ifndef SINTER_RUNTIME_REPORT_H
#define SINTER_RUNTIME_REPORT_H

#include "diag.h"

#include <stdbool.h>
#include <stdint.h>

/// A named number of an event.
typedef struct report_value {
  const char *name;
  double value;
  bool single; /* an f32: printed with as many digits as an f32 needs */
  /* classes * classes of them, which the number is made of; NULL: none */
  const int64_t *counts;
  uint32_t classes;
} report_value;

typedef struct report {
  const char *program, *log_path;
  int log; /* file descriptor, -1 without --log */
  bool quiet, bar;
  bool bar_shown;
  int output_error; /* the first errno of standard output */
  double last_bar, started;
  char *line; /* where an event is put together */
  size_t line_bytes;
} report;

/// Opens the log. An old one stays as it is until report_begin. value_bytes: what the values of an
/// event take at most.
int report_open(report *r, const char *program, const char *log_path, bool quiet,
                size_t value_bytes, diag *d);
/// Empties the log unless it is to be appended to.
void report_begin(report *r, bool append);
void report_close(report *r);

/// A line of talk on stderr.
void report_note(report *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
/// {"event":"step",...}
int report_step(report *r, int64_t step, int64_t epoch, const report_value *values, uint32_t count,
                double ms, double wait_ms, diag *d);
/// {"event":"epoch",...}
int report_epoch(report *r, int64_t epoch, const char *split, const report_value *values,
                 uint32_t count, double seconds, diag *d);
/// {"event":"end",...}
int report_end(report *r, int64_t steps, double seconds, diag *d);

/// Whether there is a bar and a tenth of a second has passed since it was drawn.
bool report_bar_due(const report *r);
/// Redraws the bar.
void report_bar(report *r, int64_t epoch, int64_t epochs, int64_t done, int64_t all, double rate,
                double eta, const report_value *values, uint32_t count);
/// One plain line on stdout, in place of the bar.
void report_line(report *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
