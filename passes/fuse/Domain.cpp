//===- Domain.cpp - how op dims map to a kernel's domain --------------------------------------===//
//
// See Domain.h. Only plain accesses (one dim an index) connect values inside a kernel; operands
// from outside may be read through any affine access.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/fuse/Domain.h"

#include "passes/fuse/Algorithm.h"

#include "mlir/IR/Matchers.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace sinter::passes {

static SmallVector<int64_t> withoutUnits(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> kept;
  llvm::copy_if(shape, std::back_inserter(kept), [](int64_t size) { return size != 1; });
  return kept;
}

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

bool isUnitView(Operation *op) {
  return isa<ir::ViewOpInterface>(op) &&
         withoutUnits(shapeOf(op->getOperand(0))) == withoutUnits(shapeOf(op->getResult(0)));
}

DenseElementsAttr getSplatConstant(Value value) {
  DenseElementsAttr elements;
  if (matchPattern(value, m_Constant(&elements)) && elements.isSplat())
    return elements;
  return {};
}

Domain Domain::ofContraction(ir::ContractionOpInterface op) {
  Domain domain;
  SmallVector<int64_t> dims = op.getContractionDomain();
  domain.sizes.assign(dims.begin(), dims.begin() + op.getParallelDims());
  domain.inner.assign(domain.sizes.size(), false);
  domain.members.push_back(op);
  domain.mappings[op] = llvm::to_vector(llvm::seq<int64_t>(0, dims.size()));
  domain.innerDecided = domain.locked = true;
  domain.cut = passes::getAlgorithm(op).getChunk() > 0;
  domain.padded = op.readsPadded();
  return domain;
}

SmallVector<int64_t> Domain::getInner() const {
  SmallVector<int64_t> dims;
  for (auto [d, isInner] : llvm::enumerate(inner))
    if (isInner)
      dims.push_back(d);
  return dims;
}

AffineExpr Domain::exprOf(int64_t place, MLIRContext *context) const {
  if (isUnit(place))
    return getAffineConstantExpr(0, context);
  if (place < kCollapsed)
    return getAffineDimExpr(place, context);
  const CollapsedDims &both = getCollapsed(place);
  return getAffineDimExpr(both.outer, context) * sizes[both.inner] +
         getAffineDimExpr(both.inner, context);
}

AffineMap Domain::place(Operation *op, AffineMap map) const {
  MLIRContext *context = op->getContext();
  SmallVector<AffineExpr> dims;
  for (int64_t dim : getDimMapping(op))
    dims.push_back(exprOf(dim, context));
  unsigned count = sizes.size();
  // A contraction's reduced dims follow the parallel ones and keep their numbers.
  if (auto contraction = dyn_cast<ir::ContractionOpInterface>(op))
    count = contraction.getContractionDomain().size();
  return map.replaceDimsAndSymbols(dims, {}, count, 0);
}

AffineMap Domain::getOperandAccess(Operation *op, unsigned i) const {
  if (auto map = dyn_cast<ir::MapOpInterface>(op))
    return place(op, map.getOperandAccess(i));
  return place(op, cast<ir::ContractionOpInterface>(op).getOperandAccess(i));
}

AffineMap Domain::getResultAccess(Operation *op, unsigned i) const {
  MLIRContext *context = op->getContext();
  if (auto it = viewMappings.find(op->getResult(i)); it != viewMappings.end()) {
    SmallVector<AffineExpr> exprs;
    for (int64_t dim : it->second)
      exprs.push_back(exprOf(dim, context));
    return AffineMap::get(sizes.size(), 0, exprs, context);
  }
  if (auto map = dyn_cast<ir::MapOpInterface>(op))
    return place(op, map.getResultAccess(i));
  return place(op, cast<ir::ContractionOpInterface>(op).getResultAccess());
}

/// Dim, one of `sizes`, of each index; -1 for an index of an axis of size 1; false when not that
/// plain: a dim that goes beyond its axis (images with a stride, by phase) is not.
static bool getPlainAccess(AffineMap access, ArrayRef<int64_t> sizes, ArrayRef<int64_t> shape,
                           SmallVectorImpl<int64_t> &dims) {
  for (auto [expr, size] : llvm::zip_equal(access.getResults(), shape)) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (dim && sizes[dim.getPosition()] > size)
      return false;
    if (size == 1)
      dims.push_back(-1);
    else if (dim)
      dims.push_back(dim.getPosition());
    else
      return false;
  }
  return true;
}

/// outer * size(inner) + inner over dims of `sizes`, which tiles an axis of `size`.
static std::optional<Domain::CollapsedDims> getWindows(AffineExpr expr, ArrayRef<int64_t> sizes,
                                                       int64_t size) {
  auto sum = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!sum || sum.getKind() != AffineExprKind::Add)
    return std::nullopt;
  auto product = dyn_cast<AffineBinaryOpExpr>(sum.getLHS());
  auto inner = dyn_cast<AffineDimExpr>(sum.getRHS());
  if (!product || product.getKind() != AffineExprKind::Mul || !inner)
    return std::nullopt;
  auto outer = dyn_cast<AffineDimExpr>(product.getLHS());
  auto factor = dyn_cast<AffineConstantExpr>(product.getRHS());
  if (!outer || !factor || factor.getValue() != sizes[inner.getPosition()] ||
      factor.getValue() * sizes[outer.getPosition()] != size)
    return std::nullopt;
  return Domain::CollapsedDims{outer.getPosition(), inner.getPosition()};
}

/// Place of each index of an access; -1 for an index of a dim of size 1. Windows that tile an axis
/// count as one place. False when not that plain.
bool Domain::getDimMapping(AffineMap access, ArrayRef<int64_t> shape, DimMapping &mapping) {
  for (auto [expr, size] : llvm::zip_equal(access.getResults(), shape)) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (size == 1 || dim) {
      mapping.push_back(size == 1 ? -1 : static_cast<int64_t>(dim.getPosition()));
      continue;
    }
    std::optional<CollapsedDims> both = getWindows(expr, sizes, size);
    if (!both || locked)
      return false;
    auto *known = llvm::find(collapsed, *both);
    mapping.push_back(kCollapsed + (known - collapsed.begin()));
    if (known == collapsed.end())
      collapsed.push_back(*both);
  }
  return true;
}

/// Makes windows of `by` points of a dim: the dim counts the windows, a new one their points. False
/// when it may not be cut.
bool Domain::splitDim(int64_t dim, int64_t by, DimMapping &at) {
  bool used = llvm::any_of(
      collapsed, [&](const CollapsedDims &both) { return both.outer == dim || both.inner == dim; });
  if (locked || inner[dim] || used)
    return false;
  sizes[dim] /= by;
  collapsed.push_back({dim, static_cast<int64_t>(sizes.size())});
  sizes.push_back(by);
  inner.push_back(false);
  int64_t both = kCollapsed + static_cast<int64_t>(collapsed.size()) - 1;
  for (auto &entry : mappings)
    llvm::replace(entry.second, dim, both);
  for (auto &entry : viewMappings)
    llvm::replace(entry.second, dim, both);
  llvm::replace(at, dim, both);
  return true;
}

/// `operand` is made inside: its index positions fix the mapping of the dims that `access` reads it
/// with.
bool Domain::constrain(Operation *op, AffineMap access, Value operand, DimMapping &at,
                       std::string &why) {
  if (cast<ir::MapOpInterface>(op).readsPadded()) {
    why = "reads outside its operand";
    return false;
  }
  DimMapping made;
  AffineMap place =
      getResultAccess(operand.getDefiningOp(), cast<OpResult>(operand).getResultNumber());
  SmallVector<int64_t> own = cast<ir::MapOpInterface>(op).getMapDomain();
  if (!getDimMapping(place, shapeOf(operand), made)) {
    why = "reads values of another point";
    return false;
  }
  auto settle = [&](int64_t d, int64_t p) {
    if (at[d] >= 0 && at[d] != p) {
      why = "reads a transposed value";
      return false;
    }
    at[d] = p;
    return true;
  };
  for (auto [i, size] : llvm::enumerate(shapeOf(operand))) {
    AffineExpr expr = access.getResult(i);
    if (size == 1)
      continue;
    if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
      if (!settle(dim.getPosition(), made[i]))
        return false;
      continue;
    }
    // Windows that tile what is made here: its dim becomes two.
    std::optional<CollapsedDims> windows = getWindows(expr, own, size);
    if (windows && made[i] < kCollapsed && !splitDim(made[i], own[windows->inner], at))
      windows.reset();
    if (!windows) {
      why = "reads values of another point";
      return false;
    }
    const CollapsedDims both = made[i] < kCollapsed ? collapsed.back() : getCollapsed(made[i]);
    if (sizes[both.outer] != own[windows->outer] || sizes[both.inner] != own[windows->inner]) {
      why = "reads windows of another size";
      return false;
    }
    if (!settle(windows->outer, both.outer) || !settle(windows->inner, both.inner))
      return false;
  }
  return true;
}

/// Operands that another member reads too should be read at the same point: one load serves both.
void Domain::hint(ir::MapOpInterface op, DimMapping &at) {
  SmallVector<int64_t> dims = op.getMapDomain();
  for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
    auto known = reads.find(operand);
    if (known == reads.end())
      continue;
    for (OpOperand *use : llvm::reverse(known->second)) {
      DimMapping theirs, ours;
      if (!getDimMapping(getOperandAccess(use->getOwner(), use->getOperandNumber()),
                         shapeOf(operand), theirs) ||
          !getPlainAccess(op.getOperandAccess(i), dims, shapeOf(operand), ours))
        continue;
      for (auto [p, d] : llvm::zip_equal(theirs, ours))
        if (d >= 0 && p >= 0 && at[d] < 0 && sizeOf(p) == dims[d] && !llvm::is_contained(at, p))
          at[d] = p;
    }
  }
}

bool Domain::addView(Operation *op, std::string &why) {
  Value source = op->getOperand(0);
  Operation *maker = source.getDefiningOp();
  if (!maker || !contains(maker)) {
    why = "a view of a value from outside";
    return false;
  }
  SmallVector<int64_t> made;
  AffineMap place = getResultAccess(maker, cast<OpResult>(source).getResultNumber());
  if (!getPlainAccess(place, sizes, shapeOf(source), made)) {
    why = "a view of a value made at another point";
    return false;
  }
  llvm::erase(made, -1);
  DimMapping at;
  auto next = made.begin();
  for (int64_t size : shapeOf(op->getResult(0)))
    at.push_back(size == 1 ? -1 : *next++);
  members.push_back(op);
  mappings[op] = {};
  viewMappings[op->getResult(0)] = at;
  return true;
}

/// Makes the domain the one of an op that covers all dims so far; `at` holds the old place of each
/// of its dims or -1.
void Domain::reorderLike(ArrayRef<int64_t> opSizes, ArrayRef<int64_t> at) {
  SmallVector<int64_t> newDim(sizes.size(), -1);
  for (auto [d, old] : llvm::enumerate(at))
    if (old >= 0)
      newDim[old] = d;
  auto renumber = [&](DimMapping &list) {
    for (int64_t &dim : list)
      if (dim >= 0)
        dim = newDim[dim];
  };
  for (auto &entry : mappings)
    renumber(entry.second);
  for (auto &entry : viewMappings)
    renumber(entry.second);
  sizes.assign(opSizes.begin(), opSizes.end());
  inner.assign(sizes.size(), false);
}

/// An epilogue may add up the innermost of the parallel dims, two and more, when two and more stay:
/// one of those is on the lanes.
bool Domain::isPartialSum(ArrayRef<int64_t> reduced, ArrayRef<int64_t> at) const {
  int64_t first = static_cast<int64_t>(sizes.size()), points = 1;
  for (int64_t d : reduced)
    if (at[d] >= 0) {
      first = std::min(first, at[d]);
      points *= sizes[at[d]];
    }
  for (int64_t p = first; p < static_cast<int64_t>(sizes.size()); ++p)
    if (sizes[p] != 1 && llvm::none_of(reduced, [&](int64_t d) { return at[d] == p; }))
      return false;
  return reduced.size() > 1 && first > 1 && points > 1;
}

/// Reasons against an op that no place of its dims changes.
bool Domain::mayJoin(ir::MapOpInterface map, kernel::AlgorithmAttr order, std::string &why) const {
  bool reduces = !map.getInnerDims().empty();
  if (locked && reduces && !map.isPlainSum())
    why = "reduces, and an epilogue leaves no more than sums";
  else if (cut && reduces)
    why = "the sums are put together from chunks first";
  else if (locked && map.readsPadded())
    why = "reads outside its operand, and an epilogue may not";
  else if (order && algorithm && order != algorithm)
    why = "sums in another order";
  else
    return true;
  return false;
}

/// Maps the dims of `op`: to those that its operands dictate, then free ones of their size, in
/// order. -1 stays where there is none.
bool Domain::findMapping(ir::MapOpInterface op, DimMapping &at, std::string &why) {
  SmallVector<int64_t> dims = op.getMapDomain(), reduced = op.getInnerDims();
  for (auto [i, operand] : llvm::enumerate(op->getOperands()))
    if (Operation *maker = operand.getDefiningOp(); maker && contains(maker))
      if (!constrain(op, op.getOperandAccess(i), operand, at, why))
        return false;
  hint(op, at);
  for (auto [d, size] : llvm::enumerate(dims)) {
    if (at[d] >= 0 || size == 1)
      continue;
    bool reduces = llvm::is_contained(reduced, static_cast<int64_t>(d));
    auto isFree = [&](int64_t p) {
      return !llvm::is_contained(at, p) &&
             (!innerDecided || reduced.empty() || inner[p] == reduces);
    };
    for (int64_t p = 0; p < static_cast<int64_t>(sizes.size()) && at[d] < 0; ++p)
      if (sizes[p] == size && isFree(p))
        at[d] = p;
    // Or windows that tile an axis of their size.
    for (auto [j, both] : llvm::enumerate(collapsed)) {
      int64_t p = kCollapsed + static_cast<int64_t>(j);
      if (at[d] < 0 && sizeOf(p) == size && !llvm::is_contained(at, p) && isFree(both.outer) &&
          isFree(both.inner))
        at[d] = p;
    }
  }
  return true;
}

/// What the dims of an op cover of the kernel's, and whether they are more.
struct Domain::Coverage {
  SmallVector<bool> covered, reduced; ///< by kernel dim
  bool grows = false, onlyInnerGrows = true;
};

std::optional<Domain::Coverage> Domain::cover(ArrayRef<int64_t> dims, ArrayRef<int64_t> reduced,
                                              const DimMapping &at) const {
  Coverage result;
  result.covered.assign(sizes.size(), false);
  result.reduced.assign(sizes.size(), false);
  for (auto [d, size] : llvm::enumerate(dims)) {
    bool reduces = llvm::is_contained(reduced, static_cast<int64_t>(d));
    if (at[d] < 0) {
      result.grows |= size != 1;
      result.onlyInnerGrows &= size == 1 || reduces;
      continue;
    }
    if (sizeOf(at[d]) != size)
      return std::nullopt;
    SmallVector<int64_t> parts{at[d]};
    if (at[d] >= kCollapsed)
      parts = {getCollapsed(at[d]).outer, getCollapsed(at[d]).inner};
    else
      result.onlyInnerGrows &= !reduces;
    for (int64_t part : parts) {
      result.covered[part] = true;
      result.reduced[part] = reduces;
    }
  }
  return result;
}

/// True when the sums of an op go over the dims that the kernel reduces, in the kernel's order.
bool Domain::sumsFit(ArrayRef<int64_t> reduced, const DimMapping &at, ArrayRef<bool> reducedDims,
                     std::string &why) const {
  if (locked && !isPartialSum(reduced, at)) {
    why = "a sum over other than the inner dims, of which two and more stay";
    return false;
  }
  for (auto [p, size] : llvm::enumerate(sizes))
    if (innerDecided && !locked && size != 1 && inner[p] != reducedDims[p]) {
      why = "reduces other dims";
      return false;
    }
  int64_t last = -1;
  for (int64_t d : reduced) {
    if (at[d] >= 0 && at[d] < last) {
      why = "reduces in another order";
      return false;
    }
    last = std::max(last, at[d]);
  }
  return true;
}

/// Makes the domain and the mapping of an op's dims fit each other: the domain may grow by inner
/// dims, once.
bool Domain::match(ArrayRef<int64_t> dims, ArrayRef<int64_t> reduced, DimMapping &at,
                   std::string &why) {
  std::optional<Coverage> coverage = cover(dims, reduced, at);
  if (!coverage) {
    why = "has another shape";
    return false;
  }
  auto coversAll = [&](bool exceptInner) {
    for (auto [p, size] : llvm::enumerate(sizes))
      if (size != 1 && coverage->covered[p] == (exceptInner && inner[p]))
        return false;
    return true;
  };
  if (coverage->grows) {
    if (innerDecided || locked || !collapsed.empty() || !coverage->onlyInnerGrows ||
        !coversAll(false)) {
      why = "has another domain";
      return false;
    }
    reorderLike(dims, at);
    for (int64_t d : reduced)
      inner[d] = true;
    innerDecided = true;
    at = llvm::to_vector(llvm::seq<int64_t>(0, dims.size()));
  } else if (!reduced.empty()) {
    if (!coversAll(false)) {
      why = "has another domain";
      return false;
    }
    if (!sumsFit(reduced, at, coverage->reduced, why))
      return false;
    if (!innerDecided)
      inner = coverage->reduced;
    innerDecided = true;
  } else if (!coversAll(false) && !(innerDecided && coversAll(true))) {
    why = "covers only a part of the domain";
    return false;
  }
  // Vectors of an epilogue are stored as they are made; a scattered store costs more than a kernel
  // of its own.
  if (locked && !llvm::is_sorted(llvm::make_filter_range(at, [](int64_t p) { return p >= 0; }))) {
    why = "would be written transposed";
    return false;
  }
  return true;
}

bool Domain::add(Operation *op, std::string &why) {
  if (isUnitView(op))
    return addView(op, why);
  auto map = dyn_cast<ir::MapOpInterface>(op);
  if (!map) {
    why = "is neither elementwise work nor a reduction";
    return false;
  }
  SmallVector<int64_t> dims = map.getMapDomain(), reduced = map.getInnerDims();
  // Partial sums of an epilogue add points up in row-major order.
  kernel::AlgorithmAttr order = locked ? kernel::AlgorithmAttr() : passes::getAlgorithm(map);
  if (!mayJoin(map, order, why))
    return false;
  if (members.empty()) {
    sizes = dims;
    inner.assign(dims.size(), false);
    for (int64_t d : reduced)
      inner[d] = true;
    innerDecided = !reduced.empty();
    mappings[op] = llvm::to_vector(llvm::seq<int64_t>(0, dims.size()));
  } else {
    DimMapping at(dims.size(), -1);
    if (!findMapping(map, at, why) || !match(dims, reduced, at, why))
      return false;
    mappings[op] = at;
  }
  members.push_back(op);
  for (OpOperand &operand : op->getOpOperands())
    reads[operand.get()].push_back(&operand);
  padded |= map.readsPadded();
  if (order)
    algorithm = order;
  return true;
}

} // namespace sinter::passes
