//===- Affine.cpp - arithmetic on the affine expressions of accesses --------------------------===//
//
// See Affine.h. Strides are proven by evaluating the terms that a dim takes part in, over one
// period of their divisions.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Affine.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace mlir;
using namespace sinter;
using namespace sinter::kernel;

/// Sums and products of such numbers stay within __int128, and none of them is an index that memory
/// has.
static int64_t clamp(__int128 value) {
  constexpr __int128 far = __int128(1) << 62;
  return int64_t(std::clamp(value, -far, far));
}

std::pair<int64_t, int64_t> kernel::getIndexRange(AffineExpr index, ArrayRef<int64_t> dims) {
  switch (index.getKind()) {
  case AffineExprKind::Constant: {
    int64_t value = clamp(cast<AffineConstantExpr>(index).getValue());
    return {value, value};
  }
  case AffineExprKind::DimId:
    return {0, clamp(dims[cast<AffineDimExpr>(index).getPosition()] - 1)};
  case AffineExprKind::SymbolId: // a value of the data
    return {clamp(INT64_MIN), clamp(INT64_MAX)};
  default:
    break;
  }
  auto binary = cast<AffineBinaryOpExpr>(index);
  auto [ll, lh] = getIndexRange(binary.getLHS(), dims);
  auto [rl, rh] = getIndexRange(binary.getRHS(), dims);
  switch (index.getKind()) {
  case AffineExprKind::Add:
    return {clamp(__int128(ll) + rl), clamp(__int128(lh) + rh)};
  case AffineExprKind::Mul: {
    int64_t a = clamp(__int128(ll) * rl), b = clamp(__int128(ll) * rh);
    int64_t c = clamp(__int128(lh) * rl), d = clamp(__int128(lh) * rh);
    return {std::min({a, b, c, d}), std::max({a, b, c, d})};
  }
  case AffineExprKind::FloorDiv:
    return {llvm::divideFloorSigned(ll, rl), llvm::divideFloorSigned(lh, rl)};
  case AffineExprKind::CeilDiv:
    return {llvm::divideCeilSigned(ll, rl), llvm::divideCeilSigned(lh, rl)};
  default: // Mod
    if (ll >= 0 && lh < rl)
      return {ll, lh};
    return {0, rl - 1};
  }
}

std::pair<int64_t, int64_t> kernel::getBounds(AffineExpr expr, ArrayRef<int64_t> sizes) {
  SmallVector<int64_t> counted;
  for (int64_t size : sizes)
    counted.push_back(std::max<int64_t>(size, 1));
  return getIndexRange(expr, counted);
}

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

SmallVector<AffineExpr> kernel::getTerms(AffineExpr expr) {
  SmallVector<AffineExpr> terms;
  collectTerms(expr, terms);
  return terms;
}

AffineExpr kernel::getRowMajor(MLIRContext *context, ArrayRef<AffineExpr> index,
                               ArrayRef<int64_t> sizes) {
  AffineExpr number = getAffineConstantExpr(0, context);
  for (auto [expr, size] : llvm::zip_equal(index, sizes))
    number = number * size + expr;
  return number;
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

static bool divides(AffineExpr part) {
  return part.getKind() == AffineExprKind::Mod || part.getKind() == AffineExprKind::FloorDiv ||
         part.getKind() == AffineExprKind::CeilDiv;
}

/// What differences of an expression of one dim repeat after: the product of what it divides by.
static int64_t getPeriod(AffineExpr expr) {
  int64_t period = 1;
  expr.walk([&](AffineExpr part) {
    auto binary = dyn_cast<AffineBinaryOpExpr>(part);
    auto by = binary ? dyn_cast<AffineConstantExpr>(binary.getRHS()) : AffineConstantExpr();
    if (by && divides(part))
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

/// A term of one dim as its steps inside of chunks that start at multiples of `chunk` are: there
/// d floordiv m stands still and d mod m steps as d does, when `chunk` divides m.
static AffineExpr insideChunks(AffineExpr term, int64_t chunk) {
  AffineExpr divided = term, by = getAffineConstantExpr(1, term.getContext());
  auto isConstant = [](AffineExpr expr) { return isa<AffineConstantExpr>(expr); };
  if (auto product = dyn_cast<AffineBinaryOpExpr>(term);
      product && term.getKind() == AffineExprKind::Mul && isConstant(product.getRHS())) {
    divided = product.getLHS();
    by = product.getRHS();
  }
  auto division = dyn_cast<AffineBinaryOpExpr>(divided);
  if (!division || !isa<AffineDimExpr>(division.getLHS()) || !division.getRHS().isMultipleOf(chunk))
    return term;
  if (divided.getKind() == AffineExprKind::FloorDiv)
    return getAffineConstantExpr(0, term.getContext());
  return divided.getKind() == AffineExprKind::Mod ? division.getLHS() * by : term;
}

std::optional<int64_t> kernel::getStride(AffineExpr address, int64_t dim, int64_t chunk,
                                         ArrayRef<int64_t> sizes) {
  SmallVector<AffineExpr> own;
  for (AffineExpr term : getTerms(address)) {
    if (!term.isFunctionOfDim(dim))
      continue;
    // coefficient * dim may stand beside any other dims; other terms must be of this dim alone.
    for (int64_t other = 0; other < static_cast<int64_t>(sizes.size()); ++other)
      if (other != dim && term.isFunctionOfDim(other))
        return std::nullopt;
    own.push_back(insideChunks(term, chunk));
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

LaneKind kernel::getLaneKind(AffineExpr address, int64_t dim, int64_t lanes,
                             ArrayRef<int64_t> sizes) {
  if (!address.isFunctionOfDim(dim))
    return LaneKind::Uniform;
  // A dim of one point has no neighbours to be apart from.
  std::optional<int64_t> stride = getStride(address, dim, lanes, sizes);
  return stride && (*stride == 1 || sizes[dim] == 1) ? LaneKind::Contiguous : LaneKind::Scattered;
}

std::optional<int64_t> kernel::getDelta(AffineExpr address, int64_t dim, Progression starts,
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

std::optional<Linear> kernel::getLinear(AffineExpr expr, size_t dims) {
  Linear result;
  result.by.assign(dims, 0);
  for (AffineExpr term : getTerms(expr)) {
    auto binary = dyn_cast<AffineBinaryOpExpr>(term);
    if (auto constant = dyn_cast<AffineConstantExpr>(term))
      result.constant += constant.getValue();
    else if (auto dim = dyn_cast<AffineDimExpr>(term))
      result.by[dim.getPosition()] += 1;
    else if (binary && term.getKind() == AffineExprKind::Mul &&
             isa<AffineDimExpr>(binary.getLHS()) && isa<AffineConstantExpr>(binary.getRHS()))
      result.by[cast<AffineDimExpr>(binary.getLHS()).getPosition()] +=
          cast<AffineConstantExpr>(binary.getRHS()).getValue();
    else
      return std::nullopt;
  }
  return result;
}

/// x divided by `by` as multiples of g | by plus a rest in [0, g): the division sees only the
/// multiples.
static AffineExpr simplifyDivision(AffineExpr x, int64_t by, bool isMod, ArrayRef<int64_t> dims) {
  MLIRContext *context = x.getContext();
  SmallVector<AffineExpr> terms = getTerms(x);
  SmallVector<int64_t> candidates{by};
  for (AffineExpr term : terms)
    candidates.push_back(std::gcd(by, term.getLargestKnownDivisor()));
  llvm::sort(candidates, std::greater<>());
  for (int64_t g : candidates) {
    if (g <= 1 || by % g)
      continue;
    AffineExpr multiples = getAffineConstantExpr(0, context), rest = multiples;
    for (AffineExpr term : terms)
      (term.isMultipleOf(g) ? multiples : rest) = (term.isMultipleOf(g) ? multiples : rest) + term;
    auto [low, high] = getBounds(rest, dims);
    if (low < 0 || high >= g)
      continue;
    AffineExpr quotient = getAffineConstantExpr(0, context);
    for (AffineExpr term : getTerms(multiples))
      quotient = quotient + term.floorDiv(g);
    if (g == by)
      return isMod ? rest : quotient;
    return isMod ? (quotient % (by / g)) * g + rest : quotient.floorDiv(by / g);
  }
  return isMod ? x % by : x.floorDiv(by);
}

AffineExpr kernel::simplifyInRange(AffineExpr expr, ArrayRef<int64_t> dims) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dims[dim.getPosition()] == 1 ? getAffineConstantExpr(0, expr.getContext()) : expr;
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return expr;
  AffineExpr lhs = simplifyInRange(binary.getLHS(), dims),
             rhs = simplifyInRange(binary.getRHS(), dims);
  auto by = dyn_cast<AffineConstantExpr>(rhs);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return lhs + rhs;
  case AffineExprKind::Mul:
    return lhs * rhs;
  case AffineExprKind::CeilDiv:
    return lhs.ceilDiv(rhs);
  default:
    if (by && by.getValue() > 0)
      return simplifyDivision(lhs, by.getValue(), expr.getKind() == AffineExprKind::Mod, dims);
    return expr.getKind() == AffineExprKind::Mod ? lhs % rhs : lhs.floorDiv(rhs);
  }
}

Interval kernel::getInterval(int64_t rest, int64_t by, int64_t size) {
  if (by > 0)
    return {llvm::divideCeilSigned(-rest, by), llvm::divideFloorSigned(size - 1 - rest, by) + 1};
  return {llvm::divideCeilSigned(rest - (size - 1), -by), llvm::divideFloorSigned(rest, -by) + 1};
}

bool kernel::stepsEvenly(AffineExpr address, int64_t outer, int64_t inner,
                         ArrayRef<int64_t> sizes) {
  AffineExpr own = getAffineConstantExpr(0, address.getContext());
  for (AffineExpr term : getTerms(address))
    if (term.isFunctionOfDim(outer) || term.isFunctionOfDim(inner))
      own = own + term;
  auto linear = getLinear(own, sizes.size());
  return linear && linear->by[outer] == linear->by[inner] * sizes[inner];
}

bool kernel::isDivided(AffineMap map, int64_t dim) {
  bool divided = false;
  for (AffineExpr index : map.getResults())
    index.walk([&](AffineExpr part) { divided |= divides(part) && part.isFunctionOfDim(dim); });
  return divided;
}

bool kernel::isWindow(AffineMap map, int64_t dim) {
  return llvm::any_of(map.getResults(), [&](AffineExpr expr) {
    return expr.isFunctionOfDim(dim) && !isa<AffineDimExpr>(expr);
  });
}
