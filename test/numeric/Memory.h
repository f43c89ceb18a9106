//===- Memory.h - the segments of a compiled module, in a test --------------------------------===//
//
// Gives a planned module its segments, writes and reads buffers by name, and watches for stray
// accesses: before a run the work segment is filled with NaN patterns, and guard bytes stand behind
// every segment. Reading on: Compile.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_TEST_NUMERIC_MEMORY_H
#define SINTER_TEST_NUMERIC_MEMORY_H

#include "codegen/interpret/Tensor.h"
#include "dialects/kernel/Kernel.h"

#include "mlir/IR/BuiltinOps.h"

#include <array>
#include <memory>
#include <sinter/abi.h>
#include <string>

namespace sinter::test {

/// Memory of one planned module.
class Memory {
public:
  /// Sized from the kernel.entry ops.
  explicit Memory(llvm::ArrayRef<kernel::EntryOp> entries);
  /// For sinter_spmd.
  void *const *segments() const { return bases.data(); }
  /// Fills the work segment and all guards with patterns.
  void poison();
  /// True while no guard byte has changed.
  bool guardsHold() const;
  /// Writes `tensor` where `buffer` lies, converting elements and placing them by its layout.
  void write(kernel::BufferOp buffer, const interpret::Tensor &tensor);
  /// Reads a buffer back.
  interpret::Tensor read(kernel::BufferOp buffer) const;

private:
  static constexpr int64_t kGuard = 256;
  std::array<std::unique_ptr<char, void (*)(void *)>, SINTER_SEGMENTS> storage;
  std::array<void *, SINTER_SEGMENTS> bases;
  std::array<int64_t, SINTER_SEGMENTS> sizes{};
};

/// Logical shape and element type of a buffer.
rules::Type typeOf(kernel::BufferType type);

} // namespace sinter::test

#endif
