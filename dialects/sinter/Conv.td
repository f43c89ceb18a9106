//===- Conv.td - two-dimensional convolutions -----------------------------------------------------------------------===//
//
// A convolution and its two gradients: contractions, closed under differentiation (D9). Strides, padding before and after
// and dilations are two numbers each. Reading on: Conv.cpp.
//
//===----------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_CONV_TD
#define SINTER_DIALECTS_SINTER_CONV_TD

include "dialects/sinter/OpBase.td"

class Sinter_Conv<string m, string rule, list<Trait> traits = []> : Sinter_RuleOp<m, GradientInCpp, rule,
    !listconcat([DeclareOpInterfaceMethods<ContractionOpInterface, ["readsPadded", "getSumLanes"]>], traits), [{
::sinter::rules::Sliding $cppClass::getSliding() { return {vec(getStrides()), vec(getLow()), vec(getHigh()), vec(getDilations())}; }
}]> {
  dag attributes = (ins DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high,
                        DenseI64ArrayAttr:$dilations, I64Attr:$groups);
  let results = (outs Sinter_Tensor:$result);
  let extraClassDeclaration = "::sinter::rules::Sliding getSliding();";
}

def Conv2dOp : Sinter_Conv<"conv2d", "rules::conv2d(t(0), t(1), getSliding(), getGroups())",
    [DeclareOpInterfaceMethods<BatchingInterface>]> {
  let summary = "images [n,c,h,w] by a filter [o,c/groups,kh,kw]: cross-correlation, as in PyTorch";
  let arguments = !con(attributes, (ins Sinter_Tensor:$input, Sinter_Tensor:$filter));
  let assemblyFormat = "$input `,` $filter attr-dict `:` functional-type(operands, results)";
}
def Conv2dInputGradientOp : Sinter_Conv<"conv2d_input_gradient",
    "rules::conv2d_input_gradient(t(0), t(1), getSliding(), getGroups(), vec(getSize()))",
    [DeclareOpInterfaceMethods<BatchingInterface>]> {
  let summary = "cotangent of conv2d's images; `size` is their height and width";
  let arguments = !con(attributes, (ins DenseI64ArrayAttr:$size, Sinter_Tensor:$cotangent, Sinter_Tensor:$filter));
  let assemblyFormat = "$cotangent `,` $filter attr-dict `:` functional-type(operands, results)";
}
def Conv2dFilterGradientOp : Sinter_Conv<"conv2d_filter_gradient",
    "rules::conv2d_filter_gradient(t(0), t(1), getSliding(), getGroups(), vec(getWindow()))"> {
  let summary = "cotangent of conv2d's filter; `window` is its height and width";
  let arguments = !con(attributes, (ins DenseI64ArrayAttr:$window, Sinter_Tensor:$cotangent, Sinter_Tensor:$input));
  let assemblyFormat = "$cotangent `,` $input attr-dict `:` functional-type(operands, results)";
}

#endif
