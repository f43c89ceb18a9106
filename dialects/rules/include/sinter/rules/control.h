// Rules of loops and choices: scan, cond, while_loop (D8, D20). They judge what goes into a body
// against what comes out of it.
// Invariant: what is carried keeps its type from step to step, and branches give equal types.
// Reading on: dialects/sinter/Control.td, frontend/graph/Control.cpp.
#pragma once

#include "sinter/rules/type.h"

namespace sinter::rules {

/// How a scan cuts its stacked inputs.
struct Slices {
  int64_t length = 0;      ///< steps
  std::vector<Type> types; ///< of one slice of each input
};

/// Stacked inputs [T, …] → T and their slices […]. `length` is T as the user says it; 0: as the
/// inputs say. E0131: they differ, or there are none and no length; E0107: an input without axes.
Result<Slices> scan_slices(const std::vector<Type> &stacked, int64_t length);
/// Types of carried values at the start, after a step, and of a step's outputs → the last carried
/// values, then the outputs stacked [length, …]. E0130: a carried value changes its type. Operands
/// of the error count `carried`, then `next`.
Result<std::vector<Type>> scan(const std::vector<Type> &carried, const std::vector<Type> &next,
                               const std::vector<Type> &outputs, int64_t length);
/// bool[] and what both branches yield → those types. E0132, E0133. Operands of the error count the
/// predicate, then `then`, then `otherwise`.
Result<std::vector<Type>> cond(const Type &predicate, const std::vector<Type> &then,
                               const std::vector<Type> &otherwise);
/// Types of carried values at the start, what the condition yields, carried values after a step →
/// the last carried values. `maxTrips` 0: no bound. E0020, E0130, E0132. Operands of the error
/// count `carried`, then the condition's, then `next`.
Result<std::vector<Type>> while_loop(const std::vector<Type> &carried,
                                     const std::vector<Type> &condition,
                                     const std::vector<Type> &next, int64_t maxTrips);

} // namespace sinter::rules
