//===- Text.h - modules as text files ---------------------------------------------------------===//
//
// Writes any stage as text that is complete and stable, and reads it back: print(parse(print(m)))
// has equal bytes. In memory constants are dense elements; in files those over 16 elements are
// dense_resource blobs at the end (D19). Invariant: a file written with --elide is refused when
// read, by name; it never passes as data.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_COMPILER_TEXT_H
#define SINTER_COMPILER_TEXT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <string>

namespace sinter::compiler {

/// Gives block arguments whose locations the text form drops (loops of scf) the location of their
/// op, so that a module and its text parsed again are the same.
void settleLocations(mlir::ModuleOp module);

/// The module as text, with locations. `elide` leaves out large constants and embedded sources.
std::string printModule(mlir::ModuleOp module, bool elide = false);

/// Parses text of a file called `name`. Failures are emitted as diagnostics.
mlir::OwningOpRef<mlir::ModuleOp> parseModule(mlir::MLIRContext *context, llvm::StringRef text,
                                              llvm::StringRef name);

} // namespace sinter::compiler

#endif
