//===- Schedule.cpp - the default schedule of every kernel ------------------------------------===//
//
// Asks the target (dialects/kernel/Targets.td) how each kernel is walked best. Schedules that are
// already there stay, so that a test or a tuner can force others; no schedule changes bits (D1).
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Cost.h"
#include "passes/Passes.h"

using namespace mlir;
using namespace sinter;

namespace sinter::passes {
#define GEN_PASS_DEF_SCHEDULE
#include "passes/Passes.h.inc"
} // namespace sinter::passes

struct Schedule : sinter::passes::impl::ScheduleBase<Schedule> {
  void runOnOperation() override {
    kernel::TargetInterface target = kernel::getTarget(getOperation());
    getOperation().walk([&](kernel::KernelOpInterface op) {
      if (op->getAttr("schedule"))
        return;
      if (kernel::ScheduleInterface schedule = target.chooseSchedule(op))
        op->setAttr("schedule", schedule);
    });
  }
};
