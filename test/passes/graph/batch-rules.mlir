// RUN: sinter-opt --batch-steps --simplify %S/../Inputs/batched.mlir | FileCheck %s
// RUN: sinter-opt --batch-steps --simplify %S/../Inputs/batched-windows.mlir | FileCheck %s

// Nothing of the body is left in a loop; what it computes is compared by passes_agree.
// CHECK: sinter.entry @predict
// CHECK-NOT: sinter.scan
// CHECK: sinter.return
