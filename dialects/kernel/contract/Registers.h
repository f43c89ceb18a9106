//===- Registers.h - the vector registers that a tile lives in --------------------------------===//
//
// The one budget of the compiler: who chooses a tile, widens it or writes steps of its k loop out
// asks here whether it stays in registers. Reading on: Choose.cpp (tiles), Plan.cpp (steps written
// out), codegen/cpu/ContractSums.cpp (what steps share).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_KERNEL_CONTRACT_REGISTERS_H
#define SINTER_DIALECTS_KERNEL_CONTRACT_REGISTERS_H

#include "dialects/kernel/Kernel.h"

namespace sinter::kernel {

/// Registers of a k loop: one for every vector of sums, those that hold vectors of a factor, one
/// for the other factor's value, one for products where nothing multiplies and adds at once, and a
/// mask where masks are vectors.
class RegisterBudget {
public:
  /// `laneCount`: how many lanes there are in all; a last, partly filled vector needs a mask.
  RegisterBudget(CpuTargetAttr target, mlir::Type accumulator, int64_t laneCount);

  /// True when `sums` vectors of sums and `held` vectors of factors leave no value in memory.
  bool fits(int64_t sums, int64_t held) const { return sums + held + kOther + fixed <= registers; }
  /// The same with registers to spare: the next step's values are on their way while this one's are
  /// used, and forms that overwrite an operand copy it first. For tiles whose step is short.
  bool fitsWithSpare(int64_t sums, int64_t held) const { return fits(sums + spare, held); }

  /// Elements of the accumulator in a register.
  int64_t getWidth() const { return width; }
  /// Registers of a vector of `lanes` elements.
  int64_t getRegisters(int64_t lanes) const { return (lanes + width - 1) / width; }

private:
  static constexpr int64_t kOther = 1;
  int64_t registers, width, fixed, spare;
};

} // namespace sinter::kernel

#endif
