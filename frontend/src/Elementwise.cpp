// Elementwise ops of the DSL. Reading on: include/sinter/ops/elementwise.h, dialects/rules.
#include "sinter/ops/elementwise.h"

#include "frontend/src/Call.h"
#include "sinter/rules/elementwise.h"

namespace sinter {

using namespace detail;
using Types = std::vector<rules::Type>;
using UnaryRule = rules::Result<rules::Type> (*)(const rules::Type &);
using BinaryRule = rules::Result<rules::Type> (*)(const rules::Type &, const rules::Type &);

/// `shown` is what the user wrote: + or max.
static Tensor unary(const char *op, const char *shown, UnaryRule rule, const Operand &a,
                    const Loc &loc) {
  Call call(shown, loc);
  return call.emit(op, {call.tensor(a)}, [&](const Types &t) { return rule(t[0]); });
}

static Tensor binary(const char *op, const char *shown, BinaryRule rule, const Operand &a,
                     const Operand &b, const Loc &loc) {
  Call call(shown, loc);
  auto [x, y] = call.pair(a, b);
  return call.emit(op, {x, y}, [&](const Types &t) { return rule(t[0], t[1]); });
}

static Tensor comparison(const char *predicate, const char *shown, const Operand &a,
                         const Operand &b) {
  Call call(shown, TensorAccess::loc(a));
  auto [x, y] = call.pair(a, b);
  Attributes attributes;
  attributes.string("predicate", predicate);
  return call.emit(
      "compare", {x, y}, [&](const Types &t) { return rules::compare(t[0], t[1], predicate); },
      std::move(attributes));
}

Tensor operator+(const Operand &a, const Operand &b) {
  return binary("add", "+", rules::add, a, b, TensorAccess::loc(a));
}
Tensor operator-(const Operand &a, const Operand &b) {
  return binary("sub", "-", rules::sub, a, b, TensorAccess::loc(a));
}
Tensor operator*(const Operand &a, const Operand &b) {
  return binary("mul", "*", rules::mul, a, b, TensorAccess::loc(a));
}
Tensor operator/(const Operand &a, const Operand &b) {
  return binary("div", "/", rules::div, a, b, TensorAccess::loc(a));
}
Tensor operator-(const Operand &a) {
  return unary("neg", "-", rules::neg, a, TensorAccess::loc(a));
}

Tensor operator==(const Operand &a, const Operand &b) { return comparison("eq", "==", a, b); }
Tensor operator!=(const Operand &a, const Operand &b) { return comparison("ne", "!=", a, b); }
Tensor operator<(const Operand &a, const Operand &b) { return comparison("lt", "<", a, b); }
Tensor operator<=(const Operand &a, const Operand &b) { return comparison("le", "<=", a, b); }
Tensor operator>(const Operand &a, const Operand &b) { return comparison("gt", ">", a, b); }
Tensor operator>=(const Operand &a, const Operand &b) { return comparison("ge", ">=", a, b); }

Tensor &Tensor::operator+=(const Operand &other) {
  return *this = Operand(*this, TensorAccess::loc(other)) + other;
}
Tensor &Tensor::operator-=(const Operand &other) {
  return *this = Operand(*this, TensorAccess::loc(other)) - other;
}
Tensor &Tensor::operator*=(const Operand &other) {
  return *this = Operand(*this, TensorAccess::loc(other)) * other;
}
Tensor &Tensor::operator/=(const Operand &other) {
  return *this = Operand(*this, TensorAccess::loc(other)) / other;
}

Tensor logical_and(const Operand &a, const Operand &b, Loc loc) {
  return binary("logical_and", "logical_and", rules::logical_and, a, b, loc);
}
Tensor logical_or(const Operand &a, const Operand &b, Loc loc) {
  return binary("logical_or", "logical_or", rules::logical_or, a, b, loc);
}
Tensor logical_not(const Operand &a, Loc loc) {
  return unary("logical_not", "logical_not", rules::logical_not, a, loc);
}

#define SINTER_UNARY(name, ...)                                                                    \
  Tensor name(const Operand &a, Loc loc) { return unary(#name, #name, rules::name, a, loc); }
#define SINTER_BINARY(name, ...)                                                                   \
  Tensor name(const Operand &a, const Operand &b, Loc loc) {                                       \
    return binary(#name, #name, rules::name, a, b, loc);                                           \
  }
#define SINTER_OPERATOR(...) // above
#define SINTER_SIGN(...)
#include "sinter/rules/elementwise.def"

Tensor stop_gradient(const Operand &a, Loc loc) {
  return unary("stop_gradient", "stop_gradient", rules::stop_gradient, a, loc);
}

Tensor where(const Operand &condition, const Operand &a, const Operand &b, Loc loc) {
  Call call("where", loc);
  Tensor chosen = call.tensor(condition);
  auto [x, y] = call.pair(a, b);
  return call.emit("select", {chosen, x, y},
                   [&](const Types &t) { return rules::select(t[0], t[1], t[2]); });
}

Tensor cast(const Operand &a, DType to, Loc loc) {
  Call call("cast", loc);
  Tensor x = call.tensor(a);
  if (!call.isPoison(x) && call.type(x).element == toRules(to))
    return x;
  return call.emit("cast", {x}, [&](const Types &t) { return rules::cast(t[0], toRules(to)); });
}

} // namespace sinter
