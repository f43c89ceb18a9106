/* count.c - preloaded into a trainer: counts heap calls and page faults up to each line of its log (a `write` of JSON),
 * and writes both numbers, a line for each, to the file $COUNTS at exit. */
#define _GNU_SOURCE
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

static atomic_long heap;
static long heaps[4096], faults[4096];
static int lines;

void *malloc(size_t size) {
  atomic_fetch_add(&heap, 1);
  return __libc_malloc(size);
}
void *calloc(size_t count, size_t size) {
  atomic_fetch_add(&heap, 1);
  return __libc_calloc(count, size);
}
void *realloc(void *memory, size_t size) {
  atomic_fetch_add(&heap, 1);
  return __libc_realloc(memory, size);
}

ssize_t write(int fd, const void *bytes, size_t count) {
  static const char start[] = "{\"event\":\"step\"";
  if (count > sizeof start && !memcmp(bytes, start, sizeof start - 1) && lines < 4096) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    heaps[lines] = heap;
    faults[lines++] = usage.ru_minflt + usage.ru_majflt;
  }
  return syscall(SYS_write, fd, bytes, count);
}

__attribute__((constructor)) static void touch(void) { /* the tables' pages are not the trainer's */
  memset(heaps, 1, sizeof heaps);
  memset(faults, 1, sizeof faults);
}

__attribute__((destructor)) static void tell(void) {
  const char *path = getenv("COUNTS");
  FILE *f = path ? fopen(path, "w") : NULL;
  for (int i = 0; f && i < lines; ++i)
    fprintf(f, "%ld %ld\n", heaps[i], faults[i]);
  if (f)
    fclose(f);
}
