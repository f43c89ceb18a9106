// DetachedDevice.cpp - see DetachedDevice.h.
#include "DetachedDevice.h"

extern "C" {
#include "device.h"
}

#include <array>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <stdexcept>
#include <sys/mman.h>

namespace {

/// All memory of all such devices: the address that users have, and where the data are.
class Mappings {
public:
  void add(char *address, char *data, uint64_t bytes) {
    std::lock_guard lock(mutex);
    known[address] = {data, bytes};
  }
  void remove(char *address) {
    std::lock_guard lock(mutex);
    known.erase(address);
  }
  /// The data behind `bytes` at an address.
  char *find(const void *pointer, uint64_t bytes) {
    auto *at = static_cast<const char *>(pointer);
    std::lock_guard lock(mutex);
    auto next = known.upper_bound(const_cast<char *>(at));
    if (next == known.begin())
      throw std::out_of_range("no memory of the device");
    auto [address, place] = *std::prev(next);
    auto offset = static_cast<uint64_t>(at - address);
    if (offset > place.bytes || bytes > place.bytes - offset)
      throw std::out_of_range("behind the memory of the device");
    return place.data + offset;
  }

private:
  struct Place {
    char *data;
    uint64_t bytes;
  };
  std::mutex mutex;
  std::map<char *, Place> known;
} mappings;

/// Behind its own functions stands a CPU.
struct Detached {
  device base; // first: a device is one of these
  device *cpu;
  char *staging; // where inputs are filled
  uint64_t stagingBytes;
};

Detached *of(device *self) { return reinterpret_cast<Detached *>(self); }

char *map(uint64_t bytes, int access) {
  void *memory = mmap(nullptr, bytes, access, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<char *>(memory);
}

int allocate(device *self, uint64_t bytes, bool touch, void **memory, diag *d) {
  *memory = nullptr;
  if (!bytes)
    return 0;
  void *data;
  if (int code = of(self)->cpu->allocate(of(self)->cpu, bytes, touch, &data, d))
    return code;
  char *address = map(bytes, PROT_NONE);
  mappings.add(address, static_cast<char *>(data), bytes);
  *memory = address;
  return 0;
}

void release(device *self, void *memory, uint64_t bytes) {
  if (!memory)
    return;
  of(self)->cpu->release(of(self)->cpu, mappings.find(memory, bytes), bytes);
  mappings.remove(static_cast<char *>(memory));
  munmap(memory, bytes);
}

void upload(device *, void *to, const void *from, uint64_t bytes) {
  if (bytes)
    memcpy(mappings.find(to, bytes), from, bytes);
}

void read(device *, void *to, const void *from, uint64_t bytes) {
  if (bytes)
    memcpy(to, mappings.find(from, bytes), bytes);
}

/// Segments as the CPU's code gets them.
std::array<void *, SINTER_SEGMENTS> getData(void *const *segments) {
  std::array<void *, SINTER_SEGMENTS> data{};
  for (size_t i = 0; i < data.size(); ++i)
    data[i] = segments[i] ? mappings.find(segments[i], 0) : nullptr;
  return data;
}

void fill(device *self, const sinter_entry *entry, void *const *segments, device_fill_fn function,
          void *argument) {
  std::array<void *, SINTER_SEGMENTS> staged{};
  staged[SINTER_SEG_WORK] = of(self)->staging;
  sinter_pool_run_job(self->pool, function, argument, staged.data());
  for (uint32_t i = 0; i < entry->input_count; ++i) {
    const sinter_tensor &t = entry->inputs[i];
    upload(self, static_cast<char *>(segments[SINTER_SEG_WORK]) + t.offset,
           of(self)->staging + t.offset, t.bytes);
  }
}

void takeResults(device *self) {
  const device *cpu = of(self)->cpu;
  self->fault = cpu->fault;
  self->run_ms = cpu->run_ms;
}

void run(device *self, const sinter_entry *entry, void *const *segments, device_fill_fn function,
         void *argument) {
  double start = clock_seconds();
  if (function)
    fill(self, entry, segments, function, argument);
  self->fill_ms = (clock_seconds() - start) * 1e3;
  of(self)->cpu->run(of(self)->cpu, entry, getData(segments).data(), nullptr, nullptr);
  takeResults(self);
}

void runKernel(device *self, const sinter_kernel *kernel, void *const *segments) {
  of(self)->cpu->run_kernel(of(self)->cpu, kernel, getData(segments).data());
  takeResults(self);
}

void synchronise(device *) {}

void close(device *self) {
  munmap(of(self)->staging, of(self)->stagingBytes);
  of(self)->cpu->close(of(self)->cpu); // the pool, too
  delete of(self);
}

int open(const sinter_module *module, sinter_pool *pool, device **opened, diag *d) {
  device *cpu;
  if (int code = sinter_device_cpu.open(module, pool, &cpu, d))
    return code;
  auto *self = new Detached{};
  self->base.name = "detached";
  self->base.allocate = allocate;
  self->base.release = release;
  self->base.upload = upload;
  self->base.read = read;
  self->base.run = run;
  self->base.fill = fill;
  self->base.run_kernel = runKernel;
  self->base.synchronise = synchronise;
  self->base.close = close;
  self->base.pool = pool;
  self->cpu = cpu;
  self->stagingBytes = module->segment_bytes[SINTER_SEG_WORK] + 1;
  self->staging = map(self->stagingBytes, PROT_READ | PROT_WRITE);
  *opened = &self->base;
  return 0;
}

/// Takes the place of the CPU, so that modules and messages stay as they are.
const sinter_device_kind detached = {"cpu", sinter_device_cpu.check, open};

} // namespace

bool isDetached() {
  const char *name = std::getenv("SINTER_TEST_DEVICE");
  return name && std::strcmp(name, "detached") == 0;
}

void chooseDevice(sinter_module &module) {
  if (isDetached())
    module.device_kind = &detached;
}
