// Pooling joins the elementwise work before it, whose dims become windows and their points; the mask of an activation joins
// the kernel that sends a maximum's cotangent back.
// RUN: sinter-opt --differentiate --simplify --fuse-contractions --fuse-maps %S/../Inputs/windows.mlir | FileCheck %s
// RUN: sinter-opt --fuse-maps %s | FileCheck %s --check-prefix=REFUSED
// CHECK-LABEL: sinter.entry @train
// CHECK:       sinter.fused contraction
// CHECK:         sinter.conv2d
// CHECK:         sinter.sum {{.*}} axes [2, 3]
// CHECK:       sinter.fused map
// CHECK:       sinter.fused map
// CHECK:         sinter.sub
// CHECK:         sinter.sigmoid
// CHECK:         sinter.sum_pool2d
// CHECK-LABEL: sinter.entry @maxima
// CHECK:       sinter.max_pool2d_argmax
// CHECK:       sinter.max_pool2d_scatter
// CHECK:       sinter.compare
// CHECK:       sinter.select
// CHECK:       sinter.yield

// Windows that overlap read a value of the activation several times: it is made once, in a kernel of its own.
// REFUSED-LABEL: sinter.entry @overlap
// REFUSED: sinter.fused map
// REFUSED-SAME: relu apart from max_pool2d: reads values of another point
// REFUSED: sinter.relu
// REFUSED-NEXT: sinter.yield
// REFUSED: sinter.max_pool2d
// REFUSED-NEXT: sinter.yield
sinter.entry @overlap name("overlap") kind(predict) batch(4) inputs ["x"] {
^bb0(%x: tensor<4x8x7x7xf32>):
  %a = sinter.relu %x : (tensor<4x8x7x7xf32>) -> tensor<4x8x7x7xf32>
  %p = sinter.max_pool2d %a {window = array<i64: 3, 3>, strides = array<i64: 2, 2>, low = array<i64: 0, 0>, high = array<i64: 0, 0>} : (tensor<4x8x7x7xf32>) -> tensor<4x8x3x3xf32>
  sinter.return outputs(%p : tensor<4x8x3x3xf32>) names ["p"] symbols []
}
