// Elementwise rules. Reading on: include/sinter/rules/elementwise.h.
#include "sinter/rules/elementwise.h"

#include "support.h"

#include <algorithm>

namespace sinter::rules {

static Result<Type> unary(const Type &a, Accepts accepts) {
  if (!accepted(a.element, accepts))
    return refusedElement(a, accepts, 0);
  return validated(a);
}

static RuleError noBroadcast(const Type &a, const Type &b) {
  // Name the axis that does not fit, counted from the end as broadcasting does.
  size_t common = std::min(a.dims.size(), b.dims.size());
  std::string help;
  for (size_t i = 1; i <= common; ++i) {
    int64_t x = a.dims[a.dims.size() - i], y = b.dims[b.dims.size() - i];
    if (x != y && x != 1 && y != 1) {
      help = "axis -" + std::to_string(i) + " has size " + std::to_string(x) + " on one side and " +
             std::to_string(y) + " on the other; only size 1 stretches";
      break;
    }
  }
  return RuleError{"E0103",
                   "expects shapes that broadcast, got " + toString(a) + " and " + toString(b), 1,
                   help, 0};
}

static Result<Type> binary(const Type &a, const Type &b, Accepts accepts) {
  if (!accepted(a.element, accepts))
    return refusedElement(a, accepts, 0);
  if (!accepted(b.element, accepts))
    return refusedElement(b, accepts, 1);
  if (a.element != b.element)
    return RuleError{
        "E0101", "expects operands of one element type, got " + toString(a) + " and " + toString(b),
        1,
        "cast(x, " + toString(a.element) + ") or cast(x, " + toString(b.element) +
            ") makes the conversion explicit",
        0};
  std::optional<std::vector<int64_t>> dims = broadcastShapes(a.dims, b.dims);
  if (!dims)
    return noBroadcast(a, b);
  return validated({a.element, *dims});
}

#define SINTER_UNARY(name, accepts, ...)                                                           \
  Result<Type> name(const Type &a) { return unary(a, Accepts::accepts); }
#define SINTER_BINARY(name, accepts, ...)                                                          \
  Result<Type> name(const Type &a, const Type &b) { return binary(a, b, Accepts::accepts); }
#include "sinter/rules/elementwise.def"

Result<Type> logical_and(const Type &a, const Type &b) { return binary(a, b, Accepts::Boolean); }
Result<Type> logical_or(const Type &a, const Type &b) { return binary(a, b, Accepts::Boolean); }
Result<Type> logical_not(const Type &a) { return unary(a, Accepts::Boolean); }
Result<Type> stop_gradient(const Type &a) { return unary(a, Accepts::Any); }

Result<Type> compare(const Type &a, const Type &b, const std::string &predicate) {
  bool equality = predicate == "eq" || predicate == "ne";
  if (!equality && predicate != "lt" && predicate != "le" && predicate != "gt" && predicate != "ge")
    return RuleError{"E0116",
                     "expects a predicate of eq, ne, lt, le, gt, ge, got '" + predicate + "'"};
  Result<Type> type = binary(a, b, equality ? Accepts::Any : Accepts::Numeric);
  if (!type)
    return type.error();
  return Type{ElementType::Bool, type->dims};
}

Result<Type> select(const Type &condition, const Type &a, const Type &b) {
  if (condition.element != ElementType::Bool)
    return refusedElement(condition, Accepts::Boolean, 0);
  Result<Type> branches = binary(a, b, Accepts::Any);
  if (!branches) {
    RuleError error = branches.error();
    for (int *operand : {&error.operand, &error.other})
      *operand += *operand >= 0; // the condition stands before the branches
    return error;
  }
  std::optional<std::vector<int64_t>> dims = broadcastShapes(condition.dims, branches->dims);
  if (!dims) {
    RuleError error = noBroadcast(condition, *branches);
    error.operand = 0;
    error.other = -1;
    return error;
  }
  return validated({a.element, *dims});
}

Result<Type> cast(const Type &a, ElementType to) {
  if (!accepted(a.element, Accepts::Any))
    return refusedElement(a, Accepts::Any, 0);
  return validated({to, a.dims});
}

} // namespace sinter::rules
