//===- Import.h - a serialised graph becomes the `sinter` dialect -----------------------------===//
//
// Generic over ops: a node's name and attributes are the op's, so that a new op needs nothing here.
// Invariant: the module verifies, and every op has a NameLoc around one FileLineColLoc of the
// user's (D24). Reading on: frontend/graph.proto, dialects/sinter/Train.td (symbols and entries).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_COMPILER_IMPORT_H
#define SINTER_COMPILER_IMPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace sinter::proto {
class Module;
} // namespace sinter::proto

namespace sinter::compiler {

/// Builds the module of stage `graph` from a graph that checkGraph accepts. `f64` computes every
/// f32 in f64. Failures are emitted as diagnostics.
mlir::OwningOpRef<mlir::ModuleOp> importModule(mlir::MLIRContext *context,
                                               const proto::Module &graph, bool f64);

} // namespace sinter::compiler

#endif
