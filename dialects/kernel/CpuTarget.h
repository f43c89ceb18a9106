//===- CpuTarget.h - how kernels are walked on a CPU ------------------------------------------===//
//
// The default schedules by kind of kernel: what #kernel.cpu_target answers, and what emitters take
// where a kernel has no schedule. Reading on: CpuTarget.cpp, contract/Schedule.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_KERNEL_CPUTARGET_H
#define SINTER_DIALECTS_KERNEL_CPUTARGET_H

#include "dialects/kernel/Kernel.h"

namespace sinter::kernel {

CpuScheduleAttr chooseSchedule(CpuTargetAttr target, ContractOp op);
CpuScheduleAttr chooseSchedule(CpuTargetAttr target, MapOp op);
/// Of a stream: tiles of `nr` rows, on the lanes, by `mr` columns, which softmax decides.
CpuScheduleAttr chooseSchedule(CpuTargetAttr target, StreamOp op);
/// Of a prefix: `nr` rows on the lanes of the innermost dim; where that is the axis, `mr` at a
/// time.
CpuScheduleAttr chooseSchedule(CpuTargetAttr target, PrefixOp op);

/// The schedule that `op` has, or else the default one.
template <class Op> CpuScheduleAttr getSchedule(CpuTargetAttr target, Op op) {
  auto chosen = mlir::dyn_cast_or_null<CpuScheduleAttr>(op.getScheduleAttr());
  return chosen ? chosen : chooseSchedule(target, op);
}

} // namespace sinter::kernel

#endif
