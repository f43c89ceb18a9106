// What has no gradient has no tangents either, and a gradient of one's own must be linear to be transposed.
// RUN: sinter-opt %s --split-input-file --verify-diagnostics --differentiate

sinter.entry @refused name("e") kind(predict) batch(0) inputs ["x", "t"] {
^bb0(%x: tensor<3xf32>, %t: tensor<3xf32>):
  // expected-error @+1 {{'convert_layout' has no gradient: layouts come after differentiation [E1010]}}
  %0 = sinter.convert_layout %x : tensor<3xf32> to tensor<3xf32, #kernel.layout<[0]>>
  %1 = sinter.neg %0 : (tensor<3xf32, #kernel.layout<[0]>>) -> tensor<3xf32>
  // expected-note @+1 {{in forward mode from here}}
  %ty = sinter.jvp %1, %x, %t ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  sinter.return outputs(%ty : tensor<3xf32>) names ["ty"] symbols []
}

// -----

sinter.entry @squares name("e") kind(predict) batch(0) inputs ["x", "t"] {
^bb0(%x: tensor<3xf32>, %t: tensor<3xf32>):
  // expected-error @+1 {{'custom_gradient' has no gradient: what it gives back is not linear in its cotangent [E1010]}}
  %0 = sinter.custom_gradient (%x) inputs 1 : (tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%a: tensor<3xf32>):
    sinter.yield %a : tensor<3xf32>
  } backward {
  ^bb0(%a: tensor<3xf32>, %y: tensor<3xf32>, %dy: tensor<3xf32>):
    %1 = sinter.mul %dy, %dy : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    sinter.yield %1 : tensor<3xf32>
  }
  // expected-note @+1 {{in forward mode from here}}
  %ty = sinter.jvp %0, %x, %t ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  sinter.return outputs(%ty : tensor<3xf32>) names ["ty"] symbols []
}

// -----

// A Jacobian by what y does not depend on is zero, with the warning that a gradient gives.
sinter.entry @unreached name("e") kind(predict) batch(0) inputs ["x", "z"] {
^bb0(%x: tensor<3xf32>, %z: tensor<2xf32>):
  %0 = sinter.neg %x : (tensor<3xf32>) -> tensor<3xf32>
  // expected-warning @+1 {{what is differentiated does not depend on 'z': its gradient is zero [E0011]}}
  %j = sinter.jacobian %0 by %z : (tensor<3xf32>, tensor<2xf32>) -> tensor<3x2xf32>
  sinter.return outputs(%j : tensor<3x2xf32>) names ["j"] symbols []
}
