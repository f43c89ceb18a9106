// A dropout behind a ReLU with its gradient, noise that is an output too, and noise in front of a sum of products.
module @dropout {
  sinter.scalar @step : i64 kind step initial 0.0 help ""
  sinter.scalar @seed : i64 kind seed initial 0.0 help ""
  sinter.symbol @w : tensor<24x32xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.symbol @v : tensor<16x24xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.entry @train name("train_step") kind(train) batch(8) inputs ["x"] {
  ^bb0(%x: tensor<8x32xf32>):
    %w = sinter.get @w : tensor<24x32xf32>
    %v = sinter.get @v : tensor<16x24xf32>
    %seed = sinter.get @seed : tensor<i64>
    %step = sinter.get @step : tensor<i64>
    %p = sinter.constant dense<0.5> : tensor<f32>
    %zero = sinter.constant dense<0.0> : tensor<f32>
    %one = sinter.constant dense<1.0> : tensor<f32>
    %two = sinter.constant dense<2.0> : tensor<f32>
    %m = sinter.matmul %x, %w {transpose_b = true} : (tensor<8x32xf32>, tensor<24x32xf32>) -> tensor<8x24xf32>
    %h = sinter.relu %m : (tensor<8x24xf32>) -> tensor<8x24xf32>
    %u = sinter.random_uniform "drop" stream 7 seed %seed step %step : (tensor<i64>, tensor<i64>) -> tensor<8x24xf32>
    %k = sinter.compare "ge" %u, %p : (tensor<8x24xf32>, tensor<f32>) -> tensor<8x24xi1>
    %s = sinter.select %k, %h, %zero : (tensor<8x24xi1>, tensor<8x24xf32>, tensor<f32>) -> tensor<8x24xf32>
    %d = sinter.mul %s, %two : (tensor<8x24xf32>, tensor<f32>) -> tensor<8x24xf32>
    %y = sinter.matmul %d, %v {transpose_b = true} : (tensor<8x24xf32>, tensor<16x24xf32>) -> tensor<8x16xf32>
    %q = sinter.mul %y, %y : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<8x16xf32>
    %l = sinter.sum %q axes [0, 1] : (tensor<8x16xf32>) -> tensor<f32>
    %g = sinter.gradient %l, %one, %w ys 1 : (tensor<f32>, tensor<f32>, tensor<24x32xf32>) -> tensor<24x32xf32>
    sinter.return outputs(%l : tensor<f32>) names ["l"] updates(%g : tensor<24x32xf32>) symbols [@w]
  }
  sinter.entry @noise name("noise") kind(predict) batch(8) inputs ["a", "b"] {
  ^bb0(%a: tensor<8x24xf32>, %b: tensor<24x8xf32>):
    %seed = sinter.get @seed : tensor<i64>
    %step = sinter.get @step : tensor<i64>
    %u = sinter.random_uniform "noise" stream 9 seed %seed step %step : (tensor<i64>, tensor<i64>) -> tensor<8x24xf32>
    %s = sinter.add %a, %u : (tensor<8x24xf32>, tensor<8x24xf32>) -> tensor<8x24xf32>
    %m = sinter.matmul %s, %b : (tensor<8x24xf32>, tensor<24x8xf32>) -> tensor<8x8xf32>
    %t = sinter.sum %m axes [0, 1] : (tensor<8x8xf32>) -> tensor<f32>
    %r = sinter.mul %u, %t : (tensor<8x24xf32>, tensor<f32>) -> tensor<8x24xf32>
    sinter.return outputs(%u, %r : tensor<8x24xf32>, tensor<8x24xf32>) names ["u", "r"] symbols []
  }
  sinter.entry @added name("added") kind(predict) batch(8) inputs ["a", "b"] {
  ^bb0(%a: tensor<8x24xf32>, %b: tensor<24x8xf32>):
    %seed = sinter.get @seed : tensor<i64>
    %step = sinter.get @step : tensor<i64>
    %u = sinter.random_uniform "noise" stream 9 seed %seed step %step : (tensor<i64>, tensor<i64>) -> tensor<8x8xf32>
    %s = sinter.slice %a starts [0, 0] limits [8, 8] strides [1, 1] : (tensor<8x24xf32>) -> tensor<8x8xf32>
    %n = sinter.mul %u, %s : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
    %m = sinter.matmul %a, %b : (tensor<8x24xf32>, tensor<24x8xf32>) -> tensor<8x8xf32>
    %r = sinter.add %m, %n : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
    sinter.return outputs(%r : tensor<8x8xf32>) names ["r"] symbols []
  }
}
