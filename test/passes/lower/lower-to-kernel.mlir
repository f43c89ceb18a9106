// RUN: sinter-opt --fuse-contractions --fuse-maps --lower-to-kernel %s | FileCheck %s

// Symbols get their places: parameters in segment 0, state in 1, scalars in 8-byte slots of 3, and one logical image.
// CHECK: sinter.segment_bytes = #kernel.segment_bytes<params = 192, state = 64, work = 0, scalars = 24, logical = 256>
// CHECK: sinter.scalar @lr {{.*}}offset = 16 : i64
// CHECK: sinter.symbol @w {{.*}}{logical_offset = 0 : i64, offset = 0 : i64}
// CHECK: sinter.symbol @b {{.*}}{logical_offset = 128 : i64, offset = 128 : i64}
// CHECK: sinter.symbol @count {{.*}}{logical_offset = 192 : i64, offset = 0 : i64}
module @m {
  sinter.scalar @step : i64 kind step initial 0.0 help ""
  sinter.scalar @seed : i64 kind seed initial 0.0 help ""
  sinter.scalar @lr : f32 initial 0.1 help ""
  sinter.symbol @w : tensor<4x8xf32> kind parameter init <constant, 0.0, 0.0>
  sinter.symbol @b : tensor<4xf32> kind parameter init <constant, 0.0, 0.0>
  sinter.symbol @count : tensor<f32> kind metric init <constant, 0.0, 0.0>

  // CHECK-LABEL: kernel.entry @train name("train_step") kind(train) batch(2)
  // CHECK-DAG: %[[IMAGE:.*]] = kernel.buffer "image" role(input) : <2x2x4xf32>
  // CHECK-DAG: %[[X:.*]] = kernel.view %[[IMAGE]] : <2x2x4xf32> to <2x8xf32>
  // CHECK-DAG: %[[W:.*]] = kernel.buffer "w" role(param) offset(0)
  // CHECK-DAG: %[[COUNT:.*]] = kernel.buffer "count" role(state) offset(0)
  // CHECK-DAG: %[[LR:.*]] = kernel.buffer "lr" role(scalar) offset(16)
  // A sum of products, its bias and its activation are one kernel; constants are in its body.
  // CHECK: kernel.contract "matmul_f32" number 0 dims [2, 4, 8] parallel 2 a(%[[X]]
  // CHECK-SAME: b(%[[W]]
  // CHECK-SAME: algorithm <chain>
  // CHECK: arith.addf
  // CHECK: arith.constant 0.0
  // CHECK: arith.maximumf
  // CHECK: kernel.map "sum_f32" number 1 dims [2, 4] inner [0, 1]
  // CHECK: kernel.reduce sum
  // The index in a dim of size 1 is 0.
  // CHECK: kernel.map "{{.*}}" number 2
  // CHECK-NOT: kernel.index -1
  // Updates are copies behind everything else.
  // CHECK: kernel.map "update_f32"
  // CHECK-SAME: outs(%[[COUNT]]
  sinter.entry @train name("train_step") kind(train) batch(2) inputs ["image"] {
  ^bb0(%image: tensor<2x2x4xf32>):
    %x = sinter.reshape %image : (tensor<2x2x4xf32>) -> tensor<2x8xf32>
    %w = sinter.get @w : tensor<4x8xf32>
    %b = sinter.get @b : tensor<4xf32>
    %lr = sinter.get @lr : tensor<f32>
    %n = sinter.get @count : tensor<f32>
    %h = sinter.matmul %x, %w {transpose_b = true} : (tensor<2x8xf32>, tensor<4x8xf32>) -> tensor<2x4xf32>
    %s = sinter.add %h, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
    %r = sinter.relu %s : (tensor<2x4xf32>) -> tensor<2x4xf32>
    %sum = sinter.sum %r axes [0, 1] : (tensor<2x4xf32>) -> tensor<f32>
    %i = sinter.iota 0 : tensor<1x4xi32>
    %f = sinter.cast %i : (tensor<1x4xi32>) -> tensor<1x4xf32>
    %one = sinter.constant dense<1.0> : tensor<f32>
    %n1 = sinter.add %n, %one : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %scaled = sinter.mul %f, %lr : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
    sinter.return outputs(%sum, %scaled : tensor<f32>, tensor<1x4xf32>) names ["loss", "scaled"] updates(%n1 : tensor<f32>) symbols [@count]
  }

  // A symbol's own value and a constant are copied to outputs; swapped symbols are kept before they are overwritten.
  // CHECK-LABEL: kernel.entry @odd
  // CHECK: kernel.buffer "constant" role(constant) value(dense<[1.000000e+00, 2.000000e+00]>
  // CHECK: kernel.map "output_f32
  // CHECK: kernel.map "output_f32
  // CHECK: kernel.map "update_f32
  sinter.entry @odd name("odd") kind(predict) batch(0) inputs ["v"] {
  ^bb0(%v: tensor<4xf32>):
    %b = sinter.get @b : tensor<4xf32>
    %c = sinter.constant dense<[1.0, 2.0]> : tensor<2xf32>
    sinter.return outputs(%b, %c : tensor<4xf32>, tensor<2xf32>) names ["b", "c"] updates(%v : tensor<4xf32>) symbols [@b]
  }

  // CHECK-LABEL: kernel.entry @load name("load") kind(load)
  // CHECK: kernel.map "pack_f32" number 0
  // CHECK: kernel.map "pack_f32" number 2
  // CHECK-LABEL: kernel.entry @load_params
  // CHECK: kernel.map "pack_f32" number 1
  // CHECK-NOT: load_params_02
  // CHECK-LABEL: kernel.entry @save
  // CHECK: kernel.map "unpack_f32" number 2
  // CHECK-LABEL: kernel.entry @prepare
}
