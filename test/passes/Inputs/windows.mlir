// A convolution, statistics over images, a sigmoid and pooling, with gradients: sums leave the epilogue, windows join with
// the work before and behind them. Then max-pooling behind a ReLU.
module @windows attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v3", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "+avx2,+fma", vectorBits = 256, vectorRegisters = 16, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  sinter.symbol @w : tensor<5x3x3x3xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.symbol @scale : tensor<5xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.entry @train name("train_step") kind(train) batch(4) inputs ["x"] {
  ^bb0(%x: tensor<4x3x6x8xf32>):
    %w = sinter.get @w : tensor<5x3x3x3xf32>
    %scale = sinter.get @scale : tensor<5xf32>
    %y = sinter.conv2d %x, %w {strides = array<i64: 1, 1>, low = array<i64: 1, 1>, high = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<4x3x6x8xf32>, tensor<5x3x3x3xf32>) -> tensor<4x5x6x8xf32>
    %s = sinter.sum %y axes [0, 2, 3] : (tensor<4x5x6x8xf32>) -> tensor<5xf32>
    %m = sinter.mul %s, %scale : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
    %mr = sinter.reshape %m : (tensor<5xf32>) -> tensor<5x1x1xf32>
    %c = sinter.sub %y, %mr : (tensor<4x5x6x8xf32>, tensor<5x1x1xf32>) -> tensor<4x5x6x8xf32>
    %a = sinter.sigmoid %c : (tensor<4x5x6x8xf32>) -> tensor<4x5x6x8xf32>
    %p = sinter.sum_pool2d %a {window = array<i64: 2, 2>, strides = array<i64: 2, 2>, low = array<i64: 0, 0>, high = array<i64: 0, 0>} : (tensor<4x5x6x8xf32>) -> tensor<4x5x3x4xf32>
    %q = sinter.mul %p, %p : (tensor<4x5x3x4xf32>, tensor<4x5x3x4xf32>) -> tensor<4x5x3x4xf32>
    %l = sinter.sum %q axes [0, 1, 2, 3] : (tensor<4x5x3x4xf32>) -> tensor<f32>
    %one = sinter.constant dense<1.0> : tensor<f32>
    %lr = sinter.constant dense<0.01> : tensor<f32>
    %g:2 = sinter.gradient %l, %one, %w, %scale ys 1 : (tensor<f32>, tensor<f32>, tensor<5x3x3x3xf32>, tensor<5xf32>) -> (tensor<5x3x3x3xf32>, tensor<5xf32>)
    %gw = sinter.mul %g#0, %lr : (tensor<5x3x3x3xf32>, tensor<f32>) -> tensor<5x3x3x3xf32>
    %w1 = sinter.sub %w, %gw : (tensor<5x3x3x3xf32>, tensor<5x3x3x3xf32>) -> tensor<5x3x3x3xf32>
    %gs = sinter.mul %g#1, %lr : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
    %s1 = sinter.sub %scale, %gs : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
    sinter.return outputs(%l : tensor<f32>) names ["l"] updates(%w1, %s1 : tensor<5x3x3x3xf32>, tensor<5xf32>) symbols [@w, @scale]
  }
  sinter.entry @maxima name("maxima") kind(train) batch(16) inputs ["x"] {
  ^bb0(%x: tensor<16x3x6x8xf32>):
    %w = sinter.get @w : tensor<5x3x3x3xf32>
    %y = sinter.conv2d %x, %w {strides = array<i64: 1, 1>, low = array<i64: 1, 1>, high = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<16x3x6x8xf32>, tensor<5x3x3x3xf32>) -> tensor<16x5x6x8xf32>
    %a = sinter.relu %y : (tensor<16x5x6x8xf32>) -> tensor<16x5x6x8xf32>
    %p = sinter.max_pool2d %a {window = array<i64: 2, 2>, strides = array<i64: 2, 2>, low = array<i64: 0, 0>, high = array<i64: 0, 0>} : (tensor<16x5x6x8xf32>) -> tensor<16x5x3x4xf32>
    %q = sinter.mul %p, %p : (tensor<16x5x3x4xf32>, tensor<16x5x3x4xf32>) -> tensor<16x5x3x4xf32>
    %l = sinter.sum %q axes [0, 1, 2, 3] : (tensor<16x5x3x4xf32>) -> tensor<f32>
    %one = sinter.constant dense<1.0> : tensor<f32>
    %g = sinter.gradient %l, %one, %w ys 1 : (tensor<f32>, tensor<f32>, tensor<5x3x3x3xf32>) -> tensor<5x3x3x3xf32>
    sinter.return outputs(%l : tensor<f32>) names ["l"] updates(%g : tensor<5x3x3x3xf32>) symbols [@w]
  }
}
