// The order of sums follows from shapes and types alone (D1).
// RUN: sinter-opt --fuse-contractions --fuse-maps --split-input-file %s | FileCheck %s

// Rows along the innermost dim: one vector's lanes, or as many as fill pipelines.
// CHECK-LABEL: sinter.entry @rows
// CHECK: sinter.fused map(%a) algorithm <lanes 16>
// CHECK: sinter.fused map(%b) algorithm <lanes 64>
// CHECK: sinter.fused map(%c) algorithm <lanes 32>
// The last dim holds no whole number of 64 lanes.
// CHECK: sinter.fused map(%d) algorithm <lanes 16>
// One long row: chunks, as equal as whole vectors allow.
// CHECK-LABEL: sinter.entry @long
// CHECK: sinter.fused map(%a) algorithm <chunks 2 x 50176 of lanes 64 joined chain>
// CHECK: sinter.fused map(%b) algorithm <chunks 3 x 50000 of lanes 16 joined chain>
// Many sums over other dims: chains, in f32 of 16 to 31 elements, or of one slice.
// CHECK-LABEL: sinter.entry @columns
// CHECK: sinter.fused map(%a) algorithm <chain>
// CHECK: sinter.fused map(%b) algorithm <chunks 15 x 20 of chain joined chain>
// CHECK: sinter.fused map(%c) algorithm <chunks 4 x 96 of chain joined chain>
// CHECK: sinter.fused map(%d) algorithm <chain>
// 307 has no divisor: the last chunk is shorter.
// CHECK: sinter.fused map(%e) algorithm <chunks 20 x 16 of chain joined chain>
// CHECK-LABEL: sinter.entry @images
// CHECK: sinter.fused map(%a) algorithm <chain>
// CHECK: sinter.fused map(%b) algorithm <chunks 2 x 18 of chain joined chain>
// CHECK: sinter.fused map(%c) algorithm <chunks 5 x 20 of chain joined chain>
// CHECK: sinter.fused map(%d) algorithm <chunks 16 x 16 of chain joined chain>
// 7 rows of 7: two chunks of three rows, one of one.
// CHECK: sinter.fused map(%e) algorithm <chunks 3 x 21 of chain joined chain>
module @m {
  sinter.entry @rows name("rows") kind(predict) batch(0) inputs ["a", "b", "c", "d"] {
  ^bb0(%a: tensor<32x255xf32>, %b: tensor<32x256xf32>, %c: tensor<33x256xf64>, %d: tensor<3x130xf32>):
    %0 = sinter.sum %a axes [1] : (tensor<32x255xf32>) -> tensor<32xf32>
    %1 = sinter.sum %b axes [1] : (tensor<32x256xf32>) -> tensor<32xf32>
    %2 = sinter.sum %c axes [1] : (tensor<33x256xf64>) -> tensor<33xf64>
    %3 = sinter.sum %d axes [0, 1] : (tensor<3x130xf32>) -> tensor<f32>
    sinter.return outputs(%0, %1, %2, %3 : tensor<32xf32>, tensor<32xf32>, tensor<33xf64>, tensor<f32>) names ["0", "1", "2", "3"] symbols []
  }
  sinter.entry @long name("long") kind(predict) batch(0) inputs ["a", "b"] {
  ^bb0(%a: tensor<100000xf32>, %b: tensor<150x1000xf32>):
    %0 = sinter.sum %a axes [0] : (tensor<100000xf32>) -> tensor<f32>
    %1 = sinter.sum %b axes [0, 1] : (tensor<150x1000xf32>) -> tensor<f32>
    sinter.return outputs(%0, %1 : tensor<f32>, tensor<f32>) names ["0", "1"] symbols []
  }
  sinter.entry @columns name("columns") kind(predict) batch(0) inputs ["a", "b", "c", "d", "e"] {
  ^bb0(%a: tensor<32x64xf32>, %b: tensor<300x64xf32>, %c: tensor<32x4x96xf32>, %d: tensor<33x4x96xf64>, %e: tensor<307x65xf32>):
    %0 = sinter.sum %a axes [0] : (tensor<32x64xf32>) -> tensor<64xf32>
    %1 = sinter.sum %b axes [0] : (tensor<300x64xf32>) -> tensor<64xf32>
    %2 = sinter.sum %c axes [1, 2] : (tensor<32x4x96xf32>) -> tensor<32xf32>
    %3 = sinter.sum %d axes [1, 2] : (tensor<33x4x96xf64>) -> tensor<33xf64>
    %4 = sinter.sum %e axes [0] : (tensor<307x65xf32>) -> tensor<65xf32>
    sinter.return outputs(%0, %1, %2, %3, %4 : tensor<64xf32>, tensor<64xf32>, tensor<32xf32>, tensor<33xf64>, tensor<65xf32>) names ["0", "1", "2", "3", "4"] symbols []
  }
  sinter.entry @images name("images") kind(predict) batch(0) inputs ["a", "b", "c", "d", "e"] {
  ^bb0(%a: tensor<32x4x8xf32>, %b: tensor<33x6x6xf32>, %c: tensor<34x10x10xf32>, %d: tensor<35x16x16xf32>, %e: tensor<36x7x7xf32>):
    %0 = sinter.sum %a axes [1, 2] : (tensor<32x4x8xf32>) -> tensor<32xf32>
    %1 = sinter.sum %b axes [1, 2] : (tensor<33x6x6xf32>) -> tensor<33xf32>
    %2 = sinter.sum %c axes [1, 2] : (tensor<34x10x10xf32>) -> tensor<34xf32>
    %3 = sinter.sum %d axes [1, 2] : (tensor<35x16x16xf32>) -> tensor<35xf32>
    %4 = sinter.sum %e axes [1, 2] : (tensor<36x7x7xf32>) -> tensor<36xf32>
    sinter.return outputs(%0, %1, %2, %3, %4 : tensor<32xf32>, tensor<33xf32>, tensor<34xf32>, tensor<35xf32>, tensor<36xf32>) names ["0", "1", "2", "3", "4"] symbols []
  }
}

// -----

// Filter gradients add in lanes of the batch where neither the outputs of a group nor groups of one fill vectors.
// CHECK-LABEL: sinter.entry @filters
// Few channels in all.
// CHECK: sinter.fused contraction(%dy, %x) algorithm <lanes 16>
// Two groups of four outputs, and two of eight.
// CHECK: sinter.fused contraction(%dy, %x) algorithm <lanes 16>
// CHECK: sinter.fused contraction(%dz, %z) algorithm <chain>
// Sixteen groups of one, and four.
// CHECK: sinter.fused contraction(%dz) algorithm <chain>
// CHECK: sinter.fused contraction(%dw) algorithm <lanes 16>
module @m {
  sinter.entry @filters name("filters") kind(predict) batch(0) inputs ["dy", "x", "dz", "z", "dw"] {
  ^bb0(%dy: tensor<16x8x4x4xf32>, %x: tensor<16x4x4x4xf32>, %dz: tensor<16x16x4x4xf32>, %z: tensor<16x4x4x4xf32>, %dw: tensor<16x4x4x4xf32>):
    %0 = sinter.conv2d_filter_gradient %dy, %x {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1, window = array<i64: 1, 1>} : (tensor<16x8x4x4xf32>, tensor<16x4x4x4xf32>) -> tensor<8x4x1x1xf32>
    %1 = sinter.conv2d_filter_gradient %dy, %x {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 2, window = array<i64: 1, 1>} : (tensor<16x8x4x4xf32>, tensor<16x4x4x4xf32>) -> tensor<8x2x1x1xf32>
    %2 = sinter.conv2d_filter_gradient %dz, %z {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 2, window = array<i64: 1, 1>} : (tensor<16x16x4x4xf32>, tensor<16x4x4x4xf32>) -> tensor<16x2x1x1xf32>
    %3 = sinter.conv2d_filter_gradient %dz, %dz {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 16, window = array<i64: 1, 1>} : (tensor<16x16x4x4xf32>, tensor<16x16x4x4xf32>) -> tensor<16x1x1x1xf32>
    %4 = sinter.conv2d_filter_gradient %dw, %dw {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 4, window = array<i64: 1, 1>} : (tensor<16x4x4x4xf32>, tensor<16x4x4x4xf32>) -> tensor<4x1x1x1xf32>
    sinter.return outputs(%0, %1, %2, %3, %4 : tensor<8x4x1x1xf32>, tensor<8x2x1x1xf32>, tensor<16x2x1x1xf32>, tensor<16x1x1x1xf32>, tensor<4x1x1x1xf32>) names ["0", "1", "2", "3", "4"] symbols []
  }
}
