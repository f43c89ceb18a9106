// Rules of pooling: windows over the last two axes of images [n,c,h,w]. Padding is explicit; what
// it holds never counts as a largest element. Reading on: conv.h (Sliding),
// dialects/sinter/Pool.td.
#pragma once

#include "sinter/rules/conv.h"

namespace sinter::rules {

/// x [n,c,h,w] → [n,c,oh,ow]: the largest, or the sum, of each window.
Result<Type> pool2d(const Type &x, const std::vector<int64_t> &window, const Sliding &sliding);
/// The place of each window's first largest element, row-major in the window: i32.
Result<Type> max_pool2d_argmax(const Type &x, const std::vector<int64_t> &window,
                               const Sliding &sliding);
/// z [n,c,h,w] at the places that `index` [n,c,oh,ow] names → [n,c,oh,ow].
Result<Type> max_pool2d_gather(const Type &z, const Type &index, const std::vector<int64_t> &window,
                               const Sliding &sliding);
/// dy [n,c,oh,ow] back to images of `size` = {h, w}; with `index`, to the places that it names.
Result<Type> pool2d_gradient(const Type &dy, const Type *index, const std::vector<int64_t> &window,
                             const Sliding &sliding, const std::vector<int64_t> &size);

} // namespace sinter::rules
