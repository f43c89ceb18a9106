//===- Matmul.td - products of matrices and stacks of them ----------------------------------------------------------===//
//
// The first contraction; its gradients are contractions again (D9). Reading on: Matmul.cpp.
//
//===----------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_MATMUL_TD
#define SINTER_DIALECTS_SINTER_MATMUL_TD

include "dialects/sinter/OpBase.td"

def MatmulOp : Sinter_RuleOp<"matmul", GradientInCpp, "rules::matmul(t(0), t(1), getTransposeA(), getTransposeB())",
                             [DeclareOpInterfaceMethods<ContractionOpInterface>,
                              DeclareOpInterfaceMethods<BatchingInterface>]> {
  let summary = "[..,m,k] x [..,k,n] -> [..,m,n]; leading dims broadcast; transposes swap an operand's last two axes";
  let arguments = (ins DefaultValuedAttr<BoolAttr, "false">:$transpose_a, DefaultValuedAttr<BoolAttr, "false">:$transpose_b,
                       Sinter_Tensor:$lhs, Sinter_Tensor:$rhs);
  let results = (outs Sinter_Tensor:$result);
  let hasCanonicalizeMethod = 1;
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

#endif
