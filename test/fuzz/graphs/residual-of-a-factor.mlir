// What a convolution reads is read by its residual too, and by nobody else.
module @residual_of_a_factor {
  sinter.scalar @step : i64 kind step initial 0.000000e+00 help ""
  sinter.scalar @seed : i64 kind seed initial 0.000000e+00 help ""
  sinter.symbol @w : tensor<4x4x3x3xf32> kind parameter init <constant, 0.000000e+00, 0.000000e+00>
  sinter.entry @predict name("predict") kind(predict) batch(3) inputs ["x"] {
  ^bb0(%x: tensor<3x4x5x3xf32>):
    %w = sinter.get @w : tensor<4x4x3x3xf32>
    %h = sinter.tanh %x : (tensor<3x4x5x3xf32>) -> tensor<3x4x5x3xf32>
    %c = sinter.conv2d %h, %w {dilations = array<i64: 1, 1>, groups = 1 : i64, high = array<i64: 1, 1>, low = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<3x4x5x3xf32>, tensor<4x4x3x3xf32>) -> tensor<3x4x5x3xf32>
    %y = sinter.add %c, %h : (tensor<3x4x5x3xf32>, tensor<3x4x5x3xf32>) -> tensor<3x4x5x3xf32>
    sinter.return outputs(%y : tensor<3x4x5x3xf32>) names ["y"] symbols []
  }
}
