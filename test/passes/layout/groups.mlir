// RUN: sinter-opt --fuse-contractions --fuse-maps --assign-layouts --lower-to-kernel --schedule --split-input-file %s | FileCheck %s

// A group's first channel moves the channel's index and leaves no shape: the channels of a group go on the lanes though
// the image has a border. Panels and blocks divide groups of 32.
// CHECK-LABEL: kernel.entry @even
// CHECK: kernel.contract "conv2d_f32" number 0 {{.*}} outs(%{{.*}} : !kernel.buffer<2x64x9x9xf32, #kernel.layout<[0, 1, 2, 3], block = [1], by = [16]>>)
// CHECK: kernel.contract "conv2d_f32" number 1 dims [2, 2, 32, 9, 9, 3, 3, 32] {{.*}} b(%{{.*}} : <64x32x3x3xf32, #kernel.layout<[0, 2, 3, 1], block = [0], by = [32]>>) {{.*}} schedule #kernel.cpu_schedule<lanes = 2,
module attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "+avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  sinter.symbol @w1 : tensor<64x64x1x1xf32> kind parameter init <normal, 0.0, 0.01>
  sinter.symbol @w2 : tensor<64x32x3x3xf32> kind parameter init <normal, 0.0, 0.01>
  sinter.entry @even name("predict") kind(predict) batch(0) inputs ["x"] {
  ^bb0(%x: tensor<2x64x9x9xf32>):
    %w1 = sinter.get @w1 : tensor<64x64x1x1xf32>
    %w2 = sinter.get @w2 : tensor<64x32x3x3xf32>
    %h = sinter.conv2d %x, %w1 {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<2x64x9x9xf32>, tensor<64x64x1x1xf32>) -> tensor<2x64x9x9xf32>
    %y = sinter.conv2d %h, %w2 {strides = array<i64: 1, 1>, low = array<i64: 1, 1>, high = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 2 : i64} : (tensor<2x64x9x9xf32>, tensor<64x32x3x3xf32>) -> tensor<2x64x9x9xf32>
    sinter.return outputs(%y : tensor<2x64x9x9xf32>) names ["y"] symbols []
  }
}

// -----

// Blocks of 16 cut groups of 12 unevenly, and sums over them would be left to plain loops: the image stays row-major,
// and a panel is a group.
// CHECK-LABEL: kernel.entry @uneven
// CHECK: kernel.contract "conv2d_f32" number 0 {{.*}} outs(%{{.*}} : !kernel.buffer<2x24x9x9xf32>)
// CHECK: kernel.contract "conv2d_f32" number 1 dims [2, 2, 12, 9, 9, 3, 3, 12] {{.*}} b(%{{.*}} : <24x12x3x3xf32, #kernel.layout<[0, 2, 3, 1], block = [0], by = [12]>>) {{.*}} schedule #kernel.cpu_schedule<lanes = 2,
module attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "+avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  sinter.symbol @w1 : tensor<24x24x1x1xf32> kind parameter init <normal, 0.0, 0.01>
  sinter.symbol @w2 : tensor<24x12x3x3xf32> kind parameter init <normal, 0.0, 0.01>
  sinter.entry @uneven name("predict") kind(predict) batch(0) inputs ["x"] {
  ^bb0(%x: tensor<2x24x9x9xf32>):
    %w1 = sinter.get @w1 : tensor<24x24x1x1xf32>
    %w2 = sinter.get @w2 : tensor<24x12x3x3xf32>
    %h = sinter.conv2d %x, %w1 {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<2x24x9x9xf32>, tensor<24x24x1x1xf32>) -> tensor<2x24x9x9xf32>
    %y = sinter.conv2d %h, %w2 {strides = array<i64: 1, 1>, low = array<i64: 1, 1>, high = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 2 : i64} : (tensor<2x24x9x9xf32>, tensor<24x12x3x3xf32>) -> tensor<2x24x9x9xf32>
    sinter.return outputs(%y : tensor<2x24x9x9xf32>) names ["y"] symbols []
  }
}
