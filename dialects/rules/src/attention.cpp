// Rules of attention. Reading on: include/sinter/rules/attention.h.
#include "sinter/rules/attention.h"

#include "sinter/rules/matmul.h"
#include "support.h"

namespace sinter::rules {

/// An error unless `a` and `b` have the same batch axes.
static std::optional<RuleError> differentBatches(const Type &a, const Type &b) {
  if (std::vector(a.dims.begin(), a.dims.end() - 2) ==
      std::vector(b.dims.begin(), b.dims.end() - 2))
    return std::nullopt;
  return RuleError{"E0103", "expects equal batch axes, got " + toString(a) + " and " + toString(b),
                   1, "", 0};
}

Result<Type> attention_scores(const Type &q, const Type &k) {
  Result<Type> scores = matmul(q, k, false, true);
  if (!scores)
    return scores;
  if (std::optional<RuleError> error = differentBatches(q, k))
    return *error;
  return scores;
}

Result<std::vector<Type>> attention(const Type &q, const Type &k, const Type &v) {
  Result<Type> scores = attention_scores(q, k);
  if (!scores)
    return scores.error();
  Result<Type> result = matmul(*scores, v, false, false);
  if (!result)
    return result.error();
  if (std::optional<RuleError> error = differentBatches(k, v))
    return *error;
  Type statistics{q.element, std::vector(q.dims.begin(), q.dims.end() - 1)};
  return std::vector<Type>{*result, statistics};
}

Result<std::vector<Type>> attention_gradient(const Type &q, const Type &k, const Type &v,
                                             const Type &statistics, const Type &cotangent,
                                             const Type &delta) {
  Result<std::vector<Type>> forward = attention(q, k, v);
  if (!forward)
    return forward;
  const Type *got[] = {&cotangent, &statistics, &delta};
  for (int i = 0; i < 3; ++i)
    if (const Type &expected = (*forward)[i > 0]; !(*got[i] == expected))
      return RuleError{"E0119", "expects " + toString(expected) + ", got " + toString(*got[i]),
                       i == 0   ? 4
                       : i == 1 ? 3
                                : 5};
  return std::vector<Type>{q, k, v};
}

} // namespace sinter::rules
