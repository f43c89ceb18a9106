//===- Prefix.td - prefix sums and products -----------------------------------------------------------------------===//
//
// What the elements along an axis make one after the other; a kernel.prefix each. Reading on: Prefix.cpp.
//
//===--------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_PREFIX_TD
#define SINTER_DIALECTS_SINTER_PREFIX_TD

include "dialects/sinter/OpBase.td"

class Sinter_Prefix<string m, Gradient g> : Sinter_RuleOp<m, g, "rules::prefix(t(0), getAxis())",
    [DeclareOpInterfaceMethods<RowOpInterface>, DeclareOpInterfaceMethods<BatchingInterface>],
    BatchedBy<"batchAlongAxes">.text> {
  let arguments = (ins I64Attr:$axis, DefaultValuedAttr<BoolAttr, "false">:$reverse,
                       DefaultValuedAttr<BoolAttr, "false">:$exclusive, Sinter_Tensor:$input);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$input `axis` $axis attr-dict `:` functional-type(operands, results)";
}

def CumsumOp : Sinter_Prefix<"cumsum", GradientExpr<[{
  dx[0] = b.make<CumsumOp>(rules::prefix(toRule(dy[0].getType()), getAxis()), getAxis(), !getReverse(), getExclusive(), dy[0]);}]>> {
  let summary = "sums of the elements along `axis` so far; `reverse`: from the end on; `exclusive`: without the element itself";
}
def CumprodOp : Sinter_Prefix<"cumprod", GradientInCpp> {
  let summary = "products of the elements along `axis` so far, as cumsum has sums; gradients are right where elements are 0, too";
}

#endif
