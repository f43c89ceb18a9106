// Losses that cannot be differentiated, and parameters that a loss does not reach.
// RUN: sinter-opt %s --split-input-file --verify-diagnostics --differentiate

sinter.symbol @fc1.weight : tensor<3xf32> kind parameter init <constant, 0.0, 0.0>
sinter.entry @refused name("e") kind(train) batch(0) inputs ["d"] {
^bb0(%d: tensor<3xf32>):
  %w = sinter.get @fc1.weight : tensor<3xf32>
  %0 = sinter.exp %w : (tensor<3xf32>) -> tensor<3xf32>
  // expected-error @+1 {{'convert_layout' has no gradient: layouts come after differentiation [E1010]}}
  %1 = sinter.convert_layout %0 : tensor<3xf32> to tensor<3xf32, #kernel.layout<[0]>>
  %2 = sinter.neg %1 : (tensor<3xf32, #kernel.layout<[0]>>) -> tensor<3xf32>
  %3 = sinter.tanh %2 : (tensor<3xf32>) -> tensor<3xf32>
  // expected-note @+1 {{on the path from what is differentiated to 'fc1.weight': tanh -> neg -> convert_layout -> exp}}
  %g = sinter.gradient %3, %d, %w ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  sinter.return outputs(%g : tensor<3xf32>) names ["dw"] symbols []
}

// -----

// The same op beside the path is no error.
sinter.entry @beside name("e") kind(train) batch(0) inputs ["x", "y", "d"] {
^bb0(%x: tensor<3xf32>, %y: tensor<3xf32>, %d: tensor<3xf32>):
  %0 = sinter.convert_layout %y : tensor<3xf32> to tensor<3xf32, #kernel.layout<[0]>>
  %1 = sinter.mul %x, %0 : (tensor<3xf32>, tensor<3xf32, #kernel.layout<[0]>>) -> tensor<3xf32>
  %g = sinter.gradient %1, %d, %x ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  sinter.return outputs(%g : tensor<3xf32>) names ["dw"] symbols []
}

// -----

sinter.symbol @fc2.bias : tensor<3xf32> kind parameter init <constant, 0.0, 0.0>
sinter.entry @unreached name("e") kind(train) batch(0) inputs ["x", "d"] {
^bb0(%x: tensor<3xf32>, %d: tensor<3xf32>):
  %b = sinter.get @fc2.bias : tensor<3xf32>
  %0 = sinter.neg %x : (tensor<3xf32>) -> tensor<3xf32>
  // expected-warning @+1 {{what is differentiated does not depend on 'fc2.bias': its gradient is zero [E0011]}}
  %g = sinter.gradient %0, %d, %b ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  sinter.return outputs(%g : tensor<3xf32>) names ["db"] symbols []
}
