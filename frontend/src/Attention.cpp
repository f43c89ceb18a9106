// Attention and positions. Reading on: include/sinter/ops/attention.h.
#include "sinter/ops/attention.h"

#include "frontend/src/Bodies.h"
#include "frontend/src/Layers.h"
#include "sinter/ops/arrange.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/loss.h"
#include "sinter/ops/matmul.h"
#include "sinter/ops/random.h"
#include "sinter/ops/reduce.h"

#include <cmath>

namespace sinter {

using namespace detail;

/// Weights with a share of them dropped in training; their stream has the first name that is free.
static Tensor dropWeights(const Tensor &weights, double p, const Loc &loc) {
  if (p == 0 || !training())
    return weights;
  Context &current = context();
  std::string name = "attention";
  for (int i = 1; current.trace->names.contains("random " + current.path(name)); ++i)
    name = "attention" + std::to_string(i);
  return dropout(name, weights, {.p = p}, loc);
}

/// False: reported.
static bool acceptsDropout(Call &call, double p) {
  if (p >= 0 && p < 1)
    return true;
  call.fail("E0020", "expects a dropout in [0, 1), got " + numberText(p));
  return false;
}

/// False: reported. A mask says where to look, or is added to the scores.
static bool acceptsMask(Call &call, const Tensor &mask, const Tensor &scores) {
  if (call.isPoison(mask))
    return false;
  if (mask.dtype() == bool_ || mask.dtype() == scores.dtype())
    return true;
  call.fail("E0101",
            std::string("expects a mask of bool or ") + toString(call.type(scores).element) +
                ", got " + toString(call.type(mask)),
            "compare first, as in mask != 0, if it says where to look", {mask});
  return false;
}

Tensor attention(const Tensor &q, const Tensor &k, const Tensor &v, Attention options, Loc loc) {
  Call call("attention", loc);
  if (!acceptsDropout(call, options.dropout))
    return call.poison();
  Tensor scores = matmul(q, k, {.transpose_b = true});
  if (call.isPoison(scores))
    return scores;
  if (options.mask && !acceptsMask(call, *options.mask, scores))
    return call.poison();
  int64_t queries = scores.shape()[-2], keys = scores.shape()[-1], depth = q.shape()[-1];
  double scale =
      options.scale != 0 || depth == 0 ? options.scale : 1 / std::sqrt(static_cast<double>(depth));
  scores = scores * scale;
  const DType element = scores.dtype();
  const Tensor never = full(element(), -HUGE_VAL), zero = full(element(), 0);
  auto weigh = [&](const Tensor &x) {
    return matmul(dropWeights(softmax(x), options.dropout, loc), v);
  };
  std::optional<Tensor> mask = options.mask;
  if (options.causal) {
    Tensor past = iota(i32({1, keys}), 1) <= iota(i32({queries, 1}), 0);
    if (!mask)
      return weigh(where(past, scores, never)); // nobody looks at nothing
    mask = mask->dtype() == bool_ ? logical_and(past, *mask) : where(past, *mask, never);
  }
  if (!mask)
    return weigh(scores);
  // Scores of a query that may look at nothing stay finite, so that its gradients are 0, too.
  bool numbers = mask->dtype() != bool_;
  Tensor seen =
      reduce_max(numbers ? *mask : cast(*mask, element), -1, true) > (numbers ? never : zero);
  scores =
      numbers ? scores + where(seen, *mask, zero) : where(*mask, scores, where(seen, never, zero));
  return where(seen, weigh(scores), zero);
}

//===--- Heads --------------------------------------------------------------------------------===//

namespace {
/// One call of multi_head_attention: its parameters, and what is done with them.
class Heads {
public:
  Heads(Call &call, const Name &name, const MultiHeadAttention &options, const Loc &loc)
      : call(call), name(name), options(options), loc(loc) {}
  /// False: reported.
  bool accepts(const Tensor &q, const Tensor &k, const Tensor &v);
  /// Of operands with a batch axis in front.
  Tensor attend(const Tensor &q, const Tensor &k, const Tensor &v);

private:
  Tensor part(const char *suffix, std::vector<int64_t> dims, const Init &init) {
    return layerParameter(name, suffix, element(Shape(std::move(dims))), init, loc);
  }
  /// The projections of q, k and v.
  Tensors inputs(const Tensor &q, const Tensor &k, const Tensor &v);
  /// [n,steps,features] → [n,heads,steps,features/heads].
  Tensor toHeads(const Tensor &x) const {
    std::vector<int64_t> dims = x.shape().sizes();
    return transpose(reshape(x, {dims[0], dims[1], options.heads, dims[2] / options.heads}),
                     {0, 2, 1, 3});
  }

  Call &call;
  const Name &name;
  const MultiHeadAttention &options;
  const Loc &loc;
  DType element = f32;
  int64_t features = 0;
};
} // namespace

bool Heads::accepts(const Tensor &q, const Tensor &k, const Tensor &v) {
  if (call.isPoison(q) || call.isPoison(k) || call.isPoison(v) || !call.isFloat(q))
    return false;
  const rules::Type &a = call.type(q), &b = call.type(k), &c = call.type(v);
  auto refuse = [&](const char *code, const std::string &text, std::vector<Tensor> at) {
    call.fail(code, text, "", at);
    return false;
  };
  if ((a.rank() != 2 && a.rank() != 3) || b.rank() != a.rank() || c.rank() != a.rank())
    return refuse("E0107",
                  "expects f32[n,steps,features] three times, got " + toString(a) + ", " +
                      toString(b) + " and " + toString(c),
                  {q, k, v});
  size_t steps = a.rank() == 3 && options.batch_first ? 1 : 0;
  if (b.dims[steps] != c.dims[steps] || (a.rank() == 3 && (a.dims[1 - steps] != b.dims[1 - steps] ||
                                                           a.dims[1 - steps] != c.dims[1 - steps])))
    return refuse("E0103",
                  "expects one batch, and keys and values of one length, got " + toString(a) +
                      ", " + toString(b) + " and " + toString(c),
                  {q, k, v});
  features = a.dims.back();
  element = q.dtype();
  if (features == 0 || options.heads < 1 || features % options.heads != 0)
    return refuse("E0127",
                  "expects heads that divide the " + std::to_string(features) +
                      " features of q, got " + std::to_string(options.heads),
                  {q});
  return acceptsDropout(call, options.dropout);
}

/// Whether all three are the same tensor.
static bool areOne(const Tensor &q, const Tensor &k, const Tensor &v) {
  return TensorAccess::value(q) == TensorAccess::value(k) &&
         TensorAccess::value(q) == TensorAccess::value(v);
}

Tensors Heads::inputs(const Tensor &q, const Tensor &k, const Tensor &v) {
  bool joined = k.shape()[-1] == features && v.shape()[-1] == features;
  Tensors weights;
  if (joined)
    weights = {part("in_proj_weight", {3 * features, features}, xavier_uniform())};
  else
    weights = {part("q_proj_weight", {features, features}, xavier_uniform()),
               part("k_proj_weight", {features, k.shape()[-1]}, xavier_uniform()),
               part("v_proj_weight", {features, v.shape()[-1]}, xavier_uniform())};
  std::optional<Tensor> bias;
  if (options.bias)
    bias = part("in_proj_bias", {3 * features}, zeros());
  if (joined && areOne(q, k, v))
    return split(applyToRows(call, q, weights[0], bias), features, -1);
  if (joined)
    weights = split(weights[0], {features, features, features});
  auto project = [&](const Tensor &x, int64_t i) {
    std::optional<Tensor> own;
    if (bias)
      own = slice(*bias, {i * features}, {(i + 1) * features});
    return applyToRows(call, x, weights[static_cast<size_t>(i)], own);
  };
  return {project(q, 0), project(k, 1), project(v, 2)};
}

Tensor Heads::attend(const Tensor &q, const Tensor &k, const Tensor &v) {
  Tensors in = inputs(q, k, v);
  if (anyPoison(in)) // a parameter of another shape, say: told once
    return call.poison();
  std::optional<Tensor> mask = options.mask;
  if (mask && mask->rank() == 3)
    mask = unsqueeze(*mask, 1);
  Tensor y = attention(toHeads(in[0]), toHeads(in[1]), toHeads(in[2]),
                       {.mask = mask, .causal = options.causal, .dropout = options.dropout}, loc);
  if (call.isPoison(y))
    return y;
  y = reshape(transpose(y, {0, 2, 1, 3}), q.shape());
  double bound = 1 / std::sqrt(static_cast<double>(features));
  Tensor weight = part("out_proj.weight", {features, features}, uniform(-bound, bound));
  std::optional<Tensor> bias;
  if (options.bias)
    bias = part("out_proj.bias", {features}, zeros());
  return applyToRows(call, y, weight, bias);
}

Tensor multi_head_attention(Name name, const Tensor &q, const Tensor &k, const Tensor &v,
                            MultiHeadAttention options, Loc loc) {
  Call call("multi_head_attention", loc, context().path(name.text));
  Tensor a = call.tensor(q), b = call.tensor(k), c = call.tensor(v);
  if (!call.accepts(name.text))
    return call.poison();
  Heads heads(call, name, options, loc);
  if (!heads.accepts(a, b, c))
    return call.poison();
  noteUse(call, "multi_head_attention", name, context().path(name.text));
  bool one = areOne(a, b, c);
  bool batched = call.type(a).rank() == 3;
  auto inFront = [&](const Tensor &x) {
    return batched ? transpose(x, {1, 0, 2}) : unsqueeze(x, 0);
  };
  if (batched && options.batch_first)
    return heads.attend(a, b, c);
  a = inFront(a);
  Tensor y = one ? heads.attend(a, a, a) : heads.attend(a, inFront(b), inFront(c));
  if (call.isPoison(y))
    return y;
  return batched ? transpose(y, {1, 0, 2}) : squeeze(y, 0);
}

Tensor additive_attention(Name name, const Tensor &q, const Tensor &k, const Tensor &v,
                          AdditiveAttention options, Loc loc) {
  Call call("additive_attention", loc, context().path(name.text));
  Tensor a = call.tensor(q), b = call.tensor(k), c = call.tensor(v);
  if (!call.accepts(name.text) || !acceptsDropout(call, options.dropout))
    return call.poison();
  if (options.hidden < 1)
    return call.fail("E0020", "expects hidden of 1 or more, got " + std::to_string(options.hidden));
  for (const Tensor &x : {a, b, c}) {
    if (call.isPoison(x))
      return x;
    if (!call.hasRank(x, 3, "f32[n,steps,features]"))
      return call.poison();
  }
  auto scored = [&](const char *suffix, const Tensor &x, int64_t units) {
    return linear(shared(Name(name.text + suffix)), x, {.units = units, .axis = -1, .bias = false},
                  loc);
  };
  Tensor queries = scored(".W_q", a, options.hidden), keys = scored(".W_k", b, options.hidden);
  Tensor hidden = tanh(unsqueeze(queries, 2) + unsqueeze(keys, 1)); // [n,queries,keys,hidden]
  if (call.isPoison(hidden))
    return hidden;
  Tensor scores = squeeze(scored(".w_v", hidden, 1), -1);
  Tensor weights = options.mask ? masked_softmax(scores, *options.mask) : softmax(scores);
  noteUse(call, "additive_attention", name, context().path(name.text));
  return matmul(dropWeights(weights, options.dropout, loc), c);
}

//===--- Positions ----------------------------------------------------------------------------===//

/// Step t over base^(2j/depth), for each step and pair j of columns.
static std::vector<double> angles(int64_t first, int64_t steps, int64_t depth, double base) {
  std::vector<double> values;
  for (int64_t t = first; t < first + steps; ++t)
    for (int64_t j = 0; j < depth / 2; ++j)
      values.push_back(static_cast<double>(t) /
                       std::pow(base, 2 * static_cast<double>(j) / static_cast<double>(depth)));
  return values;
}

/// False: reported. Tables have at most 2^24 numbers.
static bool acceptsPositions(Call &call, int64_t steps, int64_t depth) {
  if (depth < 2 || depth % 2 != 0) {
    call.fail("E0104", "expects an even depth of 2 or more, got " + std::to_string(depth));
    return false;
  }
  if (steps < 0 || steps > (1 << 24) / depth) {
    call.fail("E0104", "expects at most 16777216 numbers, got " + std::to_string(steps) +
                           " steps of " + std::to_string(depth));
    return false;
  }
  return true;
}

Tensor sinusoidal_positions(int64_t steps, int64_t depth, DType element, Loc loc) {
  Call call("sinusoidal_positions", loc);
  if (!acceptsPositions(call, steps, depth))
    return call.poison();
  std::vector<double> values;
  for (double angle : angles(0, steps, depth, 10000)) {
    values.push_back(std::sin(angle));
    values.push_back(std::cos(angle));
  }
  return constant(element({steps, depth}), values);
}

Tensor rotary(const Operand &operand, Rotary options, Loc loc) {
  Call call("rotary", loc);
  Tensor x = call.tensor(operand);
  if (call.isPoison(x) || !call.isFloat(x))
    return call.poison();
  std::vector<int64_t> dims = call.type(x).dims;
  if (dims.size() < 2)
    return call.fail("E0107", "expects f32[…,steps,depth], got " + toString(call.type(x)), "", {x});
  int64_t steps = dims[dims.size() - 2], depth = dims.back();
  if (!(options.base > 0) || options.offset < 0)
    return call.fail("E0020", "expects a base above 0 and an offset of 0 or more, got " +
                                  numberText(options.base) + " and " +
                                  std::to_string(options.offset));
  if (!acceptsPositions(call, steps, depth))
    return call.poison();
  std::vector<double> sines, cosines;
  for (double angle : angles(options.offset, steps, depth, options.base)) {
    sines.push_back(std::sin(angle));
    cosines.push_back(std::cos(angle));
  }
  // Pairs are an axis of two, in front of the columns or behind.
  std::vector<int64_t> pairs = dims;
  pairs.back() = depth / 2;
  pairs.insert(options.halves ? pairs.end() - 1 : pairs.end(), 2);
  Tensors ab = split(reshape(x, pairs), 1, options.halves ? -2 : -1);
  Shape half{steps, depth / 2};
  auto table = [&](const std::vector<double> &values) {
    return unsqueeze(constant(x.dtype()(half), values), options.halves ? -2 : -1);
  };
  Tensor sine = table(sines), cosine = table(cosines);
  Tensor turned = concat({ab[0] * cosine - ab[1] * sine, ab[0] * sine + ab[1] * cosine},
                         options.halves ? -2 : -1);
  return reshape(turned, dims);
}

} // namespace sinter
