// Softmax and cross-entropy: every refusal of the rules reaches the op, with its code.
// RUN: sinter-opt %s --split-input-file --verify-diagnostics

sinter.entry @axis name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x6xf32>):
  // expected-error @+1 {{[E0105]}}
  %0 = sinter.softmax %a axis 2 : (tensor<4x6xf32>) -> tensor<4x6xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @empty name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x0xf32>):
  // expected-error @+1 {{[E0115]}}
  %0 = sinter.log_softmax %a axis 1 : (tensor<4x0xf32>) -> tensor<4x0xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @labels name("e") kind(predict) batch(0) inputs ["a", "l"] {
^bb0(%a: tensor<4x6xf32>, %l: tensor<3xi32>):
  // expected-error @+1 {{[E0117]}}
  %0 = sinter.softmax_cross_entropy %a, %l : (tensor<4x6xf32>, tensor<3xi32>) -> tensor<4xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @label_type name("e") kind(predict) batch(0) inputs ["a", "l"] {
^bb0(%a: tensor<4x6xf32>, %l: tensor<4xi64>):
  // expected-error @+1 {{[E0102]}}
  %0 = sinter.softmax_cross_entropy %a, %l : (tensor<4x6xf32>, tensor<4xi64>) -> tensor<4xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @scalar name("e") kind(predict) batch(0) inputs ["a", "l"] {
^bb0(%a: tensor<f32>, %l: tensor<i32>):
  // expected-error @+1 {{[E0107]}}
  %0 = sinter.softmax_cross_entropy %a, %l : (tensor<f32>, tensor<i32>) -> tensor<f32>
  sinter.return names [] symbols []
}
