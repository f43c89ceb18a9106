// Matrix products: text form, transposes, batch axes.
// RUN: sinter-opt %s | FileCheck %s
// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

// CHECK-LABEL: @matmuls
sinter.entry @matmuls name("e") kind(predict) batch(0) inputs ["a", "b", "c"] {
^bb0(%a: tensor<4x6xf32>, %b: tensor<5x6xf32>, %c: tensor<3x1x6x4xf32>):
  // CHECK: sinter.matmul %a, %b {transpose_b = true} : (tensor<4x6xf32>, tensor<5x6xf32>) -> tensor<4x5xf32>
  %0 = sinter.matmul %a, %b {transpose_b = true} : (tensor<4x6xf32>, tensor<5x6xf32>) -> tensor<4x5xf32>
  // CHECK-NEXT: sinter.matmul %a, %{{.*}} {transpose_a = true} : (tensor<4x6xf32>, tensor<4x5xf32>) -> tensor<6x5xf32>
  %1 = sinter.matmul %a, %0 {transpose_a = true} : (tensor<4x6xf32>, tensor<4x5xf32>) -> tensor<6x5xf32>
  // CHECK-NEXT: sinter.matmul %c, %a : (tensor<3x1x6x4xf32>, tensor<4x6xf32>) -> tensor<3x1x6x6xf32>
  %2 = sinter.matmul %c, %a : (tensor<3x1x6x4xf32>, tensor<4x6xf32>) -> tensor<3x1x6x6xf32>
  sinter.return outputs(%1, %2 : tensor<6x5xf32>, tensor<3x1x6x6xf32>) names ["x", "y"] symbols []
}
