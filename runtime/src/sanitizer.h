/* sanitizer.h - what the runtime tells AddressSanitizer and ThreadSanitizer, in programs linked
 * with one.
 *
 * `sinter build --sanitize` instruments generated code, not this library, so the order that the
 * pool makes between threads and the end of a segment must be told. Invariant: without a sanitizer
 * the functions are absent, and nothing happens. Reading on: pool.c, device_cpu.c. */
#ifndef SINTER_RUNTIME_SANITIZER_H
#define SINTER_RUNTIME_SANITIZER_H

#include <stddef.h>

#define SINTER_WEAK __attribute__((weak, visibility("default")))
extern SINTER_WEAK void __tsan_acquire(void *address);
extern SINTER_WEAK void __tsan_release(void *address);
extern SINTER_WEAK void __asan_poison_memory_region(void const volatile *address, size_t bytes);
extern SINTER_WEAK void __asan_unpoison_memory_region(void const volatile *address, size_t bytes);

/// What this thread did so far comes before what others do after they acquire.
static inline void sanitizer_release(void *address) {
  if (__tsan_release)
    __tsan_release(address);
}

static inline void sanitizer_acquire(void *address) {
  if (__tsan_acquire)
    __tsan_acquire(address);
}

/// Bytes behind a segment that nobody may touch: more than a kernel strays by mistake, never used.
static inline size_t sanitizer_guard(void) { return __asan_poison_memory_region ? 1 << 20 : 0; }

/// Forbids or allows [address, address + bytes).
static inline void sanitizer_forbid(void *address, size_t bytes) {
  if (__asan_poison_memory_region)
    __asan_poison_memory_region(address, bytes);
}

static inline void sanitizer_allow(void *address, size_t bytes) {
  if (__asan_unpoison_memory_region)
    __asan_unpoison_memory_region(address, bytes);
}

#endif
