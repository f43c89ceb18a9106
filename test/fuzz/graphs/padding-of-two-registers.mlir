// A row that lies in the padding whole, in vectors of two registers: LLVM read all of the second one, beyond the end.
module @padding_of_two_registers {
  sinter.scalar @step : i64 kind step initial 0.000000e+00 help ""
  sinter.scalar @seed : i64 kind seed initial 0.000000e+00 help ""
  sinter.scalar @lr : f32 initial 5.000000e-01 help ""
  sinter.symbol @n18 : tensor<32x6x6xf32> kind parameter init <constant, 0.000000e+00, 0.000000e+00>
  sinter.symbol @n39 : tensor<f32> kind parameter init <constant, 0.000000e+00, 0.000000e+00>
  sinter.entry @train name("train_step") kind(train) batch(1) inputs [] {
    %n18 = sinter.get @n18 : tensor<32x6x6xf32>
    %0 = sinter.pad %n18 low [0, 0, 2] high [0, 1, 2] : (tensor<32x6x6xf32>) -> tensor<32x7x10xf32>
    %n39 = sinter.get @n39 : tensor<f32>
    %1 = sinter.mul %n39, %n39 : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %2 = sinter.constant dense<1.000000e+00> : tensor<f32>
    %3:2 = sinter.gradient %1, %2, %n18, %n39 ys 1 : (tensor<f32>, tensor<f32>, tensor<32x6x6xf32>, tensor<f32>) -> (tensor<32x6x6xf32>, tensor<f32>)
    %lr = sinter.get @lr : tensor<f32>
    %4 = sinter.mul %lr, %3#0 : (tensor<f32>, tensor<32x6x6xf32>) -> tensor<32x6x6xf32>
    %5 = sinter.sub %n18, %4 : (tensor<32x6x6xf32>, tensor<32x6x6xf32>) -> tensor<32x6x6xf32>
    %lr_0 = sinter.get @lr : tensor<f32>
    %6 = sinter.mul %lr_0, %3#1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %7 = sinter.sub %n39, %6 : (tensor<f32>, tensor<f32>) -> tensor<f32>
    sinter.return outputs(%1, %0 : tensor<f32>, tensor<32x7x10xf32>) names ["loss", "also0"] updates(%5, %7 : tensor<32x6x6xf32>, tensor<f32>) symbols [@n18, @n39]
  }
  sinter.entry @predict name("predict") kind(predict) batch(1) inputs [] {
    %n18 = sinter.get @n18 : tensor<32x6x6xf32>
    %0 = sinter.pad %n18 low [0, 0, 2] high [0, 1, 2] : (tensor<32x6x6xf32>) -> tensor<32x7x10xf32>
    %n39 = sinter.get @n39 : tensor<f32>
    sinter.return outputs(%n39, %0 : tensor<f32>, tensor<32x7x10xf32>) names ["n39", "also0"] symbols []
  }
}
