// A weight gradient of few elements over a long sum, cut into chunks before its update; and a stack of products
// whose epilogue leaves sums over the matrices.
module @chunks attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v3", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "+avx2,+fma", vectorBits = 256, vectorRegisters = 16, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  sinter.scalar @step : i64 kind step initial 0.0 help ""
  sinter.scalar @seed : i64 kind seed initial 0.0 help ""
  sinter.scalar @lr : f32 initial 1.0e-3 help "learning rate"
  sinter.symbol @w : tensor<5x3xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.entry @train name("train_step") kind(train) batch(36000) inputs ["x", "dy", "p", "q"] {
  ^bb0(%x: tensor<36000x3xf32>, %dy: tensor<36000x5xf32>, %p: tensor<2x3x5x7xf32>, %q: tensor<2x3x7x4xf32>):
    %lr = sinter.get @lr : tensor<f32>
    %w = sinter.get @w : tensor<5x3xf32>
    %dw = sinter.matmul %dy, %x {transpose_a = true} : (tensor<36000x5xf32>, tensor<36000x3xf32>) -> tensor<5x3xf32>
    %scaled = sinter.mul %dw, %lr : (tensor<5x3xf32>, tensor<f32>) -> tensor<5x3xf32>
    %w1 = sinter.sub %w, %scaled : (tensor<5x3xf32>, tensor<5x3xf32>) -> tensor<5x3xf32>
    %m = sinter.matmul %p, %q : (tensor<2x3x5x7xf32>, tensor<2x3x7x4xf32>) -> tensor<2x3x5x4xf32>
    %a = sinter.relu %m : (tensor<2x3x5x4xf32>) -> tensor<2x3x5x4xf32>
    %square = sinter.mul %a, %a : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x4xf32>
    %s1 = sinter.sum %a axes [2, 3] : (tensor<2x3x5x4xf32>) -> tensor<2x3xf32>
    %s2 = sinter.sum %square axes [2, 3] : (tensor<2x3x5x4xf32>) -> tensor<2x3xf32>
    %t2 = sinter.sum %s2 axes [0] : (tensor<2x3xf32>) -> tensor<3xf32>
    sinter.return outputs(%a, %s1, %t2 : tensor<2x3x5x4xf32>, tensor<2x3xf32>, tensor<3xf32>) names ["a", "s1", "t2"] updates(%w1 : tensor<5x3xf32>) symbols [@w]
  }
}
