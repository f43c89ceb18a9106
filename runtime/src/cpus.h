/* cpus.h - what this machine offers: usable cores and instruction sets.
 *
 * Invariant: asking never fails; unknown means "not there". Reading on: pool.c (threads),
 * device_cpu.c (feature check). */
#ifndef SINTER_RUNTIME_CPUS_H
#define SINTER_RUNTIME_CPUS_H

#include <stdbool.h>
#include <stddef.h>

/// True when the CPU and the operating system offer all of the comma separated LLVM feature names.
/// Else `missing` receives those that are not there.
bool cpu_has_features(const char *features, char *missing, size_t capacity);

#endif
