// RUN: sinter-opt --fuse-contractions --fuse-maps --assign-layouts %s | FileCheck %s

// Gradients that wait for the norm of all of them are stored, and a map updates. @w is read both ways: forward with its
// rows on the lanes (panels of rows), for the gradient of h with its columns. The product that makes its gradient has
// columns on the lanes: that form is the master, the gradient lies so, too, and the update stores the other one beside.
// Of @v only rows are on the lanes; its gradient's product has columns there and stays row-major.
// CHECK: sinter.symbol @w : tensor<64x96xf32, [[COLUMNS:#kernel.layout<\[1, 0\], block = \[1\], by = \[32\]>]]>
// CHECK-SAME: master of [[ROWS:#kernel.layout<\[0, 1\], block = \[0\], by = \[32\]>]]: {{[0-9]+}} cycles, [[COLUMNS]]: {{[0-9]+}} cycles
// CHECK: sinter.symbol @v : tensor<96x80xf32, [[ROWS]]>
// CHECK: %[[W:.*]] = sinter.get @w : tensor<64x96xf32, [[COLUMNS]]>
// CHECK: %[[V:.*]] = sinter.get @v
// CHECK: %[[GW:.*]] = sinter.fused contraction(%dy, {{.*}} -> tensor<64x96xf32, [[COLUMNS]]> {
// CHECK: %[[GV:.*]] = sinter.fused contraction({{.*}}, %x) {{.*}} -> tensor<96x80xf32> {
// The update of @w reads its gradient as it lies, and stores the form that the forward product reads.
// CHECK: sinter.fused map(%[[GW]], {{.*}}, %[[W]]) {{.*}} -> (tensor<f32>, tensor<64x96xf32, [[COLUMNS]]>, tensor<64x96xf32, [[ROWS]]>) {
// CHECK: sinter.fused map({{.*}}, %[[GV]], %[[V]]) {{.*}} -> tensor<96x80xf32, [[ROWS]]> {
module @m attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "+avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  sinter.symbol @w : tensor<64x96xf32> kind parameter init <normal, 0.0, 0.01>
  sinter.symbol @v : tensor<96x80xf32> kind parameter init <normal, 0.0, 0.01>
  sinter.entry @train name("train_step") kind(train) batch(48) inputs ["x", "dy"] {
  ^bb0(%x: tensor<48x80xf32>, %dy: tensor<48x64xf32>):
    %w = sinter.get @w : tensor<64x96xf32>
    %v = sinter.get @v : tensor<96x80xf32>
    %h = sinter.matmul %x, %v {transpose_b = true} : (tensor<48x80xf32>, tensor<96x80xf32>) -> tensor<48x96xf32>
    %y = sinter.matmul %h, %w {transpose_b = true} : (tensor<48x96xf32>, tensor<64x96xf32>) -> tensor<48x64xf32>
    %gw = sinter.matmul %dy, %h {transpose_a = true} : (tensor<48x64xf32>, tensor<48x96xf32>) -> tensor<64x96xf32>
    %dh = sinter.matmul %dy, %w : (tensor<48x64xf32>, tensor<64x96xf32>) -> tensor<48x96xf32>
    %gv = sinter.matmul %dh, %x {transpose_a = true} : (tensor<48x96xf32>, tensor<48x80xf32>) -> tensor<96x80xf32>
    %qw = sinter.mul %gw, %gw : (tensor<64x96xf32>, tensor<64x96xf32>) -> tensor<64x96xf32>
    %qv = sinter.mul %gv, %gv : (tensor<96x80xf32>, tensor<96x80xf32>) -> tensor<96x80xf32>
    %nw = sinter.sum %qw axes [0, 1] : (tensor<64x96xf32>) -> tensor<f32>
    %nv = sinter.sum %qv axes [0, 1] : (tensor<96x80xf32>) -> tensor<f32>
    %norm = sinter.add %nw, %nv : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %sw = sinter.mul %norm, %gw : (tensor<f32>, tensor<64x96xf32>) -> tensor<64x96xf32>
    %sv = sinter.mul %norm, %gv : (tensor<f32>, tensor<96x80xf32>) -> tensor<96x80xf32>
    %w2 = sinter.sub %w, %sw : (tensor<64x96xf32>, tensor<64x96xf32>) -> tensor<64x96xf32>
    %v2 = sinter.sub %v, %sv : (tensor<96x80xf32>, tensor<96x80xf32>) -> tensor<96x80xf32>
    sinter.return outputs(%y : tensor<48x64xf32>) names ["y"] updates(%w2, %v2 : tensor<64x96xf32>, tensor<96x80xf32>) symbols [@w, @v]
  }
}
