// Parameters without elements are constants, and what is made of them would be a form of nothing.
module @without_elements {
  sinter.scalar @step : i64 kind step initial 0.000000e+00 help ""
  sinter.scalar @seed : i64 kind seed initial 0.000000e+00 help ""
  sinter.scalar @lr : f32 initial 5.000000e-01 help ""
  sinter.symbol @n8 : tensor<0x7x5xf32> kind parameter init <constant, 0.000000e+00, 0.000000e+00>
  sinter.symbol @n22 : tensor<0x7x5xf32> kind parameter init <constant, 0.000000e+00, 0.000000e+00>
  sinter.entry @train name("train_step") kind(train) batch(1) inputs [] {
    %n8 = sinter.get @n8 : tensor<0x7x5xf32>
    %n22 = sinter.get @n22 : tensor<0x7x5xf32>
    %0 = sinter.sub %n22, %n8 : (tensor<0x7x5xf32>, tensor<0x7x5xf32>) -> tensor<0x7x5xf32>
    %1 = sinter.sum %0 axes [0, 1, 2] : (tensor<0x7x5xf32>) -> tensor<f32>
    %2 = sinter.constant dense<1.000000e+00> : tensor<f32>
    %3:2 = sinter.gradient %1, %2, %n8, %n22 ys 1 : (tensor<f32>, tensor<f32>, tensor<0x7x5xf32>, tensor<0x7x5xf32>) -> (tensor<0x7x5xf32>, tensor<0x7x5xf32>)
    %lr = sinter.get @lr : tensor<f32>
    %4 = sinter.mul %lr, %3#0 : (tensor<f32>, tensor<0x7x5xf32>) -> tensor<0x7x5xf32>
    %5 = sinter.sub %n8, %4 : (tensor<0x7x5xf32>, tensor<0x7x5xf32>) -> tensor<0x7x5xf32>
    %lr_0 = sinter.get @lr : tensor<f32>
    %6 = sinter.mul %lr_0, %3#1 : (tensor<f32>, tensor<0x7x5xf32>) -> tensor<0x7x5xf32>
    %7 = sinter.sub %n22, %6 : (tensor<0x7x5xf32>, tensor<0x7x5xf32>) -> tensor<0x7x5xf32>
    sinter.return outputs(%1 : tensor<f32>) names ["loss"] updates(%5, %7 : tensor<0x7x5xf32>, tensor<0x7x5xf32>) symbols [@n8, @n22]
  }
  sinter.entry @predict name("predict") kind(predict) batch(1) inputs [] {
    %n8 = sinter.get @n8 : tensor<0x7x5xf32>
    %n22 = sinter.get @n22 : tensor<0x7x5xf32>
    %0 = sinter.sub %n22, %n8 : (tensor<0x7x5xf32>, tensor<0x7x5xf32>) -> tensor<0x7x5xf32>
    sinter.return outputs(%0 : tensor<0x7x5xf32>) names ["n23"] symbols []
  }
}
