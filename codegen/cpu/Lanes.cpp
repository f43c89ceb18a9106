//===- Lanes.cpp - vector loads and stores of accesses ----------------------------------------===//
//
// See Lanes.h. Strides are proven by evaluating the terms that a dim takes part in over one period
// of their divisions.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/Lanes.h"

#include <numeric>

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

static void collectTerms(AffineExpr expr, SmallVectorImpl<AffineExpr> &terms) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (binary && expr.getKind() == AffineExprKind::Add) {
    collectTerms(binary.getLHS(), terms);
    collectTerms(binary.getRHS(), terms);
    return;
  }
  if (binary && expr.getKind() == AffineExprKind::Mul) {
    // c * (x + y) = c*x + c*y
    SmallVector<AffineExpr> parts;
    collectTerms(binary.getLHS(), parts);
    if (parts.size() > 1) {
      for (AffineExpr part : parts)
        terms.push_back(part * binary.getRHS());
      return;
    }
  }
  terms.push_back(expr);
}

SmallVector<AffineExpr> codegen::getTerms(AffineExpr expr) {
  SmallVector<AffineExpr> terms;
  collectTerms(expr, terms);
  return terms;
}

/// Value of an expression of one dim.
static int64_t evaluate(AffineExpr expr, int64_t value) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  if (isa<AffineDimExpr>(expr))
    return value;
  auto binary = cast<AffineBinaryOpExpr>(expr);
  int64_t x = evaluate(binary.getLHS(), value), y = evaluate(binary.getRHS(), value);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return x + y;
  case AffineExprKind::Mul:
    return x * y;
  case AffineExprKind::FloorDiv:
    return llvm::divideFloorSigned(x, y);
  case AffineExprKind::CeilDiv:
    return llvm::divideCeilSigned(x, y);
  default:
    return llvm::mod(x, y);
  }
}

/// What differences of an expression of one dim repeat after: the product of what it divides by.
static int64_t getPeriod(AffineExpr expr) {
  int64_t period = 1;
  expr.walk([&](AffineExpr part) {
    auto binary = dyn_cast<AffineBinaryOpExpr>(part);
    auto by = binary ? dyn_cast<AffineConstantExpr>(binary.getRHS()) : AffineConstantExpr();
    if (by && part.getKind() != AffineExprKind::Add && part.getKind() != AffineExprKind::Mul)
      period = llvm::MulOverflow(period, by.getValue(), period) ? INT64_MAX : period;
  });
  return period;
}

/// How many values of a progression show all that `terms` do on it; nothing when too many to look
/// at one by one.
static std::optional<int64_t> countDistinct(ArrayRef<AffineExpr> terms, Progression values) {
  constexpr int64_t kMost = 1 << 16;
  int64_t period = 1;
  for (AffineExpr term : terms) {
    int64_t own = getPeriod(term), factor = own / std::gcd(own, period);
    period = llvm::MulOverflow(period, factor, period) ? INT64_MAX : period;
  }
  int64_t count = std::min(values.count, period / std::gcd(period, values.step));
  return count <= kMost ? std::optional(count) : std::nullopt;
}

std::optional<int64_t> codegen::getStride(AffineExpr address, int64_t dim, int64_t chunk,
                                          ArrayRef<int64_t> sizes) {
  SmallVector<AffineExpr> own;
  for (AffineExpr term : getTerms(address)) {
    if (!term.isFunctionOfDim(dim))
      continue;
    // coefficient * dim may stand beside any other dims; other terms must be of this dim alone.
    for (int64_t other = 0; other < static_cast<int64_t>(sizes.size()); ++other)
      if (other != dim && term.isFunctionOfDim(other))
        return std::nullopt;
    own.push_back(term);
  }
  auto at = [&](int64_t value) {
    int64_t sum = 0;
    for (AffineExpr term : own)
      sum += evaluate(term, value);
    return sum;
  };
  int64_t size = sizes[dim], stride = size > 1 && chunk > 1 ? at(1) - at(0) : 0;
  Progression starts{0, chunk, static_cast<int64_t>(llvm::divideCeil(size, chunk))};
  std::optional<int64_t> chunks = countDistinct(own, starts);
  if (!chunks)
    return std::nullopt;
  for (int64_t first = 0; first < *chunks * chunk; first += chunk) {
    int64_t start = at(first);
    for (int64_t i = 1; i < chunk && first + i < size; ++i)
      if (at(first + i) - start != stride * i)
        return std::nullopt;
  }
  return stride;
}

std::optional<int64_t> codegen::getDelta(AffineExpr address, int64_t dim, Progression starts,
                                         int64_t step, size_t dims) {
  int64_t delta = 0;
  SmallVector<AffineExpr> own;
  for (AffineExpr term : getTerms(address)) {
    if (!term.isFunctionOfDim(dim))
      continue;
    auto binary = dyn_cast<AffineBinaryOpExpr>(term);
    if (isa<AffineDimExpr>(term)) {
      delta += step;
      continue;
    }
    if (binary && term.getKind() == AffineExprKind::Mul && isa<AffineDimExpr>(binary.getLHS()) &&
        isa<AffineConstantExpr>(binary.getRHS())) {
      delta += step * cast<AffineConstantExpr>(binary.getRHS()).getValue();
      continue;
    }
    for (size_t other = 0; other < dims; ++other)
      if (static_cast<int64_t>(other) != dim && term.isFunctionOfDim(other))
        return std::nullopt;
    own.push_back(term);
  }
  std::optional<int64_t> rest, count = countDistinct(own, starts);
  if (!count)
    return std::nullopt;
  for (int64_t i = 0; !own.empty() && i < *count; ++i) {
    int64_t moved = 0, start = starts.first + i * starts.step;
    for (AffineExpr term : own)
      moved += evaluate(term, start + step) - evaluate(term, start);
    if (rest && *rest != moved)
      return std::nullopt;
    rest = moved;
  }
  return delta + rest.value_or(0);
}

LaneAccess codegen::makeLaneAccess(const EmitContext &k, const Access &access, int64_t dim,
                                   int64_t lanes) {
  LaneAccess result{access, dim, lanes, LaneKind::Scattered, std::nullopt};
  if (!access.address.isFunctionOfDim(dim) &&
      !(access.padded && access.logical.isFunctionOfDim(dim))) {
    result.kind = LaneKind::Uniform;
    return result;
  }
  // Lanes that may leave a padded shape one by one are read one by one.
  if (access.padded)
    for (auto [expr, size] : llvm::zip(access.logical.getResults(), access.type.getShape())) {
      auto [low, high] = getBounds(expr, k.dims);
      if (expr.isFunctionOfDim(dim) && (low < 0 || high >= size))
        return result;
    }
  std::optional<int64_t> stride = getStride(access.address, dim, lanes, k.dims);
  if (!access.padded)
    result.stride = stride;
  // A dim of one point has no neighbours to be apart from.
  if (stride && (*stride == 1 || k.dims[dim] == 1))
    result.kind = LaneKind::Contiguous;
  return result;
}

Value codegen::splat(EmitContext &k, Value value, int64_t lanes) {
  if (isa<VectorType>(value.getType()))
    return value;
  return vector::BroadcastOp::create(k.b, k.loc, VectorType::get({lanes}, value.getType()), value);
}

static Value constantMask(EmitContext &k, int64_t lanes, int64_t valid) {
  return vector::ConstantMaskOp::create(k.b, k.loc, VectorType::get({lanes}, k.b.getI1Type()),
                                        ArrayRef<int64_t>{valid});
}

static SmallVector<Value> lanePoint(EmitContext &k, ArrayRef<Value> point, int64_t dim,
                                    int64_t lane) {
  SmallVector<Value> result(point);
  result[dim] = k.add(point[dim], k.index(lane));
  return result;
}

Value codegen::loadLanes(EmitContext &k, const LaneAccess &lane, ArrayRef<Value> point,
                         int64_t valid, Value address) {
  const Access &access = lane.access;
  Type element = access.type.getElementType();
  auto type = VectorType::get({lane.lanes}, element);
  if (lane.kind == LaneKind::Uniform) {
    if (!address || access.padded || element.isInteger(1))
      return k.load(access, point);
    return memref::LoadOp::create(k.b, k.loc, access.memory, address);
  }
  if (lane.kind == LaneKind::Scattered) {
    bool steps = address && lane.stride && !element.isInteger(1);
    Value result = k.zero(type);
    for (int64_t i = 0; i < valid; ++i) {
      Value value = steps ? memref::LoadOp::create(k.b, k.loc, access.memory,
                                                   k.add(address, k.index(i * *lane.stride)))
                                .getResult()
                          : k.load(access, lanePoint(k, point, lane.dim, i));
      result = vector::InsertOp::create(k.b, k.loc, value, result, i);
    }
    return result;
  }
  if (!address)
    address = k.apply(access.address, point);
  auto stored = VectorType::get({lane.lanes}, getStoredType(element));
  Value inside = k.inside(access, point), value;
  if (valid == lane.lanes && !inside) {
    value = vector::LoadOp::create(k.b, k.loc, stored, access.memory, address);
  } else {
    Value mask = constantMask(k, lane.lanes, valid);
    if (inside)
      mask = arith::AndIOp::create(k.b, k.loc, mask, splat(k, inside, lane.lanes));
    value = vector::MaskedLoadOp::create(k.b, k.loc, stored, access.memory, ValueRange(address),
                                         mask, k.zero(stored));
  }
  if (element.isInteger(1))
    value = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::ne, value, k.zero(stored));
  return value;
}

void codegen::storeLanes(EmitContext &k, const LaneAccess &lane, ArrayRef<Value> point, Value value,
                         int64_t valid, Value address) {
  const Access &access = lane.access;
  if (lane.kind == LaneKind::Uniform) {
    if (isa<VectorType>(value.getType()))
      value = vector::ExtractOp::create(k.b, k.loc, value, 0);
    if (address && !value.getType().isInteger(1))
      memref::StoreOp::create(k.b, k.loc, value, access.memory, address);
    else
      k.store(access, point, value);
    return;
  }
  value = splat(k, value, lane.lanes);
  if (lane.kind == LaneKind::Scattered) {
    for (int64_t i = 0; i < valid; ++i)
      k.store(access, lanePoint(k, point, lane.dim, i),
              vector::ExtractOp::create(k.b, k.loc, value, i));
    return;
  }
  if (access.type.getElementType().isInteger(1))
    value =
        arith::ExtUIOp::create(k.b, k.loc, VectorType::get({lane.lanes}, k.b.getI8Type()), value);
  if (!address)
    address = k.apply(access.address, point);
  if (valid == lane.lanes)
    vector::StoreOp::create(k.b, k.loc, value, access.memory, address);
  else
    vector::MaskedStoreOp::create(k.b, k.loc, access.memory, ValueRange(address),
                                  constantMask(k, lane.lanes, valid), value);
}
