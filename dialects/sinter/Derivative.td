//===- Derivative.td - derivatives as ops, until passes/gradient expands them ----------------------------------------===//
//
// `gradient` (Train.td) is reverse mode, `jvp` forward mode, `jacobian` many of one of them; `custom_gradient` is a function
// that says itself how it is differentiated. All are gone when differentiate has run. Reading on: Derivative.cpp.
//
//===-----------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_DERIVATIVE_TD
#define SINTER_DIALECTS_SINTER_DERIVATIVE_TD

include "dialects/sinter/OpBase.td"

def IndependentOp : Sinter_Op<"independent", GradientExpr<"  dx[0] = dy[0];">, [AllTypesMatch<["input", "result"]>]> {
  let summary = "the operand, as what something is differentiated by: equal values stay apart, and no one looks behind it";
  let description = [{
    A derivative by a value in the middle of a graph asks which ops read *that* value. Simplification would merge it with
    an equal one, or lead its readers past it; hence it is not Pure. Made by mark-independent and by functions that are
    differentiated.
  }];
  let arguments = (ins Sinter_Tensor:$input);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($result)";
}
def JvpOp : Sinter_Op<"jvp", GradientOfDerivative, [DerivativeOpInterface]> {
  let summary = "Jacobian-vector product: tangents of ys when xs move along theirs; operands ys, xs, tangents (one an x)";
  let arguments = (ins I64Attr:$num_ys, Variadic<Sinter_Tensor>:$inputs);
  let results = (outs Variadic<Sinter_Tensor>:$results);
  let assemblyFormat = "$inputs `ys` $num_ys attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    unsigned getNumXs() { return (getInputs().size() - getNumYs()) / 2; }
    ::mlir::OperandRange getYs() { return getInputs().take_front(getNumYs()); }
    ::mlir::OperandRange getXs() { return getInputs().slice(getNumYs(), getNumXs()); }
    ::mlir::OperandRange getTangents() { return getInputs().take_back(getNumXs()); }
  }];
}
def JacobianOp : Sinter_RuleOp<"jacobian", GradientOfDerivative, "rules::jacobian(t(0), t(1))", [DerivativeOpInterface]> {
  let summary = "[y…, x…]: the derivative of each element of y by each of x; row by row in reverse mode, or `columns` in forward mode";
  let arguments = (ins DefaultValuedAttr<BoolAttr, "false">:$columns, Sinter_Tensor:$y, Sinter_Tensor:$x);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$y `by` $x attr-dict `:` functional-type(operands, results)";
  let extraClassDeclaration = "::mlir::OperandRange getXs() { return (*this)->getOperands().drop_front(); }";
}
def CustomGradientOp : Sinter_Op<"custom_gradient", GradientInCpp, [IsolatedFromAbove, SingleBlock, Pure]> {
  let summary = "`forward` of the operands; its vector-Jacobian product is `backward`";
  let description = [{
    The first `num_inputs` operands are what it is differentiated by, the rest is captured. `forward` has them all as
    arguments and yields the results; `backward` has the inputs, the results, a cotangent a result and the captures, and
    yields a cotangent an input.
  }];
  let arguments = (ins I64Attr:$num_inputs, Variadic<Sinter_Tensor>:$operands);
  let regions = (region SizedRegion<1>:$forward, SizedRegion<1>:$backward);
  let results = (outs Variadic<Sinter_Tensor>:$results);
  let assemblyFormat = [{
    `(` $operands `)` `inputs` $num_inputs attr-dict-with-keyword `:` functional-type($operands, $results)
    $forward `backward` $backward
  }];
  let hasVerifier = 1;
}

#endif
