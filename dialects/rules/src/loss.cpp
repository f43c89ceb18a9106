// Rules of softmax, losses and the gradient op. Reading on: include/sinter/rules/loss.h.
#include "sinter/rules/loss.h"

#include "support.h"

namespace sinter::rules {

Result<Type> softmax(const Type &a, int64_t axis) {
  if (!accepted(a.element, Accepts::Float))
    return refusedElement(a, Accepts::Float, 0);
  if (std::optional<RuleError> error = badAxis(a, axis))
    return *error;
  if (a.dims[axis] == 0)
    return RuleError{
        "E0115", "expects elements along axis " + std::to_string(axis) + ", got " + toString(a), 0};
  return validated(a);
}

Result<Type> log_softmax(const Type &a, int64_t axis) { return softmax(a, axis); }

/// The help where labels do not fit: PyTorch has the classes of images behind the batch.
static std::string classesGoLast(const Type &logits, const Type &labels) {
  std::vector<int64_t> rest = logits.dims;
  if (logits.rank() > 2)
    rest.erase(rest.begin() + 1);
  if (logits.rank() <= 2 || rest != labels.dims)
    return "classes are the last axis of logits [N…,classes], and labels have all axes before it";
  std::string perm = "0";
  for (int64_t axis = 2; axis < logits.rank(); ++axis)
    perm += ", " + std::to_string(axis);
  return "classes go last: transpose(logits, {" + perm + ", 1}) makes [N…,classes]";
}

Result<Type> softmax_cross_entropy(const Type &logits, const Type &labels) {
  if (!accepted(logits.element, Accepts::Float))
    return refusedElement(logits, Accepts::Float, 0);
  if (logits.rank() < 1)
    return RuleError{"E0107", "expects logits f32[batch,classes], got " + toString(logits), 0};
  if (logits.dims.back() == 0)
    return RuleError{"E0115", "expects at least one class, got " + toString(logits), 0};
  if (labels.element != ElementType::I32)
    return RuleError{"E0102", "expects labels as i32 class indices, got " + toString(labels), 1,
                     "cast(labels, i32) first"};
  std::vector<int64_t> rows(logits.dims.begin(), logits.dims.end() - 1);
  if (labels.dims != rows)
    return RuleError{"E0117",
                     "expects labels " + toString(Type{ElementType::I32, rows}) + " for logits " +
                         toString(logits) + ", got " + toString(labels),
                     1, classesGoLast(logits, labels), 0};
  return validated({logits.element, rows});
}

Result<std::vector<Type>> gradient(const std::vector<Type> &operands, int64_t numYs) {
  int64_t count = static_cast<int64_t>(operands.size());
  if (numYs < 1 || numYs > count / 2)
    return RuleError{"E0119", "expects one cotangent for each of num_ys values, got num_ys = " +
                                  std::to_string(numYs) + " and " + std::to_string(count) +
                                  " operands"};
  if (std::optional<RuleError> error = anyRefused(operands, Accepts::Float))
    return *error;
  for (int64_t i = 0; i < numYs; ++i)
    if (operands[i] != operands[numYs + i])
      return RuleError{"E0119",
                       "expects a cotangent of its value's type " + toString(operands[i]) +
                           ", got " + toString(operands[numYs + i]),
                       static_cast<int>(numYs + i)};
  return std::vector<Type>(operands.begin() + 2 * numYs, operands.end());
}

} // namespace sinter::rules
