// RUN: sinter-opt --fuse-contractions %s | FileCheck %s

module @m {
  sinter.scalar @lr : f32 initial 0.1 help ""
  sinter.symbol @w : tensor<4x8xf32> kind parameter init <constant, 0.0, 0.0>

  // Bias and activation go into the epilogue; the sum keeps its own order (D1).
  // CHECK-LABEL: sinter.entry @bias
  // CHECK: sinter.fused contraction
  // CHECK-SAME: algorithm <chain>
  // CHECK: sinter.matmul
  // CHECK-NEXT: sinter.add
  // CHECK-NEXT: %[[R:.*]] = sinter.relu
  // CHECK-NEXT: sinter.yield %[[R]] : tensor<2x4xf32>
  sinter.entry @bias name("bias") kind(predict) batch(0) inputs ["x", "b"] {
  ^bb0(%x: tensor<2x8xf32>, %b: tensor<4xf32>):
    %w = sinter.get @w : tensor<4x8xf32>
    %h = sinter.matmul %x, %w {transpose_b = true} : (tensor<2x8xf32>, tensor<4x8xf32>) -> tensor<2x4xf32>
    %s = sinter.add %h, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
    %r = sinter.relu %s : (tensor<2x4xf32>) -> tensor<2x4xf32>
    sinter.return outputs(%r : tensor<2x4xf32>) names ["r"] symbols []
  }

  // A reduction, a transposed read and a path around the sums stay outside, each with its reason.
  // CHECK-LABEL: sinter.entry @refused
  // CHECK: sinter.fused contraction
  // CHECK-SAME: matmul apart from add: also needs a value that is made from the sums elsewhere
  // CHECK-SAME: matmul apart from sum: a sum over other than the inner dims, of which two and more stay
  // CHECK-SAME: matmul apart from transpose: would be written transposed
  // CHECK: sinter.matmul
  // CHECK-NEXT: sinter.yield
  sinter.entry @refused name("refused") kind(predict) batch(0) inputs ["x", "y"] {
  ^bb0(%x: tensor<4x8xf32>, %y: tensor<8x4xf32>):
    %h = sinter.matmul %x, %y : (tensor<4x8xf32>, tensor<8x4xf32>) -> tensor<4x4xf32>
    %s = sinter.sum %h axes [1] {keepdims = true} : (tensor<4x4xf32>) -> tensor<4x1xf32>
    %n = sinter.add %h, %s : (tensor<4x4xf32>, tensor<4x1xf32>) -> tensor<4x4xf32>
    %t = sinter.transpose %h perm [1, 0] : (tensor<4x4xf32>) -> tensor<4x4xf32>
    sinter.return outputs(%n, %t : tensor<4x4xf32>, tensor<4x4xf32>) names ["n", "t"] symbols []
  }

  // The optimizer's update joins the weight gradient: the data gradient reads the old weight, but needs no sums (D22).
  // CHECK-LABEL: sinter.entry @update
  // CHECK: sinter.fused contraction(%dy, %x, %{{.*}}, %{{.*}})
  // CHECK: sinter.matmul {{.*}}transpose_a = true
  // CHECK-NEXT: sinter.mul
  // CHECK-NEXT: sinter.sub
  sinter.entry @update name("update") kind(train) batch(2) inputs ["x", "dy"] {
  ^bb0(%x: tensor<2x8xf32>, %dy: tensor<2x4xf32>):
    %w = sinter.get @w : tensor<4x8xf32>
    %lr = sinter.get @lr : tensor<f32>
    %dx = sinter.matmul %dy, %w : (tensor<2x4xf32>, tensor<4x8xf32>) -> tensor<2x8xf32>
    %dw = sinter.matmul %dy, %x {transpose_a = true} : (tensor<2x4xf32>, tensor<2x8xf32>) -> tensor<4x8xf32>
    %s = sinter.mul %lr, %dw : (tensor<f32>, tensor<4x8xf32>) -> tensor<4x8xf32>
    %n = sinter.sub %w, %s : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
    sinter.return outputs(%dx : tensor<2x8xf32>) names ["dx"] updates(%n : tensor<4x8xf32>) symbols [@w]
  }

  // Here a later product reads the old weight and needs the sums: the update stays outside.
  // CHECK-LABEL: sinter.entry @later
  // CHECK: sinter.fused contraction
  // CHECK-SAME: mul apart from sub: 'w' is still read by matmul, which needs the sums
  // CHECK: sinter.matmul
  // CHECK-NEXT: sinter.mul
  // CHECK-NEXT: sinter.yield
  // CHECK: sinter.sub
  sinter.entry @later name("later") kind(train) batch(2) inputs ["x", "dy"] {
  ^bb0(%x: tensor<2x8xf32>, %dy: tensor<2x4xf32>):
    %w = sinter.get @w : tensor<4x8xf32>
    %lr = sinter.get @lr : tensor<f32>
    %dw = sinter.matmul %dy, %x {transpose_a = true} : (tensor<2x4xf32>, tensor<2x8xf32>) -> tensor<4x8xf32>
    %s = sinter.mul %lr, %dw : (tensor<f32>, tensor<4x8xf32>) -> tensor<4x8xf32>
    %n = sinter.sub %w, %s : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
    %q = sinter.matmul %s, %w {transpose_b = true} : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x4xf32>
    sinter.return outputs(%q : tensor<4x4xf32>) names ["q"] updates(%n : tensor<4x8xf32>) symbols [@w]
  }

  // A mask is made again from the activation in the backward epilogue, not stored.
  // CHECK-LABEL: sinter.entry @mask
  // CHECK: sinter.relu
  // CHECK-NEXT: sinter.yield %{{.*}} : tensor<2x4xf32>
  // CHECK: sinter.fused contraction
  // CHECK: sinter.compare
  // CHECK-NEXT: sinter.matmul
  // CHECK-NEXT: sinter.select
  // CHECK-NEXT: sinter.yield
  sinter.entry @mask name("mask") kind(predict) batch(0) inputs ["x", "v"] {
  ^bb0(%x: tensor<2x8xf32>, %v: tensor<4x4xf32>):
    %w = sinter.get @w : tensor<4x8xf32>
    %zero = sinter.constant dense<0.0> : tensor<f32>
    %h = sinter.matmul %x, %w {transpose_b = true} : (tensor<2x8xf32>, tensor<4x8xf32>) -> tensor<2x4xf32>
    %r = sinter.relu %h : (tensor<2x4xf32>) -> tensor<2x4xf32>
    %p = sinter.compare "gt" %r, %zero : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xi1>
    %d = sinter.matmul %r, %v : (tensor<2x4xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
    %s = sinter.select %p, %d, %zero : (tensor<2x4xi1>, tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
    sinter.return outputs(%r, %s : tensor<2x4xf32>, tensor<2x4xf32>) names ["r", "s"] symbols []
  }

  // Zeros around an operand are a matter of map kernels.
  // CHECK-LABEL: sinter.entry @padded
  // CHECK: sinter.pad
  // CHECK: sinter.fused contraction
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: sinter.matmul
  // CHECK-NEXT: sinter.add
  sinter.entry @padded name("padded") kind(predict) batch(0) inputs ["x", "y", "z"] {
  ^bb0(%x: tensor<1x4xf32>, %y: tensor<4x7xf32>, %z: tensor<1x3xf32>):
    %p = sinter.pad %z low [0, 0] high [0, 4] : (tensor<1x3xf32>) -> tensor<1x7xf32>
    %h = sinter.matmul %x, %y : (tensor<1x4xf32>, tensor<4x7xf32>) -> tensor<1x7xf32>
    %s = sinter.add %h, %p : (tensor<1x7xf32>, tensor<1x7xf32>) -> tensor<1x7xf32>
    sinter.return outputs(%s : tensor<1x7xf32>) names ["s"] symbols []
  }

  // A convolution takes bias and activation as a product does; a slice reads the sums at other points.
  // CHECK-LABEL: sinter.entry @convolution
  // CHECK: sinter.fused contraction(%x, %w, %b)
  // CHECK-SAME: tanh apart from slice: reads values of another point
  // CHECK: sinter.conv2d
  // CHECK-NEXT: sinter.add
  // CHECK-NEXT: %[[T:.*]] = sinter.tanh
  // CHECK-NEXT: sinter.yield %[[T]] : tensor<2x5x4x4xf32>
  // CHECK: sinter.slice
  sinter.entry @convolution name("convolution") kind(predict) batch(0) inputs ["x", "w", "b"] {
  ^bb0(%x: tensor<2x3x6x6xf32>, %w: tensor<5x3x3x3xf32>, %b: tensor<5x1x1xf32>):
    %c = sinter.conv2d %x, %w {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<2x3x6x6xf32>, tensor<5x3x3x3xf32>) -> tensor<2x5x4x4xf32>
    %s = sinter.add %c, %b : (tensor<2x5x4x4xf32>, tensor<5x1x1xf32>) -> tensor<2x5x4x4xf32>
    %t = sinter.tanh %s : (tensor<2x5x4x4xf32>) -> tensor<2x5x4x4xf32>
    %u = sinter.slice %t starts [0, 0, 1, 1] limits [2, 5, 3, 3] strides [1, 1, 1, 1] : (tensor<2x5x4x4xf32>) -> tensor<2x5x2x2xf32>
    sinter.return outputs(%u : tensor<2x5x2x2xf32>) names ["u"] symbols []
  }

  // Images of a convolution with a stride, by phase: their rows go beyond the only one there is, so
  // no view may take that index for 0.
  // CHECK-LABEL: sinter.entry @phase
  // CHECK: sinter.fused contraction
  // CHECK-SAME: conv2d_input_gradient apart from reshape: a view of a value made at another point
  // CHECK: sinter.conv2d_input_gradient
  // CHECK-NEXT: sinter.yield
  sinter.entry @phase name("phase") kind(predict) batch(0) inputs ["x", "w"] {
  ^bb0(%x: tensor<1x1x1x1xf32>, %w: tensor<1x1x2x2xf32>):
    %c = sinter.conv2d_input_gradient %x, %w {strides = array<i64: 3, 3>, low = array<i64: 1, 0>, high = array<i64: 0, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64, size = array<i64: 1, 3>} : (tensor<1x1x1x1xf32>, tensor<1x1x2x2xf32>) -> tensor<1x1x1x3xf32>
    %v = sinter.reshape %c : (tensor<1x1x1x3xf32>) -> tensor<1x3xf32>
    sinter.return outputs(%v : tensor<1x3xf32>) names ["v"] symbols []
  }
}

// What the sum reads is data, though nobody else than its own epilogue reads it.
// CHECK-LABEL: module @residual
module @residual {
  // CHECK: %[[H:.*]] = sinter.exp
  // CHECK: sinter.fused contraction(%[[H]]
  // CHECK-NEXT: ^bb0(%[[X:[a-z0-9]*]]:
  // CHECK: %[[Y:.*]] = sinter.matmul %[[X]]
  // CHECK-NEXT: sinter.add %[[Y]], %[[X]]
  sinter.entry @predict name("predict") kind(predict) batch(4) inputs ["x", "w"] {
  ^bb0(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>):
    %h = sinter.exp %x : (tensor<4x8xf32>) -> tensor<4x8xf32>
    %s = sinter.matmul %h, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
    %y = sinter.add %s, %h : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
    sinter.return outputs(%y : tensor<4x8xf32>) names ["y"] symbols []
  }
  // A cheap one is not made again for the epilogue: it is stored for the sum.
  // CHECK-LABEL: sinter.entry @cheap
  // CHECK: %[[H:.*]] = sinter.sub
  // CHECK: sinter.fused contraction(%[[H]]
  // CHECK: sinter.matmul
  // CHECK-NEXT: sinter.add
  sinter.entry @cheap name("cheap") kind(predict) batch(64) inputs ["x", "w", "m"] {
  ^bb0(%x: tensor<64x64xf32>, %w: tensor<64x64xf32>, %m: tensor<64xf32>):
    %h = sinter.sub %x, %m : (tensor<64x64xf32>, tensor<64xf32>) -> tensor<64x64xf32>
    %s = sinter.matmul %h, %w : (tensor<64x64xf32>, tensor<64x64xf32>) -> tensor<64x64xf32>
    %y = sinter.add %s, %h : (tensor<64x64xf32>, tensor<64x64xf32>) -> tensor<64x64xf32>
    sinter.return outputs(%y, %h : tensor<64x64xf32>, tensor<64x64xf32>) names ["y", "h"] symbols []
  }
}
