//===- CpuTarget.cpp - what a CPU answers to the passes ---------------------------------------===//
//
// TargetInterface of #kernel.cpu_target: cycles of one core. Contractions are priced by
// contract/Cost.h. Reading on: Targets.td, CpuTarget.h.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/CpuTarget.h"
#include "dialects/kernel/Cost.h"
#include "dialects/kernel/contract/Cost.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace sinter::kernel {

int64_t CpuTargetAttr::getVectorLanes(Type element) const {
  unsigned bits = element.isIntOrFloat() ? std::max(8u, element.getIntOrFloatBitWidth()) : 64;
  return std::max<int64_t>(1, getVectorBits() / bits);
}

double CpuTargetAttr::getCacheRoom() const { return 0.75 * static_cast<double>(getL2()); }

double CpuTargetAttr::getStepsPerCycle(Type element) const {
  return static_cast<double>(getVectorLanes(element) * getFmaPorts());
}

double CpuTargetAttr::getBytesPerCycle(int64_t bytes) const {
  // Below L1 the load ports bound; the others are measured by `codegen_bench cost`.
  return bytes <= getL1() ? 64 : bytes <= getL2() ? 24 : bytes <= getL3() ? 8 : 4;
}

bool CpuTargetAttr::isLegal(const LayoutAttr &) const { return true; }

LanesPrice CpuTargetAttr::priceLanes(const Contraction &contraction, int64_t lanes) const {
  ContractChoice choice = ContractModel(*this, contraction).chooseRows(lanes);
  return {choice.cost.total(), choice.walk.tile.nr};
}

double CpuTargetAttr::priceContraction(const Contraction &contraction) const {
  return ContractModel(*this, contraction).rank().front().cost.total();
}

ScheduleInterface CpuTargetAttr::chooseSchedule(Operation *kernel) const {
  return llvm::TypeSwitch<Operation *, ScheduleInterface>(kernel)
      .Case<ContractOp, MapOp, StreamOp, PrefixOp>(
          [&](auto op) { return kernel::chooseSchedule(*this, op); })
      .Default(ScheduleInterface());
}

bool CpuScheduleAttr::isFor(TargetInterface target) const { return isa<CpuTargetAttr>(target); }

static BufferType getType(Value buffer) { return cast<BufferType>(buffer.getType()); }

CpuScheduleAttr chooseSchedule(CpuTargetAttr target, MapOp op) {
  ArrayRef<int64_t> dims = op.getDims();
  auto maps = llvm::to_vector(op.getMaps().getAsValueRange<AffineMapAttr>());
  SmallVector<Value> buffers = llvm::to_vector(op.getIns());
  llvm::append_range(buffers, op.getOuts());
  // Terms of a reduction that other dims repeat are read again for each of their values.
  auto countReads = [&](AffineMap map) {
    double reads = 1;
    if (llvm::any_of(op.getInner(), [&](int64_t d) { return map.isFunctionOfDim(d); }))
      for (auto [d, size] : llvm::enumerate(dims))
        reads *= map.isFunctionOfDim(d) ? 1.0 : static_cast<double>(size);
    return reads;
  };
  double points = 1;
  for (int64_t size : dims)
    points *= static_cast<double>(size);
  // The dim that most bytes are contiguous along and fewest are gathered along; ties go to the last
  // one.
  int64_t lanes = -1;
  double most = 0;
  for (int64_t d = dims.size() - 1; d >= 0; --d) {
    double score = 0;
    for (auto [map, buffer] : llvm::zip_equal(maps, buffers)) {
      BufferType type = getType(buffer);
      auto bytes = static_cast<double>(type.getBytes());
      double apart = bytes * countReads(map);
      if (map.getNumSymbols()) // indices from another buffer: a point reads one element, wherever
        bytes = apart =
            points * bytes / static_cast<double>(std::max<int64_t>(1, type.getPhysicalElements()));
      if (map.isFunctionOfDim(d))
        score += isContiguousAlong(map, d, type.getShape(), type.getLayout()) ? bytes : -apart;
    }
    if (dims[d] > 1 && (lanes < 0 || score > most)) {
      most = score;
      lanes = d;
    }
  }
  if (lanes < 0)
    lanes = static_cast<int64_t>(dims.size()) - 1;
  Type element = buffers.empty() ? Type(Float32Type::get(op.getContext()))
                                 : getType(buffers.back()).getElementType();
  SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(0, dims.size()));
  return CpuScheduleAttr::get(op.getContext(), lanes, -1, 1, target.getVectorLanes(element), 0, -1,
                              1, 0, order);
}

} // namespace sinter::kernel
