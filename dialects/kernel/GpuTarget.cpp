//===- GpuTarget.cpp - what a GPU answers to the passes ---------------------------------------===//
//
// TargetInterface of #kernel.gpu_target: cycles of the whole device. Neighbouring threads read
// neighbouring elements of row-major values, so no other layout is asked for. Reading on:
// Targets.td, codegen/gpu (the code).
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Cost.h"
#include "dialects/kernel/contract/Contraction.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace sinter::kernel {

/// Lanes of f32 in a multiprocessor (CUDA C++ Programming Guide, arithmetic throughput: 64 on
/// sm_80, 128 on all later ones).
static constexpr int64_t kLanes = 128;

/// Threads of a block at most, on every architecture.
static constexpr int64_t kMostThreads = 1024;

double GpuTargetAttr::getStepsPerCycle(Type element) const {
  unsigned bits = element.isIntOrFloat() ? element.getIntOrFloatBitWidth() : 64;
  return static_cast<double>(getMultiprocessors() * kLanes) / (bits > 32 ? 2 : 1);
}

double GpuTargetAttr::getBytesPerCycle(int64_t bytes) const {
  // A multiprocessor takes up to 64 bytes a cycle from L2; of device memory an A100 has 10 for each
  // (1,555 GB/s, 1.41 GHz), an H100 14 (3,350 GB/s, 1.76 GHz; NVIDIA's data sheets).
  constexpr int64_t kFromL2 = 64, kFromMemory = 12;
  return static_cast<double>((bytes <= getL2() ? kFromL2 : kFromMemory) * getMultiprocessors());
}

bool GpuTargetAttr::isLegal(const LayoutAttr &layout) const {
  return !layout || layout.isRowMajor();
}

double GpuTargetAttr::priceContraction(const Contraction &contraction) const {
  double terms = 1;
  for (int64_t size : contraction.dims)
    terms *= static_cast<double>(size);
  return terms / getStepsPerCycle(contraction.accumulator);
}

LanesPrice GpuTargetAttr::priceLanes(const Contraction &contraction, int64_t) const {
  return {priceContraction(contraction), 0};
}

ScheduleInterface GpuTargetAttr::chooseSchedule(Operation *kernel) const {
  if (!isa<ContractOp, MapOp>(kernel))
    return {};
  return GpuScheduleAttr::get(getContext(), getBlockThreads());
}

bool GpuScheduleAttr::isFor(TargetInterface target) const {
  return isa<GpuTargetAttr>(target) && getThreads() >= 1 && getThreads() <= kMostThreads;
}

} // namespace sinter::kernel
