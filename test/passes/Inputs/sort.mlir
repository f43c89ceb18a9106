// Elements in order: of weights, of what a layer makes, in a loop, and an order that is kept as an output and as a state.
module @sort attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "+avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  sinter.scalar @step : i64 kind step initial 0.0 help ""
  sinter.scalar @seed : i64 kind seed initial 0.0 help ""
  sinter.scalar @lr : f32 initial 1.0e-1 help "learning rate"
  sinter.symbol @w : tensor<9x20xf32> kind parameter init <normal, 0.0, 1.0>
  sinter.symbol @order : tensor<20xi64> kind buffer init <constant, 0.0, 0.0>
  sinter.entry @train_step name("train_step") kind(train) batch(4) inputs ["x"] {
  ^bb0(%x: tensor<4x9xf32>):
    %w = sinter.get @w : tensor<9x20xf32>
    %order = sinter.get @order : tensor<20xi64>
    %lr = sinter.get @lr : tensor<f32>
    %wi = sinter.argsort %w axis 0 count 9 : (tensor<9x20xf32>) -> tensor<9x20xi64>
    %ws = sinter.gather_along %w at %wi axis 0 : (tensor<9x20xf32>, tensor<9x20xi64>) -> tensor<9x20xf32>
    %h = sinter.matmul %x, %ws : (tensor<4x9xf32>, tensor<9x20xf32>) -> tensor<4x20xf32>
    %t = sinter.tanh %h : (tensor<4x20xf32>) -> tensor<4x20xf32>
    %ti = sinter.argsort %t axis 1 count 5 {descending = true} : (tensor<4x20xf32>) -> tensor<4x5xi64>
    %ts = sinter.gather_along %t at %ti axis 1 : (tensor<4x20xf32>, tensor<4x5xi64>) -> tensor<4x5xf32>
    %last, %all = sinter.scan (%ts, %x) carried 1 stacked 1 length 4
        : (tensor<4x5xf32>, tensor<4x9xf32>) -> (tensor<4x5xf32>, tensor<4x9xi64>) {
    ^bb0(%i: tensor<i64>, %s: tensor<4x5xf32>, %row: tensor<9xf32>):
      %n = sinter.argsort %s axis 0 count 4 : (tensor<4x5xf32>) -> tensor<4x5xi64>
      %m = sinter.gather_along %s at %n axis 0 : (tensor<4x5xf32>, tensor<4x5xi64>) -> tensor<4x5xf32>
      %u = sinter.neg %m : (tensor<4x5xf32>) -> tensor<4x5xf32>
      %r = sinter.argsort %row axis 0 count 9 : (tensor<9xf32>) -> tensor<9xi64>
      sinter.yield %u, %r : tensor<4x5xf32>, tensor<9xi64>
    }
    %sq = sinter.mul %last, %last : (tensor<4x5xf32>, tensor<4x5xf32>) -> tensor<4x5xf32>
    %loss = sinter.sum %sq axes [0, 1] : (tensor<4x5xf32>) -> tensor<f32>
    %one = sinter.constant dense<1.0> : tensor<f32>
    %g = sinter.gradient %loss, %one, %w ys 1 : (tensor<f32>, tensor<f32>, tensor<9x20xf32>) -> tensor<9x20xf32>
    %s0 = sinter.mul %lr, %g : (tensor<f32>, tensor<9x20xf32>) -> tensor<9x20xf32>
    %n0 = sinter.sub %w, %s0 : (tensor<9x20xf32>, tensor<9x20xf32>) -> tensor<9x20xf32>
    %n1 = sinter.argsort %order axis 0 count 20 {descending = true} : (tensor<20xi64>) -> tensor<20xi64>
    sinter.return outputs(%loss, %ti, %all : tensor<f32>, tensor<4x5xi64>, tensor<4x9xi64>) names ["loss", "best", "rows"] loss 0
        updates(%n0, %n1 : tensor<9x20xf32>, tensor<20xi64>) symbols [@w, @order]
  }
}
