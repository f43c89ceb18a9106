/* driver.h - the functions of NVIDIA's driver that the runtime calls.
 *
 * The driver is opened when a model for it starts (libcuda.so.1), so that programs link without it
 * and say what is missing. Types are those of the CUDA driver API, whose ABI is stable. Reading on:
 * driver.c, device_cuda.c. */
#ifndef SINTER_RUNTIME_CUDA_DRIVER_H
#define SINTER_RUNTIME_CUDA_DRIVER_H

#include "diag.h"

#include <stdint.h>

typedef int cuda_result; /* 0: success */
typedef int cuda_device_number;
typedef uint64_t cuda_address;
typedef struct cuda_context_handle *cuda_context;
typedef struct cuda_module_handle *cuda_module;
typedef struct cuda_function_handle *cuda_function;
typedef struct cuda_stream_handle *cuda_stream;

/* X(name in libcuda, name here, parameters) */
#define CUDA_DRIVER_FUNCTIONS(X)                                                                   \
  X(cuInit, init, (unsigned flags))                                                                \
  X(cuGetErrorName, error_name, (cuda_result error, const char **name))                            \
  X(cuGetErrorString, error_string, (cuda_result error, const char **text))                        \
  X(cuDeviceGetCount, device_count, (int *count))                                                  \
  X(cuDeviceGet, device_get, (cuda_device_number * device, int ordinal))                           \
  X(cuDeviceGetName, device_name, (char *name, int capacity, cuda_device_number device))           \
  X(cuDeviceGetAttribute, device_attribute,                                                        \
    (int *value, int attribute, cuda_device_number device))                                        \
  X(cuDevicePrimaryCtxRetain, context_retain, (cuda_context * context, cuda_device_number device)) \
  X(cuDevicePrimaryCtxRelease_v2, context_release, (cuda_device_number device))                    \
  X(cuCtxSetCurrent, context_set, (cuda_context context))                                          \
  X(cuModuleLoadDataEx, module_load,                                                               \
    (cuda_module * module, const void *image, unsigned count, int *options, void **values))        \
  X(cuModuleUnload, module_unload, (cuda_module module))                                           \
  X(cuModuleGetFunction, module_function,                                                          \
    (cuda_function * function, cuda_module module, const char *name))                              \
  X(cuMemAlloc_v2, memory_allocate, (cuda_address * address, size_t bytes))                        \
  X(cuMemFree_v2, memory_free, (cuda_address address))                                             \
  X(cuMemGetInfo_v2, memory_info, (size_t * free, size_t * total))                                 \
  X(cuMemsetD8_v2, memory_set, (cuda_address address, unsigned char value, size_t bytes))          \
  X(cuMemcpyHtoD_v2, copy_to, (cuda_address to, const void *from, size_t bytes))                   \
  X(cuMemcpyHtoDAsync_v2, copy_to_later,                                                           \
    (cuda_address to, const void *from, size_t bytes, cuda_stream stream))                         \
  X(cuMemcpyDtoH_v2, copy_from, (void *to, cuda_address from, size_t bytes))                       \
  X(cuMemHostAlloc, host_allocate, (void **memory, size_t bytes, unsigned flags))                  \
  X(cuMemFreeHost, host_free, (void *memory))                                                      \
  X(cuStreamCreate, stream_create, (cuda_stream * stream, unsigned flags))                         \
  X(cuStreamDestroy_v2, stream_destroy, (cuda_stream stream))                                      \
  X(cuStreamSynchronize, stream_wait, (cuda_stream stream))                                        \
  X(cuLaunchKernel, launch,                                                                        \
    (cuda_function function, unsigned blocks_x, unsigned blocks_y, unsigned blocks_z,              \
     unsigned threads_x, unsigned threads_y, unsigned threads_z, unsigned shared_bytes,            \
     cuda_stream stream, void **parameters, void **extra))

/* The driver, once it is open. */
typedef struct cuda_driver {
#define MEMBER(symbol, name, parameters) cuda_result(*name) parameters;
  CUDA_DRIVER_FUNCTIONS(MEMBER)
#undef MEMBER
} cuda_driver;

/// The driver of this machine, opened and started once; NULL with E2407.
const cuda_driver *cuda_driver_open(diag *d);
/// "CUDA_ERROR_OUT_OF_MEMORY (out of memory)".
void cuda_describe(const cuda_driver *driver, cuda_result error, char *text, size_t capacity);

#endif
