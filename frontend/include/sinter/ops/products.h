// Products and distances made of matmul, with PyTorch's names. Reading on: matmul.h, einsum.
#pragma once

#include "sinter/nn.h"
#include "sinter/ops/matmul.h"

namespace sinter {

/// [m] x [n] → [m,n], all products of an element of a and one of b.
SINTER_API Tensor outer(const Operand &a, const Operand &b, Loc loc = Loc::current());
/// Sums over the last axis of both: [..a,k] x [..b,k] → [..a,..b].
SINTER_API Tensor inner(const Operand &a, const Operand &b, Loc loc = Loc::current());
/// Sums over the last `axes` of a and the first of b: axes 1 of matrices is mm, 0 their outer
/// product.
SINTER_API Tensor tensordot(const Operand &a, const Operand &b, int64_t axes = 2,
                            Loc loc = Loc::current());
/// The cross product of vectors of 3 along `axis`; other axes broadcast.
SINTER_API Tensor cross(const Operand &a, const Operand &b, int64_t axis = -1,
                        Loc loc = Loc::current());
/// Options of addmm and baddbmm.
struct AddProduct {
  double beta = 1;  ///< of what is added
  double alpha = 1; ///< of the product
};
/// beta x + alpha a b, of matrices; x broadcasts.
SINTER_API Tensor addmm(const Operand &x, const Operand &a, const Operand &b,
                        AddProduct options = {}, Loc loc = Loc::current());
/// The same of stacks of matrices.
SINTER_API Tensor baddbmm(const Operand &x, const Operand &a, const Operand &b,
                          AddProduct options = {}, Loc loc = Loc::current());

/// Distances of all rows: a [..,m,d], b [..,n,d] → [..,m,n], the p-norms of the differences. Where
/// a distance is 0, so is its gradient. PyTorch's compute_mode="donot_use_mm_for_euclid_dist".
SINTER_API Tensor cdist(const Operand &a, const Operand &b, double p = 2, Loc loc = Loc::current());
/// Options of pairwise_distance.
struct PairwiseDistance {
  double p = 2;
  double eps = 1e-6; ///< added to each difference
  bool keepdims = false;
};
/// The p-norms of the differences of vectors along the last axis.
SINTER_API Tensor pairwise_distance(const Operand &a, const Operand &b,
                                    PairwiseDistance options = {}, Loc loc = Loc::current());

/// Options of bilinear.
struct Bilinear {
  int64_t units = 0; ///< size of the output
  bool bias = true;
  Init weight = {};    ///< default: uniform in ±1/√(features of a)
  Init bias_init = {}; ///< default: the same
};
/// aᵀ W_i b + bias_i for each unit i: a f32[…,n], b f32[…,m] → f32[…,units], `name`.weight
/// [units,n,m], `name`.bias [units]. (nn.Bilinear.)
SINTER_API Tensor bilinear(Name name, const Operand &a, const Operand &b, Bilinear options,
                           Loc loc = Loc::current());

} // namespace sinter
