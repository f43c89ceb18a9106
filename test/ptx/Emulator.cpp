//===- Emulator.cpp - threads of a grid, one after the other ----------------------------------===//
//
// See Emulator.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/ptx/Emulator.h"

#include <cstring>

using namespace sinter::ptx;

char *Thread::find(uint64_t address, size_t bytes) {
  auto inside = [&](uint64_t base, uint64_t size) {
    return address >= base && address - base <= size && bytes <= size - (address - base);
  };
  if (inside(reinterpret_cast<uint64_t>(local.data()), local.size()))
    return reinterpret_cast<char *>(address);
  for (const Range &range : *ranges)
    if (inside(range.address, static_cast<uint64_t>(range.bytes)))
      return address % bytes ? (error = "misaligned access", nullptr)
                             : range.data + (address - range.address);
  error = "access outside of the kernel's buffers";
  return nullptr;
}

static std::string runThread(const Kernel &kernel, Thread &thread) {
  constexpr int64_t kMost = int64_t(1) << 32; // a loop that does not end
  for (int64_t steps = 0; thread.next < kernel.body.size(); ++steps) {
    const Instruction &instruction = kernel.body[thread.next++];
    if (instruction.predicate >= 0 &&
        (thread.registers[instruction.predicate] & 1) == instruction.negated)
      continue;
    instruction.run(thread, instruction);
    if (steps > kMost)
      thread.error = "the thread does not end";
    if (!thread.error.empty())
      return kernel.name + ", thread " + std::to_string(thread.special[0]) + " of block " +
             std::to_string(thread.special[2]) + ": " + thread.error + ": " + instruction.text;
  }
  return "";
}

std::string sinter::ptx::launch(const Kernel &kernel, uint32_t blocks, uint32_t threads,
                                const std::vector<uint64_t> &parameters,
                                const std::vector<Range> &ranges) {
  if (parameters.size() != kernel.parameters.size())
    return kernel.name + " expects " + std::to_string(kernel.parameters.size()) +
           " parameters, got " + std::to_string(parameters.size());
  for (uint32_t block = 0; block < blocks; ++block)
    for (uint32_t t = 0; t < threads; ++t) {
      Thread thread;
      thread.registers.assign(kernel.registers, 0xFFFFFFFFFFFFFFFF);
      thread.local.assign(kernel.localBytes, static_cast<char>(0xFF));
      thread.parameters = &parameters;
      thread.ranges = &ranges;
      const uint32_t special[] = {t, threads, block, blocks};
      memcpy(thread.special, special, sizeof special);
      if (std::string error = runThread(kernel, thread); !error.empty())
        return error;
    }
  return "";
}
