// Softmax and cross-entropy: text form.
// RUN: sinter-opt %s | FileCheck %s
// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

// CHECK-LABEL: @losses
sinter.entry @losses name("e") kind(predict) batch(0) inputs ["a", "l"] {
^bb0(%a: tensor<4x6xf32>, %l: tensor<4xi32>):
  // CHECK: sinter.softmax %a axis 0 : (tensor<4x6xf32>) -> tensor<4x6xf32>
  %0 = sinter.softmax %a axis 0 : (tensor<4x6xf32>) -> tensor<4x6xf32>
  // CHECK-NEXT: sinter.log_softmax %a axis 1 : (tensor<4x6xf32>) -> tensor<4x6xf32>
  %1 = sinter.log_softmax %a axis 1 : (tensor<4x6xf32>) -> tensor<4x6xf32>
  // CHECK-NEXT: sinter.softmax_cross_entropy %a, %l : (tensor<4x6xf32>, tensor<4xi32>) -> tensor<4xf32>
  %2 = sinter.softmax_cross_entropy %a, %l : (tensor<4x6xf32>, tensor<4xi32>) -> tensor<4xf32>
  sinter.return outputs(%0, %1, %2 : tensor<4x6xf32>, tensor<4x6xf32>, tensor<4xf32>) names ["a", "b", "c"] symbols []
}
