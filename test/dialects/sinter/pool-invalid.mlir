// Pooling: every refusal of the rules reaches the op, with its code.
// RUN: sinter-opt %s --split-input-file --verify-diagnostics

sinter.entry @empty name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<2x6x5x7xf32>):
  // expected-error @+1 {{[E0120]}}
  %0 = sinter.max_pool2d %a {window = array<i64: 0, 2>, strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>} : (tensor<2x6x5x7xf32>) -> tensor<2x6x6x6xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @one_size name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<2x6x5x7xf32>):
  // expected-error @+1 {{[E0120]}}
  %0 = sinter.max_pool2d %a {window = array<i64: 2>, strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>} : (tensor<2x6x5x7xf32>) -> tensor<2x6x4x6xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @huge name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<1x1x65536x65536xf32>):
  // expected-error @+1 {{[E0120]}}
  %0 = sinter.max_pool2d_argmax %a {window = array<i64: 65536, 65536>, strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>} : (tensor<1x1x65536x65536xf32>) -> tensor<1x1x1x1xi32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @large name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<2x6x5x7xf32>):
  // expected-error @+1 {{[E0122]}}
  %0 = sinter.sum_pool2d %a {window = array<i64: 6, 2>, strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>} : (tensor<2x6x5x7xf32>) -> tensor<2x6x1x6xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @stride name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<2x6x5x7xf32>):
  // expected-error @+1 {{[E0121]}}
  %0 = sinter.sum_pool2d %a {window = array<i64: 2, 2>, strides = array<i64: 0, 1>, low = array<i64: 0, 0>, high = array<i64: 0, 0>} : (tensor<2x6x5x7xf32>) -> tensor<2x6x4x6xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @negative name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<2x6x5x7xf32>):
  // expected-error @+1 {{[E0121]}}
  %0 = sinter.max_pool2d %a {window = array<i64: 2, 2>, strides = array<i64: 1, 1>, low = array<i64: 0, 0>, high = array<i64: 0, -1>} : (tensor<2x6x5x7xf32>) -> tensor<2x6x4x5xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @first_sees_padding name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<2x6x5x7xf32>):
  // expected-error @+1 {{[E0121]}}
  %0 = sinter.max_pool2d %a {window = array<i64: 2, 2>, strides = array<i64: 2, 2>, low = array<i64: 2, 0>, high = array<i64: 0, 0>} : (tensor<2x6x5x7xf32>) -> tensor<2x6x3x3xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @last_sees_padding name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<2x6x5x7xf32>):
  // expected-error @+1 {{[E0121]}}
  %0 = sinter.max_pool2d %a {window = array<i64: 2, 2>, strides = array<i64: 3, 2>, low = array<i64: 0, 0>, high = array<i64: 3, 0>} : (tensor<2x6x5x7xf32>) -> tensor<2x6x3x3xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @no_pixels name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<2x6x0x7xf32>):
  // expected-error @+1 {{[E0121]}}
  %0 = sinter.max_pool2d_argmax %a {window = array<i64: 2, 2>, strides = array<i64: 1, 1>, low = array<i64: 1, 0>, high = array<i64: 1, 0>} : (tensor<2x6x0x7xf32>) -> tensor<2x6x1x6xi32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @rank name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<6x4x4xf32>):
  // expected-error @+1 {{[E0107]}}
  %0 = sinter.sum_pool2d %a {window = array<i64: 2, 2>, strides = array<i64: 2, 2>, low = array<i64: 0, 0>, high = array<i64: 0, 0>} : (tensor<6x4x4xf32>) -> tensor<6x2x2xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @integers name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<2x6x4x4xi32>):
  // expected-error @+1 {{[E0102]}}
  %0 = sinter.max_pool2d %a {window = array<i64: 2, 2>, strides = array<i64: 2, 2>, low = array<i64: 0, 0>, high = array<i64: 0, 0>} : (tensor<2x6x4x4xi32>) -> tensor<2x6x2x2xi32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @places name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<2x6x4x4xf32>, %b: tensor<2x6x2x3xi32>):
  // expected-error @+1 {{[E0123]}}
  %0 = sinter.max_pool2d_gather %a at %b {window = array<i64: 2, 2>, strides = array<i64: 2, 2>, low = array<i64: 0, 0>, high = array<i64: 0, 0>} : (tensor<2x6x4x4xf32>, tensor<2x6x2x3xi32>) -> tensor<2x6x2x2xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @wide_places name("e") kind(predict) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<2x6x2x2xf32>, %b: tensor<2x6x2x2xi64>):
  // expected-error @+1 {{[E0123]}}
  %0 = sinter.max_pool2d_scatter %a at %b {window = array<i64: 2, 2>, strides = array<i64: 2, 2>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, size = array<i64: 4, 4>} : (tensor<2x6x2x2xf32>, tensor<2x6x2x2xi64>) -> tensor<2x6x4x4xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @cotangent name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<2x6x2x2xf32>):
  // expected-error @+1 {{[E0123]}}
  %0 = sinter.sum_pool2d_gradient %a {window = array<i64: 2, 2>, strides = array<i64: 2, 2>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, size = array<i64: 7, 4>} : (tensor<2x6x2x2xf32>) -> tensor<2x6x7x4xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @size name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<2x6x2x2xf32>):
  // expected-error @+1 {{[E0107]}}
  %0 = sinter.sum_pool2d_gradient %a {window = array<i64: 2, 2>, strides = array<i64: 2, 2>, low = array<i64: 0, 0>, high = array<i64: 0, 0>, size = array<i64: 4>} : (tensor<2x6x2x2xf32>) -> tensor<2x6x4x4xf32>
  sinter.return names [] symbols []
}
