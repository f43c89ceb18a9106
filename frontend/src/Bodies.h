// Bodies of ops, traced from the user's functions, and lists of tensors for them. Reading on:
// Control.cpp (which defines these, and loops), Derivative.cpp, frontend/graph/Regions.cpp.
#pragma once

#include "frontend/src/Call.h"

namespace sinter::detail {

/// What a body is made for.
struct BodyKind {
  graph::EntryBuilder::Kind kind;
  int64_t length = 0; ///< of a scan
};

graph::Types typesOf(Call &call, const Tensors &tensors);
graph::Values valuesOf(const Tensors &tensors);
bool anyPoison(const Tensors &tensors);
/// `tensors` as healthy ones or poison, what is wrong with them reported.
Tensors checked(Call &call, const Tensors &tensors);
Tensors poisons(size_t count);
Tensors made(Call &call, const graph::Values &values, const std::string &maker);
/// Runs `function` on arguments of `types` while its ops are recorded as a body. Nothing: a mistake
/// was reported, here or before; without `types` the `count` arguments are poison.
std::optional<graph::Body> traceBody(Call &call, BodyKind kind,
                                     const std::optional<graph::Types> &types, size_t count,
                                     const std::function<Tensors(const Tensors &)> &function);

} // namespace sinter::detail
