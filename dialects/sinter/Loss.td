//===- Loss.td - softmax and cross-entropy ---------------------------------------------------------------------------===//
//
// Row ops: a maximum, a sum of exponentials, then elementwise work, all in one kernel. Their scalar code starts alike, so
// that common-subexpression elimination joins a loss with its backward pass. Reading on: Loss.cpp.
//
//===--------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_LOSS_TD
#define SINTER_DIALECTS_SINTER_LOSS_TD

include "dialects/sinter/OpBase.td"

class Sinter_RowOp<string m, string rule, Gradient g, list<Trait> traits = [], list<string> methods = []>
    : Sinter_RuleOp<m, g, rule,
                    !listconcat([DeclareOpInterfaceMethods<MapOpInterface, !listconcat(["getInnerDims"], methods)>,
                                 DeclareOpInterfaceMethods<BatchingInterface>], traits),
                    BatchedBy<"batchAlongAxes">.text> {
  let results = (outs Sinter_Tensor:$result);
}

def SoftmaxOp : Sinter_RowOp<"softmax", "rules::softmax(t(0), getAxis())", GradientExpr<[{
  ::mlir::Value weighted = b.mul(dy[0], getResult());
  dx[0] = b.sub(weighted, b.mul(getResult(), b.sum(weighted, {int64_t(getAxis())}, true)));}]>,
    [DeclareOpInterfaceMethods<StreamableInterface>]> {
  let summary = "exp(x) / sum(exp(x)) along axis";
  let arguments = (ins I64Attr:$axis, Sinter_Tensor:$input);
  let assemblyFormat = "$input `axis` $axis attr-dict `:` functional-type(operands, results)";
}
def LogSoftmaxOp : Sinter_RowOp<"log_softmax", "rules::log_softmax(t(0), getAxis())", GradientExpr<[{
  dx[0] = b.sub(dy[0], b.mul(b.exp(getResult()), b.sum(dy[0], {int64_t(getAxis())}, true)));}]>> {
  let summary = "x - log(sum(exp(x))) along axis";
  let arguments = (ins I64Attr:$axis, Sinter_Tensor:$input);
  let assemblyFormat = "$input `axis` $axis attr-dict `:` functional-type(operands, results)";
}
def SoftmaxCrossEntropyOp : Sinter_RowOp<"softmax_cross_entropy", "rules::softmax_cross_entropy(t(0), t(1))", GradientInCpp, [],
    ["getIndexOperands", "getSecondReads"]> {
  let summary = "-log softmax(logits)[label], stable; a label outside [0, C) is an index out of range, whose row gives log-sum-exp";
  let arguments = (ins Sinter_Tensor:$logits, Sinter_Tensor:$labels);
  let assemblyFormat = "$logits `,` $labels attr-dict `:` functional-type(operands, results)";
}

#endif
