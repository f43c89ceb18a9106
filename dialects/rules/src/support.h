// Small helpers shared by the rule sources; not installed.
#pragma once

#include "sinter/rules/type.h"

namespace sinter::rules {

/// What an op accepts as element type.
enum class Accepts { Numeric, Signed, Float, Boolean, Any };

/// True when `element` is one of `accepts`.
bool accepted(ElementType element, Accepts accepts);
/// E0102 for an operand whose element type is not accepted.
RuleError refusedElement(const Type &got, Accepts accepts, int operand);
/// The same for the first of `operands` that is not; nothing: all are.
std::optional<RuleError> anyRefused(const std::vector<Type> &operands, Accepts accepts);
/// E0105 unless 0 <= axis < a.rank().
std::optional<RuleError> badAxis(const Type &a, int64_t axis);
/// "1 row", "2 rows", for messages.
std::string counted(int64_t count, const char *what);

} // namespace sinter::rules
