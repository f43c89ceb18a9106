// Losses that want a margin between scores. What is below 0 is 0 with the gradient 0, at 0, too.
// Reading on: include/sinter/ops/loss.h; ElementLoss.cpp.
#include "frontend/src/Losses.h"

#include "sinter/ops/arrange.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/index.h"
#include "sinter/ops/reduce.h"

namespace sinter {

using namespace detail;

Tensor margin_ranking(const Operand &a, const Operand &b, const Operand &target,
                      MarginRanking options, Loc loc) {
  Call call("margin_ranking", loc);
  auto [x, y] = call.pair(a, b);
  if (!matches(call, x, y))
    return call.poison();
  Tensor wanted = call.tensor(target, call.type(x).element);
  if (!matches(call, x, wanted))
    return call.poison();
  Tensor missing = options.margin - wanted * (x - y);
  return reduced(call, where(missing >= 0, missing, 0), options.reduction); // as clamp_min(0)
}

Tensor soft_margin(const Operand &operand, const Operand &target, Loss options, Loc loc) {
  Call call("soft_margin", loc);
  auto [x, t] = call.pair(operand, target);
  if (!matches(call, x, t))
    return call.poison();
  if (options.weight)
    return call.fail("E0020", "expects no weight, got one", "PyTorch's has none, either");
  return reduced(call, softplus(-t * x), options.reduction);
}

Tensor multi_margin(const Operand &operand, const Operand &target, MultiMargin options, Loc loc) {
  Call call("multi_margin", loc);
  Tensor x = call.tensor(operand), at = call.tensor(target);
  if (call.isPoison(x) || call.isPoison(at) || !call.isFloat(x))
    return call.poison();
  rules::Type type = call.type(x), rows = type;
  if (type.rank() != 1 && type.rank() != 2)
    return call.fail(
        "E0107", "expects scores f32[classes] or f32[N,classes], got " + toString(type), "", {x});
  if (options.p != 1 && options.p != 2)
    return call.fail("E0020", "expects p 1 or 2, got " + std::to_string(options.p));
  int64_t classes = type.dims.back();
  if (classes == 0)
    return call.fail("E0115", "expects at least one class, got " + toString(type), "", {x});
  rows.dims.pop_back();
  const rules::Type &given = call.type(at);
  if (given.element != rules::ElementType::I32 && given.element != rules::ElementType::I64)
    return call.fail("E0102", "expects class indices i32 or i64, got " + toString(given),
                     "cast(target, i32) first", {at});
  if (given.dims != rows.dims)
    return call.fail("E0117",
                     "expects a class index for each row of " + toString(type) + ", got " +
                         toString(given),
                     "", {at, x});
  Tensor column = unsqueeze(at, -1), right = gather(x, column, -1);
  Tensor missing = options.margin - right + x;
  missing = where(missing > 0, missing, 0);
  if (options.p == 2)
    missing = missing * missing;
  if (options.weight) {
    rules::Type vector{type.element, {classes}};
    Tensor weight = call.tensor(*options.weight);
    if (call.isPoison(weight))
      return weight;
    if (call.type(weight) != vector)
      return call.fail(
          "E0103", "expects a weight " + toString(vector) + ", got " + toString(call.type(weight)),
          "", {weight});
    missing = missing * index_select(weight, column);
  }
  Tensor isRight = iota(i64({classes})) == cast(column, i64);
  Tensor losses = sum(where(isRight, 0, missing), -1) * (1 / static_cast<double>(classes));
  return reduced(call, losses, options.reduction);
}

Tensor multilabel_soft_margin(const Operand &operand, const Operand &target,
                              MultilabelSoftMargin options, Loc loc) {
  Call call("multilabel_soft_margin", loc);
  auto [x, t] = call.pair(operand, target);
  if (!matches(call, x, t))
    return call.poison();
  if (call.type(x).rank() == 0)
    return call.fail("E0107", "expects scores f32[…,classes], got " + toString(call.type(x)), "",
                     {x});
  Tensor losses = bce_with_logits(x, t, {.weight = options.weight, .reduction = Reduction::none});
  return reduced(call, mean(losses, -1), options.reduction);
}

} // namespace sinter
