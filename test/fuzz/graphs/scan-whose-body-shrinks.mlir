// A loop's body becomes smaller while it is simplified: what is erased must leave the rewriter's list, too.
module @scan_whose_body_shrinks {
  sinter.scalar @step : i64 kind step initial 0.000000e+00 help ""
  sinter.scalar @seed : i64 kind seed initial 0.000000e+00 help ""
  sinter.scalar @lr : f32 initial 5.000000e-01 help ""
  sinter.symbol @n1 : tensor<16xf32> kind parameter init <constant, 0.000000e+00, 0.000000e+00>
  sinter.symbol @n5 : tensor<1x1xf32> kind parameter init <constant, 0.000000e+00, 0.000000e+00>
  sinter.symbol @n6 : tensor<1xf32> kind parameter init <constant, 0.000000e+00, 0.000000e+00>
  sinter.entry @train name("train_step") kind(train) batch(1) inputs ["label"] {
  ^bb0(%label: tensor<i32>):
    %n1 = sinter.get @n1 : tensor<16xf32>
    %0 = sinter.log_softmax %n1 axis 0 : (tensor<16xf32>) -> tensor<16xf32>
    %1 = sinter.tanh %0 : (tensor<16xf32>) -> tensor<16xf32>
    %n5 = sinter.get @n5 : tensor<1x1xf32>
    %n6 = sinter.get @n6 : tensor<1xf32>
    %2:2 = sinter.scan(%1, %n5, %n5, %n6) carried 1 stacked 0 length 5 reverse true : (tensor<16xf32>, tensor<1x1xf32>, tensor<1x1xf32>, tensor<1xf32>) -> (tensor<16xf32>, tensor<5xf32>) {
    ^bb0(%t: tensor<i64>, %carried0: tensor<16xf32>, %capture0: tensor<1x1xf32>, %capture1: tensor<1x1xf32>, %capture2: tensor<1xf32>):
      %28 = sinter.matmul %capture0, %capture1 : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
      %29 = sinter.add %28, %capture2 : (tensor<1x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
      %30 = sinter.sum %29 axes [0, 1] : (tensor<1x1xf32>) -> tensor<f32>
      %31 = sinter.constant dense<1.000000e+00> : tensor<f32>
      %32 = sinter.mul %30, %31 : (tensor<f32>, tensor<f32>) -> tensor<f32>
      %33 = sinter.add %carried0, %32 : (tensor<16xf32>, tensor<f32>) -> tensor<16xf32>
      %34 = sinter.tanh %33 : (tensor<16xf32>) -> tensor<16xf32>
      sinter.yield %34, %31 : tensor<16xf32>, tensor<f32>
    }
    %3 = sinter.sigmoid %n6 : (tensor<1xf32>) -> tensor<1xf32>
    %4 = sinter.constant dense<5.000000e-01> : tensor<f32>
    %5 = sinter.add %3, %4 : (tensor<1xf32>, tensor<f32>) -> tensor<1xf32>
    %6 = sinter.rsqrt %5 : (tensor<1xf32>) -> tensor<1xf32>
    %7 = sinter.add %2#1, %3 : (tensor<5xf32>, tensor<1xf32>) -> tensor<5xf32>
    %8 = sinter.mul %7, %7 : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
    %9 = sinter.sum %8 axes [0] : (tensor<5xf32>) -> tensor<f32>
    %10 = sinter.constant dense<2.000000e-01> : tensor<f32>
    %11 = sinter.mul %9, %10 : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %12 = sinter.mul %6, %6 : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
    %13 = sinter.sum %12 axes [0] : (tensor<1xf32>) -> tensor<f32>
    %14 = sinter.add %11, %13 : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %15 = sinter.mul %5, %5 : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
    %16 = sinter.sum %15 axes [0] : (tensor<1xf32>) -> tensor<f32>
    %17 = sinter.add %14, %16 : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %18 = sinter.softmax_cross_entropy %7, %label : (tensor<5xf32>, tensor<i32>) -> tensor<f32>
    %19 = sinter.add %17, %18 : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %lr = sinter.get @lr : tensor<f32>
    %20 = sinter.constant dense<1.000000e+00> : tensor<f32>
    %21:3 = sinter.gradient %19, %20, %n1, %n5, %n6 ys 1 : (tensor<f32>, tensor<f32>, tensor<16xf32>, tensor<1x1xf32>, tensor<1xf32>) -> (tensor<16xf32>, tensor<1x1xf32>, tensor<1xf32>)
    %22 = sinter.mul %lr, %21#0 : (tensor<f32>, tensor<16xf32>) -> tensor<16xf32>
    %23 = sinter.sub %n1, %22 : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
    %24 = sinter.mul %lr, %21#1 : (tensor<f32>, tensor<1x1xf32>) -> tensor<1x1xf32>
    %25 = sinter.sub %n5, %24 : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
    %26 = sinter.mul %lr, %21#2 : (tensor<f32>, tensor<1xf32>) -> tensor<1xf32>
    %27 = sinter.sub %n6, %26 : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
    sinter.return outputs(%19, %0 : tensor<f32>, tensor<16xf32>) names ["loss", "also0"] updates(%23, %25, %27 : tensor<16xf32>, tensor<1x1xf32>, tensor<1xf32>) symbols [@n1, @n5, @n6]
  }
  sinter.entry @predict name("predict") kind(predict) batch(1) inputs [] {
    %n1 = sinter.get @n1 : tensor<16xf32>
    %0 = sinter.log_softmax %n1 axis 0 : (tensor<16xf32>) -> tensor<16xf32>
    %1 = sinter.tanh %0 : (tensor<16xf32>) -> tensor<16xf32>
    %n5 = sinter.get @n5 : tensor<1x1xf32>
    %n6 = sinter.get @n6 : tensor<1xf32>
    %2:2 = sinter.scan(%1, %n5, %n5, %n6) carried 1 stacked 0 length 5 reverse true : (tensor<16xf32>, tensor<1x1xf32>, tensor<1x1xf32>, tensor<1xf32>) -> (tensor<16xf32>, tensor<5xf32>) {
    ^bb0(%t: tensor<i64>, %carried0: tensor<16xf32>, %capture0: tensor<1x1xf32>, %capture1: tensor<1x1xf32>, %capture2: tensor<1xf32>):
      %8 = sinter.matmul %capture0, %capture1 : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
      %9 = sinter.add %8, %capture2 : (tensor<1x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
      %10 = sinter.sum %9 axes [0, 1] : (tensor<1x1xf32>) -> tensor<f32>
      %11 = sinter.constant dense<1.000000e+00> : tensor<f32>
      %12 = sinter.mul %10, %11 : (tensor<f32>, tensor<f32>) -> tensor<f32>
      %13 = sinter.add %carried0, %12 : (tensor<16xf32>, tensor<f32>) -> tensor<16xf32>
      %14 = sinter.tanh %13 : (tensor<16xf32>) -> tensor<16xf32>
      sinter.yield %14, %11 : tensor<16xf32>, tensor<f32>
    }
    %3 = sinter.sigmoid %n6 : (tensor<1xf32>) -> tensor<1xf32>
    %4 = sinter.constant dense<5.000000e-01> : tensor<f32>
    %5 = sinter.add %3, %4 : (tensor<1xf32>, tensor<f32>) -> tensor<1xf32>
    %6 = sinter.rsqrt %5 : (tensor<1xf32>) -> tensor<1xf32>
    %7 = sinter.add %2#1, %3 : (tensor<5xf32>, tensor<1xf32>) -> tensor<5xf32>
    sinter.return outputs(%7, %6, %5, %0 : tensor<5xf32>, tensor<1xf32>, tensor<1xf32>, tensor<16xf32>) names ["n13", "n12", "n11", "also0"] symbols []
  }
}
