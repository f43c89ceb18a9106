// RUN: sinter-opt --fold --simplify %s | FileCheck %s

module @m {
  // CHECK-LABEL: sinter.entry @folds
  // CHECK: %[[C:.*]] = sinter.constant dense<3.906250e-03> : tensor<8xf32>
  // CHECK-NEXT: sinter.return outputs(%[[C]]
  sinter.entry @folds name("folds") kind(predict) batch(0) inputs [] {
    %one = sinter.constant dense<1.0> : tensor<f32>
    %n = sinter.constant dense<256.0> : tensor<f32>
    %q = sinter.div %one, %n : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %b = sinter.broadcast_to %q : (tensor<f32>) -> tensor<8xf32>
    sinter.return outputs(%b : tensor<8xf32>) names ["b"] symbols []
  }

  // Functions keep the bits of run time, reductions and non-splats are left to kernels.
  // CHECK-LABEL: sinter.entry @stays
  // CHECK: sinter.exp
  // CHECK: sinter.sum
  // CHECK: sinter.add
  sinter.entry @stays name("stays") kind(predict) batch(0) inputs [] {
    %two = sinter.constant dense<2.0> : tensor<f32>
    %e = sinter.exp %two : (tensor<f32>) -> tensor<f32>
    %v = sinter.constant dense<0.1> : tensor<7xf32>
    %s = sinter.sum %v axes [0] : (tensor<7xf32>) -> tensor<f32>
    %w = sinter.constant dense<[1.0, 2.0]> : tensor<2xf32>
    %a = sinter.add %w, %two : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
    sinter.return outputs(%e, %s, %a : tensor<f32>, tensor<f32>, tensor<2xf32>) names ["e", "s", "a"] symbols []
  }
}
