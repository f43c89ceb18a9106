// Types, their printing and the checks every rule shares. Reading on: include/sinter/rules/type.h.
#include "support.h"

#include <algorithm>

namespace sinter::rules {

std::string toString(ElementType element) {
  switch (element) {
  case ElementType::F32:
    return "f32";
  case ElementType::F64:
    return "f64";
  case ElementType::I32:
    return "i32";
  case ElementType::I64:
    return "i64";
  case ElementType::U8:
    return "u8";
  case ElementType::Bool:
    return "bool";
  case ElementType::BF16:
    return "bf16";
  case ElementType::F16:
    return "f16";
  case ElementType::Invalid:
    break;
  }
  return "invalid";
}

int64_t byteSize(ElementType element) {
  switch (element) {
  case ElementType::F64:
  case ElementType::I64:
    return 8;
  case ElementType::F32:
  case ElementType::I32:
    return 4;
  case ElementType::BF16:
  case ElementType::F16:
    return 2;
  case ElementType::U8:
  case ElementType::Bool:
    return 1;
  case ElementType::Invalid:
    break;
  }
  return 0;
}

bool isFloat(ElementType element) {
  return element == ElementType::F32 || element == ElementType::F64 ||
         element == ElementType::BF16 || element == ElementType::F16;
}

bool isInteger(ElementType element) {
  return element == ElementType::I32 || element == ElementType::I64 || element == ElementType::U8;
}

std::optional<int64_t> Type::elementCount() const {
  // Zero first: [0, 2^62, 2^62] is empty, whatever the product of the others would be.
  bool empty = false;
  for (int64_t dim : dims) {
    if (dim < 0)
      return std::nullopt;
    empty |= dim == 0;
  }
  int64_t count = empty ? 0 : 1;
  for (int64_t dim : dims)
    if (!empty && __builtin_mul_overflow(count, dim, &count))
      return std::nullopt;
  return count;
}

std::string toString(const std::vector<int64_t> &dims) {
  std::string text = "[";
  for (size_t i = 0; i < dims.size(); ++i)
    text += (i ? "," : "") + std::to_string(dims[i]);
  return text + "]";
}

std::string toString(const Type &type) { return toString(type.element) + toString(type.dims); }

Result<Type> validated(Type type) {
  if (byteSize(type.element) == 0)
    return RuleError{"E0102", "expects an element type, got none"};
  if (type.rank() > kMaxRank)
    return RuleError{"E0104", "expects at most " + std::to_string(kMaxRank) + " axes, got " +
                                  std::to_string(type.rank())};
  for (int64_t dim : type.dims)
    if (dim < 0)
      return RuleError{"E0104", "expects sizes of 0 or more, got " + toString(type)};
  std::optional<int64_t> count = type.elementCount();
  int64_t bytes = 0;
  if (!count || __builtin_mul_overflow(*count, byteSize(type.element), &bytes))
    return RuleError{"E0104", "expects a tensor of fewer than 2^63 bytes, got " + toString(type)};
  return type;
}

std::string counted(int64_t count, const char *what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

Result<int64_t> normalizedAxis(int64_t axis, int64_t rank) {
  if (rank == 0)
    return RuleError{
        "E0105", "expects a tensor with axes, got a scalar and axis " + std::to_string(axis), 0};
  if (axis < -rank || axis >= rank)
    return RuleError{"E0105",
                     "expects an axis in [" + std::to_string(-rank) + ", " +
                         std::to_string(rank - 1) + "] for a tensor of rank " +
                         std::to_string(rank) + ", got axis " + std::to_string(axis),
                     0};
  return axis < 0 ? axis + rank : axis;
}

Result<std::vector<int64_t>> normalizedAxes(const std::vector<int64_t> &axes, int64_t rank) {
  std::vector<int64_t> result;
  for (int64_t axis : axes) {
    Result<int64_t> normal = normalizedAxis(axis, rank);
    if (!normal)
      return normal.error();
    if (std::find(result.begin(), result.end(), *normal) != result.end())
      return RuleError{"E0106", "expects distinct axes, got axis " + std::to_string(*normal) +
                                    " twice in " + toString(axes)};
    result.push_back(*normal);
  }
  std::sort(result.begin(), result.end());
  return result;
}

std::optional<std::vector<int64_t>> broadcastShapes(const std::vector<int64_t> &a,
                                                    const std::vector<int64_t> &b) {
  std::vector<int64_t> result(std::max(a.size(), b.size()));
  for (size_t i = 0; i < result.size(); ++i) { // i counts axes from the last one
    int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    int64_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1)
      return std::nullopt;
    result[result.size() - 1 - i] = x == 1 ? y : x;
  }
  return result;
}

bool accepted(ElementType element, Accepts accepts) {
  switch (accepts) {
  case Accepts::Numeric:
    return isFloat(element) || isInteger(element);
  case Accepts::Signed:
    return isFloat(element) || (isInteger(element) && element != ElementType::U8);
  case Accepts::Float:
    return isFloat(element);
  case Accepts::Boolean:
    return element == ElementType::Bool;
  case Accepts::Any:
    break;
  }
  return element != ElementType::Invalid;
}

RuleError refusedElement(const Type &got, Accepts accepts, int operand) {
  const char *wanted = "any";
  std::string help;
  switch (accepts) {
  case Accepts::Numeric:
    wanted = "numbers";
    help = "cast(x, f32) turns a bool into 0 or 1";
    break;
  case Accepts::Signed:
    wanted = "signed numbers";
    help = "cast(x, i32) or cast(x, f32) first";
    break;
  case Accepts::Float:
    wanted = "floating-point numbers";
    help = "cast(x, f32) first";
    break;
  case Accepts::Boolean:
    wanted = "bool";
    help = "compare first, as in x > 0";
    break;
  case Accepts::Any:
    break;
  }
  return RuleError{"E0102", std::string("expects ") + wanted + ", got " + toString(got), operand,
                   help};
}

std::optional<RuleError> anyRefused(const std::vector<Type> &operands, Accepts accepts) {
  for (size_t i = 0; i < operands.size(); ++i)
    if (!accepted(operands[i].element, accepts))
      return refusedElement(operands[i], accepts, static_cast<int>(i));
  return std::nullopt;
}

std::optional<RuleError> badAxis(const Type &a, int64_t axis) {
  Result<int64_t> normal = normalizedAxis(axis, a.rank());
  if (!normal)
    return normal.error();
  if (axis < 0)
    return RuleError{"E0105", "expects a non-negative axis, got axis " + std::to_string(axis), 0};
  return std::nullopt;
}

} // namespace sinter::rules
