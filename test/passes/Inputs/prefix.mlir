// Sums along both axes: of weights, of what a layer makes, in a form, inside a loop, into an output and a state.
module @prefix attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "+avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  sinter.scalar @step : i64 kind step initial 0.0 help ""
  sinter.scalar @seed : i64 kind seed initial 0.0 help ""
  sinter.scalar @lr : f32 initial 1.0e-1 help "learning rate"
  sinter.symbol @w : tensor<9x20xf32> kind parameter init <normal, 0.0, 1.0>
  sinter.symbol @frozen : tensor<20xf32> kind buffer init <constant, 0.5, 0.0>
  sinter.symbol @seen : tensor<4x20xf32> kind buffer init <constant, 0.0, 0.0>
  sinter.entry @train_step name("train_step") kind(train) batch(4) inputs ["x"] {
  ^bb0(%x: tensor<4x9xf32>):
    %w = sinter.get @w : tensor<9x20xf32>
    %frozen = sinter.get @frozen : tensor<20xf32>
    %seen = sinter.get @seen : tensor<4x20xf32>
    %lr = sinter.get @lr : tensor<f32>
    %sums = sinter.cumsum %w axis 0 : (tensor<9x20xf32>) -> tensor<9x20xf32>
    %h = sinter.matmul %x, %sums : (tensor<4x9xf32>, tensor<9x20xf32>) -> tensor<4x20xf32>
    %t = sinter.tanh %h : (tensor<4x20xf32>) -> tensor<4x20xf32>
    %c = sinter.cumsum %t axis 1 {exclusive = true, reverse = true} : (tensor<4x20xf32>) -> tensor<4x20xf32>
    %scale = sinter.cumprod %frozen axis 0 : (tensor<20xf32>) -> tensor<20xf32>
    %m = sinter.mul %c, %scale : (tensor<4x20xf32>, tensor<20xf32>) -> tensor<4x20xf32>
    %last, %all = sinter.scan (%m, %x) carried 1 stacked 1 length 4
        : (tensor<4x20xf32>, tensor<4x9xf32>) -> (tensor<4x20xf32>, tensor<4x9xf32>) {
    ^bb0(%i: tensor<i64>, %s: tensor<4x20xf32>, %row: tensor<9xf32>):
      %n = sinter.cumsum %s axis 0 : (tensor<4x20xf32>) -> tensor<4x20xf32>
      %u = sinter.tanh %n : (tensor<4x20xf32>) -> tensor<4x20xf32>
      %r = sinter.cumsum %row axis 0 {reverse = true} : (tensor<9xf32>) -> tensor<9xf32>
      sinter.yield %u, %r : tensor<4x20xf32>, tensor<9xf32>
    }
    %sq = sinter.mul %last, %last : (tensor<4x20xf32>, tensor<4x20xf32>) -> tensor<4x20xf32>
    %loss = sinter.sum %sq axes [0, 1] : (tensor<4x20xf32>) -> tensor<f32>
    %one = sinter.constant dense<1.0> : tensor<f32>
    %g = sinter.gradient %loss, %one, %w ys 1 : (tensor<f32>, tensor<f32>, tensor<9x20xf32>) -> tensor<9x20xf32>
    %s0 = sinter.mul %lr, %g : (tensor<f32>, tensor<9x20xf32>) -> tensor<9x20xf32>
    %n0 = sinter.sub %w, %s0 : (tensor<9x20xf32>, tensor<9x20xf32>) -> tensor<9x20xf32>
    %n1 = sinter.cumsum %seen axis 1 : (tensor<4x20xf32>) -> tensor<4x20xf32>
    sinter.return outputs(%loss, %c, %all : tensor<f32>, tensor<4x20xf32>, tensor<4x9xf32>) names ["loss", "sums", "rows"] loss 0
        updates(%n0, %n1 : tensor<9x20xf32>, tensor<4x20xf32>) symbols [@w, @seen]
  }
}
