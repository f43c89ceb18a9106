// A sum in a contraction's epilogue, seen under a shape with axes of size 1: its out adds up, or the last point would win.
// RUN: sinter emit %s --stage planned | FileCheck %s

module @m {
  sinter.symbol @w : tensor<3x6x3x1xf32> kind parameter init <constant, 1.000000e+00, 0.000000e+00>
  sinter.symbol @s : tensor<1x3x1x1xf32> kind parameter init <constant, 1.000000e+00, 0.000000e+00>
  // CHECK: kernel.contract "conv2d_f32" number {{[0-9]+}}
  // CHECK-SAME: sums = array<i1: {{.*}}true
  sinter.entry @train name("train_step") kind(train) batch(1) inputs ["x"] {
  ^bb0(%x: tensor<1x6x4x3xf32>):
    %w = sinter.get @w : tensor<3x6x3x1xf32>
    %s = sinter.get @s : tensor<1x3x1x1xf32>
    %y = sinter.conv2d %x, %w {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<1x6x4x3xf32>, tensor<3x6x3x1xf32>) -> tensor<1x3x2x3xf32>
    %t = sinter.tanh %y : (tensor<1x3x2x3xf32>) -> tensor<1x3x2x3xf32>
    %z = sinter.mul %t, %s : (tensor<1x3x2x3xf32>, tensor<1x3x1x1xf32>) -> tensor<1x3x2x3xf32>
    %p = sinter.mul %z, %z : (tensor<1x3x2x3xf32>, tensor<1x3x2x3xf32>) -> tensor<1x3x2x3xf32>
    %l = sinter.sum %p axes [0, 1, 2, 3] : (tensor<1x3x2x3xf32>) -> tensor<f32>
    %one = sinter.constant dense<1.0> : tensor<f32>
    %ds = sinter.gradient %l, %one, %s ys 1 : (tensor<f32>, tensor<f32>, tensor<1x3x1x1xf32>) -> tensor<1x3x1x1xf32>
    sinter.return outputs(%l : tensor<f32>) names ["loss"] updates(%ds : tensor<1x3x1x1xf32>) symbols [@s]
  }
}
