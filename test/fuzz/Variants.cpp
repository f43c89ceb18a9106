//===- Variants.cpp - other targets, tile sizes and schedules ---------------------------------===//
//
// Beside -O0 and -O3 for this machine a graph is compiled for an older level, for vectors and
// caches that no machine has (the cost model then chooses other tiles, chunks, orders and layouts),
// with schedules drawn at random, or for a GPU, whose PTX an emulator runs. None may change a bit
// (D1). Reading on: Judge.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "test/fuzz/Judge.h"

#include <algorithm>

using namespace sinter;
using namespace sinter::test;
using kernel::CpuScheduleAttr;
using kernel::CpuTargetAttr;

/// `target` with `bits` of vector, that many registers and a nearest cache of `l1` bytes.
static CpuTargetAttr reshape(CpuTargetAttr target, int64_t bits, int64_t registers, int64_t l1) {
  return CpuTargetAttr::get(
      target.getContext(), target.getName(), target.getTriple(), target.getCpu(),
      target.getFeatures(), std::min(bits, target.getVectorBits()), registers, target.getFmaPorts(),
      l1, l1 * 8, l1 * 64, target.getHasFma(), target.getLoadPorts(), target.getFmaLatency());
}

static CpuScheduleAttr drawSchedule(mlir::MLIRContext *context, int64_t dims, bool sums,
                                    Random &random) {
  static const int64_t widths[] = {1, 4, 8, 16, 32, 48};
  auto other = [&](int64_t than) {
    return dims > 1 && random.below(4) ? (than + 1 + random.below(dims - 1)) % dims : -1;
  };
  int64_t lanes = random.below(dims), rows = other(lanes), rows2 = -1, kc = 0, group = 0;
  if (sums && rows >= 0 && random.below(3) == 0)
    rows2 = other(rows);
  if (sums && random.below(3) == 0)
    kc = 8 << random.below(5), group = 1 + random.below(dims);
  Dims order;
  for (int64_t d = 0; d < dims; ++d)
    order.insert(order.begin() + random.below(d + 1), d);
  return CpuScheduleAttr::get(context, lanes, rows, 1 + random.below(8), widths[random.below(6)],
                              kc, rows2 == lanes ? -1 : rows2, 1 + random.below(3), group, order);
}

static void reschedule(mlir::ModuleOp module, uint64_t seed) {
  Random random(seed);
  module.walk([&](kernel::KernelOpInterface op) {
    auto contract = mlir::dyn_cast<kernel::ContractOp>(*op);
    int64_t dims = contract ? contract.getParallel() : op.getDomain().size();
    if (dims > 0 && random.below(3))
      op->setAttr("schedule", drawSchedule(op->getContext(), dims, !!contract, random));
  });
}

std::optional<Variant> test::chooseVariant(mlir::MLIRContext *context, uint64_t seed) {
  CpuTargetAttr native = findTarget(context, "cpu:native");
  auto older = [&](llvm::StringRef name) -> std::optional<Variant> {
    CpuTargetAttr target = findTarget(context, name);
    if (!target)
      return std::nullopt;
    return Variant{name.str(), {target}, target.getHasFma() == native.getHasFma()};
  };
  constexpr int64_t kTinyCache = 512;
  switch (seed % 7) {
  case 0:
    return older("cpu:x86-64-v3");
  case 1:
    return older("cpu:x86-64");
  case 2:
    return Variant{"256 bits", {reshape(native, 256, 16, native.getL1())}};
  case 3:
    return Variant{"tiny caches", {reshape(native, native.getVectorBits(), 32, kTinyCache)}};
  case 4:
    return Variant{"128 bits, tiny caches", {reshape(native, 128, 16, kTinyCache)}};
  case 5:
    return Variant{"random schedules",
                   {native, [=](mlir::ModuleOp module) { reschedule(module, seed); }}};
  default:
    return Variant{"cuda:sm_90", {findGpu(context, "cuda:sm_90")}, native.getHasFma()};
  }
}
