// The module level, entries, gradients and what passes make: text form.
// RUN: sinter-opt %s | FileCheck %s
// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

// CHECK: module @mlp
module @mlp {
  // CHECK-NEXT: sinter.scalar @step : i64 kind step initial 0.000000e+00 help "steps done"
  sinter.scalar @step : i64 kind step initial 0.0 help "steps done"
  // CHECK-NEXT: sinter.scalar @lr : f32 initial 1.000000e-01 help "learning rate"
  sinter.scalar @lr : f32 initial 0.1 help "learning rate"
  // CHECK-NEXT: sinter.symbol @fc.weight : tensor<10x4xf32> kind parameter init <normal, 0.000000e+00, 1.000000e-02>
  sinter.symbol @fc.weight : tensor<10x4xf32> kind parameter init <normal, 0.0, 0.01>
  // CHECK-NEXT: sinter.symbol @cut : tensor<4x4xf32> kind parameter init <truncated, 0.000000e+00, 1.000000e+00, -2.000000e+00, 5.000000e-01>
  sinter.symbol @cut : tensor<4x4xf32> kind parameter init <truncated, 0.0, 1.0, -2.0, 0.5>
  // CHECK-NEXT: sinter.symbol @"a/b" : tensor<f32> kind metric init <constant, 0.000000e+00, 0.000000e+00> {offset = 64 : i64}
  sinter.symbol @"a/b" : tensor<f32> kind metric init <constant, 0.0, 0.0> {offset = 64 : i64}
  // CHECK-NEXT: sinter.symbol @w : tensor<f32> kind metric init <uniform, -1.000000e+00, 1.000000e+00>
  sinter.symbol @w : tensor<f32> kind metric init <uniform, -1.0, 1.0>
  // CHECK-NEXT: sinter.form @fc.weight.t of @fc.weight : tensor<10x4xf32, #kernel.layout<[1, 0], block = [0], by = [16]>> refresh(step) attributes {offset = 192 : i64} {
  // CHECK-NEXT: ^bb0(%[[LIES:.*]]: tensor<10x4xf32>):
  // CHECK-NEXT: sinter.yield %[[LIES]] : tensor<10x4xf32>
  sinter.form @fc.weight.t of @fc.weight : tensor<10x4xf32, #kernel.layout<[1, 0], block = [0], by = [16]>> refresh(step) attributes {offset = 192 : i64} {
  ^bb0(%lies: tensor<10x4xf32>):
    sinter.yield %lies : tensor<10x4xf32>
  }
  // CHECK: sinter.form @scaled of @fc.weight.t, @w : tensor<10x4xf32> refresh(prepare) {
  // CHECK: sinter.mul
  sinter.form @scaled of @fc.weight.t, @w : tensor<10x4xf32> refresh(prepare) {
  ^bb0(%a: tensor<10x4xf32>, %b: tensor<f32>):
    %0 = sinter.mul %a, %b : (tensor<10x4xf32>, tensor<f32>) -> tensor<10x4xf32>
    sinter.yield %0 : tensor<10x4xf32>
  }
  // CHECK: sinter.metric @accuracy sum @"a/b" weight @w finish ratio
  sinter.metric @accuracy sum @"a/b" weight @w finish ratio
  // CHECK-NEXT: sinter.symbol @counts : tensor<3x3xi64> kind metric
  sinter.symbol @counts : tensor<3x3xi64> kind metric init <constant, 0.0, 0.0>
  // CHECK-NEXT: sinter.metric @confusion sum @counts weight @counts finish ratio
  sinter.metric @confusion sum @counts weight @counts finish ratio
  // CHECK-NEXT: sinter.data "fashion-mnist" fields [#sinter.field<"image", tensor<1x28x28xf32>, unit>, #sinter.field<"label", tensor<i32>, class below 10>]
  sinter.data "fashion-mnist" fields [#sinter.field<"image", tensor<1x28x28xf32>, unit>, #sinter.field<"label", tensor<i32>, class below 10>]

  // CHECK-NEXT: sinter.entry @train_step_b2 name("train_step") kind(train) batch(2) inputs ["image"]
  sinter.entry @train_step_b2 name("train_step") kind(train) batch(2) inputs ["image"] {
  // CHECK-NEXT: ^bb0(%image: tensor<2x4xf32>):
  ^bb0(%image: tensor<2x4xf32>):
    // CHECK-NEXT: sinter.get @fc.weight : tensor<10x4xf32>
    %w = sinter.get @fc.weight : tensor<10x4xf32>
    // CHECK-NEXT: sinter.get @fc.weight.t : tensor<10x4xf32, #kernel.layout<[1, 0], block = [0], by = [16]>>
    %t = sinter.get @fc.weight.t : tensor<10x4xf32, #kernel.layout<[1, 0], block = [0], by = [16]>>
    // CHECK-NEXT: sinter.get @lr : tensor<f32>
    %lr = sinter.get @lr : tensor<f32>
    // CHECK-NEXT: %[[Y:.*]] = sinter.fused contraction(%image, %{{.*}}) algorithm <chain> attributes {notes = ["add apart from exp: big"]} : (tensor<2x4xf32>, tensor<10x4xf32,{{.*}}>) -> tensor<2x10xf32> {
    // CHECK-NEXT: ^bb0(%{{.*}}: tensor<2x4xf32>, %{{.*}}: tensor<10x4xf32>):
    %y = sinter.fused contraction(%image, %t) algorithm <chain> attributes {notes = ["add apart from exp: big"]}
        : (tensor<2x4xf32>, tensor<10x4xf32, #kernel.layout<[1, 0], block = [0], by = [16]>>) -> tensor<2x10xf32> {
    ^bb0(%a: tensor<2x4xf32>, %b: tensor<10x4xf32>):
      %0 = sinter.matmul %a, %b {transpose_b = true} : (tensor<2x4xf32>, tensor<10x4xf32>) -> tensor<2x10xf32>
      // CHECK: sinter.yield %{{.*}} : tensor<2x10xf32>
      sinter.yield %0 : tensor<2x10xf32>
    }
    %loss = sinter.sum %y axes [0, 1] : (tensor<2x10xf32>) -> tensor<f32>
    %one = sinter.constant dense<1.0> : tensor<f32>
    // CHECK: sinter.gradient %{{.*}}, %{{.*}}, %{{.*}}, %image ys 1 : (tensor<f32>, tensor<f32>, tensor<10x4xf32>, tensor<2x4xf32>) -> (tensor<10x4xf32>, tensor<2x4xf32>)
    %g:2 = sinter.gradient %loss, %one, %w, %image ys 1 : (tensor<f32>, tensor<f32>, tensor<10x4xf32>, tensor<2x4xf32>)
        -> (tensor<10x4xf32>, tensor<2x4xf32>)
    // CHECK-NEXT: sinter.convert_layout %{{.*}} : tensor<10x4xf32> to tensor<10x4xf32, #kernel.layout<[1, 0]>>
    %c = sinter.convert_layout %g#0 : tensor<10x4xf32> to tensor<10x4xf32, #kernel.layout<[1, 0]>>
    // CHECK-NEXT: sinter.return outputs(%{{.*}} : tensor<f32>) names ["loss"] updates(%{{.*}} : tensor<10x4xf32, #kernel.layout<[1, 0]>>) symbols [@fc.weight]
    sinter.return outputs(%loss : tensor<f32>) names ["loss"] updates(%c : tensor<10x4xf32, #kernel.layout<[1, 0]>>) symbols [@fc.weight]
  }
  // CHECK: sinter.entry @nothing
  sinter.entry @nothing name("nothing") kind(eval) batch(0) inputs [] {
    // CHECK-NEXT: sinter.return names [] symbols []
    sinter.return names [] symbols []
  }
}
