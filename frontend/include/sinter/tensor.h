// Tensor, its type and shape, and Operand: what ops take.
//
// A Tensor is a small handle to a value of the entry being traced; copying it copies nothing else.
// After a mistake an op returns a poison tensor: its consumers stay silent, so one mistake gives
// one error. Reading on: ops/elementwise.h, model.h.
#pragma once

#include "sinter/loc.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace sinter {

/// A plain number that names an axis, and the line it stands in: operators take no location.
struct AxisIndex {
  template <class T>
    requires std::is_integral_v<T>
  AxisIndex(T axis, Loc loc = Loc::current()) : axis(static_cast<int64_t>(axis)), loc(loc) {}
  int64_t axis;
  Loc loc;
};

/// Static sizes of a tensor's axes. Reading an axis that is not there is reported and gives 1.
class SINTER_API Shape {
public:
  Shape() = default;
  Shape(std::initializer_list<int64_t> sizes) : values(sizes) {}
  Shape(std::vector<int64_t> sizes) : values(std::move(sizes)) {}
  /// Size of `axis`; negative axes count from the end.
  int64_t operator[](AxisIndex axis) const;
  /// Number of axes.
  int64_t rank() const { return static_cast<int64_t>(values.size()); }
  /// Product of the sizes.
  int64_t elements() const;
  const std::vector<int64_t> &sizes() const { return values; }
  friend bool operator==(const Shape &a, const Shape &b) { return a.values == b.values; }

private:
  friend class Tensor;
  std::vector<int64_t> values;
  bool poison = false; // shape of a poison tensor: every question gets a silent answer
};

struct Type;

/// An element type; calling it gives a tensor type: f32({256, 10}), i64() for a scalar.
struct SINTER_API DType {
  uint8_t code = 0; ///< as in frontend/graph.proto
  Type operator()(Shape shape = {}) const;
  friend constexpr bool operator==(DType a, DType b) { return a.code == b.code; }
};

inline constexpr DType f32{1}, f64{2}, i32{3}, i64{4}, u8{5}, bool_{6};

/// Element type and shape.
struct Type {
  DType element;
  Shape shape;
};

inline Type DType::operator()(Shape shape) const { return Type{*this, std::move(shape)}; }

class Operand;

/// A value of the entry being traced.
class SINTER_API Tensor {
public:
  /// No value yet; using it is an error.
  Tensor() = default;
  /// Its sizes; known while the model is written, so C++ code may compute with them.
  Shape shape() const;
  /// Its element type.
  DType dtype() const;
  /// Number of axes.
  int64_t rank() const { return shape().rank(); }
  Tensor &operator+=(const Operand &other);
  Tensor &operator-=(const Operand &other);
  Tensor &operator*=(const Operand &other);
  Tensor &operator/=(const Operand &other);

private:
  friend struct TensorAccess;
  uint32_t trace = 0; // serial number of the trace it belongs to; 0: none
  uint32_t value = 0; // value id there; 0: poison
};

/// What bodies of scan, cond and while_loop take and give.
using Tensors = std::vector<Tensor>;

/// A named variable that keeps its value from step to step; reads as a Tensor.
class SINTER_API State {
public:
  /// The current value.
  Tensor value(Loc loc = Loc::current()) const;
  /// Gives it a new value of the same type; later reads see it. The training function also evaluates
  /// the test split, where a value assigned moves as well: what should not, asks training() first.
  void assign(const Operand &value, Loc loc = Loc::current());

private:
  friend struct TensorAccess;
  uint32_t trace = 0;
  std::string name;
};

/// What ops take: a Tensor, a State or a plain number. A number takes the element type of the
/// tensor beside it.
class SINTER_API Operand {
public:
  Operand(const Tensor &tensor, Loc loc = Loc::current()) : tensor(tensor), loc(loc) {}
  Operand(const State &state, Loc loc = Loc::current()) : tensor(state.value(loc)), loc(loc) {}
  template <class T>
    requires std::is_arithmetic_v<T>
  Operand(T number, Loc loc = Loc::current()) : loc(loc) {
    if constexpr (std::is_floating_point_v<T>) {
      kind = Kind::Real;
      real = static_cast<double>(number);
    } else {
      kind = std::is_same_v<T, bool> ? Kind::Boolean : Kind::Integer;
      integer = static_cast<int64_t>(number);
    }
  }

private:
  friend struct TensorAccess;
  enum class Kind : uint8_t { Tensor, Boolean, Integer, Real };
  Kind kind = Kind::Tensor;
  Tensor tensor;
  double real = 0;
  int64_t integer = 0;
  Loc loc;
};

/// Makes the ops of a function read as one: while it lives, nodes have the line `loc`, and errors
/// speak of `op`; inside of another such function, of that. So a composite op is one function:
///   Tensor swish(const Operand &x, Loc loc = Loc::current()) {
///     Composite call("swish", loc);
///     return x * sigmoid(x);
///   }
class SINTER_API Composite {
public:
  Composite(const char *op, const Loc &loc);
  ~Composite();
  Composite(const Composite &) = delete;
  Composite &operator=(const Composite &) = delete;

private:
  void *call;
};

} // namespace sinter
