// The optimizer works where the weight's gradient is made (D22): with momentum, behind a sum in chunks too. A gradient that
// is first measured as a whole stays a value, and one map kernel updates.
// RUN: sinter-opt --fuse-contractions --fuse-maps %s | FileCheck %s
// RUN: sinter-opt --fuse-contractions --fuse-maps --assign-layouts --lower-to-kernel --in-place-updates %s | FileCheck %s --check-prefix=KERNEL
module @m {
  sinter.scalar @lr : f32 initial 0.1 help ""
  sinter.symbol @w : tensor<8x3x3x3xf32> kind parameter init <constant, 0.0, 0.0>
  sinter.symbol @v : tensor<8x3x3x3xf32> kind optimizer of @w slot "momentum_buffer" init <constant, 0.0, 0.0>

  // CHECK-LABEL: sinter.entry @momentum
  // CHECK: sinter.fused contraction(%dy, %x, %v, %lr, %w)
  // CHECK: sinter.conv2d_filter_gradient
  // CHECK-NEXT: sinter.add
  // CHECK-NEXT: sinter.mul
  // CHECK-NEXT: sinter.sub
  // CHECK-NEXT: sinter.yield %[[V:.*]], %[[W:.*]] : tensor<8x3x3x3xf32>, tensor<8x3x3x3xf32>
  // CHECK-NEXT: }
  // CHECK-NEXT: sinter.return
  // KERNEL-LABEL: kernel.entry @momentum
  // KERNEL: kernel.contract "conv2d_filter_gradient_f32" number 0
  // KERNEL-SAME: outs(%v, %w :
  // KERNEL-NOT: kernel.map
  sinter.entry @momentum name("momentum") kind(train) batch(2) inputs ["x", "dy"] {
  ^bb0(%x: tensor<2x3x6x6xf32>, %dy: tensor<2x8x4x4xf32>):
    %w = sinter.get @w : tensor<8x3x3x3xf32>
    %v = sinter.get @v : tensor<8x3x3x3xf32>
    %lr = sinter.get @lr : tensor<f32>
    %dw = sinter.conv2d_filter_gradient %dy, %x {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1, window = array<i64: 3, 3>} : (tensor<2x8x4x4xf32>, tensor<2x3x6x6xf32>) -> tensor<8x3x3x3xf32>
    %n = sinter.add %v, %dw : (tensor<8x3x3x3xf32>, tensor<8x3x3x3xf32>) -> tensor<8x3x3x3xf32>
    %s = sinter.mul %lr, %n : (tensor<f32>, tensor<8x3x3x3xf32>) -> tensor<8x3x3x3xf32>
    %u = sinter.sub %w, %s : (tensor<8x3x3x3xf32>, tensor<8x3x3x3xf32>) -> tensor<8x3x3x3xf32>
    sinter.return names [] updates(%u, %n : tensor<8x3x3x3xf32>, tensor<8x3x3x3xf32>) symbols [@w, @v]
  }

  // Chunks of the sum are put together by the kernel that updates.
  // KERNEL-LABEL: kernel.entry @chunks
  // KERNEL: kernel.contract "conv2d_filter_gradient_f32" number {{[0-9]+}} dims [4, 8, 3, 3, 3,
  // KERNEL: kernel.map "combine_f32" number {{[0-9]+}} dims [8, 3, 3, 3, 4] inner [4]
  // KERNEL-SAME: outs(%w :
  // KERNEL: kernel.reduce sum {{.*}} : f64 -> f64
  // KERNEL-NEXT: arith.truncf
  // KERNEL-NEXT: arith.mulf
  // KERNEL-NEXT: arith.subf
  // KERNEL-NOT: kernel.map
  // KERNEL: kernel.entry @clipped
  sinter.entry @chunks name("chunks") kind(train) batch(64) inputs ["x", "dy"] {
  ^bb0(%x: tensor<64x3x66x66xf32>, %dy: tensor<64x8x64x64xf32>):
    %w = sinter.get @w : tensor<8x3x3x3xf32>
    %lr = sinter.get @lr : tensor<f32>
    %dw = sinter.conv2d_filter_gradient %dy, %x {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1, window = array<i64: 3, 3>} : (tensor<64x8x64x64xf32>, tensor<64x3x66x66xf32>) -> tensor<8x3x3x3xf32>
    %s = sinter.mul %lr, %dw : (tensor<f32>, tensor<8x3x3x3xf32>) -> tensor<8x3x3x3xf32>
    %u = sinter.sub %w, %s : (tensor<8x3x3x3xf32>, tensor<8x3x3x3xf32>) -> tensor<8x3x3x3xf32>
    sinter.return names [] updates(%u : tensor<8x3x3x3xf32>) symbols [@w]
  }

  // Clipped by its norm: the update needs all sums at once.
  // CHECK-LABEL: sinter.entry @clipped
  // CHECK: %[[G:.*]] = sinter.fused contraction(%dy, %x)
  // CHECK-SAME: conv2d_filter_gradient apart from mul: also needs a value that is made from the sums elsewhere
  // CHECK: sinter.conv2d_filter_gradient
  // CHECK-NEXT: sinter.yield
  // CHECK: sinter.fused map
  // CHECK: sinter.sum
  // CHECK: sinter.sub
  sinter.entry @clipped name("clipped") kind(train) batch(2) inputs ["x", "dy"] {
  ^bb0(%x: tensor<2x3x6x6xf32>, %dy: tensor<2x8x4x4xf32>):
    %w = sinter.get @w : tensor<8x3x3x3xf32>
    %lr = sinter.get @lr : tensor<f32>
    %dw = sinter.conv2d_filter_gradient %dy, %x {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1, window = array<i64: 3, 3>} : (tensor<2x8x4x4xf32>, tensor<2x3x6x6xf32>) -> tensor<8x3x3x3xf32>
    %q = sinter.mul %dw, %dw : (tensor<8x3x3x3xf32>, tensor<8x3x3x3xf32>) -> tensor<8x3x3x3xf32>
    %n = sinter.sum %q axes [0, 1, 2, 3] : (tensor<8x3x3x3xf32>) -> tensor<f32>
    %r = sinter.sqrt %n : (tensor<f32>) -> tensor<f32>
    %f = sinter.div %lr, %r : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %s = sinter.mul %f, %dw : (tensor<f32>, tensor<8x3x3x3xf32>) -> tensor<8x3x3x3xf32>
    %u = sinter.sub %w, %s : (tensor<8x3x3x3xf32>, tensor<8x3x3x3xf32>) -> tensor<8x3x3x3xf32>
    sinter.return names [] updates(%u : tensor<8x3x3x3xf32>) symbols [@w]
  }
}
