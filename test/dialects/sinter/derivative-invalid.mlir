// RUN: sinter-opt %s --split-input-file --verify-diagnostics

sinter.entry @e name("e") kind(predict) batch(0) inputs ["x", "k"] {
^bb0(%x: tensor<3xf32>, %k: tensor<f32>):
  // expected-error @+1 {{expects a tangent of its tensor's type f32[3], got f32[] [E0119]}}
  %t = sinter.jvp %x, %x, %k ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["x", "k"] {
^bb0(%x: tensor<3xf32>, %k: tensor<2xf32>):
  // expected-error @+1 {{expects result type f32[3,2], got f32[2,3]}}
  %j = sinter.jacobian %x by %k : (tensor<3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["x"] {
^bb0(%x: tensor<3xf32>):
  // expected-error @+1 {{expects num_inputs in 0 … 1, got 2}}
  %c = sinter.custom_gradient (%x) inputs 2 : (tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%a: tensor<3xf32>):
    sinter.yield %a : tensor<3xf32>
  } backward {
  ^bb0(%a: tensor<3xf32>, %y: tensor<3xf32>, %dy: tensor<3xf32>):
    sinter.yield %dy : tensor<3xf32>
  }
  sinter.return names [] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["x"] {
^bb0(%x: tensor<3xf32>):
  // expected-error @+1 {{expects a backward body with arguments f32[3], f32[3], f32[3], got f32[3], f32[3]}}
  %c = sinter.custom_gradient (%x) inputs 1 : (tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%a: tensor<3xf32>):
    sinter.yield %a : tensor<3xf32>
  } backward {
  ^bb0(%a: tensor<3xf32>, %y: tensor<3xf32>):
    sinter.yield %y : tensor<3xf32>
  }
  sinter.return names [] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["x"] {
^bb0(%x: tensor<3xf32>):
  // expected-error @+1 {{expects a gradient of one cotangent for each of 1 operands, got 0 [E0119]}}
  %c = sinter.custom_gradient (%x) inputs 1 : (tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%a: tensor<3xf32>):
    sinter.yield %a : tensor<3xf32>
  } backward {
  ^bb0(%a: tensor<3xf32>, %y: tensor<3xf32>, %dy: tensor<3xf32>):
    sinter.yield
  }
  sinter.return names [] symbols []
}
