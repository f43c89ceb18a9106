/* device.h - the device interface (D33): all that trainer and libraries may do to the machine that
 * computes.
 *
 * Memory is addressed by pointers of the device, which nobody else may read or write unless it says
 * `shares_memory`, as the CPU does. Invariant: after open, no function here allocates except
 * `allocate`. Reading on: device.c, device_cpu.c (the first device), instance.c (the user). */
#ifndef SINTER_RUNTIME_DEVICE_H
#define SINTER_RUNTIME_DEVICE_H

#include "diag.h"

#include <sinter/runtime.h>

#include <stdatomic.h>
#include <stdbool.h>

typedef struct device device;

/// Fills an entry's inputs before it runs; called by every thread of the host. Inputs lie in
/// SINTER_SEG_WORK of the segments that it gets, memory of the host's.
typedef void (*device_fill_fn)(const sinter_spmd *spmd, void *argument);

/// A value of the data that is no index: of the run's, the one of the first line, first in its
/// tensor.
typedef struct index_fault {
  const char *line; /* of the op; NULL: there was none */
  int64_t value, position, size;
} index_fault;

struct device {
  const char *name;
  bool shares_memory; /* segments are memory of this process */
  /// Zeroed memory, 64-byte aligned; `touch` makes the system hand out the pages now. 0 or an E2
  /// code.
  int (*allocate)(device *self, uint64_t bytes, bool touch, void **memory, diag *d);
  void (*release)(device *self, void *memory, uint64_t bytes);
  void (*upload)(device *self, void *to, const void *from, uint64_t bytes);
  void (*read)(device *self, void *to, const void *from, uint64_t bytes);
  /// Starts fill (may be NULL), then the entry, on all threads.
  void (*run)(device *self, const sinter_entry *entry, void *const *segments, device_fill_fn fill,
              void *argument);
  /// Fills an entry's inputs without running it.
  void (*fill)(device *self, const sinter_entry *entry, void *const *segments, device_fill_fn fill,
               void *argument);
  /// Starts one kernel of an entry.
  void (*run_kernel)(device *self, const sinter_kernel *kernel, void *const *segments);
  /// Returns when all that was started is done.
  void (*synchronise)(device *self);
  void (*close)(device *self);
  sinter_pool *pool;      /* threads of the host; NULL: the calling one alone */
  double fill_ms, run_ms; /* of the last run: waiting for data, computing */
  index_fault fault;      /* of the last run or kernel */
  int failure;            /* E2 code of the first call that the device refused; 0: none. Then no
                             result of it is to be used. */
  char reason[256];       /* of the failure, in words */
  atomic_flag fault_lock; /* threads that have one to tell */
};

/// A kind of device.
struct sinter_device_kind {
  const char *name; /* sinter_module.device */
  /// Whether this machine can run the module: 0 or an E2 code.
  int (*check)(const sinter_module *module, diag *d);
  /// As device_open, which has checked.
  int (*open)(const sinter_module *module, sinter_pool *pool, device **opened, diag *d);
};
extern const sinter_device_kind sinter_device_cpu;
/// NVIDIA GPUs (runtime/cuda, an archive of its own).
extern const sinter_device_kind sinter_device_cuda;

/// Keeps, of two faults, that of the first line, first in its tensor: which one is told does not
/// depend on who met it first.
void fault_take(index_fault *kept, const index_fault *other);
/// Checks that this machine can run the module: ABI number, device, its own demands.
int device_check(const sinter_module *module, diag *d);
/// Opens the module's device, which takes over `pool`, also on failure. NULL: the calling thread
/// alone.
int device_open(const sinter_module *module, sinter_pool *pool, device **opened, diag *d);
/// Threads for a device: a pool of its own or the shared one. One thread needs none: NULL.
int device_threads(uint32_t threads, bool share, sinter_pool **pool, diag *d);
/// Seconds of a clock that never goes back.
double clock_seconds(void);

#endif
