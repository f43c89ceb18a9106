// Ops that rearrange elements, composed of slices, joins and reads at constant indices. Reading on:
// include/sinter/ops/arrange.h; Shape.cpp.
#include "sinter/ops/arrange.h"

#include "frontend/src/Call.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/index.h"

#include <algorithm>
#include <cmath>

namespace sinter {

using namespace detail;

/// Elements `begin` to `end` along an axis from the front.
static Tensor part(const Tensor &x, int64_t axis, int64_t begin, int64_t end) {
  std::vector<int64_t> limits = x.shape().sizes(), starts(limits.size(), 0);
  starts[axis] = begin;
  limits[axis] = end;
  return slice(x, starts, limits);
}

/// x read at `indices` along an axis.
static Tensor readAt(const Tensor &x, int64_t axis, const std::vector<double> &indices) {
  return index_select(x, constant(i32({static_cast<int64_t>(indices.size())}), indices), axis);
}

//===--- Padding, turning ---------------------------------------------------------------------===//

/// Where the element at `i`, below 0 or beyond `size`, comes from.
static int64_t sourceOf(PadMode mode, int64_t i, int64_t size) {
  switch (mode) {
  case PadMode::reflect:
    return i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i;
  case PadMode::replicate:
    return std::clamp<int64_t>(i, 0, size - 1);
  default:
    return (i + size) % size;
  }
}

/// False: reported.
static bool fitsMode(Call &call, const Tensor &x, const Pad &options, size_t axis, int64_t low,
                     int64_t high) {
  int64_t size = call.type(x).dims[axis];
  static const char *const names[] = {"constant", "reflect", "replicate", "circular"};
  int64_t most = options.mode == PadMode::reflect    ? size - 1
                 : options.mode == PadMode::circular ? size
                                                     : INT32_MAX;
  if (low >= 0 && high >= 0 && low <= most && high <= most && size > 0)
    return true;
  call.fail("E0114",
            "expects a padding of 0 to " + std::to_string(std::max<int64_t>(most, 0)) +
                " elements along axis " + std::to_string(axis) + " under '" +
                names[static_cast<int>(options.mode)] + "', got " + std::to_string(low) + " and " +
                std::to_string(high) + " for " + toString(call.type(x)),
            "", {x});
  return false;
}

Tensor pad(const Operand &operand, std::vector<int64_t> low, std::vector<int64_t> high, Pad options,
           Loc loc) {
  Call call("pad", loc);
  Tensor x = call.tensor(operand);
  if (call.isPoison(x))
    return x;
  if (options.mode == PadMode::constant)
    return pad(x, low, high, options.value);
  const std::vector<int64_t> dims = call.type(x).dims;
  if (low.size() != dims.size() || high.size() != dims.size())
    return call.fail("E0114",
                     "expects a number before and behind each of " + std::to_string(dims.size()) +
                         " axes, got " + std::to_string(low.size()) + " and " +
                         std::to_string(high.size()),
                     "", {x});
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    if (low[axis] == 0 && high[axis] == 0)
      continue;
    if (!fitsMode(call, x, options, axis, low[axis], high[axis]))
      return call.poison();
    std::vector<double> sources;
    for (int64_t i = -low[axis]; i < dims[axis] + high[axis]; ++i)
      sources.push_back(static_cast<double>(sourceOf(options.mode, i, dims[axis])));
    x = readAt(x, static_cast<int64_t>(axis), sources);
  }
  return x;
}

Tensor flip(const Operand &operand, std::vector<int64_t> axes, Loc loc) {
  Call call("flip", loc);
  Tensor x = call.tensor(operand);
  if (call.isPoison(x))
    return x;
  rules::Result<std::vector<int64_t>> list = rules::normalizedAxes(axes, call.type(x).rank());
  if (!list)
    return call.fail(list.error(), {x});
  for (int64_t axis : *list) {
    std::vector<double> back;
    for (int64_t i = x.shape()[axis]; i-- > 0;)
      back.push_back(static_cast<double>(i));
    x = readAt(x, axis, back);
  }
  return x;
}

Tensor roll(const Operand &operand, int64_t shift, int64_t axis, Loc loc) {
  return roll(operand, std::vector{shift}, std::vector{axis}, loc);
}

Tensor roll(const Operand &operand, const std::vector<int64_t> &shifts,
            const std::vector<int64_t> &axes, Loc loc) {
  Call call("roll", loc);
  Tensor x = call.tensor(operand);
  if (call.isPoison(x))
    return x;
  if (shifts.size() != axes.size())
    return call.fail("E0118",
                     "expects a shift for each axis, got " + std::to_string(shifts.size()) +
                         " for " + std::to_string(axes.size()),
                     "", {x});
  for (size_t i = 0; i < axes.size(); ++i) {
    std::optional<int64_t> at = call.axisOf(x, axes[i]);
    if (!at)
      return call.poison();
    int64_t size = call.type(x).dims[*at], first = size ? (size - shifts[i] % size) % size : 0;
    if (first != 0)
      x = concat({part(x, *at, first, size), part(x, *at, 0, first)}, *at);
  }
  return x;
}

//===--- Joining, taking apart ----------------------------------------------------------------===//

Tensor stack(const std::vector<Tensor> &tensors, int64_t axis, Loc loc) {
  Call call("stack", loc);
  Tensors rows;
  std::optional<rules::Type> first;
  for (const Tensor &tensor : tensors) {
    Tensor x = call.tensor(Operand(tensor, loc));
    if (call.isPoison(x))
      return x;
    if (!first)
      first = call.type(x);
    if (call.type(x) != *first)
      return call.fail("E0112",
                       "expects tensors of one type, got " + toString(*first) + " and " +
                           toString(call.type(x)),
                       "", {x});
    rows.push_back(unsqueeze(x, axis));
    if (call.isPoison(rows.back()))
      return rows.back();
  }
  return concat(rows, axis);
}

/// Healthy pieces, or as many poison ones.
static Tensors pieces(const Tensor &x, int64_t axis, const std::vector<int64_t> &sizes) {
  Tensors result;
  int64_t begin = 0;
  for (int64_t size : sizes) {
    result.push_back(part(x, axis, begin, begin + size));
    begin += size;
  }
  return result;
}

static std::vector<int64_t> sizesOf(int64_t total, int64_t size) {
  std::vector<int64_t> sizes;
  for (int64_t begin = 0; begin < total || sizes.empty(); begin += size)
    sizes.push_back(std::min(size, total - begin));
  return sizes;
}

/// Of pieces whose number a mistake leaves unknown: enough for callers that take them apart by
/// number.
static Tensors somePoison(const Call &call) { return Tensors(64, call.poison()); }

Tensors split(const Operand &operand, int64_t size, int64_t axis, Loc loc) {
  Call call("split", loc);
  Tensor x = call.tensor(operand);
  std::optional<int64_t> at;
  if (call.isPoison(x) || !(at = call.axisOf(x, axis)))
    return somePoison(call);
  if (size < 1) {
    call.fail("E0104", "expects pieces of 1 or more, got " + std::to_string(size), "", {x});
    return somePoison(call);
  }
  return pieces(x, *at, sizesOf(call.type(x).dims[*at], size));
}

Tensors split(const Operand &operand, const std::vector<int64_t> &sizes, int64_t axis, Loc loc) {
  Call call("split", loc);
  Tensor x = call.tensor(operand);
  std::optional<int64_t> at;
  const Tensors none(sizes.size(), call.poison()); // as many as the caller takes apart
  if (call.isPoison(x) || !(at = call.axisOf(x, axis)))
    return none;
  int64_t left = call.type(x).dims[*at];
  bool fits = true;
  for (int64_t size : sizes) {
    fits &= size >= 0 && size <= left;
    left -= fits ? size : 0;
  }
  if (!fits || left != 0) {
    call.fail("E0127",
              "expects sizes that add up to axis " + std::to_string(*at) + " of " +
                  toString(call.type(x)) + ", got " + rules::toString(sizes),
              "", {x});
    return none;
  }
  return pieces(x, *at, sizes);
}

Tensors chunk(const Operand &operand, int64_t count, int64_t axis, Loc loc) {
  Call call("chunk", loc);
  Tensor x = call.tensor(operand);
  std::optional<int64_t> at;
  if (call.isPoison(x) || !(at = call.axisOf(x, axis)))
    return somePoison(call);
  if (count < 1) {
    call.fail("E0104", "expects 1 chunk or more, got " + std::to_string(count), "", {x});
    return somePoison(call);
  }
  int64_t size = call.type(x).dims[*at];
  return pieces(x, *at, sizesOf(size, std::max<int64_t>(1, (size + count - 1) / count)));
}

Tensor squeeze(const Operand &operand, Loc loc) {
  Call call("squeeze", loc);
  Tensor x = call.tensor(operand);
  if (call.isPoison(x))
    return x;
  std::vector<int64_t> dims = call.type(x).dims;
  std::erase(dims, 1);
  return reshape(x, dims);
}

Tensor squeeze(const Operand &operand, int64_t axis, Loc loc) {
  Call call("squeeze", loc);
  Tensor x = call.tensor(operand);
  std::optional<int64_t> at;
  if (call.isPoison(x) || !(at = call.axisOf(x, axis)))
    return call.poison();
  std::vector<int64_t> dims = call.type(x).dims;
  if (dims[*at] != 1)
    return x;
  dims.erase(dims.begin() + *at);
  return reshape(x, dims);
}

Tensor unsqueeze(const Operand &operand, int64_t axis, Loc loc) {
  Call call("unsqueeze", loc);
  Tensor x = call.tensor(operand);
  if (call.isPoison(x))
    return x;
  std::vector<int64_t> dims = call.type(x).dims;
  rules::Result<int64_t> at =
      rules::normalizedAxis(axis, static_cast<int64_t>(dims.size()) + 1); // of the result
  if (!at)
    return call.fail(at.error(), {x});
  dims.insert(dims.begin() + *at, 1);
  return reshape(x, dims);
}

//===--- Triangles, known numbers -------------------------------------------------------------===//

/// column - row of the last two axes, i64[rows,columns].
static Tensor diagonals(int64_t rows, int64_t columns) {
  return iota(i64({1, columns}), 1) - iota(i64({rows, 1}), 0);
}

static Tensor triangle(const char *op, const Operand &operand, int64_t diagonal, bool lower,
                       const Loc &loc) {
  Call call(op, loc);
  Tensor x = call.tensor(operand);
  if (call.isPoison(x))
    return x;
  rules::Type type = call.type(x);
  if (type.rank() < 2)
    return call.fail("E0107", "expects matrices […,rows,columns], got " + toString(type), "", {x});
  Tensor at = diagonals(type.dims[type.dims.size() - 2], type.dims.back());
  return where(lower ? at <= diagonal : at >= diagonal, x, call.number(type.element, 0));
}

Tensor tril(const Operand &x, int64_t diagonal, Loc loc) {
  return triangle("tril", x, diagonal, true, loc);
}
Tensor triu(const Operand &x, int64_t diagonal, Loc loc) {
  return triangle("triu", x, diagonal, false, loc);
}

Tensor sequence(double start, double limit, double step, DType element, Loc loc) {
  Call call("arange", loc);
  double count = std::ceil((limit - start) / step);
  if (!std::isfinite(count) || step == 0)
    return call.fail("E0020", "expects finite numbers and a step that is not 0, got " +
                                  numberText(start) + ", " + numberText(limit) + ", " +
                                  numberText(step));
  if (count < 0 || count > INT32_MAX)
    return call.fail("E0104", "expects 0 to 2147483647 elements, got " + numberText(count),
                     count < 0 ? "the step leads away from the limit" : "");
  Shape shape{static_cast<int64_t>(count)};
  if (element == i64)
    return iota(i64(shape)) * static_cast<int64_t>(step) + static_cast<int64_t>(start);
  return cast(iota(f64(shape)) * step + start, element);
}

Tensor linspace(double start, double end, int64_t count, DType element, Loc loc) {
  Call call("linspace", loc);
  if (count < 1)
    return call.fail("E0104", "expects a count of 1 or more, got " + std::to_string(count));
  if (!std::isfinite(start) || !std::isfinite(end))
    return call.fail("E0020", "expects finite numbers, got " + numberText(start) + " and " +
                                  numberText(end));
  double step = count > 1 ? (end - start) / static_cast<double>(count - 1) : 0;
  Tensor at = iota(f64({count}));
  // From both ends, so that the last one is exact, too.
  Tensor numbers = where(at < static_cast<double>(count / 2 + (count == 1)), at * step + start,
                         (at - static_cast<double>(count - 1)) * step + end);
  return cast(numbers, element);
}

Tensor eye(int64_t rows, int64_t columns, DType element, Loc loc) {
  Call call("eye", loc);
  int64_t width = columns == 0 ? rows : columns;
  if (rows < 0 || width < 0)
    return call.fail("E0104", "expects sizes of 0 or more, got " + std::to_string(rows) + " and " +
                                  std::to_string(columns));
  return cast(diagonals(rows, width) == 0, element);
}

Tensor one_hot(const Operand &ids, int64_t count, DType element, Loc loc) {
  Call call("one_hot", loc);
  Tensor x = call.tensor(ids);
  if (call.isPoison(x))
    return x;
  const rules::Type &type = call.type(x);
  if (rules::isFloat(type.element) || type.element == rules::ElementType::Bool)
    return call.fail("E0102", "expects integer indices, got " + toString(type),
                     "cast(ids, i32) first", {x});
  if (count < 1)
    return call.fail("E0104", "expects a count of 1 or more, got " + std::to_string(count));
  bool isByte = type.element == rules::ElementType::U8;
  Tensor at = checked_index(isByte ? cast(x, i32) : x, count);
  return cast(unsqueeze(cast(at, i64), -1) == iota(i64({count})), element);
}

} // namespace sinter
