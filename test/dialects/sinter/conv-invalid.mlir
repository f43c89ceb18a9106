// Convolutions: every refusal of the rules reaches the op, with its code.
// RUN: sinter-opt %s --split-input-file --verify-diagnostics

sinter.entry @window name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<2x6x5x7xf32>, %b: tensor<4x6x6x3xf32>):
  // expected-error @+1 {{[E0122]}}
  %0 = sinter.conv2d %a, %b {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<2x6x5x7xf32>, tensor<4x6x6x3xf32>) -> tensor<2x4x3x5xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @empty name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<2x6x5x7xf32>, %b: tensor<4x6x0x3xf32>):
  // expected-error @+1 {{[E0120]}}
  %0 = sinter.conv2d %a, %b {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<2x6x5x7xf32>, tensor<4x6x0x3xf32>) -> tensor<2x4x3x5xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @stride name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<2x6x5x7xf32>, %b: tensor<4x6x3x3xf32>):
  // expected-error @+1 {{[E0121]}}
  %0 = sinter.conv2d %a, %b {strides = array<i64: 0, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<2x6x5x7xf32>, tensor<4x6x3x3xf32>) -> tensor<2x4x3x5xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @dilation name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<2x6x5x7xf32>, %b: tensor<4x6x3x3xf32>):
  // expected-error @+1 {{[E0121]}}
  %0 = sinter.conv2d %a, %b {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, -1>, groups = 1} : (tensor<2x6x5x7xf32>, tensor<4x6x3x3xf32>) -> tensor<2x4x3x5xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @padding name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<2x6x5x7xf32>, %b: tensor<4x6x3x3xf32>):
  // expected-error @+1 {{[E0121]}}
  %0 = sinter.conv2d %a, %b {strides = array<i64: 1, 1>, low = array<i64: -1, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<2x6x5x7xf32>, tensor<4x6x3x3xf32>) -> tensor<2x4x3x5xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @steps name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<2x6x5x7xf32>, %b: tensor<4x6x3x3xf32>):
  // expected-error @+1 {{[E0121]}}
  %0 = sinter.conv2d %a, %b {strides = array<i64: 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<2x6x5x7xf32>, tensor<4x6x3x3xf32>) -> tensor<2x4x3x5xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @groups name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<2x6x5x7xf32>, %b: tensor<4x6x3x3xf32>):
  // expected-error @+1 {{[E0124]}}
  %0 = sinter.conv2d %a, %b {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 4} : (tensor<2x6x5x7xf32>, tensor<4x6x3x3xf32>) -> tensor<2x4x3x5xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @no_groups name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<2x6x5x7xf32>, %b: tensor<4x6x3x3xf32>):
  // expected-error @+1 {{[E0124]}}
  %0 = sinter.conv2d %a, %b {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 0} : (tensor<2x6x5x7xf32>, tensor<4x6x3x3xf32>) -> tensor<2x4x3x5xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @channels name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<2x6x5x7xf32>, %b: tensor<4x5x3x3xf32>):
  // expected-error @+1 {{[E0123]}}
  %0 = sinter.conv2d %a, %b {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<2x6x5x7xf32>, tensor<4x5x3x3xf32>) -> tensor<2x4x3x5xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @rank name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<2x6x5xf32>, %b: tensor<4x6x3x3xf32>):
  // expected-error @+1 {{[E0107]}}
  %0 = sinter.conv2d %a, %b {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<2x6x5xf32>, tensor<4x6x3x3xf32>) -> tensor<2x4x3x5xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @elements name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<2x6x5x7xf32>, %b: tensor<4x6x3x3xf64>):
  // expected-error @+1 {{[E0101]}}
  %0 = sinter.conv2d %a, %b {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<2x6x5x7xf32>, tensor<4x6x3x3xf64>) -> tensor<2x4x3x5xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @integers name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<2x6x5x7xi32>, %b: tensor<4x6x3x3xi32>):
  // expected-error @+1 {{[E0102]}}
  %0 = sinter.conv2d %a, %b {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<2x6x5x7xi32>, tensor<4x6x3x3xi32>) -> tensor<2x4x3x5xi32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @cotangent name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<2x4x4x5xf32>, %b: tensor<4x6x3x3xf32>):
  // expected-error @+1 {{[E0123]}}
  %0 = sinter.conv2d_input_gradient %a, %b {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1, size = array<i64: 5, 7>} : (tensor<2x4x4x5xf32>, tensor<4x6x3x3xf32>) -> tensor<2x6x5x7xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @size name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<2x4x3x5xf32>, %b: tensor<4x6x3x3xf32>):
  // expected-error @+1 {{[E0120]}}
  %0 = sinter.conv2d_input_gradient %a, %b {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1, size = array<i64: 5>} : (tensor<2x4x3x5xf32>, tensor<4x6x3x3xf32>) -> tensor<2x6x5x7xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @filter_window name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<2x4x3x5xf32>, %b: tensor<2x6x5x7xf32>):
  // expected-error @+1 {{[E0120]}}
  %0 = sinter.conv2d_filter_gradient %a, %b {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1, window = array<i64: 3>} : (tensor<2x4x3x5xf32>, tensor<2x6x5x7xf32>) -> tensor<4x6x3x3xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @batch name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<3x4x3x5xf32>, %b: tensor<2x6x5x7xf32>):
  // expected-error @+1 {{[E0123]}}
  %0 = sinter.conv2d_filter_gradient %a, %b {strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 1, window = array<i64: 3, 3>} : (tensor<3x4x3x5xf32>, tensor<2x6x5x7xf32>) -> tensor<4x6x3x3xf32>
  sinter.return names [] symbols []
}
