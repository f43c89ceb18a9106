// Derivatives as tensors: in any entry, in bodies of loops and choices, of derivatives too.
//
// In a body of scan, cond or while_loop a derivative is that of what the body does: what is
// carried, a slice or comes from around it is a constant there unless it is one of xs.
#pragma once

#include "sinter/tensor.h"

namespace sinter {

/// Options of `gradient`.
struct Gradient {
  /// What y's elements count, of y's type; needed unless y has one element, then 1.
  Tensor cotangent = {};
  /// False: the results are constants to later gradients. PyTorch's default is false, because it
  /// keeps memory for it; here it costs nothing unless it is used.
  bool create_graph = true;
};

/// Reverse mode: the derivative of Σ cotangent · y with respect to each of `xs` (parameters, inputs
/// or any values on the way to y), one tensor of the type of each; torch.autograd.grad. All ways
/// from an x to y count, those through other xs as well. What y does not depend on gets zeros, and
/// the compiler a warning (PyTorch refuses it unless allow_unused is set).
SINTER_API Tensors gradient(const Operand &y, const Tensors &xs, const Gradient &options = {},
                            Loc loc = Loc::current());

/// The matrix of second derivatives of `loss`, one element, by all `xs`, times `vs` (one for each
/// x, of its type): forward over reverse mode, about twice the work of a gradient, no matrix.
SINTER_API Tensors hvp(const Operand &loss, const Tensors &xs, const Tensors &vs,
                       Loc loc = Loc::current());

/// [y…, x…]: each element of `y` by each of `x`, both of one element type. Row by row in reverse
/// mode, or column by column in forward mode where x has fewer elements than y; sums of products
/// are done for all at once.
SINTER_API Tensor jacobian(const Operand &y, const Tensor &x, Loc loc = Loc::current());

/// What `jvp` gives: f's values, and a tangent for each.
struct Jvp {
  Tensors values, tangents;
};

/// Below jvp and custom_gradient: the same with functions as plain pointers, each with the object
/// that it is called on.
struct SINTER_API Derivatives {
  static Jvp jvp(Tensors (*call)(void *, const Tensors &), void *function, const Tensors &xs,
                 const Tensors &tangents, Loc loc);
  static Tensors customGradient(const Tensors &xs, Tensors (*forward)(void *, const Tensors &),
                                void *forwardFunction,
                                Tensors (*backward)(void *, const Tensors &, const Tensors &,
                                                    const Tensors &),
                                void *backwardFunction, Loc loc);
};

/// Forward mode: f(xs), and how it moves when xs move along `tangents` (one for each x, of its
/// type). `f` takes Tensors and returns Tensors; what it uses beside its argument stands still, as
/// in torch.func.jvp. Saves nothing, so it goes through any while_loop.
template <class F>
Jvp jvp(F f, const Tensors &xs, const Tensors &tangents, Loc loc = Loc::current()) {
  auto call = [](void *function, const Tensors &values) -> Tensors {
    return (*static_cast<F *>(function))(values);
  };
  return Derivatives::jvp(call, &f, xs, tangents, loc);
}

/// forward(xs), differentiated by `backward`: (xs, its results, their cotangents) → a cotangent for
/// each x, of its type. Both are bodies, run once. Either may use tensors from around it, which get
/// no gradient through it, but neither assigns states. Second derivatives differentiate `backward`;
/// forward mode transposes it, so there it must be linear in the cotangents.
template <class Forward, class Backward>
Tensors custom_gradient(const Tensors &xs, Forward forward, Backward backward,
                        Loc loc = Loc::current()) {
  auto first = [](void *f, const Tensors &values) -> Tensors {
    return (*static_cast<Forward *>(f))(values);
  };
  auto second = [](void *f, const Tensors &values, const Tensors &results,
                   const Tensors &cotangents) -> Tensors {
    return (*static_cast<Backward *>(f))(values, results, cotangents);
  };
  return Derivatives::customGradient(xs, first, &forward, second, &backward, loc);
}

} // namespace sinter
