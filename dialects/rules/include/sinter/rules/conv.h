// Rules of two-dimensional convolutions and of windows that slide over images. Invariant:
// attributes are whole: two numbers each, padding explicit (the DSL resolves "same" and "valid").
// Reading on: pool.h, dialects/sinter/Conv.td.
#pragma once

#include "sinter/rules/type.h"

namespace sinter::rules {

/// How a window slides over an image [.., height, width]: all of size 2.
struct Sliding {
  std::vector<int64_t> strides, low, high; ///< steps; zeros before and after each axis
  std::vector<int64_t> dilations = {1, 1}; ///< distance of neighbours in the window
};

/// Positions of a window of `window` points along an axis of `size`; 0 when it does not fit.
int64_t positions(int64_t size, int64_t window, int64_t stride, int64_t low, int64_t high,
                  int64_t dilation);
/// E0120–E0122 when the window cannot slide over an image of the last two axes of `x`; `option` is
/// what the user calls the window.
std::optional<RuleError> badSliding(const Type &x, const std::vector<int64_t> &window,
                                    const Sliding &sliding, const char *option);

/// x [n,c,h,w], filter [o,c/groups,kh,kw] → [n,o,oh,ow].
Result<Type> conv2d(const Type &x, const Type &filter, const Sliding &sliding, int64_t groups);
/// dy [n,o,oh,ow], filter → [n,c,h,w], with `size` = {h, w}. A strided axis is not dilated.
Result<Type> conv2d_input_gradient(const Type &dy, const Type &filter, const Sliding &sliding,
                                   int64_t groups, const std::vector<int64_t> &size);
/// dy [n,o,oh,ow], x → [o,c/groups,kh,kw], with `window` = {kh, kw}.
Result<Type> conv2d_filter_gradient(const Type &dy, const Type &x, const Sliding &sliding,
                                    int64_t groups, const std::vector<int64_t> &window);

} // namespace sinter::rules
