// RUN: sinter-opt --simplify %s | FileCheck %s

module @m {
  // Symbols stay, used or not.
  // CHECK: sinter.symbol @unused
  sinter.symbol @unused : tensor<4xf32> kind parameter init <constant, 0.0, 0.0>

  // Equal ops become one, x * 1 becomes x, and what nothing needs is gone.
  // CHECK-LABEL: sinter.entry @same
  // CHECK-NOT: sinter.mul
  // CHECK-NOT: sinter.log
  // CHECK: %[[E:.*]] = sinter.exp %x
  // CHECK-NOT: sinter.exp
  // CHECK: sinter.return outputs(%[[E]], %[[E]]
  sinter.entry @same name("same") kind(predict) batch(0) inputs ["x"] {
  ^bb0(%x: tensor<4xf32>):
    %one = sinter.constant dense<1.0> : tensor<f32>
    %x1 = sinter.mul %x, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %a = sinter.exp %x1 : (tensor<4xf32>) -> tensor<4xf32>
    %b = sinter.exp %x : (tensor<4xf32>) -> tensor<4xf32>
    %dead = sinter.log %x : (tensor<4xf32>) -> tensor<4xf32>
    sinter.return outputs(%a, %b : tensor<4xf32>, tensor<4xf32>) names ["a", "b"] symbols []
  }

  // x + 0 is not x for x = -0, and x * 0 is not 0 for NaN: both stay.
  // CHECK-LABEL: sinter.entry @ieee
  // CHECK: sinter.add
  // CHECK: sinter.mul
  sinter.entry @ieee name("ieee") kind(predict) batch(0) inputs ["x"] {
  ^bb0(%x: tensor<4xf32>):
    %zero = sinter.constant dense<0.0> : tensor<f32>
    %a = sinter.add %x, %zero : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %b = sinter.mul %x, %zero : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    sinter.return outputs(%a, %b : tensor<4xf32>, tensor<4xf32>) names ["a", "b"] symbols []
  }

  // Random numbers of two streams are never one.
  // CHECK-LABEL: sinter.entry @random
  // CHECK-COUNT-2: sinter.random_uniform
  sinter.entry @random name("random") kind(predict) batch(0) inputs ["seed", "step"] {
  ^bb0(%seed: tensor<i64>, %step: tensor<i64>):
    %a = sinter.random_uniform "a" stream 1 seed %seed step %step : (tensor<i64>, tensor<i64>) -> tensor<4xf32>
    %b = sinter.random_uniform "b" stream 2 seed %seed step %step : (tensor<i64>, tensor<i64>) -> tensor<4xf32>
    sinter.return outputs(%a, %b : tensor<4xf32>, tensor<4xf32>) names ["a", "b"] symbols []
  }
}
