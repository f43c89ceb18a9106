/* driver.c - opens NVIDIA's driver. See driver.h. */
#define _GNU_SOURCE
#include "driver.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static cuda_driver driver;
static void *library; /* stays open: the driver cannot be taken down */

void cuda_describe(const cuda_driver *known, cuda_result error, char *text, size_t capacity) {
  const char *name = NULL, *words = NULL;
  known->error_name(error, &name);
  known->error_string(error, &words);
  snprintf(text, capacity, "%s (%s)", name ? name : "an unknown error", words ? words : "no text");
}

/* Looks the functions up; 0 or E2407. */
static int find_functions(void *from, diag *d) {
  static const struct {
    const char *symbol;
    size_t offset;
  } functions[] = {
#define ROW(symbol, name, parameters) {#symbol, offsetof(cuda_driver, name)},
      CUDA_DRIVER_FUNCTIONS(ROW)
#undef ROW
  };
  for (size_t i = 0; i < sizeof functions / sizeof *functions; ++i) {
    void *found = dlsym(from, functions[i].symbol);
    if (!found)
      return diag_error(
          d, 2407, "expects an NVIDIA driver with %s, this one is too old; install a newer one",
          functions[i].symbol);
    memcpy((char *)&driver + functions[i].offset, &found, sizeof found);
  }
  return 0;
}

static int start(diag *d) {
  void *opened = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!opened)
    return diag_error(d, 2407,
                      "expects an NVIDIA driver, got: %s; install one, or build for a cpu target",
                      dlerror());
  cuda_result error = 0;
  char text[256];
  if (!find_functions(opened, d) && (error = driver.init(0))) {
    cuda_describe(&driver, error, text, sizeof text);
    diag_error(d, 2407, "expects an NVIDIA driver that starts, got: %s", text);
  }
  if (d->code)
    dlclose(opened);
  else
    library = opened;
  return d->code;
}

const cuda_driver *cuda_driver_open(diag *d) {
  pthread_mutex_lock(&lock);
  int code = library ? 0 : start(d);
  pthread_mutex_unlock(&lock);
  return code ? NULL : &driver;
}
