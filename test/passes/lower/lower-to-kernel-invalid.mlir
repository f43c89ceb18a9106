// RUN: not sinter-opt --lower-to-kernel %s 2>&1 | FileCheck %s

// Fusion makes no such group, but an edited text may: two maps of different domains are no one kernel.
// CHECK: lower-to-kernel-invalid.mlir:[[@LINE+4]]:{{[0-9]+}}: error: internal error: exp does not fit the kernel: {{.+}}
module @m {
  sinter.entry @predict_b1 name("predict") kind(predict) batch(1) inputs ["x", "y"] {
  ^bb0(%x: tensor<4x3xf32>, %y: tensor<5x7xf32>):
    %0:2 = sinter.fused map(%x, %y) : (tensor<4x3xf32>, tensor<5x7xf32>) -> (tensor<4x3xf32>, tensor<5x7xf32>) {
    ^bb0(%a: tensor<4x3xf32>, %b: tensor<5x7xf32>):
      %1 = sinter.exp %a : (tensor<4x3xf32>) -> tensor<4x3xf32>
      %2 = sinter.exp %b : (tensor<5x7xf32>) -> tensor<5x7xf32>
      sinter.yield %1, %2 : tensor<4x3xf32>, tensor<5x7xf32>
    }
    sinter.return outputs(%0#0, %0#1 : tensor<4x3xf32>, tensor<5x7xf32>) names ["a", "b"] symbols []
  }
}
