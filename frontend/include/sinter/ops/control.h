// Loops and choices: scan, cond and while_loop run functions of tensors as parts of the graph.
//
// A body is traced once, when the function is called. It may use tensors from around it; what it
// makes is known outside only through what it returns. Parameters and states made in a body are
// made once, under the scopes around the call; a state that it assigns keeps its last value. Random
// numbers differ from step to step. Inputs, outputs, metrics and minimize belong outside.
#pragma once

#include "sinter/tensor.h"

namespace sinter {

/// What the body of a scan gives.
struct ScanStep {
  Tensors carried = {}; ///< for the next step, each of the type it came with
  Tensors outputs = {}; ///< to be stacked
};

/// Options of scan.
struct Scan {
  bool reverse = false; ///< from the last slice to the first; outputs stay beside their slices
  int64_t length = 0;   ///< number of steps when there are no stacked inputs
};

/// What a scan gives.
struct ScanResult {
  Tensors carried; ///< after the last step
  Tensors outputs; ///< [T, …], slice t from step t
};

/// Options of while_loop.
struct WhileLoop {
  int64_t max_trips = 0; ///< stop after so many steps; 0: no bound
};

/// Below scan, cond and while_loop: the same with bodies as plain function pointers, each with the
/// object that it is called on.
struct SINTER_API ControlFlow {
  static ScanResult scan(const Tensors &carried, const Tensors &stacked,
                         ScanStep (*call)(void *, const Tensors &, const Tensors &), void *body,
                         const Scan &options, Loc loc);
  static Tensors cond(const Operand &predicate, Tensors (*then)(void *), void *thenBody,
                      Tensors (*otherwise)(void *), void *otherwiseBody, Loc loc);
  static Tensors whileLoop(const Tensors &carried, Tensor (*condition)(void *, const Tensors &),
                           void *conditionBody, Tensors (*call)(void *, const Tensors &),
                           void *body, const WhileLoop &options, Loc loc);
};

/// A step for each slice along the leading axis of `stacked` (equal sizes T): `body` takes the
/// carried values and the slices, Tensors both, and returns a ScanStep. Without stacked inputs
/// `.length` says how many steps. Gradients pass through all steps.
template <class Body>
ScanResult scan(const Tensors &carried, const Tensors &stacked, Body body, Scan options = {},
                Loc loc = Loc::current()) {
  auto call = [](void *f, const Tensors &values, const Tensors &slices) -> ScanStep {
    return (*static_cast<Body *>(f))(values, slices);
  };
  return ControlFlow::scan(carried, stacked, call, &body, options, loc);
}

/// The results of one of two functions that take nothing and return Tensors of equal types: of
/// `then` where `predicate`, one bool[], is true. Only that one runs.
template <class Then, class Else>
Tensors cond(const Operand &predicate, Then then, Else otherwise, Loc loc = Loc::current()) {
  auto first = [](void *f) -> Tensors { return (*static_cast<Then *>(f))(); };
  auto second = [](void *f) -> Tensors { return (*static_cast<Else *>(f))(); };
  return ControlFlow::cond(predicate, first, &then, second, &otherwise, loc);
}

/// Steps as long as `condition` of the carried values, one bool[], is true: `body` takes them and
/// returns the next ones. → the last ones.
template <class Condition, class Body>
Tensors while_loop(const Tensors &carried, Condition condition, Body body, WhileLoop options = {},
                   Loc loc = Loc::current()) {
  auto test = [](void *f, const Tensors &values) -> Tensor {
    return (*static_cast<Condition *>(f))(values);
  };
  auto call = [](void *f, const Tensors &values) -> Tensors {
    return (*static_cast<Body *>(f))(values);
  };
  return ControlFlow::whileLoop(carried, test, &condition, call, &body, options, loc);
}

} // namespace sinter
