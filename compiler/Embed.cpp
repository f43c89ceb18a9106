//===- Embed.cpp - weights prepared at build time ------------------------------------------------------------===//
//
// See Embed.h.
//
//===----------------------------------------------------------------------------------------------------===//
#include "compiler/Embed.h"

namespace sinter::compiler {

int prepareWeights(Session &session, const std::string &file, std::string &params) {
  return session.reporter.error(Internal, "--embed-weights is not there yet");
}

} // namespace sinter::compiler
