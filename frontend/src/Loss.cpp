// Softmax, losses and accuracy. Reading on: include/sinter/ops/loss.h, dialects/rules.
#include "sinter/ops/loss.h"

#include "frontend/src/Call.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/reduce.h"
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

Tensor softmax_cross_entropy(const Operand &logits, const Operand &labels, Loc loc) {
  Call call("softmax_cross_entropy", loc);
  Tensor x = call.tensor(logits), y = call.tensor(labels);
  return call.emit("softmax_cross_entropy", {x, y},
                   [](const Types &t) { return rules::softmax_cross_entropy(t[0], t[1]); });
}

Tensor mse(const Operand &prediction, const Operand &target, Loc loc) {
  Call call("mse", loc);
  auto [p, t] = call.pair(prediction, target);
  if (call.isPoison(p) || call.isPoison(t))
    return call.poison();
  if (!call.isFloat(p))
    return call.poison();
  // Broadcasting [N,1] against [N] to [N,N] is the classic mistake here, so shapes must be equal.
  if (!call.info(t).number && call.type(p).dims != call.type(t).dims)
    return call.fail("E0103",
                     "expects equal shapes, got " + toString(call.type(p)) + " and " +
                         toString(call.type(t)),
                     "reshape one of them", {p, t});
  Tensor difference = Operand(p, loc) - Operand(t, loc);
  return mean(Operand(difference, loc) * Operand(difference, loc), {}, false, loc);
}

Tensor accuracy(const Operand &logits, const Operand &labels, Loc loc) {
  Call call("accuracy", loc);
  Tensor x = call.tensor(logits), y = call.tensor(labels);
  if (call.isPoison(x) || call.isPoison(y))
    return call.poison();
  if (rules::Result<rules::Type> fits = rules::softmax_cross_entropy(call.type(x), call.type(y));
      !fits)
    return call.fail(fits.error(), {x, y});
  Tensor right = Operand(argmax(x, -1, loc), loc) == Operand(y, loc);
  return mean(cast(right, f32, loc), {}, false, loc);
}

} // namespace sinter
