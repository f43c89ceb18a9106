// Rules of random ops (D2): counter-based, so operands are the seed and the step, both i64 scalars.
// Reading on: dialects/sinter/Random.td.
#pragma once

#include "sinter/rules/type.h"

namespace sinter::rules {

/// Uniform in [0, 1) of float `type`; `name` is the path that `stream` is the hash of and must not
/// be empty.
Result<Type> random_uniform(const Type &seed, const Type &step, const Type &type,
                            const std::string &name);
/// The Philox stream of a name path, of random ops and of initialisers: 64-bit FNV-1a, the same
/// function as sinter_stream of <sinter/runtime.h>. Philox mixes its key well, so the hash need
/// not.
uint64_t streamOf(const std::string &name);

} // namespace sinter::rules
