/* device_cpu.c - the CPU as a device: segments are anonymous mappings, entries run on the thread
 * pool.
 *
 * Invariant: a run allocates nothing. Reading on: device.h, pool.c. */
#define _GNU_SOURCE
#include "cpus.h"
#include "device.h"
#include "sanitizer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Maps the segment and, under AddressSanitizer, a guard behind it. */
static int cpu_allocate(device *self, uint64_t size, bool touch, void **memory, diag *d) {
  (void)self;
  *memory = NULL;
  if (!size)
    return 0;
  uint64_t bytes = size + sanitizer_guard();
  enum { HUGE = 2 << 20 };
  uint64_t extra = size >= HUGE ? HUGE : 0; /* room to start on a huge page */
  char *base =
      bytes + extra < size || bytes + extra > SIZE_MAX / 2
          ? MAP_FAILED
          : mmap(NULL, bytes + extra, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED)
    return diag_error(d, 2402, "out of memory: the model needs %.1f MiB more than the system gives",
                      (double)size / 1048576);
  if (extra) {
    char *start = (char *)(((uintptr_t)base + HUGE - 1) / HUGE * HUGE);
    char *end = base + bytes + extra;
    char *stop = (char *)(((uintptr_t)start + bytes + 4095) / 4096 * 4096);
    if (start > base)
      munmap(base, (size_t)(start - base));
    if (end > stop)
      munmap(stop, (size_t)(end - stop));
    base = start;
    madvise(base, bytes, MADV_HUGEPAGE);
  }
  if (touch)
    for (uint64_t i = 0; i < size; i += 4096)
      ((volatile char *)base)[i] = 0;
  sanitizer_forbid(base + size, bytes - size);
  *memory = base;
  return 0;
}

static void cpu_release(device *self, void *memory, uint64_t bytes) {
  (void)self;
  if (!memory)
    return;
  bytes += sanitizer_guard();
  sanitizer_allow(memory, bytes);
  munmap(memory, bytes);
}

static void cpu_copy(device *self, void *to, const void *from, uint64_t bytes) {
  (void)self;
  if (bytes)
    memcpy(to, from, bytes);
}

static void take_fault(const sinter_spmd *spmd, const char *line, int64_t value, int64_t position,
                       int64_t size) {
  device *self = spmd->report;
  while (atomic_flag_test_and_set_explicit(&self->fault_lock, memory_order_acquire))
    ;
  fault_take(&self->fault, &(index_fault){line, value, position, size});
  atomic_flag_clear_explicit(&self->fault_lock, memory_order_release);
}

/* What compiled code gets to see. */
static sinter_spmd with_report(const sinter_spmd *spmd, device *self) {
  sinter_spmd own = *spmd;
  own.out_of_range = take_fault;
  own.report = self;
  return own;
}

typedef struct run_job {
  const sinter_entry *entry;
  device_fill_fn fill;
  void *argument;
  device *self;
} run_job;

static void run_share(const sinter_spmd *spmd, void *argument) {
  const run_job *job = argument;
  double start = spmd->thread == 0 ? clock_seconds() : 0, filled = start;
  if (job->fill) {
    job->fill(spmd, job->argument);
    spmd->barrier(spmd);
    filled = spmd->thread == 0 ? clock_seconds() : 0;
  }
  sinter_spmd own = with_report(spmd, job->self);
  job->entry->run(&own);
  if (spmd->thread == 0) {
    job->self->fill_ms = (filled - start) * 1e3;
    job->self->run_ms = (clock_seconds() - filled) * 1e3;
  }
}

static void cpu_run(device *self, const sinter_entry *entry, void *const *segments,
                    device_fill_fn fill, void *argument) {
  run_job job = {entry, fill, argument, self};
  self->fault.line = NULL;
  sinter_pool_run_job(self->pool, run_share, &job, segments);
}

static void cpu_fill(device *self, const sinter_entry *entry, void *const *segments,
                     device_fill_fn fill, void *argument) {
  (void)entry;
  sinter_pool_run_job(self->pool, fill, argument, segments);
}

typedef struct kernel_job {
  const sinter_kernel *kernel;
  device *self;
} kernel_job;

static void run_kernel_share(const sinter_spmd *spmd, void *argument) {
  const kernel_job *job = argument;
  sinter_spmd own = with_report(spmd, job->self);
  job->kernel->run(&own);
}

static void cpu_run_kernel(device *self, const sinter_kernel *kernel, void *const *segments) {
  kernel_job job = {kernel, self};
  self->fault.line = NULL;
  sinter_pool_run_job(self->pool, run_kernel_share, &job, segments);
}

static void cpu_synchronise(device *self) { (void)self; }

static void cpu_close(device *self) {
  sinter_pool_close(self->pool);
  free(self);
}

static int cpu_check(const sinter_module *module, diag *d) {
  char missing[256];
  if (!cpu_has_features(module->features, missing, sizeof missing))
    return diag_error(d, 2403, "target '%s' expects a CPU with %s, this one has not",
                      module->target, missing);
  return 0;
}

static int cpu_open(const sinter_module *module, sinter_pool *pool, device **opened, diag *d) {
  (void)module;
  device *self = *opened = calloc(1, sizeof *self);
  if (!self) {
    sinter_pool_close(pool);
    return diag_error(d, 2402, "out of memory: the device");
  }
  *self = (device){.name = sinter_device_cpu.name,
                   .shares_memory = true,
                   .allocate = cpu_allocate,
                   .release = cpu_release,
                   .upload = cpu_copy,
                   .read = cpu_copy,
                   .run = cpu_run,
                   .fill = cpu_fill,
                   .run_kernel = cpu_run_kernel,
                   .synchronise = cpu_synchronise,
                   .close = cpu_close,
                   .pool = pool};
  return 0;
}

const sinter_device_kind sinter_device_cpu = {"cpu", cpu_check, cpu_open};
