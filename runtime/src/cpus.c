/* cpus.c - usable cores (affinity cut by cgroup quota) and CPU features. See cpus.h.
 *
 * Features are read from cpuid, never guessed from the CPU's name; vector features also need the
 * operating system to save their registers (XGETBV). */
#define _GNU_SOURCE
#include "cpus.h"

#include <sinter/runtime.h>

#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint32_t affinity_cores(void) {
  for (int count = 1024; count <= 1 << 20; count *= 4) { /* big machines need a big mask */
    cpu_set_t *set = CPU_ALLOC(count);
    if (!set)
      break;
    size_t size = CPU_ALLOC_SIZE(count);
    int result = sched_getaffinity(0, size, set);
    int cores = result == 0 ? CPU_COUNT_S(size, set) : 0;
    CPU_FREE(set);
    if (cores > 0)
      return (uint32_t)cores;
  }
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (uint32_t)online : 1;
}

static bool read_line(const char *path, char *line, int size) {
  FILE *f = fopen(path, "re");
  if (!f)
    return false;
  bool ok = fgets(line, size, f) != NULL;
  fclose(f);
  return ok;
}

/* Cores that quota microseconds a period are worth, rounded up. */
static uint32_t quota_cores(long long quota, long long period) {
  if (quota <= 0 || period <= 0)
    return UINT32_MAX;
  long long cores = (quota + period - 1) / period;
  return cores < 1 ? 1 : (uint32_t)cores;
}

/* The smallest quota of this process's cgroup and its parents; version 2, then version 1. */
static uint32_t cgroup_cores(void) {
  char line[512], path[700], group[512] = "/";
  uint32_t cores = UINT32_MAX;
  FILE *f = fopen("/proc/self/cgroup", "re");
  if (f) {
    while (fgets(line, sizeof line, f))
      if (strncmp(line, "0::", 3) == 0) {
        line[strcspn(line, "\n")] = 0;
        snprintf(group, sizeof group, "%s", line + 3);
      }
    fclose(f);
  }
  for (;;) {
    long long quota, period;
    snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", strcmp(group, "/") ? group : "");
    if (read_line(path, line, sizeof line) && sscanf(line, "%lld %lld", &quota, &period) == 2) {
      uint32_t here = quota_cores(quota, period);
      cores = here < cores ? here : cores;
    }
    char *slash = strrchr(group, '/');
    if (!slash || slash[1] == 0)
      break;
    slash[slash == group] = 0; /* "/a" becomes "/", "/a/b" becomes "/a" */
  }
  char period[64];
  if (cores == UINT32_MAX && read_line("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", line, sizeof line) &&
      read_line("/sys/fs/cgroup/cpu/cpu.cfs_period_us", period, sizeof period))
    cores = quota_cores(atoll(line), atoll(period));
  return cores;
}

uint32_t sinter_usable_cores(void) {
  uint32_t affinity = affinity_cores(), quota = cgroup_cores();
  return quota < affinity ? quota : affinity;
}

#if defined(__x86_64__)
#include <cpuid.h>

enum { EAX, EBX, ECX, EDX };
enum { SSE = 0, AVX = 6, AVX512 = 0xe6, AMX = 0x60000 }; /* bits of XCR0 that the system must set */

typedef struct feature {
  const char *name;
  uint32_t leaf, subleaf;
  uint8_t reg, bit;
  uint32_t state;
} feature;

static const feature features_x86[] = {
    {"x87", 1, 0, EDX, 0, SSE},
    {"cx8", 1, 0, EDX, 8, SSE},
    {"cmov", 1, 0, EDX, 15, SSE},
    {"mmx", 1, 0, EDX, 23, SSE},
    {"fxsr", 1, 0, EDX, 24, SSE},
    {"sse", 1, 0, EDX, 25, SSE},
    {"sse2", 1, 0, EDX, 26, SSE},
    {"sse3", 1, 0, ECX, 0, SSE},
    {"pclmul", 1, 0, ECX, 1, SSE},
    {"ssse3", 1, 0, ECX, 9, SSE},
    {"fma", 1, 0, ECX, 12, AVX},
    {"cx16", 1, 0, ECX, 13, SSE},
    {"sse4.1", 1, 0, ECX, 19, SSE},
    {"sse4.2", 1, 0, ECX, 20, SSE},
    {"crc32", 1, 0, ECX, 20, SSE},
    {"movbe", 1, 0, ECX, 22, SSE},
    {"popcnt", 1, 0, ECX, 23, SSE},
    {"aes", 1, 0, ECX, 25, SSE},
    {"xsave", 1, 0, ECX, 26, SSE},
    {"avx", 1, 0, ECX, 28, AVX},
    {"f16c", 1, 0, ECX, 29, AVX},
    {"rdrnd", 1, 0, ECX, 30, SSE},
    {"fsgsbase", 7, 0, EBX, 0, SSE},
    {"bmi", 7, 0, EBX, 3, SSE},
    {"avx2", 7, 0, EBX, 5, AVX},
    {"bmi2", 7, 0, EBX, 8, SSE},
    {"invpcid", 7, 0, EBX, 10, SSE},
    {"avx512f", 7, 0, EBX, 16, AVX512},
    {"avx512dq", 7, 0, EBX, 17, AVX512},
    {"rdseed", 7, 0, EBX, 18, SSE},
    {"adx", 7, 0, EBX, 19, SSE},
    {"avx512ifma", 7, 0, EBX, 21, AVX512},
    {"clflushopt", 7, 0, EBX, 23, SSE},
    {"clwb", 7, 0, EBX, 24, SSE},
    {"avx512cd", 7, 0, EBX, 28, AVX512},
    {"sha", 7, 0, EBX, 29, SSE},
    {"avx512bw", 7, 0, EBX, 30, AVX512},
    {"avx512vl", 7, 0, EBX, 31, AVX512},
    {"avx512vbmi", 7, 0, ECX, 1, AVX512},
    {"avx512vbmi2", 7, 0, ECX, 6, AVX512},
    {"gfni", 7, 0, ECX, 8, SSE},
    {"vaes", 7, 0, ECX, 9, AVX},
    {"vpclmulqdq", 7, 0, ECX, 10, AVX},
    {"avx512vnni", 7, 0, ECX, 11, AVX512},
    {"avx512bitalg", 7, 0, ECX, 12, AVX512},
    {"avx512vpopcntdq", 7, 0, ECX, 14, AVX512},
    {"rdpid", 7, 0, ECX, 22, SSE},
    {"avx512vp2intersect", 7, 0, EDX, 8, AVX512},
    {"amx-bf16", 7, 0, EDX, 22, AMX},
    {"avx512fp16", 7, 0, EDX, 23, AVX512},
    {"amx-tile", 7, 0, EDX, 24, AMX},
    {"amx-int8", 7, 0, EDX, 25, AMX},
    {"avxvnni", 7, 1, EAX, 4, AVX},
    {"avx512bf16", 7, 1, EAX, 5, AVX512},
    {"xsaveopt", 13, 1, EAX, 0, SSE},
    {"xsavec", 13, 1, EAX, 1, SSE},
    {"sahf", 0x80000001u, 0, ECX, 0, SSE},
    {"lzcnt", 0x80000001u, 0, ECX, 5, SSE},
    {"sse4a", 0x80000001u, 0, ECX, 6, SSE},
    {"prfchw", 0x80000001u, 0, ECX, 8, SSE},
    {"xop", 0x80000001u, 0, ECX, 11, AVX},
    {"fma4", 0x80000001u, 0, ECX, 16, AVX},
    {"64bit", 0x80000001u, 0, EDX, 29, SSE},
};

static uint64_t enabled_state(void) {
  uint32_t r[4];
  if (!__get_cpuid(1, &r[EAX], &r[EBX], &r[ECX], &r[EDX]) || !(r[ECX] >> 27 & 1))
    return 0;
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

static bool has_feature(const char *name, size_t length) {
  for (size_t i = 0; i < sizeof features_x86 / sizeof *features_x86; ++i) {
    const feature *f = &features_x86[i];
    if (strlen(f->name) != length || memcmp(f->name, name, length) != 0)
      continue;
    uint32_t r[4];
    if (!__get_cpuid_count(f->leaf, f->subleaf, &r[EAX], &r[EBX], &r[ECX], &r[EDX]))
      return false;
    return (r[f->reg] >> f->bit & 1) && (enabled_state() & f->state) == f->state;
  }
  return false;
}
#elif defined(__aarch64__)
#include <sys/auxv.h>

static bool has_feature(const char *name, size_t length) {
  static const struct {
    const char *name;
    int bit;
  } table[] = {{"fp-armv8", 0}, {"neon", 1},     {"aes", 3},  {"sha2", 6},     {"crc", 7},
               {"lse", 8},      {"fullfp16", 9}, {"rdm", 12}, {"dotprod", 20}, {"sve", 22}};
  unsigned long bits = getauxval(AT_HWCAP);
  for (size_t i = 0; i < sizeof table / sizeof *table; ++i)
    if (strlen(table[i].name) == length && memcmp(table[i].name, name, length) == 0)
      return bits >> table[i].bit & 1;
  return false;
}
#else
static bool has_feature(const char *name, size_t length) {
  (void)name;
  (void)length;
  return false;
}
#endif

bool cpu_has_features(const char *features, char *missing, size_t capacity) {
  size_t used = 0;
  bool all = true;
  if (capacity)
    missing[0] = 0;
  for (const char *p = features ? features : ""; *p;) {
    size_t length = strcspn(p, ",");
    const char *name = *p == '+' ? p + 1 : p;
    size_t size = length - (size_t)(name - p);
    if (size && *p != '-' && !has_feature(name, size)) {
      int n = snprintf(missing + used, capacity - used, "%s%.*s", all ? "" : ",", (int)size, name);
      used = n > 0 && used + (size_t)n < capacity ? used + (size_t)n : used;
      all = false;
    }
    p += length + (p[length] == ',');
  }
  return all;
}
