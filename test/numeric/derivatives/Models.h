// Programs of the DSL that are made of derivatives, as graphs; for Derivatives.cpp, which knows the
// compiler and thus another Tensor. Reading on: Models.cpp.
#pragma once

#include "frontend/graph.pb.h"

#include <map>
#include <string>

namespace sinter::test {

/// The graphs by name; the one entry of each is `predict_b1`.
const std::map<std::string, proto::Module> &derivativeModels();

} // namespace sinter::test
