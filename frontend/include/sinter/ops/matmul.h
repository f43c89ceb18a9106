// Matrix products, and sums of products of any axes.
#pragma once

#include "sinter/tensor.h"

namespace sinter {

/// Reads an operand with its last two axes swapped.
struct Matmul {
  bool transpose_a = false;
  bool transpose_b = false;
};

/// [..batch,m,k] x [..batch,k,n] → [..batch,m,n]; batch axes broadcast. Vectors are refused: mv and
/// dot say on which side they stand.
SINTER_API Tensor matmul(const Operand &a, const Operand &b, Matmul options = {},
                         Loc loc = Loc::current());
/// [m,k] x [k,n] → [m,n].
SINTER_API Tensor mm(const Operand &a, const Operand &b, Loc loc = Loc::current());
/// [batch,m,k] x [batch,k,n] → [batch,m,n]; nothing broadcasts.
SINTER_API Tensor bmm(const Operand &a, const Operand &b, Loc loc = Loc::current());
/// [m,k] x [k] → [m].
SINTER_API Tensor mv(const Operand &a, const Operand &x, Loc loc = Loc::current());
/// [k] x [k] → a scalar.
SINTER_API Tensor dot(const Operand &a, const Operand &b, Loc loc = Loc::current());

/// The product of all operands, summed over the axes whose letters the result has not:
/// einsum("ij,jk->ik", {a, b}) is mm(a, b). A letter twice in one operand takes its diagonal, '...'
/// stands for axes that broadcast, sizes of 1 broadcast. Without '->' the result has the axes of
/// '...' and then the letters that occur once, in alphabetical order. Operands are contracted from
/// left to right.
SINTER_API Tensor einsum(const std::string &subscripts, const std::vector<Tensor> &operands,
                         Loc loc = Loc::current());

} // namespace sinter
