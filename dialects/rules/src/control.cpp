// Rules of loops and choices. Reading on: include/sinter/rules/control.h.
#include "sinter/rules/control.h"

namespace sinter::rules {

using Types = std::vector<Type>;

Result<Slices> scan_slices(const Types &stacked, int64_t length) {
  if (length < 0 || (length == 0 && stacked.empty()))
    return RuleError{"E0131", "expects a length of 1 or more, got " + std::to_string(length), -1,
                     stacked.empty() ? ".length = 10 runs the body ten times" : ""};
  Slices slices{length, {}};
  for (size_t i = 0; i < stacked.size(); ++i) {
    const Type &type = stacked[i];
    int operand = static_cast<int>(i);
    if (type.rank() == 0)
      return RuleError{"E0107",
                       "expects stacked inputs with a leading axis of steps, got " + toString(type),
                       operand, "what every step uses as a whole needs no place in the list"};
    int64_t steps = type.dims.front();
    if (steps < 1)
      return RuleError{"E0131", "expects 1 step or more, got " + toString(type), operand};
    if (i == 0 && length == 0)
      slices.length = steps;
    if (steps != slices.length)
      return RuleError{"E0131",
                       "expects stacked inputs of " + std::to_string(slices.length) +
                           " steps (the leading axis), got " + toString(type),
                       operand, length > 0 ? ".length is not needed beside stacked inputs" : "",
                       i > 0 && length == 0 ? 0 : -1};
    slices.types.push_back({type.element, {type.dims.begin() + 1, type.dims.end()}});
  }
  return slices;
}

/// Nothing when every carried value keeps its type; `nextAt` is the operand number of next[0].
static std::optional<RuleError> changed(const Types &carried, const Types &next, size_t nextAt) {
  if (next.size() != carried.size())
    return RuleError{"E0130", "expects as many carried values from the body as it starts with, " +
                                  std::to_string(carried.size()) + ", got " +
                                  std::to_string(next.size())};
  for (size_t i = 0; i < carried.size(); ++i)
    if (next[i] != carried[i]) {
      bool shapes = next[i].dims == carried[i].dims;
      return RuleError{"E0130",
                       "expects a body that keeps the type " + toString(carried[i]) +
                           " of carried value " + std::to_string(i) + ", got " + toString(next[i]),
                       static_cast<int>(nextAt + i),
                       shapes ? "cast(x, " + toString(carried[i].element) + ") in the body" : "",
                       static_cast<int>(i)};
    }
  return std::nullopt;
}

static std::optional<RuleError> noPredicate(const Type &type, const char *what, int operand) {
  if (type.element == ElementType::Bool && type.rank() == 0)
    return std::nullopt;
  std::string help = "a comparison makes one: x > 0";
  if (type.element == ElementType::Bool)
    help = "one decision for all; where(p, a, b) chooses element by element";
  return RuleError{
      "E0132", std::string("expects one truth value bool[] as ") + what + ", got " + toString(type),
      operand, help};
}

Result<Types> scan(const Types &carried, const Types &next, const Types &outputs, int64_t length) {
  if (std::optional<RuleError> error = changed(carried, next, carried.size()))
    return *error;
  if (length < 1)
    return RuleError{"E0131", "expects 1 step or more, got " + std::to_string(length)};
  Types results = carried;
  for (const Type &output : outputs) {
    Type stacked = output;
    stacked.dims.insert(stacked.dims.begin(), length);
    Result<Type> valid = validated(stacked);
    if (!valid)
      return valid.error();
    results.push_back(*valid);
  }
  return results;
}

Result<Types> cond(const Type &predicate, const Types &then, const Types &otherwise) {
  if (std::optional<RuleError> error = noPredicate(predicate, "its predicate", 0))
    return *error;
  if (then.size() != otherwise.size())
    return RuleError{"E0133", "expects branches of equally many results, got " +
                                  std::to_string(then.size()) + " and " +
                                  std::to_string(otherwise.size())};
  for (size_t i = 0; i < then.size(); ++i)
    if (then[i] != otherwise[i])
      return RuleError{"E0133",
                       "expects branches of equal types, got " + toString(then[i]) + " and " +
                           toString(otherwise[i]) + " for result " + std::to_string(i),
                       static_cast<int>(1 + then.size() + i), "", static_cast<int>(1 + i)};
  return then;
}

Result<Types> while_loop(const Types &carried, const Types &condition, const Types &next,
                         int64_t maxTrips) {
  if (maxTrips < 0)
    return RuleError{"E0020",
                     "expects max_trips of 0 (no bound) or more, got " + std::to_string(maxTrips)};
  if (condition.size() != 1)
    return RuleError{"E0132", "expects one truth value bool[] as its condition, got " +
                                  std::to_string(condition.size()) + " values"};
  int first = static_cast<int>(carried.size());
  if (std::optional<RuleError> error = noPredicate(condition[0], "its condition", first))
    return *error;
  if (std::optional<RuleError> error = changed(carried, next, carried.size() + 1))
    return *error;
  return carried;
}

} // namespace sinter::rules
