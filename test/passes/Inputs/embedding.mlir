// Rows of two tables where ids say: one learns by plain steps, one with momentum, and what ids are used twice adds up.
module @embedding attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "+avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  sinter.scalar @step : i64 kind step initial 0.0 help ""
  sinter.scalar @seed : i64 kind seed initial 0.0 help ""
  sinter.scalar @lr : f32 initial 1.0e-1 help "learning rate"
  sinter.symbol @words : tensor<9x20xf32> kind parameter init <normal, 0.0, 1.0>
  sinter.symbol @places : tensor<5x20xf32> kind parameter init <normal, 0.0, 1.0>
  sinter.symbol @velocity : tensor<5x20xf32> kind optimizer of @places slot "momentum_buffer" init <constant, 0.0, 0.0>
  sinter.entry @train_step name("train_step") kind(train) batch(4) inputs ["ids", "goal"] {
  ^bb0(%ids: tensor<4x3xi32>, %goal: tensor<4x20xf32>):
    %words = sinter.get @words : tensor<9x20xf32>
    %places = sinter.get @places : tensor<5x20xf32>
    %v = sinter.get @velocity : tensor<5x20xf32>
    %lr = sinter.get @lr : tensor<f32>
    %a = sinter.gather %words at %ids axis 0 : (tensor<9x20xf32>, tensor<4x3xi32>) -> tensor<4x3x20xf32>
    %b = sinter.gather %places at %ids axis 0 : (tensor<5x20xf32>, tensor<4x3xi32>) -> tensor<4x3x20xf32>
    %h = sinter.mul %a, %b : (tensor<4x3x20xf32>, tensor<4x3x20xf32>) -> tensor<4x3x20xf32>
    %t = sinter.tanh %h : (tensor<4x3x20xf32>) -> tensor<4x3x20xf32>
    %m = sinter.sum %t axes [1] : (tensor<4x3x20xf32>) -> tensor<4x20xf32>
    %diff = sinter.sub %m, %goal : (tensor<4x20xf32>, tensor<4x20xf32>) -> tensor<4x20xf32>
    %sq = sinter.mul %diff, %diff : (tensor<4x20xf32>, tensor<4x20xf32>) -> tensor<4x20xf32>
    %loss = sinter.sum %sq axes [0, 1] : (tensor<4x20xf32>) -> tensor<f32>
    %one = sinter.constant dense<1.0> : tensor<f32>
    %g:2 = sinter.gradient %loss, %one, %words, %places ys 1
        : (tensor<f32>, tensor<f32>, tensor<9x20xf32>, tensor<5x20xf32>) -> (tensor<9x20xf32>, tensor<5x20xf32>)
    %s0 = sinter.mul %lr, %g#0 : (tensor<f32>, tensor<9x20xf32>) -> tensor<9x20xf32>
    %n0 = sinter.sub %words, %s0 : (tensor<9x20xf32>, tensor<9x20xf32>) -> tensor<9x20xf32>
    %mu = sinter.constant dense<9.0e-1> : tensor<f32>
    %old = sinter.mul %mu, %v : (tensor<f32>, tensor<5x20xf32>) -> tensor<5x20xf32>
    %nv = sinter.add %old, %g#1 : (tensor<5x20xf32>, tensor<5x20xf32>) -> tensor<5x20xf32>
    %s1 = sinter.mul %lr, %nv : (tensor<f32>, tensor<5x20xf32>) -> tensor<5x20xf32>
    %n1 = sinter.sub %places, %s1 : (tensor<5x20xf32>, tensor<5x20xf32>) -> tensor<5x20xf32>
    sinter.return outputs(%loss : tensor<f32>) names ["loss"] loss 0
        updates(%n0, %n1, %nv : tensor<9x20xf32>, tensor<5x20xf32>, tensor<5x20xf32>) symbols [@words, @places, @velocity]
  }
}
