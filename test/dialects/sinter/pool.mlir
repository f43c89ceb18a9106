// Pooling and the ops of its gradients: text form, windows, strides, paddings.
// RUN: sinter-opt %s | FileCheck %s
// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

// CHECK-LABEL: @pooling
sinter.entry @pooling name("e") kind(predict) batch(0) inputs ["x"] {
^bb0(%x: tensor<2x6x9x8xf32>):
  // CHECK: %[[Y:.*]] = sinter.max_pool2d %x
  // CHECK-SAME: window = array<i64: 3, 2>
  // CHECK-SAME: (tensor<2x6x9x8xf32>) -> tensor<2x6x5x4xf32>
  %y = sinter.max_pool2d %x {window = array<i64: 3, 2>, strides = array<i64: 2, 2>, low = array<i64: 1, 0>, high = array<i64: 1, 1>} : (tensor<2x6x9x8xf32>) -> tensor<2x6x5x4xf32>
  // CHECK-NEXT: %[[AT:.*]] = sinter.max_pool2d_argmax %x
  // CHECK-SAME: (tensor<2x6x9x8xf32>) -> tensor<2x6x5x4xi32>
  %at = sinter.max_pool2d_argmax %x {window = array<i64: 3, 2>, strides = array<i64: 2, 2>, low = array<i64: 1, 0>, high = array<i64: 1, 1>} : (tensor<2x6x9x8xf32>) -> tensor<2x6x5x4xi32>
  // CHECK-NEXT: %[[DX:.*]] = sinter.max_pool2d_scatter %[[Y]] at %[[AT]]
  // CHECK-SAME: size = array<i64: 9, 8>
  // CHECK-SAME: (tensor<2x6x5x4xf32>, tensor<2x6x5x4xi32>) -> tensor<2x6x9x8xf32>
  %dx = sinter.max_pool2d_scatter %y at %at {window = array<i64: 3, 2>, strides = array<i64: 2, 2>, low = array<i64: 1, 0>, high = array<i64: 1, 1>, size = array<i64: 9, 8>} : (tensor<2x6x5x4xf32>, tensor<2x6x5x4xi32>) -> tensor<2x6x9x8xf32>
  // CHECK-NEXT: sinter.max_pool2d_gather %[[DX]] at %[[AT]]
  // CHECK-SAME: (tensor<2x6x9x8xf32>, tensor<2x6x5x4xi32>) -> tensor<2x6x5x4xf32>
  %ddy = sinter.max_pool2d_gather %dx at %at {window = array<i64: 3, 2>, strides = array<i64: 2, 2>, low = array<i64: 1, 0>, high = array<i64: 1, 1>} : (tensor<2x6x9x8xf32>, tensor<2x6x5x4xi32>) -> tensor<2x6x5x4xf32>
  // CHECK-NEXT: %[[SUM:.*]] = sinter.sum_pool2d %x
  // CHECK-SAME: (tensor<2x6x9x8xf32>) -> tensor<2x6x5x4xf32>
  %sum = sinter.sum_pool2d %x {window = array<i64: 3, 2>, strides = array<i64: 2, 2>, low = array<i64: 1, 0>, high = array<i64: 1, 1>} : (tensor<2x6x9x8xf32>) -> tensor<2x6x5x4xf32>
  // CHECK-NEXT: sinter.sum_pool2d_gradient %[[SUM]]
  // CHECK-SAME: size = array<i64: 9, 8>
  // CHECK-SAME: (tensor<2x6x5x4xf32>) -> tensor<2x6x9x8xf32>
  %spread = sinter.sum_pool2d_gradient %sum {window = array<i64: 3, 2>, strides = array<i64: 2, 2>, low = array<i64: 1, 0>, high = array<i64: 1, 1>, size = array<i64: 9, 8>} : (tensor<2x6x5x4xf32>) -> tensor<2x6x9x8xf32>
  sinter.return outputs(%dx, %ddy, %spread : tensor<2x6x9x8xf32>, tensor<2x6x5x4xf32>, tensor<2x6x9x8xf32>) names ["dx", "ddy", "spread"] symbols []
}
