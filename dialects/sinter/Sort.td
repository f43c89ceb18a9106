//===- Sort.td - the order of elements along an axis ----------------------------------------------------------------===//
//
// One op for sort, argsort and topk: positions in order. Elements in order are what gather_along takes at those, so their
// gradient is its gradient. Reading on: Sort.cpp, Index.td.
//
//===--------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_SORT_TD
#define SINTER_DIALECTS_SINTER_SORT_TD

include "dialects/sinter/OpBase.td"

def ArgsortOp : Sinter_RuleOp<"argsort", NoGradient<"an index is piecewise constant">, "rules::argsort(t(0), getAxis(), getCount())",
    [DeclareOpInterfaceMethods<RowOpInterface, ["getWorkTypes"]>, DeclareOpInterfaceMethods<BatchingInterface>],
    BatchedBy<"batchAlongAxes">.text> {
  let summary = "positions along `axis` of its `count` least elements, in order, or `descending` of its largest";
  let description = "i64. The sort is stable; NaN is larger than every number.";
  let arguments = (ins I64Attr:$axis, I64Attr:$count, DefaultValuedAttr<BoolAttr, "false">:$descending, Sinter_Tensor:$input);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$input `axis` $axis `count` $count attr-dict `:` functional-type(operands, results)";
}

#endif
