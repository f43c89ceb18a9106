//===- Pool.td - windows over images: maxima and sums ------------------------------------------------------------------===//
//
// Map ops whose inner dims are the window's. A maximum's cotangent goes to the first largest element (D3), found again from
// the images: no place is stored unless fusion has to. Averages are sums times a number. Reading on: Pool.cpp.
//
//===-------------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_POOL_TD
#define SINTER_DIALECTS_SINTER_POOL_TD

include "dialects/sinter/OpBase.td"

class Sinter_Pool<string m, string rule, Gradient g> : Sinter_RuleOp<m, g, rule,
    [DeclareOpInterfaceMethods<MapOpInterface, ["getInnerDims", "readsPadded"]>,
     DeclareOpInterfaceMethods<BatchingInterface>], !strconcat([{
::sinter::rules::Sliding $cppClass::getSliding() { return {vec(getStrides()), vec(getLow()), vec(getHigh()), {1, 1}}; }
}], BatchedBy<"batchImages">.text)> {
  dag attributes = (ins DenseI64ArrayAttr:$window, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high);
  let results = (outs Sinter_Tensor:$result);
  let extraClassDeclaration = "::sinter::rules::Sliding getSliding();";
}

def MaxPool2dOp : Sinter_Pool<"max_pool2d", "rules::pool2d(t(0), vec(getWindow()), getSliding())", GradientInCpp> {
  let summary = "largest element of each window; NaN propagates; padding never counts";
  let arguments = !con(attributes, (ins Sinter_Tensor:$input));
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}
def MaxPool2dArgmaxOp : Sinter_Pool<"max_pool2d_argmax", "rules::max_pool2d_argmax(t(0), vec(getWindow()), getSliding())",
    NoGradient<"an index is piecewise constant">> {
  let summary = "i32 place of each window's first largest element, row-major in the window";
  let arguments = !con(attributes, (ins Sinter_Tensor:$input));
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}
def MaxPool2dGatherOp : Sinter_Pool<"max_pool2d_gather",
    "rules::max_pool2d_gather(t(0), t(1), vec(getWindow()), getSliding())", GradientInCpp> {
  let summary = "the element of each window at the place that `index` names";
  let arguments = !con(attributes, (ins Sinter_Tensor:$input, Sinter_Tensor:$index));
  let assemblyFormat = "$input `at` $index attr-dict `:` functional-type(operands, results)";
}
def MaxPool2dScatterOp : Sinter_Pool<"max_pool2d_scatter",
    "([&] { auto at = t(1); return rules::pool2d_gradient(t(0), &at, vec(getWindow()), getSliding(), vec(getSize())); }())",
    GradientInCpp> {
  let summary = "each cotangent to the place of its window that `index` names; windows that meet add up";
  let arguments = !con(attributes, (ins DenseI64ArrayAttr:$size, Sinter_Tensor:$cotangent, Sinter_Tensor:$index));
  let assemblyFormat = "$cotangent `at` $index attr-dict `:` functional-type(operands, results)";
}
def SumPool2dOp : Sinter_Pool<"sum_pool2d", "rules::pool2d(t(0), vec(getWindow()), getSliding())", GradientInCpp> {
  let summary = "sum of each window; padding counts as 0";
  let arguments = !con(attributes, (ins Sinter_Tensor:$input));
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}
def SumPool2dGradientOp : Sinter_Pool<"sum_pool2d_gradient",
    "rules::pool2d_gradient(t(0), nullptr, vec(getWindow()), getSliding(), vec(getSize()))", GradientInCpp> {
  let summary = "each cotangent to all elements of its window; windows that meet add up";
  let arguments = !con(attributes, (ins DenseI64ArrayAttr:$size, Sinter_Tensor:$cotangent));
  let assemblyFormat = "$cotangent attr-dict `:` functional-type(operands, results)";
}

#endif
