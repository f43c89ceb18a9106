// Products and distances made of matmul. Reading on: include/sinter/ops/products.h; Matmul.cpp,
// Einsum.cpp.
#include "sinter/ops/products.h"

#include "frontend/src/Layers.h"
#include "sinter/ops/axes.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/reduce.h"

#include <cmath>

namespace sinter {

using namespace detail;
using Sizes = std::vector<int64_t>;

Tensor outer(const Operand &a, const Operand &b, Loc loc) {
  Call call("outer", loc);
  auto [x, y] = call.pair(a, b);
  if (call.isPoison(x) || call.isPoison(y) || !call.hasRank(x, 1, "vectors f32[n]") ||
      !call.hasRank(y, 1, "vectors f32[n]"))
    return call.poison();
  return unsqueeze(x, 1) * y;
}

/// Sums over the last `axes` of x and the first of y.
static Tensor contracted(Call &call, const Tensor &x, const Tensor &y, int64_t axes) {
  const Sizes a = call.type(x).dims, b = call.type(y).dims;
  int64_t most = static_cast<int64_t>(std::min(a.size(), b.size()));
  if (axes < 0 || axes > most)
    return call.fail(
        "E0105", "expects axes of 0 to " + std::to_string(most) + ", got " + std::to_string(axes),
        "", {x, y});
  Sizes shape(a.begin(), a.end() - axes), summed(a.end() - axes, a.end());
  if (summed != Sizes(b.begin(), b.begin() + axes))
    return call.fail("E0108",
                     "expects equal sizes along the axes that it sums over, got " +
                         toString(call.type(x)) + " and " + toString(call.type(y)),
                     "", {x, y});
  auto product = [](auto begin, auto end) {
    int64_t count = 1;
    for (; begin != end; ++begin)
      count *= *begin;
    return count;
  };
  int64_t rows = product(shape.begin(), shape.end()), depth = product(summed.begin(), summed.end());
  int64_t columns = product(b.begin() + axes, b.end());
  shape.insert(shape.end(), b.begin() + axes, b.end());
  return reshape(matmul(reshape(x, {rows, depth}), reshape(y, {depth, columns})), shape);
}

Tensor tensordot(const Operand &a, const Operand &b, int64_t axes, Loc loc) {
  Call call("tensordot", loc);
  Tensor x = call.tensor(a), y = call.tensor(b);
  return call.isPoison(x) || call.isPoison(y) ? call.poison() : contracted(call, x, y, axes);
}

Tensor inner(const Operand &a, const Operand &b, Loc loc) {
  Call call("inner", loc);
  Tensor x = call.tensor(a), y = call.tensor(b);
  if (call.isPoison(x) || call.isPoison(y))
    return call.poison();
  if (call.type(x).rank() == 0 || call.type(y).rank() == 0)
    return x * y;
  return contracted(call, x, movedim(y, -1, 0), 1);
}

Tensor cross(const Operand &a, const Operand &b, int64_t axis, Loc loc) {
  Call call("cross", loc);
  auto [x, y] = call.pair(a, b);
  std::optional<int64_t> first, second;
  if (call.isPoison(x) || call.isPoison(y) || !(first = call.axisOf(x, axis)) ||
      !(second = call.axisOf(y, axis)))
    return call.poison();
  if (call.type(x).dims[*first] != 3 || call.type(y).dims[*second] != 3)
    return call.fail("E0108",
                     "expects vectors of 3 along axis " + std::to_string(axis) + ", got " +
                         toString(call.type(x)) + " and " + toString(call.type(y)),
                     "", {x, y});
  auto turned = [](const Tensor &v, int64_t along, int64_t by) { return roll(v, by, along); };
  // (a1 b2 - a2 b1, …): each element from the two behind it.
  return turned(x, *first, -1) * turned(y, *second, -2) -
         turned(x, *first, -2) * turned(y, *second, -1);
}

static Tensor added(const Operand &x, const Tensor &product, const AddProduct &options) {
  Tensor scaled = options.alpha == 1 ? product : product * options.alpha;
  if (options.beta == 0) // also where x is NaN
    return scaled;
  return options.beta == 1 ? x + scaled : x * options.beta + scaled;
}

Tensor addmm(const Operand &x, const Operand &a, const Operand &b, AddProduct options, Loc loc) {
  Call call("addmm", loc);
  Tensor base = call.tensor(x);
  return added(base, mm(a, b), options);
}

Tensor baddbmm(const Operand &x, const Operand &a, const Operand &b, AddProduct options, Loc loc) {
  Call call("baddbmm", loc);
  Tensor base = call.tensor(x);
  return added(base, bmm(a, b), options);
}

Tensor cdist(const Operand &a, const Operand &b, double p, Loc loc) {
  Call call("cdist", loc);
  auto [x, y] = call.pair(a, b);
  if (call.isPoison(x) || call.isPoison(y))
    return call.poison();
  if (!(p >= 0))
    return call.fail("E0020", "expects a p of 0 or more, got " + numberText(p));
  for (const Tensor &rows : {x, y})
    if (call.type(rows).rank() < 2)
      return call.fail("E0107", "expects rows f32[…,n,d], got " + toString(call.type(rows)), "",
                       {rows});
  if (call.type(x).dims.back() != call.type(y).dims.back())
    return call.fail("E0108",
                     "expects rows of one length, got " + toString(call.type(x)) + " and " +
                         toString(call.type(y)),
                     "", {x, y});
  return norm(unsqueeze(x, -2) - unsqueeze(y, -3), p, -1);
}

Tensor pairwise_distance(const Operand &a, const Operand &b, PairwiseDistance options, Loc loc) {
  Call call("pairwise_distance", loc);
  auto [x, y] = call.pair(a, b);
  return norm(x - y + options.eps, options.p, -1, options.keepdims);
}

Tensor bilinear(Name name, const Operand &a, const Operand &b, Bilinear options, Loc loc) {
  Call call("bilinear", loc, context().path(name.text));
  auto [x, y] = call.pair(a, b);
  if (!call.accepts(name.text) || call.isPoison(x) || call.isPoison(y))
    return call.poison();
  if (options.units < 1)
    return call.fail("E0020", "expects units of 1 or more, got " + std::to_string(options.units));
  rules::Type left = call.type(x), right = call.type(y);
  if (!call.isFloat(x))
    return call.poison();
  Sizes rows = left.dims, others = right.dims;
  if (rows.empty() || others.empty() ||
      Sizes(rows.begin(), rows.end() - 1) != Sizes(others.begin(), others.end() - 1))
    return call.fail("E0103",
                     "expects f32[…,n] and f32[…,m] with equal axes in front, got " +
                         toString(left) + " and " + toString(right),
                     "", {x, y});
  int64_t n = rows.back(), m = others.back();
  if (n == 0 || m == 0)
    return call.fail("E0115", "expects features, got " + toString(n == 0 ? left : right), "",
                     {n == 0 ? x : y});
  double bound = 1 / std::sqrt(static_cast<double>(n));
  DType element = x.dtype();
  Tensor weight = layerParameter(name, "weight", element({options.units, n, m}),
                                 orUniform(options.weight, bound), loc);
  std::optional<Tensor> bias;
  if (options.bias)
    bias = layerParameter(name, "bias", element({options.units}),
                          orUniform(options.bias_init, bound), loc);
  if (call.isPoison(weight) || (bias && call.isPoison(*bias)))
    return call.poison();
  noteUse(call, "bilinear", name, context().path(name.text));
  // W_i b of all units by one product over rows, then a sum of products along a.
  Tensor turned = applyToRows(call, y, reshape(weight, {options.units * n, m}), std::nullopt);
  rows.back() = options.units;
  rows.push_back(n);
  Tensor result = sum(reshape(turned, rows) * unsqueeze(x, -2), -1);
  return bias ? result + *bias : result;
}

} // namespace sinter
