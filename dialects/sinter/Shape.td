//===- Shape.td - ops that move elements or make tensors ------------------------------------------------------------===//
//
// Everything but reshape is a map op with a non-trivial operand access; reshape is a view. Reading on: Shape.cpp.
//
//===--------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_SHAPE_TD
#define SINTER_DIALECTS_SINTER_SHAPE_TD

include "dialects/sinter/OpBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def ConstantOp : Sinter_RuleOp<"constant", GradientExpr<"">,
    "rules::validated(toRule(getResult().getType()))", [ConstantLike, AllTypesMatch<["value", "result"]>]> {
  let summary = "elements known at build time; scalars and splats become part of kernels, others read-only data";
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "attr-dict $value";
  let hasFolder = 1;
}

class Sinter_ShapeMap<string m, string rule, Gradient g, list<string> more = [],
                      list<Trait> traits = [DeclareOpInterfaceMethods<BatchingInterface>]>
    : Sinter_RuleOp<m, g, rule, !listconcat([DeclareOpInterfaceMethods<MapOpInterface, more>], traits)> {
  let results = (outs Sinter_Tensor:$result);
}

def IotaOp : Sinter_ShapeMap<"iota", "rules::iota(toRule(getResult().getType()), getAxis())", GradientExpr<"">, [], []> {
  let summary = "each element is its index along `axis`";
  let arguments = (ins I64Attr:$axis);
  let assemblyFormat = "$axis attr-dict `:` type($result)";
}
def ReshapeOp : Sinter_RuleOp<"reshape", GradientExpr<"  dx[0] = b.reshape(dy[0], shapeOf(getInput()));">,
    "rules::reshape(t(0), toRule(getResult().getType()).dims)", [DeclareOpInterfaceMethods<ViewOpInterface>, DeclareOpInterfaceMethods<BatchingInterface>]> {
  let summary = "the same elements in row-major order under another shape";
  let arguments = (ins Sinter_Tensor:$input);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasCanonicalizeMethod = 1;
  let hasFolder = 1;
}
def TransposeOp : Sinter_ShapeMap<"transpose", "rules::transpose(t(0), vec(getPerm()))", GradientInCpp> {
  let summary = "axis i of the result is axis perm[i] of the operand";
  let arguments = (ins DenseI64ArrayAttr:$perm, Sinter_Tensor:$input);
  let assemblyFormat = "$input `perm` $perm attr-dict `:` functional-type(operands, results)";
  let hasCanonicalizeMethod = 1;
  let hasFolder = 1;
}
def BroadcastToOp : Sinter_ShapeMap<"broadcast_to", "rules::broadcast_to(t(0), toRule(getResult().getType()).dims)",
    GradientExpr<"  dx[0] = b.sumTo(dy[0], getInput());">> {
  let summary = "NumPy broadcasting to the shape of the result";
  let arguments = (ins Sinter_Tensor:$input);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}
def ConcatOp : Sinter_ShapeMap<"concat", "rules::concat(operandRules(*this), getAxis())", GradientInCpp, ["readsPadded"]> {
  let summary = "tensors joined along `axis`; as a map op it reads every part at every point (0 outside) and selects";
  let arguments = (ins I64Attr:$axis, Variadic<Sinter_Tensor>:$inputs);
  let assemblyFormat = "$inputs `axis` $axis attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}
def SliceOp : Sinter_ShapeMap<"slice", "rules::slice(t(0), vec(getStarts()), vec(getLimits()), vec(getStrides()))", GradientInCpp> {
  let summary = "elements starts[i], starts[i] + strides[i], … below limits[i] of every axis";
  let arguments = (ins DenseI64ArrayAttr:$starts, DenseI64ArrayAttr:$limits, DenseI64ArrayAttr:$strides, Sinter_Tensor:$input);
  let assemblyFormat = "$input `starts` $starts `limits` $limits `strides` $strides attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}
def PadOp : Sinter_ShapeMap<"pad", "rules::pad(t(0), vec(getLow()), vec(getHigh()))", GradientInCpp, ["readsPadded"]> {
  let summary = "low[i] zeros before and high[i] after every axis";
  let arguments = (ins DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high, Sinter_Tensor:$input);
  let assemblyFormat = "$input `low` $low `high` $high attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

#endif
