// Convolutions and their two gradients: text form, strides, dilations, groups.
// RUN: sinter-opt %s | FileCheck %s
// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

// CHECK-LABEL: @convolutions
sinter.entry @convolutions name("e") kind(predict) batch(0) inputs ["x", "w"] {
^bb0(%x: tensor<2x6x9x8xf32>, %w: tensor<4x3x3x2xf32>):
  // CHECK: sinter.conv2d %x, %w
  // CHECK-SAME: (tensor<2x6x9x8xf32>, tensor<4x3x3x2xf32>) -> tensor<2x4x5x8xf32>
  %y = sinter.conv2d %x, %w {strides = array<i64: 2, 1>, low = array<i64: 1, 0>, high = array<i64: 1, 2>, dilations = array<i64: 1, 2>, groups = 2} : (tensor<2x6x9x8xf32>, tensor<4x3x3x2xf32>) -> tensor<2x4x5x8xf32>
  // CHECK-NEXT: sinter.conv2d_input_gradient %{{.*}}, %w
  // CHECK-SAME: size = array<i64: 9, 8>
  // CHECK-SAME: -> tensor<2x6x9x8xf32>
  %dx = sinter.conv2d_input_gradient %y, %w {strides = array<i64: 2, 1>, low = array<i64: 1, 0>, high = array<i64: 1, 2>, dilations = array<i64: 1, 2>, groups = 2, size = array<i64: 9, 8>} : (tensor<2x4x5x8xf32>, tensor<4x3x3x2xf32>) -> tensor<2x6x9x8xf32>
  // CHECK-NEXT: sinter.conv2d_filter_gradient %{{.*}}, %x
  // CHECK-SAME: window = array<i64: 3, 2>
  // CHECK-SAME: -> tensor<4x3x3x2xf32>
  %dw = sinter.conv2d_filter_gradient %y, %x {strides = array<i64: 2, 1>, low = array<i64: 1, 0>, high = array<i64: 1, 2>, dilations = array<i64: 1, 2>, groups = 2, window = array<i64: 3, 2>} : (tensor<2x4x5x8xf32>, tensor<2x6x9x8xf32>) -> tensor<4x3x3x2xf32>
  sinter.return outputs(%dx, %dw : tensor<2x6x9x8xf32>, tensor<4x3x3x2xf32>) names ["dx", "dw"] symbols []
}
