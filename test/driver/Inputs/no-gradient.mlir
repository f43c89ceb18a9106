// A loss that goes through an op without a gradient.
module @bad attributes {sinter.default_epochs = 1 : i64} {
  sinter.scalar @step : i64 kind step initial 0.0 help ""
  sinter.scalar @seed : i64 kind seed initial 0.0 help ""
  sinter.symbol @w : tensor<4xf32> kind parameter init <constant, 1.0, 0.0>
  sinter.entry @predict_b1 name("predict") kind(predict) batch(1) inputs [] {
    %w = sinter.get @w : tensor<4xf32>
    %z = sinter.constant dense<0.0> : tensor<4xf32>
    %c = sinter.compare "gt" %w, %z : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
    %f = sinter.cast %c : (tensor<4xi1>) -> tensor<4xf32>
    %l = sinter.sum %f axes [0] : (tensor<4xf32>) -> tensor<f32>
    %one = sinter.constant dense<1.0> : tensor<f32>
    %g = sinter.gradient %l, %one, %w ys 1 : (tensor<f32>, tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
    sinter.return outputs(%g : tensor<4xf32>) names ["g"] symbols []
  }
}
