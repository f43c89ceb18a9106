// RUN: sinter-opt --fold --fuse-contractions --fuse-maps %s | FileCheck %s

// A body is fused as an entry is: the bias and the activation go into the epilogue of its sum, the rest is one map; work on
// constants is done.
// CHECK-LABEL: sinter.entry @bodies
// CHECK: sinter.scan
// CHECK: sinter.fused contraction
// CHECK: sinter.matmul
// CHECK: sinter.add
// CHECK: sinter.tanh
// CHECK: }
// CHECK: sinter.fused map
// CHECK: sinter.constant dense<6.0
// CHECK-NOT: sinter.fused
// CHECK: sinter.sum
// CHECK: sinter.sub
// CHECK: }
// CHECK-NEXT: sinter.yield
// CHECK: sinter.cond
// CHECK: sinter.fused map
// CHECK: } else {
// CHECK-NOT: sinter.fused
// CHECK: sinter.return
sinter.entry @bodies name("bodies") kind(predict) batch(0) inputs ["h", "w", "b", "p"] {
^bb0(%h: tensor<4x8xf32>, %w: tensor<8x8xf32>, %b: tensor<8xf32>, %p: tensor<i1>):
  %r = sinter.scan (%h, %w, %b) carried 1 stacked 0 length 3 : (tensor<4x8xf32>, tensor<8x8xf32>, tensor<8xf32>) -> tensor<4x8xf32> {
  ^bb0(%t: tensor<i64>, %c: tensor<4x8xf32>, %k: tensor<8x8xf32>, %a: tensor<8xf32>):
    %two = sinter.constant dense<2.0> : tensor<f32>
    %three = sinter.constant dense<3.0> : tensor<f32>
    %six = sinter.mul %two, %three : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %0 = sinter.matmul %c, %k : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
    %1 = sinter.add %0, %a : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
    %2 = sinter.tanh %1 : (tensor<4x8xf32>) -> tensor<4x8xf32>
    %3 = sinter.sum %2 axes [1] {keepdims = true} : (tensor<4x8xf32>) -> tensor<4x1xf32>
    %4 = sinter.mul %3, %six : (tensor<4x1xf32>, tensor<f32>) -> tensor<4x1xf32>
    %5 = sinter.sub %2, %4 : (tensor<4x8xf32>, tensor<4x1xf32>) -> tensor<4x8xf32>
    sinter.yield %5 : tensor<4x8xf32>
  }
  %e = sinter.cond %p (%r) : tensor<i1>, (tensor<4x8xf32>) -> tensor<4x8xf32> {
  ^bb0(%c: tensor<4x8xf32>):
    %0 = sinter.exp %c : (tensor<4x8xf32>) -> tensor<4x8xf32>
    sinter.yield %0 : tensor<4x8xf32>
  } else {
  ^bb0(%c: tensor<4x8xf32>):
    sinter.yield %c : tensor<4x8xf32>
  }
  sinter.return outputs(%e : tensor<4x8xf32>) names ["e"] symbols []
}
