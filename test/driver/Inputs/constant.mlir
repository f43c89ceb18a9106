// A model with a constant of more than 16 elements, written by hand.
module @table attributes {sinter.default_epochs = 1 : i64} {
  sinter.scalar @step : i64 kind step initial 0.0 help ""
  sinter.scalar @seed : i64 kind seed initial 0.0 help ""
  sinter.entry @predict_b1 name("predict") kind(predict) batch(1) inputs ["x"] {
  ^bb0(%x: tensor<1x20xf32>):
    %c = sinter.constant dense<[[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0, 18.0, 19.0]]> : tensor<1x20xf32>
    %y = sinter.add %x, %c : (tensor<1x20xf32>, tensor<1x20xf32>) -> tensor<1x20xf32>
    sinter.return outputs(%y : tensor<1x20xf32>) names ["y"] symbols []
  }
}
