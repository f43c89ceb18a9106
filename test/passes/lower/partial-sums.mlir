// Sums over an image leave a convolution's epilogue in chunks of rows, which a kernel behind it joins in f64; over a very
// small one, as one chain (D1).
// RUN: sinter-opt --fuse-contractions --fuse-maps --lower-to-kernel %s | FileCheck %s

// 8 rows of 8 points: four chunks of two rows.
// CHECK: affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d2 floordiv 2, d0, d1)>
// CHECK-LABEL: kernel.entry @large
// CHECK: kernel.contract {{.*}} outs(%{{[a-z0-9]+}}, %[[S:[a-z0-9]+]], %[[Q:[a-z0-9]+]] : !kernel.buffer<2x20x8x8xf32>, !kernel.buffer<4x2x20xf32>, !kernel.buffer<4x2x20xf32>)
// CHECK: kernel.map "combine_f32" number 1 dims [2, 20, 4] inner [2] ins(%[[S]], %[[Q]] : {{.*}} algorithm <chain>
// CHECK: arith.extf
// CHECK: kernel.reduce sum {{.*}} : f64 -> f64
// CHECK: arith.truncf
// CHECK: kernel.reduce sum {{.*}} : f64 -> f64
// CHECK: arith.truncf
// CHECK-LABEL: kernel.entry @small
// CHECK: kernel.contract {{.*}} outs(%{{[a-z0-9]+}}, %{{[a-z0-9]+}} : !kernel.buffer<2x20x4x4xf32>, !kernel.buffer<2x20xf32>)
// CHECK-NOT: combine
// CHECK-LABEL: kernel.entry @load
module @m {
  sinter.entry @large name("large") kind(predict) batch(2) inputs ["x", "w"] {
  ^bb0(%x: tensor<2x16x8x8xf32>, %w: tensor<20x16x3x3xf32>):
    %y = sinter.conv2d %x, %w {dilations = array<i64: 1, 1>, groups = 1 : i64, high = array<i64: 1, 1>, low = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<2x16x8x8xf32>, tensor<20x16x3x3xf32>) -> tensor<2x20x8x8xf32>
    %q = sinter.mul %y, %y : (tensor<2x20x8x8xf32>, tensor<2x20x8x8xf32>) -> tensor<2x20x8x8xf32>
    %s = sinter.sum %y axes [2, 3] : (tensor<2x20x8x8xf32>) -> tensor<2x20xf32>
    %t = sinter.sum %q axes [2, 3] : (tensor<2x20x8x8xf32>) -> tensor<2x20xf32>
    sinter.return outputs(%y, %s, %t : tensor<2x20x8x8xf32>, tensor<2x20xf32>, tensor<2x20xf32>) names ["y", "s", "t"] symbols []
  }
  sinter.entry @small name("small") kind(predict) batch(2) inputs ["x", "w"] {
  ^bb0(%x: tensor<2x16x4x4xf32>, %w: tensor<20x16x3x3xf32>):
    %y = sinter.conv2d %x, %w {dilations = array<i64: 1, 1>, groups = 1 : i64, high = array<i64: 1, 1>, low = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<2x16x4x4xf32>, tensor<20x16x3x3xf32>) -> tensor<2x20x4x4xf32>
    %s = sinter.sum %y axes [2, 3] : (tensor<2x20x4x4xf32>) -> tensor<2x20xf32>
    sinter.return outputs(%y, %s : tensor<2x20x4x4xf32>, tensor<2x20xf32>) names ["y", "s"] symbols []
  }
}
