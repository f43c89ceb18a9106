// Pooling joins the elementwise work before it, whose dims become windows and their points; the mask of an activation joins
// the kernel that sends a maximum's cotangent back.
// RUN: sinter-opt --differentiate --simplify --fuse-contractions --fuse-maps %S/../Inputs/windows.mlir | FileCheck %s
// CHECK-LABEL: sinter.entry @train
// CHECK:       sinter.fused "contraction"
// CHECK:         sinter.conv2d
// CHECK:         sinter.sum {{.*}} axes [2, 3]
// CHECK:       sinter.fused "map"
// CHECK:       sinter.fused "map"
// CHECK:         sinter.sub
// CHECK:         sinter.sigmoid
// CHECK:         sinter.sum_pool2d
// CHECK-LABEL: sinter.entry @maxima
// CHECK:       sinter.max_pool2d_argmax
// CHECK:       sinter.max_pool2d_scatter
// CHECK:       sinter.compare
// CHECK:       sinter.select
// CHECK:       sinter.yield
