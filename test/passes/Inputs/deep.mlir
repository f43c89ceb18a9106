// Three layers with momentum, dropout, weight decay, a frozen weight and gradients by the gradient op; odd sizes.
module @deep attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v3", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "+avx2,+fma", vectorBits = 256, vectorRegisters = 16, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  sinter.scalar @step : i64 kind step initial 0.0 help ""
  sinter.scalar @seed : i64 kind seed initial 0.0 help ""
  sinter.scalar @lr : f32 initial 1.0e-1 help "learning rate"
  sinter.scalar @decay : f32 initial 1.0e-2 help "weight decay"
  sinter.symbol @w1 : tensor<33x13xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.symbol @w2 : tensor<17x33xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.symbol @w3 : tensor<5x17xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.symbol @b2 : tensor<17xf32> kind parameter init <constant, 0.0, 0.0>
  sinter.symbol @m1 : tensor<33x13xf32> kind optimizer of @w1 slot "momentum_buffer" init <constant, 0.0, 0.0>
  sinter.symbol @m2 : tensor<17x33xf32> kind optimizer of @w2 slot "momentum_buffer" init <constant, 0.0, 0.0>
  sinter.symbol @loss.sum : tensor<f32> kind metric init <constant, 0.0, 0.0>
  sinter.entry @train name("train_step") kind(train) batch(7) inputs ["x", "label"] {
  ^bb0(%x: tensor<7x13xf32>, %label: tensor<7xi32>):
    %lr = sinter.get @lr : tensor<f32>
    %decay = sinter.get @decay : tensor<f32>
    %seed = sinter.get @seed : tensor<i64>
    %step = sinter.get @step : tensor<i64>
    %w1 = sinter.get @w1 : tensor<33x13xf32>
    %w2 = sinter.get @w2 : tensor<17x33xf32>
    %w3 = sinter.get @w3 : tensor<5x17xf32>
    %b2 = sinter.get @b2 : tensor<17xf32>
    %m1 = sinter.get @m1 : tensor<33x13xf32>
    %m2 = sinter.get @m2 : tensor<17x33xf32>
    %sum = sinter.get @loss.sum : tensor<f32>
    %half = sinter.constant dense<0.5> : tensor<f32>
    %zero = sinter.constant dense<0.0> : tensor<f32>
    %one = sinter.constant dense<1.0> : tensor<f32>
    %h1 = sinter.matmul %x, %w1 {transpose_b = true} : (tensor<7x13xf32>, tensor<33x13xf32>) -> tensor<7x33xf32>
    %a1 = sinter.sigmoid %h1 : (tensor<7x33xf32>) -> tensor<7x33xf32>
    %u = sinter.random_uniform "drop" stream 7 seed %seed step %step : (tensor<i64>, tensor<i64>) -> tensor<7x33xf32>
    %keep = sinter.compare "lt" %u, %half : (tensor<7x33xf32>, tensor<f32>) -> tensor<7x33xi1>
    %scaled = sinter.div %a1, %half : (tensor<7x33xf32>, tensor<f32>) -> tensor<7x33xf32>
    %d1 = sinter.select %keep, %scaled, %zero : (tensor<7x33xi1>, tensor<7x33xf32>, tensor<f32>) -> tensor<7x33xf32>
    %h2 = sinter.matmul %d1, %w2 {transpose_b = true} : (tensor<7x33xf32>, tensor<17x33xf32>) -> tensor<7x17xf32>
    %s2 = sinter.add %h2, %b2 : (tensor<7x17xf32>, tensor<17xf32>) -> tensor<7x17xf32>
    %a2 = sinter.tanh %s2 : (tensor<7x17xf32>) -> tensor<7x17xf32>
    %l = sinter.matmul %a2, %w3 {transpose_b = true} : (tensor<7x17xf32>, tensor<5x17xf32>) -> tensor<7x5xf32>
    %ce = sinter.softmax_cross_entropy %l, %label : (tensor<7x5xf32>, tensor<7xi32>) -> tensor<7xf32>
    %total = sinter.sum %ce axes [0] : (tensor<7xf32>) -> tensor<f32>
    %n = sinter.constant dense<8.0> : tensor<f32> // exact when folded in f32
    %loss = sinter.div %total, %n : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %g:3 = sinter.gradient %loss, %one, %w1, %w2, %b2 ys 1 : (tensor<f32>, tensor<f32>, tensor<33x13xf32>, tensor<17x33xf32>, tensor<17xf32>) -> (tensor<33x13xf32>, tensor<17x33xf32>, tensor<17xf32>)
    %k1 = sinter.mul %decay, %w1 : (tensor<f32>, tensor<33x13xf32>) -> tensor<33x13xf32>
    %q1 = sinter.add %g#0, %k1 : (tensor<33x13xf32>, tensor<33x13xf32>) -> tensor<33x13xf32>
    %v1 = sinter.mul %half, %m1 : (tensor<f32>, tensor<33x13xf32>) -> tensor<33x13xf32>
    %m1n = sinter.add %v1, %q1 : (tensor<33x13xf32>, tensor<33x13xf32>) -> tensor<33x13xf32>
    %t1 = sinter.mul %lr, %m1n : (tensor<f32>, tensor<33x13xf32>) -> tensor<33x13xf32>
    %w1n = sinter.sub %w1, %t1 : (tensor<33x13xf32>, tensor<33x13xf32>) -> tensor<33x13xf32>
    // Clipping by the norm needs all sums first: no epilogue.
    %sq = sinter.mul %g#1, %g#1 : (tensor<17x33xf32>, tensor<17x33xf32>) -> tensor<17x33xf32>
    %norm2 = sinter.sum %sq axes [0, 1] : (tensor<17x33xf32>) -> tensor<f32>
    %norm = sinter.sqrt %norm2 : (tensor<f32>) -> tensor<f32>
    %limit = sinter.max %norm, %one : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %g2 = sinter.div %g#1, %limit : (tensor<17x33xf32>, tensor<f32>) -> tensor<17x33xf32>
    %v2 = sinter.mul %half, %m2 : (tensor<f32>, tensor<17x33xf32>) -> tensor<17x33xf32>
    %m2n = sinter.add %v2, %g2 : (tensor<17x33xf32>, tensor<17x33xf32>) -> tensor<17x33xf32>
    %t2 = sinter.mul %lr, %m2n : (tensor<f32>, tensor<17x33xf32>) -> tensor<17x33xf32>
    %w2n = sinter.sub %w2, %t2 : (tensor<17x33xf32>, tensor<17x33xf32>) -> tensor<17x33xf32>
    %t3 = sinter.mul %lr, %g#2 : (tensor<f32>, tensor<17xf32>) -> tensor<17xf32>
    %b2n = sinter.sub %b2, %t3 : (tensor<17xf32>, tensor<17xf32>) -> tensor<17xf32>
    %sumn = sinter.add %sum, %loss : (tensor<f32>, tensor<f32>) -> tensor<f32>
    sinter.return outputs(%loss, %l : tensor<f32>, tensor<7x5xf32>) names ["loss", "logits"] updates(%w1n, %m1n, %w2n, %m2n, %b2n, %sumn : tensor<33x13xf32>, tensor<33x13xf32>, tensor<17x33xf32>, tensor<17x33xf32>, tensor<17xf32>, tensor<f32>) symbols [@w1, @m1, @w2, @m2, @b2, @loss.sum]
  }
}
