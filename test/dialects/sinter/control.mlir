// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt --simplify %s | FileCheck %s --check-prefix=SIMPLE

// CHECK-LABEL: sinter.entry @forms
sinter.entry @forms name("forms") kind(predict) batch(0) inputs ["x", "h", "w", "p"] {
^bb0(%x: tensor<5x2x3xf32>, %h: tensor<2x3xf32>, %w: tensor<3x3xf32>, %p: tensor<i1>):
  // CHECK: sinter.scan(%h, %x, %w) carried 1 stacked 1 length 5 reverse true
  // CHECK-SAME: (tensor<2x3xf32>, tensor<5x2x3xf32>, tensor<3x3xf32>) -> (tensor<2x3xf32>, tensor<5x2x3xf32>)
  // CHECK: ^bb0(%t: tensor<i64>, %carried0: tensor<2x3xf32>, %slice0: tensor<2x3xf32>, %capture0: tensor<3x3xf32>)
  %last, %ys = sinter.scan (%h, %x, %w) carried 1 stacked 1 length 5 reverse true
      : (tensor<2x3xf32>, tensor<5x2x3xf32>, tensor<3x3xf32>) -> (tensor<2x3xf32>, tensor<5x2x3xf32>) {
  ^bb0(%t: tensor<i64>, %c: tensor<2x3xf32>, %s: tensor<2x3xf32>, %m: tensor<3x3xf32>):
    %0 = sinter.matmul %c, %m : (tensor<2x3xf32>, tensor<3x3xf32>) -> tensor<2x3xf32>
    %1 = sinter.add %0, %s : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    sinter.yield %1, %1 : tensor<2x3xf32>, tensor<2x3xf32>
  }
  // CHECK: sinter.cond %p(%{{.*}}) : tensor<i1>, (tensor<2x3xf32>) -> tensor<2x3xf32> {
  // CHECK: } else {
  %chosen = sinter.cond %p (%last) : tensor<i1>, (tensor<2x3xf32>) -> tensor<2x3xf32> {
  ^bb0(%a: tensor<2x3xf32>):
    %0 = sinter.exp %a : (tensor<2x3xf32>) -> tensor<2x3xf32>
    sinter.yield %0 : tensor<2x3xf32>
  } else {
  ^bb0(%a: tensor<2x3xf32>):
    sinter.yield %a : tensor<2x3xf32>
  }
  // CHECK: sinter.while(%{{.*}}, %h) carried 1 max_trips 9
  // CHECK: } do {
  %end = sinter.while (%chosen, %h) carried 1 max_trips 9 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32> {
  ^bb0(%a: tensor<2x3xf32>, %b: tensor<2x3xf32>):
    %0 = sinter.sum %a axes [0, 1] : (tensor<2x3xf32>) -> tensor<f32>
    %1 = sinter.constant dense<9.0> : tensor<f32>
    %2 = sinter.compare "lt" %0, %1 : (tensor<f32>, tensor<f32>) -> tensor<i1>
    sinter.yield %2 : tensor<i1>
  } do {
  ^bb0(%a: tensor<2x3xf32>, %b: tensor<2x3xf32>):
    %0 = sinter.add %a, %b : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    sinter.yield %0 : tensor<2x3xf32>
  }
  sinter.return outputs(%end, %ys : tensor<2x3xf32>, tensor<5x2x3xf32>) names ["end", "ys"] symbols []
}

// What nobody reads is not carried, stacked or captured; what never changes is captured.
// SIMPLE-LABEL: sinter.entry @pruned
sinter.entry @pruned name("pruned") kind(predict) batch(0) inputs ["x", "h", "w"] {
^bb0(%x: tensor<5x3xf32>, %h: tensor<3xf32>, %w: tensor<3xf32>):
  %two = sinter.constant dense<2.0> : tensor<f32>
  // SIMPLE: %[[S:.*]]:2 = sinter.scan(%h, %x, %w) carried 1 stacked 1 length 5
  // SIMPLE-SAME: -> (tensor<3xf32>, tensor<5x3xf32>)
  // SIMPLE: sinter.constant dense<2.0
  // SIMPLE: sinter.return outputs(%[[S]]#0, %[[S]]#1, %[[S]]#1, %w, %x
  %r:7 = sinter.scan (%h, %h, %w, %x, %x, %w, %two, %w) carried 3 stacked 2 length 5
      : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<5x3xf32>, tensor<5x3xf32>, tensor<3xf32>, tensor<f32>, tensor<3xf32>)
      -> (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<5x3xf32>, tensor<5x3xf32>, tensor<5x3xf32>, tensor<5x3xf32>) {
  ^bb0(%t: tensor<i64>, %c: tensor<3xf32>, %dead: tensor<3xf32>, %same: tensor<3xf32>, %s: tensor<3xf32>, %unused: tensor<3xf32>,
       %m: tensor<3xf32>, %k: tensor<f32>, %n: tensor<3xf32>):
    %0 = sinter.mul %c, %same : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %1 = sinter.add %0, %s : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %2 = sinter.mul %1, %k : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
    %3 = sinter.mul %dead, %n : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %4 = sinter.add %3, %s : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    sinter.yield %2, %4, %same, %1, %1, %s, %4
      : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
  }
  sinter.return outputs(%r#0, %r#3, %r#4, %r#2, %r#5 : tensor<3xf32>, tensor<5x3xf32>, tensor<5x3xf32>, tensor<3xf32>, tensor<5x3xf32>) names ["a", "b", "c", "d", "e"] symbols []
}

// SIMPLE-LABEL: sinter.entry @known
sinter.entry @known name("known") kind(predict) batch(0) inputs ["x", "p"] {
^bb0(%x: tensor<3xf32>, %p: tensor<i1>):
  %true = sinter.constant dense<true> : tensor<i1>
  // SIMPLE-NOT: else
  // SIMPLE: sinter.exp %x
  %a = sinter.cond %true (%x) : tensor<i1>, (tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%v: tensor<3xf32>):
    %0 = sinter.exp %v : (tensor<3xf32>) -> tensor<3xf32>
    sinter.yield %0 : tensor<3xf32>
  } else {
  ^bb0(%v: tensor<3xf32>):
    sinter.yield %v : tensor<3xf32>
  }
  // SIMPLE: sinter.cond %p(%x) : tensor<i1>, (tensor<3xf32>) -> tensor<3xf32>
  %b:2 = sinter.cond %p (%x) : tensor<i1>, (tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
  ^bb0(%v: tensor<3xf32>):
    %0 = sinter.log %v : (tensor<3xf32>) -> tensor<3xf32>
    sinter.yield %0, %v : tensor<3xf32>, tensor<3xf32>
  } else {
  ^bb0(%v: tensor<3xf32>):
    sinter.yield %v, %v : tensor<3xf32>, tensor<3xf32>
  }
  sinter.return outputs(%a, %b#0 : tensor<3xf32>, tensor<3xf32>) names ["a", "b"] symbols []
}
