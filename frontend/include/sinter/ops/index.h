// Slices of a tensor where a tensor of indices says. Axes may be negative: -1 is the last one. An
// index below 0 or not below the size of the axis is an error of the run, which names the line.
#pragma once

#include "sinter/nn.h"

#include <optional>

namespace sinter {

/// The slices of `x` along `axis` that `index` names, integers of any shape, which stands in the
/// axis's place: x f32[10,4], index i32[N,3], axis 0 → f32[N,3,4]. (NumPy's take; PyTorch's
/// index_select takes an index of one axis.)
SINTER_API Tensor index_select(const Operand &x, const Operand &index, int64_t axis = 0,
                               Loc loc = Loc::current());
/// `x` with the slices `source` added where `index` says; slices with one index all add up, in
/// row-major order of `index`. `source` has the shape of index_select(x, index, axis). (PyTorch's
/// index_add.)
SINTER_API Tensor index_add(const Operand &x, const Operand &index, const Operand &source,
                            int64_t axis = 0, Loc loc = Loc::current());

/// One element of `x` for each of `index`, which has x's axes, none longer but `axis`: at the
/// index's place, but along `axis` at its value. x f32[3,9], index i64[3,2], axis 1 → f32[3,2].
/// (PyTorch's gather.)
SINTER_API Tensor gather(const Operand &x, const Operand &index, int64_t axis,
                         Loc loc = Loc::current());
/// `x` with the elements of `source`, of the shape of `index`, added where gather would read; those
/// for one place all add up, in the order of their places along `axis`. (PyTorch's scatter_add.)
SINTER_API Tensor scatter_add(const Operand &x, const Operand &index, const Operand &source,
                              int64_t axis, Loc loc = Loc::current());

/// `x` with the slices along `axis` that `index`, integers [N], names filled with `value`, a number
/// or a scalar tensor.
SINTER_API Tensor index_fill(const Operand &x, const Operand &index, const Operand &value,
                             int64_t axis = 0, Loc loc = Loc::current());
/// `x` with the elements of `source`, one after the other, in the places where `mask`, bool of x's
/// shape, is true. Too few of them are an index out of range. (PyTorch's masked_scatter.)
SINTER_API Tensor masked_scatter(const Operand &x, const Operand &mask, const Operand &source,
                                 Loc loc = Loc::current());

/// `index`, integers of any shape; one outside of [0, size) is an error of the run, which names the
/// line, as everywhere where an index names an element.
SINTER_API Tensor checked_index(const Operand &index, int64_t size, Loc loc = Loc::current());

/// Options of `embedding`.
struct Embedding {
  int64_t count = 0;    ///< rows of the table: ids are below
  int64_t features = 0; ///< numbers a row
  Init weight = {};     ///< default: normal(0, 1), as PyTorch
  /// An id whose row reads as 0 and is not trained, whatever the table holds there; -1: none.
  /// (PyTorch's padding_idx, which reads the row, and starts it with 0.)
  int64_t padding_index = -1;
};
/// Rows of a trained table: ids i32 of any shape → f32[…ids, features]. Parameter
/// "name.weight" f32[count, features]. A step of plain SGD touches the rows of its ids only.
SINTER_API Tensor embedding(Name name, const Operand &ids, Embedding options,
                            Loc loc = Loc::current());
/// What embedding_bag makes of the rows of a bag.
enum class BagMode : uint8_t { sum, mean, max };
/// Options of `embedding_bag`.
struct EmbeddingBag {
  int64_t count = 0;    ///< rows of the table: ids are below
  int64_t features = 0; ///< numbers a row
  BagMode mode = BagMode::mean;
  Init weight = {};           ///< default: normal(0, 1)
  int64_t padding_index = -1; ///< an id that counts nothing, also not in a mean; -1: none
  /// f32 as the ids: what each row is multiplied by; with the mode sum only.
  std::optional<Tensor> per_sample_weights = {};
};
/// Sum, mean or largest of the rows of each bag of ids: i32[…,L] → f32[…,features], 0 where a bag
/// holds padding only. Parameter "name.weight" f32[count, features]. (PyTorch's EmbeddingBag with
/// bags of one length; shorter ones are padded.)
SINTER_API Tensor embedding_bag(Name name, const Operand &ids, EmbeddingBag options,
                                Loc loc = Loc::current());

} // namespace sinter
