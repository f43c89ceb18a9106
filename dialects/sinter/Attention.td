//===- Attention.td - softmax(score(q kᵀ)) v without the scores -----------------------------------------------------===//
//
// Made of plain ops by passes/graph/FormStreams.cpp (SoftmaxOp::formStream), never by a frontend. `score` is a region of
// elementwise ops on the whole matrix of scores, which exists in the text only: kernels evaluate it block by block. The
// gradient makes the blocks again, from q, k and one number a row. Dao et al., "FlashAttention", 2022; Rabe, Staats,
// "Self-attention does not need O(n²) memory", 2021; Milakov, Gimelshein, "Online normalizer calculation for softmax",
// 2018. Reading on: Attention.cpp, FormAttention.cpp, kernel.stream in dialects/kernel/Kernel.td.
//
//===----------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_ATTENTION_TD
#define SINTER_DIALECTS_SINTER_ATTENTION_TD

include "dialects/sinter/OpBase.td"

class Sinter_Attention<string m, Gradient g>
    : Sinter_Op<m, g, [Pure, IsolatedFromAbove, SingleBlock, DeclareOpInterfaceMethods<StreamOpInterface>]> {
  let regions = (region SizedRegion<1>:$score);
  let hasVerifier = 1;
}

def AttentionOp : Sinter_Attention<"attention", GradientInCpp> {
  let summary = "softmax(score(q kᵀ, extras…)) v along the keys";
  let description = [{
    q [..,queries,depth], k [..,keys,depth], v [..,keys,values]; extras broadcast to the scores [..,queries,keys]. The
    region takes the scores and the extras, each whole, and yields the scores that softmax is taken of. `block`: keys
    between two rescalings of a row (D1). Results: [..,queries,values], and max + log(sum(exp(score - max))) of each row.
  }];
  let arguments = (ins I64Attr:$block, Sinter_Tensor:$query, Sinter_Tensor:$key, Sinter_Tensor:$value,
                       Variadic<Sinter_Tensor>:$extras);
  let results = (outs Sinter_Tensor:$result, Sinter_Tensor:$statistics);
  let assemblyFormat = [{
    $query `,` $key `,` $value (`extras` `(` $extras^ `)`)? `block` $block attr-dict-with-keyword `:`
    functional-type(operands, results) $score
  }];
}

def AttentionGradientOp : Sinter_Attention<"attention_gradient",
    NoGradient<"its blocks are not kept; a gradient of a gradient goes through the plain ops">> {
  let summary = "cotangents of q, k and v, from the statistics of the rows and delta = sum(cotangent * result)";
  let description = "The region yields the scores that softmax was taken of, and their slope by q kᵀ.";
  let arguments = (ins Sinter_Tensor:$query, Sinter_Tensor:$key, Sinter_Tensor:$value, Sinter_Tensor:$statistics,
                       Sinter_Tensor:$cotangent, Sinter_Tensor:$delta, Variadic<Sinter_Tensor>:$extras);
  let results = (outs Sinter_Tensor:$dquery, Sinter_Tensor:$dkey, Sinter_Tensor:$dvalue);
  let assemblyFormat = [{
    $query `,` $key `,` $value `statistics` $statistics `cotangent` $cotangent `delta` $delta
    (`extras` `(` $extras^ `)`)? attr-dict-with-keyword `:` functional-type(operands, results) $score
  }];
}

#endif
