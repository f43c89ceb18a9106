// RUN: sinter-opt --fuse-contractions --fuse-maps --assign-layouts %s | FileCheck %s

// Two layers. The wide weight is read along its rows of outputs only: panels of 32 outputs are its master layout, and
// its update is written there. The narrow weight is read both ways: the form that the update kernel writes best is the
// master, the other a form that the train step refreshes (D17).
// CHECK: sinter.symbol @w1 : tensor<64x80xf32, #kernel.layout<[0, 1], block = [0], by = [32]>>
// CHECK: sinter.symbol @w2 : tensor<10x64xf32, #kernel.layout<[1, 0], block = [1], by = [32]>>
// CHECK-SAME: master of #kernel.layout<[0, 1], block = [0], by = [16]>:
// CHECK: sinter.form @w2.form1 of @w2 : tensor<10x64xf32, #kernel.layout<[0, 1], block = [0], by = [16]>> refresh(step) {
module @m attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "+avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  sinter.scalar @lr : f32 initial 0.1 help ""
  sinter.symbol @w1 : tensor<64x80xf32> kind parameter init <normal, 0.0, 0.01>
  sinter.symbol @w2 : tensor<10x64xf32> kind parameter init <normal, 0.0, 0.01>

  // CHECK-LABEL: sinter.entry @train
  // CHECK: %[[F1:.*]] = sinter.get @w2.form1
  // Forward: lanes along outputs; the alternative and its cost are recorded.
  // CHECK: %[[H:.*]] = sinter.fused contraction(%x, %{{.*}}) {{.*}}dim 1 on lanes: {{[0-9]+}} cycles, dim 0 on lanes
  // CHECK: sinter.fused contraction(%[[H]], %[[F1]])
  // The gradient of the hidden layer is written in panels, because the weight gradient reads it so; that one ends in the
  // parameter's master layout.
  // CHECK: %[[D:.*]] = sinter.fused contraction(%dy, %{{.*}}) {{.*}} -> tensor<48x64xf32, #kernel.layout<[1, 0], block = [1], by = [32]>>
  // CHECK: sinter.fused contraction(%[[D]], %x, {{.*}}) {{.*}} -> tensor<64x80xf32, #kernel.layout<[0, 1], block = [0], by = [32]>>
  // The update of the narrow weight stores both forms (store-converted.mlir).
  // CHECK: %[[N2:.*]]:2 = sinter.fused contraction(%dy, %[[H]], {{.*}}) {{.*}} -> (tensor<10x64xf32, #kernel.layout<[1, 0], block = [1], by = [32]>>, tensor<10x64xf32, #kernel.layout<[0, 1], block = [0], by = [16]>>)
  // CHECK: sinter.return {{.*}} updates({{.*}}, %[[N2]]#0, %[[N2]]#1 : {{.*}}) symbols [@w1, @w2, @w2.form1]
  sinter.entry @train name("train_step") kind(train) batch(48) inputs ["x", "dy"] {
  ^bb0(%x: tensor<48x80xf32>, %dy: tensor<48x10xf32>):
    %lr = sinter.get @lr : tensor<f32>
    %w1 = sinter.get @w1 : tensor<64x80xf32>
    %w2 = sinter.get @w2 : tensor<10x64xf32>
    %h = sinter.matmul %x, %w1 {transpose_b = true} : (tensor<48x80xf32>, tensor<64x80xf32>) -> tensor<48x64xf32>
    %y = sinter.matmul %h, %w2 {transpose_b = true} : (tensor<48x64xf32>, tensor<10x64xf32>) -> tensor<48x10xf32>
    %dh = sinter.matmul %dy, %w2 : (tensor<48x10xf32>, tensor<10x64xf32>) -> tensor<48x64xf32>
    %dw1 = sinter.matmul %dh, %x {transpose_a = true} : (tensor<48x64xf32>, tensor<48x80xf32>) -> tensor<64x80xf32>
    %s1 = sinter.mul %lr, %dw1 : (tensor<f32>, tensor<64x80xf32>) -> tensor<64x80xf32>
    %n1 = sinter.sub %w1, %s1 : (tensor<64x80xf32>, tensor<64x80xf32>) -> tensor<64x80xf32>
    %dw2 = sinter.matmul %dy, %h {transpose_a = true} : (tensor<48x10xf32>, tensor<48x64xf32>) -> tensor<10x64xf32>
    %s2 = sinter.mul %lr, %dw2 : (tensor<f32>, tensor<10x64xf32>) -> tensor<10x64xf32>
    %n2 = sinter.sub %w2, %s2 : (tensor<10x64xf32>, tensor<10x64xf32>) -> tensor<10x64xf32>
    sinter.return outputs(%y : tensor<48x10xf32>) names ["y"] updates(%n1, %n2 : tensor<64x80xf32>, tensor<10x64xf32>) symbols [@w1, @w2]
  }

  // Inputs and what is reshaped stay row-major: here the vector operand is converted where it is read.
  // CHECK-LABEL: sinter.entry @convert
  // CHECK: %[[C:.*]] = sinter.convert_layout %b : tensor<64x80xf32> to tensor<64x80xf32, #kernel.layout<[0, 1], block = [0], by = [32]>>
  // CHECK: sinter.fused contraction(%a, %[[C]])
  sinter.entry @convert name("convert") kind(predict) batch(0) inputs ["a", "b"] {
  ^bb0(%a: tensor<48x80xf32>, %b: tensor<64x80xf32>):
    %h = sinter.matmul %a, %b {transpose_b = true} : (tensor<48x80xf32>, tensor<64x80xf32>) -> tensor<48x64xf32>
    sinter.return outputs(%h : tensor<48x64xf32>) names ["h"] symbols []
  }

  // One value on both sides: the vector operand is converted, the broadcast one is not; one conversion serves two.
  // CHECK-LABEL: sinter.entry @square
  // CHECK: %[[C:.*]] = sinter.convert_layout %a
  // CHECK-NOT: sinter.convert_layout
  // CHECK: sinter.fused contraction(%a, %[[C]])
  // CHECK: sinter.matmul %[[A:.*]], %[[B:.*]] {transpose_b = true}
  // CHECK: sinter.fused contraction(%b, %[[C]])
  sinter.entry @square name("square") kind(predict) batch(0) inputs ["a", "b"] {
  ^bb0(%a: tensor<64x80xf32>, %b: tensor<40x80xf32>):
    %h = sinter.matmul %a, %a {transpose_b = true} : (tensor<64x80xf32>, tensor<64x80xf32>) -> tensor<64x64xf32>
    %g = sinter.matmul %b, %a {transpose_b = true} : (tensor<40x80xf32>, tensor<64x80xf32>) -> tensor<40x64xf32>
    sinter.return outputs(%h, %g : tensor<64x64xf32>, tensor<40x64xf32>) names ["h", "g"] symbols []
  }
}
