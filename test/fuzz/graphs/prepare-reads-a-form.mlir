// prepare computes with a parameter in a layout that only prepare reads: after a train step that form is stale.
module @prepare_reads_a_form {
  sinter.scalar @step : i64 kind step initial 0.000000e+00 help ""
  sinter.scalar @seed : i64 kind seed initial 0.000000e+00 help ""
  sinter.scalar @lr : f32 initial 5.000000e-01 help ""
  sinter.symbol @n10 : tensor<51x1x3x1xf32> kind parameter init <constant, 0.000000e+00, 0.000000e+00>
  sinter.symbol @n12 : tensor<1x1x1x1xf32> kind parameter init <constant, 0.000000e+00, 0.000000e+00>
  sinter.symbol @n31 : tensor<2xf32> kind parameter init <constant, 0.000000e+00, 0.000000e+00>
  sinter.entry @train name("train_step") kind(train) batch(1) inputs [] {
    %n10 = sinter.get @n10 : tensor<51x1x3x1xf32>
    %n12 = sinter.get @n12 : tensor<1x1x1x1xf32>
    %0 = sinter.conv2d %n10, %n12 {dilations = array<i64: 1, 1>, groups = 1 : i64, high = array<i64: 0, 0>, low = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<51x1x3x1xf32>, tensor<1x1x1x1xf32>) -> tensor<51x1x3x1xf32>
    %1 = sinter.relu %0 : (tensor<51x1x3x1xf32>) -> tensor<51x1x3x1xf32>
    %2 = sinter.tanh %1 : (tensor<51x1x3x1xf32>) -> tensor<51x1x3x1xf32>
    %n31 = sinter.get @n31 : tensor<2xf32>
    %3 = sinter.div %2, %n31 : (tensor<51x1x3x1xf32>, tensor<2xf32>) -> tensor<51x1x3x2xf32>
    %4 = sinter.mul %3, %3 : (tensor<51x1x3x2xf32>, tensor<51x1x3x2xf32>) -> tensor<51x1x3x2xf32>
    %5 = sinter.sum %4 axes [0, 1, 2, 3] : (tensor<51x1x3x2xf32>) -> tensor<f32>
    %6 = sinter.constant dense<0.00326797389> : tensor<f32>
    %7 = sinter.mul %5, %6 : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %lr = sinter.get @lr : tensor<f32>
    %8 = sinter.constant dense<1.000000e+00> : tensor<f32>
    %9:3 = sinter.gradient %7, %8, %n10, %n12, %n31 ys 1 : (tensor<f32>, tensor<f32>, tensor<51x1x3x1xf32>, tensor<1x1x1x1xf32>, tensor<2xf32>) -> (tensor<51x1x3x1xf32>, tensor<1x1x1x1xf32>, tensor<2xf32>)
    %10 = sinter.mul %lr, %9#0 : (tensor<f32>, tensor<51x1x3x1xf32>) -> tensor<51x1x3x1xf32>
    %11 = sinter.sub %n10, %10 : (tensor<51x1x3x1xf32>, tensor<51x1x3x1xf32>) -> tensor<51x1x3x1xf32>
    %12 = sinter.mul %lr, %9#1 : (tensor<f32>, tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32>
    %13 = sinter.sub %n12, %12 : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32>
    %14 = sinter.mul %lr, %9#2 : (tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
    %15 = sinter.sub %n31, %14 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    sinter.return outputs(%7 : tensor<f32>) names ["loss"] updates(%11, %13, %15 : tensor<51x1x3x1xf32>, tensor<1x1x1x1xf32>, tensor<2xf32>) symbols [@n10, @n12, @n31]
  }
  sinter.entry @predict name("predict") kind(predict) batch(1) inputs [] {
    %n10 = sinter.get @n10 : tensor<51x1x3x1xf32>
    %n12 = sinter.get @n12 : tensor<1x1x1x1xf32>
    %0 = sinter.conv2d %n10, %n12 {dilations = array<i64: 1, 1>, groups = 1 : i64, high = array<i64: 0, 0>, low = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<51x1x3x1xf32>, tensor<1x1x1x1xf32>) -> tensor<51x1x3x1xf32>
    %1 = sinter.relu %0 : (tensor<51x1x3x1xf32>) -> tensor<51x1x3x1xf32>
    %2 = sinter.tanh %1 : (tensor<51x1x3x1xf32>) -> tensor<51x1x3x1xf32>
    %n31 = sinter.get @n31 : tensor<2xf32>
    %3 = sinter.div %2, %n31 : (tensor<51x1x3x1xf32>, tensor<2xf32>) -> tensor<51x1x3x2xf32>
    sinter.return outputs(%3 : tensor<51x1x3x2xf32>) names ["n32"] symbols []
  }
}
