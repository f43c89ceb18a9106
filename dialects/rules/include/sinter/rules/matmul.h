// Rules of contractions. Invariant: both operands are matrices or stacks of them; batch axes
// broadcast. Reading on: dialects/sinter/Matmul.td.
#pragma once

#include "sinter/rules/type.h"

namespace sinter::rules {

/// [..batch,m,k] x [..batch,k,n] → [..batch,m,n]; the transposes swap an operand's last two axes
/// first.
Result<Type> matmul(const Type &a, const Type &b, bool transposeA, bool transposeB);

} // namespace sinter::rules
