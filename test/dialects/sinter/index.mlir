// Slices where a tensor of indices says: text form, axes, shapes of indices.
// RUN: sinter-opt %s | FileCheck %s
// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

// CHECK-LABEL: @slices
sinter.entry @slices name("e") kind(predict) batch(0) inputs ["w", "at", "x", "one"] {
^bb0(%w: tensor<7x4xf32>, %at: tensor<2x3xi32>, %x: tensor<7x2x3xf32>, %one: tensor<i64>):
  // CHECK: %[[ROWS:.*]] = sinter.gather %w at %at axis 0 : (tensor<7x4xf32>, tensor<2x3xi32>) -> tensor<2x3x4xf32>
  %rows = sinter.gather %w at %at axis 0 : (tensor<7x4xf32>, tensor<2x3xi32>) -> tensor<2x3x4xf32>
  // CHECK-NEXT: sinter.scatter_add %w at %at add %[[ROWS]] axis 0
  %sum = sinter.scatter_add %w at %at add %rows axis 0 : (tensor<7x4xf32>, tensor<2x3xi32>, tensor<2x3x4xf32>) -> tensor<7x4xf32>
  // CHECK-NEXT: sinter.scatter_add %w at %at add %x axis 1
  %columns = sinter.scatter_add %w at %at add %x axis 1 : (tensor<7x4xf32>, tensor<2x3xi32>, tensor<7x2x3xf32>) -> tensor<7x4xf32>
  // CHECK-NEXT: sinter.gather %w at %one axis 1 : (tensor<7x4xf32>, tensor<i64>) -> tensor<7xf32>
  %column = sinter.gather %w at %one axis 1 : (tensor<7x4xf32>, tensor<i64>) -> tensor<7xf32>
  sinter.return outputs(%sum, %columns, %column : tensor<7x4xf32>, tensor<7x4xf32>, tensor<7xf32>) names ["sum", "columns", "column"] symbols []
}
