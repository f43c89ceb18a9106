//===- Schedule.cpp - the default schedule of every kernel ------------------------------------===//
//
// Asks the cost model (dialects/kernel/Cost) for lanes, rows and tile of each kernel. Schedules
// that are already there stay, so that a test or a tuner can force others; no schedule changes bits
// (D1).
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

/// Makes `b` the operand that the lanes run along, which is how emitters think; a product does not
/// care.
static void putLanesInB(kernel::ContractOp op) {
  int64_t lanes = op.getSchedule()->getLanes();
  SmallVector<Attribute> maps(op.getMaps().getValue());
  if (lanes < 0 || !cast<AffineMapAttr>(maps[0]).getValue().isFunctionOfDim(lanes) ||
      cast<AffineMapAttr>(maps[1]).getValue().isFunctionOfDim(lanes))
    return;
  Value a = op.getA(), b = op.getB();
  op.getAMutable().set(b);
  op.getBMutable().set(a);
  std::swap(maps[0], maps[1]);
  op.setMapsAttr(ArrayAttr::get(op.getContext(), maps));
}

struct Schedule : sinter::passes::impl::ScheduleBase<Schedule> {
  void runOnOperation() override {
    kernel::TargetAttr target = kernel::getTarget(getOperation());
    getOperation().walk([&](Operation *op) {
      auto choose = [&](auto kernelOp) {
        if (!kernelOp.getScheduleAttr())
          kernelOp.setScheduleAttr(kernel::chooseSchedule(target, kernelOp));
      };
      if (auto contract = dyn_cast<kernel::ContractOp>(op)) {
        choose(contract);
        putLanesInB(contract);
      } else if (auto map = dyn_cast<kernel::MapOp>(op)) {
        choose(map);
      }
    });
  }
};
