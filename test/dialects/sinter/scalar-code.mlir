// What the scalar code of an op says, seen through the pass that puts it into kernels.
// RUN: sinter-opt %s --fuse-maps --lower-to-kernel | FileCheck %s

// CHECK: #[[AT_LABEL:.*]] = affine_map<(d0, d1)[s0] -> (d0, s0)>

// relu keeps NaN; its zero is a constant of the body.
// CHECK-LABEL: kernel.entry @relu
// CHECK: %[[Z:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: arith.maximumf %{{.*}}, %[[Z]] : f32
sinter.entry @relu name("relu") kind(predict) batch(0) inputs ["x"] {
^bb0(%x: tensor<3xf32>):
  %0 = sinter.relu %x : (tensor<3xf32>) -> tensor<3xf32>
  sinter.return outputs(%0 : tensor<3xf32>) names ["y"] symbols []
}

// Bytes are unsigned, other integers signed.
// CHECK-LABEL: kernel.entry @integers
// CHECK: arith.maxui
// CHECK: arith.cmpi ult
// CHECK: arith.maxsi
// CHECK: arith.uitofp
sinter.entry @integers name("integers") kind(predict) batch(0) inputs ["u", "i"] {
^bb0(%u: tensor<3xi8>, %i: tensor<3xi32>):
  %0 = sinter.max %u, %u : (tensor<3xi8>, tensor<3xi8>) -> tensor<3xi8>
  %1 = sinter.compare "lt" %0, %u : (tensor<3xi8>, tensor<3xi8>) -> tensor<3xi1>
  %2 = sinter.abs %i : (tensor<3xi32>) -> tensor<3xi32>
  %3 = sinter.cast %1 : (tensor<3xi1>) -> tensor<3xf32>
  sinter.return outputs(%2, %3 : tensor<3xi32>, tensor<3xf32>) names ["y", "z"] symbols []
}

// Comparisons with NaN are false, but for ne.
// CHECK-LABEL: kernel.entry @order
// CHECK: arith.cmpf oeq
// CHECK: arith.cmpf une
// CHECK: arith.cmpf oge
sinter.entry @order name("order") kind(predict) batch(0) inputs ["x", "y"] {
^bb0(%x: tensor<3xf32>, %y: tensor<3xf32>):
  %0 = sinter.compare "eq" %x, %y : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xi1>
  %1 = sinter.compare "ne" %x, %y : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xi1>
  %2 = sinter.compare "ge" %x, %y : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xi1>
  sinter.return outputs(%0, %1, %2 : tensor<3xi1>, tensor<3xi1>, tensor<3xi1>) names ["a", "b", "c"] symbols []
}

// A float that does not fit an integer becomes the nearest one and NaN becomes 0: arith alone would leave it open.
// CHECK-LABEL: kernel.entry @saturate
// CHECK: ^bb0(%[[X:.*]]: f32):
// CHECK-DAG: %[[HIGH:.*]] = arith.cmpf oge, %[[X]], %{{.*}} : f32
// CHECK-DAG: %[[FITS:.*]] = arith.cmpf olt, %[[X]], %{{.*}} : f32
// CHECK: %[[BELOW:.*]] = arith.select %[[FITS]], %[[X]], %{{.*}} : f32
// CHECK: %[[ABOVE:.*]] = arith.cmpf oge, %[[BELOW]]
// CHECK: %[[IN:.*]] = arith.select %[[ABOVE]], %[[BELOW]], %{{.*}} : f32
// CHECK-NEXT: %[[I:.*]] = arith.fptosi %[[IN]] : f32 to i32
// CHECK-NEXT: %[[MAX:.*]] = arith.constant 2147483647 : i32
// CHECK-NEXT: arith.select %[[HIGH]], %[[MAX]], %[[I]] : i32
sinter.entry @saturate name("saturate") kind(predict) batch(0) inputs ["x"] {
^bb0(%x: tensor<3xf32>):
  %0 = sinter.cast %x : (tensor<3xf32>) -> tensor<3xi32>
  sinter.return outputs(%0 : tensor<3xi32>) names ["y"] symbols []
}

// Parts of a concat are read with zeros outside and chosen by the index, so that -0 and NaN pass.
// CHECK-LABEL: kernel.entry @concat
// CHECK: kernel.map {{.*}} dims [5] inner [] padded
// CHECK: %[[AT:.*]] = kernel.index 0 : i64
// CHECK: %[[FIRST:.*]] = arith.cmpi slt, %[[AT]], %{{.*}} : i64
// CHECK: arith.select %[[FIRST]], %{{.*}}, %{{.*}} : f32
sinter.entry @concat name("concat") kind(predict) batch(0) inputs ["x", "y"] {
^bb0(%x: tensor<3xf32>, %y: tensor<2xf32>):
  %0 = sinter.concat %x, %y axis 0 : (tensor<3xf32>, tensor<2xf32>) -> tensor<5xf32>
  sinter.return outputs(%0 : tensor<5xf32>) names ["y"] symbols []
}

// Loss and softmax subtract the largest logit first. The logit of the label is one more read, at the label's value.
// CHECK-LABEL: kernel.entry @loss
// CHECK: kernel.map {{.*}} dims [4, 7] inner [1] ins(%l, %x, %x {{.*}} maps [{{.*}}, #[[AT_LABEL]], #map{{[0-9]*}}]
// CHECK: %[[M:.*]] = kernel.reduce max %[[V:.*]] : f32 -> f32
// CHECK-NEXT: %[[S:.*]] = arith.subf %[[V]], %[[M]] : f32
// CHECK-NEXT: %[[E:.*]] = math.exp %[[S]] : f32
// CHECK-NEXT: kernel.reduce sum %[[E]] : f32 -> f32
// CHECK-NEXT: math.log
// CHECK-NOT: kernel.reduce
sinter.entry @loss name("loss") kind(predict) batch(0) inputs ["x", "l"] {
^bb0(%x: tensor<4x7xf32>, %l: tensor<4xi32>):
  %0 = sinter.softmax_cross_entropy %x, %l : (tensor<4x7xf32>, tensor<4xi32>) -> tensor<4xf32>
  sinter.return outputs(%0 : tensor<4xf32>) names ["y"] symbols []
}

// Random numbers count logical elements row by row.
// CHECK-LABEL: kernel.entry @random
// CHECK-DAG: kernel.index 0 : i64
// CHECK-DAG: kernel.index 1 : i64
// CHECK: kernel.philox %{{.*}}, %{{.*}}, %{{.*}} stream 9 : f32
sinter.entry @random name("random") kind(predict) batch(0) inputs ["seed", "step"] {
^bb0(%seed: tensor<i64>, %step: tensor<i64>):
  %0 = sinter.random_uniform "d" stream 9 seed %seed step %step : (tensor<i64>, tensor<i64>) -> tensor<4x7xf32>
  sinter.return outputs(%0 : tensor<4x7xf32>) names ["y"] symbols []
}
