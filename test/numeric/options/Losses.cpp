//===- Losses.cpp - losses, statistics, norms and attention --------------------------------===//
//
// Reading on: Functions.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/options/Functions.h"

#include <cmath>

using namespace sinter::test;
using sinter::Reduction;
using Tensors = std::vector<sinter::Tensor>;
using Optional = std::optional<sinter::Tensor>;

static Reduction reductionOf(const Case &c) {
  return static_cast<Reduction>(integerOf(c, "reduction", 1));
}
static bool keepsDims(const Case &c) { return flagOf(c, "keepdims"); }
static double pOf(const Case &c) {
  int64_t sign = integerOf(c, "infinite", 0);
  return sign == 0 ? realOf(c, "p", 2) : double(sign) * INFINITY;
}
static Optional weightOf(const sinter::Tensor &weight, const Case &c) {
  return flagOf(c, "weighted") ? Optional(abs(weight) + 0.1) : std::nullopt;
}

static sinter::Tensor bceWithLogits(const Tensors &x, const Case &c) {
  sinter::BceWithLogits options{.reduction = reductionOf(c)};
  if (flagOf(c, "weighted"))
    options.weight = abs(x[2]);
  if (flagOf(c, "positive"))
    options.pos_weight = abs(x[3]);
  return bce_with_logits(x[0], sigmoid(x[1]), options);
}
static sinter::Tensor divergence(const Tensors &x, const Case &c) {
  bool logarithms = flagOf(c, "log_target");
  return kl_div(log_softmax(x[0]), logarithms ? log_softmax(x[1]) : softmax(x[1]),
                {.log_target = logarithms, .reduction = reductionOf(c)});
}
static sinter::CrossEntropy crossEntropyOf(const sinter::Tensor &weight, const Case &c) {
  return {.label_smoothing = realOf(c, "smoothing", 0),
          .ignore_index = integerOf(c, "ignore_index", -100),
          .weight = weightOf(weight, c),
          .reduction = reductionOf(c)};
}

static sinter::Tensor attend(const Tensors &x, const Case &c) {
  sinter::Attention options{.causal = flagOf(c, "causal")};
  if (flagOf(c, "masked"))
    options.mask = x[3] > -1.5;
  return attention(x[0], x[1], x[2], options);
}
/// Of queries, keys and values, or of one tensor; a quarter of them, so that f32 keeps the digits
/// of scores that are products of products.
static sinter::Tensor heads(const Tensors &x, const Case &c) {
  sinter::Tensor q = x[0] * 0.25;
  bool one = x.size() == 1;
  return multi_head_attention(
      "attn", q, one ? q : x[1] * 0.25, one ? q : x[2] * 0.25,
      {.heads = integerOf(c, "heads", 1), .batch_first = flagOf(c, "batch_first")});
}

static void addAttention(OptionFunctions &all) {
  all.insert({
      {"attention", {attend}},
      {"multi_head_attention",
       {heads,
        {"", "", "", "attn.in_proj_bias", "attn.out_proj.weight", "attn.out_proj.bias",
         "attn.in_proj_weight"}}},
      {"multi_head_attention of one",
       {heads,
        {"", "attn.in_proj_bias", "attn.out_proj.weight", "attn.out_proj.bias",
         "attn.in_proj_weight"}}},
      {"multi_head_attention of other features",
       {heads,
        {"", "", "", "attn.in_proj_bias", "attn.out_proj.weight", "attn.out_proj.bias",
         "attn.q_proj_weight", "attn.k_proj_weight", "attn.v_proj_weight"}}},
      {"multi_head_attention of masks",
       {[](const Tensors &x, const Case &c) {
          sinter::Tensor seen = logical_or(x[3] != 0, iota(sinter::i32({5})) == 0);
          return multi_head_attention(
              "attn", x[0] * 0.25, x[1] * 0.25, x[2] * 0.25,
              {.heads = integerOf(c, "heads", 1), .mask = seen, .batch_first = true});
        },
        {"", "", "", "attn.in_proj_bias", "attn.out_proj.weight", "attn.out_proj.bias",
         "attn.in_proj_weight", ""}}},
      {"multi_head_attention of one example",
       {heads,
        {"", "", "", "attn.in_proj_bias", "attn.out_proj.weight", "attn.out_proj.bias",
         "attn.in_proj_weight"}}},
      {"additive_attention without mask",
       {[](const Tensors &x, const Case &) {
          return additive_attention("attn", x[0], x[1], x[2], {.hidden = 6});
        },
        {"", "", "", "attn.W_q.weight", "attn.W_k.weight", "attn.w_v.weight"}}},
      {"additive_attention",
       {[](const Tensors &x, const Case &) {
          return additive_attention("attn", x[0], x[1], x[2], {.hidden = 6, .mask = x[3] != 0});
        },
        {"", "", "", "attn.W_q.weight", "attn.W_k.weight", "attn.w_v.weight", ""}}},
      {"rotary", SINTER_CALL(rotary(
                     x[0], {.offset = integerOf(c, "offset", 0), .halves = flagOf(c, "halves")}))},
      {"sinusoidal_positions",
       SINTER_CALL(sinter::sinusoidal_positions(integerOf(c, "steps", 0), integerOf(c, "depth", 0),
                                                sinter::f64))},
  });
}

static void addNorms(OptionFunctions &all) {
  all.insert({
      {"layer_norm",
       {[](const Tensors &x, const Case &c) {
          return layer_norm("n", x[0],
                            {.axes = integerOf(c, "axes_of", 1), .eps = realOf(c, "eps", 0)});
        },
        {"", "n.weight", "n.bias"}}},
      {"rms_norm",
       {[](const Tensors &x, const Case &c) {
          return rms_norm("n", x[0],
                          {.axes = integerOf(c, "axes_of", 1), .eps = realOf(c, "eps", 0)});
        },
        {"", "n.weight"}}},
      {"group_norm",
       {[](const Tensors &x, const Case &c) {
          return group_norm("n", x[0],
                            {.groups = integerOf(c, "groups", 1), .eps = realOf(c, "eps", 0)});
        },
        {"", "n.weight", "n.bias"}}},
      {"instance_norm",
       {[](const Tensors &x, const Case &c) {
          return instance_norm("n", x[0], {.eps = realOf(c, "eps", 0), .affine = true});
        },
        {"", "n.weight", "n.bias"}}},
      {"layer_norm without affine", SINTER_CALL(layer_norm("n", x[0], {.affine = false}))},
      {"rms_norm without affine", SINTER_CALL(rms_norm("n", x[0], {.affine = false}))},
      {"group_norm without affine",
       SINTER_CALL(group_norm("n", x[0], {.groups = 2, .affine = false}))},
      {"instance_norm without affine", SINTER_CALL(instance_norm("n", x[0]))},
      {"var", SINTER_CALL(var(x[0], axesOf(c), keepsDims(c), realOf(c, "correction", 1)))},
      {"stddev", SINTER_CALL(stddev(x[0], axesOf(c), keepsDims(c), realOf(c, "correction", 1)))},
      {"logsumexp", SINTER_CALL(logsumexp(x[0], axesOf(c), keepsDims(c)))},
      {"norm", SINTER_CALL(norm(x[0], pOf(c), axesOf(c), keepsDims(c)))},
      {"normalize", SINTER_CALL(normalize(x[0], {.p = pOf(c), .axis = axisOf(c)}))},
      {"argmin", SINTER_CALL(argmin(x[0], axisOf(c)))},
  });
}

void sinter::test::addLosses(OptionFunctions &all) {
  all.insert({
      {"mse", SINTER_CALL(mse(x[0], x[1], {.reduction = reductionOf(c)}))},
      {"l1", SINTER_CALL(l1(x[0], x[1], {.reduction = reductionOf(c)}))},
      {"huber", SINTER_CALL(huber(x[0], x[1], {realOf(c, "delta", 1), reductionOf(c)}))},
      {"smooth_l1", SINTER_CALL(smooth_l1(x[0], x[1], {realOf(c, "beta", 1), reductionOf(c)}))},
      {"bce_with_logits", {bceWithLogits}},
      {"bce", SINTER_CALL(sinter::bce(
                  sigmoid(x[0]), sigmoid(x[1]),
                  {flagOf(c, "weighted") ? Optional(abs(x[2])) : std::nullopt, reductionOf(c)}))},
      {"bce at its bounds",
       SINTER_CALL(sinter::bce(cast(where(x[0] > 1, 1, where(x[0] < -1, 0, 0.5)), x[1].dtype()),
                               stop_gradient(sigmoid(x[1]))))},
      {"hinge_embedding", SINTER_CALL(hinge_embedding(x[0], cast(x[1], x[0].dtype()) - 1,
                                                      {realOf(c, "margin", 1), reductionOf(c)}))},
      {"gaussian_nll",
       SINTER_CALL(gaussian_nll(x[0], x[1], x[2] * x[2],
                                {.full = flagOf(c, "full"), .reduction = reductionOf(c)}))},
      {"gaussian_nll of counts",
       SINTER_CALL(gaussian_nll(x[0], x[1], cast(x[2], x[0].dtype()),
                                {.eps = realOf(c, "eps", 0), .reduction = reductionOf(c)}))},
      {"poisson_nll",
       SINTER_CALL(poisson_nll(flagOf(c, "log_input") ? x[0] : abs(x[0]), x[1] * x[1],
                               {.log_input = flagOf(c, "log_input"),
                                .full = flagOf(c, "full"),
                                .reduction = reductionOf(c)}))},
      {"kl_div", {divergence}},
      {"cross_entropy", SINTER_CALL(cross_entropy(x[0], x[2], crossEntropyOf(x[1], c)))},
      {"cross_entropy of probabilities",
       SINTER_CALL(
           cross_entropy(x[0], softmax(x[1], x[1].rank() > 1 ? 1 : 0), crossEntropyOf(x[2], c)))},
      {"nll", SINTER_CALL(nll(x[0], x[2],
                              {.ignore_index = integerOf(c, "ignore_index", -100),
                               .weight = weightOf(x[1], c),
                               .reduction = reductionOf(c)}))},
      {"masked_softmax", SINTER_CALL(masked_softmax(x[0], x[1] != 0, axisOf(c)))},
      {"cosine_embedding", SINTER_CALL(cosine_embedding(x[0], x[1], x[2] * 2 - 1,
                                                        {realOf(c, "margin", 0), reductionOf(c)}))},
      {"triplet_margin", SINTER_CALL(triplet_margin(x[0], x[1], x[2],
                                                    {.margin = realOf(c, "margin", 1),
                                                     .p = pOf(c),
                                                     .swap = flagOf(c, "swap"),
                                                     .reduction = reductionOf(c)}))},
      {"cosine_similarity", SINTER_CALL(cosine_similarity(x[0], x[1], {.axis = axisOf(c)}))},
      {"softmax_cross_entropy", SINTER_CALL(softmax_cross_entropy(x[0], x[1]))},
  });
  addNorms(all);
  addAttention(all);
}
