// Reductions: every refusal of the rules reaches the op, with its code.
// RUN: sinter-opt %s --split-input-file --verify-diagnostics

sinter.entry @axis name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x6xf32>):
  // expected-error @+1 {{[E0105]}}
  %0 = sinter.sum %a axes [2] : (tensor<4x6xf32>) -> tensor<4x6xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @twice name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x6xf32>):
  // expected-error @+1 {{[E0106]}}
  %0 = sinter.sum %a axes [1, 1] : (tensor<4x6xf32>) -> tensor<4xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @kept name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x6xf32>):
  // expected-error @+1 {{expects result type f32[4,1], got f32[4]}}
  %0 = sinter.sum %a axes [1] {keepdims = true} : (tensor<4x6xf32>) -> tensor<4xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @empty name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x0xf32>):
  // expected-error @+1 {{[E0115]}}
  %0 = sinter.reduce_max %a axes [1] : (tensor<4x0xf32>) -> tensor<4xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @bools name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x2xi1>):
  // expected-error @+1 {{[E0102]}}
  %0 = sinter.reduce_min %a axes [1] : (tensor<4x2xi1>) -> tensor<4xi1>
  sinter.return names [] symbols []
}

// -----

sinter.entry @argmax name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x6xf32>):
  // expected-error @+1 {{expects result type i32[4], got i64[4]}}
  %0 = sinter.argmax %a axis 1 : (tensor<4x6xf32>) -> tensor<4xi64>
  sinter.return names [] symbols []
}

// -----

sinter.entry @argmax_axis name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x6xf32>):
  // expected-error @+1 {{[E0105]}}
  %0 = sinter.argmax %a axis -1 : (tensor<4x6xf32>) -> tensor<4xi32>
  sinter.return names [] symbols []
}
