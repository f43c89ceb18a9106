// A graph as short lines of text, for tests: one line an input, node, output and update.
#pragma once

#include "frontend/graph/Container.h"

#include <string>

namespace sinter::test {

/// "%3 = matmul %1, %2 {transpose_b = true} : f32[256,10] @ 12 fc1"
std::string nodeText(const proto::Node &node);
/// A whole entry.
std::string entryText(const proto::Entry &entry);
/// Symbols, scalars, metrics and entries.
std::string moduleText(const proto::Module &module);

} // namespace sinter::test
