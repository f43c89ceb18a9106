// Elementwise ops: text form, broadcasting, element types.
// RUN: sinter-opt %s | FileCheck %s
// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

// CHECK-LABEL: sinter.entry @binary name("binary") kind(predict) batch(0) inputs ["a", "b", "c"]
sinter.entry @binary name("binary") kind(predict) batch(0) inputs ["a", "b", "c"] {
// CHECK: ^bb0(%a: tensor<4x3xf32>, %b: tensor<3xf32>, %c: tensor<f32>):
^bb0(%a: tensor<4x3xf32>, %b: tensor<3xf32>, %c: tensor<f32>):
  // CHECK: sinter.add %a, %b : (tensor<4x3xf32>, tensor<3xf32>) -> tensor<4x3xf32>
  %0 = sinter.add %a, %b : (tensor<4x3xf32>, tensor<3xf32>) -> tensor<4x3xf32>
  // CHECK: sinter.sub %{{.*}}, %c : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xf32>
  %1 = sinter.sub %0, %c : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xf32>
  // CHECK: sinter.mul %b, %a : (tensor<3xf32>, tensor<4x3xf32>) -> tensor<4x3xf32>
  %2 = sinter.mul %b, %a : (tensor<3xf32>, tensor<4x3xf32>) -> tensor<4x3xf32>
  // CHECK: sinter.div
  %3 = sinter.div %1, %2 : (tensor<4x3xf32>, tensor<4x3xf32>) -> tensor<4x3xf32>
  // CHECK: sinter.max
  %4 = sinter.max %3, %c : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xf32>
  // CHECK: sinter.min
  %5 = sinter.min %4, %b : (tensor<4x3xf32>, tensor<3xf32>) -> tensor<4x3xf32>
  // CHECK: sinter.pow
  %6 = sinter.pow %5, %c : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xf32>
  sinter.return outputs(%6 : tensor<4x3xf32>) names ["y"] symbols []
}

// CHECK-LABEL: @unary
sinter.entry @unary name("unary") kind(predict) batch(0) inputs ["a", "i"] {
^bb0(%a: tensor<5xf64>, %i: tensor<5xi32>):
  // CHECK: sinter.neg %a : (tensor<5xf64>) -> tensor<5xf64>
  %0 = sinter.neg %a : (tensor<5xf64>) -> tensor<5xf64>
  // CHECK-NEXT: sinter.exp
  %1 = sinter.exp %0 : (tensor<5xf64>) -> tensor<5xf64>
  // CHECK-NEXT: sinter.log
  %2 = sinter.log %1 : (tensor<5xf64>) -> tensor<5xf64>
  // CHECK-NEXT: sinter.sqrt
  %3 = sinter.sqrt %2 : (tensor<5xf64>) -> tensor<5xf64>
  // CHECK-NEXT: sinter.rsqrt
  %4 = sinter.rsqrt %3 : (tensor<5xf64>) -> tensor<5xf64>
  // CHECK-NEXT: sinter.tanh
  %5 = sinter.tanh %4 : (tensor<5xf64>) -> tensor<5xf64>
  // CHECK-NEXT: sinter.sigmoid
  %6 = sinter.sigmoid %5 : (tensor<5xf64>) -> tensor<5xf64>
  // CHECK-NEXT: sinter.relu
  %7 = sinter.relu %6 : (tensor<5xf64>) -> tensor<5xf64>
  // CHECK-NEXT: sinter.abs
  %8 = sinter.abs %7 : (tensor<5xf64>) -> tensor<5xf64>
  // CHECK-NEXT: sinter.sign %i : (tensor<5xi32>) -> tensor<5xi32>
  %9 = sinter.sign %i : (tensor<5xi32>) -> tensor<5xi32>
  sinter.return outputs(%8, %9 : tensor<5xf64>, tensor<5xi32>) names ["y", "s"] symbols []
}

// CHECK-LABEL: @logic
sinter.entry @logic name("logic") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<5xf32>, %b: tensor<5xf32>):
  // CHECK: sinter.compare "lt" %a, %b : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xi1>
  %0 = sinter.compare "lt" %a, %b : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xi1>
  // CHECK-NEXT: sinter.logical_not %{{.*}} : (tensor<5xi1>) -> tensor<5xi1>
  %1 = sinter.logical_not %0 : (tensor<5xi1>) -> tensor<5xi1>
  // CHECK-NEXT: sinter.logical_and
  %2 = sinter.logical_and %0, %1 : (tensor<5xi1>, tensor<5xi1>) -> tensor<5xi1>
  // CHECK-NEXT: sinter.logical_or
  %3 = sinter.logical_or %2, %1 : (tensor<5xi1>, tensor<5xi1>) -> tensor<5xi1>
  // CHECK-NEXT: sinter.select %{{.*}}, %a, %b : (tensor<5xi1>, tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
  %4 = sinter.select %3, %a, %b : (tensor<5xi1>, tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
  // CHECK-NEXT: sinter.cast %{{.*}} : (tensor<5xf32>) -> tensor<5xi64>
  %5 = sinter.cast %4 : (tensor<5xf32>) -> tensor<5xi64>
  sinter.return outputs(%5 : tensor<5xi64>) names ["y"] symbols []
}

// A layout is an encoding; rules do not look at it.
// CHECK-LABEL: @layout
sinter.entry @layout name("layout") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x3xf32, #kernel.layout<[1, 0]>>):
  // CHECK: sinter.exp %a : (tensor<4x3xf32, #kernel.layout<[1, 0]>>) -> tensor<4x3xf32>
  %0 = sinter.exp %a : (tensor<4x3xf32, #kernel.layout<[1, 0]>>) -> tensor<4x3xf32>
  sinter.return outputs(%0 : tensor<4x3xf32>) names ["y"] symbols []
}
