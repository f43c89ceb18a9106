// Axes moved, picked and repeated; diagonals; elements put in the place of others. Reading on:
// include/sinter/ops/axes.h; Arrange.cpp.
#include "sinter/ops/axes.h"

#include "frontend/src/Call.h"
#include "frontend/src/Images.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/index.h"
#include "sinter/ops/reduce.h"
#include "sinter/ops/shape.h"
#include "sinter/ops/sort.h"
#include "sinter/rules/shape.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sinter {

using namespace detail;
using Sizes = std::vector<int64_t>;

static std::string text(int64_t number) { return std::to_string(number); }

//===--- Known numbers ------------------------------------------------------------------------===//

Tensor full_like(const Operand &operand, double value, Loc loc) {
  Call call("full_like", loc);
  Tensor x = call.tensor(operand);
  return call.isPoison(x) ? x : full(x.dtype()(x.shape()), value);
}

Tensor logspace(double start, double end, int64_t count, double base, DType element, Loc loc) {
  Call call("logspace", loc);
  if (!(base > 0) || !std::isfinite(base))
    return call.fail("E0020", "expects a base above 0, got " + numberText(base));
  Tensor powers = linspace(start, end, count, f64);
  return call.isPoison(powers) ? powers : cast(pow(base, powers), element);
}

//===--- Axes moved and split -----------------------------------------------------------------===//

/// The axes as `change` leaves them, which knows two of them.
static Tensor permuted(const char *op, const Operand &operand, int64_t a, int64_t b, const Loc &loc,
                       void (*change)(Sizes &perm, int64_t a, int64_t b)) {
  Call call(op, loc);
  Tensor x = call.tensor(operand);
  std::optional<int64_t> first, second;
  if (call.isPoison(x) || !(first = call.axisOf(x, a)) || !(second = call.axisOf(x, b)))
    return call.poison();
  Sizes perm(static_cast<size_t>(x.rank()));
  std::iota(perm.begin(), perm.end(), 0);
  change(perm, *first, *second);
  return transpose(x, perm);
}

Tensor movedim(const Operand &x, int64_t from, int64_t to, Loc loc) {
  return permuted("movedim", x, from, to, loc, [](Sizes &perm, int64_t source, int64_t target) {
    perm.erase(perm.begin() + source);
    perm.insert(perm.begin() + target, source);
  });
}

Tensor swapaxes(const Operand &x, int64_t a, int64_t b, Loc loc) {
  return permuted("swapaxes", x, a, b, loc, [](Sizes &perm, int64_t first, int64_t second) {
    std::swap(perm[first], perm[second]);
  });
}

Tensor unflatten(const Operand &operand, int64_t axis, const Sizes &sizes, Loc loc) {
  Call call("unflatten", loc);
  Tensor x = call.tensor(operand);
  std::optional<int64_t> at;
  if (call.isPoison(x) || !(at = call.axisOf(x, axis)))
    return call.poison();
  rules::Type type = call.type(x);
  rules::Result<rules::Type> part = rules::reshape({type.element, {type.dims[*at]}}, sizes);
  if (!part)
    return call.fail("E0109",
                     "expects sizes whose product is axis " + text(*at) + " of " + toString(type) +
                         ", got " + rules::toString(sizes),
                     "", {x});
  Sizes dims = type.dims;
  dims.erase(dims.begin() + *at);
  dims.insert(dims.begin() + *at, part->dims.begin(), part->dims.end());
  return reshape(x, dims);
}

//===--- Elements picked ----------------------------------------------------------------------===//

/// Elements `begin` to `end` along an axis from the front.
static Tensor part(const Tensor &x, int64_t axis, int64_t begin, int64_t end) {
  Sizes limits = x.shape().sizes(), starts(limits.size(), 0);
  starts[axis] = begin;
  limits[axis] = end;
  return slice(x, starts, limits);
}

/// `index` of an axis from the front; nothing: reported.
static std::optional<int64_t> indexOf(Call &call, const Tensor &x, int64_t axis, int64_t index) {
  int64_t size = call.type(x).dims[axis];
  if (index >= -size && index < size)
    return index < 0 ? index + size : index;
  call.fail("E0113",
            "expects an index in [" + text(-size) + ", " + text(size - 1) + "] of axis " +
                text(axis) + " of " + toString(call.type(x)) + ", got " + text(index),
            "", {x});
  return std::nullopt;
}

Tensor narrow(const Operand &operand, int64_t axis, int64_t start, int64_t length, Loc loc) {
  Call call("narrow", loc);
  Tensor x = call.tensor(operand);
  std::optional<int64_t> at;
  if (call.isPoison(x) || !(at = call.axisOf(x, axis)))
    return call.poison();
  int64_t size = call.type(x).dims[*at], begin = start < 0 ? start + size : start;
  if (begin < 0 || length < 0 || begin > size || length > size - begin)
    return call.fail("E0113",
                     "expects a part of axis " + text(*at) + " of " + toString(call.type(x)) +
                         ", got " + text(length) + " elements from " + text(start) + " on",
                     "", {x});
  return part(x, *at, begin, begin + length);
}

Tensor select(const Operand &operand, int64_t axis, int64_t index, Loc loc) {
  Call call("select", loc);
  Tensor x = call.tensor(operand);
  std::optional<int64_t> at, place;
  if (call.isPoison(x) || !(at = call.axisOf(x, axis)) || !(place = indexOf(call, x, *at, index)))
    return call.poison();
  return squeeze(part(x, *at, *place, *place + 1), *at);
}

Tensors unbind(const Operand &operand, int64_t axis, Loc loc) {
  Call call("unbind", loc);
  Tensor x = call.tensor(operand);
  std::optional<int64_t> at;
  if (call.isPoison(x) || !(at = call.axisOf(x, axis)))
    return Tensors(64, call.poison()); // for callers that take them apart by number
  Tensors all;
  for (int64_t i = 0; i < call.type(x).dims[*at]; ++i)
    all.push_back(squeeze(part(x, *at, i, i + 1), *at));
  return all;
}

//===--- Repetition ---------------------------------------------------------------------------===//

Tensor expand(const Operand &operand, const Sizes &sizes, Loc loc) {
  Call call("expand", loc);
  Tensor x = call.tensor(operand);
  if (call.isPoison(x))
    return x;
  const Sizes dims = call.type(x).dims;
  Sizes shape = sizes;
  for (size_t i = 0; i < shape.size(); ++i)
    if (shape[i] == -1 && i + dims.size() >= shape.size())
      shape[i] = dims[i + dims.size() - shape.size()];
  return broadcast_to(x, shape);
}

/// x as counts[i] copies along axis i, all axes named.
static Tensor copies(const Tensor &x, const Sizes &dims, const Sizes &counts) {
  Sizes apart, wide, joined;
  for (size_t i = 0; i < dims.size(); ++i) {
    apart.insert(apart.end(), {1, dims[i]});
    wide.insert(wide.end(), {counts[i], dims[i]});
    joined.push_back(counts[i] * dims[i]);
  }
  return reshape(broadcast_to(reshape(x, apart), wide), joined);
}

static Tensor repeated(Call &call, const Operand &operand, Sizes counts, bool mayBeFewer) {
  Tensor x = call.tensor(operand);
  if (call.isPoison(x))
    return x;
  Sizes dims = call.type(x).dims;
  if (mayBeFewer && counts.size() < dims.size())
    counts.insert(counts.begin(), dims.size() - counts.size(), 1);
  bool fits = counts.size() >= dims.size();
  for (int64_t count : counts)
    fits &= count >= 0 && count <= INT32_MAX;
  if (!fits)
    return call.fail("E0118",
                     "expects a count of 0 or more for each axis of " + toString(call.type(x)) +
                         ", got " + rules::toString(counts),
                     "", {x});
  dims.insert(dims.begin(), counts.size() - dims.size(), 1);
  return copies(x, dims, counts);
}

Tensor repeat(const Operand &x, const Sizes &counts, Loc loc) {
  Call call("repeat", loc);
  return repeated(call, x, counts, false);
}
Tensor tile(const Operand &x, const Sizes &counts, Loc loc) {
  Call call("tile", loc);
  return repeated(call, x, counts, true);
}

Tensor repeat_interleave(const Operand &operand, int64_t count, int64_t axis, Loc loc) {
  Call call("repeat_interleave", loc);
  Tensor x = call.tensor(operand);
  std::optional<int64_t> at;
  if (call.isPoison(x) || !(at = call.axisOf(x, axis)))
    return call.poison();
  if (count < 0 || count > INT32_MAX)
    return call.fail("E0104", "expects a count of 0 or more, got " + text(count), "", {x});
  Sizes dims = call.type(x).dims, apart = dims, joined = dims;
  apart.insert(apart.begin() + *at + 1, 1);
  Sizes wide = apart;
  wide[*at + 1] = count;
  joined[*at] *= count;
  return reshape(broadcast_to(reshape(x, apart), wide), joined);
}

Tensors meshgrid(const std::vector<Tensor> &vectors, Meshgrid options, Loc loc) {
  Call call("meshgrid", loc);
  const Tensors none(vectors.size(), call.poison());
  Sizes shape;
  for (const Tensor &vector : vectors) {
    Tensor x = call.tensor(Operand(vector, loc));
    if (call.isPoison(x) || !call.hasRank(x, 1, "vectors f32[n]"))
      return none;
    shape.push_back(call.type(x).dims[0]);
  }
  Tensors grids;
  for (size_t i = 0; i < vectors.size(); ++i) {
    Sizes alone(vectors.size(), 1);
    alone[i] = shape[i];
    Tensor grid = broadcast_to(reshape(vectors[i], alone), shape);
    grids.push_back(options.xy && vectors.size() > 1 ? swapaxes(grid, 0, 1) : grid);
  }
  return grids;
}

//===--- Diagonals ----------------------------------------------------------------------------===//

Tensor diagonal(const Operand &operand, int64_t offset, int64_t first, int64_t second, Loc loc) {
  Call call("diagonal", loc);
  Tensor x = call.tensor(operand);
  std::optional<int64_t> rows, columns;
  if (call.isPoison(x) || !(rows = call.axisOf(x, first)) || !(columns = call.axisOf(x, second)))
    return call.poison();
  if (*rows == *columns)
    return call.fail("E0105", "expects two axes, got " + text(first) + " twice", "", {x});
  x = movedim(movedim(x, *rows, -1), *columns > *rows ? *columns - 1 : *columns, -1);
  Sizes dims = call.type(x).dims;
  int64_t width = dims.back(), height = dims[dims.size() - 2];
  int64_t top = std::max<int64_t>(0, -offset), left = std::max<int64_t>(0, offset);
  int64_t length = std::max<int64_t>(0, std::min(height - top, width - left));
  dims.pop_back();
  dims.pop_back();
  // In a row of all elements the diagonal's are width + 1 apart.
  Sizes flat = dims, starts(dims.size() + 1, 0), strides(dims.size() + 1, 1);
  flat.push_back(height * width);
  Sizes limits = flat;
  starts.back() = length == 0 ? 0 : top * width + left;
  limits.back() = length == 0 ? 0 : starts.back() + (length - 1) * (width + 1) + 1;
  strides.back() = width + 1;
  return slice(reshape(x, flat), starts, limits, strides);
}

Tensor diag_embed(const Operand &operand, int64_t offset, Loc loc) {
  Call call("diag_embed", loc);
  Tensor x = call.tensor(operand);
  if (call.isPoison(x))
    return x;
  const rules::Type type = call.type(x);
  if (type.rank() < 1)
    return call.fail("E0107", "expects vectors […,n], got " + toString(type), "", {x});
  int64_t size = type.dims.back(), shift = std::abs(offset), side = size + shift;
  // Row i has element i, or i - shift where the diagonal begins further down.
  Sizes low(type.dims.size(), 0), high = low;
  (offset < 0 ? low : high).back() = shift;
  Tensor at = iota(i64({side, 1}), 0) + offset == iota(i64({1, side}), 1);
  return where(at, unsqueeze(pad(x, low, high), -1), call.number(type.element, 0));
}

Tensor diag(const Operand &operand, int64_t offset, Loc loc) {
  Call call("diag", loc);
  Tensor x = call.tensor(operand);
  if (call.isPoison(x))
    return x;
  const rules::Type &type = call.type(x);
  if (type.rank() == 1)
    return diag_embed(x, offset);
  return call.hasRank(x, 2, "a vector f32[n] or a matrix f32[rows,columns]") ? diagonal(x, offset)
                                                                             : call.poison();
}

Tensor trace(const Operand &operand, Loc loc) {
  Call call("trace", loc);
  Tensor x = call.tensor(operand);
  if (call.isPoison(x) || !call.hasRank(x, 2, "a matrix f32[rows,columns]"))
    return call.poison();
  return sum(diagonal(x));
}

//===--- Elements put in the place of others --------------------------------------------------===//

/// `from` read at constant places along an axis; where a place is -1, `to` stays.
static Tensor replaced(const Tensor &to, const Tensor &from, const Sizes &places, int64_t axis) {
  int64_t size = static_cast<int64_t>(places.size());
  std::vector<double> at, taken;
  for (int64_t place : places) {
    at.push_back(static_cast<double>(std::max<int64_t>(place, 0)));
    taken.push_back(place >= 0);
  }
  Sizes along(static_cast<size_t>(to.rank()), 1);
  along[axis] = size;
  Tensor isTaken = reshape(constant(bool_({size}), taken), along);
  return where(isTaken, index_select(from, constant(i32({size}), at), axis), to);
}

Tensor slice_scatter(const Operand &operand, const Operand &source, Sizes starts, Sizes limits,
                     Sizes strides, Loc loc) {
  Call call("slice_scatter", loc);
  Tensor x = call.tensor(operand), y = call.tensor(source);
  if (call.isPoison(x) || call.isPoison(y))
    return call.poison();
  Tensor old = slice(x, starts, limits, strides); // judges what it is given
  if (call.isPoison(old))
    return old;
  if (call.type(y) != call.type(old))
    return call.fail(
        "E0103", "expects a source " + toString(call.type(old)) + ", got " + toString(call.type(y)),
        "", {y, x});
  const Sizes dims = call.type(x).dims;
  // Axis by axis from the last: rows that stay are x's own.
  Tensor all = y;
  for (size_t axis = dims.size(); axis-- > 0;) {
    int64_t begin = starts[axis] < 0 ? starts[axis] + dims[axis] : starts[axis];
    int64_t step = strides.empty() ? 1 : strides[axis], count = call.type(y).dims[axis];
    Sizes places(static_cast<size_t>(dims[axis]), -1), from(dims.size(), 0), to(dims);
    for (int64_t i = 0; i < count; ++i)
      places[begin + i * step] = i;
    if (std::find(places.begin(), places.end(), -1) == places.end())
      continue;
    if (count == 0)
      return x;
    // x where the axes before are cut as in the slice.
    Sizes cuts = strides.empty() ? Sizes(dims.size(), 1) : strides;
    for (size_t before = 0; before < axis; ++before) {
      from[before] = starts[before];
      to[before] = limits[before];
    }
    for (size_t behind = axis; behind < dims.size(); ++behind)
      cuts[behind] = 1;
    all = replaced(slice(x, from, to, cuts), all, places, static_cast<int64_t>(axis));
  }
  return all;
}

Tensor select_scatter(const Operand &operand, const Operand &source, int64_t axis, int64_t index,
                      Loc loc) {
  Call call("select_scatter", loc);
  Tensor x = call.tensor(operand), y = call.tensor(source);
  std::optional<int64_t> at, place;
  if (call.isPoison(x) || call.isPoison(y) || !(at = call.axisOf(x, axis)) ||
      !(place = indexOf(call, x, *at, index)))
    return call.poison();
  rules::Type type = call.type(x);
  type.dims.erase(type.dims.begin() + *at);
  if (call.type(y) != type)
    return call.fail("E0103",
                     "expects a source " + toString(type) + ", got " + toString(call.type(y)), "",
                     {y, x});
  Sizes along(static_cast<size_t>(x.rank()), 1);
  along[*at] = call.type(x).dims[*at];
  return where(reshape(iota(i64({along[*at]})), along) == *place, unsqueeze(y, *at), x);
}

/// Of sorted indices equal ones are neighbours, in the order of their places: the last one's source
/// is added to -0, which changes no bit, the others are left out.
Tensor scatter(const Operand &operand, const Operand &index, const Operand &source, int64_t axis,
               Loc loc) {
  Call call("scatter", loc);
  auto [x, y] = call.pair(operand, source);
  Tensor at = call.tensor(index);
  if (call.isPoison(x) || call.isPoison(y) || call.isPoison(at) || !call.isFloat(x))
    return call.poison();
  if (call.info(y).number && call.type(y).rank() == 0)
    y = broadcast_to(y, call.type(at).dims);
  Tensor count = scatter_add(full_like(x, 0), at, full_like(y, 1), axis);
  std::optional<int64_t> along = call.isPoison(count) ? std::nullopt : call.axisOf(at, axis);
  if (!along)
    return call.poison();
  std::vector<int64_t> dims = call.type(at).dims;
  if (dims[*along] == 0)
    return x;
  Tensor order = argsort(at, *along), sorted = gather(at, order, *along);
  Tensor end = iota(i64(Shape(dims)), *along) == dims[*along] - 1;
  Tensor last = logical_or(end, sorted != roll(sorted, -1, *along));
  Tensor kept = where(last, gather(y, order, *along), -0.0);
  return where(count > 0, scatter_add(full_like(x, -0.0), sorted, kept, *along), x);
}

Tensor diff(const Operand &operand, int64_t n, int64_t axis, Loc loc) {
  Call call("diff", loc);
  Tensor x = call.tensor(operand);
  std::optional<int64_t> at;
  if (call.isPoison(x) || !(at = call.axisOf(x, axis)))
    return call.poison();
  if (n < 0)
    return call.fail("E0020", "expects an n of 0 or more, got " + text(n), "", {x});
  for (int64_t i = 0; i < n && !call.isPoison(x) && call.type(x).dims[*at] > 0; ++i) {
    int64_t size = call.type(x).dims[*at];
    x = part(x, *at, 1, size) - part(x, *at, 0, size - 1);
  }
  return x;
}

//===--- Channels -----------------------------------------------------------------------------===//

/// False: `factor` does not divide `size` (reported).
static bool divides(Call &call, const Tensor &x, const char *what, int64_t factor, int64_t size) {
  if (factor >= 1 && size % factor == 0)
    return true;
  call.fail("E0127",
            std::string("expects ") + what + " that " + text(factor) + " divides, got " +
                toString(call.type(x)),
            "", {x});
  return false;
}

Tensor pixel_shuffle(const Operand &operand, int64_t r, Loc loc) {
  Call call("pixel_shuffle", loc);
  Tensor x = call.tensor(operand);
  if (!isImages(call, x))
    return call.poison();
  const Sizes d = call.type(x).dims;
  if (!divides(call, x, "channels", r < 1 || r > 1 << 15 ? r : r * r, d[1]))
    return call.poison();
  Tensor apart = reshape(x, {d[0], d[1] / (r * r), r, r, d[2], d[3]});
  return reshape(transpose(apart, {0, 1, 4, 2, 5, 3}), {d[0], d[1] / (r * r), d[2] * r, d[3] * r});
}

Tensor pixel_unshuffle(const Operand &operand, int64_t r, Loc loc) {
  Call call("pixel_unshuffle", loc);
  Tensor x = call.tensor(operand);
  if (!isImages(call, x))
    return call.poison();
  const Sizes d = call.type(x).dims;
  if (!divides(call, x, "heights", r, d[2]) || !divides(call, x, "widths", r, d[3]))
    return call.poison();
  Tensor apart = reshape(x, {d[0], d[1], d[2] / r, r, d[3] / r, r});
  return reshape(transpose(apart, {0, 1, 3, 5, 2, 4}), {d[0], d[1] * r * r, d[2] / r, d[3] / r});
}

Tensor channel_shuffle(const Operand &operand, int64_t groups, Loc loc) {
  Call call("channel_shuffle", loc);
  Tensor x = call.tensor(operand);
  if (call.isPoison(x))
    return x;
  const Sizes dims = call.type(x).dims;
  if (dims.size() < 2)
    return call.fail("E0107", "expects x [n,channels,…], got " + toString(call.type(x)), "", {x});
  if (!divides(call, x, "channels", groups, dims[1]))
    return call.poison();
  Sizes apart = dims;
  apart[1] = groups;
  apart.insert(apart.begin() + 2, dims[1] / groups);
  return reshape(swapaxes(reshape(x, apart), 1, 2), dims);
}

} // namespace sinter
