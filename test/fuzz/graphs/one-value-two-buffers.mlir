// One new value for two buffers: in place it is made in one of them, and copied to the other.
module @one_value_two_buffers {
  sinter.scalar @step : i64 kind step initial 0.000000e+00 help ""
  sinter.scalar @seed : i64 kind seed initial 0.000000e+00 help ""
  sinter.symbol @a : tensor<33xf32> kind buffer init <constant, 0.000000e+00, 0.000000e+00>
  sinter.symbol @b : tensor<33xf32> kind buffer init <constant, 0.000000e+00, 0.000000e+00>
  sinter.entry @train name("train") kind(train) batch(1) inputs ["x"] {
  ^bb0(%x: tensor<33xf32>):
    %a = sinter.get @a : tensor<33xf32>
    %v = sinter.mul %x, %a : (tensor<33xf32>, tensor<33xf32>) -> tensor<33xf32>
    sinter.return outputs(%v : tensor<33xf32>) names ["y"] updates(%v, %v : tensor<33xf32>, tensor<33xf32>) symbols [@a, @b]
  }
}
