// RUN: sinter-opt --differentiate --simplify %s | FileCheck %s

// The forward loop stacks its states; the backward one goes the other way, reads what is saved, and stacks the terms of
// weight and bias; those are added up behind it.
// CHECK-LABEL: sinter.entry @scan
sinter.entry @scan name("scan") kind(train) batch(0) inputs ["x", "h", "w", "b"] {
^bb0(%x: tensor<5x2x3xf32>, %h: tensor<2x3xf32>, %w: tensor<3x3xf32>, %b: tensor<3xf32>):
  // CHECK: %[[F:.*]]:2 = sinter.scan(%h, %x, %w, %b) carried 1 stacked 1 length 5
  // CHECK-SAME: notes = ["saved for the backward loop: exp f32[2,3]"]
  // CHECK: %[[B:.*]]:{{.*}} = sinter.scan({{.*}}) carried 1 stacked {{[0-9]}} length 5 reverse true
  // CHECK-NOT: sinter.exp
  // CHECK-COUNT-2: sinter.matmul
  // CHECK: sinter.sum {{.*}} axes [0] : (tensor<5x3x3xf32>) -> tensor<3x3xf32>
  // CHECK: sinter.sum {{.*}} axes [0] : (tensor<5x3xf32>) -> tensor<3xf32>
  %last = sinter.scan (%h, %x, %w, %b) carried 1 stacked 1 length 5
      : (tensor<2x3xf32>, tensor<5x2x3xf32>, tensor<3x3xf32>, tensor<3xf32>) -> tensor<2x3xf32> {
  ^bb0(%t: tensor<i64>, %c: tensor<2x3xf32>, %s: tensor<2x3xf32>, %wi: tensor<3x3xf32>, %bi: tensor<3xf32>):
    %0 = sinter.matmul %c, %wi : (tensor<2x3xf32>, tensor<3x3xf32>) -> tensor<2x3xf32>
    %1 = sinter.add %0, %bi : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
    %2 = sinter.sub %1, %s : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    %3 = sinter.exp %2 : (tensor<2x3xf32>) -> tensor<2x3xf32>
    sinter.yield %3 : tensor<2x3xf32>
  }
  %loss = sinter.sum %last axes [0, 1] : (tensor<2x3xf32>) -> tensor<f32>
  %one = sinter.constant dense<1.0> : tensor<f32>
  %g:3 = sinter.gradient %loss, %one, %w, %b, %x ys 1
      : (tensor<f32>, tensor<f32>, tensor<3x3xf32>, tensor<3xf32>, tensor<5x2x3xf32>) -> (tensor<3x3xf32>, tensor<3xf32>, tensor<5x2x3xf32>)
  sinter.return outputs(%loss, %g#0, %g#1, %g#2 : tensor<f32>, tensor<3x3xf32>, tensor<3xf32>, tensor<5x2x3xf32>) names ["loss", "dw", "db", "dx"] symbols []
}

// What is no sum is added up step by step; elementwise work is done again.
// CHECK-LABEL: sinter.entry @accumulated
sinter.entry @accumulated name("accumulated") kind(train) batch(0) inputs ["x", "k"] {
^bb0(%x: tensor<5x3xf32>, %k: tensor<3xf32>):
  // CHECK: sinter.scan(%x, %k) carried 0 stacked 1 length 5
  // CHECK-SAME: done again in the backward loop: tanh
  // CHECK: sinter.scan({{.*}}) carried 1 stacked 2 length 5 reverse true
  // CHECK: sinter.tanh
  // CHECK: sinter.return
  %h = sinter.constant dense<0.0> : tensor<3xf32>
  %last, %ys = sinter.scan (%h, %x, %k) carried 1 stacked 1 length 5 : (tensor<3xf32>, tensor<5x3xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<5x3xf32>) {
  ^bb0(%t: tensor<i64>, %c: tensor<3xf32>, %s: tensor<3xf32>, %ki: tensor<3xf32>):
    %0 = sinter.tanh %s : (tensor<3xf32>) -> tensor<3xf32>
    %1 = sinter.mul %0, %ki : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    sinter.yield %c, %1 : tensor<3xf32>, tensor<3xf32>
  }
  %sq = sinter.mul %ys, %ys : (tensor<5x3xf32>, tensor<5x3xf32>) -> tensor<5x3xf32>
  %loss = sinter.sum %sq axes [0, 1] : (tensor<5x3xf32>) -> tensor<f32>
  %one = sinter.constant dense<1.0> : tensor<f32>
  %g = sinter.gradient %loss, %one, %k ys 1 : (tensor<f32>, tensor<f32>, tensor<3xf32>) -> tensor<3xf32>
  sinter.return outputs(%loss, %g : tensor<f32>, tensor<3xf32>) names ["loss", "dk"] symbols []
}

// A choice's gradient is a choice; a capture that a branch does not use gets zeros there.
// CHECK-LABEL: sinter.entry @cond
sinter.entry @cond name("cond") kind(train) batch(0) inputs ["p", "x", "y"] {
^bb0(%p: tensor<i1>, %x: tensor<3xf32>, %y: tensor<3xf32>):
  // CHECK: sinter.cond %p
  // CHECK: %[[D:.*]]:2 = sinter.cond %p
  // CHECK: sinter.yield %capture1, %capture0
  // CHECK: } else {
  // CHECK: %[[ONE:.*]] = sinter.constant dense<1.0
  // CHECK: %[[ZERO:.*]] = sinter.constant dense<0.0
  // CHECK: sinter.yield %[[ZERO]], %[[ONE]]
  // CHECK: sinter.return {{.*}}%[[D]]#0, %[[D]]#1
  %r = sinter.cond %p (%x, %y) : tensor<i1>, (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%a: tensor<3xf32>, %b: tensor<3xf32>):
    %0 = sinter.mul %a, %b : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    sinter.yield %0 : tensor<3xf32>
  } else {
  ^bb0(%a: tensor<3xf32>, %b: tensor<3xf32>):
    sinter.yield %b : tensor<3xf32>
  }
  %loss = sinter.sum %r axes [0] : (tensor<3xf32>) -> tensor<f32>
  %one = sinter.constant dense<1.0> : tensor<f32>
  %g:2 = sinter.gradient %loss, %one, %x, %y ys 1 : (tensor<f32>, tensor<f32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  sinter.return outputs(%loss, %g#0, %g#1 : tensor<f32>, tensor<3xf32>, tensor<3xf32>) names ["loss", "dx", "dy"] symbols []
}
