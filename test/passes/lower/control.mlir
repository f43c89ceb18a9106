// RUN: sinter-opt --fuse-contractions --fuse-maps --assign-layouts --lower-to-kernel %s | FileCheck %s

// The kernel that makes the next state writes it in the next buffer and in the slot of the stack; reverse slots count down.
// CHECK-LABEL: kernel.entry @scan
// CHECK-DAG: %[[X:.*]] = kernel.buffer "x" role(input)
// CHECK-DAG: %[[PING:.*]] = kernel.buffer "t0" role(temp)
// CHECK-DAG: %[[PONG:.*]] = kernel.buffer "t1" role(temp)
// CHECK-DAG: %[[YS:.*]] = kernel.buffer "ys" role(output)
// CHECK: kernel.map "carry_f32" number 0 {{.*}} outs(%[[PING]]
// CHECK: kernel.loop trip 5 carried(%[[PING]], %[[PONG]]
// CHECK-NEXT: ^bb0(%[[I:.*]]: index, %[[NOW:.*]]: !kernel.buffer<3xf32>, %[[NEXT:.*]]: !kernel.buffer<3xf32>)
// CHECK: %[[LAST:.*]] = arith.constant 4 : index
// CHECK: %[[AT:.*]] = arith.subi %[[LAST]], %[[I]]
// CHECK-DAG: %[[SLICE:.*]] = kernel.slot %[[X]][%[[AT]]]
// CHECK-DAG: %[[SLOT:.*]] = kernel.slot %[[YS]][%[[AT]]]
// CHECK: kernel.map {{.*}} ins(%[[NOW]], %[[SLICE]] {{.*}} outs(%[[NEXT]], %[[SLOT]]
// CHECK-NOT: kernel.map
// CHECK: -> !kernel.buffer<3xf32>
sinter.entry @scan name("scan") kind(predict) batch(0) inputs ["x", "h"] {
^bb0(%x: tensor<5x3xf32>, %h: tensor<3xf32>):
  %last, %ys = sinter.scan (%h, %x) carried 1 stacked 1 length 5 reverse true : (tensor<3xf32>, tensor<5x3xf32>) -> (tensor<3xf32>, tensor<5x3xf32>) {
  ^bb0(%t: tensor<i64>, %c: tensor<3xf32>, %s: tensor<3xf32>):
    %0 = sinter.mul %c, %s : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    sinter.yield %0, %0 : tensor<3xf32>, tensor<3xf32>
  }
  sinter.return outputs(%ys : tensor<5x3xf32>) names ["ys"] symbols []
}

// What no kernel of a body makes is copied: a state that becomes another, a capture that is chosen.
// CHECK-LABEL: kernel.entry @copies
// CHECK: kernel.loop trip 2
// CHECK: ^bb0(%{{.*}}: index, %[[A:.*]]: !kernel.buffer<3xf32>, %[[NA:.*]]: !kernel.buffer<3xf32>, %[[B:.*]]: !kernel.buffer<3xf32>, %[[NB:.*]]: !kernel.buffer<3xf32>)
// CHECK-DAG: kernel.map "carry_f32" {{.*}} ins(%[[B]] {{.*}} outs(%[[NA]]
// CHECK-DAG: kernel.map {{.*}} ins(%[[A]] {{.*}} outs(%[[NB]]
// CHECK: kernel.if %{{.*}} then {
// CHECK: kernel.map {{.*}} outs(%[[R:.*]] :
// CHECK: } else {
// CHECK: kernel.map "carry_f32" {{.*}} outs(%[[R]] :
sinter.entry @copies name("copies") kind(predict) batch(0) inputs ["h", "g", "p"] {
^bb0(%h: tensor<3xf32>, %g: tensor<3xf32>, %p: tensor<i1>):
  %r:2 = sinter.scan (%h, %g) carried 2 stacked 0 length 2 : (tensor<3xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
  ^bb0(%t: tensor<i64>, %a: tensor<3xf32>, %b: tensor<3xf32>):
    %0 = sinter.exp %a : (tensor<3xf32>) -> tensor<3xf32>
    sinter.yield %b, %0 : tensor<3xf32>, tensor<3xf32>
  }
  %c = sinter.cond %p (%r#0, %r#1) : tensor<i1>, (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%a: tensor<3xf32>, %b: tensor<3xf32>):
    %0 = sinter.sub %a, %b : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    sinter.yield %0 : tensor<3xf32>
  } else {
  ^bb0(%a: tensor<3xf32>, %b: tensor<3xf32>):
    sinter.yield %b : tensor<3xf32>
  }
  sinter.return outputs(%c : tensor<3xf32>) names ["c"] symbols []
}

// A condition is computed in front of the loop and at the end of every step.
// CHECK-LABEL: kernel.entry @while
// CHECK: kernel.map {{.*}} outs(%[[FLAG:.*]] : !kernel.buffer<i1>)
// CHECK: %[[L:.*]]:2 = kernel.loop carried(%[[FLAG]], %{{.*}}, %{{.*}}, %{{.*}} :
// CHECK: ^bb0(%{{.*}}: index, %{{.*}}: !kernel.buffer<i1>, %[[AGAIN:.*]]: !kernel.buffer<i1>, %[[NOW:.*]]: !kernel.buffer<f32>, %[[NEXT:.*]]: !kernel.buffer<f32>)
// CHECK: kernel.map {{.*}} ins(%[[NOW]] {{.*}} outs(%[[NEXT]]
// CHECK: kernel.map {{.*}} ins(%[[NEXT]] {{.*}} outs(%[[AGAIN]]
// CHECK: kernel.map "carry_f32" {{.*}} ins(%[[L]]#1
sinter.entry @while name("while") kind(predict) batch(0) inputs ["x"] {
^bb0(%x: tensor<f32>):
  %r = sinter.while (%x) carried 1 : (tensor<f32>) -> tensor<f32> {
  ^bb0(%a: tensor<f32>):
    %0 = sinter.constant dense<9.0> : tensor<f32>
    %1 = sinter.compare "lt" %a, %0 : (tensor<f32>, tensor<f32>) -> tensor<i1>
    sinter.yield %1 : tensor<i1>
  } do {
  ^bb0(%a: tensor<f32>):
    %0 = sinter.add %a, %a : (tensor<f32>, tensor<f32>) -> tensor<f32>
    sinter.yield %0 : tensor<f32>
  }
  sinter.return outputs(%r : tensor<f32>) names ["r"] symbols []
}
