// Sums over the inner dims of a stack of results leave the epilogue; others are kernels of their own. A long sum of few
// results is cut into chunks, one kernel for the chunks and one that puts them together and updates the weight.
// RUN: sinter-opt --fuse-contractions --fuse-maps %s | FileCheck %s
// RUN: sinter-opt --fuse-contractions --fuse-maps --assign-layouts --lower-to-kernel %s | FileCheck %s --check-prefix=KERNEL
module @sums {
  // CHECK-LABEL: sinter.entry @inner
  // CHECK: sinter.fused contraction
  // CHECK-SAME: algorithm <chain>
  // CHECK: sinter.matmul
  // CHECK: sinter.mul
  // CHECK: sinter.sum {{.*}} axes [2, 3]
  // CHECK: sinter.sum {{.*}} axes [2, 3]
  // CHECK: sinter.fused map
  // CHECK: sinter.sum {{.*}} axes [0]
  // KERNEL-LABEL: kernel.entry @inner
  // KERNEL: kernel.contract "matmul_f32" number 2 dims [2, 3, 5, 4, 7] parallel 4
  // KERNEL-SAME: sums = array<i1: false, true, true>
  // KERNEL: kernel.yield %{{.*}}, %[[A:.*]], %{{.*}} : f32, f32, f32
  sinter.entry @inner name("inner") kind(predict) batch(2) inputs ["p", "q"] {
  ^bb0(%p: tensor<2x3x5x7xf32>, %q: tensor<2x3x7x4xf32>):
    %m = sinter.matmul %p, %q : (tensor<2x3x5x7xf32>, tensor<2x3x7x4xf32>) -> tensor<2x3x5x4xf32>
    %square = sinter.mul %m, %m : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x4xf32>
    %s1 = sinter.sum %m axes [2, 3] : (tensor<2x3x5x4xf32>) -> tensor<2x3xf32>
    %s2 = sinter.sum %square axes [2, 3] : (tensor<2x3x5x4xf32>) -> tensor<2x3xf32>
    %t2 = sinter.sum %s2 axes [0] : (tensor<2x3xf32>) -> tensor<3xf32>
    sinter.return outputs(%m, %s1, %t2 : tensor<2x3x5x4xf32>, tensor<2x3xf32>, tensor<3xf32>) names ["m", "s1", "t2"] symbols []
  }
  // CHECK-LABEL: sinter.entry @outer
  // CHECK: sinter.fused contraction
  // CHECK-SAME: matmul apart from sum: a sum over other than the inner dims, of which two and more stay
  sinter.entry @outer name("outer") kind(predict) batch(2) inputs ["p", "q"] {
  ^bb0(%p: tensor<2x3x5x7xf32>, %q: tensor<2x3x7x4xf32>):
    %m = sinter.matmul %p, %q : (tensor<2x3x5x7xf32>, tensor<2x3x7x4xf32>) -> tensor<2x3x5x4xf32>
    %s = sinter.sum %m axes [0, 1] : (tensor<2x3x5x4xf32>) -> tensor<5x4xf32>
    sinter.return outputs(%m, %s : tensor<2x3x5x4xf32>, tensor<5x4xf32>) names ["m", "s"] symbols []
  }
  // CHECK-LABEL: sinter.entry @long
  // CHECK: algorithm <chunks {{[0-9]+}} x 9000 of chain joined chain>
  // KERNEL-LABEL: kernel.entry @long
  // KERNEL: kernel.contract "matmul_f32" number 0 dims [4, 5, 3, 9000] parallel 3
  // KERNEL-SAME: outs(%{{.*}} : !kernel.buffer<4x5x3xf32>)
  // KERNEL: kernel.map "combine_f32" number 1 dims [5, 3, 4] inner [2]
  // KERNEL: kernel.reduce sum
  // KERNEL: arith.negf
  sinter.entry @long name("long") kind(predict) batch(36000) inputs ["x", "dy"] {
  ^bb0(%x: tensor<36000x3xf32>, %dy: tensor<36000x5xf32>):
    %dw = sinter.matmul %dy, %x {transpose_a = true} : (tensor<36000x5xf32>, tensor<36000x3xf32>) -> tensor<5x3xf32>
    %n = sinter.neg %dw : (tensor<5x3xf32>) -> tensor<5x3xf32>
    sinter.return outputs(%n : tensor<5x3xf32>) names ["n"] symbols []
  }
  // Each phase of a strided gradient is walked on its own.
  // CHECK-LABEL: sinter.entry @strided
  // CHECK: sinter.fused contraction
  // CHECK-SAME: conv2d_input_gradient apart from sum: a sum over a dim that the factors' accesses divide
  // KERNEL-LABEL: kernel.entry @strided
  // KERNEL: kernel.contract "conv2d_input_gradient_f32"
  // KERNEL-NOT: sums =
  // KERNEL: kernel.map "sum_f32" number {{[0-9]+}}
  sinter.entry @strided name("strided") kind(predict) batch(2) inputs ["dy", "w"] {
  ^bb0(%dy: tensor<2x5x1x1xf32>, %w: tensor<5x3x3x3xf32>):
    %dx = sinter.conv2d_input_gradient %dy, %w {strides = array<i64: 2, 2>, low = array<i64: 1, 1>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1, size = array<i64: 2, 2>} : (tensor<2x5x1x1xf32>, tensor<5x3x3x3xf32>) -> tensor<2x3x2x2xf32>
    %s = sinter.sum %dx axes [2, 3] : (tensor<2x3x2x2xf32>) -> tensor<2x3xf32>
    sinter.return outputs(%dx, %s : tensor<2x3x2x2xf32>, tensor<2x3xf32>) names ["dx", "s"] symbols []
  }
}
