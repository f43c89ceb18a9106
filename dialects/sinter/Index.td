//===- Index.td - slices taken and added where a tensor of indices says -----------------------===//
//
// Map ops whose accesses name a value: symbol 0 of a map is the element of `index` at the point (MapOpInterface). An index
// outside of the axis is an error of the run (E2304). gather and scatter_add move whole slices; those `along` the axis have
// an index for each element. Each is its partner's gradient. Reading on: Index.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_INDEX_TD
#define SINTER_DIALECTS_SINTER_INDEX_TD

include "dialects/sinter/OpBase.td"

def GatherOp : Sinter_RuleOp<"gather", GradientInCpp, "rules::gather(t(0), t(1), getAxis())",
    [DeclareOpInterfaceMethods<MapOpInterface, ["getIndexOperands"]>, DeclareOpInterfaceMethods<BatchingInterface>]> {
  let summary = "the slices of `table` along `axis` that `index` names; the shape of `index` stands in the axis's place";
  let arguments = (ins I64Attr:$axis, Sinter_Tensor:$table, Sinter_Tensor:$index);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$table `at` $index `axis` $axis attr-dict `:` functional-type(operands, results)";
}
def ScatterAddOp : Sinter_RuleOp<"scatter_add", GradientInCpp, "rules::scatter_add(t(0), t(1), t(2), getAxis())",
    [DeclareOpInterfaceMethods<MapOpInterface, ["getIndexOperands", "getInnerDims", "getBaseOperand"]>,
     DeclareOpInterfaceMethods<BatchingInterface>]> {
  let summary = "`base` with the slices `updates` added where `index` says, one after the other in row-major order of `index`";
  let arguments = (ins I64Attr:$axis, Sinter_Tensor:$base, Sinter_Tensor:$index, Sinter_Tensor:$updates);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$base `at` $index `add` $updates `axis` $axis attr-dict `:` functional-type(operands, results)";
  let hasCanonicalizeMethod = 1;
}
def GatherAlongOp : Sinter_RuleOp<"gather_along", GradientInCpp, "rules::gather_along(t(0), t(1), getAxis())",
    [DeclareOpInterfaceMethods<MapOpInterface, ["getIndexOperands"]>, DeclareOpInterfaceMethods<BatchingInterface>],
    BatchedBy<"batchAlongAxes">.text> {
  let summary = "one element of `table` for each of `index`: at its place, but along `axis` at its value";
  let arguments = (ins I64Attr:$axis, Sinter_Tensor:$table, Sinter_Tensor:$index);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$table `at` $index `axis` $axis attr-dict `:` functional-type(operands, results)";
}
def ScatterAddAlongOp : Sinter_RuleOp<"scatter_add_along", GradientInCpp,
    "rules::scatter_add_along(t(0), t(1), t(2), getAxis())",
    [DeclareOpInterfaceMethods<MapOpInterface, ["getIndexOperands", "getInnerDims", "getBaseOperand"]>,
     DeclareOpInterfaceMethods<BatchingInterface>], BatchedBy<"batchAlongAxes">.text> {
  let summary = "`base` with `updates` added where gather_along reads, along each row one after the other";
  let arguments = (ins I64Attr:$axis, Sinter_Tensor:$base, Sinter_Tensor:$index, Sinter_Tensor:$updates);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$base `at` $index `add` $updates `axis` $axis attr-dict `:` functional-type(operands, results)";
}

#endif
