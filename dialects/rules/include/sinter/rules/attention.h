// Rules of attention: softmax(score(q kᵀ)) v, and its gradient. Invariant: batch axes are equal;
// the DSL's attention() broadcasts them, being made of other ops. Reading on:
// dialects/sinter/Attention.td.
#pragma once

#include "sinter/rules/type.h"

namespace sinter::rules {

/// q[..,queries,depth], k[..,keys,depth] → the scores [..,queries,keys].
Result<Type> attention_scores(const Type &q, const Type &k);
/// And v[..,keys,values] → the result [..,queries,values] and the statistics [..,queries].
Result<std::vector<Type>> attention(const Type &q, const Type &k, const Type &v);
/// With the statistics, the result's cotangent and delta [..,queries] → the types of q, k and v.
Result<std::vector<Type>> attention_gradient(const Type &q, const Type &k, const Type &v,
                                             const Type &statistics, const Type &cotangent,
                                             const Type &delta);

} // namespace sinter::rules
