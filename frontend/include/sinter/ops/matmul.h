// Matrix products.
#pragma once

#include "sinter/tensor.h"

namespace sinter {

/// Reads an operand with its last two axes swapped.
struct Matmul {
  bool transpose_a = false;
  bool transpose_b = false;
};

/// [..batch,m,k] x [..batch,k,n] → [..batch,m,n]; batch axes broadcast.
SINTER_API Tensor matmul(const Operand &a, const Operand &b, Matmul options = {},
                         Loc loc = Loc::current());

} // namespace sinter
