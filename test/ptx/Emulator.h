//===- Emulator.h - runs PTX text on a CPU ----------------------------------------------------===//
//
// Executes what `emit --stage ptx` prints, instruction by instruction, so that code for GPUs is
// checked on machines without one. Blocks run one after the other, the threads of a block in turns
// from one meeting (a barrier, a shuffle) to the next. Every access must lie in memory that the
// launch names; shared memory must be written before it is read, and what two threads of a block
// touch, one of them writing, must have a barrier between; an instruction that is not known is an
// error. Semantics: PTX ISA 8.6, NVIDIA. Reading on: Instructions.cpp (what each does),
// Exchange.cpp (what the threads of a warp do together), Parse.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_TEST_PTX_EMULATOR_H
#define SINTER_TEST_PTX_EMULATOR_H

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sinter::ptx {

struct Instruction;

/// Memory that a kernel may touch: its address for the kernel, and the data.
struct Range {
  uint64_t address;
  char *data;
  int64_t bytes;
};

/// Shared memory of a block, and who touched each byte since which barrier.
struct Shared {
  struct Touch {
    uint32_t writer = 0, writeEpoch = 0; ///< epoch 0: nobody
    uint32_t reader = 0, readEpoch = 0;
    bool manyReaders = false;
  };
  std::vector<char> bytes;
  std::vector<Touch> touches;
  uint32_t epoch = 1; ///< rises at each barrier

  explicit Shared(size_t size) : bytes(size), touches(size) {}
  /// What is wrong with an access of a thread; empty: nothing.
  std::string touch(uint64_t offset, size_t size, uint32_t thread, bool writes);
};

/// A thread while it runs.
struct Thread {
  std::vector<uint64_t> registers;
  std::vector<char> local;
  const std::vector<uint64_t> *parameters = nullptr;
  const std::vector<Range> *ranges = nullptr;
  uint32_t special[4] = {}; ///< tid, ntid, ctaid, nctaid; all .x
  size_t next = 0;          ///< the instruction behind this one
  Shared *shared = nullptr;
  bool waits = false; ///< at the instruction before `next`, where threads meet
  std::string error;  ///< what went wrong; empty: nothing

  /// Where `bytes` at `address` lie; null, with an error, when the launch has no such memory.
  char *find(uint64_t address, size_t bytes);
  /// The same in shared memory, by offset.
  char *findShared(uint64_t offset, size_t bytes, bool writes);
};

/// What an instruction does to a thread.
using Run = void (*)(Thread &, const Instruction &);
/// What threads of a warp do together; by lane, null where there is none. Gives an error.
using Exchange = std::string (*)(Thread *const *warp, const Instruction &);

/// An operand, as it is used.
struct Operand {
  enum Kind : uint8_t { Register, Immediate, Special, Local } kind = Immediate; // shared: an offset
  uint64_t value = 0;  ///< register's number, the bits, which special register, offset into local
  int64_t offset = 0;  ///< of an address
  std::string_view of; ///< of [param]: its name
};

/// One instruction, decoded.
struct Instruction {
  Run run = nullptr;
  Exchange exchange = nullptr; ///< of those where a warp meets
  bool barrier = false;        ///< the block does
  std::vector<Operand> operands;
  int64_t predicate = -1; ///< register that says whether it runs
  bool negated = false;
  size_t target = 0; ///< of a branch
  std::string text;  ///< as it stands in the file
};

/// An entry of the device.
struct Kernel {
  std::string name;
  std::vector<std::string> parameters;
  std::vector<Instruction> body;
  size_t registers = 0, localBytes = 0, sharedBytes = 0;
};

/// All entries of a file.
class Program {
public:
  /// Reads `text`; the error names the line, and is empty when there is none.
  std::string parse(std::string_view text);
  /// The kernel called `name`; null when there is none.
  const Kernel *find(const std::string &name) const;

private:
  std::map<std::string, Kernel> kernels;
};

/// Runs all threads of `blocks` blocks of `threads`; `parameters` are 8 bytes each. The error names
/// kernel, thread and instruction, and is empty when there is none.
std::string launch(const Kernel &kernel, uint32_t blocks, uint32_t threads,
                   const std::vector<uint64_t> &parameters, const std::vector<Range> &ranges);

/// What `mnemonic` does ("add.rn.f32"); null when it is not known.
Run findInstruction(const std::string &mnemonic);
/// The same of those by which the threads of a warp exchange values ("shfl.sync.bfly.b32").
Exchange findExchange(const std::string &mnemonic);
/// An operand's bits.
uint64_t bitsOf(Thread &thread, const Operand &operand);

} // namespace sinter::ptx

#endif
