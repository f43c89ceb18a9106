//===- Prefix.td - prefix sums, products and extremes -----------------------------------------------------------------------===//
//
// What the elements along an axis make one after the other; a kernel.prefix each. Reading on: Prefix.cpp.
//
//===--------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_PREFIX_TD
#define SINTER_DIALECTS_SINTER_PREFIX_TD

include "dialects/sinter/OpBase.td"

class Sinter_PrefixOp<string m, Gradient g, dag operands> : Sinter_RuleOp<m, g, "rules::prefix(t(0), getAxis())",
    [DeclareOpInterfaceMethods<RowOpInterface>, DeclareOpInterfaceMethods<BatchingInterface>],
    BatchedBy<"batchAlongAxes">.text> {
  let arguments = operands;
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$input `axis` $axis attr-dict `:` functional-type(operands, results)";
}

class Sinter_Prefix<string m, Gradient g> : Sinter_PrefixOp<m, g,
    (ins I64Attr:$axis, DefaultValuedAttr<BoolAttr, "false">:$reverse, DefaultValuedAttr<BoolAttr, "false">:$exclusive,
         Sinter_Tensor:$input)>;
class Sinter_PrefixExtreme<string m> : Sinter_PrefixOp<m, GradientInCpp, (ins I64Attr:$axis, Sinter_Tensor:$input)>;

def CumsumOp : Sinter_Prefix<"cumsum", GradientExpr<[{
  dx[0] = b.make<CumsumOp>(rules::prefix(toRule(dy[0].getType()), getAxis()), getAxis(), !getReverse(), getExclusive(), dy[0]);}]>> {
  let summary = "sums of the elements along `axis` so far; `reverse`: from the end on; `exclusive`: without the element itself";
}
def CumprodOp : Sinter_Prefix<"cumprod", GradientInCpp> {
  let summary = "products of the elements along `axis` so far, as cumsum has sums; gradients of any order are right where elements are 0";
}
def CummaxOp : Sinter_PrefixExtreme<"cummax"> {
  let summary = "the largest of the elements along `axis` so far; NaN propagates; of equal ones the last has the gradient";
}
def CumminOp : Sinter_PrefixExtreme<"cummin"> {
  let summary = "the smallest of the elements along `axis` so far, as cummax has the largest";
}

#endif
