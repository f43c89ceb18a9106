// Reductions of more elements than one chunk: cut by shape (D1), with elementwise work before and scalar work after.
module @long {
  sinter.scalar @step : i64 kind step initial 0.0 help ""
  sinter.scalar @seed : i64 kind seed initial 0.0 help ""
  sinter.symbol @w : tensor<300x300xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.entry @norm name("norm") kind(train) batch(0) inputs ["g", "limit"] {
  ^bb0(%g: tensor<300x300xf32>, %limit: tensor<f32>):
    %w = sinter.get @w : tensor<300x300xf32>
    %sq = sinter.mul %g, %g : (tensor<300x300xf32>, tensor<300x300xf32>) -> tensor<300x300xf32>
    %s = sinter.sum %sq axes [0, 1] : (tensor<300x300xf32>) -> tensor<f32>
    %n = sinter.sqrt %s : (tensor<f32>) -> tensor<f32>
    %m = sinter.max %n, %limit : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %q = sinter.div %g, %m : (tensor<300x300xf32>, tensor<f32>) -> tensor<300x300xf32>
    %wn = sinter.sub %w, %q : (tensor<300x300xf32>, tensor<300x300xf32>) -> tensor<300x300xf32>
    %top = sinter.reduce_max %g axes [0, 1] : (tensor<300x300xf32>) -> tensor<f32>
    sinter.return outputs(%n, %top : tensor<f32>, tensor<f32>) names ["norm", "top"] updates(%wn : tensor<300x300xf32>) symbols [@w]
  }
  // The last chunk of a prime number of elements is shorter.
  sinter.entry @prime name("prime") kind(predict) batch(0) inputs ["x"] {
  ^bb0(%x: tensor<65537xf32>):
    %s = sinter.sum %x axes [0] : (tensor<65537xf32>) -> tensor<f32>
    sinter.return outputs(%s : tensor<f32>) names ["s"] symbols []
  }
}
