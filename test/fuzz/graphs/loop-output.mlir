// What loops in loops do on one number: an output that only the loop touches, slot by slot, had the bytes of a temporary of its body.
module @random {
  sinter.scalar @step : i64 kind step initial 0.000000e+00 help ""
  sinter.scalar @seed : i64 kind seed initial 0.000000e+00 help ""
  sinter.scalar @lr : f32 initial 5.000000e-01 help ""
  sinter.symbol @n15 : tensor<f32> kind parameter init <constant, 0.000000e+00, 0.000000e+00>
  sinter.symbol @n16 : tensor<f32> kind parameter init <constant, 0.000000e+00, 0.000000e+00>
  sinter.entry @train name("train_step") kind(train) batch(1) inputs ["n11"] {
  ^bb0(%n11: tensor<4xf32>):
    %n15 = sinter.get @n15 : tensor<f32>
    %n16 = sinter.get @n16 : tensor<f32>
    %0:2 = sinter.scan(%n15, %n11, %n16) carried 1 stacked 1 length 4 : (tensor<f32>, tensor<4xf32>, tensor<f32>) -> (tensor<f32>, tensor<4xf32>) {
    ^bb0(%t: tensor<i64>, %carried0: tensor<f32>, %slice0: tensor<f32>, %capture0: tensor<f32>):
      %11 = sinter.tanh %carried0 : (tensor<f32>) -> tensor<f32>
      %12 = sinter.scan(%11, %capture0) carried 1 stacked 0 length 2 : (tensor<f32>, tensor<f32>) -> tensor<f32> {
      ^bb0(%t_0: tensor<i64>, %carried0_1: tensor<f32>, %capture0_2: tensor<f32>):
        %17 = sinter.constant dense<2> : tensor<i64>
        %18 = sinter.compare "lt" %t_0, %17 : (tensor<i64>, tensor<i64>) -> tensor<i1>
        %19 = sinter.cond %18(%carried0_1, %capture0_2) : tensor<i1>, (tensor<f32>, tensor<f32>) -> tensor<f32> {
        ^bb0(%capture0_3: tensor<f32>, %capture1: tensor<f32>):
          %24 = sinter.tanh %capture0_3 : (tensor<f32>) -> tensor<f32>
          %25 = sinter.tanh %24 : (tensor<f32>) -> tensor<f32>
          %26 = sinter.tanh %25 : (tensor<f32>) -> tensor<f32>
          sinter.yield %26 : tensor<f32>
        } else {
        ^bb0(%capture0_3: tensor<f32>, %capture1: tensor<f32>):
          %24 = sinter.neg %capture0_3 : (tensor<f32>) -> tensor<f32>
          %25 = sinter.tanh %24 : (tensor<f32>) -> tensor<f32>
          %26 = sinter.tanh %25 : (tensor<f32>) -> tensor<f32>
          %27 = sinter.tanh %26 : (tensor<f32>) -> tensor<f32>
          sinter.yield %27 : tensor<f32>
        }
        %20 = sinter.constant dense<5.000000e-01> : tensor<f32>
        %21 = sinter.mul %19, %20 : (tensor<f32>, tensor<f32>) -> tensor<f32>
        %22 = sinter.sigmoid %21 : (tensor<f32>) -> tensor<f32>
        %23 = sinter.tanh %22 : (tensor<f32>) -> tensor<f32>
        sinter.yield %23 : tensor<f32>
      }
      %13 = sinter.constant dense<5.000000e-01> : tensor<f32>
      %14 = sinter.mul %slice0, %13 : (tensor<f32>, tensor<f32>) -> tensor<f32>
      %15 = sinter.add %12, %14 : (tensor<f32>, tensor<f32>) -> tensor<f32>
      %16 = sinter.tanh %15 : (tensor<f32>) -> tensor<f32>
      sinter.yield %16, %16 : tensor<f32>, tensor<f32>
    }
    %1 = sinter.mul %0#1, %0#1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = sinter.sum %1 axes [0] : (tensor<4xf32>) -> tensor<f32>
    %3 = sinter.constant dense<2.500000e-01> : tensor<f32>
    %4 = sinter.mul %2, %3 : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %lr = sinter.get @lr : tensor<f32>
    %5 = sinter.constant dense<1.000000e+00> : tensor<f32>
    %6:2 = sinter.gradient %4, %5, %n15, %n16 ys 1 : (tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) -> (tensor<f32>, tensor<f32>)
    %7 = sinter.mul %lr, %6#0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %8 = sinter.sub %n15, %7 : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %9 = sinter.mul %lr, %6#1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %10 = sinter.sub %n16, %9 : (tensor<f32>, tensor<f32>) -> tensor<f32>
    sinter.return outputs(%4 : tensor<f32>) names ["loss"] updates(%8, %10 : tensor<f32>, tensor<f32>) symbols [@n15, @n16]
  }
  sinter.entry @predict name("predict") kind(predict) batch(1) inputs ["n11"] {
  ^bb0(%n11: tensor<4xf32>):
    %n15 = sinter.get @n15 : tensor<f32>
    %n16 = sinter.get @n16 : tensor<f32>
    %0:2 = sinter.scan(%n15, %n11, %n16) carried 1 stacked 1 length 4 : (tensor<f32>, tensor<4xf32>, tensor<f32>) -> (tensor<f32>, tensor<4xf32>) {
    ^bb0(%t: tensor<i64>, %carried0: tensor<f32>, %slice0: tensor<f32>, %capture0: tensor<f32>):
      %1 = sinter.tanh %carried0 : (tensor<f32>) -> tensor<f32>
      %2 = sinter.scan(%1, %capture0) carried 1 stacked 0 length 2 : (tensor<f32>, tensor<f32>) -> tensor<f32> {
      ^bb0(%t_0: tensor<i64>, %carried0_1: tensor<f32>, %capture0_2: tensor<f32>):
        %7 = sinter.constant dense<2> : tensor<i64>
        %8 = sinter.compare "lt" %t_0, %7 : (tensor<i64>, tensor<i64>) -> tensor<i1>
        %9 = sinter.cond %8(%carried0_1, %capture0_2) : tensor<i1>, (tensor<f32>, tensor<f32>) -> tensor<f32> {
        ^bb0(%capture0_3: tensor<f32>, %capture1: tensor<f32>):
          %14 = sinter.tanh %capture0_3 : (tensor<f32>) -> tensor<f32>
          %15 = sinter.tanh %14 : (tensor<f32>) -> tensor<f32>
          %16 = sinter.tanh %15 : (tensor<f32>) -> tensor<f32>
          sinter.yield %16 : tensor<f32>
        } else {
        ^bb0(%capture0_3: tensor<f32>, %capture1: tensor<f32>):
          %14 = sinter.neg %capture0_3 : (tensor<f32>) -> tensor<f32>
          %15 = sinter.tanh %14 : (tensor<f32>) -> tensor<f32>
          %16 = sinter.tanh %15 : (tensor<f32>) -> tensor<f32>
          %17 = sinter.tanh %16 : (tensor<f32>) -> tensor<f32>
          sinter.yield %17 : tensor<f32>
        }
        %10 = sinter.constant dense<5.000000e-01> : tensor<f32>
        %11 = sinter.mul %9, %10 : (tensor<f32>, tensor<f32>) -> tensor<f32>
        %12 = sinter.sigmoid %11 : (tensor<f32>) -> tensor<f32>
        %13 = sinter.tanh %12 : (tensor<f32>) -> tensor<f32>
        sinter.yield %13 : tensor<f32>
      }
      %3 = sinter.constant dense<5.000000e-01> : tensor<f32>
      %4 = sinter.mul %slice0, %3 : (tensor<f32>, tensor<f32>) -> tensor<f32>
      %5 = sinter.add %2, %4 : (tensor<f32>, tensor<f32>) -> tensor<f32>
      %6 = sinter.tanh %5 : (tensor<f32>) -> tensor<f32>
      sinter.yield %6, %6 : tensor<f32>, tensor<f32>
    }
    sinter.return outputs(%0#1 : tensor<4xf32>) names ["n17"] symbols []
  }
}
