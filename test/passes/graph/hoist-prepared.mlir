// What depends on parameters alone moves to prepare; a scale behind a sum of products moves into its weight; a state that
// evaluation itself changes stays where it is.
// RUN: sinter-opt --hoist-prepared --simplify %s | FileCheck %s
module @prepared {
  sinter.symbol @w : tensor<3x5xf32> kind "parameter" init <normal, 0.0, 0.1>
  sinter.symbol @s : tensor<3xf32> kind "parameter" init <normal, 0.0, 0.1>
  sinter.symbol @o : tensor<3xf32> kind "buffer" init <normal, 0.0, 0.1>
  sinter.symbol @count : tensor<3xf32> kind "buffer" init <constant, 0.0, 0.0>
  // CHECK-LABEL: sinter.entry @predict
  // CHECK-DAG: %[[W:.*]] = sinter.get @w.prepared
  // CHECK-DAG: %[[O:.*]] = sinter.get @{{[os]}}.prepared
  // CHECK: %[[Y:.*]] = sinter.matmul %x, %[[W]]
  // CHECK: sinter.add %[[Y]], %[[O]]
  // CHECK-NOT: sinter.mul
  sinter.entry @predict name("predict") kind("predict") batch(7) inputs ["x"] {
  ^bb0(%x: tensor<7x5xf32>):
    %w = sinter.get @w : tensor<3x5xf32>
    %s = sinter.get @s : tensor<3xf32>
    %o = sinter.get @o : tensor<3xf32>
    %e = sinter.exp %s : (tensor<3xf32>) -> tensor<3xf32>
    %h = sinter.matmul %x, %w {transpose_b = true} : (tensor<7x5xf32>, tensor<3x5xf32>) -> tensor<7x3xf32>
    %ho = sinter.add %h, %o : (tensor<7x3xf32>, tensor<3xf32>) -> tensor<7x3xf32>
    %y = sinter.mul %ho, %e : (tensor<7x3xf32>, tensor<3xf32>) -> tensor<7x3xf32>
    sinter.return outputs(%y : tensor<7x3xf32>) names ["y"] symbols []
  }
  // CHECK-LABEL: sinter.entry @counting
  // CHECK: sinter.get @count
  // CHECK: sinter.exp
  sinter.entry @counting name("counting") kind("predict") batch(7) inputs ["x"] {
  ^bb0(%x: tensor<7x3xf32>):
    %count = sinter.get @count : tensor<3xf32>
    %e = sinter.exp %count : (tensor<3xf32>) -> tensor<3xf32>
    %y = sinter.mul %x, %e : (tensor<7x3xf32>, tensor<3xf32>) -> tensor<7x3xf32>
    sinter.return outputs(%y : tensor<7x3xf32>) names ["y"] updates(%e : tensor<3xf32>) symbols [@count]
  }
  // CHECK-LABEL: sinter.entry @train
  // CHECK: sinter.exp
  sinter.entry @train name("train") kind("train") batch(7) inputs ["x"] {
  ^bb0(%x: tensor<7x3xf32>):
    %s = sinter.get @s : tensor<3xf32>
    %e = sinter.exp %s : (tensor<3xf32>) -> tensor<3xf32>
    sinter.return names [] updates(%e : tensor<3xf32>) symbols [@s]
  }
  // CHECK: sinter.symbol @w.prepared : tensor<3x5xf32> kind "prepared"
  // CHECK-LABEL: sinter.entry @prepare name("prepare") kind("prepare") batch(0)
  // CHECK-COUNT-1: sinter.exp
  // CHECK: sinter.return names [] updates
}
