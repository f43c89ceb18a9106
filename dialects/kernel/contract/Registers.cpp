//===- Registers.cpp - the vector registers that a tile lives in ------------------------------===//
//
// See Registers.h.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/contract/Registers.h"

#include "dialects/kernel/Cost.h"

using namespace mlir;

namespace sinter::kernel {

RegisterBudget::RegisterBudget(CpuTargetAttr target, Type accumulator, int64_t laneCount)
    : registers(target.getVectorRegisters()), width(target.getVectorLanes(accumulator)) {
  // Few registers are vectors and masks in one, more come with masks of their own.
  constexpr int64_t kFew = 16;
  int64_t masks = laneCount % width != 0 && registers <= kFew;
  fixed = masks + (target.getHasFma() ? 0 : 1);
  spare = target.getHasFma() ? 1 : 4;
}

} // namespace sinter::kernel
