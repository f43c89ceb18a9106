//===- Schedule.cpp - the default schedule of every kernel ------------------------------------===//
//
// Asks the cost model (dialects/kernel/contract/Cost.h) for lanes, rows and tile of each kernel.
// Schedules that are already there stay, so that a test or a tuner can force others; no schedule
// changes bits (D1).
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
    kernel::TargetAttr target = kernel::getTarget(getOperation());
    getOperation().walk([&](Operation *op) {
      auto choose = [&](auto kernelOp) {
        if (!kernelOp.getScheduleAttr())
          kernelOp.setScheduleAttr(kernel::chooseSchedule(target, kernelOp));
      };
      if (auto contract = dyn_cast<kernel::ContractOp>(op))
        choose(contract);
      else if (auto map = dyn_cast<kernel::MapOp>(op))
        choose(map);
      else if (auto stream = dyn_cast<kernel::StreamOp>(op))
        choose(stream);
      else if (auto prefix = dyn_cast<kernel::PrefixOp>(op))
        choose(prefix);
    });
  }
};
