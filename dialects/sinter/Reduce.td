//===- Reduce.td - sums, extremes and argmax along axes -------------------------------------------------------------===//
//
// Map ops whose inner dims are the reduced axes. Reading on: Reduce.cpp.
//
//===--------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_REDUCE_TD
#define SINTER_DIALECTS_SINTER_REDUCE_TD

include "dialects/sinter/OpBase.td"

class Sinter_Reduce<string m, string rule, string kind, string inner, Gradient g, string members = ""> : Sinter_RuleOp<m, g, rule,
    [DeclareOpInterfaceMethods<MapOpInterface, ["getInnerDims", "isPlainSum"]>, DeclareOpInterfaceMethods<BatchingInterface>],
    !strconcat(BatchedBy<"batchAlongAxes">.text, [{
bool $cppClass::isPlainSum() {
  constexpr auto kind = kernel::ReduceKind::}], kind, [{;
  return kind == kernel::ReduceKind::Sum;
}
::llvm::SmallVector<int64_t> $cppClass::getMapDomain() { return ::llvm::to_vector(shapeOf(getInput())); }
::llvm::SmallVector<int64_t> $cppClass::getInnerDims() { return }], inner, [{; }
::mlir::AffineMap $cppClass::getOperandAccess(unsigned) { return getIdentityAccess(shapeOf(getInput()).size(), getContext()); }
::mlir::AffineMap $cppClass::getResultAccess(unsigned) { return getReducedAccess(shapeOf(getInput()).size(), getInnerDims(), keepsDims(*this), getContext()); }
void $cppClass::buildBody(::mlir::OpBuilder &builder, ::mlir::Location loc, ::mlir::ValueRange operands,
                          ::llvm::SmallVectorImpl<::mlir::Value> &results) {
  results.push_back(kernel::ReduceOp::create(builder, loc, ::mlir::getElementTypeOrSelf(getResult().getType()), kernel::ReduceKind::}], kind, ", operands[0]));\n}\n", members)> {
  let results = (outs Sinter_Tensor:$result);
}

/// Over `axes`, by the rule of its name (rules/reduce.def); without axes nothing is reduced.
class Sinter_AxesReduce<string m, string kind, Gradient g> : Sinter_Reduce<m,
    !strconcat("rules::", m, "(t(0), vec(getAxes()), getKeepdims())"), kind, "::llvm::to_vector(getAxes())", g,
    "::mlir::OpFoldResult $cppClass::fold(FoldAdaptor) { return foldNoAxes(*this, getAxes()); }\n"> {
  let arguments = (ins DenseI64ArrayAttr:$axes, DefaultValuedAttr<BoolAttr, "false">:$keepdims, Sinter_Tensor:$input);
  let assemblyFormat = "$input `axes` $axes attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def SumOp : Sinter_AxesReduce<"sum", "Sum",
    GradientExpr<"  dx[0] = b.broadcastTo(b.withKeptDims(dy[0], getInput(), getAxes()), shapeOf(getInput()));">> {
  let summary = "sum over axes; they vanish, or stay with size 1 under keepdims";
  let hasCanonicalizeMethod = 1;
}
def ProdOp : Sinter_AxesReduce<"prod", "Prod", GradientInCpp> {
  let summary = "product over axes; the gradient of an element is the product of the others, zeros or not, and so to any order";
}
def ReduceMaxOp : Sinter_AxesReduce<"reduce_max", "Max",
    GradientExpr<"  dx[0] = b.extremeGradient(getInput(), getResult(), getAxes(), dy[0]);">> {
  let summary = "largest over axes; NaN propagates; equal extremes share the cotangent equally";
}
def ReduceMinOp : Sinter_AxesReduce<"reduce_min", "Min",
    GradientExpr<"  dx[0] = b.extremeGradient(getInput(), getResult(), getAxes(), dy[0]);">> {
  let summary = "smallest over axes; NaN propagates; equal extremes share the cotangent equally";
}
def ArgmaxOp : Sinter_Reduce<"argmax", "rules::argmax(t(0), getAxis())", "Argmax", "{int64_t(getAxis())}",
    NoGradient<"an index is piecewise constant">> {
  let summary = "i32 index of the first largest element along axis";
  let arguments = (ins I64Attr:$axis, Sinter_Tensor:$input);
  let assemblyFormat = "$input `axis` $axis attr-dict `:` functional-type(operands, results)";
}

#endif
