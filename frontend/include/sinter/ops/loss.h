// Softmax, losses and the accuracy metric. Losses have PyTorch's names, options and axis order.
#pragma once

#include "sinter/tensor.h"

#include <optional>

namespace sinter {

/// exp(x) / sum(exp(x)) along `axis`, with the largest element taken off first: no overflow.
SINTER_API Tensor softmax(const Operand &x, int64_t axis = -1, Loc loc = Loc::current());
/// Its logarithm, without the rounding of log(softmax(x)).
SINTER_API Tensor log_softmax(const Operand &x, int64_t axis = -1, Loc loc = Loc::current());
/// softmax(-x): large where x is small.
SINTER_API Tensor softmin(const Operand &x, int64_t axis = -1, Loc loc = Loc::current());
/// softmax of the elements where `mask`, bool and broadcast to x, is true; the others get 0, and so
/// do all of a row without any.
SINTER_API Tensor masked_softmax(const Operand &x, const Operand &mask, int64_t axis = -1,
                                 Loc loc = Loc::current());
/// Loss per example from logits f32[N…,classes] and class indices i32[N…] → f32[N…]. What
/// cross_entropy makes of plain class indices, with the classes last.
SINTER_API Tensor softmax_cross_entropy(const Operand &logits, const Operand &labels,
                                        Loc loc = Loc::current());
/// Fraction of rows whose largest logit is the label's, a scalar f32.
SINTER_API Tensor accuracy(const Operand &logits, const Operand &labels, Loc loc = Loc::current());
/// How often rows of class i have their largest logit at j, i32[classes,classes]: element (i, j),
/// as scikit-learn's. Logits f32[N…,classes], labels i32[N…]; a row whose label is none of the
/// classes is not counted. A metric adds them up.
SINTER_API Tensor confusion_matrix(const Operand &logits, const Operand &labels,
                                   Loc loc = Loc::current());

/// What becomes of the losses of single elements or examples.
enum class Reduction : uint8_t {
  none,     ///< all of them
  mean,     ///< their mean, a scalar
  sum,      ///< their sum, a scalar
  batchmean ///< kl_div only: their sum over the size of axis 0, which is the divergence of examples
};

/// Options of mse and l1.
struct Loss {
  Reduction reduction = Reduction::mean;
  /// Of each element's loss, of the operands' shape; a mean divides by its sum. 0 and 1: a mask.
  std::optional<Tensor> weight = {};
};
/// (prediction - target)². Shapes must be equal: [N,1] against [N] is refused, not broadcast.
SINTER_API Tensor mse(const Operand &prediction, const Operand &target, Loss options = {},
                      Loc loc = Loc::current());
/// |prediction - target|.
SINTER_API Tensor l1(const Operand &prediction, const Operand &target, Loss options = {},
                     Loc loc = Loc::current());

/// Options of huber.
struct Huber {
  double delta = 1; ///< above 0
  Reduction reduction = Reduction::mean;
  std::optional<Tensor> weight = {}; ///< as mse's, but a mean divides by the number of elements
};
/// d²/2 where d = |prediction - target| is at most delta, and delta (d - delta/2) behind.
SINTER_API Tensor huber(const Operand &prediction, const Operand &target, Huber options = {},
                        Loc loc = Loc::current());
/// Options of smooth_l1.
struct SmoothL1 {
  double beta = 1; ///< 0: l1
  Reduction reduction = Reduction::mean;
};
/// d²/(2 beta) where d = |prediction - target| is below beta, and d - beta/2 behind: huber / beta.
SINTER_API Tensor smooth_l1(const Operand &prediction, const Operand &target, SmoothL1 options = {},
                            Loc loc = Loc::current());

/// Options of bce_with_logits.
struct BceWithLogits {
  std::optional<Tensor> weight = {};     ///< of each element's loss; broadcasts
  std::optional<Tensor> pos_weight = {}; ///< of the part of the target that is 1; broadcasts
  Reduction reduction = Reduction::mean;
};
/// -target log(sigmoid(x)) - (1 - target) log(1 - sigmoid(x)), which does not overflow.
SINTER_API Tensor bce_with_logits(const Operand &x, const Operand &target,
                                  BceWithLogits options = {}, Loc loc = Loc::current());

/// Options of bce.
struct Bce {
  std::optional<Tensor> weight = {}; ///< of each element's loss; broadcasts
  Reduction reduction = Reduction::mean;
};
/// -target log(x) - (1 - target) log(1 - x) of probabilities x; logarithms are -100 or more, and
/// pass no gradient at that bound, where PyTorch passes up to 1e12. bce_with_logits is exact where
/// x is near 0 or 1.
SINTER_API Tensor bce(const Operand &x, const Operand &target, Bce options = {},
                      Loc loc = Loc::current());

/// Options of hinge_embedding.
struct HingeEmbedding {
  double margin = 1;
  Reduction reduction = Reduction::mean;
};
/// x where target is 1, max(0, margin - x) where it is -1, both together where it is another.
SINTER_API Tensor hinge_embedding(const Operand &x, const Operand &target,
                                  HingeEmbedding options = {}, Loc loc = Loc::current());

/// Options of gaussian_nll.
struct GaussianNll {
  bool full = false; ///< with the constant log(2 pi) / 2
  double eps = 1e-6; ///< the least that a variance counts
  Reduction reduction = Reduction::mean;
};
/// (log(variance) + (x - target)² / variance) / 2: of a normal distribution of mean x. All of one
/// shape. A variance below eps gets the gradient of eps, as PyTorch's.
SINTER_API Tensor gaussian_nll(const Operand &x, const Operand &target, const Operand &variance,
                               GaussianNll options = {}, Loc loc = Loc::current());

/// Options of poisson_nll.
struct PoissonNll {
  bool log_input = true; ///< x is the logarithm of the rate
  bool full = false;     ///< with Stirling's formula for log(target!), where target is above 1
  double eps = 1e-8;     ///< added to a rate before its logarithm is taken
  Reduction reduction = Reduction::mean;
};
/// exp(x) - target x, or x - target log(x + eps).
SINTER_API Tensor poisson_nll(const Operand &x, const Operand &target, PoissonNll options = {},
                              Loc loc = Loc::current());

/// Options of kl_div.
struct KlDiv {
  bool log_target = false; ///< the target is given as logarithms, too
  Reduction reduction = Reduction::mean;
};
/// target (log(target) - x) with x a logarithm of probabilities; 0 where the target is 0. The
/// divergence of distributions is the sum over their elements: Reduction::batchmean, not the
/// default mean, which divides by the number of elements.
SINTER_API Tensor kl_div(const Operand &x, const Operand &target, KlDiv options = {},
                         Loc loc = Loc::current());

/// Options of cross_entropy.
struct CrossEntropy {
  double label_smoothing = 0;        ///< share of the target that goes to all classes alike
  int64_t ignore_index = -100;       ///< class indices that count nothing, also not in the mean
  std::optional<Tensor> weight = {}; ///< f32[classes]; a mean is over the weights of the targets
  Reduction reduction = Reduction::mean;
};
/// -log softmax(logits)[target]: logits f32[classes], f32[N,classes] or f32[N,classes,…] and either
/// class indices, i32 or i64 of that shape without the classes, or probabilities of the logits' own
/// shape (ignore_index is not for them, and a mean divides by the number of examples, whatever
/// their weights). A mean with all indices ignored is NaN.
SINTER_API Tensor cross_entropy(const Operand &logits, const Operand &target,
                                CrossEntropy options = {}, Loc loc = Loc::current());

/// Options of nll.
struct Nll {
  int64_t ignore_index = -100;
  std::optional<Tensor> weight = {}; ///< as cross_entropy's
  Reduction reduction = Reduction::mean;
};
/// -x[target] of logarithms of probabilities (log_softmax), shapes as cross_entropy's.
SINTER_API Tensor nll(const Operand &x, const Operand &target, Nll options = {},
                      Loc loc = Loc::current());

/// Options of cosine_embedding.
struct CosineEmbedding {
  double margin = 0;
  Reduction reduction = Reduction::mean;
};
/// 1 - cos(a, b) where target is 1, max(0, cos(a, b) - margin) where it is -1, else 0: a, b
/// f32[N,d] and target [N] of any numbers, or f32[d] and [].
SINTER_API Tensor cosine_embedding(const Operand &a, const Operand &b, const Operand &target,
                                   CosineEmbedding options = {}, Loc loc = Loc::current());

/// Options of triplet_margin.
struct TripletMargin {
  double margin = 1;
  double p = 2;      ///< of the norm
  double eps = 1e-6; ///< added to each difference
  bool swap = false; ///< the negative's distance is to the nearer of anchor and positive
  Reduction reduction = Reduction::mean;
};
/// max(0, |anchor - positive| - |anchor - negative| + margin) of vectors f32[…,d].
SINTER_API Tensor triplet_margin(const Operand &anchor, const Operand &positive,
                                 const Operand &negative, TripletMargin options = {},
                                 Loc loc = Loc::current());

/// Options of margin_ranking.
struct MarginRanking {
  double margin = 0;
  Reduction reduction = Reduction::mean;
};
/// max(0, margin - target (a - b)): target 1 wants a above b, -1 below; all of one shape.
SINTER_API Tensor margin_ranking(const Operand &a, const Operand &b, const Operand &target,
                                 MarginRanking options = {}, Loc loc = Loc::current());
/// log(1 + exp(-target x)) with targets 1 and -1.
SINTER_API Tensor soft_margin(const Operand &x, const Operand &target, Loss options = {},
                              Loc loc = Loc::current());
/// Options of multi_margin.
struct MultiMargin {
  int64_t p = 1; ///< power of each class's part: 1 or 2
  double margin = 1;
  std::optional<Tensor> weight = {}; ///< f32[classes], of an example by its class
  Reduction reduction = Reduction::mean;
};
/// The mean over the other classes i of max(0, margin - x[target] + x[i])^p, times the target's
/// weight: x f32[N,classes] and target i32[N], or f32[classes] and [].
SINTER_API Tensor multi_margin(const Operand &x, const Operand &target, MultiMargin options = {},
                               Loc loc = Loc::current());
/// Options of multilabel_soft_margin.
struct MultilabelSoftMargin {
  std::optional<Tensor> weight = {}; ///< f32[classes]; broadcasts
  Reduction reduction = Reduction::mean;
};
/// The mean over classes of bce_with_logits: x and target f32[…,classes] → f32[…].
SINTER_API Tensor multilabel_soft_margin(const Operand &x, const Operand &target,
                                         MultilabelSoftMargin options = {},
                                         Loc loc = Loc::current());

/// Options of ctc.
struct Ctc {
  int64_t blank = 0;          ///< the class that stands for none
  bool zero_infinity = false; ///< a loss that is infinite is 0
  Reduction reduction = Reduction::mean;
};
/// -log of the probability that a sequence of classes, repetitions joined and blanks left out, is
/// the target: x f32[steps,N,classes] logarithms of probabilities (log_softmax), targets
/// i32[N,labels], of which the first target_lengths i32[N] count, as of x the first input_lengths
/// i32[N] steps. A mean divides each loss by its number of labels first. Infinite where there
/// are too few steps, with the gradient 0 (PyTorch: NaN). A scan over steps. Graves et al.,
/// "Connectionist temporal classification", 2006.
SINTER_API Tensor ctc(const Operand &x, const Operand &targets, const Operand &input_lengths,
                      const Operand &target_lengths, Ctc options = {}, Loc loc = Loc::current());

/// Options of cosine_similarity.
struct CosineSimilarity {
  int64_t axis = 1;
  double eps = 1e-8; ///< the least that a norm counts
};
/// The cosine of the angle of vectors along an axis.
SINTER_API Tensor cosine_similarity(const Operand &a, const Operand &b,
                                    CosineSimilarity options = {}, Loc loc = Loc::current());

} // namespace sinter
