// A sum that updates a parameter reads another one in a form that prediction asked for: training has to keep it fresh.
module @update_reads_predicts_form {
  sinter.scalar @step : i64 kind step initial 0.000000e+00 help ""
  sinter.scalar @seed : i64 kind seed initial 0.000000e+00 help ""
  sinter.scalar @lr : f32 initial 5.000000e-01 help ""
  sinter.symbol @n11 : tensor<48xf32> kind parameter init <constant, 0.000000e+00, 0.000000e+00>
  sinter.symbol @n12 : tensor<48xf32> kind parameter init <constant, 0.000000e+00, 0.000000e+00>
  sinter.symbol @n17 : tensor<48x17xf32> kind parameter init <constant, 0.000000e+00, 0.000000e+00>
  sinter.symbol @n23 : tensor<1x17xf32> kind parameter init <constant, 0.000000e+00, 0.000000e+00>
  sinter.symbol @n32 : tensor<1x1xf32> kind parameter init <constant, 0.000000e+00, 0.000000e+00>
  sinter.entry @train name("train_step") kind(train) batch(1) inputs ["n10"] {
  ^bb0(%n10: tensor<1x48xf32>):
    %n11 = sinter.get @n11 : tensor<48xf32>
    %n12 = sinter.get @n12 : tensor<48xf32>
    %0:2 = sinter.scan(%n11, %n10, %n12) carried 1 stacked 1 length 1 : (tensor<48xf32>, tensor<1x48xf32>, tensor<48xf32>) -> (tensor<48xf32>, tensor<1x48xf32>) {
    ^bb0(%t: tensor<i64>, %carried0: tensor<48xf32>, %slice0: tensor<48xf32>, %capture0: tensor<48xf32>):
      %20 = sinter.add %carried0, %slice0 : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
      %21 = sinter.constant dense<5.000000e-01> : tensor<48xf32>
      %22 = sinter.mul %slice0, %21 : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
      %23 = sinter.add %20, %22 : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
      %24 = sinter.tanh %23 : (tensor<48xf32>) -> tensor<48xf32>
      %25 = sinter.constant dense<5.000000e-01> : tensor<48xf32>
      %26 = sinter.mul %24, %25 : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
      %27 = sinter.tanh %26 : (tensor<48xf32>) -> tensor<48xf32>
      %28 = sinter.tanh %27 : (tensor<48xf32>) -> tensor<48xf32>
      %29 = sinter.tanh %28 : (tensor<48xf32>) -> tensor<48xf32>
      sinter.yield %24, %29 : tensor<48xf32>, tensor<48xf32>
    }
    %n17 = sinter.get @n17 : tensor<48x17xf32>
    %1 = sinter.matmul %0#1, %n17 : (tensor<1x48xf32>, tensor<48x17xf32>) -> tensor<1x17xf32>
    %2 = sinter.relu %1 : (tensor<1x17xf32>) -> tensor<1x17xf32>
    %3 = sinter.tanh %2 : (tensor<1x17xf32>) -> tensor<1x17xf32>
    %n23 = sinter.get @n23 : tensor<1x17xf32>
    %4 = sinter.matmul %3, %n23 {transpose_b = true} : (tensor<1x17xf32>, tensor<1x17xf32>) -> tensor<1x1xf32>
    %n32 = sinter.get @n32 : tensor<1x1xf32>
    %5 = sinter.compare "eq" %4, %n32 : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xi1>
    %6 = sinter.select %5, %4, %n32 : (tensor<1x1xi1>, tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
    %7 = sinter.sum %6 axes [0, 1] : (tensor<1x1xf32>) -> tensor<f32>
    %lr = sinter.get @lr : tensor<f32>
    %8 = sinter.constant dense<1.000000e+00> : tensor<f32>
    %9:5 = sinter.gradient %7, %8, %n11, %n12, %n17, %n23, %n32 ys 1 : (tensor<f32>, tensor<f32>, tensor<48xf32>, tensor<48xf32>, tensor<48x17xf32>, tensor<1x17xf32>, tensor<1x1xf32>) -> (tensor<48xf32>, tensor<48xf32>, tensor<48x17xf32>, tensor<1x17xf32>, tensor<1x1xf32>)
    %10 = sinter.mul %lr, %9#0 : (tensor<f32>, tensor<48xf32>) -> tensor<48xf32>
    %11 = sinter.sub %n11, %10 : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %12 = sinter.mul %lr, %9#1 : (tensor<f32>, tensor<48xf32>) -> tensor<48xf32>
    %13 = sinter.sub %n12, %12 : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
    %14 = sinter.mul %lr, %9#2 : (tensor<f32>, tensor<48x17xf32>) -> tensor<48x17xf32>
    %15 = sinter.sub %n17, %14 : (tensor<48x17xf32>, tensor<48x17xf32>) -> tensor<48x17xf32>
    %16 = sinter.mul %lr, %9#3 : (tensor<f32>, tensor<1x17xf32>) -> tensor<1x17xf32>
    %17 = sinter.sub %n23, %16 : (tensor<1x17xf32>, tensor<1x17xf32>) -> tensor<1x17xf32>
    %18 = sinter.mul %lr, %9#4 : (tensor<f32>, tensor<1x1xf32>) -> tensor<1x1xf32>
    %19 = sinter.sub %n32, %18 : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
    sinter.return outputs(%7 : tensor<f32>) names ["loss"] updates(%11, %13, %15, %17, %19 : tensor<48xf32>, tensor<48xf32>, tensor<48x17xf32>, tensor<1x17xf32>, tensor<1x1xf32>) symbols [@n11, @n12, @n17, @n23, @n32]
  }
  sinter.entry @predict name("predict") kind(predict) batch(1) inputs ["n10"] {
  ^bb0(%n10: tensor<1x48xf32>):
    %n11 = sinter.get @n11 : tensor<48xf32>
    %n12 = sinter.get @n12 : tensor<48xf32>
    %0:2 = sinter.scan(%n11, %n10, %n12) carried 1 stacked 1 length 1 : (tensor<48xf32>, tensor<1x48xf32>, tensor<48xf32>) -> (tensor<48xf32>, tensor<1x48xf32>) {
    ^bb0(%t: tensor<i64>, %carried0: tensor<48xf32>, %slice0: tensor<48xf32>, %capture0: tensor<48xf32>):
      %7 = sinter.add %carried0, %slice0 : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
      %8 = sinter.constant dense<5.000000e-01> : tensor<48xf32>
      %9 = sinter.mul %slice0, %8 : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
      %10 = sinter.add %7, %9 : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
      %11 = sinter.tanh %10 : (tensor<48xf32>) -> tensor<48xf32>
      %12 = sinter.constant dense<5.000000e-01> : tensor<48xf32>
      %13 = sinter.mul %11, %12 : (tensor<48xf32>, tensor<48xf32>) -> tensor<48xf32>
      %14 = sinter.tanh %13 : (tensor<48xf32>) -> tensor<48xf32>
      %15 = sinter.tanh %14 : (tensor<48xf32>) -> tensor<48xf32>
      %16 = sinter.tanh %15 : (tensor<48xf32>) -> tensor<48xf32>
      sinter.yield %11, %16 : tensor<48xf32>, tensor<48xf32>
    }
    %n17 = sinter.get @n17 : tensor<48x17xf32>
    %1 = sinter.matmul %0#1, %n17 : (tensor<1x48xf32>, tensor<48x17xf32>) -> tensor<1x17xf32>
    %2 = sinter.relu %1 : (tensor<1x17xf32>) -> tensor<1x17xf32>
    %3 = sinter.tanh %2 : (tensor<1x17xf32>) -> tensor<1x17xf32>
    %n23 = sinter.get @n23 : tensor<1x17xf32>
    %4 = sinter.matmul %3, %n23 {transpose_b = true} : (tensor<1x17xf32>, tensor<1x17xf32>) -> tensor<1x1xf32>
    %n32 = sinter.get @n32 : tensor<1x1xf32>
    %5 = sinter.compare "eq" %4, %n32 : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xi1>
    %6 = sinter.select %5, %4, %n32 : (tensor<1x1xi1>, tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
    sinter.return outputs(%6 : tensor<1x1xf32>) names ["n34"] symbols []
  }
}
