//===- Registry.h - how an op family adds its ops to the oracle -------------------------------===//
//
// A family file defines one `register<Family>`, found by its name, and plain functions from operand
// to result tensors. Result tensors arrive with their type, filled with zeros. Reading on:
// Elementwise.cpp (the simplest family), Interpreter.cpp (the loop over an entry's ops).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_INTERPRET_REGISTRY_H
#define SINTER_CODEGEN_INTERPRET_REGISTRY_H

#include "codegen/interpret/Interpreter.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"

#include <functional>

namespace sinter::interpret {

/// One op on its way through the oracle.
struct Call {
  mlir::Operation *op;
  std::vector<const Tensor *> operands;
  std::vector<Tensor> results;
  const Arguments &arguments;
  /// Evaluates a single-block region on block arguments; gives the terminator's operands.
  std::function<llvm::FailureOr<std::vector<Tensor>>(mlir::Region &, llvm::ArrayRef<Tensor>)>
      runRegion;

  const Tensor &operand(size_t i) const { return *operands[i]; }
  Tensor &result(size_t i = 0) { return results[i]; }
  /// An integer attribute, or `otherwise` when it is absent.
  int64_t integer(llvm::StringRef name, int64_t otherwise = 0) const;
  /// A flag: a unit attribute that is present or a true bool.
  bool flag(llvm::StringRef name) const;
  /// An integer array attribute; empty when absent.
  Dims integers(llvm::StringRef name) const;
  /// A string attribute; empty when absent.
  llvm::StringRef string(llvm::StringRef name) const;
};

/// Computes `call.results`.
using Function = std::function<llvm::LogicalResult(Call &call)>;
/// Ops by full name ("sinter.add").
using Registry = std::map<std::string, Function>;

/// register<Family> of every family file, which CMake finds.
#define SINTER_FAMILY(Family) void register##Family(Registry &registry);
#include "codegen/interpret/Families.inc"
#undef SINTER_FAMILY

/// result[.., i, j] += the sum over p of a[.., i, p] * b[.., p, j], with the matrices of `a` or `b`
/// transposed where asked and their batch axes broadcast to the result's. Each element goes on as
/// one f64 chain in the order of p (Matmul.cpp).
void addProducts(Tensor &result, const Tensor &a, bool transposeA, const Tensor &b,
                 bool transposeB);

/// Fills `places` with positions along `axis` of the first elements of each row of `x`, as many as
/// it has room for, rising or falling; equal ones stay as they are, NaN is the largest (Sort.cpp).
void sortRows(const Tensor &x, int64_t axis, bool descending, Tensor &places);

/// Fails, with what a run of the model says, when `at`, the index at `position` of its tensor, is
/// not in [0, size) (Index.cpp).
llvm::LogicalResult checkIndex(Call &call, int64_t at, int64_t size, int64_t position);

/// The operand is the result (Train.cpp).
llvm::LogicalResult giveOperand(Call &call);
/// The op's first region, on its operands, gives the results (Train.cpp).
llvm::LogicalResult runFirstRegion(Call &call);
/// Derivatives are requests: the oracle knows none until differentiation has expanded them
/// (Train.cpp).
llvm::LogicalResult refuseDerivative(Call &call);

/// int64 arithmetic that wraps, as the ops have it on integers.
inline int64_t wrapAdd(int64_t a, int64_t b) { return int64_t(uint64_t(a) + uint64_t(b)); }
inline int64_t wrapSub(int64_t a, int64_t b) { return int64_t(uint64_t(a) - uint64_t(b)); }
inline int64_t wrapMul(int64_t a, int64_t b) { return int64_t(uint64_t(a) * uint64_t(b)); }

} // namespace sinter::interpret

#endif
