// Attention, composed of products, masks and softmax. The compiler joins them to kernels that keep
// a block of the scores and no more (dialects/sinter/Attention.td), unless weights are dropped.
// Reading on: matmul.h, loss.h (softmax), nn.h (names).
#pragma once

#include "sinter/nn.h"

#include <optional>

namespace sinter {

/// Options of attention.
struct Attention {
  /// Broadcasts to the scores [..,queries,keys]: bool, true where a query may look at a key, or
  /// numbers that are added to the scores. A query that may look at nothing gets 0.
  std::optional<Tensor> mask = {};
  bool causal = false; ///< query i looks at keys 0 … i only
  double scale = 0;    ///< of the scores; 0: 1/√depth
  double dropout = 0;  ///< share of the weights that become 0 in training, see dropout()
};

/// softmax(scale q kᵀ + mask) v, scaled dot-product attention: q f32[..,queries,depth],
/// k f32[..,keys,depth], v f32[..,keys,values] → f32[..,queries,values]; leading axes broadcast.
/// Vaswani et al., "Attention is all you need", 2017.
SINTER_API Tensor attention(const Tensor &q, const Tensor &k, const Tensor &v,
                            Attention options = {}, Loc loc = Loc::current());

/// Options of multi_head_attention.
struct MultiHeadAttention {
  int64_t heads = 1; ///< divides the features of q
  bool causal = false;
  /// As attention's: true where a query may look, which is the opposite of
  /// nn.MultiheadAttention's. [queries,keys], [n,queries,keys] or [n,heads,queries,keys].
  std::optional<Tensor> mask = {};
  double dropout = 0;
  bool bias = true;
  bool batch_first = true; ///< false: q [queries,n,features], nn.MultiheadAttention's default
};

/// Attention of several heads between linear layers, q f32[n,queries,features], k and v
/// f32[n,keys,…] → f32[n,queries,features]; without n, too. Parameters as
/// nn.MultiheadAttention's: `name`.in_proj_weight [3·features,features] for q, k and v one behind
/// the other (q_proj_weight, k_proj_weight and v_proj_weight where k or v have other features),
/// in_proj_bias, out_proj.weight, out_proj.bias. One tensor for all three costs one product.
SINTER_API Tensor multi_head_attention(Name name, const Tensor &q, const Tensor &k, const Tensor &v,
                                       MultiHeadAttention options, Loc loc = Loc::current());

/// Options of additive_attention.
struct AdditiveAttention {
  int64_t hidden = 0;              ///< size of the layer that scores
  std::optional<Tensor> mask = {}; ///< bool, broadcasts to [n,queries,keys]: true where it may look
  double dropout = 0;
};
/// softmax(w_v · tanh(W_q q + W_k k)) v: q f32[n,queries,…], k f32[n,keys,…], v f32[n,keys,values]
/// → f32[n,queries,values]. Parameters `name`.W_q.weight, W_k.weight, w_v.weight, no biases.
/// Bahdanau et al., "Neural machine translation by jointly learning to align and translate", 2015.
SINTER_API Tensor additive_attention(Name name, const Tensor &q, const Tensor &k, const Tensor &v,
                                     AdditiveAttention options, Loc loc = Loc::current());

/// Fixed positions f32[steps,depth], depth even: sin(t / 10000^(2j/depth)) in column 2j and cos of
/// the same in column 2j + 1. Vaswani et al., 2017.
SINTER_API Tensor sinusoidal_positions(int64_t steps, int64_t depth, DType element = f32,
                                       Loc loc = Loc::current());

/// Options of rotary.
struct Rotary {
  double base = 10000;
  int64_t offset = 0;  ///< position of the first step
  bool halves = false; ///< pairs are columns j and j + depth/2 (GPT-NeoX) instead of 2j and 2j + 1
};
/// x f32[…,steps,depth] with each pair of columns turned by the angle t / base^(2j/depth) at step
/// t. Su et al., "RoFormer: enhanced transformer with rotary position embedding", 2021.
SINTER_API Tensor rotary(const Operand &x, Rotary options = {}, Loc loc = Loc::current());

} // namespace sinter
