// Ops that move elements or make tensors: text form.
// RUN: sinter-opt %s | FileCheck %s
// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

// CHECK-LABEL: @movement
sinter.entry @movement name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<4x6xf32>, %b: tensor<2x6xf32>):
  // CHECK: sinter.reshape %a : (tensor<4x6xf32>) -> tensor<2x12xf32>
  %0 = sinter.reshape %a : (tensor<4x6xf32>) -> tensor<2x12xf32>
  // CHECK-NEXT: sinter.transpose %{{.*}} perm [1, 0] : (tensor<2x12xf32>) -> tensor<12x2xf32>
  %1 = sinter.transpose %0 perm [1, 0] : (tensor<2x12xf32>) -> tensor<12x2xf32>
  // CHECK-NEXT: sinter.broadcast_to %{{.*}} : (tensor<12x2xf32>) -> tensor<3x12x2xf32>
  %2 = sinter.broadcast_to %1 : (tensor<12x2xf32>) -> tensor<3x12x2xf32>
  // CHECK-NEXT: sinter.concat %a, %b axis 0 : (tensor<4x6xf32>, tensor<2x6xf32>) -> tensor<6x6xf32>
  %3 = sinter.concat %a, %b axis 0 : (tensor<4x6xf32>, tensor<2x6xf32>) -> tensor<6x6xf32>
  // CHECK-NEXT: sinter.slice %{{.*}} starts [1, 0] limits [6, 5] strides [2, 1] : (tensor<6x6xf32>) -> tensor<3x5xf32>
  %4 = sinter.slice %3 starts [1, 0] limits [6, 5] strides [2, 1] : (tensor<6x6xf32>) -> tensor<3x5xf32>
  // CHECK-NEXT: sinter.pad %{{.*}} low [0, 1] high [2, 0] : (tensor<3x5xf32>) -> tensor<5x6xf32>
  %5 = sinter.pad %4 low [0, 1] high [2, 0] : (tensor<3x5xf32>) -> tensor<5x6xf32>
  // CHECK-NEXT: sinter.stop_gradient %{{.*}} : (tensor<5x6xf32>) -> tensor<5x6xf32>
  %6 = sinter.stop_gradient %5 : (tensor<5x6xf32>) -> tensor<5x6xf32>
  sinter.return outputs(%2, %6 : tensor<3x12x2xf32>, tensor<5x6xf32>) names ["x", "y"] symbols []
}

// CHECK-LABEL: @makers
sinter.entry @makers name("e") kind(predict) batch(0) inputs [] {
  // CHECK: sinter.constant dense<5.000000e-01> : tensor<3x2xf32>
  %0 = sinter.constant dense<5.000000e-01> : tensor<3x2xf32>
  // CHECK-NEXT: sinter.constant dense<[1, 2, 3]> : tensor<3xi32>
  %1 = sinter.constant dense<[1, 2, 3]> : tensor<3xi32>
  // CHECK-NEXT: sinter.iota 1 : tensor<3x2xf32>
  %2 = sinter.iota 1 : tensor<3x2xf32>
  // CHECK-NEXT: sinter.constant dense_resource<blob> : tensor<2xf32>
  %3 = sinter.constant dense_resource<blob> : tensor<2xf32>
  sinter.return outputs(%0, %1, %2, %3 : tensor<3x2xf32>, tensor<3xi32>, tensor<3x2xf32>, tensor<2xf32>)
    names ["a", "b", "c", "d"] symbols []
}

{-#
  dialect_resources: {
    builtin: {
      blob: "0x040000000000803F00000040"
    }
  }
#-}
