// Rules of contractions. Reading on: include/sinter/rules/matmul.h.
#include "sinter/rules/matmul.h"

#include "support.h"

namespace sinter::rules {

Result<Type> matmul(const Type &a, const Type &b, bool transposeA, bool transposeB) {
  const Type *operands[] = {&a, &b};
  for (int i = 0; i < 2; ++i) {
    if (!accepted(operands[i]->element, Accepts::Float))
      return refusedElement(*operands[i], Accepts::Float, i);
    if (operands[i]->rank() < 2)
      return RuleError{
          "E0107", "expects matrices or stacks of them, got " + toString(a) + " and " + toString(b),
          i, "reshape(x, {1, n}) or reshape(x, {n, 1}) makes a vector a matrix"};
  }
  if (a.element != b.element)
    return RuleError{
        "E0101", "expects operands of one element type, got " + toString(a) + " and " + toString(b),
        1, "cast(x, " + toString(a.element) + ") makes the conversion explicit", 0};
  int64_t m = a.dims[a.rank() - (transposeA ? 1 : 2)], ka = a.dims[a.rank() - (transposeA ? 2 : 1)];
  int64_t kb = b.dims[b.rank() - (transposeB ? 1 : 2)], n = b.dims[b.rank() - (transposeB ? 2 : 1)];
  if (ka != kb)
    return RuleError{"E0108",
                     "expects equal inner sizes, got " + std::to_string(ka) + " and " +
                         std::to_string(kb) + " in " + toString(a) +
                         (transposeA ? " (transposed)" : "") + " x " + toString(b) +
                         (transposeB ? " (transposed)" : ""),
                     1, "", 0};
  std::optional<std::vector<int64_t>> dims =
      broadcastShapes({a.dims.begin(), a.dims.end() - 2}, {b.dims.begin(), b.dims.end() - 2});
  if (!dims)
    return RuleError{
        "E0103", "expects batch axes that broadcast, got " + toString(a) + " and " + toString(b), 1,
        "", 0};
  dims->push_back(m);
  dims->push_back(n);
  return validated({a.element, *dims});
}

} // namespace sinter::rules
