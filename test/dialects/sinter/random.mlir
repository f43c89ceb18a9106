// Random numbers: text form, and one number per stream whatever common-subexpression elimination does.
// RUN: sinter-opt %s | FileCheck %s
// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --cse | FileCheck %s

// CHECK-LABEL: @random
sinter.entry @random name("e") kind(predict) batch(0) inputs ["seed", "step"] {
^bb0(%seed: tensor<i64>, %step: tensor<i64>):
  // CHECK: sinter.random_uniform "drop1" stream 17 seed %seed step %step : (tensor<i64>, tensor<i64>) -> tensor<4x6xf32>
  %0 = sinter.random_uniform "drop1" stream 17 seed %seed step %step : (tensor<i64>, tensor<i64>) -> tensor<4x6xf32>
  // CHECK-NEXT: sinter.random_uniform "drop2" stream -3 seed %seed step %step : (tensor<i64>, tensor<i64>) -> tensor<4x6xf32>
  %1 = sinter.random_uniform "drop2" stream -3 seed %seed step %step : (tensor<i64>, tensor<i64>) -> tensor<4x6xf32>
  sinter.return outputs(%0, %1 : tensor<4x6xf32>, tensor<4x6xf32>) names ["a", "b"] symbols []
}
