// Connectionist temporal classification: a scan over steps that carries, for each place of the
// target with blanks around its labels, the logarithm of the probability to be there. Reading on:
// include/sinter/ops/loss.h.
#include "frontend/src/Losses.h"

#include "sinter/ops/arrange.h"
#include "sinter/ops/axes.h"
#include "sinter/ops/control.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/index.h"
#include "sinter/ops/reduce.h"

#include <cmath>

namespace sinter {

using namespace detail;

/// The logarithm of what is impossible: finite, so that differences of two are numbers.
static constexpr double kNever = -1e30;

/// Places moved by `by` along the last of two axes.
static Tensor moved(const Tensor &places, int64_t by, double value) {
  int64_t rows = places.shape()[0], size = places.shape()[1], most = std::min(by, size);
  return pad(slice(places, {0, 0}, {rows, size - most}), {0, most}, {0, 0}, value);
}

/// log Σ exp of tensors of one shape.
static Tensor logSum(const Tensors &terms) {
  Tensor most = terms[0], total;
  for (const Tensor &term : terms)
    most = max(most, term);
  most = stop_gradient(most);
  for (size_t i = 0; i < terms.size(); ++i)
    total = i == 0 ? exp(terms[0] - most) : total + exp(terms[i] - most);
  return most + log(total);
}

namespace {
/// The operands of a ctc, judged.
struct Alignment {
  Tensor x, targets, steps, labels; ///< labels: how many each target has
  int64_t time, batch, classes, most;

  /// Classes of the places, blank label blank … blank, i64[N,2·most+1].
  Tensor places(int64_t blank) const {
    Tensor isLabel = iota(i64({1, most}), 1) < unsqueeze(labels, 1);
    Tensor known = where(isLabel, targets, blank), none = full(i64({batch, most}), blank);
    Tensor pairs = reshape(stack({none, known}, 2), {batch, 2 * most});
    return concat({pairs, full(i64({batch, 1}), blank)}, 1);
  }
};
} // namespace

/// Nothing: reported.
static std::optional<Alignment> judge(Call &call, const Operand &x, const Operand &targets,
                                      const Operand &steps, const Operand &labels, int64_t blank) {
  Alignment a{
      call.tensor(x), call.tensor(targets), call.tensor(steps), call.tensor(labels), 0, 0, 0, 0};
  if (call.isPoison(a.x) || call.isPoison(a.targets) || call.isPoison(a.steps) ||
      call.isPoison(a.labels) || !call.isFloat(a.x) ||
      !call.hasRank(a.x, 3, "logarithms of probabilities f32[steps,N,classes]"))
    return std::nullopt;
  rules::Type type = call.type(a.x);
  a.time = type.dims[0], a.batch = type.dims[1], a.classes = type.dims[2];
  auto refuse = [&](const char *code, const std::string &text, const Tensor &at) {
    call.fail(code, text, "", {at, a.x});
    return std::nullopt;
  };
  if (blank < 0 || blank >= a.classes)
    return refuse("E0020",
                  "expects a blank that is one of " + std::to_string(a.classes) + " classes, got " +
                      std::to_string(blank),
                  a.x);
  if (a.time == 0 || a.batch == 0)
    return refuse("E0115", "expects steps and examples, got " + toString(type), a.x);
  const rules::Type &wanted = call.type(a.targets);
  if (wanted.rank() != 2 || wanted.dims[0] != a.batch)
    return refuse("E0117",
                  "expects targets i32[" + std::to_string(a.batch) + ",labels], got " +
                      toString(wanted),
                  a.targets);
  a.most = wanted.dims[1];
  for (Tensor *integers : {&a.targets, &a.steps, &a.labels}) {
    const rules::Type &given = call.type(*integers);
    if (given.element != rules::ElementType::I32 && given.element != rules::ElementType::I64)
      return refuse("E0102", "expects targets and lengths i32 or i64, got " + toString(given),
                    *integers);
    if (integers != &a.targets && given.dims != std::vector<int64_t>{a.batch})
      return refuse("E0117",
                    "expects lengths i32[" + std::to_string(a.batch) + "], got " + toString(given),
                    *integers);
    *integers = cast(*integers, i64);
  }
  return a;
}

/// The logarithm of the probability to be at the end, [N].
static Tensor atTheEnd(const Tensor &places, const Alignment &a) {
  Tensor last = a.labels * 2, before = max(last - 1, 0);
  Tensor both = gather(places, stack({last, before}, 1), 1);
  Tensor first = select(both, 1, 0), second = select(both, 1, 1);
  return logSum({first, where(a.labels > 0, second, kNever)});
}

Tensor ctc(const Operand &x, const Operand &targets, const Operand &inputLengths,
           const Operand &targetLengths, Ctc options, Loc loc) {
  Call call("ctc", loc);
  std::optional<Alignment> a = judge(call, x, targets, inputLengths, targetLengths, options.blank);
  if (!a)
    return call.poison();
  DType element = a->x.dtype();
  int64_t size = 2 * a->most + 1;
  Tensor places = a->places(options.blank);
  Tensor scores = gather(a->x, expand(places, {a->time, -1, -1}), 2); // [steps,N,places]
  // Two places on is a way where there is another label, not a blank, and not the same.
  Tensor skips = logical_and(places != options.blank, places != moved(places, 2, -1));
  Tensor begin = where(iota(i64({a->batch, size}), 1) == 0, full(element({}), 0), kNever);
  auto step = [&](Tensors carried, Tensors slices) -> ScanStep {
    Tensor at = carried[0];
    Tensor ways = logSum({at, moved(at, 1, kNever), where(skips, moved(at, 2, kNever), kNever)});
    Tensor counts = unsqueeze(slices[1] < a->steps, 1);
    return {.carried = {where(counts, max(ways + slices[0], kNever), at)}, .outputs = {}};
  };
  auto [last, none] = scan({begin}, {scores, iota(i64({a->time}))}, step);
  Tensor losses = -atTheEnd(last[0], *a), never = losses > -kNever / 2;
  losses = where(never, options.zero_infinity ? 0.0 : HUGE_VAL, losses);
  if (options.reduction == Reduction::mean)
    losses = losses / cast(max(a->labels, 1), element);
  return reduced(call, losses, options.reduction);
}

} // namespace sinter
