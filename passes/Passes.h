//===- Passes.h - graph and planning passes ---------------------------------------------------===//
//
// Declares every pass of Passes.td and their registration. A pass, its file, its flag and its test
// share one name: `fuse-maps` is passes/fuse/FuseMaps.cpp and test/passes/fuse/fuse-maps.mlir.
// Reading on: Passes.td (what each pass does, with IR before and after), compiler/Pipeline.cpp
// (their order).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_PASSES_PASSES_H
#define SINTER_PASSES_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace sinter::passes {

#define GEN_PASS_DECL
#include "passes/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Passes.h.inc"

} // namespace sinter::passes

#endif
