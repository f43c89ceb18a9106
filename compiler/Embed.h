//===- Embed.h - weights prepared at build time (D27) -----------------------------------------===//
//
// For --embed-weights: a library that carries its weights in the layout its kernels want.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_COMPILER_EMBED_H
#define SINTER_COMPILER_EMBED_H

#include "compiler/Session.h"

namespace sinter::compiler {

/// Reads a safetensors file, runs the compiled load_params and prepare in this process, and gives
/// the bytes of SINTER_SEG_PARAMS. Done or an exit code.
int prepareWeights(Session &session, const std::string &file, std::string &params);

} // namespace sinter::compiler

#endif
