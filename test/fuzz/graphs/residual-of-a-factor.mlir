// What a convolution reads is read by its residual too, and by nobody else.
module @residual_of_a_factor {
  sinter.scalar @step : i64 initial 0.000000e+00 help ""
  sinter.scalar @seed : i64 initial 0.000000e+00 help ""
  sinter.scalar @lr : f32 initial 5.000000e-01 help ""
  sinter.symbol @n3 : tensor<3x4x5x3xf32> kind "parameter" init <constant, 0.000000e+00, 0.000000e+00>
  sinter.symbol @n41 : tensor<1x4x1x1xf32> kind "parameter" init <constant, 0.000000e+00, 0.000000e+00>
  sinter.symbol @n47 : tensor<4x4x3x3xf32> kind "parameter" init <constant, 0.000000e+00, 0.000000e+00>
  sinter.symbol @n52 : tensor<4x2xf32> kind "parameter" init <constant, 0.000000e+00, 0.000000e+00>
  sinter.entry @train name("train_step") kind("train") batch(1) inputs ["label"] {
  ^bb0(%label: tensor<1xi32>):
    %n3 = sinter.get @n3 : tensor<3x4x5x3xf32>
    %0 = sinter.constant dense<0.0222222228> : tensor<f32>
    %1 = sinter.cast %0 : (tensor<f32>) -> tensor<f64>
    %2 = sinter.cast %n3 : (tensor<3x4x5x3xf32>) -> tensor<3x4x5x3xf64>
    %3 = sinter.sum %2 axes [0, 2, 3] {keepdims = true} : (tensor<3x4x5x3xf64>) -> tensor<1x4x1x1xf64>
    %4 = sinter.mul %3, %1 : (tensor<1x4x1x1xf64>, tensor<f64>) -> tensor<1x4x1x1xf64>
    %5 = sinter.mul %2, %2 : (tensor<3x4x5x3xf64>, tensor<3x4x5x3xf64>) -> tensor<3x4x5x3xf64>
    %6 = sinter.sum %5 axes [0, 2, 3] {keepdims = true} : (tensor<3x4x5x3xf64>) -> tensor<1x4x1x1xf64>
    %7 = sinter.mul %6, %1 : (tensor<1x4x1x1xf64>, tensor<f64>) -> tensor<1x4x1x1xf64>
    %8 = sinter.mul %4, %4 : (tensor<1x4x1x1xf64>, tensor<1x4x1x1xf64>) -> tensor<1x4x1x1xf64>
    %9 = sinter.sub %7, %8 : (tensor<1x4x1x1xf64>, tensor<1x4x1x1xf64>) -> tensor<1x4x1x1xf64>
    %10 = sinter.cast %9 : (tensor<1x4x1x1xf64>) -> tensor<1x4x1x1xf32>
    %11 = sinter.abs %10 : (tensor<1x4x1x1xf32>) -> tensor<1x4x1x1xf32>
    %12 = sinter.constant dense<5.000000e-01> : tensor<f32>
    %13 = sinter.add %11, %12 : (tensor<1x4x1x1xf32>, tensor<f32>) -> tensor<1x4x1x1xf32>
    %14 = sinter.cast %4 : (tensor<1x4x1x1xf64>) -> tensor<1x4x1x1xf32>
    %15 = sinter.stop_gradient %14 : (tensor<1x4x1x1xf32>) -> tensor<1x4x1x1xf32>
    %16 = sinter.sub %n3, %15 : (tensor<3x4x5x3xf32>, tensor<1x4x1x1xf32>) -> tensor<3x4x5x3xf32>
    %n41 = sinter.get @n41 : tensor<1x4x1x1xf32>
    %n47 = sinter.get @n47 : tensor<4x4x3x3xf32>
    %17 = sinter.conv2d %16, %n47 {dilations = array<i64: 1, 1>, groups = 1 : i64, high = array<i64: 1, 1>, low = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<3x4x5x3xf32>, tensor<4x4x3x3xf32>) -> tensor<3x4x5x3xf32>
    %18 = sinter.add %17, %16 : (tensor<3x4x5x3xf32>, tensor<3x4x5x3xf32>) -> tensor<3x4x5x3xf32>
    %19 = sinter.relu %18 : (tensor<3x4x5x3xf32>) -> tensor<3x4x5x3xf32>
    %20 = sinter.reshape %n41 : (tensor<1x4x1x1xf32>) -> tensor<1x4xf32>
    %n52 = sinter.get @n52 : tensor<4x2xf32>
    %21 = sinter.matmul %20, %n52 : (tensor<1x4xf32>, tensor<4x2xf32>) -> tensor<1x2xf32>
    %22 = sinter.mul %21, %21 : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
    %23 = sinter.sum %22 axes [0, 1] : (tensor<1x2xf32>) -> tensor<f32>
    %24 = sinter.constant dense<5.000000e-01> : tensor<f32>
    %25 = sinter.mul %23, %24 : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %26 = sinter.mul %20, %20 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
    %27 = sinter.sum %26 axes [0, 1] : (tensor<1x4xf32>) -> tensor<f32>
    %28 = sinter.constant dense<2.500000e-01> : tensor<f32>
    %29 = sinter.mul %27, %28 : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %30 = sinter.add %25, %29 : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %31 = sinter.sum %19 axes [0, 1, 2, 3] : (tensor<3x4x5x3xf32>) -> tensor<f32>
    %32 = sinter.constant dense<0.00555555569> : tensor<f32>
    %33 = sinter.mul %31, %32 : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %34 = sinter.add %30, %33 : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %35 = sinter.softmax_cross_entropy %21, %label : (tensor<1x2xf32>, tensor<1xi32>) -> tensor<1xf32>
    %36 = sinter.sum %35 axes [0] : (tensor<1xf32>) -> tensor<f32>
    %37 = sinter.add %34, %36 : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %lr = sinter.get @lr : tensor<f32>
    %38 = sinter.constant dense<1.000000e+00> : tensor<f32>
    %39:4 = sinter.gradient %37, %38, %n3, %n41, %n47, %n52 ys 1 : (tensor<f32>, tensor<f32>, tensor<3x4x5x3xf32>, tensor<1x4x1x1xf32>, tensor<4x4x3x3xf32>, tensor<4x2xf32>) -> (tensor<3x4x5x3xf32>, tensor<1x4x1x1xf32>, tensor<4x4x3x3xf32>, tensor<4x2xf32>)
    %40 = sinter.mul %lr, %39#0 : (tensor<f32>, tensor<3x4x5x3xf32>) -> tensor<3x4x5x3xf32>
    %41 = sinter.sub %n3, %40 : (tensor<3x4x5x3xf32>, tensor<3x4x5x3xf32>) -> tensor<3x4x5x3xf32>
    %42 = sinter.mul %lr, %39#1 : (tensor<f32>, tensor<1x4x1x1xf32>) -> tensor<1x4x1x1xf32>
    %43 = sinter.sub %n41, %42 : (tensor<1x4x1x1xf32>, tensor<1x4x1x1xf32>) -> tensor<1x4x1x1xf32>
    %44 = sinter.mul %lr, %39#2 : (tensor<f32>, tensor<4x4x3x3xf32>) -> tensor<4x4x3x3xf32>
    %45 = sinter.sub %n47, %44 : (tensor<4x4x3x3xf32>, tensor<4x4x3x3xf32>) -> tensor<4x4x3x3xf32>
    %46 = sinter.mul %lr, %39#3 : (tensor<f32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    %47 = sinter.sub %n52, %46 : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    sinter.return outputs(%37, %13 : tensor<f32>, tensor<1x4x1x1xf32>) names ["loss", "also0"] updates(%41, %43, %45, %47 : tensor<3x4x5x3xf32>, tensor<1x4x1x1xf32>, tensor<4x4x3x3xf32>, tensor<4x2xf32>) symbols [@n3, @n41, @n47, @n52]
  }
  sinter.entry @predict name("predict") kind("predict") batch(1) inputs [] {
    %n3 = sinter.get @n3 : tensor<3x4x5x3xf32>
    %0 = sinter.constant dense<0.0222222228> : tensor<f32>
    %1 = sinter.cast %0 : (tensor<f32>) -> tensor<f64>
    %2 = sinter.cast %n3 : (tensor<3x4x5x3xf32>) -> tensor<3x4x5x3xf64>
    %3 = sinter.sum %2 axes [0, 2, 3] {keepdims = true} : (tensor<3x4x5x3xf64>) -> tensor<1x4x1x1xf64>
    %4 = sinter.mul %3, %1 : (tensor<1x4x1x1xf64>, tensor<f64>) -> tensor<1x4x1x1xf64>
    %5 = sinter.mul %2, %2 : (tensor<3x4x5x3xf64>, tensor<3x4x5x3xf64>) -> tensor<3x4x5x3xf64>
    %6 = sinter.sum %5 axes [0, 2, 3] {keepdims = true} : (tensor<3x4x5x3xf64>) -> tensor<1x4x1x1xf64>
    %7 = sinter.mul %6, %1 : (tensor<1x4x1x1xf64>, tensor<f64>) -> tensor<1x4x1x1xf64>
    %8 = sinter.mul %4, %4 : (tensor<1x4x1x1xf64>, tensor<1x4x1x1xf64>) -> tensor<1x4x1x1xf64>
    %9 = sinter.sub %7, %8 : (tensor<1x4x1x1xf64>, tensor<1x4x1x1xf64>) -> tensor<1x4x1x1xf64>
    %10 = sinter.cast %9 : (tensor<1x4x1x1xf64>) -> tensor<1x4x1x1xf32>
    %11 = sinter.abs %10 : (tensor<1x4x1x1xf32>) -> tensor<1x4x1x1xf32>
    %12 = sinter.constant dense<5.000000e-01> : tensor<f32>
    %13 = sinter.add %11, %12 : (tensor<1x4x1x1xf32>, tensor<f32>) -> tensor<1x4x1x1xf32>
    %14 = sinter.cast %4 : (tensor<1x4x1x1xf64>) -> tensor<1x4x1x1xf32>
    %15 = sinter.stop_gradient %14 : (tensor<1x4x1x1xf32>) -> tensor<1x4x1x1xf32>
    %16 = sinter.sub %n3, %15 : (tensor<3x4x5x3xf32>, tensor<1x4x1x1xf32>) -> tensor<3x4x5x3xf32>
    %n41 = sinter.get @n41 : tensor<1x4x1x1xf32>
    %n47 = sinter.get @n47 : tensor<4x4x3x3xf32>
    %17 = sinter.conv2d %16, %n47 {dilations = array<i64: 1, 1>, groups = 1 : i64, high = array<i64: 1, 1>, low = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<3x4x5x3xf32>, tensor<4x4x3x3xf32>) -> tensor<3x4x5x3xf32>
    %18 = sinter.add %17, %16 : (tensor<3x4x5x3xf32>, tensor<3x4x5x3xf32>) -> tensor<3x4x5x3xf32>
    %19 = sinter.relu %18 : (tensor<3x4x5x3xf32>) -> tensor<3x4x5x3xf32>
    %20 = sinter.reshape %n41 : (tensor<1x4x1x1xf32>) -> tensor<1x4xf32>
    %n52 = sinter.get @n52 : tensor<4x2xf32>
    %21 = sinter.matmul %20, %n52 : (tensor<1x4xf32>, tensor<4x2xf32>) -> tensor<1x2xf32>
    sinter.return outputs(%21, %20, %19, %13 : tensor<1x2xf32>, tensor<1x4xf32>, tensor<3x4x5x3xf32>, tensor<1x4x1x1xf32>) names ["n53", "n51", "n50", "also0"] symbols []
  }
}
