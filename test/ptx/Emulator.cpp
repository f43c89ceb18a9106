//===- Emulator.cpp - threads of a grid, one after the other ----------------------------------===//
//
// See Emulator.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/ptx/Emulator.h"

#include <algorithm>
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

std::string Shared::touch(uint64_t offset, size_t size, uint32_t thread, bool writes) {
  for (size_t i = offset; i < offset + size; ++i) {
    Touch &at = touches[i];
    if (!writes && at.writeEpoch == 0)
      return "read of shared memory that nobody wrote";
    bool written = at.writeEpoch == epoch && at.writer != thread;
    bool read = at.readEpoch == epoch && (at.manyReaders || at.reader != thread);
    if (written || (writes && read))
      return "race in shared memory with thread " + std::to_string(written ? at.writer : at.reader);
    if (writes) {
      at.writer = thread;
      at.writeEpoch = epoch;
      continue;
    }
    at.manyReaders = at.readEpoch == epoch && (at.manyReaders || at.reader != thread);
    at.reader = thread;
    at.readEpoch = epoch;
  }
  return "";
}

char *Thread::findShared(uint64_t offset, size_t bytes, bool writes) {
  if (offset > shared->bytes.size() || bytes > shared->bytes.size() - offset)
    error = "access outside of shared memory";
  else if (offset % bytes)
    error = "misaligned access";
  else
    error = shared->touch(offset, bytes, special[0], writes);
  return error.empty() ? shared->bytes.data() + offset : nullptr;
}

namespace {
/// A block while it runs.
class Block {
public:
  Block(const Kernel &kernel, uint32_t number, uint32_t blocks, uint32_t count,
        const std::vector<uint64_t> &parameters, const std::vector<Range> &ranges);
  std::string run();

private:
  std::string describe(const Thread &thread, const std::string &what) const;
  bool ended(const Thread &thread) const {
    return !thread.waits && thread.next >= kernel.body.size();
  }
  const Instruction &instructionOf(const Thread &thread) const {
    return kernel.body[thread.next - 1];
  }
  std::string runThread(Thread &thread);
  std::string meetInWarp(size_t first, bool &moved);
  bool meetAtBarrier();

  const Kernel &kernel;
  Shared shared;
  std::vector<Thread> threads;
};
} // namespace

Block::Block(const Kernel &kernel, uint32_t number, uint32_t blocks, uint32_t count,
             const std::vector<uint64_t> &parameters, const std::vector<Range> &ranges)
    : kernel(kernel), shared(kernel.sharedBytes), threads(count) {
  for (uint32_t t = 0; t < count; ++t) {
    Thread &thread = threads[t];
    thread.registers.assign(kernel.registers, 0xFFFFFFFFFFFFFFFF);
    thread.local.assign(kernel.localBytes, static_cast<char>(0xFF));
    thread.parameters = &parameters;
    thread.ranges = &ranges;
    thread.shared = &shared;
    const uint32_t special[] = {t, count, number, blocks};
    memcpy(thread.special, special, sizeof special);
  }
}

std::string Block::describe(const Thread &thread, const std::string &what) const {
  return kernel.name + ", thread " + std::to_string(thread.special[0]) + " of block " +
         std::to_string(thread.special[2]) + ": " + what + ": " + instructionOf(thread).text;
}

/// Up to its end, or to where it has to wait.
std::string Block::runThread(Thread &thread) {
  constexpr int64_t kMost = int64_t(1) << 32; // a loop that does not end
  for (int64_t steps = 0; thread.next < kernel.body.size(); ++steps) {
    const Instruction &instruction = kernel.body[thread.next++];
    if (instruction.predicate >= 0 &&
        (thread.registers[instruction.predicate] & 1) == instruction.negated)
      continue;
    thread.waits = instruction.exchange || instruction.barrier;
    if (thread.waits)
      return "";
    instruction.run(thread, instruction);
    if (steps > kMost)
      thread.error = "the thread does not end";
    if (!thread.error.empty())
      return describe(thread, thread.error);
  }
  return "";
}

/// Lets the threads of a warp that wait at one instruction exchange what they have, once all that
/// its mask names are there.
std::string Block::meetInWarp(size_t first, bool &moved) {
  constexpr size_t kWarp = 32;
  for (size_t t = first; t < std::min(first + kWarp, threads.size()); ++t) {
    Thread &one = threads[t];
    if (!one.waits || !instructionOf(one).exchange)
      continue;
    const Instruction &instruction = instructionOf(one);
    auto mask = static_cast<uint32_t>(bitsOf(one, instruction.operands.back()));
    if (!(mask >> (t - first) & 1))
      return describe(one, "the thread is not in its own mask");
    Thread *lanes[kWarp] = {};
    bool all = true;
    for (size_t lane = 0; lane < kWarp && first + lane < threads.size(); ++lane) {
      Thread &other = threads[first + lane];
      if (!(mask >> lane & 1) || ended(other))
        continue;
      all &= other.waits && other.next == one.next;
      lanes[lane] = &other;
    }
    if (!all)
      continue;
    if (std::string error = instruction.exchange(lanes, instruction); !error.empty())
      return describe(one, error);
    for (Thread *lane : lanes)
      if (lane)
        lane->waits = false;
    moved = true;
  }
  return "";
}

/// True, with all on their way again, when every thread that has not ended waits at one barrier.
bool Block::meetAtBarrier() {
  size_t place = 0;
  for (const Thread &thread : threads) {
    if (ended(thread))
      continue;
    if (!thread.waits || !instructionOf(thread).barrier || (place && place != thread.next))
      return false;
    place = thread.next;
  }
  for (Thread &thread : threads)
    thread.waits = false;
  ++shared.epoch;
  return place != 0;
}

std::string Block::run() {
  for (;;) {
    bool moved = false, left = false;
    for (Thread &thread : threads) {
      if (thread.waits || ended(thread))
        continue;
      moved = true;
      if (std::string error = runThread(thread); !error.empty())
        return error;
    }
    for (size_t first = 0; first < threads.size(); first += 32)
      if (std::string error = meetInWarp(first, moved); !error.empty())
        return error;
    moved |= meetAtBarrier();
    for (const Thread &thread : threads)
      left |= !ended(thread);
    if (!left)
      return "";
    if (moved)
      continue;
    for (const Thread &thread : threads)
      if (thread.waits)
        return describe(thread, "waits for threads that do not come");
  }
}

std::string sinter::ptx::launch(const Kernel &kernel, uint32_t blocks, uint32_t threads,
                                const std::vector<uint64_t> &parameters,
                                const std::vector<Range> &ranges) {
  if (parameters.size() != kernel.parameters.size())
    return kernel.name + " expects " + std::to_string(kernel.parameters.size()) +
           " parameters, got " + std::to_string(parameters.size());
  for (uint32_t block = 0; block < blocks; ++block)
    if (std::string error = Block(kernel, block, blocks, threads, parameters, ranges).run();
        !error.empty())
      return error;
  return "";
}
