// A dropout's mask is not stored: the forward and the backward kernel draw the same numbers (D2). Those are map kernels, for
// an epilogue repeats its code for every vector of a tile. The mask of the ReLU in front follows from the stored activation.
// RUN: sinter-opt --differentiate --fold --simplify --fuse-contractions --fuse-maps %s | FileCheck %s
// RUN: sinter-opt --differentiate --fold --simplify --fuse-contractions --fuse-maps --assign-layouts --lower-to-kernel %s | FileCheck %s --check-prefix=KERNEL
module @m {
  sinter.scalar @step : i64 initial 0.0 help ""
  sinter.scalar @seed : i64 initial 0.0 help ""
  sinter.symbol @w : tensor<24x32xf32> kind "parameter" init <normal, 0.0, 0.1>
  sinter.symbol @v : tensor<16x24xf32> kind "parameter" init <normal, 0.0, 0.1>

  // CHECK-LABEL: sinter.entry @train
  // CHECK: %[[H:.*]] = sinter.fused "contraction"(%x, %w)
  // CHECK-SAME: relu apart from select: reads random numbers, whose code is too long for every vector of a tile
  // CHECK: sinter.relu
  // CHECK-NEXT: sinter.yield %{{[^,]*}} : tensor<8x24xf32>
  // CHECK: %[[D:.*]] = sinter.fused "map"
  // CHECK: sinter.random_uniform "drop"
  // CHECK-NEXT: sinter.compare "ge"
  // CHECK-NEXT: sinter.select
  // CHECK-NEXT: sinter.mul
  // CHECK-NEXT: sinter.yield %{{[^,]*}} : tensor<8x24xf32>
  // CHECK: sinter.fused "contraction"(%[[D]], %v)
  // CHECK: sinter.fused "map"({{.*}}%[[H]]
  // CHECK: sinter.random_uniform "drop"
  // CHECK-NEXT: sinter.compare "ge"
  // CHECK-NEXT: sinter.select
  // CHECK-NEXT: sinter.compare "gt"
  // CHECK-NEXT: sinter.select
  // CHECK-NEXT: sinter.yield %{{[^,]*}} : tensor<8x24xf32>
  // KERNEL-LABEL: kernel.entry @train
  // KERNEL-NOT: xi1>
  // KERNEL: kernel.philox
  // KERNEL: kernel.philox
  // KERNEL-NOT: kernel.philox
  // KERNEL: kernel.entry @noise
  sinter.entry @train name("train_step") kind("train") batch(8) inputs ["x"] {
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

  // What is an output is stored anyway, and read where it is needed.
  // CHECK-LABEL: sinter.entry @noise
  // CHECK-COUNT-1: sinter.random_uniform
  // CHECK-NOT: sinter.random_uniform
  // CHECK: sinter.return
  sinter.entry @noise name("noise") kind("predict") batch(8) inputs ["a", "b"] {
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

  // Nor does an epilogue take in work that reads random numbers.
  // CHECK-LABEL: sinter.entry @added
  // CHECK: sinter.fused "map"
  // CHECK: sinter.random_uniform
  // CHECK: sinter.mul
  // CHECK-NEXT: sinter.yield
  // CHECK: sinter.fused "contraction"
  // CHECK: sinter.matmul
  // CHECK-NEXT: sinter.add
  sinter.entry @added name("added") kind("predict") batch(8) inputs ["a", "b"] {
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
