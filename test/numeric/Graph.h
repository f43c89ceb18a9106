//===- Graph.h - builds `sinter` modules for tests --------------------------------------------===//
//
// A thin builder: ops by name, attributes by name, result types from dialects/rules. Rows, random
// graphs and parity models are all made with it, without the DSL and without the importer, so that
// neither can hide a fault. Reading on: Check.h (what is done with a module).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_TEST_NUMERIC_GRAPH_H
#define SINTER_TEST_NUMERIC_GRAPH_H

#include "codegen/interpret/Interpreter.h"
#include "dialects/sinter/Sinter.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/OwningOpRef.h"

#include <variant>

namespace sinter::test {

using interpret::Dims;
using interpret::Tensor;
using rules::ElementType;
using rules::Type;

/// An attribute by name; a Tensor becomes dense elements.
struct Attr {
  std::string name;
  std::variant<int64_t, bool, double, std::string, Dims, Tensor> value;
};

/// The context of all tests, with every dialect loaded.
mlir::MLIRContext &context();
/// tensor<…> of a rules type.
mlir::Type tensorType(const Type &type);
/// The result type that the op's rule gives; Invalid when it refuses. Ops whose result says its type
/// (cast, reshape) get that of their operand.
Type inferType(llvm::StringRef op, const std::vector<Type> &operands,
               const std::vector<Attr> &attrs);

/// One entry while it is being built.
class EntryBuilder {
public:
  EntryBuilder(mlir::ModuleOp module, const std::string &symbol, const std::string &name,
               kernel::EntryKind kind, int64_t batch);
  /// A new argument.
  mlir::Value input(const std::string &name, const Type &type);
  /// An op with one result; `result` may be left out where the rules know it.
  mlir::Value op(llvm::StringRef name, llvm::ArrayRef<mlir::Value> operands,
                 const std::vector<Attr> &attrs = {}, Type result = {});
  /// sinter.get.
  mlir::Value get(const std::string &symbol, const Type &type);
  /// A splat constant.
  mlir::Value constant(const Type &type, double value);
  /// sinter.gradient: one value an x.
  std::vector<mlir::Value> gradient(llvm::ArrayRef<mlir::Value> ys,
                                    llvm::ArrayRef<mlir::Value> cotangents,
                                    llvm::ArrayRef<mlir::Value> xs);
  /// sinter.jvp: the tangent of y.
  mlir::Value jvp(mlir::Value y, llvm::ArrayRef<mlir::Value> xs,
                  llvm::ArrayRef<mlir::Value> tangents);
  /// Where ops are made, for those that have bodies.
  mlir::OpBuilder &place() { return builder; }
  /// A copy of the op behind `value` and of all it needs, where `copies` has none yet.
  mlir::Value copy(mlir::Value value, mlir::IRMapping &copies);
  void output(const std::string &name, mlir::Value value);
  void update(const std::string &symbol, mlir::Value value);
  /// Writes sinter.return; nothing may follow.
  void finish();

private:
  mlir::Operation *entry;
  mlir::OpBuilder builder;
  std::vector<std::string> inputNames, outputNames, updateNames;
  std::vector<mlir::Value> outputs, updates;
};

/// An empty module with the target and the two builtin scalars.
mlir::OwningOpRef<mlir::ModuleOp> makeModule(const std::string &name);
/// Adds a symbol, initially zero; `parameter`: whose state it is.
void addSymbol(mlir::ModuleOp module, const std::string &name, const Type &type,
               ir::SymbolKind kind, const std::string &parameter = "");
/// Adds a run-time scalar.
void addScalar(mlir::ModuleOp module, const std::string &name, ElementType element, double initial,
               ir::ScalarKind kind = ir::ScalarKind::Flag);
/// The rules type of a value.
Type typeOf(mlir::Value value);

} // namespace sinter::test

#endif
