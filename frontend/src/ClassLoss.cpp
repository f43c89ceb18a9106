// Losses of classes: cross_entropy and nll. Classes are brought to the last axis, where
// softmax_cross_entropy is one op. Reading on: include/sinter/ops/loss.h.
#include "frontend/src/Losses.h"

#include "sinter/ops/elementwise.h"
#include "sinter/ops/index.h"
#include "sinter/ops/reduce.h"
#include "sinter/ops/shape.h"

namespace sinter {

using namespace detail;

namespace {
/// One loss of classes; scores are f[N…,classes] from here on, indices i32[N…].
class ClassLoss {
public:
  ClassLoss(Call &call, int64_t ignoreIndex, const std::optional<Tensor> &weight)
      : call(call), ignoreIndex(ignoreIndex), weight(weight) {}
  /// False: reported.
  bool accepts(const Operand &logits, const Operand &target, bool probabilities);
  /// Of class indices: `losses` are those of the rows, `spread` those of all classes alike, which
  /// has the share `smoothing`.
  Tensor ofIndices(const Tensor &losses, const std::optional<Tensor> &spread, double smoothing,
                   Reduction reduction);
  Tensor weighted(const Tensor &values) { return weight ? values * *weight : values; }

  Tensor scores, target;
  Tensor counts, index; ///< of class indices: which are not ignored; class 0 for those that are
  bool probabilities = false; ///< what the target is
  int64_t classes = 1;

private:
  bool acceptsTarget();
  void readIndices();

  Call &call;
  int64_t ignoreIndex;
  std::optional<Tensor> weight;
  rules::Type type; ///< of the logits as they were given
};
} // namespace

/// f[N,classes,…] → f[N,…,classes].
static Tensor classesLast(const Tensor &x, int64_t rank) {
  if (rank < 3)
    return x;
  std::vector<int64_t> perm{0};
  for (int64_t axis = 2; axis < rank; ++axis)
    perm.push_back(axis);
  perm.push_back(1);
  return transpose(x, perm);
}

bool ClassLoss::accepts(const Operand &logits, const Operand &wanted, bool takesProbabilities) {
  scores = call.tensor(logits);
  target = call.tensor(wanted);
  if (call.isPoison(scores) || call.isPoison(target) || !call.isFloat(scores))
    return false;
  type = call.type(scores);
  auto refuse = [&](const char *code, const std::string &text, const Tensor &at) {
    call.fail(code, text, "", {at});
    return false;
  };
  if (type.rank() < 1)
    return refuse("E0107", "expects logits f32[classes] or f32[N,classes,…], got " + toString(type),
                  scores);
  classes = type.dims[type.rank() > 1 ? 1 : 0];
  if (classes == 0)
    return refuse("E0115", "expects at least one class, got " + toString(type), scores);
  probabilities = takesProbabilities && rules::isFloat(call.type(target).element);
  if (!acceptsTarget())
    return false;
  if (weight) {
    *weight = call.tensor(*weight);
    if (call.isPoison(*weight))
      return false;
    rules::Type vector{type.element, {classes}};
    if (call.type(*weight) != vector)
      return refuse(
          "E0103", "expects a weight " + toString(vector) + ", got " + toString(call.type(*weight)),
          *weight);
  }
  scores = classesLast(scores, type.rank());
  if (probabilities)
    target = classesLast(target, type.rank());
  else
    readIndices();
  return true;
}

bool ClassLoss::acceptsTarget() {
  const rules::Type &given = call.type(target);
  rules::Type indices{rules::ElementType::I32, type.dims};
  indices.dims.erase(indices.dims.begin() + (type.rank() > 1 ? 1 : 0));
  if (probabilities)
    return matches(call, scores, target);
  if (given.element != rules::ElementType::I32 && given.element != rules::ElementType::I64)
    call.fail("E0102", "expects class indices i32 or i64, got " + toString(given),
              "cast(target, i32) first", {target});
  else if (given.dims != indices.dims)
    call.fail("E0117",
              "expects class indices " + toString(indices) + " for logits " + toString(type) +
                  ", got " + toString(given),
              "", {target, scores});
  else
    return true;
  return false;
}

void ClassLoss::readIndices() {
  counts = target != ignoreIndex;
  index = cast(where(counts, target, 0), i32);
}

Tensor ClassLoss::ofIndices(const Tensor &plain, const std::optional<Tensor> &spread,
                            double smoothing, Reduction reduction) {
  Tensor share, losses = plain;
  if (weight) {
    Tensor weights = index_select(*weight, index);
    share = where(counts, weights, 0);
    losses = losses * weights;
  } else {
    share = cast(counts, scores.dtype());
  }
  losses = where(counts, losses, 0);
  if (spread)
    losses = losses * (1 - smoothing) +
             where(counts, *spread, 0) * (smoothing / static_cast<double>(classes));
  if (reduction != Reduction::mean)
    return reduced(call, losses, reduction);
  return sum(losses) / sum(share);
}

Tensor cross_entropy(const Operand &logits, const Operand &target, CrossEntropy options, Loc loc) {
  Call call("cross_entropy", loc);
  double smoothing = options.label_smoothing;
  if (!(smoothing >= 0 && smoothing <= 1))
    return call.fail("E0020", "expects label_smoothing in [0, 1], got " + numberText(smoothing));
  ClassLoss loss(call, options.ignore_index, options.weight);
  if (!loss.accepts(logits, target, true))
    return call.poison();
  if (loss.probabilities) {
    Tensor wanted = loss.target;
    if (smoothing > 0)
      wanted = wanted * (1 - smoothing) + smoothing / static_cast<double>(loss.classes);
    return reduced(call, -sum(wanted * loss.weighted(log_softmax(loss.scores)), -1),
                   options.reduction);
  }
  std::optional<Tensor> spread;
  if (smoothing > 0)
    spread = -sum(loss.weighted(log_softmax(loss.scores)), -1);
  Tensor losses = crossEntropyOf(call, loss.scores, loss.index);
  return loss.ofIndices(losses, spread, smoothing, options.reduction);
}

Tensor nll(const Operand &x, const Operand &target, Nll options, Loc loc) {
  Call call("nll", loc);
  ClassLoss loss(call, options.ignore_index, options.weight);
  if (!loss.accepts(x, target, false))
    return call.poison();
  std::vector<int64_t> rows = call.type(loss.target).dims, column = rows;
  column.push_back(1);
  Tensor picked = reshape(gather(loss.scores, reshape(loss.index, column), -1), rows);
  return loss.ofIndices(-picked, std::nullopt, 0, options.reduction);
}

} // namespace sinter
