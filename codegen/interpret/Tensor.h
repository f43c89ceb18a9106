//===- Tensor.h - the oracle's values: row-major f64 or int64 arrays --------------------------===//
//
// A Tensor holds every float element type as f64 and every integer or bool as int64, in logical
// row-major order. Invariant: exactly one of `reals` and `integers` is used, as the element type
// says, and it has as many elements as the type. Reading on: Interpreter.h (ops of the `sinter`
// dialect), KernelInterpreter.h (`kernel` dialect).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_INTERPRET_TENSOR_H
#define SINTER_CODEGEN_INTERPRET_TENSOR_H

#include "sinter/rules/type.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <cstdint>
#include <vector>

namespace sinter::interpret {

/// Sizes or indices, outermost first.
using Dims = std::vector<int64_t>;

/// One value of the oracle.
struct Tensor {
  rules::Type type;              ///< element type and logical sizes
  std::vector<double> reals;     ///< elements of a float tensor
  std::vector<int64_t> integers; ///< elements of an integer or bool tensor

  Tensor() = default;
  /// All zero.
  explicit Tensor(rules::Type tensorType);
  /// A float tensor with these elements.
  Tensor(rules::Type tensorType, std::vector<double> elements);
  /// An integer or bool tensor with these elements.
  Tensor(rules::Type tensorType, std::vector<int64_t> elements);

  /// True when the elements are in `reals`.
  bool isReal() const { return rules::isFloat(type.element); }
  /// Number of elements.
  int64_t size() const { return isReal() ? reals.size() : integers.size(); }
  /// Sizes.
  const Dims &dims() const { return type.dims; }
  /// Element `i` as f64, whatever the type.
  double real(int64_t i) const { return isReal() ? reals[i] : static_cast<double>(integers[i]); }
  /// Writes element `i`, converting to the stored type as wrapped() does.
  void setReal(int64_t i, double value);
  /// Copies element `from` of `source`, which has the same kind of elements, to element `to`.
  void copyElement(int64_t to, const Tensor &source, int64_t from);
};

/// `value` cut to the bits of an integer element type (two's complement; bool: 0 or 1).
int64_t wrapped(rules::ElementType element, int64_t value);
/// `value` towards zero, held inside int64; NaN gives 0.
int64_t truncated(double value);
/// Product of sizes; 1 for none.
int64_t countOf(llvm::ArrayRef<int64_t> dims);
/// Row-major strides of `dims`.
Dims stridesOf(llvm::ArrayRef<int64_t> dims);
/// Linear row-major position of `index`.
int64_t positionOf(llvm::ArrayRef<int64_t> dims, llvm::ArrayRef<int64_t> index);
/// Linear position in an operand of shape `dims` that belongs to `index` of the result it
/// broadcasts to (NumPy).
int64_t broadcastPosition(llvm::ArrayRef<int64_t> dims, llvm::ArrayRef<int64_t> index);
/// Softmax of a row in place, shifted by the largest element so that nothing overflows; gives
/// max + log(sum).
double normalise(llvm::MutableArrayRef<double> row);
/// Calls `visit(index, position)` for every index of `dims` in row-major order.
void forEachIndex(llvm::ArrayRef<int64_t> dims,
                  llvm::function_ref<void(const Dims &index, int64_t position)> visit);
/// Calls `visit(positions)` for each row of `dims` along `axis`: its elements' linear positions.
void forEachRow(llvm::ArrayRef<int64_t> dims, int64_t axis,
                llvm::function_ref<void(Dims positions)> visit);

} // namespace sinter::interpret

#endif
