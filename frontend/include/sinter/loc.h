// The user's line: captured by default arguments, passed on by composite helpers.
#pragma once

#include <source_location>

/// What libsinter.so exports.
#define SINTER_API __attribute__((visibility("default")))

namespace sinter {

/// Where in the user's program an op was written. Functions end in `Loc loc = Loc::current()`; a
/// helper that takes one itself and hands it on makes errors point at the helper's caller.
using Loc = std::source_location;

} // namespace sinter
