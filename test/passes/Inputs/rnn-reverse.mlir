// A tanh RNN from the last step to the first: every step's state counts in the loss, and the last one once more.
module @rnn attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "+avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  sinter.scalar @step : i64 kind step initial 0.0 help ""
  sinter.scalar @seed : i64 kind seed initial 0.0 help ""
  sinter.scalar @lr : f32 initial 1.0e-1 help "learning rate"
  sinter.symbol @w_ih : tensor<7x5xf32> kind parameter init <uniform, -0.3, 0.3>
  sinter.symbol @w_hh : tensor<7x7xf32> kind parameter init <uniform, -0.3, 0.3>
  sinter.symbol @b_ih : tensor<7xf32> kind parameter init <uniform, -0.3, 0.3>
  sinter.symbol @b_hh : tensor<7xf32> kind parameter init <uniform, -0.3, 0.3>
  sinter.entry @train_step name("train_step") kind(train) batch(3) inputs ["x", "goal"] {
  ^bb0(%x: tensor<5x3x5xf32>, %goal: tensor<3x7xf32>):
    %w_ih = sinter.get @w_ih : tensor<7x5xf32>
    %w_hh = sinter.get @w_hh : tensor<7x7xf32>
    %b_ih = sinter.get @b_ih : tensor<7xf32>
    %b_hh = sinter.get @b_hh : tensor<7xf32>
    %lr = sinter.get @lr : tensor<f32>
    %h0 = sinter.constant dense<0.0> : tensor<3x7xf32>
    %last, %all = sinter.scan (%h0, %x, %w_ih, %w_hh, %b_ih, %b_hh) carried 1 stacked 1 length 5 reverse true
        : (tensor<3x7xf32>, tensor<5x3x5xf32>, tensor<7x5xf32>, tensor<7x7xf32>, tensor<7xf32>, tensor<7xf32>) -> (tensor<3x7xf32>, tensor<5x3x7xf32>) {
    ^bb0(%t: tensor<i64>, %h: tensor<3x7xf32>, %xt: tensor<3x5xf32>, %wi: tensor<7x5xf32>, %wh: tensor<7x7xf32>, %bi: tensor<7xf32>, %bh: tensor<7xf32>):
      %a = sinter.matmul %xt, %wi {transpose_b = true} : (tensor<3x5xf32>, tensor<7x5xf32>) -> tensor<3x7xf32>
      %b = sinter.add %a, %bi : (tensor<3x7xf32>, tensor<7xf32>) -> tensor<3x7xf32>
      %c = sinter.matmul %h, %wh {transpose_b = true} : (tensor<3x7xf32>, tensor<7x7xf32>) -> tensor<3x7xf32>
      %d = sinter.add %b, %c : (tensor<3x7xf32>, tensor<3x7xf32>) -> tensor<3x7xf32>
      %z = sinter.add %d, %bh : (tensor<3x7xf32>, tensor<7xf32>) -> tensor<3x7xf32>
      %next = sinter.tanh %z : (tensor<3x7xf32>) -> tensor<3x7xf32>
      sinter.yield %next, %next : tensor<3x7xf32>, tensor<3x7xf32>
    }
    %diff = sinter.sub %last, %goal : (tensor<3x7xf32>, tensor<3x7xf32>) -> tensor<3x7xf32>
    %sq = sinter.mul %diff, %diff : (tensor<3x7xf32>, tensor<3x7xf32>) -> tensor<3x7xf32>
    %l1 = sinter.sum %sq axes [0, 1] : (tensor<3x7xf32>) -> tensor<f32>
    %sq2 = sinter.mul %all, %all : (tensor<5x3x7xf32>, tensor<5x3x7xf32>) -> tensor<5x3x7xf32>
    %l2 = sinter.sum %sq2 axes [0, 1, 2] : (tensor<5x3x7xf32>) -> tensor<f32>
    %loss = sinter.add %l1, %l2 : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %one = sinter.constant dense<1.0> : tensor<f32>
    %g:4 = sinter.gradient %loss, %one, %w_ih, %w_hh, %b_ih, %b_hh ys 1
        : (tensor<f32>, tensor<f32>, tensor<7x5xf32>, tensor<7x7xf32>, tensor<7xf32>, tensor<7xf32>) -> (tensor<7x5xf32>, tensor<7x7xf32>, tensor<7xf32>, tensor<7xf32>)
    %s0 = sinter.mul %lr, %g#0 : (tensor<f32>, tensor<7x5xf32>) -> tensor<7x5xf32>
    %n0 = sinter.sub %w_ih, %s0 : (tensor<7x5xf32>, tensor<7x5xf32>) -> tensor<7x5xf32>
    %s1 = sinter.mul %lr, %g#1 : (tensor<f32>, tensor<7x7xf32>) -> tensor<7x7xf32>
    %n1 = sinter.sub %w_hh, %s1 : (tensor<7x7xf32>, tensor<7x7xf32>) -> tensor<7x7xf32>
    %s2 = sinter.mul %lr, %g#2 : (tensor<f32>, tensor<7xf32>) -> tensor<7xf32>
    %n2 = sinter.sub %b_ih, %s2 : (tensor<7xf32>, tensor<7xf32>) -> tensor<7xf32>
    %s3 = sinter.mul %lr, %g#3 : (tensor<f32>, tensor<7xf32>) -> tensor<7xf32>
    %n3 = sinter.sub %b_hh, %s3 : (tensor<7xf32>, tensor<7xf32>) -> tensor<7xf32>
    sinter.return outputs(%loss : tensor<f32>) names ["loss"]
      updates(%n0, %n1, %n2, %n3 : tensor<7x5xf32>, tensor<7x7xf32>, tensor<7xf32>, tensor<7xf32>) symbols [@w_ih, @w_hh, @b_ih, @b_hh]
  }
}
