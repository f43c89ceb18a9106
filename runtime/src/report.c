/* report.c - JSON lines, progress bar, plain lines. See report.h. */
#define _GNU_SOURCE
#include "report.h"

#include "device.h"
#include "json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

int report_open(report *r, const char *program, const char *log_path, bool quiet,
                size_t value_bytes, diag *d) {
  enum { REST = 1024 }; /* of an event; of a bar on a wide terminal */
  *r = (report){.program = program,
                .log_path = log_path,
                .log = -1,
                .quiet = quiet,
                .started = clock_seconds(),
                .line = malloc(value_bytes + REST),
                .line_bytes = value_bytes + REST};
  if (!r->line)
    return diag_error(d, 2402, "out of memory: the metrics");
  const char *terminal = getenv("TERM");
  r->bar = !quiet && isatty(STDERR_FILENO) && !(terminal && strcmp(terminal, "dumb") == 0);
  if (!log_path)
    return 0;
  r->log = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (r->log < 0)
    return diag_error(d, 2401, "cannot write '%s': %s", log_path, strerror(errno));
  return 0;
}

/* --log /dev/stdout while stdout goes to a file: what stands there already is not ours to remove.
 */
static bool is_output(int fd) {
  struct stat log, output;
  for (int i = STDOUT_FILENO; i <= STDERR_FILENO; ++i)
    if (fstat(fd, &log) == 0 && fstat(i, &output) == 0 && log.st_dev == output.st_dev &&
        log.st_ino == output.st_ino)
      return true;
  return false;
}

/* A run that was killed may have left half a line: what stands behind the last end of a line goes,
 * so that every line is an event. */
static void drop_half_line(report *r) {
  char piece[4096];
  struct stat info;
  int fd = open(r->log_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return;
  off_t keep = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? info.st_size : 0, all = keep;
  for (bool found = false; keep > 0 && !found;) {
    size_t n = keep < (off_t)sizeof piece ? (size_t)keep : sizeof piece;
    if (pread(fd, piece, n, keep - (off_t)n) != (ssize_t)n) {
      keep = all; /* what cannot be read is left */
      break;
    }
    const char *end = memrchr(piece, '\n', n);
    found = end != NULL;
    keep -= end ? (off_t)n - (end + 1 - piece) : (off_t)n;
  }
  if (keep < all && ftruncate(r->log, keep) != 0) {
    /* The first event will tell. */
  }
  close(fd);
}

void report_begin(report *r, bool append) {
  if (r->log >= 0 && append && !is_output(r->log))
    drop_half_line(r);
  if (r->log >= 0 && !append && !is_output(r->log) && ftruncate(r->log, 0) != 0) {
    /* Not a regular file: there is nothing to empty. */
  }
}

void report_close(report *r) {
  if (r->log >= 0)
    close(r->log);
  r->log = -1;
  free(r->line);
  r->line = NULL;
}

static void clear_bar(report *r) {
  if (r->bar_shown)
    fputs("\r\033[K", stderr);
  r->bar_shown = false;
}

void report_note(report *r, const char *format, ...) {
  if (r->quiet)
    return;
  clear_bar(r);
  fprintf(stderr, "%s: ", r->program);
  va_list list;
  va_start(list, format);
  vfprintf(stderr, format, list);
  va_end(list);
  fputc('\n', stderr);
}

static size_t put(report *r, size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static size_t put(report *r, size_t at, const char *format, ...) {
  va_list list;
  va_start(list, format);
  int n = vsnprintf(r->line + at, r->line_bytes - at, format, list);
  va_end(list);
  at += n > 0 ? (size_t)n : 0;
  return at < r->line_bytes ? at : r->line_bytes - 1;
}

/* ,"NAME.counts":[[5,1],[0,4]] */
static size_t put_counts(report *r, size_t at, const report_value *value) {
  at = put(r, at, ",");
  at += json_quote(value->name, r->line + at, r->line_bytes - at);
  at = put(r, at - 1, ".counts\":["); /* before the quote that ends the name */
  for (uint64_t i = 0; i < (uint64_t)value->classes * value->classes; ++i)
    at = put(r, at, "%s%lld",
             i % value->classes ? ","
             : i                ? "],["
                                : "[",
             (long long)value->counts[i]);
  return put(r, at, "]]");
}

static size_t put_values(report *r, size_t at, const report_value *values, uint32_t count) {
  char number[32];
  for (uint32_t i = 0; i < count; ++i) {
    at = put(r, at, ",");
    at += json_quote(values[i].name, r->line + at, r->line_bytes - at);
    at = put(r, at, ":%s",
             values[i].single ? json_f32((float)values[i].value, number)
                              : json_f64(values[i].value, number));
    if (values[i].counts)
      at = put_counts(r, at, &values[i]);
  }
  return at;
}

static int write_event(report *r, size_t length, diag *d) {
  r->line[length] = '\n';
  const char *p = r->line;
  for (size_t left = length + 1; left;) {
    ssize_t n = write(r->log, p, left);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      int error = n ? errno : ENOSPC;
      close(r->log);
      r->log = -1;
      return diag_error(d, 2401, "cannot write '%s': %s", r->log_path, strerror(error));
    }
    p += n;
    left -= (size_t)n;
  }
  return 0;
}

int report_step(report *r, int64_t step, int64_t epoch, const report_value *values, uint32_t count,
                double ms, double wait_ms, diag *d) {
  if (r->log < 0)
    return 0;
  size_t at = put(r, 0, "{\"event\":\"step\",\"step\":%lld,\"epoch\":%lld", (long long)step,
                  (long long)epoch);
  at = put_values(r, at, values, count);
  return write_event(r, put(r, at, ",\"ms\":%.4f,\"wait_ms\":%.4f}", ms, wait_ms), d);
}

int report_epoch(report *r, int64_t epoch, const char *split, const report_value *values,
                 uint32_t count, double seconds, diag *d) {
  if (r->log < 0)
    return 0;
  size_t at =
      put(r, 0, "{\"event\":\"epoch\",\"epoch\":%lld,\"split\":\"%s\"", (long long)epoch, split);
  at = put_values(r, at, values, count);
  return write_event(r, put(r, at, ",\"seconds\":%.4f}", seconds), d);
}

int report_end(report *r, int64_t steps, double seconds, diag *d) {
  clear_bar(r);
  if (r->log < 0)
    return 0;
  return write_event(
      r,
      put(r, 0, "{\"event\":\"end\",\"steps\":%lld,\"seconds\":%.4f}", (long long)steps, seconds),
      d);
}

bool report_bar_due(const report *r) { return r->bar && clock_seconds() - r->last_bar >= 0.1; }

/* What fits on a line of the terminal; 80 where it does not say. A line that wraps would stay. */
static size_t columns(void) {
  struct winsize size;
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

void report_bar(report *r, int64_t epoch, int64_t epochs, int64_t done, int64_t all, double rate,
                double eta, const report_value *values, uint32_t count) {
  r->last_bar = clock_seconds();
  r->bar_shown = true;
  enum { LEAST = 4, MOST = 24 };
  int seconds = eta < 0 || eta > 1e8 ? 0 : (int)(eta + 0.5);
  char bar[MOST + 1], tail[512];
  size_t n = 0, width = columns() - 1;
  for (uint32_t i = 0; i < count && n < sizeof tail; ++i)
    n += (size_t)snprintf(tail + n, sizeof tail - n, " %s %.4f", values[i].name, values[i].value);
  if (n < sizeof tail)
    snprintf(tail + n, sizeof tail - n, "  %.0f/s  ETA %d:%02d", rate, seconds / 60, seconds % 60);
  size_t head = put(r, 0, "\repoch %lld/%lld ", (long long)epoch, (long long)epochs);
  n = put(r, head, " %lld/%lld %s", (long long)done, (long long)all, tail);
  /* the bar takes what is left, and is the first to go: "\r" takes no column, "[]" take two */
  size_t left = n + 1 < width ? width - n - 1 : 0, cells = left < MOST ? left : MOST;
  if (cells >= LEAST) {
    for (size_t i = 0; i < cells; ++i)
      bar[i] = all > 0 && (int64_t)i < done * (int64_t)cells / all ? '#' : '.';
    n = put(r, head, "[%.*s] %lld/%lld %s", (int)cells, bar, (long long)done, (long long)all, tail);
  }
  n = put(r, n > width + 1 ? width + 1 : n, "\033[K");
  ssize_t ignored = write(STDERR_FILENO, r->line, n);
  (void)ignored;
}

void report_line(report *r, const char *format, ...) {
  if (r->quiet)
    return;
  clear_bar(r);
  va_list list;
  va_start(list, format);
  vfprintf(stdout, format, list);
  va_end(list);
  fputc('\n', stdout);
  if (fflush(stdout) != 0 && !r->output_error)
    r->output_error = errno;
}
