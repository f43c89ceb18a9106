//===- Domain.cpp - how op dims map to a kernel's domain --------------------------------------===//
//
// See Domain.h. Only plain accesses (one dim an index) connect values inside a kernel; operands
// from outside may be read through any affine access.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/fuse/Domain.h"

#include "dialects/kernel/Algorithm.h"
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
  domain.mappings[op] = getIdentityMapping(dims.size());
  domain.innerDecided = domain.locked = true;
  domain.cut = passes::getAlgorithm(op).isCut();
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

int64_t Domain::sizeOf(MappedDim place) const {
  int64_t size = 1;
  for (int64_t dim : place.getDims())
    size *= sizes[dim];
  return size;
}

/// The index of a dim of size 1 is 0, so that equal accesses are equal maps. Dims beyond `sizes`
/// are a contraction's reduced ones.
AffineExpr Domain::exprOf(MappedDim place, MLIRContext *context) const {
  auto isUnit = [&] {
    return place.dim < static_cast<int64_t>(sizes.size()) && sizes[place.dim] == 1;
  };
  if (!place || (!place.isCollapsed() && isUnit()))
    return getAffineConstantExpr(0, context);
  AffineExpr dim = getAffineDimExpr(place.dim, context);
  if (!place.isCollapsed())
    return dim;
  return dim * sizes[place.inner] + getAffineDimExpr(place.inner, context);
}

AffineMap Domain::place(Operation *op, AffineMap map) const {
  MLIRContext *context = op->getContext();
  SmallVector<AffineExpr> dims;
  for (MappedDim dim : getDimMapping(op))
    dims.push_back(exprOf(dim, context));
  unsigned count = sizes.size();
  // A contraction's reduced dims follow the parallel ones and keep their numbers.
  if (auto contraction = dyn_cast<ir::ContractionOpInterface>(op))
    count = contraction.getContractionDomain().size();
  return map.replaceDimsAndSymbols(dims, {}, count, map.getNumSymbols());
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
    for (MappedDim dim : it->second)
      exprs.push_back(exprOf(dim, context));
    return AffineMap::get(sizes.size(), 0, exprs, context);
  }
  if (auto map = dyn_cast<ir::MapOpInterface>(op))
    return place(op, map.getResultAccess(i));
  return place(op, cast<ir::ContractionOpInterface>(op).getResultAccess());
}

/// Where each index of an access lies; windows that tile an axis count as one dim. False when not
/// that plain.
bool Domain::getDimMapping(AffineMap access, ArrayRef<int64_t> shape, DimMapping &mapping) {
  for (auto [expr, size] : llvm::zip_equal(access.getResults(), shape)) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (size == 1 || dim) {
      mapping.push_back(size == 1 ? MappedDim() : MappedDim::single(dim.getPosition()));
      continue;
    }
    std::optional<MappedDim> both = getWindows(expr, sizes, size);
    if (!both || locked)
      return false;
    mapping.push_back(*both);
    if (!llvm::is_contained(collapsed, *both))
      collapsed.push_back(*both);
  }
  return true;
}

/// Makes windows of `by` points of a dim: the dim counts the windows, a new one their points. False
/// when it may not be cut.
bool Domain::splitDim(int64_t dim, int64_t by, DimMapping &at) {
  bool used =
      llvm::any_of(collapsed, [&](MappedDim both) { return both.dim == dim || both.inner == dim; });
  if (locked || inner[dim] || used)
    return false;
  sizes[dim] /= by;
  MappedDim whole = MappedDim::single(dim),
            both = MappedDim::collapsed(dim, static_cast<int64_t>(sizes.size()));
  collapsed.push_back(both);
  sizes.push_back(by);
  inner.push_back(false);
  for (auto &entry : mappings)
    llvm::replace(entry.second, whole, both);
  for (auto &entry : viewMappings)
    llvm::replace(entry.second, whole, both);
  llvm::replace(at, whole, both);
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
  if (!cast<ir::MapOpInterface>(op).getIndexOperands().empty()) {
    why = "is indexed by values, or reads where they say";
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
  auto settle = [&](int64_t d, MappedDim place) {
    if (at[d] && at[d] != place)
      why = "reads a transposed value";
    else if (!at[d] && overlaps(at, place)) // x[i] and y[j], both made here at point i
      why = "reads values of two points";
    else
      return at[d] = place, true;
    return false;
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
    std::optional<MappedDim> windows = getWindows(expr, own, size);
    bool whole = !made[i].isCollapsed();
    if (windows && whole && !splitDim(made[i].dim, own[windows->inner], at))
      windows.reset();
    if (!windows) {
      why = "reads values of another point";
      return false;
    }
    MappedDim both = whole ? collapsed.back() : made[i];
    if (sizes[both.dim] != own[windows->dim] || sizes[both.inner] != own[windows->inner]) {
      why = "reads windows of another size";
      return false;
    }
    if (!settle(windows->dim, MappedDim::single(both.dim)) ||
        !settle(windows->inner, MappedDim::single(both.inner)))
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
      for (auto [place, own] : llvm::zip_equal(theirs, ours))
        if (own && place && !at[own.dim] && sizeOf(place) == dims[own.dim] && !overlaps(at, place))
          at[own.dim] = place;
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
  DimMapping made;
  AffineMap place = getResultAccess(maker, cast<OpResult>(source).getResultNumber());
  if (!getPlainAccess(place, sizes, shapeOf(source), made)) {
    why = "a view of a value made at another point";
    return false;
  }
  llvm::erase(made, MappedDim());
  DimMapping at;
  auto next = made.begin();
  for (int64_t size : shapeOf(op->getResult(0)))
    at.push_back(size == 1 ? MappedDim() : *next++);
  members.push_back(op);
  mappings[op] = {};
  viewMappings[op->getResult(0)] = at;
  return true;
}

/// Makes the domain the one of an op that covers all dims so far, none of them collapsed; `at` says
/// where its dims lay.
void Domain::reorderLike(ArrayRef<int64_t> opSizes, ArrayRef<MappedDim> at) {
  SmallVector<int64_t> newDim(sizes.size(), -1);
  for (auto [d, old] : llvm::enumerate(at))
    if (old)
      newDim[old.dim] = d;
  auto renumber = [&](DimMapping &list) {
    for (MappedDim &place : list)
      if (place)
        place = newDim[place.dim] < 0 ? MappedDim() : MappedDim::single(newDim[place.dim]);
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
bool Domain::isPartialSum(ArrayRef<int64_t> reduced, ArrayRef<MappedDim> at) const {
  int64_t first = static_cast<int64_t>(sizes.size()), points = 1;
  for (int64_t d : reduced)
    if (at[d]) {
      first = std::min(first, at[d].dim);
      points *= sizes[at[d].dim];
    }
  for (int64_t p = first; p < static_cast<int64_t>(sizes.size()); ++p)
    if (sizes[p] != 1 && llvm::none_of(reduced, [&](int64_t d) { return at[d].dim == p; }))
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
  else if (locked && !map.getIndexOperands().empty())
    why = "reads where values say, and an epilogue may not";
  else if (!members.empty() && (adds || map.getBaseOperand()))
    why = "adds where values say, in an order of its own";
  else if (order && algorithm && order != algorithm)
    why = "sums in another order";
  else
    return true;
  return false;
}

/// Maps the dims of `op`: to those that its operands dictate, then free ones of their size, in
/// order: kernel dims, then windows that tile an axis.
bool Domain::findMapping(ir::MapOpInterface op, DimMapping &at, std::string &why) {
  SmallVector<int64_t> dims = op.getMapDomain(), reduced = op.getInnerDims();
  for (auto [i, operand] : llvm::enumerate(op->getOperands()))
    if (Operation *maker = operand.getDefiningOp(); maker && contains(maker))
      if (!constrain(op, op.getOperandAccess(i), operand, at, why))
        return false;
  hint(op, at);
  DimMapping candidates = getIdentityMapping(sizes.size());
  llvm::append_range(candidates, collapsed);
  for (auto [d, size] : llvm::enumerate(dims)) {
    if (at[d] || size == 1)
      continue;
    bool reduces = llvm::is_contained(reduced, static_cast<int64_t>(d));
    const auto *found = llvm::find_if(candidates, [&](MappedDim place) {
      return sizeOf(place) == size && !overlaps(at, place) &&
             (!innerDecided || reduced.empty() ||
              llvm::all_of(place.getDims(), [&](int64_t p) { return inner[p] == reduces; }));
    });
    if (found != candidates.end())
      at[d] = *found;
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
    if (!at[d]) {
      result.grows |= size != 1;
      result.onlyInnerGrows &= size == 1 || reduces;
      continue;
    }
    if (sizeOf(at[d]) != size)
      return std::nullopt;
    result.onlyInnerGrows &= !reduces || at[d].isCollapsed();
    for (int64_t part : at[d].getDims()) {
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
  // By kernel dim; the points of a collapsed one are apart, so those come last, by their outer dim.
  DimMapping order =
      llvm::filter_to_vector(llvm::map_range(reduced, [&](int64_t d) { return at[d]; }),
                             [](MappedDim place) { return bool(place); });
  if (llvm::is_sorted(order, [](MappedDim x, MappedDim y) {
        return std::pair(x.isCollapsed(), x.dim) < std::pair(y.isCollapsed(), y.dim);
      }))
    return true;
  why = "reduces in another order";
  return false;
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
    at = getIdentityMapping(dims.size());
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
  SmallVector<int64_t> order;
  for (MappedDim place : at)
    llvm::append_range(order, place.getDims());
  if (locked && !llvm::is_sorted(order)) {
    why = "would be written transposed";
    return false;
  }
  return true;
}

/// Chunks of sums are whole steps of a loop: windows may have made loops of other sizes.
bool Domain::chunksAreWhole() const {
  SmallVector<int64_t> row;
  for (int64_t d : getInner())
    row.push_back(sizes[d]);
  return kernel::getChunkLoop(algorithm, row).has_value();
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
    mappings[op] = getIdentityMapping(dims.size());
  } else {
    DimMapping at(dims.size());
    if (!findMapping(map, at, why) || !match(dims, reduced, at, why))
      return false;
    mappings[op] = at;
  }
  members.push_back(op);
  for (OpOperand &operand : op->getOpOperands())
    reads[operand.get()].push_back(&operand);
  padded |= map.readsPadded();
  adds |= map.getBaseOperand().has_value();
  if (order)
    algorithm = order;
  if (algorithm && algorithm.isCut() && !chunksAreWhole()) {
    why = "ends chunks of sums inside of windows";
    return false;
  }
  return true;
}

} // namespace sinter::passes
