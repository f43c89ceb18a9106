// Elementwise ops: every refusal of the rules reaches the op, with its code.
// RUN: sinter-opt %s --split-input-file --verify-diagnostics

sinter.entry @types name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<4xf32>, %b: tensor<4xf64>):
  // expected-error @+1 {{expects operands of one element type, got f32[4] and f64[4] [E0101]}}
  %0 = sinter.add %a, %b : (tensor<4xf32>, tensor<4xf64>) -> tensor<4xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @shapes name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<4xf32>, %b: tensor<3xf32>):
  // expected-error @+1 {{expects shapes that broadcast, got f32[4] and f32[3] [E0103]}}
  %0 = sinter.mul %a, %b : (tensor<4xf32>, tensor<3xf32>) -> tensor<4xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @result name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>):
  // expected-error @+1 {{expects result type f32[4], got f32[1,4]}}
  %0 = sinter.sub %a, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @integers name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4xi32>):
  // expected-error @+1 {{[E0102]}}
  %0 = sinter.exp %a : (tensor<4xi32>) -> tensor<4xi32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @predicate name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4xf32>):
  // expected-error @+1 {{got 'less' [E0116]}}
  %0 = sinter.compare "less" %a, %a : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  sinter.return names [] symbols []
}

// -----

sinter.entry @condition name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4xf32>):
  // expected-error @+1 {{[E0102]}}
  %0 = sinter.select %a, %a, %a : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @logic name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4xf32>):
  // expected-error @+1 {{[E0102]}}
  %0 = sinter.logical_and %a, %a : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  sinter.return names [] symbols []
}

// -----

// expected-error @+1 {{expects tensors of static shape, got 'tensor<?xf32>' [E0104]}}
sinter.entry @dynamic name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<?xf32>):
  %0 = sinter.neg %a : (tensor<?xf32>) -> tensor<?xf32>
  sinter.return names [] symbols []
}

// -----

// expected-error @+1 {{expects an element type, got none [E0102]}}
sinter.entry @element name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4xcomplex<f32>>):
  %0 = sinter.neg %a : (tensor<4xcomplex<f32>>) -> tensor<4xcomplex<f32>>
  sinter.return names [] symbols []
}

// -----

// expected-error @+1 {{expects an encoding #kernel.layout of rank 1, got #kernel.layout<[0, 1]>}}
sinter.entry @encoding name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4xf32, #kernel.layout<[0, 1]>>):
  %0 = sinter.neg %a : (tensor<4xf32, #kernel.layout<[0, 1]>>) -> tensor<4xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @encoding2 name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4xf32>):
  // expected-error @+1 {{expects an encoding #kernel.layout of rank 1, got "packed"}}
  %0 = sinter.neg %a : (tensor<4xf32>) -> tensor<4xf32, "packed">
  sinter.return names [] symbols []
}
