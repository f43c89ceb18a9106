/* device_cuda.c - an NVIDIA GPU as a device, through the driver's API.
 *
 * An entry is a function of the host that starts kernels on one stream, in order (codegen/gpu).
 * Inputs are filled in pinned memory and copied behind each other on that stream. Invariant: the
 * first call that fails is kept and told by the run's end; later ones of the run do nothing.
 * Reading on: device.h, driver.h. */
#define _GNU_SOURCE
#include "device.h"
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A function of the module, found by the address of its name. */
typedef struct known_function {
  const char *name;
  cuda_function function;
} known_function;

typedef struct gpu {
  device base; /* first: a device is one of these */
  const cuda_driver *driver;
  cuda_device_number number;
  cuda_context context;
  cuda_module module;
  cuda_stream stream;
  cuda_address constants, reports;
  char *staging; /* pinned: where inputs are filled */
  known_function *functions;
  uint64_t function_capacity;    /* a power of two */
  const char *const **reporters; /* the lines that each report is of */
  sinter_report *reported;       /* the host's copy */
  uint32_t reporter_count, reporter_capacity;
  void **parameters; /* of a launch, as the driver wants them */
  uint32_t parameter_capacity;
  double started;
} gpu;

static gpu *of(device *self) { return (gpu *)self; }

/* Keeps the first failure. True: the call failed, or one before it. */
static bool fails(gpu *self, const char *what, cuda_result result) {
  if (!result || self->base.failure)
    return result != 0;
  char text[160];
  cuda_describe(self->driver, result, text, sizeof text);
  self->base.failure = 2408;
  snprintf(self->base.reason, sizeof self->base.reason, "the GPU failed in %s: %s", what, text);
  return true;
}

/* The device's context for this thread, unless something has failed. */
static bool enter(gpu *self) {
  return !self->base.failure &&
         !fails(self, "cuCtxSetCurrent", self->driver->context_set(self->context));
}

static int gpu_allocate(device *base, uint64_t bytes, bool touch, void **memory, diag *d) {
  (void)touch;
  gpu *self = of(base);
  *memory = NULL;
  if (!bytes)
    return 0;
  cuda_address address = 0;
  size_t left = 0, total = 0;
  if (!enter(self))
    return diag_error(d, self->base.failure, "%s", self->base.reason);
  if (self->driver->memory_allocate(&address, bytes)) {
    self->driver->memory_info(&left, &total);
    return diag_error(d, 2402, "out of memory of the GPU: expects %.1f MiB, %.1f of %.1f are free",
                      (double)bytes / 1048576, (double)left / 1048576, (double)total / 1048576);
  }
  *memory = (void *)(uintptr_t)address;
  if (fails(self, "cuMemsetD8", self->driver->memory_set(address, 0, bytes)))
    return diag_error(d, self->base.failure, "%s", self->base.reason);
  return 0;
}

static void gpu_release(device *base, void *memory, uint64_t bytes) {
  (void)bytes;
  gpu *self = of(base);
  if (memory && !self->driver->context_set(self->context))
    self->driver->memory_free((cuda_address)(uintptr_t)memory);
}

static void gpu_upload(device *base, void *to, const void *from, uint64_t bytes) {
  gpu *self = of(base);
  if (bytes && enter(self))
    fails(self, "cuMemcpyHtoD", self->driver->copy_to((cuda_address)(uintptr_t)to, from, bytes));
}

/* What cannot be read is 0. */
static void gpu_read(device *base, void *to, const void *from, uint64_t bytes) {
  gpu *self = of(base);
  if (!bytes || !enter(self) ||
      fails(self, "cuMemcpyDtoH",
            self->driver->copy_from(to, (cuda_address)(uintptr_t)from, bytes)))
    memset(to, 0, bytes);
}

static void gpu_fill(device *base, const sinter_entry *entry, void *const *segments,
                     device_fill_fn fill, void *argument) {
  gpu *self = of(base);
  void *staged[SINTER_SEGMENTS] = {NULL};
  staged[SINTER_SEG_WORK] = self->staging;
  sinter_pool_run_job(base->pool, fill, argument, staged);
  for (uint32_t i = 0; i < entry->input_count && enter(self); ++i) {
    const sinter_tensor *t = &entry->inputs[i];
    cuda_address to = (cuda_address)(uintptr_t)segments[SINTER_SEG_WORK] + t->offset;
    if (t->bytes)
      fails(self, "cuMemcpyHtoDAsync",
            self->driver->copy_to_later(to, self->staging + t->offset, t->bytes, self->stream));
  }
}

static cuda_function find_function(gpu *self, const char *name) {
  uint64_t at = (uint64_t)(uintptr_t)name * 0x9e3779b97f4a7c15u >> 20;
  for (;; ++at) {
    known_function *slot = &self->functions[at & (self->function_capacity - 1)];
    if (slot->name == name)
      return slot->function;
    if (slot->name)
      continue;
    cuda_function function = NULL;
    if (fails(self, name, self->driver->module_function(&function, self->module, name)))
      return NULL;
    *slot = (known_function){name, function};
    return function;
  }
}

/* The report of a launch on the device: one for each list of lines. */
static cuda_address find_report(gpu *self, const sinter_launch *launch) {
  uint32_t i = 0;
  while (i < self->reporter_count && self->reporters[i] != launch->lines)
    ++i;
  if (i == self->reporter_count)
    self->reporters[self->reporter_count++] = launch->lines;
  return self->reports + i * sizeof(sinter_report);
}

/* Room for `count` parameters; the largest launch so far decides. */
static bool reserve_parameters(gpu *self, uint32_t count) {
  if (count <= self->parameter_capacity)
    return true;
  void **room = realloc(self->parameters, count * sizeof *room);
  if (!room) {
    self->base.failure = 2402;
    snprintf(self->base.reason, sizeof self->base.reason, "out of memory: %u arguments", count);
    return false;
  }
  self->parameters = room;
  self->parameter_capacity = count;
  return true;
}

static void start_function(const sinter_spmd *spmd, const sinter_launch *launch) {
  gpu *self = spmd->report;
  uint32_t count = launch->memory_count;
  cuda_address report;
  if (self->base.failure || !reserve_parameters(self, count + 1))
    return;
  cuda_function function = find_function(self, launch->function);
  if (!function)
    return;
  for (uint32_t i = 0; i < count; ++i)
    self->parameters[i] = (void *)&launch->memory[i];
  if (launch->line_count) {
    report = find_report(self, launch);
    self->parameters[count] = &report;
  }
  fails(self, launch->function,
        self->driver->launch(function, launch->blocks, 1, 1, launch->threads, 1, 1, 0, self->stream,
                             self->parameters, NULL));
}

static uint32_t read_byte(const sinter_spmd *spmd, const void *at) {
  gpu *self = spmd->report;
  uint8_t byte = 0;
  gpu_read(&self->base, &byte, at, 1);
  return byte;
}

static void run_function(gpu *self, sinter_entry_fn run, void *const *segments) {
  void *places[SINTER_SEGMENTS + 1];
  memcpy(places, segments, SINTER_SEGMENTS * sizeof *places);
  places[SINTER_SEG_CONSTANTS] = (void *)(uintptr_t)self->constants;
  sinter_spmd spmd = {.segments = places,
                      .threads = 1,
                      .report = self,
                      .launch = start_function,
                      .read_byte = read_byte};
  self->started = clock_seconds();
  self->base.fault.line = NULL;
  if (enter(self)) /* for all launches */
    run(&spmd);
}

static void gpu_run(device *base, const sinter_entry *entry, void *const *segments,
                    device_fill_fn fill, void *argument) {
  double start = clock_seconds();
  if (fill)
    gpu_fill(base, entry, segments, fill, argument);
  base->fill_ms = (clock_seconds() - start) * 1e3;
  run_function(of(base), entry->run, segments);
}

static void gpu_run_kernel(device *base, const sinter_kernel *kernel, void *const *segments) {
  run_function(of(base), kernel->run, segments);
}

static void take_reports(gpu *self) {
  size_t bytes = self->reporter_count * sizeof(sinter_report);
  bool any = false;
  gpu_read(&self->base, self->reported, (void *)(uintptr_t)self->reports, bytes);
  for (uint32_t i = 0; i < self->reporter_count; ++i) {
    const sinter_report *r = &self->reported[i];
    if (!r->taken)
      continue;
    any = true;
    fault_take(&self->base.fault,
               &(index_fault){self->reporters[i][r->line], r->value, r->position, r->size});
  }
  if (any)
    fails(self, "cuMemsetD8", self->driver->memory_set(self->reports, 0, bytes));
}

static void gpu_synchronise(device *base) {
  gpu *self = of(base);
  if (enter(self))
    fails(self, "a kernel", self->driver->stream_wait(self->stream));
  if (self->reporter_count)
    take_reports(self);
  base->run_ms = (clock_seconds() - self->started) * 1e3;
}

static void gpu_close(device *base) {
  gpu *self = of(base);
  const cuda_driver *driver = self->driver;
  if (self->context && !driver->context_set(self->context)) {
    if (self->constants)
      driver->memory_free(self->constants);
    if (self->reports)
      driver->memory_free(self->reports);
    if (self->staging)
      driver->host_free(self->staging);
    if (self->stream)
      driver->stream_destroy(self->stream);
    if (self->module)
      driver->module_unload(self->module);
  }
  if (self->context)
    driver->context_release(self->number);
  free(self->functions);
  free(self->reporters);
  free(self->reported);
  free(self->parameters);
  sinter_pool_close(base->pool);
  free(self);
}

/* The number in a target's name: "cuda:sm_90" -> 90. */
static int architecture(const sinter_module *module) {
  const char *digits = strrchr(module->target, '_');
  return digits ? atoi(digits + 1) : 0;
}

/* The GPU to use, and what it can do as 10 times its compute capability. */
static int choose_gpu(const cuda_driver *driver, cuda_device_number *number, int *capability,
                      diag *d) {
  enum { MAJOR = 75, MINOR = 76 }; /* CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_… */
  int count = 0, major = 0, minor = 0;
  if (driver->device_count(&count) || count < 1)
    return diag_error(d, 2407, "expects an NVIDIA GPU, the driver has none");
  if (driver->device_get(number, 0) || driver->device_attribute(&major, MAJOR, *number) ||
      driver->device_attribute(&minor, MINOR, *number))
    return diag_error(d, 2407, "expects an NVIDIA GPU that answers, the first one does not");
  *capability = major * 10 + minor;
  return 0;
}

static int cuda_check(const sinter_module *module, diag *d) {
  const cuda_driver *driver = cuda_driver_open(d);
  cuda_device_number number;
  int has = 0, needs = architecture(module);
  if (!driver || choose_gpu(driver, &number, &has, d))
    return d->code;
  char name[128] = "the GPU";
  driver->device_name(name, sizeof name, number);
  if (has < needs)
    return diag_error(d, 2407,
                      "target '%s' expects a GPU of compute capability %d.%d, '%s' has %d.%d",
                      module->target, needs / 10, needs % 10, name, has / 10, has % 10);
  return 0;
}

static int load_code(gpu *self, const sinter_module *module, diag *d) {
  enum { LOG = 5, LOG_BYTES = 6 }; /* CU_JIT_ERROR_LOG_BUFFER, …_SIZE_BYTES */
  char log[512] = "";
  int options[] = {LOG, LOG_BYTES};
  void *values[] = {log, (void *)(uintptr_t)sizeof log};
  cuda_result error = self->driver->module_load(&self->module, module->code, 2, options, values);
  if (!error)
    return 0;
  char text[160];
  cuda_describe(self->driver, error, text, sizeof text);
  log[strcspn(log, "\n")] = 0;
  return diag_error(d, 2407, "the driver does not take the code for '%s': %s%s%s; a newer one may",
                    module->target, text, *log ? ": " : "", log);
}

/* Room for everything that runs need. */
static int take_memory(gpu *self, const sinter_module *module, diag *d) {
  uint32_t kernels = 0;
  for (uint32_t i = 0; i < module->entry_count; ++i)
    kernels += module->entries[i].kernel_count;
  self->function_capacity = 64;
  while (self->function_capacity < 2ull * kernels + 1)
    self->function_capacity *= 2;
  self->reporter_capacity = kernels + 1;
  self->functions = calloc(self->function_capacity, sizeof *self->functions);
  self->reporters = calloc(self->reporter_capacity, sizeof *self->reporters);
  self->reported = calloc(self->reporter_capacity, sizeof *self->reported);
  void *constants, *reports, *staging = NULL;
  if (!self->functions || !self->reporters || !self->reported ||
      self->driver->host_allocate(&staging, module->segment_bytes[SINTER_SEG_WORK] + 1, 0))
    return diag_error(d, 2402, "out of memory: the inputs of the GPU");
  self->staging = staging;
  if (gpu_allocate(&self->base, module->constant_bytes, true, &constants, d))
    return d->code;
  self->constants = (cuda_address)(uintptr_t)constants;
  if (gpu_allocate(&self->base, self->reporter_capacity * sizeof(sinter_report), true, &reports, d))
    return d->code;
  self->reports = (cuda_address)(uintptr_t)reports;
  gpu_upload(&self->base, constants, module->constants, module->constant_bytes);
  return self->base.failure ? diag_error(d, self->base.failure, "%s", self->base.reason) : 0;
}

static int cuda_open(const sinter_module *module, sinter_pool *pool, device **opened, diag *d) {
  gpu *self = calloc(1, sizeof *self);
  int capability;
  *opened = NULL;
  if (!self) {
    sinter_pool_close(pool);
    return diag_error(d, 2402, "out of memory: the device");
  }
  self->base = (device){.name = sinter_device_cuda.name,
                        .allocate = gpu_allocate,
                        .release = gpu_release,
                        .upload = gpu_upload,
                        .read = gpu_read,
                        .run = gpu_run,
                        .fill = gpu_fill,
                        .run_kernel = gpu_run_kernel,
                        .synchronise = gpu_synchronise,
                        .close = gpu_close,
                        .pool = pool};
  self->driver = cuda_driver_open(d);
  cuda_result error = 0;
  if (!d->code && !choose_gpu(self->driver, &self->number, &capability, d) &&
      ((error = self->driver->context_retain(&self->context, self->number)) ||
       (error = self->driver->context_set(self->context)) ||
       (error = self->driver->stream_create(&self->stream, 0)))) {
    char text[160];
    cuda_describe(self->driver, error, text, sizeof text);
    diag_error(d, 2408, "the GPU cannot be used: %s", text);
  }
  if (d->code || load_code(self, module, d) || take_memory(self, module, d)) {
    gpu_close(&self->base);
    return d->code;
  }
  *opened = &self->base;
  return 0;
}

const sinter_device_kind sinter_device_cuda = {"cuda", cuda_check, cuda_open};
