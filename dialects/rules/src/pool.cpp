// Rules of pooling. Reading on: include/sinter/rules/pool.h.
#include "sinter/rules/pool.h"

#include "support.h"

namespace sinter::rules {

static Result<Type> slide(const Type &x, const std::vector<int64_t> &window,
                          const Sliding &sliding) {
  if (!accepted(x.element, Accepts::Float))
    return refusedElement(x, Accepts::Float, 0);
  if (x.rank() != 4)
    return RuleError{"E0107", "expects images f32[n,channels,height,width], got " + toString(x), 0};
  if (auto bad = badSliding(x, window, sliding, "window"))
    return *bad;
  if (window[0] * window[1] > INT32_MAX) // each at most 2^31
    return RuleError{"E0120",
                     "expects a window of fewer than 2147483648 pixels, got " +
                         std::to_string(window[0]) + "x" + std::to_string(window[1]),
                     0};
  // The first and the last window see most of the padding.
  for (int axis : {0, 1}) {
    int64_t size = x.dims[2 + axis], low = sliding.low[axis], step = sliding.strides[axis];
    int64_t total = positions(size, window[axis], step, low, sliding.high[axis], 1);
    if (size == 0 || low >= window[axis] || (total - 1) * step - low >= size)
      return RuleError{"E0121",
                       "expects windows that each see a pixel, got a padding of " +
                           std::to_string(low) + " and " + std::to_string(sliding.high[axis]) +
                           " around " + counted(size, axis == 0 ? "row" : "column") +
                           " for a window of " + std::to_string(window[axis]) +
                           " and a stride of " + std::to_string(step),
                       0, "a smaller padding"};
  }
  std::vector<int64_t> dims{x.dims[0], x.dims[1]};
  for (int axis : {0, 1})
    dims.push_back(positions(x.dims[2 + axis], window[axis], sliding.strides[axis],
                             sliding.low[axis], sliding.high[axis], sliding.dilations[axis]));
  return validated({x.element, dims});
}

Result<Type> pool2d(const Type &x, const std::vector<int64_t> &window, const Sliding &sliding) {
  return slide(x, window, sliding);
}

Result<Type> max_pool2d_argmax(const Type &x, const std::vector<int64_t> &window,
                               const Sliding &sliding) {
  Result<Type> result = slide(x, window, sliding);
  if (!result)
    return result;
  return Type{ElementType::I32, result->dims};
}

Result<Type> max_pool2d_gather(const Type &z, const Type &index, const std::vector<int64_t> &window,
                               const Sliding &sliding) {
  Result<Type> result = slide(z, window, sliding);
  if (result && !(index == Type{ElementType::I32, result->dims}))
    return RuleError{"E0123",
                     "expects places " + toString(Type{ElementType::I32, result->dims}) + ", got " +
                         toString(index),
                     1};
  return result;
}

Result<Type> pool2d_gradient(const Type &dy, const Type *index, const std::vector<int64_t> &window,
                             const Sliding &sliding, const std::vector<int64_t> &size) {
  if (dy.rank() != 4 || size.size() != 2)
    return RuleError{
        "E0107",
        "expects a cotangent f32[n,channels,height,width] and two sizes, got " + toString(dy), 0};
  Result<Type> x = validated({dy.element, {dy.dims[0], dy.dims[1], size[0], size[1]}});
  if (!x)
    return x.error();
  Result<Type> forward = slide(*x, window, sliding);
  if (!forward)
    return forward.error();
  if (!(*forward == dy))
    return RuleError{"E0123", "expects a cotangent " + toString(*forward) + ", got " + toString(dy),
                     0};
  if (index && !(*index == Type{ElementType::I32, dy.dims}))
    return RuleError{"E0123",
                     "expects places " + toString(Type{ElementType::I32, dy.dims}) + ", got " +
                         toString(*index),
                     1};
  return x;
}

} // namespace sinter::rules
