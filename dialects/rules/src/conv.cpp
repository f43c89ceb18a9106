// Rules of convolutions. Reading on: include/sinter/rules/conv.h.
#include "sinter/rules/conv.h"

#include "support.h"

#include <algorithm>

namespace sinter::rules {

int64_t positions(int64_t size, int64_t window, int64_t stride, int64_t low, int64_t high,
                  int64_t dilation) {
  int64_t room = size + low + high - (dilation * (window - 1) + 1);
  return room < 0 ? 0 : room / stride + 1;
}

static std::string pair(const std::vector<int64_t> &values) {
  std::string text;
  for (size_t i = 0; i < values.size(); ++i)
    text += (i ? "x" : "") + std::to_string(values[i]);
  return text;
}

/// Sizes and paddings so large that sums of them could overflow are refused with the rest.
static constexpr int64_t kMostSteps = int64_t(1) << 31;

std::optional<RuleError> badSliding(const Type &x, const std::vector<int64_t> &window,
                                    const Sliding &sliding, const char *option) {
  // What two numbers should have been; empty when they are that.
  auto wanted = [](const std::vector<int64_t> &values, int64_t least) -> std::string {
    if (values.size() == 2 && std::max(values[0], values[1]) > kMostSteps)
      return "at most " + std::to_string(kMostSteps);
    bool good = values.size() == 2 && std::min(values[0], values[1]) >= least;
    return good ? "" : std::to_string(least) + " or more";
  };
  if (std::string size = wanted(window, 1); !size.empty())
    return RuleError{"E0120", "expects a window of two sizes of " + size + ", got " + pair(window),
                     0};
  if (std::string step = wanted(sliding.strides, 1); !step.empty())
    return RuleError{
        "E0121", "expects a stride of " + step + " along both axes, got " + pair(sliding.strides),
        0};
  if (std::string step = wanted(sliding.dilations, 1); !step.empty())
    return RuleError{
        "E0121",
        "expects a dilation of " + step + " along both axes, got " + pair(sliding.dilations), 0};
  for (const auto *side : {&sliding.low, &sliding.high})
    if (std::string zeros = wanted(*side, 0); !zeros.empty())
      return RuleError{"E0121",
                       "expects a padding of " + zeros + " on all sides, got " + pair(sliding.low) +
                           " before and " + pair(sliding.high) + " after",
                       0};
  for (int axis : {0, 1}) {
    int64_t size = x.dims[x.dims.size() - 2 + axis],
            padded = size + sliding.low[axis] + sliding.high[axis];
    int64_t extent = sliding.dilations[axis] * (window[axis] - 1) + 1;
    if (extent > padded)
      return RuleError{
          "E0122",
          "expects a window that fits, got " + pair(window) +
              (sliding.dilations[axis] > 1 ? " (dilated to " + std::to_string(extent) + ")" : "") +
              " over " + counted(padded, axis == 0 ? "row" : "column") +
              (padded > size ? " (padded)" : "") + " of " + toString(x),
          0, std::string("a smaller ") + option + ", or more padding"};
  }
  return std::nullopt;
}

static std::optional<RuleError> badOperands(const Type &a, const char *first, const Type &b,
                                            const char *second) {
  const Type *operands[] = {&a, &b};
  for (int i : {0, 1}) {
    if (!accepted(operands[i]->element, Accepts::Float))
      return refusedElement(*operands[i], Accepts::Float, i);
    if (operands[i]->rank() != 4)
      return RuleError{"E0107",
                       std::string("expects ") + (i == 0 ? first : second) + ", got " +
                           toString(*operands[i]),
                       i, i == 0 && a.rank() == 3 ? "reshape it to one channel, [n,1,h,w]" : ""};
  }
  if (a.element != b.element)
    return RuleError{
        "E0101", "expects operands of one element type, got " + toString(a) + " and " + toString(b),
        1, "cast(x, " + toString(a.element) + ") makes the conversion explicit", 0};
  return std::nullopt;
}

static const char *const kImages = "images f32[n,channels,height,width]";
static const char *const kFilter = "a filter f32[out,in,height,width]";

Result<Type> conv2d(const Type &x, const Type &filter, const Sliding &sliding, int64_t groups) {
  if (auto bad = badOperands(x, kImages, filter, kFilter))
    return *bad;
  int64_t c = x.dims[1], o = filter.dims[0];
  if (groups < 1 || c % groups || o % groups)
    return RuleError{"E0124",
                     "expects groups that divide " + std::to_string(c) + " input and " +
                         std::to_string(o) + " output channels, got " + std::to_string(groups),
                     0};
  if (filter.dims[1] != c / groups)
    return RuleError{"E0123",
                     "expects a filter for " + std::to_string(c / groups) + " input channels" +
                         (groups > 1 ? " a group" : "") + ", got " + toString(filter) + " for " +
                         toString(x),
                     1, "", 0};
  if (auto bad = badSliding(x, {filter.dims[2], filter.dims[3]}, sliding, "kernel"))
    return *bad;
  std::vector<int64_t> dims{x.dims[0], o};
  for (int axis : {0, 1})
    dims.push_back(positions(x.dims[2 + axis], filter.dims[2 + axis], sliding.strides[axis],
                             sliding.low[axis], sliding.high[axis], sliding.dilations[axis]));
  return validated({x.element, dims});
}

/// The convolution of these types must give `dy`.
static std::optional<RuleError> disagrees(const Type &dy, const Type &x, const Type &filter,
                                          const Sliding &sliding, int64_t groups) {
  Result<Type> forward = conv2d(x, filter, sliding, groups);
  if (!forward)
    return forward.error();
  if (!(*forward == dy))
    return RuleError{"E0123", "expects a cotangent " + toString(*forward) + ", got " + toString(dy),
                     0};
  return std::nullopt;
}

Result<Type> conv2d_input_gradient(const Type &dy, const Type &filter, const Sliding &sliding,
                                   int64_t groups, const std::vector<int64_t> &size) {
  if (auto bad = badOperands(dy, kImages, filter, kFilter))
    return *bad;
  if (size.size() != 2 || groups < 1)
    return RuleError{"E0120", "expects two sizes and one group or more, got " + pair(size), 0};
  for (size_t axis = 0; axis < std::min(sliding.strides.size(), sliding.dilations.size()); ++axis)
    if (sliding.strides[axis] > 1 && sliding.dilations[axis] > 1)
      return RuleError{"E0121",
                       "expects a stride or a dilation of 1 along each axis, got " +
                           pair(sliding.strides) + " and " + pair(sliding.dilations),
                       0, "zeros between the rows of the cotangent make the stride 1"};
  Result<Type> x = validated({dy.element, {dy.dims[0], filter.dims[1] * groups, size[0], size[1]}});
  if (!x)
    return x.error();
  if (auto bad = disagrees(dy, *x, filter, sliding, groups))
    return *bad;
  return x;
}

Result<Type> conv2d_filter_gradient(const Type &dy, const Type &x, const Sliding &sliding,
                                    int64_t groups, const std::vector<int64_t> &window) {
  if (auto bad = badOperands(dy, kImages, x, kImages))
    return *bad;
  if (window.size() != 2 || groups < 1 || x.dims[1] % groups)
    return RuleError{
        "E0120", "expects two sizes and groups that divide the channels, got " + pair(window), 0};
  Result<Type> filter =
      validated({dy.element, {dy.dims[1], x.dims[1] / groups, window[0], window[1]}});
  if (!filter)
    return filter.error();
  if (auto bad = disagrees(dy, x, *filter, sliding, groups))
    return *bad;
  return filter;
}

} // namespace sinter::rules
