//===- Resizing.cpp - interpolation, cells, margins, batch norm by parts ----------------------===//
//
// Reading on: Functions.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/options/Functions.h"

using namespace sinter::test;
using sinter::Reduction;
using Tensors = std::vector<sinter::Tensor>;
using Optional = std::optional<sinter::Tensor>;

static Reduction reductionOf(const Case &c) {
  return static_cast<Reduction>(integerOf(c, "reduction", 1));
}
static int64_t sizeOf(const Case &c) { return integerOf(c, "size_of", 1); }
static sinter::Triple tripleOf(const Case &c) {
  Dims sizes = dimsOf(c, "size");
  return {sizes[0], sizes[1], sizes[2]};
}
static Optional weightOf(const sinter::Tensor &weight, const Case &c) {
  return flagOf(c, "weighted") ? Optional(abs(weight)) : std::nullopt;
}
/// 1 and -1.
static sinter::Tensor signs(const sinter::Tensor &counts, const sinter::Tensor &like) {
  return cast(counts, like.dtype()) * 2 - 1;
}
static sinter::Interpolate interpolationOf(const Case &c) {
  sinter::Interpolate options{.size = dimsOf(c, "size"),
                              .mode = static_cast<sinter::Interpolation>(integerOf(c, "mode", 0)),
                              .align_corners = flagOf(c, "align_corners"),
                              .recompute_scale_factor = flagOf(c, "recompute")};
  if (options.size.empty())
    options.scale_factor = {realOf(c, "factor", 1)};
  return options;
}

static sinter::Tensor ctcOf(const Tensors &x, const Case &c) {
  sinter::Tensor k = x[1], labels = sinter::slice(k, {0, 0}, {5, 4});
  sinter::Tensor loss =
      ctc(log_softmax(x[0], 2), where(labels == 2, 3, labels), select(k, 1, 4) + 1, select(k, 1, 5),
          {.blank = 2, .zero_infinity = flagOf(c, "zero"), .reduction = reductionOf(c)});
  return nan_to_num(loss, {.posinf = 7.0});
}

static void addMargins(OptionFunctions &all) {
  all.insert({
      {"margin_ranking", SINTER_CALL(margin_ranking(x[0], x[1], signs(x[2], x[0]),
                                                    {realOf(c, "margin", 0), reductionOf(c)}))},
      {"soft_margin", SINTER_CALL(soft_margin(x[0], signs(x[1], x[0]), {reductionOf(c)}))},
      {"multi_margin", SINTER_CALL(multi_margin(x[0], x[2],
                                                {.p = integerOf(c, "power", 1),
                                                 .margin = 0.8,
                                                 .weight = weightOf(x[1], c),
                                                 .reduction = reductionOf(c)}))},
      {"multilabel_soft_margin",
       SINTER_CALL(multilabel_soft_margin(x[0], cast(x[2], x[0].dtype()),
                                          {weightOf(x[1], c), reductionOf(c)}))},
      {"mse weighted",
       SINTER_CALL(mse(x[0], x[1], {.reduction = reductionOf(c), .weight = abs(x[2])}))},
      {"l1 weighted",
       SINTER_CALL(l1(x[0], x[1], {.reduction = reductionOf(c), .weight = abs(x[2])}))},
      {"huber weighted",
       SINTER_CALL(huber(x[0], x[1], {.reduction = reductionOf(c), .weight = abs(x[2])}))},
      {"ctc", {ctcOf}},
      {"softmin", SINTER_CALL(softmin(x[0], axisOf(c)))},
  });
}

void sinter::test::addResizing(OptionFunctions &all) {
  all.insert({
      {"interpolate", SINTER_CALL(sinter::interpolate(x[0], interpolationOf(c)))},
      {"interpolate by a factor", SINTER_CALL(sinter::interpolate(x[0], interpolationOf(c)))},
      {"adaptive_avg_pool1d", SINTER_CALL(adaptive_avg_pool1d(x[0], sizeOf(c)))},
      {"adaptive_max_pool1d", SINTER_CALL(adaptive_max_pool1d(x[0], sizeOf(c)))},
      {"adaptive_avg_pool3d", SINTER_CALL(adaptive_avg_pool3d(x[0], tripleOf(c)))},
      {"adaptive_max_pool3d", SINTER_CALL(adaptive_max_pool3d(x[0], tripleOf(c)))},
      {"local_response_norm", SINTER_CALL(local_response_norm(x[0], {sizeOf(c), 0.5, 0.6, 2.0}))},
      {"batch_norm without affine",
       {[](const Tensors &x, const Case &) { return batch_norm("bn", x[0], {.affine = false}); },
        {"", "bn.running_mean", "bn.running_var"}}},
      {"batch_norm without statistics",
       {[](const Tensors &x, const Case &) {
          return batch_norm("bn", x[0], {.track_running_stats = false});
        },
        {"", "bn.weight", "bn.bias"}}},
  });
  addMargins(all);
}
