// A dropout's mask is not stored: the forward and the backward kernel draw the same numbers (D2). Those are map kernels, for
// an epilogue repeats its code for every vector of a tile. The mask of the ReLU in front follows from the stored activation.
// RUN: sinter-opt --differentiate --fold --simplify --fuse-contractions --fuse-maps %S/../Inputs/dropout.mlir | FileCheck %s
// RUN: sinter-opt --differentiate --fold --simplify --fuse-contractions --fuse-maps --assign-layouts --lower-to-kernel %S/../Inputs/dropout.mlir | FileCheck %s --check-prefix=KERNEL
// CHECK-LABEL: sinter.entry @train
// CHECK: %[[H:.*]] = sinter.fused contraction(%x, %w)
// CHECK-SAME: relu apart from select: reads random numbers, whose code is too long for every vector of a tile
// CHECK: sinter.relu
// CHECK-NEXT: sinter.yield %{{[^,]*}} : tensor<8x24xf32>
// CHECK: %[[D:.*]] = sinter.fused map
// CHECK: sinter.random_uniform "drop"
// CHECK-NEXT: sinter.compare "ge"
// CHECK-NEXT: sinter.select
// CHECK-NEXT: sinter.mul
// CHECK-NEXT: sinter.yield %{{[^,]*}} : tensor<8x24xf32>
// CHECK: sinter.fused contraction(%[[D]], %v)
// CHECK: sinter.fused map({{.*}}%[[H]]
// CHECK: sinter.random_uniform "drop"
// CHECK-NEXT: sinter.compare "ge"
// CHECK-NEXT: sinter.select
// CHECK-NEXT: sinter.compare "le"
// CHECK-NEXT: sinter.select
// CHECK-NEXT: sinter.yield %{{[^,]*}} : tensor<8x24xf32>
// KERNEL-LABEL: kernel.entry @train
// KERNEL-NOT: xi1>
// KERNEL: kernel.philox
// KERNEL: kernel.philox
// KERNEL-NOT: kernel.philox
// KERNEL: kernel.entry @noise
// What is an output is stored anyway, and read where it is needed.
// CHECK-LABEL: sinter.entry @noise
// CHECK-COUNT-1: sinter.random_uniform
// CHECK-NOT: sinter.random_uniform
// CHECK: sinter.return
// Nor does an epilogue take in work that reads random numbers.
// CHECK-LABEL: sinter.entry @added
// CHECK: sinter.fused map
// CHECK: sinter.random_uniform
// CHECK: sinter.mul
// CHECK-NEXT: sinter.yield
// CHECK: sinter.fused contraction
// CHECK: sinter.matmul
// CHECK-NEXT: sinter.add
