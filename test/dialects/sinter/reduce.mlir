// Reductions: text form; kept dims; no axes.
// RUN: sinter-opt %s | FileCheck %s
// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

// CHECK-LABEL: @reductions
sinter.entry @reductions name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x6x5xf32>):
  // CHECK: sinter.sum %a axes [0, 2] : (tensor<4x6x5xf32>) -> tensor<6xf32>
  %0 = sinter.sum %a axes [0, 2] : (tensor<4x6x5xf32>) -> tensor<6xf32>
  // CHECK-NEXT: sinter.sum %a axes [1] {keepdims = true} : (tensor<4x6x5xf32>) -> tensor<4x1x5xf32>
  %1 = sinter.sum %a axes [1] {keepdims = true} : (tensor<4x6x5xf32>) -> tensor<4x1x5xf32>
  // CHECK-NEXT: sinter.sum %a axes [] : (tensor<4x6x5xf32>) -> tensor<4x6x5xf32>
  %2 = sinter.sum %a axes [] : (tensor<4x6x5xf32>) -> tensor<4x6x5xf32>
  // CHECK-NEXT: sinter.reduce_max %a axes [0, 1, 2] : (tensor<4x6x5xf32>) -> tensor<f32>
  %3 = sinter.reduce_max %a axes [0, 1, 2] : (tensor<4x6x5xf32>) -> tensor<f32>
  // CHECK-NEXT: sinter.reduce_min %a axes [2] : (tensor<4x6x5xf32>) -> tensor<4x6xf32>
  %4 = sinter.reduce_min %a axes [2] : (tensor<4x6x5xf32>) -> tensor<4x6xf32>
  // CHECK-NEXT: sinter.argmax %a axis 1 : (tensor<4x6x5xf32>) -> tensor<4x5xi32>
  %5 = sinter.argmax %a axis 1 : (tensor<4x6x5xf32>) -> tensor<4x5xi32>
  sinter.return outputs(%0, %1, %2, %3, %4, %5 : tensor<6xf32>, tensor<4x1x5xf32>, tensor<4x6x5xf32>, tensor<f32>,
                        tensor<4x6xf32>, tensor<4x5xi32>) names ["a", "b", "c", "d", "e", "f"] symbols []
}
