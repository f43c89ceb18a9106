// Cheap work on values that are stored anyway is done wherever it is needed, instead of storing and reading its result.
// RUN: sinter-opt --fuse-contractions --fuse-maps %s | FileCheck %s

module @m attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "+avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  // The sums of a layer's epilogue are f64; other work casts the stored f32 again.
  // CHECK-LABEL: sinter.entry @wide
  // CHECK: sinter.fused contraction
  // CHECK: sinter.conv2d
  // CHECK-NEXT: %[[WIDE:.*]] = sinter.cast
  // CHECK-NEXT: %[[SUM:.*]] = sinter.sum %[[WIDE]]
  // CHECK-NEXT: sinter.yield %{{.*}}, %[[SUM]] : tensor<8x16x16x16xf32>, tensor<8x16xf64>
  // CHECK: sinter.fused map
  // CHECK: sinter.cast {{.*}} -> tensor<8x16x16x16xf64>
  // CHECK-NEXT: sinter.mul
  // CHECK-NEXT: sinter.cast {{.*}} -> tensor<8x16x16x16xf32>
  // CHECK-NEXT: sinter.yield
  sinter.entry @wide name("wide") kind(predict) batch(0) inputs ["x", "f"] {
  ^bb0(%x: tensor<8x3x16x16xf32>, %f: tensor<16x3x3x3xf32>):
    %y = sinter.conv2d %x, %f {dilations = array<i64: 1, 1>, groups = 1 : i64, high = array<i64: 1, 1>, low = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<8x3x16x16xf32>, tensor<16x3x3x3xf32>) -> tensor<8x16x16x16xf32>
    %wide = sinter.cast %y : (tensor<8x16x16x16xf32>) -> tensor<8x16x16x16xf64>
    %s = sinter.sum %wide axes [2, 3] : (tensor<8x16x16x16xf64>) -> tensor<8x16xf64>
    %b = sinter.sum %s axes [0] : (tensor<8x16xf64>) -> tensor<16xf64>
    %g = sinter.reshape %b : (tensor<16xf64>) -> tensor<16x1x1xf64>
    %p = sinter.mul %g, %wide : (tensor<16x1x1xf64>, tensor<8x16x16x16xf64>) -> tensor<8x16x16x16xf64>
    %n = sinter.cast %p : (tensor<8x16x16x16xf64>) -> tensor<8x16x16x16xf32>
    sinter.return outputs(%y, %s, %n : tensor<8x16x16x16xf32>, tensor<8x16xf64>, tensor<8x16x16x16xf32>) names ["y", "s", "n"] symbols []
  }

  // An epilogue takes the mean off x itself, though another kernel does too.
  // CHECK-LABEL: sinter.entry @epilogue
  // CHECK: sinter.fused map
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: sinter.sub
  // CHECK-NEXT: sinter.exp
  // CHECK-NEXT: sinter.yield %{{[^,]*}} :
  // CHECK: sinter.fused contraction(%d, %f, %x, %m)
  // CHECK-SAME: sub apart from sub: made again: cheaper than to store and read it
  // CHECK: sinter.conv2d
  // CHECK-NEXT: sinter.sub
  // CHECK-NEXT: sinter.mul
  // CHECK-NEXT: sinter.sum
  sinter.entry @epilogue name("epilogue") kind(predict) batch(0) inputs ["x", "m", "d", "f"] {
  ^bb0(%x: tensor<8x16x16x16xf32>, %m: tensor<16x1x1xf32>, %d: tensor<8x3x16x16xf32>, %f: tensor<16x3x3x3xf32>):
    %c = sinter.sub %x, %m : (tensor<8x16x16x16xf32>, tensor<16x1x1xf32>) -> tensor<8x16x16x16xf32>
    %e = sinter.exp %c : (tensor<8x16x16x16xf32>) -> tensor<8x16x16x16xf32>
    %y = sinter.conv2d %d, %f {dilations = array<i64: 1, 1>, groups = 1 : i64, high = array<i64: 1, 1>, low = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<8x3x16x16xf32>, tensor<16x3x3x3xf32>) -> tensor<8x16x16x16xf32>
    %p = sinter.mul %y, %c : (tensor<8x16x16x16xf32>, tensor<8x16x16x16xf32>) -> tensor<8x16x16x16xf32>
    %s = sinter.sum %p axes [2, 3] : (tensor<8x16x16x16xf32>) -> tensor<8x16xf32>
    sinter.return outputs(%e, %s : tensor<8x16x16x16xf32>, tensor<8x16xf32>) names ["e", "s"] symbols []
  }

  // A product stands between the two kernels; each takes the mean off x, and scales it.
  // CHECK-LABEL: sinter.entry @centred
  // CHECK: sinter.fused map
  // CHECK: sinter.sub
  // CHECK: sinter.yield %{{[^,]*}} : tensor<1024xf32>
  // CHECK: sinter.fused map(%x, %m, %s,
  // CHECK-SAME: mul apart from mul: made again: cheaper than to store and read it
  // CHECK-SAME: sub apart from sub: made again: cheaper than to store and read it
  // CHECK: sinter.sub
  // CHECK-NEXT: sinter.mul
  // CHECK: sinter.yield %{{[^,]*}} : tensor<128xf32>
  sinter.entry @centred name("centred") kind(predict) batch(0) inputs ["x", "m", "s", "z"] {
  ^bb0(%x: tensor<1024x128xf32>, %m: tensor<128xf32>, %s: tensor<128xf32>, %z: tensor<1024x128xf32>):
    %d = sinter.sub %x, %m : (tensor<1024x128xf32>, tensor<128xf32>) -> tensor<1024x128xf32>
    %c = sinter.mul %d, %s : (tensor<1024x128xf32>, tensor<128xf32>) -> tensor<1024x128xf32>
    %e = sinter.exp %c : (tensor<1024x128xf32>) -> tensor<1024x128xf32>
    %r = sinter.sum %e axes [1] : (tensor<1024x128xf32>) -> tensor<1024xf32>
    %v = sinter.reshape %r : (tensor<1024xf32>) -> tensor<1x1024xf32>
    %p = sinter.matmul %v, %z : (tensor<1x1024xf32>, tensor<1024x128xf32>) -> tensor<1x128xf32>
    %q = sinter.mul %c, %p : (tensor<1024x128xf32>, tensor<1x128xf32>) -> tensor<1024x128xf32>
    %t = sinter.sum %q axes [0] : (tensor<1024x128xf32>) -> tensor<128xf32>
    sinter.return outputs(%r, %t : tensor<1024xf32>, tensor<128xf32>) names ["r", "t"] symbols []
  }

  // Two values of one tanh, which is dear: the tanh is stored, and they follow from it on both sides.
  // CHECK-LABEL: sinter.entry @source
  // CHECK: sinter.fused map
  // CHECK: %[[TANH:.*]] = sinter.tanh
  // CHECK: sinter.yield %[[TANH]], %{{[^,]*}} : tensor<1024x128xf32>, tensor<1024xf32>
  // CHECK: sinter.fused map
  // CHECK-NOT: sinter.tanh
  // CHECK: sinter.add %[[STORED:[^,]*]], %{{.*}}
  // CHECK: sinter.mul %[[STORED]], %[[STORED]]
  // CHECK: sinter.return
  sinter.entry @source name("source") kind(predict) batch(0) inputs ["x", "z"] {
  ^bb0(%x: tensor<1024x128xf32>, %z: tensor<1024x128xf32>):
    %one = sinter.constant dense<1.000000e+00> : tensor<f32>
    %h = sinter.tanh %x : (tensor<1024x128xf32>) -> tensor<1024x128xf32>
    %a = sinter.add %h, %one : (tensor<1024x128xf32>, tensor<f32>) -> tensor<1024x128xf32>
    %hh = sinter.mul %h, %h : (tensor<1024x128xf32>, tensor<1024x128xf32>) -> tensor<1024x128xf32>
    %b = sinter.sub %one, %hh : (tensor<f32>, tensor<1024x128xf32>) -> tensor<1024x128xf32>
    %y = sinter.mul %a, %b : (tensor<1024x128xf32>, tensor<1024x128xf32>) -> tensor<1024x128xf32>
    %r = sinter.sum %y axes [1] : (tensor<1024x128xf32>) -> tensor<1024xf32>
    %v = sinter.reshape %r : (tensor<1024xf32>) -> tensor<1x1024xf32>
    %p = sinter.matmul %v, %z : (tensor<1x1024xf32>, tensor<1024x128xf32>) -> tensor<1x128xf32>
    %q = sinter.mul %a, %p : (tensor<1024x128xf32>, tensor<1x128xf32>) -> tensor<1024x128xf32>
    %w = sinter.mul %q, %b : (tensor<1024x128xf32>, tensor<1024x128xf32>) -> tensor<1024x128xf32>
    %t = sinter.sum %w axes [0] : (tensor<1024x128xf32>) -> tensor<128xf32>
    sinter.return outputs(%r, %t : tensor<1024xf32>, tensor<128xf32>) names ["r", "t"] symbols []
  }

  // Others read 2 + tanh in f64: the f32 is stored, half the bytes, and widened on both sides.
  // CHECK-LABEL: sinter.entry @widened
  // CHECK: sinter.fused map
  // CHECK: %[[SUM:.*]] = sinter.add
  // CHECK: sinter.yield %[[SUM]], %{{[^,]*}} : tensor<1024x128xf32>, tensor<1024xf64>
  // CHECK: sinter.fused map
  // CHECK: sinter.cast {{.*}} -> tensor<1024x128xf64>
  // CHECK: sinter.return
  sinter.entry @widened name("widened") kind(predict) batch(0) inputs ["x", "z"] {
  ^bb0(%x: tensor<1024x128xf32>, %z: tensor<1024x128xf64>):
    %two = sinter.constant dense<2.000000e+00> : tensor<f32>
    %h = sinter.tanh %x : (tensor<1024x128xf32>) -> tensor<1024x128xf32>
    %a = sinter.add %h, %two : (tensor<1024x128xf32>, tensor<f32>) -> tensor<1024x128xf32>
    %w = sinter.cast %a : (tensor<1024x128xf32>) -> tensor<1024x128xf64>
    %r = sinter.sum %w axes [1] : (tensor<1024x128xf64>) -> tensor<1024xf64>
    %v = sinter.reshape %r : (tensor<1024xf64>) -> tensor<1x1024xf64>
    %p = sinter.matmul %v, %z : (tensor<1x1024xf64>, tensor<1024x128xf64>) -> tensor<1x128xf64>
    %q = sinter.mul %w, %p : (tensor<1024x128xf64>, tensor<1x128xf64>) -> tensor<1024x128xf64>
    %t = sinter.sum %q axes [0] : (tensor<1024x128xf64>) -> tensor<128xf64>
    sinter.return outputs(%r, %t : tensor<1024xf64>, tensor<128xf64>) names ["r", "t"] symbols []
  }

  // Not so: what takes long to compute, and what follows from two large values.
  // CHECK-LABEL: sinter.entry @dear
  // CHECK: sinter.fused map
  // CHECK: sinter.yield %{{.*}}, %{{.*}} : {{.*}}tensor<256x128xf32>
  // CHECK: sinter.fused map
  // CHECK-NOT: sinter.exp
  // CHECK: sinter.return
  sinter.entry @dear name("dear") kind(predict) batch(0) inputs ["x", "m"] {
  ^bb0(%x: tensor<256x128xf32>, %m: tensor<128xf32>):
    %c = sinter.exp %x : (tensor<256x128xf32>) -> tensor<256x128xf32>
    %r = sinter.sum %c axes [1] : (tensor<256x128xf32>) -> tensor<256xf32>
    %q = sinter.mul %c, %m : (tensor<256x128xf32>, tensor<128xf32>) -> tensor<256x128xf32>
    %t = sinter.sum %q axes [0] : (tensor<256x128xf32>) -> tensor<128xf32>
    sinter.return outputs(%r, %t : tensor<256xf32>, tensor<128xf32>) names ["r", "t"] symbols []
  }
  // CHECK-LABEL: sinter.entry @two
  // CHECK: sinter.fused map
  // CHECK: sinter.add
  // CHECK: sinter.yield %{{.*}}, %{{.*}} : {{.*}}tensor<256x128xf32>
  // CHECK: sinter.fused map
  // CHECK-NOT: sinter.add
  // CHECK: sinter.return
  sinter.entry @two name("two") kind(predict) batch(0) inputs ["x", "m"] {
  ^bb0(%x: tensor<256x128xf32>, %m: tensor<256x128xf32>):
    %c = sinter.add %x, %m : (tensor<256x128xf32>, tensor<256x128xf32>) -> tensor<256x128xf32>
    %r = sinter.sum %c axes [1] : (tensor<256x128xf32>) -> tensor<256xf32>
    %t = sinter.sum %c axes [0] : (tensor<256x128xf32>) -> tensor<128xf32>
    sinter.return outputs(%r, %t : tensor<256xf32>, tensor<128xf32>) names ["r", "t"] symbols []
  }
}
