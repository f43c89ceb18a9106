// The pass: which ops carry cotangents, what it leaves behind, where new ops come from.
// RUN: sinter-opt %s --differentiate --mlir-print-debuginfo --mlir-print-local-scope 2>/dev/null | FileCheck %s

// A later gradient differentiates through the code of an earlier one (D9): d(3x^2)/dx reads what the first made.
// CHECK-LABEL: sinter.entry @second name
sinter.entry @second name("e") kind(train) batch(0) inputs ["x", "d"] {
^bb0(%x: tensor<3xf32>, %d: tensor<3xf32>):
  // CHECK: %[[X2:.*]] = sinter.mul %x, %x
  %0 = sinter.mul %x, %x : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %1 = sinter.mul %0, %x : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  // CHECK: %[[DX:.*]] = sinter.mul %d, %x
  // CHECK: %[[DX2:.*]] = sinter.mul %d, %[[X2]]
  // CHECK: %[[T:.*]] = sinter.mul %[[DX]], %x
  // CHECK: %[[SUM:.*]] = sinter.add %[[DX2]], %[[T]]
  // CHECK-NEXT: %[[FIRST:.*]] = sinter.add %[[SUM]], %
  // CHECK: sinter.mul %d, %[[DX]]
  // CHECK-NOT: sinter.gradient
  // CHECK: sinter.return outputs(%[[FIRST]], %
  %g = sinter.gradient %1, %d, %x ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %h = sinter.gradient %g, %d, %x ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  sinter.return outputs(%g, %h : tensor<3xf32>, tensor<3xf32>) names ["first", "second"] symbols []
}

// Several ys: their cotangents are added where they meet. A y that is an x gets its own cotangent.
// CHECK-LABEL: sinter.entry @several name
sinter.entry @several name("e") kind(train) batch(0) inputs ["x", "d", "e"] {
^bb0(%x: tensor<3xf32>, %d: tensor<3xf32>, %e: tensor<3xf32>):
  %0 = sinter.neg %x : (tensor<3xf32>) -> tensor<3xf32>
  // CHECK: sinter.neg %x
  // CHECK-NEXT: %[[N:.*]] = sinter.neg %d
  // CHECK-NEXT: %[[S:.*]] = sinter.add %e, %[[N]]
  // CHECK-NEXT: sinter.return outputs(%[[S]]
  %g = sinter.gradient %0, %x, %d, %e, %x ys 2
      : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  sinter.return outputs(%g : tensor<3xf32>) names ["dx"] symbols []
}

// x may stand in the middle: nothing behind it is differentiated.
// CHECK-LABEL: sinter.entry @middle name
sinter.entry @middle name("e") kind(train) batch(0) inputs ["x", "d"] {
^bb0(%x: tensor<3xf32>, %d: tensor<3xf32>):
  // CHECK: %[[E:.*]] = sinter.exp %x
  // CHECK-NEXT: %[[T:.*]] = sinter.tanh %[[E]]
  // CHECK-NOT: sinter.exp
  %0 = sinter.exp %x : (tensor<3xf32>) -> tensor<3xf32>
  %1 = sinter.tanh %0 : (tensor<3xf32>) -> tensor<3xf32>
  // CHECK: %[[G:.*]] = sinter.mul %d, %
  // CHECK-NEXT: sinter.return outputs(%[[G]]
  %g = sinter.gradient %1, %d, %0 ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  sinter.return outputs(%g : tensor<3xf32>) names ["dx"] symbols []
}

// No code is left for operands that no x hides behind: the image of a first layer gets no product of its own.
// CHECK-LABEL: sinter.entry @dead name
sinter.entry @dead name("e") kind(train) batch(0) inputs ["x", "w", "d"] {
^bb0(%x: tensor<2x3xf32>, %w: tensor<4x3xf32>, %d: tensor<2x4xf32>):
  // CHECK: sinter.matmul
  // CHECK-NEXT: sinter.matmul %d, %x {transpose_a = true}
  // CHECK-NEXT: sinter.return
  %0 = sinter.matmul %x, %w {transpose_b = true} : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  %g = sinter.gradient %0, %d, %w ys 1 : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<4x3xf32>) -> tensor<4x3xf32>
  sinter.return outputs(%g : tensor<4x3xf32>) names ["dw"] symbols []
}

// Cotangents stop at stop_gradient, at integers and at truth values; stop_gradient itself is gone afterwards.
// CHECK-LABEL: sinter.entry @stops name
sinter.entry @stops name("e") kind(train) batch(0) inputs ["x", "d"] {
^bb0(%x: tensor<3xf32>, %d: tensor<3xf32>):
  // CHECK-NOT: sinter.stop_gradient
  // CHECK: %[[E:.*]] = sinter.exp %x
  %0 = sinter.exp %x : (tensor<3xf32>) -> tensor<3xf32>
  %1 = sinter.stop_gradient %0 : (tensor<3xf32>) -> tensor<3xf32>
  %2 = sinter.compare "gt" %x, %1 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xi1>
  %3 = sinter.cast %2 : (tensor<3xi1>) -> tensor<3xf32>
  %4 = sinter.mul %x, %3 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  // CHECK: sinter.mul %[[P:.*]], %[[E]]
  %5 = sinter.mul %4, %1 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  // CHECK-NEXT: %[[A:.*]] = sinter.mul %d, %[[E]]
  // CHECK-NEXT: %[[B:.*]] = sinter.mul %[[A]], %
  // CHECK-NEXT: sinter.return outputs(%[[B]]
  %g = sinter.gradient %5, %d, %x ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  sinter.return outputs(%g : tensor<3xf32>) names ["dx"] symbols []
}

// What no y depends on gets zeros.
// CHECK-LABEL: sinter.entry @zero name
sinter.entry @zero name("e") kind(train) batch(0) inputs ["x", "y", "d"] {
^bb0(%x: tensor<3xf32>, %y: tensor<2xf64>, %d: tensor<3xf32>):
  %0 = sinter.neg %x : (tensor<3xf32>) -> tensor<3xf32>
  // CHECK: %[[Z:.*]] = sinter.constant dense<0.000000e+00> : tensor<2xf64>
  // CHECK-NEXT: sinter.return outputs(%[[Z]]
  %g = sinter.gradient %0, %d, %y ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<2xf64>) -> tensor<2xf64>
  sinter.return outputs(%g : tensor<2xf64>) names ["dy"] symbols []
}

// New ops stand where the op stands that they are the gradient of (D24), not where the gradient was asked for.
// CHECK-LABEL: sinter.entry @places name
sinter.entry @places name("e") kind(train) batch(0) inputs ["x", "y", "d"] {
^bb0(%x: tensor<3xf32>, %y: tensor<3xf32>, %d: tensor<3xf32>):
  %0 = sinter.mul %x, %y : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32> loc("fc1"("mlp.cpp":9:12))
  %1 = sinter.neg %0 : (tensor<3xf32>) -> tensor<3xf32> loc("head"("mlp.cpp":10:7))
  // CHECK: sinter.neg %d {{.*}} loc("head"("mlp.cpp":10:7))
  // CHECK-NEXT: sinter.mul %{{.*}}, %y {{.*}} loc("fc1"("mlp.cpp":9:12))
  // CHECK-NEXT: sinter.return
  %g = sinter.gradient %1, %d, %x ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32> loc("sgd"("mlp.cpp":20:1))
  sinter.return outputs(%g : tensor<3xf32>) names ["dx"] symbols []
}
