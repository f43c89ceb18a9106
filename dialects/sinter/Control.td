//===- Control.td - loops and choices: ops with bodies ---------------------------------------------------------------===//
//
// Bodies are isolated: their arguments are all that they may use, so what a body reads is an operand of its op (D8), and
// gradients treat it as an input. Passes ask ControlOpInterface which operand is carried, stacked or captured. Control
// flow stays structured down to kernel.loop and kernel.if (D20). Reading on: Control.cpp, passes/gradient/Control.cpp.
//
//===-----------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_CONTROL_TD
#define SINTER_DIALECTS_SINTER_CONTROL_TD

include "dialects/sinter/OpBase.td"
include "mlir/IR/OpAsmInterface.td"

/// Pure, whatever its bodies hold: ops of the graph are.
class Sinter_Control<string m, Gradient gradient, list<string> methods> : Sinter_Op<m, gradient,
    [IsolatedFromAbove, SingleBlock, Pure, DeclareOpInterfaceMethods<ControlOpInterface, methods>,
     DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let results = (outs Variadic<Sinter_Tensor>:$results);
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def ScanOp : Sinter_Control<"scan", GradientOfBody, ["getCarried", "getStacked", "getLast", "getTripCount"]> {
  let summary = "a body run for t = 0 … length-1 (`reverse`: from the last to the first)";
  let description = [{
    Operands: the first value of what is carried, stacked inputs [length, …], captures. Block arguments: t (tensor<i64>),
    the carried values, slice t of every stacked input, the captures. The body yields the carried values of the next step,
    then one value an output. Results: the last carried values, then the outputs stacked [length, …], slice t at position
    t, also in reverse. `stepwise`: all work stays in its step, so that the loop needs no more memory than a step does.
  }];
  let arguments = (ins I64Attr:$num_carried, I64Attr:$num_stacked, I64Attr:$length,
                       DefaultValuedAttr<BoolAttr, "false">:$reverse,
                       DefaultValuedAttr<BoolAttr, "false">:$stepwise, Variadic<Sinter_Tensor>:$inputs);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    `(` $inputs `)` `carried` $num_carried `stacked` $num_stacked `length` $length (`reverse` $reverse^)? (`stepwise` $stepwise^)?
    attr-dict-with-keyword `:` functional-type($inputs, $results) $body
  }];
  let extraClassDeclaration = [{
    ::mlir::BlockArgument getIteration() { return getBody().getArgument(0); }
    /// The results that are stacked outputs.
    ::mlir::ResultRange getOutputs();
  }];
}
def CondOp : Sinter_Control<"cond", GradientOfBody, []> {
  let summary = "one of two bodies, chosen by an i1; both may use the captures and yield the results";
  let arguments = (ins Sinter_Tensor:$predicate, Variadic<Sinter_Tensor>:$inputs);
  let regions = (region SizedRegion<1>:$thenBody, SizedRegion<1>:$elseBody);
  let assemblyFormat = [{
    $predicate `(` $inputs `)` attr-dict-with-keyword `:` type($predicate) `,` functional-type($inputs, $results)
    $thenBody `else` $elseBody
  }];
}
def WhileOp : Sinter_Control<"while", GradientInCpp, ["getCarried", "getLast"]> {
  let summary = "a body run while a condition holds, at most `max_trips` times (0: no bound)";
  let description = [{
    Operands: the first value of what is carried, captures; both bodies have them as arguments. The condition yields one
    tensor<i1>, the body the next carried values. Results: the last carried values.
  }];
  let arguments = (ins I64Attr:$num_carried, DefaultValuedAttr<I64Attr, "0">:$max_trips, Variadic<Sinter_Tensor>:$inputs);
  let regions = (region SizedRegion<1>:$condition, SizedRegion<1>:$body);
  let assemblyFormat = [{
    `(` $inputs `)` `carried` $num_carried (`max_trips` $max_trips^)? attr-dict-with-keyword
    `:` functional-type($inputs, $results) $condition `do` $body
  }];
}

#endif
