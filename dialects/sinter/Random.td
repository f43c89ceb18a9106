//===- Random.td - counter-based random numbers (D2) -----------------------------------------------------------------===//
//
// Operands are the seed and the step; the stream is the hash of the name path. Reading on: Random.cpp.
//
//===-----------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_RANDOM_TD
#define SINTER_DIALECTS_SINTER_RANDOM_TD

include "dialects/sinter/OpBase.td"

def RandomUniformOp : Sinter_RuleOp<"random_uniform", GradientExpr<"">,
    "rules::random_uniform(t(0), t(1), toRule(getResult().getType()), getName().str())",
    [DeclareOpInterfaceMethods<MapOpInterface>]> {
  let summary = "uniform [0,1): Philox of (seed, stream, step, row-major element index); may be computed twice, never merged";
  let arguments = (ins I64Attr:$stream, StrAttr:$name, Sinter_Tensor:$seed, Sinter_Tensor:$step);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$name `stream` $stream `seed` $seed `step` $step attr-dict `:` functional-type(operands, results)";
}

#endif
