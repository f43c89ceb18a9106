//===- Interpreter.h - the f64 oracle for the `sinter` dialect (D5) ---------------------------===//
//
// Evaluates one entry of a module at any of the stages graph … layout with plain loops in f64
// (integers as int64). It shares nothing with passes or codegen: ops are known by name and their
// attributes by theirs, and no interface of the dialect is asked, so an error there cannot hide
// here. Reading on: Registry.h (how a family adds its ops), KernelInterpreter.h (stage planned).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_INTERPRET_INTERPRETER_H
#define SINTER_CODEGEN_INTERPRET_INTERPRETER_H

#include "codegen/interpret/Tensor.h"

#include "mlir/IR/BuiltinOps.h"

#include <functional>
#include <map>
#include <string>

namespace sinter::interpret {

/// Values by name: an entry's inputs by their argument names, symbols and scalars by their symbol
/// names.
using Values = std::map<std::string, Tensor>;

/// All an entry reads (D6). Scalars that are missing have the module's initial values.
struct Arguments {
  Values inputs;
  Values symbols;
  Values scalars; ///< "step", "seed", "lr", …
  /// Called before each op, for tests that ask how near a kink the operands are.
  std::function<void(mlir::Operation *op, llvm::ArrayRef<const Tensor *> operands)> observe = {};
};

/// All an entry makes.
struct Evaluation {
  Values outputs; ///< by output name
  Values updates; ///< new values by symbol name
};

/// Evaluates the entry with symbol name `entry` ("train_step_b256"). Failures are emitted as
/// diagnostics.
llvm::FailureOr<Evaluation> evaluate(mlir::ModuleOp module, llvm::StringRef entry,
                                     const Arguments &arguments);

/// The rules type of an MLIR type: tensor<2x3xf32, …> or a plain scalar type; Invalid element for
/// anything else.
rules::Type typeOf(mlir::Type type);
/// Elements of a constant attribute as a Tensor of type `type`.
llvm::FailureOr<Tensor> tensorOf(mlir::Attribute attribute, const rules::Type &type);
/// Adds the forms that are not there yet, each as its region makes it of `symbols`.
llvm::LogicalResult fillForms(mlir::ModuleOp module, Values &symbols);
/// `symbols` after `updates`: what the next step reads.
void apply(const Values &updates, Values &symbols);

} // namespace sinter::interpret

#endif
