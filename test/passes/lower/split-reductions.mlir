// RUN: sinter-opt --fuse-maps --lower-to-kernel %s | FileCheck %s

// 90,000 elements: two chunks of 150 rows, whose sums end in a second kernel; the order depends on the shape only (D1).
// CHECK-LABEL: kernel.entry @norm
// CHECK: kernel.map "sum_f32" number 0 dims [2, 150, 300] inner [1, 2] ins(%{{[a-z0-9_]+}} : !kernel.buffer<300x300xf32>)
// CHECK-SAME: algorithm <lanes 16>
// CHECK: kernel.reduce sum
// CHECK-NEXT: kernel.yield
// CHECK: kernel.map "combine_f32" number {{[0-9]+}} dims [2] inner [0]
// CHECK-SAME: algorithm <chain>
// CHECK: kernel.reduce sum
// CHECK: math.sqrt
// What needs the norm for every element is a kernel of its own.
// CHECK: kernel.map {{.*}} dims [300, 300] inner []
// CHECK: arith.divf
// 65,536 elements are one chunk; of 65,537, the last chunk is shorter: a kernel of its own beside the first.
// CHECK-LABEL: kernel.entry @whole
// CHECK: dims [65536] inner [0]
// CHECK-NOT: combine
// CHECK: kernel.map "sum_f32" number {{[0-9]+}} dims [1, 33792] inner [1] ins(%y : !kernel.buffer<65537xf32>) outs(%[[WHOLE:[a-z0-9]+]] :
// CHECK-SAME: algorithm <lanes 64>
// CHECK: kernel.map "last_chunk_f32" number {{[0-9]+}} dims [1, 31745] inner [1] ins(%y : !kernel.buffer<65537xf32>) outs(%[[LAST:[a-z0-9]+]] :
// CHECK-SAME: algorithm <lanes 64>
// CHECK: kernel.map "combine_f32" number {{[0-9]+}} dims [1] inner [0] ins(%[[WHOLE]], %[[LAST]] :
// CHECK: %[[SUM:.*]] = kernel.reduce sum {{.*}} : f64 -> f64
// CHECK: %[[REST:.*]] = arith.extf
// CHECK: %[[TOTAL:.*]] = arith.addf %[[SUM]], %[[REST]] : f64
// CHECK: arith.truncf %[[TOTAL]]
// Dropped values are made at the indices of the whole, and what is stored at every point is stored with the chunks.
// CHECK-LABEL: kernel.entry @points
// CHECK: kernel.map {{.*}} dims [3, 50, 1000] inner [1, 2]
// CHECK-SAME: outs(%{{.*}}, %{{.*}} : !kernel.buffer<3xf32>, !kernel.buffer<150x1000xf32>)
// CHECK: kernel.index 0
// CHECK: kernel.map "combine_f32"
// CHECK-LABEL: kernel.entry @load
module @m {
  sinter.entry @norm name("norm") kind(predict) batch(0) inputs ["g"] {
  ^bb0(%g: tensor<300x300xf32>):
    %sq = sinter.mul %g, %g : (tensor<300x300xf32>, tensor<300x300xf32>) -> tensor<300x300xf32>
    %s = sinter.sum %sq axes [0, 1] : (tensor<300x300xf32>) -> tensor<f32>
    %n = sinter.sqrt %s : (tensor<f32>) -> tensor<f32>
    %q = sinter.div %g, %n : (tensor<300x300xf32>, tensor<f32>) -> tensor<300x300xf32>
    sinter.return outputs(%q : tensor<300x300xf32>) names ["q"] symbols []
  }
  sinter.entry @whole name("whole") kind(predict) batch(0) inputs ["x", "y"] {
  ^bb0(%x: tensor<65536xf32>, %y: tensor<65537xf32>):
    %s = sinter.sum %x axes [0] : (tensor<65536xf32>) -> tensor<f32>
    %t = sinter.sum %y axes [0] : (tensor<65537xf32>) -> tensor<f32>
    sinter.return outputs(%s, %t : tensor<f32>, tensor<f32>) names ["s", "t"] symbols []
  }
  sinter.entry @points name("points") kind(predict) batch(0) inputs ["x"] {
  ^bb0(%x: tensor<150x1000xf32>):
    %i = sinter.iota 0 : tensor<150x1000xf32>
    %y = sinter.mul %x, %i : (tensor<150x1000xf32>, tensor<150x1000xf32>) -> tensor<150x1000xf32>
    %s = sinter.sum %y axes [0, 1] : (tensor<150x1000xf32>) -> tensor<f32>
    sinter.return outputs(%y, %s : tensor<150x1000xf32>, tensor<f32>) names ["y", "s"] symbols []
  }
}
