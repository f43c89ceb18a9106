// Jacobians, functions with gradients of their own, loops with a bound; and that no code is left for what nobody asks for.
// RUN: sinter-opt %s --mark-independent --simplify --differentiate --batch-steps --simplify | FileCheck %s

// Rows are steps of a loop, and what no step needs of another leaves it: here everything, one product for all rows.
// CHECK-LABEL: sinter.entry @rows
// CHECK: %[[Y:.*]] = sinter.tanh
// CHECK-NOT: sinter.tanh
// CHECK-NOT: sinter.scan
// CHECK: sinter.matmul %{{.*}}, %w {transpose_b = true} : (tensor<4x1x4xf32>, tensor<3x4xf32>) -> tensor<4x1x3xf32>
// CHECK: sinter.reshape %{{.*}} : (tensor<4x1x3xf32>) -> tensor<1x4x1x3xf32>
sinter.entry @rows name("e") kind(predict) batch(0) inputs ["x", "w"] {
^bb0(%x: tensor<1x3xf32>, %w: tensor<3x4xf32>):
  %0 = sinter.matmul %x, %w : (tensor<1x3xf32>, tensor<3x4xf32>) -> tensor<1x4xf32>
  %1 = sinter.tanh %0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %j = sinter.jacobian %1 by %x : (tensor<1x4xf32>, tensor<1x3xf32>) -> tensor<1x4x1x3xf32>
  sinter.return outputs(%1, %j : tensor<1x4xf32>, tensor<1x4x1x3xf32>) names ["y", "j"] symbols []
}

// Columns are tangents, transposed at the end.
// CHECK-LABEL: sinter.entry @columns
// CHECK: sinter.matmul %{{.*}}, %w : (tensor<3x1x3xf32>, tensor<3x4xf32>) -> tensor<3x1x4xf32>
// CHECK: sinter.transpose %{{.*}} perm [1, 0] : (tensor<3x4xf32>) -> tensor<4x3xf32>
sinter.entry @columns name("e") kind(predict) batch(0) inputs ["x", "w"] {
^bb0(%x: tensor<1x3xf32>, %w: tensor<3x4xf32>):
  %0 = sinter.matmul %x, %w : (tensor<1x3xf32>, tensor<3x4xf32>) -> tensor<1x4xf32>
  %1 = sinter.tanh %0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %j = sinter.jacobian %1 by %x {columns = true} : (tensor<1x4xf32>, tensor<1x3xf32>) -> tensor<1x4x1x3xf32>
  sinter.return outputs(%j : tensor<1x4x1x3xf32>) names ["j"] symbols []
}

// backward in the place of forward's own gradient; the captured scale gets none.
// CHECK-LABEL: sinter.entry @custom
// CHECK-NEXT: ^bb0
// CHECK-NEXT: %[[F:.*]] = sinter.floor %x
// CHECK-NEXT: %[[G:.*]] = sinter.mul %d, %s
// CHECK-NEXT: sinter.return outputs(%[[F]], %[[G]]
sinter.entry @custom name("e") kind(predict) batch(0) inputs ["x", "s", "d"] {
^bb0(%x: tensor<3xf32>, %s: tensor<3xf32>, %d: tensor<3xf32>):
  %0 = sinter.custom_gradient (%x, %s) inputs 1 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%a: tensor<3xf32>, %c: tensor<3xf32>):
    %1 = sinter.floor %a : (tensor<3xf32>) -> tensor<3xf32>
    sinter.yield %1 : tensor<3xf32>
  } backward {
  ^bb0(%a: tensor<3xf32>, %y: tensor<3xf32>, %dy: tensor<3xf32>, %c: tensor<3xf32>):
    %1 = sinter.mul %dy, %c : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    sinter.yield %1 : tensor<3xf32>
  }
  %g = sinter.gradient %0, %d, %x ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  sinter.return outputs(%0, %g : tensor<3xf32>, tensor<3xf32>) names ["y", "dx"] symbols []
}

// A loop with a bound is a scan of choices, where someone asks for its gradient.
// CHECK-LABEL: sinter.entry @bounded
// CHECK: sinter.scan({{.*}}length 5
// CHECK: sinter.cond
// CHECK: sinter.scan({{.*}}length 5 reverse true
// CHECK: sinter.cond
// CHECK-NOT: sinter.while
sinter.entry @bounded name("e") kind(predict) batch(0) inputs ["x", "d"] {
^bb0(%x: tensor<f32>, %d: tensor<f32>):
  %r = sinter.while (%x) carried 1 max_trips 5 : (tensor<f32>) -> tensor<f32> {
  ^bb0(%a: tensor<f32>):
    %1 = sinter.constant dense<9.0> : tensor<f32>
    %2 = sinter.compare "lt" %a, %1 : (tensor<f32>, tensor<f32>) -> tensor<i1>
    sinter.yield %2 : tensor<i1>
  } do {
  ^bb0(%a: tensor<f32>):
    %0 = sinter.mul %a, %a : (tensor<f32>, tensor<f32>) -> tensor<f32>
    sinter.yield %0 : tensor<f32>
  }
  %g = sinter.gradient %r, %d, %x ys 1 : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<f32>
  sinter.return outputs(%r, %g : tensor<f32>, tensor<f32>) names ["y", "dx"] symbols []
}

// A frozen layer in front: no product for its weight, none for its image. Frozen behind: its weight has none, but the
// cotangent goes through it. Nobody asks for the result either, so two products go forward and two back.
// CHECK-LABEL: sinter.entry @frozen
// CHECK: sinter.matmul %x, %encoder
// CHECK: %[[H:.*]] = sinter.tanh
// CHECK: sinter.matmul %[[H]], %middle
// CHECK: sinter.matmul %d, %head {transpose_b = true}
// CHECK: %[[G:.*]] = sinter.matmul %[[H]], %{{.*}} {transpose_a = true}
// CHECK-NOT: sinter.matmul
// CHECK: updates(%[[G]]
sinter.symbol @encoder : tensor<3x4xf32> kind parameter init <constant, 0.0, 0.0>
sinter.symbol @middle : tensor<4x4xf32> kind parameter init <constant, 0.0, 0.0>
sinter.symbol @head : tensor<4x2xf32> kind parameter init <constant, 0.0, 0.0>
sinter.entry @frozen name("e") kind(train) batch(0) inputs ["x", "d"] {
^bb0(%x: tensor<5x3xf32>, %d: tensor<5x2xf32>):
  %encoder = sinter.get @encoder : tensor<3x4xf32>
  %middle = sinter.get @middle : tensor<4x4xf32>
  %head = sinter.get @head : tensor<4x2xf32>
  %0 = sinter.matmul %x, %encoder : (tensor<5x3xf32>, tensor<3x4xf32>) -> tensor<5x4xf32>
  %1 = sinter.tanh %0 : (tensor<5x4xf32>) -> tensor<5x4xf32>
  %2 = sinter.matmul %1, %middle : (tensor<5x4xf32>, tensor<4x4xf32>) -> tensor<5x4xf32>
  %3 = sinter.tanh %2 : (tensor<5x4xf32>) -> tensor<5x4xf32>
  %4 = sinter.matmul %3, %head : (tensor<5x4xf32>, tensor<4x2xf32>) -> tensor<5x2xf32>
  %g = sinter.gradient %4, %d, %middle ys 1 : (tensor<5x2xf32>, tensor<5x2xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  sinter.return names [] updates(%g : tensor<4x4xf32>) symbols [@middle]
}
