// Matrix products: every refusal of the rule reaches the op, with its code.
// RUN: sinter-opt %s --split-input-file --verify-diagnostics

sinter.entry @inner name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<4x6xf32>, %b: tensor<5x6xf32>):
  // expected-error @+1 {{expects equal inner sizes, got 6 and 5 in f32[4,6] x f32[5,6] [E0108]}}
  %0 = sinter.matmul %a, %b : (tensor<4x6xf32>, tensor<5x6xf32>) -> tensor<4x6xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @rank name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<4x6xf32>, %b: tensor<6xf32>):
  // expected-error @+1 {{[E0107]}}
  %0 = sinter.matmul %a, %b : (tensor<4x6xf32>, tensor<6xf32>) -> tensor<4xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @batch name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<2x4x6xf32>, %b: tensor<3x6x4xf32>):
  // expected-error @+1 {{[E0103]}}
  %0 = sinter.matmul %a, %b : (tensor<2x4x6xf32>, tensor<3x6x4xf32>) -> tensor<2x4x4xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @elements name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<4x6xf32>, %b: tensor<6x4xf64>):
  // expected-error @+1 {{[E0101]}}
  %0 = sinter.matmul %a, %b : (tensor<4x6xf32>, tensor<6x4xf64>) -> tensor<4x4xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @integers name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x4xi32>):
  // expected-error @+1 {{[E0102]}}
  %0 = sinter.matmul %a, %a : (tensor<4x4xi32>, tensor<4x4xi32>) -> tensor<4x4xi32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @result name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x6xf32>):
  // expected-error @+1 {{expects result type f32[4,4], got f32[6,6]}}
  %0 = sinter.matmul %a, %a {transpose_b = true} : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<6x6xf32>
  sinter.return names [] symbols []
}
