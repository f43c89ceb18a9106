// Softmax and accuracy; losses are in ClassLoss.cpp and ElementLoss.cpp. Reading on:
// include/sinter/ops/loss.h, dialects/rules.
#include "sinter/ops/loss.h"

#include "frontend/src/Losses.h"
#include "sinter/ops/arrange.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/matmul.h"
#include "sinter/ops/reduce.h"
#include "sinter/ops/shape.h"
#include "sinter/rules/loss.h"

namespace sinter {

using namespace detail;
using Types = std::vector<rules::Type>;

static Tensor alongAxis(const char *op, const Operand &x, int64_t axis, const Loc &loc) {
  Call call(op, loc);
  return call.emitAlong(op, {call.tensor(x)}, axis,
                        [](const Types &t, int64_t along) { return rules::softmax(t[0], along); });
}

Tensor softmax(const Operand &x, int64_t axis, Loc loc) {
  return alongAxis("softmax", x, axis, loc);
}
Tensor log_softmax(const Operand &x, int64_t axis, Loc loc) {
  return alongAxis("log_softmax", x, axis, loc);
}

Tensor softmin(const Operand &x, int64_t axis, Loc loc) {
  Call call("softmin", loc);
  return softmax(-call.tensor(x), axis);
}

Tensor masked_softmax(const Operand &x, const Operand &mask, int64_t axis, Loc loc) {
  Call call("masked_softmax", loc);
  Tensor a = call.tensor(x), m = call.tensor(mask);
  if (call.isPoison(a) || call.isPoison(m) || !call.isFloat(a))
    return call.poison();
  rules::Type type = call.type(a);
  std::optional<int64_t> at = call.axisOf(a, axis);
  if (!at)
    return call.poison();
  if (call.type(m).element != rules::ElementType::Bool)
    return call.fail("E0102", "expects a mask of bool, got " + toString(call.type(m)),
                     "mask != 0 makes one", {m});
  DType element = a.dtype();
  m = broadcast_to(m, type.dims);
  // A row without any stays finite, so that its gradient is 0, too.
  Tensor any = reduce_max(cast(m, element), *at, true);
  Tensor never = where(any > 0, full(element(), -__builtin_inf()), full(element(), 0));
  return where(m, softmax(where(m, a, never), *at), 0);
}

Tensor detail::crossEntropyOf(Call &call, const Tensor &logits, const Tensor &labels) {
  return call.emit("softmax_cross_entropy", {logits, labels},
                   [](const Types &t) { return rules::softmax_cross_entropy(t[0], t[1]); });
}

Tensor softmax_cross_entropy(const Operand &logits, const Operand &labels, Loc loc) {
  Call call("softmax_cross_entropy", loc);
  Tensor x = call.tensor(logits), y = call.tensor(labels);
  return crossEntropyOf(call, x, y);
}

/// Logits and the labels that belong to them; nothing: an operand is poison, or it was reported.
static std::optional<std::pair<Tensor, Tensor>> predictions(Call &call, const Operand &logits,
                                                            const Operand &labels) {
  Tensor x = call.tensor(logits), y = call.tensor(labels);
  if (call.isPoison(x) || call.isPoison(y))
    return std::nullopt;
  rules::Result<rules::Type> fits = rules::softmax_cross_entropy(call.type(x), call.type(y));
  if (fits)
    return std::pair(x, y);
  call.fail(fits.error(), {x, y});
  return std::nullopt;
}

Tensor accuracy(const Operand &logits, const Operand &labels, Loc loc) {
  Call call("accuracy", loc);
  auto both = predictions(call, logits, labels);
  if (!both)
    return call.poison();
  Tensor right = Operand(argmax(both->first, -1, loc), loc) == Operand(both->second, loc);
  return mean(cast(right, f32, loc), {}, false, loc);
}

/// Counts are a product of one-hot rows: exact, as f32 has all whole numbers up to 2^24.
Tensor confusion_matrix(const Operand &logits, const Operand &labels, Loc loc) {
  Call call("confusion_matrix", loc);
  auto both = predictions(call, logits, labels);
  if (!both)
    return call.poison();
  const int64_t count = call.type(both->first).dims.back();
  auto rows = [&](const Tensor &classes) { // not one_hot, to which a label beside them is an error
    Tensor flat = reshape(Operand(classes, loc), {-1, 1}, loc);
    return cast(Operand(cast(flat, i64, loc), loc) == iota(i64({count})), f32, loc);
  };
  Tensor counts =
      matmul(rows(both->second), rows(argmax(both->first, -1, loc)), {.transpose_a = true}, loc);
  return cast(counts, i32, loc);
}

} // namespace sinter
