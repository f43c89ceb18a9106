// A new value and a view of it: the view becomes the output's place, and the update reads it there.
module @view_of_an_update {
  sinter.scalar @step : i64 kind step initial 0.000000e+00 help ""
  sinter.scalar @seed : i64 kind seed initial 0.000000e+00 help ""
  sinter.symbol @s : tensor<33x2x1x1xf32> kind buffer init <constant, 0.000000e+00, 0.000000e+00>
  sinter.entry @train name("train") kind(train) batch(1) inputs ["x"] {
  ^bb0(%x: tensor<33x2x1x1xf32>):
    %y = sinter.tanh %x : (tensor<33x2x1x1xf32>) -> tensor<33x2x1x1xf32>
    %z = sinter.reshape %y : (tensor<33x2x1x1xf32>) -> tensor<33x2xf32>
    sinter.return outputs(%z : tensor<33x2xf32>) names ["z"] updates(%y : tensor<33x2x1x1xf32>) symbols [@s]
  }
}
