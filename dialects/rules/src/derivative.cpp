// Reading on: derivative.h.
#include "sinter/rules/derivative.h"
#include "dialects/rules/src/support.h"

namespace sinter::rules {

Result<std::vector<Type>> jvp(const std::vector<Type> &operands, int64_t numYs) {
  int64_t count = static_cast<int64_t>(operands.size());
  if (numYs < 0 || numYs > count || (count - numYs) % 2 != 0)
    return RuleError{"E0119",
                     "expects one tangent for each of the tensors to differentiate by, got " +
                         std::to_string(count - numYs) + " operands behind " +
                         std::to_string(numYs) + " values"};
  if (auto error = anyRefused(operands, Accepts::Float))
    return *error;
  int64_t xs = (count - numYs) / 2;
  for (int64_t i = 0; i < xs; ++i)
    if (operands[numYs + i] != operands[numYs + xs + i])
      return RuleError{"E0119",
                       "expects a tangent of its tensor's type " + toString(operands[numYs + i]) +
                           ", got " + toString(operands[numYs + xs + i]),
                       static_cast<int>(numYs + xs + i)};
  return std::vector<Type>(operands.begin(), operands.begin() + numYs);
}

Result<Type> jacobian(const Type &y, const Type &x) {
  if (auto error = anyRefused({y, x}, Accepts::Float))
    return *error;
  if (y.element != x.element)
    return RuleError{
        "E0119", "expects tensors of one element type, got " + toString(y) + " and " + toString(x),
        1};
  Type result = y;
  result.dims.insert(result.dims.end(), x.dims.begin(), x.dims.end());
  return validated(result);
}

Result<std::vector<Type>> custom_gradient(const std::vector<Type> &inputs,
                                          const std::vector<Type> &outputs,
                                          const std::vector<Type> &cotangents) {
  if (auto error = anyRefused(inputs, Accepts::Float))
    return *error;
  for (const Type &output : outputs)
    if (!accepted(output.element, Accepts::Float))
      return RuleError{"E0119", "expects floating-point results, got " + toString(output)};
  if (cotangents.size() != inputs.size())
    return RuleError{"E0119", "expects a gradient of one cotangent for each of " +
                                  std::to_string(inputs.size()) + " operands, got " +
                                  std::to_string(cotangents.size())};
  for (size_t i = 0; i < inputs.size(); ++i)
    if (cotangents[i] != inputs[i])
      return RuleError{"E0119",
                       "expects a cotangent of its operand's type " + toString(inputs[i]) +
                           ", got " + toString(cotangents[i]),
                       static_cast<int>(inputs.size() + i)};
  return outputs;
}

} // namespace sinter::rules
