// Sums of an epilogue become the new value of the very buffer that the epilogue reads at every point.
module @sum_into_its_bias {
  sinter.scalar @step : i64 kind step initial 0.000000e+00 help ""
  sinter.scalar @seed : i64 kind seed initial 0.000000e+00 help ""
  sinter.symbol @w : tensor<17x3x3x3xf32> kind parameter init <constant, 0.000000e+00, 0.000000e+00>
  sinter.symbol @b : tensor<4x17x1x1xf32> kind buffer init <constant, 0.000000e+00, 0.000000e+00>
  sinter.entry @train name("train") kind(train) batch(4) inputs ["x"] {
  ^bb0(%x: tensor<4x3x8x8xf32>):
    %w = sinter.get @w : tensor<17x3x3x3xf32>
    %b = sinter.get @b : tensor<4x17x1x1xf32>
    %c = sinter.conv2d %x, %w {dilations = array<i64: 1, 1>, groups = 1 : i64, high = array<i64: 1, 1>, low = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<4x3x8x8xf32>, tensor<17x3x3x3xf32>) -> tensor<4x17x8x8xf32>
    %y = sinter.add %c, %b : (tensor<4x17x8x8xf32>, tensor<4x17x1x1xf32>) -> tensor<4x17x8x8xf32>
    %s = sinter.sum %y axes [2, 3] {keepdims = true} : (tensor<4x17x8x8xf32>) -> tensor<4x17x1x1xf32>
    sinter.return outputs(%y : tensor<4x17x8x8xf32>) names ["y"] updates(%s : tensor<4x17x1x1xf32>) symbols [@b]
  }
}
