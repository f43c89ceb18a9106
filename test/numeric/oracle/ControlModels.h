// Programs of the DSL with loops and choices, as graphs; for ControlTest.cpp, which knows the
// compiler and thus another Tensor. Reading on: ControlModels.cpp.
#pragma once

#include "frontend/graph.pb.h"

#include <string>

namespace sinter::test {

/// The graph of the program of that name; its one entry is `predict_b1`.
proto::Module controlModel(const std::string &name);

} // namespace sinter::test
