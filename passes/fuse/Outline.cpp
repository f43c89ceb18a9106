//===- Outline.cpp - making a sinter.fused of a group of ops ----------------------------------===//
//
// See Outline.h.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/fuse/Outline.h"

#include "dialects/kernel/Cost.h"
#include "passes/Regions.h"

#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace sinter::passes {

static constexpr size_t kMaxReasons = 4;           ///< reasons kept an op
static constexpr int64_t kLargeElements = 1 << 10; ///< smaller values are not worth remaking

StringRef getShortName(Operation *op) { return op->getName().stripDialect(); }

void FusionLog::refuse(Operation *op, Operation *with, StringRef why) {
  auto &list = entries[op];
  for (const Entry &entry : list)
    if (entry.with == with)
      return;
  if (list.size() < kMaxReasons)
    list.push_back({with, getShortName(with).str(), why.str()});
}

SmallVector<std::string> FusionLog::about(const OpSet &group) const {
  SmallVector<std::string> reasons;
  for (Operation *op : group)
    if (auto it = entries.find(op); it != entries.end())
      for (const Entry &entry : it->second)
        if (!group.contains(entry.with))
          reasons.push_back(
              (getShortName(op) + " apart from " + entry.name + ": " + entry.why).str());
  llvm::sort(reasons);
  reasons.erase(llvm::unique(reasons), reasons.end());
  if (reasons.size() > 2 * kMaxReasons)
    reasons.resize(2 * kMaxReasons);
  return reasons;
}

SmallVector<StringAttr> getUpdatedSymbols(Value value) {
  SmallVector<StringAttr> symbols;
  for (OpOperand &use : value.getUses())
    if (auto ret = dyn_cast<ir::ReturnOp>(use.getOwner())) {
      unsigned outputs = ret.getOutputs().size(), number = use.getOperandNumber();
      if (number >= outputs)
        symbols.push_back(cast<FlatSymbolRefAttr>(ret.getSymbols()[number - outputs]).getAttr());
    }
  return symbols;
}

bool isPlainSum(Value value) {
  Operation *maker = value.getDefiningOp();
  while (maker && isUnitView(maker))
    maker = maker->getOperand(0).getDefiningOp();
  auto map = dyn_cast_or_null<ir::MapOpInterface>(maker);
  return map && map.isPlainSum();
}

static int64_t countElements(Value value) {
  return cast<RankedTensorType>(value.getType()).getNumElements();
}

std::optional<int64_t> countPlainSteps(Operation *op) {
  auto map = dyn_cast<ir::MapOpInterface>(op);
  if (!map || op->getNumResults() != 1 || !map.getInnerDims().empty() || map.readsPadded() ||
      !map.getIndexOperands().empty() || countElements(op->getResult(0)) < kLargeElements)
    return std::nullopt;
  Block scratch;
  OpBuilder builder(op->getContext());
  builder.setInsertionPointToEnd(&scratch);
  SmallVector<Value> scalars, results;
  for (Value operand : op->getOperands())
    scalars.push_back(scratch.addArgument(getElementTypeOrSelf(operand.getType()), op->getLoc()));
  map.buildBody(builder, op->getLoc(), scalars, results);
  bool plain = llvm::all_of(scratch, [](Operation &step) { return kernel::isPlainStep(&step); });
  return plain ? std::optional<int64_t>(scratch.getOperations().size()) : std::nullopt;
}

bool isMuchSmaller(Value value, Value whole) {
  constexpr int64_t kTimes = 16;
  return countElements(value) * kTimes <= countElements(whole);
}

bool isCheapToRematerialise(Operation *op) {
  constexpr int64_t kMostSteps = 2;
  if (countPlainSteps(op).value_or(kMostSteps + 1) > kMostSteps)
    return false;
  int64_t size = countElements(op->getResult(0));
  return llvm::count_if(op->getOperands(), [&](Value v) {
           return countElements(v) >= size && !getSplatConstant(v);
         }) == 1;
}

LogicalResult refuseMember(ir::FusedOp fused, Operation *op, StringRef why) {
  return fused.emitError() << "internal error: " << getShortName(op)
                           << " does not fit the kernel: " << why;
}

Operation *getPrimary(ArrayRef<Operation *> ops) {
  for (Operation *op : ops)
    if (isa<ir::ContractionOpInterface>(op))
      return op;
  for (Operation *op : ops)
    if (auto map = dyn_cast<ir::MapOpInterface>(op); map && !map.getInnerDims().empty())
      return op;
  for (Operation *op : llvm::reverse(ops))
    if (isa<ir::MapOpInterface>(op))
      return op;
  return ops.front();
}

bool dependsThroughOthers(Operation *op, const OpSet &group) {
  // What stands before the whole group does not need it.
  Operation *front =
      *llvm::min_element(group, [](Operation *x, Operation *y) { return x->isBeforeInBlock(y); });
  llvm::SmallPtrSet<Operation *, 32> seen;
  SmallVector<Operation *> stack;
  auto pushOperands = [&](Operation *at, bool first) {
    for (Value operand : at->getOperands())
      if (Operation *maker = operand.getDefiningOp(); maker && !(first && group.contains(maker)))
        if (!maker->isBeforeInBlock(front) && seen.insert(maker).second)
          stack.push_back(maker);
  };
  pushOperands(op, /*first=*/true);
  while (!stack.empty()) {
    Operation *at = stack.pop_back_val();
    if (group.contains(at))
      return true;
    pushOperands(at, /*first=*/false);
  }
  return false;
}

SmallVector<Operation *> inBlockOrder(const OpSet &set) {
  SmallVector<Operation *> ops(set.begin(), set.end());
  llvm::sort(ops, [](Operation *x, Operation *y) { return x->isBeforeInBlock(y); });
  return ops;
}

/// True for operands that must be data: those of a sum, of what reads zeros around its operand, and
/// indices with what they are indices of. Elsewhere a splat constant is a scalar in the kernel's
/// body, or the base that is written first.
static bool readsMemory(OpOperand &operand) {
  auto map = dyn_cast<ir::MapOpInterface>(operand.getOwner());
  if (!map)
    return isa<ir::ContractionOpInterface>(operand.getOwner());
  unsigned number = operand.getOperandNumber();
  if (map.readsPadded())
    return true;
  if (map.getIndexOperands().empty() || map.getBaseOperand() == number)
    return false;
  return llvm::is_contained(map.getIndexOperands(), number) ||
         map.getOperandAccess(number).getNumSymbols() > 0 ||
         llvm::is_contained(llvm::make_first_range(map.getSecondReads()), number);
}

/// True when `fused` stands behind all that it needs and before all that need it.
static bool standsInOrder(ir::FusedOp fused) {
  return llvm::all_of(fused->getOperands(),
                      [&](Value operand) {
                        Operation *maker = operand.getDefiningOp();
                        return !maker || maker->isBeforeInBlock(fused);
                      }) &&
         llvm::all_of(fused->getUsers(),
                      [&](Operation *user) { return fused->isBeforeInBlock(user); });
}

ir::FusedOp outline(ArrayRef<Operation *> ops, ir::FusedKind kind, kernel::AlgorithmAttr algorithm,
                    ArrayRef<std::string> notes) {
  OpSet group(ops.begin(), ops.end());
  llvm::SetVector<Value> inputs, results, constants;
  for (Operation *op : ops) {
    for (OpOperand &operand : op->getOpOperands()) {
      Operation *maker = operand.get().getDefiningOp();
      if (maker && group.contains(maker))
        continue;
      bool inlined = getSplatConstant(operand.get()) && !readsMemory(operand);
      (inlined ? constants : inputs).insert(operand.get());
    }
    for (Value result : op->getResults())
      if (llvm::any_of(result.getUsers(), [&](Operation *user) { return !group.contains(user); }))
        results.insert(result);
  }
  Operation *primary = getPrimary(ops);
  OpBuilder builder(ops.back());
  SmallVector<Value> inputList(inputs.begin(), inputs.end()),
      resultList(results.begin(), results.end());
  auto fused = ir::FusedOp::create(builder, primary->getLoc(), TypeRange(ValueRange(resultList)),
                                   kind, inputList);
  Block *body = bodyOf(fused.getBody());
  for (auto [old, fresh] : llvm::zip_equal(resultList, fused.getResults()))
    old.replaceUsesWithIf(fresh, [&](OpOperand &use) { return !group.contains(use.getOwner()); });
  IRMapping arguments;
  for (Value input : inputList)
    arguments.map(input, body->addArgument(input.getType(), input.getLoc()));
  IRMapping inside = arguments;
  builder.setInsertionPointToEnd(body);
  for (Value constant : constants)
    inside.map(constant, builder.clone(*constant.getDefiningOp())
                             ->getResult(cast<OpResult>(constant).getResultNumber()));
  llvm::SmallSetVector<Attribute, 4> contributors;
  for (Operation *op : ops) {
    op->moveBefore(body, body->end());
    for (OpOperand &operand : op->getOpOperands())
      operand.set((readsMemory(operand) ? arguments : inside).lookupOrDefault(operand.get()));
    if (op->getLoc() != primary->getLoc())
      contributors.insert(LocationAttr(op->getLoc()));
  }
  ir::YieldOp::create(builder, primary->getLoc(), resultList);
  if (!standsInOrder(fused)) // most do, and a block may be long
    sortTopologically(fused->getBlock());
  fused.setAlgorithmAttr(algorithm);
  if (!contributors.empty())
    fused->setAttr("contributors", builder.getArrayAttr(contributors.getArrayRef()));
  if (!notes.empty()) {
    SmallVector<StringRef> texts(notes.begin(), notes.end());
    fused->setAttr("notes", builder.getStrArrayAttr(texts));
  }
  return fused;
}

} // namespace sinter::passes
