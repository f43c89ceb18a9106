// Forward mode: an op's rule is the transpose of its gradient; loops and choices carry tangents beside values.
// RUN: sinter-opt %s --differentiate | FileCheck %s

// CHECK-LABEL: sinter.entry @ops
// CHECK: %[[P:.*]] = sinter.mul %x, %w
// CHECK-NEXT: %[[A:.*]] = sinter.mul %t, %w
// CHECK-NEXT: %[[E:.*]] = sinter.exp %[[P]]
// CHECK-NEXT: %[[T:.*]] = sinter.mul %[[A]], %[[E]]
// CHECK-NEXT: sinter.return outputs(%[[E]], %[[T]]
sinter.entry @ops name("e") kind(predict) batch(0) inputs ["x", "w", "t"] {
^bb0(%x: tensor<3xf32>, %w: tensor<3xf32>, %t: tensor<3xf32>):
  %0 = sinter.mul %x, %w : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %1 = sinter.exp %0 : (tensor<3xf32>) -> tensor<3xf32>
  %ty = sinter.jvp %1, %x, %t ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  sinter.return outputs(%1, %ty : tensor<3xf32>, tensor<3xf32>) names ["y", "ty"] symbols []
}

// A stopped gradient does not move either; what does not move at all has tangents of 0.
// CHECK-LABEL: sinter.entry @still
// CHECK: %[[Z:.*]] = sinter.constant dense<0.0
// CHECK: sinter.return outputs(%[[Z]], %[[Z2:.*]] :
sinter.entry @still name("e") kind(predict) batch(0) inputs ["x", "w", "t"] {
^bb0(%x: tensor<3xf32>, %w: tensor<3xf32>, %t: tensor<3xf32>):
  %0 = sinter.stop_gradient %x : (tensor<3xf32>) -> tensor<3xf32>
  %1 = sinter.exp %0 : (tensor<3xf32>) -> tensor<3xf32>
  %2 = sinter.exp %w : (tensor<3xf32>) -> tensor<3xf32>
  %ty:2 = sinter.jvp %1, %2, %x, %t ys 2 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  sinter.return outputs(%ty#0, %ty#1 : tensor<3xf32>, tensor<3xf32>) names ["a", "b"] symbols []
}

// One loop that does both; the tangent of a captured w, and of a carried value that moves only from the second step on.
// CHECK-LABEL: sinter.entry @loop
// CHECK: %[[Z:.*]] = sinter.constant dense<0.0
// CHECK: %[[S:.*]]:4 = sinter.scan(%h, %[[Z]], %x, %w, %t) carried 2 stacked 1 length 4
// CHECK: ^bb0(%{{.*}}: tensor<i64>, %[[C:.*]]: tensor<3xf32>, %[[CT:.*]]: tensor<3xf32>, %[[X:.*]]: tensor<3xf32>, %[[W:.*]]: tensor<3xf32>, %[[WT:.*]]: tensor<3xf32>)
// CHECK: sinter.yield %[[N:.*]], %[[NT:.*]], %[[N]], %[[NT]]
// CHECK-NOT: sinter.scan
// CHECK: sinter.return outputs(%[[S]]#0, %[[S]]#3
sinter.entry @loop name("e") kind(predict) batch(0) inputs ["h", "x", "w", "t"] {
^bb0(%h: tensor<3xf32>, %x: tensor<4x3xf32>, %w: tensor<3xf32>, %t: tensor<3xf32>):
  %last, %ys = sinter.scan (%h, %x, %w) carried 1 stacked 1 length 4 : (tensor<3xf32>, tensor<4x3xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<4x3xf32>) {
  ^bb0(%i: tensor<i64>, %c: tensor<3xf32>, %s: tensor<3xf32>, %v: tensor<3xf32>):
    %0 = sinter.mul %c, %v : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %1 = sinter.add %0, %s : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    sinter.yield %1, %1 : tensor<3xf32>, tensor<3xf32>
  }
  %ty = sinter.jvp %ys, %w, %t ys 1 : (tensor<4x3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<4x3xf32>
  sinter.return outputs(%last, %ty : tensor<3xf32>, tensor<4x3xf32>) names ["last", "ty"] symbols []
}

// A tangent that is made after the loop: the loop stays, another one makes the tangents.
// CHECK-LABEL: sinter.entry @late
// CHECK: sinter.scan(%h, %w) carried 1
// CHECK: %[[T:.*]] = sinter.exp %{{.*}}
// CHECK: sinter.scan(%h, %{{.*}}, %w, %[[T]]) carried 2
sinter.entry @late name("e") kind(predict) batch(0) inputs ["h", "w"] {
^bb0(%h: tensor<3xf32>, %w: tensor<3xf32>):
  %last = sinter.scan (%h, %w) carried 1 stacked 0 length 4 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%i: tensor<i64>, %c: tensor<3xf32>, %v: tensor<3xf32>):
    %0 = sinter.mul %c, %v : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    sinter.yield %0 : tensor<3xf32>
  }
  %t = sinter.exp %last : (tensor<3xf32>) -> tensor<3xf32>
  %ty = sinter.jvp %last, %w, %t ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  sinter.return outputs(%ty : tensor<3xf32>) names ["ty"] symbols []
}

// Forward mode saves nothing, so it goes through a loop of any number of steps.
// CHECK-LABEL: sinter.entry @while
// CHECK: %[[R:.*]]:2 = sinter.while(%x, %t) carried 2
// CHECK: ^bb0(%[[A:.*]]: tensor<f32>, %{{.*}}: tensor<f32>)
// CHECK: sinter.compare "lt" %[[A]]
// CHECK: sinter.return outputs(%[[R]]#0, %[[R]]#1
sinter.entry @while name("e") kind(predict) batch(0) inputs ["x", "t"] {
^bb0(%x: tensor<f32>, %t: tensor<f32>):
  %r = sinter.while (%x) carried 1 : (tensor<f32>) -> tensor<f32> {
  ^bb0(%a: tensor<f32>):
    %1 = sinter.constant dense<9.0> : tensor<f32>
    %2 = sinter.compare "lt" %a, %1 : (tensor<f32>, tensor<f32>) -> tensor<i1>
    sinter.yield %2 : tensor<i1>
  } do {
  ^bb0(%a: tensor<f32>):
    %0 = sinter.mul %a, %a : (tensor<f32>, tensor<f32>) -> tensor<f32>
    sinter.yield %0 : tensor<f32>
  }
  %ty = sinter.jvp %r, %x, %t ys 1 : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<f32>
  sinter.return outputs(%r, %ty : tensor<f32>, tensor<f32>) names ["y", "ty"] symbols []
}
