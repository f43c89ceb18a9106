// Tensor types and the result of a shape rule.
//
// A rule is a pure function from operand types and attributes to a result type or a RuleError. The
// DSL and the `sinter` dialect call the same functions, so a model is judged once and the same way
// everywhere. Invariant: a Type that a rule returns has passed `validated`: its size in bytes fits,
// no size is negative. Reading on: the family headers beside this one; errors.h for what each code
// means.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace sinter::rules {

/// Element types; numbers equal those of frontend/graph.proto and <sinter/abi.h>.
enum class ElementType : uint8_t {
  Invalid = 0,
  F32 = 1,
  F64 = 2,
  I32 = 3,
  I64 = 4,
  U8 = 5,
  Bool = 6,
  BF16 = 7,
  F16 = 8
};

/// "f32", "bool", …; "invalid" for anything else.
std::string toString(ElementType element);
/// Bytes of one element; 0 for Invalid.
int64_t byteSize(ElementType element);
/// f32, f64, bf16 or f16.
bool isFloat(ElementType element);
/// i32, i64 or u8.
bool isInteger(ElementType element);

/// More axes than this are refused (E0104).
inline constexpr int64_t kMaxRank = 16;

/// Element type and static sizes; a scalar has no dims. Prints as f32[256,784].
struct Type {
  ElementType element = ElementType::Invalid;
  std::vector<int64_t> dims;

  /// Number of axes.
  int64_t rank() const { return static_cast<int64_t>(dims.size()); }
  /// Number of elements, nothing when it is negative somewhere or overflows.
  std::optional<int64_t> elementCount() const;
  friend bool operator==(const Type &, const Type &) = default;
};

/// "f32[256,784]", "i64[]".
std::string toString(const Type &type);
/// "[256,784]".
std::string toString(const std::vector<int64_t> &dims);

/// Why a rule refuses. The caller puts the op's name before `message`, which always reads "expects
/// …, got …".
struct RuleError {
  std::string code;      ///< "E0103", see Errors.def
  std::string message;   ///< "expects …, got …"
  int operand = -1;      ///< index of the operand to point a note at; -1: none
  std::string help = {}; ///< the fix, may be empty
  int other = -1;        ///< a second operand that `operand` does not fit
};

/// A value or a RuleError.
template <class T> class [[nodiscard]] Result {
public:
  Result(T value) : state(std::move(value)) {}
  Result(RuleError error) : state(std::move(error)) {}
  /// True when there is a value.
  explicit operator bool() const { return state.index() == 0; }
  const T &operator*() const { return std::get<0>(state); }
  const T *operator->() const { return &std::get<0>(state); }
  const RuleError &error() const { return std::get<1>(state); }

private:
  std::variant<T, RuleError> state;
};

/// `type` itself, or E0104 when it has a negative size, too many axes or more bytes than 63 bits
/// count.
Result<Type> validated(Type type);
/// `axis` in [0, rank), counting negative ones from the end, or E0105. Ops carry only non-negative
/// axes.
Result<int64_t> normalizedAxis(int64_t axis, int64_t rank);
/// Sorted, distinct, non-negative `axes`, or E0105/E0106. No axes stays no axes.
Result<std::vector<int64_t>> normalizedAxes(const std::vector<int64_t> &axes, int64_t rank);
/// NumPy broadcasting of two shapes, nothing when they do not fit.
std::optional<std::vector<int64_t>> broadcastShapes(const std::vector<int64_t> &a,
                                                    const std::vector<int64_t> &b);

} // namespace sinter::rules
