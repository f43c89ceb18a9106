// What a conversion copies, its maker stores in that order at once: a map always, beside its own order when that is read
// too; a sum of products while that costs less than a kernel more.
// RUN: sinter-opt --fuse-contractions --fuse-maps --assign-layouts %s | FileCheck %s
// RUN: sinter-opt --fuse-contractions --fuse-maps --assign-layouts --lower-to-kernel %s | FileCheck %s --check-prefix=KERNEL
module @m attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "+avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  // Images lie in blocks of 16. What pooling leaves is only flattened: it is row-major.
  // CHECK-LABEL: sinter.entry @flattened
  // CHECK: sinter.fused contraction
  // CHECK-SAME: -> tensor<256x16x10x10xf32, #kernel.layout<[0, 1, 2, 3], block = [{{[01]}}], by = [16]>>
  // CHECK: %[[P:.*]] = sinter.fused map
  // CHECK-SAME: -> tensor<256x16x5x5xf32> {
  // CHECK-NOT: sinter.convert_layout
  // CHECK: sinter.reshape %[[P]]
  sinter.entry @flattened name("flattened") kind(predict) batch(256) inputs ["x", "w", "v"] {
  ^bb0(%x: tensor<256x6x14x14xf32>, %w: tensor<16x6x5x5xf32>, %v: tensor<400x10xf32>):
    %c = sinter.conv2d %x, %w {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<256x6x14x14xf32>, tensor<16x6x5x5xf32>) -> tensor<256x16x10x10xf32>
    %p = sinter.max_pool2d %c {window = array<i64: 2, 2>, strides = array<i64: 2, 2>, low = array<i64: 0, 0>, high = array<i64: 0, 0>} : (tensor<256x16x10x10xf32>) -> tensor<256x16x5x5xf32>
    %f = sinter.reshape %p : (tensor<256x16x5x5xf32>) -> tensor<256x400xf32>
    %y = sinter.matmul %f, %v : (tensor<256x400xf32>, tensor<400x10xf32>) -> tensor<256x10xf32>
    sinter.return outputs(%y : tensor<256x10xf32>) names ["y"] symbols []
  }

  // Several readers in that order need it once: two shapes of it, and an output.
  // CHECK-LABEL: sinter.entry @several
  // CHECK: %[[P:.*]] = sinter.fused map
  // CHECK-SAME: -> tensor<256x16x5x5xf32> {
  // CHECK-NOT: sinter.convert_layout
  // CHECK-DAG: sinter.reshape %[[P]] : (tensor<256x16x5x5xf32>) -> tensor<256x400xf32>
  // CHECK-DAG: sinter.reshape %[[P]] : (tensor<256x16x5x5xf32>) -> tensor<4096x25xf32>
  // CHECK: sinter.return outputs(%{{.*}}, %{{.*}}, %[[P]]
  sinter.entry @several name("several") kind(predict) batch(256) inputs ["x", "w", "v", "u"] {
  ^bb0(%x: tensor<256x6x14x14xf32>, %w: tensor<16x6x5x5xf32>, %v: tensor<400x10xf32>, %u: tensor<25x7xf32>):
    %c = sinter.conv2d %x, %w {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<256x6x14x14xf32>, tensor<16x6x5x5xf32>) -> tensor<256x16x10x10xf32>
    %p = sinter.max_pool2d %c {window = array<i64: 2, 2>, strides = array<i64: 2, 2>, low = array<i64: 0, 0>, high = array<i64: 0, 0>} : (tensor<256x16x10x10xf32>) -> tensor<256x16x5x5xf32>
    %f = sinter.reshape %p : (tensor<256x16x5x5xf32>) -> tensor<256x400xf32>
    %g = sinter.reshape %p : (tensor<256x16x5x5xf32>) -> tensor<4096x25xf32>
    %y = sinter.matmul %f, %v : (tensor<256x400xf32>, tensor<400x10xf32>) -> tensor<256x10xf32>
    %z = sinter.matmul %g, %u : (tensor<4096x25xf32>, tensor<25x7xf32>) -> tensor<4096x7xf32>
    sinter.return outputs(%y, %z, %p : tensor<256x10xf32>, tensor<4096x7xf32>, tensor<256x16x5x5xf32>) names ["y", "z", "p"] symbols []
  }

  // Here another convolution reads it as well: both orders are stored.
  // CHECK-LABEL: sinter.entry @both
  // CHECK: %[[P:.*]]:2 = sinter.fused map
  // CHECK-SAME: -> (tensor<256x16x5x5xf32, #kernel.layout<[0, 1, 2, 3], block = [{{[01]}}], by = [16]>>, tensor<256x16x5x5xf32>) {
  // CHECK: sinter.yield %[[V:.*]], %[[V]] :
  // CHECK-NOT: sinter.convert_layout
  // CHECK: sinter.reshape %[[P]]#1
  // CHECK: sinter.fused contraction(%[[P]]#0
  // KERNEL-LABEL: kernel.entry @both
  // KERNEL: kernel.map "max_pool2d_f32" number {{[0-9]+}}
  // KERNEL: kernel.yield %[[V:.*]], %[[V]] : f32, f32
  sinter.entry @both name("both") kind(predict) batch(256) inputs ["x", "w", "v", "u"] {
  ^bb0(%x: tensor<256x6x14x14xf32>, %w: tensor<16x6x5x5xf32>, %v: tensor<400x10xf32>, %u: tensor<16x16x3x3xf32>):
    %c = sinter.conv2d %x, %w {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<256x6x14x14xf32>, tensor<16x6x5x5xf32>) -> tensor<256x16x10x10xf32>
    %p = sinter.max_pool2d %c {window = array<i64: 2, 2>, strides = array<i64: 2, 2>, low = array<i64: 0, 0>, high = array<i64: 0, 0>} : (tensor<256x16x10x10xf32>) -> tensor<256x16x5x5xf32>
    %f = sinter.reshape %p : (tensor<256x16x5x5xf32>) -> tensor<256x400xf32>
    %y = sinter.matmul %f, %v : (tensor<256x400xf32>, tensor<400x10xf32>) -> tensor<256x10xf32>
    %d = sinter.conv2d %p, %u {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<256x16x5x5xf32>, tensor<16x16x3x3xf32>) -> tensor<256x16x3x3xf32>
    %e = sinter.sum %d axes [0, 1, 2, 3] : (tensor<256x16x3x3xf32>) -> tensor<f32>
    sinter.return outputs(%y, %e : tensor<256x10xf32>, tensor<f32>) names ["y", "e"] symbols []
  }

  // A large stack of sums is stored in the vectors in which it is made, and copied.
  // CHECK-LABEL: sinter.entry @sums
  // CHECK: %[[C:.*]] = sinter.fused contraction
  // CHECK-SAME: -> tensor<256x16x10x10xf32, #kernel.layout<[0, 1, 2, 3], block = [{{[01]}}], by = [16]>>
  // CHECK: %[[R:.*]] = sinter.convert_layout %[[C]]
  // CHECK: sinter.reshape %[[R]]
  sinter.entry @sums name("sums") kind(predict) batch(256) inputs ["x", "w"] {
  ^bb0(%x: tensor<256x6x14x14xf32>, %w: tensor<16x6x5x5xf32>):
    %c = sinter.conv2d %x, %w {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<256x6x14x14xf32>, tensor<16x6x5x5xf32>) -> tensor<256x16x10x10xf32>
    %f = sinter.reshape %c : (tensor<256x16x10x10xf32>) -> tensor<256x1600xf32>
    %y = sinter.softmax %f axis 1 : (tensor<256x1600xf32>) -> tensor<256x1600xf32>
    sinter.return outputs(%y : tensor<256x1600xf32>) names ["y"] symbols []
  }
}
