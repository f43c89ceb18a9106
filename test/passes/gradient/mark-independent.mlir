// What is differentiated by stays apart from equal values, and nobody looks behind it.
// RUN: sinter-opt %s --mark-independent | FileCheck %s --check-prefix=MARK
// RUN: sinter-opt %s --mark-independent --simplify --differentiate --simplify | FileCheck %s

// Two equal values: dy/du of u * v is v, not 2u. The mark stands behind u, and all read it.
// MARK-LABEL: sinter.entry @equal
// MARK: %[[U:.*]] = sinter.exp %x
// MARK-NEXT: %[[I:.*]] = sinter.independent %[[U]] : tensor<3xf32>
// MARK-NEXT: %[[V:.*]] = sinter.exp %x
// MARK-NEXT: sinter.mul %[[I]], %[[V]]
// MARK-NEXT: sinter.gradient %{{.*}}, %d, %[[I]] ys 1
// CHECK-LABEL: sinter.entry @equal
// CHECK: %[[U:.*]] = sinter.exp %x
// CHECK-NEXT: %[[G:.*]] = sinter.mul %d, %[[U]]
// CHECK-NEXT: sinter.return outputs(%[[G]]
sinter.entry @equal name("e") kind(predict) batch(0) inputs ["x", "d"] {
^bb0(%x: tensor<3xf32>, %d: tensor<3xf32>):
  %u = sinter.exp %x : (tensor<3xf32>) -> tensor<3xf32>
  %v = sinter.exp %x : (tensor<3xf32>) -> tensor<3xf32>
  %y = sinter.mul %u, %v : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %g = sinter.gradient %y, %d, %u ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  sinter.return outputs(%g : tensor<3xf32>) names ["du"] symbols []
}

// A reshape of a reshape is one reshape to whoever may look behind the first.
// CHECK-LABEL: sinter.entry @behind
// CHECK: sinter.reshape %d
// CHECK-NOT: constant
// CHECK: sinter.return
sinter.entry @behind name("e") kind(predict) batch(0) inputs ["x", "d"] {
^bb0(%x: tensor<6xf32>, %d: tensor<6xf32>):
  %0 = sinter.reshape %x : (tensor<6xf32>) -> tensor<2x3xf32>
  %1 = sinter.reshape %0 : (tensor<2x3xf32>) -> tensor<6xf32>
  %g = sinter.gradient %1, %d, %0 ys 1 : (tensor<6xf32>, tensor<6xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  sinter.return outputs(%g : tensor<2x3xf32>) names ["dx"] symbols []
}

// In a body, what comes from outside is marked inside; inputs and symbols of the entry need no mark.
// MARK-LABEL: sinter.entry @body
// MARK-NOT: independent
// MARK: sinter.scan
// MARK: ^bb0(%t: tensor<i64>, %[[C:.*]]: tensor<3xf32>, %[[B:.*]]: tensor<3xf32>):
// MARK-NEXT: %[[I:.*]] = sinter.independent %[[C]]
// MARK-NOT: sinter.independent
// MARK: sinter.gradient %{{.*}}, %{{.*}}, %[[I]] ys 1
// MARK-NOT: independent
// CHECK-LABEL: sinter.entry @body
// CHECK-NOT: independent
sinter.entry @body name("e") kind(predict) batch(0) inputs ["h", "b", "d"] {
^bb0(%h: tensor<3xf32>, %b: tensor<3xf32>, %d: tensor<3xf32>):
  %last = sinter.scan (%h, %b) carried 1 stacked 0 length 4 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%t: tensor<i64>, %c: tensor<3xf32>, %w: tensor<3xf32>):
    %0 = sinter.mul %c, %w : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %1 = sinter.tanh %0 : (tensor<3xf32>) -> tensor<3xf32>
    %g = sinter.gradient %1, %w, %c ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %h2 = sinter.gradient %g, %w, %c ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    sinter.yield %h2 : tensor<3xf32>
  }
  %y = sinter.exp %b : (tensor<3xf32>) -> tensor<3xf32>
  %g = sinter.gradient %y, %d, %b ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  sinter.return outputs(%last, %g : tensor<3xf32>, tensor<3xf32>) names ["last", "db"] symbols []
}
