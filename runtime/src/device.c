/* device.c - which device a module runs on. See device.h. */
#define _GNU_SOURCE
#include "device.h"

#include <errno.h>
#include <string.h>
#include <time.h>

double clock_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void fault_take(index_fault *kept, const index_fault *other) {
  int order = kept->line ? strcmp(other->line, kept->line) : -1;
  if (order < 0 || (order == 0 && other->position < kept->position))
    *kept = *other;
}

static const sinter_device_kind *kind_of(const sinter_module *module) {
  return module->device_kind ? module->device_kind : &sinter_device_cpu;
}

int device_check(const sinter_module *module, diag *d) {
  if (module->abi_version != SINTER_ABI_VERSION)
    return diag_error(d, 2901, "the module has ABI version %u, this runtime expects %u",
                      module->abi_version, SINTER_ABI_VERSION);
  const sinter_device_kind *kind = kind_of(module);
  if (strcmp(module->device, kind->name) != 0)
    return diag_error(d, 2405, "the module is for device '%s', this runtime has '%s'",
                      module->device, kind->name);
  return kind->check(module, d);
}

const sinter_module *sinter_choose(const sinter_module *const *modules, uint64_t count) {
  char text[512];
  for (uint64_t i = 0; i + 1 < count; ++i) {
    diag ignored = diag_make(text, sizeof text);
    if (!kind_of(modules[i])->check(modules[i], &ignored))
      return modules[i];
  }
  return modules[count - 1];
}

int device_threads(uint32_t threads, bool share, sinter_pool **pool, diag *d) {
  *pool = NULL;
  if (threads == 1)
    return 0;
  *pool = share ? sinter_pool_share(threads) : sinter_pool_open(threads);
  if (!*pool)
    return diag_error(d, 2404, "cannot start %u threads: %s; fewer need less memory", threads,
                      strerror(errno));
  uint32_t got = sinter_pool_threads(*pool);
  if (got == threads)
    return 0;
  sinter_pool_close(*pool);
  *pool = NULL;
  return diag_error(d, 2006, "open expects %u threads, as the shared ones are, got %u", got,
                    threads);
}

int device_open(const sinter_module *module, sinter_pool *pool, device **opened, diag *d) {
  *opened = NULL;
  if (!device_check(module, d))
    return kind_of(module)->open(module, pool, opened, d);
  sinter_pool_close(pool);
  return d->code;
}
