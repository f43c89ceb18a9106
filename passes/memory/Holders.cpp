//===- Holders.cpp - what takes memory, for errors that say so --------------------------------===//
//
// See Holders.h.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/memory/Holders.h"

#include "dialects/kernel/Kernel.h"

using namespace mlir;

namespace sinter::passes {

/// Bytes beyond which sums of sizes could overflow.
static constexpr int64_t kFar = int64_t(1) << 62;

int64_t addBytes(int64_t x, int64_t y) {
  return std::min(kFar, std::min(kFar, x) + std::min(kFar, y));
}

Holder makeHolder(StringRef name, Location loc, RankedTensorType tensor) {
  rules::Type type = ir::toRule(tensor);
  std::optional<int64_t> bytes =
      kernel::getStoredBytes(tensor.getShape(), rules::byteSize(type.element),
                             dyn_cast_or_null<kernel::LayoutAttr>(tensor.getEncoding()));
  return {name, loc, rules::toString(type), addBytes(bytes.value_or(kFar), 0)};
}

void addSymbols(ModuleOp module, SmallVectorImpl<Holder> &holders) {
  for (auto stored : module.getOps<ir::StoredOpInterface>())
    if (!isa<ir::ScalarOp>(*stored))
      holders.push_back(makeHolder(stored.getSymName(), stored.getLoc(), stored.getTensorType()));
}

void noteLargest(InFlightDiagnostic &error, SmallVector<Holder> holders) {
  constexpr size_t kNamed = 5;
  llvm::sort(holders, [](const Holder &x, const Holder &y) {
    return std::pair(-x.bytes, x.name) < std::pair(-y.bytes, y.name);
  });
  for (const Holder &holder : ArrayRef(holders).take_front(kNamed))
    error.attachNote(holder.loc) << "'" << holder.name << "' takes " << holder.bytes
                                 << " bytes: " << holder.type;
}

} // namespace sinter::passes
