//===- Contraction.cpp - what a sum of products is --------------------------------------------===//
//
// See Contraction.h.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/contract/Contraction.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace sinter::kernel {

int64_t ContractAccess::getBytes() const {
  return BufferType::get(map.getContext(), shape, element, layout).getBytes();
}

AffineExpr ContractAccess::getAddress() const {
  return BufferType::get(map.getContext(), shape, element, layout)
      .getLinearMap()
      .compose(map)
      .getResult(0);
}

DimRole Contraction::getRole(int64_t dim) const {
  bool left = factors[0].uses(dim), right = factors[1].uses(dim);
  if (dim >= parallel)
    return left && right ? DimRole::Summed : DimRole::Lone;
  if (left != right)
    return left ? DimRole::Left : DimRole::Right;
  return left ? DimRole::Batch : DimRole::Absent;
}

size_t Contraction::findMainResult() const {
  size_t largest = 0;
  int64_t most = -1;
  for (auto [i, result] : llvm::enumerate(results)) {
    int64_t bits = std::max<int64_t>(8, result.element.getIntOrFloatBitWidth());
    for (int64_t size : result.shape)
      bits *= size;
    if (bits > most) {
      most = bits;
      largest = i;
    }
  }
  return largest;
}

int64_t Contraction::countStreams() const {
  AffineMap map = getMainResult().map;
  auto streams = [&](const ContractAccess &access) { return access.map == map; };
  return llvm::count_if(extras, streams) + llvm::count_if(results, streams);
}

SmallVector<const ContractAccess *> Contraction::getAccesses() const {
  SmallVector<const ContractAccess *> all{&factors[0], &factors[1]};
  for (const auto *list : {&extras, &results})
    for (const ContractAccess &access : *list)
      all.push_back(&access);
  return all;
}

bool Contraction::isStridePhase(int64_t dim) const {
  constexpr int64_t kMostValues = 4;
  return padded && dim < parallel && dims[dim] > 1 && dims[dim] <= kMostValues &&
         llvm::any_of(getAccesses(), [&](const ContractAccess *access) {
           return kernel::isDivided(access->map, dim);
         });
}

void Contraction::dropUnits() {
  MLIRContext *context = factors[0].map.getContext();
  SmallVector<AffineExpr> values;
  for (auto [d, size] : llvm::enumerate(dims))
    values.push_back(size == 1 ? getAffineConstantExpr(0, context) : getAffineDimExpr(d, context));
  auto drop = [&](ContractAccess &access) {
    access.map =
        simplifyAffineMap(access.map.replaceDimsAndSymbols(values, {}, access.map.getNumDims(), 0));
  };
  if (!llvm::is_contained(dims, 1))
    return;
  llvm::for_each(factors, drop);
  llvm::for_each(extras, drop);
  llvm::for_each(results, drop);
}

Contraction getContraction(ContractOp op) {
  Contraction c;
  c.dims.assign(op.getDims().begin(), op.getDims().end());
  c.parallel = op.getParallel();
  c.sumLanes = op.getAlgorithmAttr().getLanes();
  c.padded = op.getPadded();
  c.accumulator = op.getEpilogue().front().getArgument(0).getType();
  auto maps = op.getMaps().getAsValueRange<AffineMapAttr>();
  auto map = maps.begin();
  auto accessOf = [&](Value value) {
    auto type = cast<BufferType>(value.getType());
    return ContractAccess{*map++, llvm::to_vector(type.getShape()), type.getElementType(),
                          type.getLayout()};
  };
  c.factors[0] = accessOf(op.getA());
  c.factors[1] = accessOf(op.getB());
  for (Value extra : op.getExtras())
    c.extras.push_back(accessOf(extra));
  for (auto [i, out] : llvm::enumerate(op.getOuts())) {
    c.results.push_back(accessOf(out));
    c.results.back().sums = i < op.getSums().size() && op.getSums()[i];
  }
  op.getEpilogue().walk(
      [&](IndexOp index) { c.indexed.push_back(static_cast<int64_t>(index.getDim())); });
  return c;
}

} // namespace sinter::kernel
