//===- FakeCuda.cpp - NVIDIA's driver without a GPU -------------------------------------------===//
//
// A libcuda.so.1 whose one GPU is the emulator, so that whole trainers for cuda targets run on
// machines without a driver. Memory of the GPU has addresses that fault when the host touches them.
// Streams do at once what they are told. From the environment:
//
//   SINTER_FAKE_CUDA_LOG=FILE         a line a call: its name and, of launches, function and grid
//   SINTER_FAKE_CUDA_FAIL=NAME:N:CODE call number N of function NAME (from 1) gives the error CODE
//   SINTER_FAKE_CUDA_CAPABILITY=90    compute capability times 10
//   SINTER_FAKE_CUDA_MEMORY=BYTES     of the GPU
//
// Misuse that a driver would punish at some time (a free of what was not allocated, a copy over an
// end, a call without a context) is an error here at once.
//
//===------------------------------------------------------------------------------------------===//
#include "cuda/driver.h"
#include "test/ptx/Emulator.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <sys/mman.h>

using namespace sinter;

namespace {

enum Error : cuda_result {
  kSuccess = 0,
  kInvalidValue = 1,
  kOutOfMemory = 2,
  kNotInitialised = 3,
  kInvalidContext = 201,
  kInvalidPtx = 218,
  kNotFound = 500,
  kLaunchFailed = 719
};

/// The driver and its GPU.
struct Driver {
  std::mutex mutex;
  bool started = false;
  int contexts = 0;
  std::map<uint64_t, ptx::Range> memory; ///< by address
  uint64_t used = 0;
  std::map<std::string, int> calls;
  std::vector<std::unique_ptr<ptx::Program>> programs;
} driver;

const char *ask(const char *name) { return std::getenv(name); }

uint64_t number(const char *name, uint64_t otherwise) {
  const char *text = ask(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

void log(const std::string &line) {
  const char *path = ask("SINTER_FAKE_CUDA_LOG");
  if (!path)
    return;
  if (FILE *file = std::fopen(path, "a")) {
    std::fprintf(file, "%s\n", line.c_str());
    std::fclose(file);
  }
}

/// The error that the environment asks of this call, or none.
cuda_result begin(const std::string &name, const std::string &more = "") {
  log(more.empty() ? name : name + " " + more);
  int count = ++driver.calls[name];
  if (const char *text = ask("SINTER_FAKE_CUDA_FAIL")) {
    char wanted[64];
    int at = 0, code = 0;
    if (std::sscanf(text, "%63[^:]:%d:%d", wanted, &at, &code) == 3 && name == wanted &&
        at == count)
      return code;
  }
  return driver.started ? kSuccess : kNotInitialised;
}

/// As begin, of calls that need a context.
cuda_result beginInContext(const std::string &name, const std::string &more = "") {
  cuda_result error = begin(name, more);
  return error ? error : driver.contexts ? kSuccess : kInvalidContext;
}

/// The data behind `bytes` at an address of the GPU; null: there are none.
char *find(uint64_t address, uint64_t bytes) {
  auto next = driver.memory.upper_bound(address);
  if (next == driver.memory.begin())
    return nullptr;
  const ptx::Range &range = std::prev(next)->second;
  uint64_t offset = address - range.address, size = static_cast<uint64_t>(range.bytes);
  return offset <= size && bytes <= size - offset ? range.data + offset : nullptr;
}

cuda_result copyTo(cuda_address to, const void *from, size_t bytes) {
  char *at = find(to, bytes);
  if (!at)
    return kInvalidValue;
  std::memcpy(at, from, bytes);
  return kSuccess;
}

cuda_result launchOnEmulator(const ptx::Kernel &kernel, unsigned blocks, unsigned threads,
                             void **given) {
  std::vector<uint64_t> parameters(kernel.parameters.size());
  for (size_t i = 0; i < parameters.size(); ++i)
    std::memcpy(&parameters[i], given[i], sizeof parameters[i]);
  std::vector<ptx::Range> ranges;
  for (const auto &[address, range] : driver.memory)
    ranges.push_back(range);
  std::string error = ptx::launch(kernel, blocks, threads, parameters, ranges);
  if (error.empty())
    return kSuccess;
  std::fprintf(stderr, "emulator: %s\n", error.c_str());
  return kLaunchFailed;
}

} // namespace

#define LOCK std::lock_guard lock(driver.mutex)
#define BEGIN(begins, ...)                                                                         \
  LOCK;                                                                                            \
  if (cuda_result error = begins(__func__ __VA_OPT__(, ) __VA_ARGS__))                             \
    return error;

#pragma GCC visibility push(default)
extern "C" {

cuda_result cuInit(unsigned) {
  LOCK;
  driver.started = true;
  cuda_result error = begin(__func__);
  driver.started = !error;
  return error;
}

cuda_result cuGetErrorName(cuda_result error, const char **name) {
  switch (error) {
  case kInvalidValue:
    *name = "CUDA_ERROR_INVALID_VALUE";
    break;
  case kOutOfMemory:
    *name = "CUDA_ERROR_OUT_OF_MEMORY";
    break;
  case kInvalidPtx:
    *name = "CUDA_ERROR_INVALID_PTX";
    break;
  case kLaunchFailed:
    *name = "CUDA_ERROR_LAUNCH_FAILED";
    break;
  default:
    *name = "CUDA_ERROR_UNKNOWN";
  }
  return kSuccess;
}

cuda_result cuGetErrorString(cuda_result, const char **text) {
  *text = "told by the fake driver";
  return kSuccess;
}

cuda_result cuDeviceGetCount(int *count) {
  BEGIN(begin);
  *count = 1;
  return kSuccess;
}

cuda_result cuDeviceGet(cuda_device_number *device, int ordinal) {
  BEGIN(begin);
  *device = ordinal;
  return ordinal ? kInvalidValue : kSuccess;
}

cuda_result cuDeviceGetName(char *name, int capacity, cuda_device_number) {
  BEGIN(begin);
  std::snprintf(name, static_cast<size_t>(capacity), "PTX emulator");
  return kSuccess;
}

cuda_result cuDeviceGetAttribute(int *value, int attribute, cuda_device_number) {
  BEGIN(begin);
  enum { kMajor = 75, kMinor = 76 };
  auto capability = static_cast<int>(number("SINTER_FAKE_CUDA_CAPABILITY", 90));
  *value = attribute == kMajor ? capability / 10 : attribute == kMinor ? capability % 10 : 0;
  return kSuccess;
}

cuda_result cuDevicePrimaryCtxRetain(cuda_context *context, cuda_device_number) {
  BEGIN(begin);
  ++driver.contexts;
  *context = reinterpret_cast<cuda_context>(&driver);
  return kSuccess;
}

cuda_result cuDevicePrimaryCtxRelease_v2(cuda_device_number) {
  BEGIN(beginInContext);
  if (--driver.contexts == 0)
    log("left " + std::to_string(driver.used) + " bytes");
  return kSuccess;
}

cuda_result cuCtxSetCurrent(cuda_context context) {
  BEGIN(begin);
  return context == reinterpret_cast<cuda_context>(&driver) ? kSuccess : kInvalidContext;
}

cuda_result cuModuleLoadDataEx(cuda_module *module, const void *image, unsigned, int *,
                               void **values) {
  BEGIN(beginInContext);
  auto program = std::make_unique<ptx::Program>();
  if (std::string error = program->parse(static_cast<const char *>(image)); !error.empty()) {
    std::snprintf(static_cast<char *>(values[0]), reinterpret_cast<size_t>(values[1]), "%s",
                  error.c_str());
    return kInvalidPtx;
  }
  *module = reinterpret_cast<cuda_module>(program.get());
  driver.programs.push_back(std::move(program));
  return kSuccess;
}

cuda_result cuModuleUnload(cuda_module module) {
  BEGIN(beginInContext);
  auto *program = reinterpret_cast<ptx::Program *>(module);
  return std::erase_if(driver.programs, [&](auto &known) { return known.get() == program; })
             ? kSuccess
             : kInvalidValue;
}

cuda_result cuModuleGetFunction(cuda_function *function, cuda_module module, const char *name) {
  BEGIN(beginInContext);
  const ptx::Kernel *kernel = reinterpret_cast<ptx::Program *>(module)->find(name);
  *function = reinterpret_cast<cuda_function>(const_cast<ptx::Kernel *>(kernel));
  return kernel ? kSuccess : kNotFound;
}

cuda_result cuMemAlloc_v2(cuda_address *address, size_t bytes) {
  BEGIN(beginInContext);
  if (!bytes)
    return kInvalidValue;
  if (driver.used + bytes > number("SINTER_FAKE_CUDA_MEMORY", uint64_t(1) << 40))
    return kOutOfMemory;
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  void *place = mmap(nullptr, bytes, PROT_NONE, flags, -1, 0),
       *data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (place == MAP_FAILED || data == MAP_FAILED)
    return kOutOfMemory;
  std::memset(data, 0xFF, bytes); // what was not written is NaN
  *address = reinterpret_cast<uint64_t>(place);
  driver.memory[*address] = {*address, static_cast<char *>(data), static_cast<int64_t>(bytes)};
  driver.used += bytes;
  return kSuccess;
}

cuda_result cuMemFree_v2(cuda_address address) {
  BEGIN(beginInContext);
  auto found = driver.memory.find(address);
  if (found == driver.memory.end())
    return kInvalidValue;
  auto bytes = static_cast<size_t>(found->second.bytes);
  munmap(reinterpret_cast<void *>(address), bytes);
  munmap(found->second.data, bytes);
  driver.used -= bytes;
  driver.memory.erase(found);
  return kSuccess;
}

cuda_result cuMemGetInfo_v2(size_t *left, size_t *total) {
  BEGIN(beginInContext);
  *total = number("SINTER_FAKE_CUDA_MEMORY", uint64_t(1) << 40);
  *left = *total - driver.used;
  return kSuccess;
}

cuda_result cuMemsetD8_v2(cuda_address address, unsigned char value, size_t bytes) {
  BEGIN(beginInContext);
  char *at = find(address, bytes);
  if (!at)
    return kInvalidValue;
  std::memset(at, value, bytes);
  return kSuccess;
}

cuda_result cuMemcpyHtoD_v2(cuda_address to, const void *from, size_t bytes) {
  BEGIN(beginInContext);
  return copyTo(to, from, bytes);
}

cuda_result cuMemcpyHtoDAsync_v2(cuda_address to, const void *from, size_t bytes, cuda_stream) {
  BEGIN(beginInContext);
  return copyTo(to, from, bytes);
}

cuda_result cuMemcpyDtoH_v2(void *to, cuda_address from, size_t bytes) {
  BEGIN(beginInContext);
  const char *at = find(from, bytes);
  if (!at)
    return kInvalidValue;
  std::memcpy(to, at, bytes);
  return kSuccess;
}

cuda_result cuMemHostAlloc(void **memory, size_t bytes, unsigned) {
  BEGIN(beginInContext);
  *memory = std::malloc(bytes);
  return *memory ? kSuccess : kOutOfMemory;
}

cuda_result cuMemFreeHost(void *memory) {
  BEGIN(beginInContext);
  std::free(memory);
  return kSuccess;
}

cuda_result cuStreamCreate(cuda_stream *stream, unsigned) {
  BEGIN(beginInContext);
  *stream = reinterpret_cast<cuda_stream>(&driver);
  return kSuccess;
}

cuda_result cuStreamDestroy_v2(cuda_stream) {
  BEGIN(beginInContext);
  return kSuccess;
}

cuda_result cuStreamSynchronize(cuda_stream) {
  BEGIN(beginInContext);
  return kSuccess;
}

cuda_result cuLaunchKernel(cuda_function function, unsigned blocks, unsigned, unsigned,
                           unsigned threads, unsigned, unsigned, unsigned, cuda_stream,
                           void **parameters, void **) {
  const auto &kernel = *reinterpret_cast<const ptx::Kernel *>(function);
  BEGIN(beginInContext,
        kernel.name + " " + std::to_string(blocks) + " x " + std::to_string(threads));
  return launchOnEmulator(kernel, blocks, threads, parameters);
}

} // extern "C"
#pragma GCC visibility pop
