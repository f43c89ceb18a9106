// A convolution in a loop: it has no batching rule, so the cotangent of its filter is added up step by step.
module @conv_loop {
  sinter.scalar @step : i64 kind step initial 0.0 help ""
  sinter.scalar @seed : i64 kind seed initial 0.0 help ""
  sinter.symbol @w : tensor<3x3x3x3xf32> kind parameter init <uniform, -0.3, 0.3>
  sinter.symbol @b : tensor<3x1x1xf32> kind parameter init <uniform, -0.3, 0.3>
  sinter.entry @train_step name("train_step") kind(train) batch(2) inputs ["x"] {
  ^bb0(%x: tensor<4x2x3x5x5xf32>):
    %w = sinter.get @w : tensor<3x3x3x3xf32>
    %b = sinter.get @b : tensor<3x1x1xf32>
    %h0 = sinter.constant dense<0.0> : tensor<2x3x5x5xf32>
    %last = sinter.scan (%h0, %x, %w, %b) carried 1 stacked 1 length 4
        : (tensor<2x3x5x5xf32>, tensor<4x2x3x5x5xf32>, tensor<3x3x3x3xf32>, tensor<3x1x1xf32>) -> tensor<2x3x5x5xf32> {
    ^bb0(%t: tensor<i64>, %h: tensor<2x3x5x5xf32>, %s: tensor<2x3x5x5xf32>, %k: tensor<3x3x3x3xf32>, %a: tensor<3x1x1xf32>):
      %0 = sinter.conv2d %h, %k {strides = array<i64: 1, 1>, low = array<i64: 1, 1>, high = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 1}
          : (tensor<2x3x5x5xf32>, tensor<3x3x3x3xf32>) -> tensor<2x3x5x5xf32>
      %1 = sinter.add %0, %a : (tensor<2x3x5x5xf32>, tensor<3x1x1xf32>) -> tensor<2x3x5x5xf32>
      %2 = sinter.add %1, %s : (tensor<2x3x5x5xf32>, tensor<2x3x5x5xf32>) -> tensor<2x3x5x5xf32>
      %3 = sinter.tanh %2 : (tensor<2x3x5x5xf32>) -> tensor<2x3x5x5xf32>
      sinter.yield %3 : tensor<2x3x5x5xf32>
    }
    %sq = sinter.mul %last, %last : (tensor<2x3x5x5xf32>, tensor<2x3x5x5xf32>) -> tensor<2x3x5x5xf32>
    %loss = sinter.sum %sq axes [0, 1, 2, 3] : (tensor<2x3x5x5xf32>) -> tensor<f32>
    %one = sinter.constant dense<1.0> : tensor<f32>
    %g:2 = sinter.gradient %loss, %one, %w, %b ys 1 : (tensor<f32>, tensor<f32>, tensor<3x3x3x3xf32>, tensor<3x1x1xf32>) -> (tensor<3x3x3x3xf32>, tensor<3x1x1xf32>)
    sinter.return outputs(%loss : tensor<f32>) names ["loss"] updates(%g#0, %g#1 : tensor<3x3x3x3xf32>, tensor<3x1x1xf32>) symbols [@w, @b]
  }
}
