// Ops that move elements: every refusal of the rules reaches the op, with its code.
// RUN: sinter-opt %s --split-input-file --verify-diagnostics

sinter.entry @reshape name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x6xf32>):
  // expected-error @+1 {{[E0109]}}
  %0 = sinter.reshape %a : (tensor<4x6xf32>) -> tensor<5x5xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @reshape_element name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x6xf32>):
  // expected-error @+1 {{expects result type f32[24], got f64[24]}}
  %0 = sinter.reshape %a : (tensor<4x6xf32>) -> tensor<24xf64>
  sinter.return names [] symbols []
}

// -----

sinter.entry @transpose name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x6xf32>):
  // expected-error @+1 {{expects a permutation of the 2 axes of f32[4,6], got [1,1] [E0110]}}
  %0 = sinter.transpose %a perm [1, 1] : (tensor<4x6xf32>) -> tensor<6x4xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @transpose_negative name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x6xf32>):
  // expected-error @+1 {{[E0110]}}
  %0 = sinter.transpose %a perm [-1, 0] : (tensor<4x6xf32>) -> tensor<6x4xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @broadcast name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x6xf32>):
  // expected-error @+1 {{[E0111]}}
  %0 = sinter.broadcast_to %a : (tensor<4x6xf32>) -> tensor<6xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @concat name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<4x6xf32>, %b: tensor<4x5xf32>):
  // expected-error @+1 {{[E0112]}}
  %0 = sinter.concat %a, %b axis 0 : (tensor<4x6xf32>, tensor<4x5xf32>) -> tensor<8x6xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @concat_none name("e") kind(predict) batch(0) inputs [] {
  // expected-error @+1 {{expects at least one tensor, got none [E0112]}}
  %0 = "sinter.concat"() {axis = 0 : i64} : () -> tensor<0xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @concat_axis name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x6xf32>):
  // expected-error @+1 {{[E0105]}}
  %0 = sinter.concat %a, %a axis 2 : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<8x6xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @slice name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x6xf32>):
  // expected-error @+1 {{[E0113]}}
  %0 = sinter.slice %a starts [0, 0] limits [5, 6] strides [1, 1] : (tensor<4x6xf32>) -> tensor<5x6xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @slice_rank name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x6xf32>):
  // expected-error @+1 {{[E0113]}}
  %0 = sinter.slice %a starts [0] limits [4] strides [1] : (tensor<4x6xf32>) -> tensor<4x6xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @pad name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x6xf32>):
  // expected-error @+1 {{[E0114]}}
  %0 = sinter.pad %a low [0, -1] high [0, 0] : (tensor<4x6xf32>) -> tensor<4x5xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @iota name("e") kind(predict) batch(0) inputs [] {
  // expected-error @+1 {{[E0105]}}
  %0 = sinter.iota 1 : tensor<4xi32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @iota_negative name("e") kind(predict) batch(0) inputs [] {
  // expected-error @+1 {{[E0105]}}
  %0 = sinter.iota -1 : tensor<4xi32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @constant name("e") kind(predict) batch(0) inputs [] {
  // expected-error @+1 {{result #0 must be statically shaped tensor}}
  %0 = sinter.constant dense<1> : tensor<4xindex>
  sinter.return names [] symbols []
}
