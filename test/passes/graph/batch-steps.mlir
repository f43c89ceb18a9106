// RUN: sinter-opt --batch-steps --simplify %s | FileCheck %s

// A product of slices goes in front, with what follows from it; one of captures is done once; one that only outputs need
// goes behind, and reads the stack of states that there is already.
// CHECK-LABEL: sinter.entry @rnn
sinter.entry @rnn name("rnn") kind(predict) batch(0) inputs ["x", "h", "w", "u", "v", "b"] {
^bb0(%x: tensor<5x2x3xf32>, %h: tensor<2x4xf32>, %w: tensor<3x4xf32>, %u: tensor<4x4xf32>, %v: tensor<4x6xf32>, %b: tensor<4xf32>):
  // CHECK: %[[XW:.*]] = sinter.matmul %x, %w : (tensor<5x2x3xf32>, tensor<3x4xf32>) -> tensor<5x2x4xf32>
  // CHECK: %[[XWB:.*]] = sinter.add %[[XW]], %b
  // CHECK: %[[UU:.*]] = sinter.matmul %u, %u
  // CHECK: %[[S:.*]]:2 = sinter.scan(%h, %[[XWB]], %[[UU]]) carried 1 stacked 1 length 5
  // CHECK: ^bb0(%t: tensor<i64>, %[[H:.*]]: tensor<2x4xf32>, %[[SLICE:.*]]: tensor<2x4xf32>, %[[CAPTURE:.*]]: tensor<4x4xf32>)
  // CHECK-NEXT: %[[HU:.*]] = sinter.matmul %[[H]], %[[CAPTURE]]
  // CHECK-NEXT: %[[Z:.*]] = sinter.add %[[SLICE]], %[[HU]]
  // CHECK-NEXT: %[[N:.*]] = sinter.tanh %[[Z]]
  // CHECK-NEXT: sinter.yield %[[N]], %[[N]]
  // CHECK: %[[Y:.*]] = sinter.matmul %[[S]]#1, %v : (tensor<5x2x4xf32>, tensor<4x6xf32>) -> tensor<5x2x6xf32>
  // CHECK: sinter.exp %[[Y]]
  %last, %ys = sinter.scan (%h, %x, %w, %u, %v, %b) carried 1 stacked 1 length 5
      : (tensor<2x4xf32>, tensor<5x2x3xf32>, tensor<3x4xf32>, tensor<4x4xf32>, tensor<4x6xf32>, tensor<4xf32>) -> (tensor<2x4xf32>, tensor<5x2x6xf32>) {
  ^bb0(%t: tensor<i64>, %c: tensor<2x4xf32>, %s: tensor<2x3xf32>, %wi: tensor<3x4xf32>, %ui: tensor<4x4xf32>, %vi: tensor<4x6xf32>, %bi: tensor<4xf32>):
    %0 = sinter.matmul %s, %wi : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
    %1 = sinter.add %0, %bi : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
    %2 = sinter.matmul %ui, %ui : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    %3 = sinter.matmul %c, %2 : (tensor<2x4xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
    %4 = sinter.add %1, %3 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
    %5 = sinter.tanh %4 : (tensor<2x4xf32>) -> tensor<2x4xf32>
    %6 = sinter.matmul %5, %vi : (tensor<2x4xf32>, tensor<4x6xf32>) -> tensor<2x6xf32>
    %7 = sinter.exp %6 : (tensor<2x6xf32>) -> tensor<2x6xf32>
    sinter.yield %5, %7 : tensor<2x4xf32>, tensor<2x6xf32>
  }
  sinter.return outputs(%last, %ys : tensor<2x4xf32>, tensor<5x2x6xf32>) names ["last", "ys"] symbols []
}

// What a step got as a carried value is what the step before left; without a batching rule an op stays, and so does
// elementwise work on slices; the iteration is a slice of an iota.
// CHECK-LABEL: sinter.entry @stays
sinter.entry @stays name("stays") kind(predict) batch(0) inputs ["x", "h", "w", "seed"] {
^bb0(%x: tensor<5x2x3xf32>, %h: tensor<2x3xf32>, %w: tensor<3x3xf32>, %seed: tensor<i64>):
  // CHECK: %[[IOTA:.*]] = sinter.iota 0 : tensor<5xi64>
  // CHECK: %[[S:.*]] = sinter.scan(%h, %x, %[[IOTA]], %seed) carried 1 stacked 2 length 5 reverse true
  // CHECK: sinter.exp
  // CHECK: sinter.random_uniform
  // CHECK: sinter.yield
  // CHECK: %[[FIRST:.*]] = sinter.reshape %h : (tensor<2x3xf32>) -> tensor<1x2x3xf32>
  // CHECK: %[[REST:.*]] = sinter.slice %{{.*}} starts [1, 0, 0] limits [5, 2, 3]
  // CHECK: %[[BEFORE:.*]] = sinter.concat %[[REST]], %[[FIRST]] axis 0
  // CHECK: sinter.matmul %[[BEFORE]], %w
  %last, %ys = sinter.scan (%h, %x, %w, %seed) carried 1 stacked 1 length 5 reverse true
      : (tensor<2x3xf32>, tensor<5x2x3xf32>, tensor<3x3xf32>, tensor<i64>) -> (tensor<2x3xf32>, tensor<5x2x3xf32>) {
  ^bb0(%t: tensor<i64>, %c: tensor<2x3xf32>, %s: tensor<2x3xf32>, %wi: tensor<3x3xf32>, %sd: tensor<i64>):
    %0 = sinter.exp %s : (tensor<2x3xf32>) -> tensor<2x3xf32>
    %1 = sinter.random_uniform "mask" stream 7 seed %sd step %t : (tensor<i64>, tensor<i64>) -> tensor<2x3xf32>
    %2 = sinter.mul %0, %1 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    %3 = sinter.add %c, %2 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    %4 = sinter.matmul %c, %wi : (tensor<2x3xf32>, tensor<3x3xf32>) -> tensor<2x3xf32>
    sinter.yield %3, %4 : tensor<2x3xf32>, tensor<2x3xf32>
  }
  sinter.return outputs(%last, %ys : tensor<2x3xf32>, tensor<5x2x3xf32>) names ["last", "ys"] symbols []
}

// A stepwise loop keeps the work on its slices, and gives away only that on captures alone.
// CHECK-LABEL: sinter.entry @stepwise
sinter.entry @stepwise name("stepwise") kind(predict) batch(0) inputs ["x", "h", "w"] {
^bb0(%x: tensor<5x2x3xf32>, %h: tensor<2x3xf32>, %w: tensor<3x3xf32>):
  // CHECK: %[[WW:.*]] = sinter.matmul %w, %w
  // CHECK: sinter.scan(%h, %x, %[[WW]]) carried 1 stacked 1 length 5 stepwise true
  // CHECK: sinter.matmul
  // CHECK: sinter.add
  // CHECK: sinter.matmul
  // CHECK: sinter.yield
  // CHECK-NEXT: }
  // CHECK-NEXT: sinter.return
  %last, %ys = sinter.scan (%h, %x, %w) carried 1 stacked 1 length 5 stepwise true
      : (tensor<2x3xf32>, tensor<5x2x3xf32>, tensor<3x3xf32>) -> (tensor<2x3xf32>, tensor<5x2x3xf32>) {
  ^bb0(%t: tensor<i64>, %c: tensor<2x3xf32>, %s: tensor<2x3xf32>, %wi: tensor<3x3xf32>):
    %0 = sinter.matmul %wi, %wi : (tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<3x3xf32>
    %1 = sinter.matmul %s, %0 : (tensor<2x3xf32>, tensor<3x3xf32>) -> tensor<2x3xf32>
    %2 = sinter.add %c, %1 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    %3 = sinter.matmul %2, %0 : (tensor<2x3xf32>, tensor<3x3xf32>) -> tensor<2x3xf32>
    sinter.yield %2, %3 : tensor<2x3xf32>, tensor<2x3xf32>
  }
  sinter.return outputs(%last, %ys : tensor<2x3xf32>, tensor<5x2x3xf32>) names ["last", "ys"] symbols []
}

// What a derivative in the body goes by stays in front of what it is of, also where that is work on captures alone.
// CHECK-LABEL: sinter.entry @derivative
// CHECK: sinter.scan(%x, %w)
// CHECK: %[[W:.*]] = sinter.independent
// CHECK: %[[R:.*]] = sinter.reshape %[[W]]
// CHECK: sinter.mul %{{.*}}, %[[R]]
// CHECK: sinter.gradient %{{.*}}, %{{.*}}, %[[W]] ys 1
sinter.entry @derivative name("derivative") kind(predict) batch(0) inputs ["x", "w"] {
^bb0(%x: tensor<5x2x3xf32>, %w: tensor<3xf32>):
  %gs = sinter.scan (%x, %w) carried 0 stacked 1 length 5 : (tensor<5x2x3xf32>, tensor<3xf32>) -> tensor<5x3xf32> {
  ^bb0(%t: tensor<i64>, %s: tensor<2x3xf32>, %wi: tensor<3xf32>):
    %0 = sinter.independent %wi : tensor<3xf32>
    %1 = sinter.reshape %0 : (tensor<3xf32>) -> tensor<1x3xf32>
    %2 = sinter.mul %s, %1 : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
    %3 = sinter.sum %2 axes [0, 1] : (tensor<2x3xf32>) -> tensor<f32>
    %4 = sinter.constant dense<1.0> : tensor<f32>
    %5 = sinter.gradient %3, %4, %0 ys 1 : (tensor<f32>, tensor<f32>, tensor<3xf32>) -> tensor<3xf32>
    sinter.yield %5 : tensor<3xf32>
  }
  sinter.return outputs(%gs : tensor<5x3xf32>) names ["gs"] symbols []
}
