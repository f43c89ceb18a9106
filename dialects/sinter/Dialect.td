//===- Dialect.td - the `sinter` dialect: the graph -----------------------------------------------------------------===//
//
// Tensors of static shape, one op a node, SSA and pure (D6). Layouts are tensor encodings (#kernel.layout) and never
// change meaning. Reading on: Interfaces.td, OpBase.td, then the families.
//
//===--------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_DIALECT_TD
#define SINTER_DIALECTS_SINTER_DIALECT_TD

include "mlir/IR/OpBase.td"

def Sinter_Dialect : Dialect {
  let name = "sinter";
  let cppNamespace = "::sinter::ir";
  let summary = "the training graph: tensors, neural-network ops, entries, symbols";
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::sinter::kernel::KernelDialect", "::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
  let hasConstantMaterializer = 1;
}

#endif
