// Folds and canonical forms: only what holds for every float, NaN and signed zero included.
// RUN: sinter-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: @identities name
sinter.entry @identities name("e") kind(predict) batch(0) inputs ["x", "i"] {
^bb0(%x: tensor<3x2xf32>, %i: tensor<3xi32>):
  %one = sinter.constant dense<1.0> : tensor<f32>
  %zero = sinter.constant dense<0.0> : tensor<f32>
  // x * 1, 1 * x, x / 1, x - 0
  %0 = sinter.mul %x, %one : (tensor<3x2xf32>, tensor<f32>) -> tensor<3x2xf32>
  %1 = sinter.mul %one, %0 : (tensor<f32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  %2 = sinter.div %1, %one : (tensor<3x2xf32>, tensor<f32>) -> tensor<3x2xf32>
  %3 = sinter.sub %2, %zero : (tensor<3x2xf32>, tensor<f32>) -> tensor<3x2xf32>
  // -(-x), a cast to itself, no axes, everything sliced, nothing padded, one part joined
  %4 = sinter.neg %3 : (tensor<3x2xf32>) -> tensor<3x2xf32>
  %5 = sinter.neg %4 : (tensor<3x2xf32>) -> tensor<3x2xf32>
  %6 = sinter.cast %5 : (tensor<3x2xf32>) -> tensor<3x2xf32>
  %7 = sinter.sum %6 axes [] : (tensor<3x2xf32>) -> tensor<3x2xf32>
  %8 = sinter.reduce_max %7 axes [] : (tensor<3x2xf32>) -> tensor<3x2xf32>
  %9 = sinter.reduce_min %8 axes [] : (tensor<3x2xf32>) -> tensor<3x2xf32>
  %10 = sinter.slice %9 starts [0, 0] limits [3, 2] strides [1, 1] : (tensor<3x2xf32>) -> tensor<3x2xf32>
  %11 = sinter.pad %10 low [0, 0] high [0, 0] : (tensor<3x2xf32>) -> tensor<3x2xf32>
  %12 = sinter.concat %11 axis 1 : (tensor<3x2xf32>) -> tensor<3x2xf32>
  // there and back again
  %13 = sinter.transpose %12 perm [1, 0] : (tensor<3x2xf32>) -> tensor<2x3xf32>
  %14 = sinter.transpose %13 perm [1, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %15 = sinter.reshape %14 : (tensor<3x2xf32>) -> tensor<6xf32>
  %16 = sinter.reshape %15 : (tensor<6xf32>) -> tensor<3x2xf32>
  %17 = sinter.broadcast_to %16 : (tensor<3x2xf32>) -> tensor<3x2xf32>
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: sinter.return outputs(%x :
  sinter.return outputs(%17 : tensor<3x2xf32>) names ["y"] symbols []
}

// x + 0 is not x for x = -0, x * 0 is not 0 for NaN, x - (-0) is not x for x = -0, x / x is not 1.
// CHECK-LABEL: @not_identities name
sinter.entry @not_identities name("e") kind(predict) batch(0) inputs ["x"] {
^bb0(%x: tensor<3xf32>):
  %zero = sinter.constant dense<0.0> : tensor<f32>
  %minus = sinter.constant dense<-0.0> : tensor<f32>
  // CHECK: sinter.add
  %0 = sinter.add %x, %zero : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  // CHECK: sinter.mul
  %1 = sinter.mul %0, %zero : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  // CHECK: sinter.sub
  %2 = sinter.sub %1, %minus : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  // CHECK: sinter.div
  %3 = sinter.div %2, %2 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  // Identities that change the shape stay.
  %one = sinter.constant dense<1.0> : tensor<2x1xf32>
  // CHECK: sinter.mul {{.*}} -> tensor<2x3xf32>
  %4 = sinter.mul %3, %one : (tensor<3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  sinter.return outputs(%4 : tensor<2x3xf32>) names ["y"] symbols []
}

// Elementwise ops broadcast by themselves; where a broadcast gives the result its shape, it stays.
// CHECK-LABEL: @broadcasts name
sinter.entry @broadcasts name("e") kind(predict) batch(0) inputs ["x", "y"] {
^bb0(%x: tensor<4x3xf32>, %y: tensor<3xf32>):
  %0 = sinter.broadcast_to %y : (tensor<3xf32>) -> tensor<4x3xf32>
  // CHECK: %[[B:.*]] = sinter.broadcast_to %y
  // CHECK-NEXT: sinter.add %x, %y : (tensor<4x3xf32>, tensor<3xf32>) -> tensor<4x3xf32>
  %1 = sinter.add %x, %0 : (tensor<4x3xf32>, tensor<4x3xf32>) -> tensor<4x3xf32>
  // CHECK-NEXT: sinter.mul %y, %[[B]]
  %2 = sinter.mul %0, %0 : (tensor<4x3xf32>, tensor<4x3xf32>) -> tensor<4x3xf32>
  // CHECK-NEXT: sinter.exp %[[B]]
  %3 = sinter.exp %0 : (tensor<4x3xf32>) -> tensor<4x3xf32>
  sinter.return outputs(%1, %2, %3 : tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>) names ["a", "b", "c"] symbols []
}

// Transposes compose, vanish in products, and are views when only axes of size 1 move.
// CHECK-LABEL: @transposes name
sinter.entry @transposes name("e") kind(predict) batch(0) inputs ["x", "y", "z"] {
^bb0(%x: tensor<2x3x4xf32>, %y: tensor<5x3xf32>, %z: tensor<1x3x1x4xf32>):
  %0 = sinter.transpose %x perm [1, 2, 0] : (tensor<2x3x4xf32>) -> tensor<3x4x2xf32>
  // CHECK: sinter.transpose %x perm [2, 0, 1] : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
  %1 = sinter.transpose %0 perm [1, 2, 0] : (tensor<3x4x2xf32>) -> tensor<4x2x3xf32>
  %2 = sinter.transpose %y perm [1, 0] : (tensor<5x3xf32>) -> tensor<3x5xf32>
  // CHECK: sinter.matmul %{{.*}}, %y {transpose_b = true} : (tensor<4x2x3xf32>, tensor<5x3xf32>) -> tensor<4x2x5xf32>
  %3 = sinter.matmul %1, %2 : (tensor<4x2x3xf32>, tensor<3x5xf32>) -> tensor<4x2x5xf32>
  // CHECK: sinter.matmul %y, %y {transpose_b = true} : (tensor<5x3xf32>, tensor<5x3xf32>) -> tensor<5x5xf32>
  %4 = sinter.matmul %2, %2 {transpose_a = true} : (tensor<3x5xf32>, tensor<3x5xf32>) -> tensor<5x5xf32>
  // CHECK: sinter.reshape %z : (tensor<1x3x1x4xf32>) -> tensor<3x4x1x1xf32>
  %5 = sinter.transpose %z perm [1, 3, 2, 0] : (tensor<1x3x1x4xf32>) -> tensor<3x4x1x1xf32>
  sinter.return outputs(%3, %4, %5 : tensor<4x2x5xf32>, tensor<5x5xf32>, tensor<3x4x1x1xf32>) names ["a", "b", "c"] symbols []
}

// Data movement of constants happens now.
// CHECK-LABEL: @constants name
sinter.entry @constants name("e") kind(predict) batch(0) inputs [] {
  %0 = sinter.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi32>
  // CHECK-DAG: sinter.constant dense<[1, 2, 3, 4]> : tensor<4xi32>
  %1 = sinter.reshape %0 : (tensor<2x2xi32>) -> tensor<4xi32>
  %2 = sinter.constant dense<2.0> : tensor<3x1xf32>
  // CHECK-DAG: sinter.constant dense<2.000000e+00> : tensor<3x5xf32>
  %3 = sinter.broadcast_to %2 : (tensor<3x1xf32>) -> tensor<3x5xf32>
  // CHECK-DAG: sinter.constant dense<2.000000e+00> : tensor<1x3xf32>
  %4 = sinter.transpose %2 perm [1, 0] : (tensor<3x1xf32>) -> tensor<1x3xf32>
  sinter.return outputs(%1, %3, %4 : tensor<4xi32>, tensor<3x5xf32>, tensor<1x3xf32>) names ["a", "b", "c"] symbols []
}

// Layout conversions: to the same layout, there and back, and through another one.
// CHECK-LABEL: @layouts name
sinter.entry @layouts name("e") kind(predict) batch(0) inputs ["x"] {
^bb0(%x: tensor<4x3xf32>):
  %0 = sinter.convert_layout %x : tensor<4x3xf32> to tensor<4x3xf32, #kernel.layout<[1, 0]>>
  %1 = sinter.convert_layout %0 : tensor<4x3xf32, #kernel.layout<[1, 0]>> to tensor<4x3xf32>
  // CHECK: %[[P:.*]] = sinter.convert_layout %x : tensor<4x3xf32> to tensor<4x3xf32, #kernel.layout<[0, 1], block = [0], by = [2]>>
  %2 = sinter.convert_layout %0 : tensor<4x3xf32, #kernel.layout<[1, 0]>> to tensor<4x3xf32, #kernel.layout<[0, 1], block = [0], by = [2]>>
  // CHECK-NEXT: sinter.return outputs(%x, %[[P]] :
  sinter.return outputs(%1, %2 : tensor<4x3xf32>, tensor<4x3xf32, #kernel.layout<[0, 1], block = [0], by = [2]>>) names ["a", "b"] symbols []
}

// The sum over a stack of products that come in rows of what is summed is one product over all rows; another stack stays.
// CHECK-LABEL: sinter.entry @stack
sinter.entry @stack name("stack") kind(predict) batch(0) inputs ["x", "y"] {
^bb0(%x: tensor<5x3x4xf32>, %y: tensor<5x3x6xf32>):
  // CHECK-DAG: %[[X:.*]] = sinter.reshape %x : (tensor<5x3x4xf32>) -> tensor<15x4xf32>
  // CHECK-DAG: %[[Y:.*]] = sinter.reshape %y : (tensor<5x3x6xf32>) -> tensor<15x6xf32>
  // CHECK: sinter.matmul %[[X]], %[[Y]] {transpose_a = true} : (tensor<15x4xf32>, tensor<15x6xf32>) -> tensor<4x6xf32>
  %0 = sinter.matmul %x, %y {transpose_a = true} : (tensor<5x3x4xf32>, tensor<5x3x6xf32>) -> tensor<5x4x6xf32>
  %1 = sinter.sum %0 axes [0] : (tensor<5x4x6xf32>) -> tensor<4x6xf32>
  // CHECK: sinter.matmul %x, %x {transpose_b = true}
  // CHECK: sinter.sum
  %2 = sinter.matmul %x, %x {transpose_b = true} : (tensor<5x3x4xf32>, tensor<5x3x4xf32>) -> tensor<5x3x3xf32>
  %3 = sinter.sum %2 axes [0] : (tensor<5x3x3xf32>) -> tensor<3x3xf32>
  sinter.return outputs(%1, %3 : tensor<4x6xf32>, tensor<3x3xf32>) names ["a", "b"] symbols []
}

// What is linear of slices added to zeros is done to the slices, and a symbol with them added begins as the symbol: a step
// of plain SGD. Another sum is no base (momentum), and a square is not linear.
sinter.scalar @lr : f32 initial 1.0e-1 help ""
sinter.symbol @table : tensor<9x4xf32> kind parameter init <normal, 0.0, 1.0>
// CHECK-LABEL: sinter.entry @slices
sinter.entry @slices name("slices") kind(train) batch(1) inputs ["at", "x", "v"] {
^bb0(%at: tensor<3xi32>, %x: tensor<3x4xf32>, %v: tensor<9x4xf32>):
  %zeros = sinter.constant dense<0.0> : tensor<9x4xf32>
  %w = sinter.get @table : tensor<9x4xf32>
  %lr = sinter.get @lr : tensor<f32>
  // CHECK: %[[RATE:.*]] = sinter.get @lr
  // CHECK-DAG: %[[STEP:.*]] = sinter.mul %[[RATE]], %x : (tensor<f32>, tensor<3x4xf32>) -> tensor<3x4xf32>
  // CHECK-DAG: %[[DOWN:.*]] = sinter.sub %{{.*}}, %[[STEP]] : ({{.*}}) -> tensor<3x4xf32>
  // CHECK: %[[NEW:.*]] = sinter.scatter_add %{{.*}} at %at add %[[DOWN]] axis 0
  %g0 = sinter.scatter_add %zeros at %at add %x axis 0 : (tensor<9x4xf32>, tensor<3xi32>, tensor<3x4xf32>) -> tensor<9x4xf32>
  %step = sinter.mul %lr, %g0 : (tensor<f32>, tensor<9x4xf32>) -> tensor<9x4xf32>
  %new = sinter.sub %w, %step : (tensor<9x4xf32>, tensor<9x4xf32>) -> tensor<9x4xf32>
  // CHECK: %[[G:.*]] = sinter.scatter_add
  // CHECK: sinter.add %v, %[[G]]
  %g1 = sinter.scatter_add %zeros at %at add %x axis 0 : (tensor<9x4xf32>, tensor<3xi32>, tensor<3x4xf32>) -> tensor<9x4xf32>
  %sum = sinter.add %v, %g1 : (tensor<9x4xf32>, tensor<9x4xf32>) -> tensor<9x4xf32>
  %twice = sinter.add %sum, %sum : (tensor<9x4xf32>, tensor<9x4xf32>) -> tensor<9x4xf32>
  // CHECK: %[[H:.*]] = sinter.scatter_add
  // CHECK: sinter.mul %[[H]], %[[H]]
  %g2 = sinter.scatter_add %zeros at %at add %x axis 0 : (tensor<9x4xf32>, tensor<3xi32>, tensor<3x4xf32>) -> tensor<9x4xf32>
  %square = sinter.mul %g2, %g2 : (tensor<9x4xf32>, tensor<9x4xf32>) -> tensor<9x4xf32>
  sinter.return outputs(%twice, %square : tensor<9x4xf32>, tensor<9x4xf32>) names ["a", "b"] updates(%new : tensor<9x4xf32>) symbols [@table]
}

// Heads of a third of what one product made: the axis is split before the slice, which takes whole heads. Not so where it
// would cut them, takes every second one, or where the slice is used otherwise, too. Their gradient: zeros go around what
// lies as before the transpose.
// CHECK-LABEL: sinter.entry @heads
sinter.entry @heads name("heads") kind(predict) batch(0) inputs ["x", "g"] {
^bb0(%x: tensor<2x5x24xf32>, %g: tensor<2x3x5x4xf32>):
  // CHECK: %[[SPLIT:.*]] = sinter.reshape %x : (tensor<2x5x24xf32>) -> tensor<2x5x6x4xf32>
  // CHECK: sinter.slice %[[SPLIT]] starts [0, 1, 3, 0] limits [2, 5, 6, 4] strides [1, 2, 1, 1] : (tensor<2x5x6x4xf32>) -> tensor<2x2x3x4xf32>
  %0 = sinter.slice %x starts [0, 1, 12] limits [2, 5, 24] strides [1, 2, 1] : (tensor<2x5x24xf32>) -> tensor<2x2x12xf32>
  %1 = sinter.reshape %0 : (tensor<2x2x12xf32>) -> tensor<2x2x3x4xf32>
  // CHECK: %[[CUT:.*]] = sinter.slice %x
  // CHECK: sinter.reshape %[[CUT]]
  %2 = sinter.slice %x starts [0, 0, 2] limits [2, 5, 14] strides [1, 1, 1] : (tensor<2x5x24xf32>) -> tensor<2x5x12xf32>
  %3 = sinter.reshape %2 : (tensor<2x5x12xf32>) -> tensor<2x5x3x4xf32>
  // CHECK: %[[SECOND:.*]] = sinter.slice %x
  // CHECK: sinter.reshape %[[SECOND]]
  %4 = sinter.slice %x starts [0, 0, 0] limits [2, 5, 24] strides [1, 1, 2] : (tensor<2x5x24xf32>) -> tensor<2x5x12xf32>
  %5 = sinter.reshape %4 : (tensor<2x5x12xf32>) -> tensor<2x5x3x4xf32>
  // CHECK: %[[SHOWN:.*]] = sinter.slice %x
  // CHECK: sinter.reshape %[[SHOWN]]
  %6 = sinter.slice %x starts [0, 0, 4] limits [2, 5, 16] strides [1, 1, 1] : (tensor<2x5x24xf32>) -> tensor<2x5x12xf32>
  %7 = sinter.reshape %6 : (tensor<2x5x12xf32>) -> tensor<2x5x3x4xf32>
  // CHECK: %[[ZEROS:.*]] = sinter.pad %g low [0, 3, 0, 0] high [0, 1, 0, 0] : (tensor<2x3x5x4xf32>) -> tensor<2x7x5x4xf32>
  // CHECK: sinter.transpose %[[ZEROS]] perm [0, 2, 1, 3]
  %8 = sinter.transpose %g perm [0, 2, 1, 3] : (tensor<2x3x5x4xf32>) -> tensor<2x5x3x4xf32>
  %9 = sinter.pad %8 low [0, 0, 3, 0] high [0, 0, 1, 0] : (tensor<2x5x3x4xf32>) -> tensor<2x5x7x4xf32>
  sinter.return outputs(%1, %3, %5, %6, %7, %9 : tensor<2x2x3x4xf32>, tensor<2x5x3x4xf32>, tensor<2x5x3x4xf32>, tensor<2x5x12xf32>, tensor<2x5x3x4xf32>, tensor<2x5x7x4xf32>) names ["a", "b", "c", "d", "e", "f"] symbols []
}
