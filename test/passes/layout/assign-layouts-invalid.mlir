// RUN: not sinter-opt --assign-layouts %s 2>&1 | FileCheck %s

// The epilogue of an edited group that does not fit its contraction is refused, not ignored.
// CHECK: assign-layouts-invalid.mlir:[[@LINE+4]]:{{[0-9]+}}: error: internal error: exp does not fit the kernel: {{.+}}
module @m {
  sinter.entry @predict_b1 name("predict") kind(predict) batch(1) inputs ["x", "w", "y"] {
  ^bb0(%x: tensor<4x3xf32>, %w: tensor<3x8xf32>, %y: tensor<5x7xf32>):
    %0:2 = sinter.fused contraction(%x, %w, %y) algorithm <chain> : (tensor<4x3xf32>, tensor<3x8xf32>, tensor<5x7xf32>) -> (tensor<4x8xf32>, tensor<5x7xf32>) {
    ^bb0(%a: tensor<4x3xf32>, %b: tensor<3x8xf32>, %c: tensor<5x7xf32>):
      %1 = sinter.matmul %a, %b : (tensor<4x3xf32>, tensor<3x8xf32>) -> tensor<4x8xf32>
      %2 = sinter.exp %c : (tensor<5x7xf32>) -> tensor<5x7xf32>
      sinter.yield %1, %2 : tensor<4x8xf32>, tensor<5x7xf32>
    }
    sinter.return outputs(%0#0, %0#1 : tensor<4x8xf32>, tensor<5x7xf32>) names ["a", "b"] symbols []
  }
}
