// RUN: sinter-opt --split-input-file --verify-diagnostics %s

sinter.entry @f name("e") kind(predict) batch(0) inputs ["w", "at"] {
^bb0(%w: tensor<7x4xf32>, %at: tensor<3xf32>):
  // expected-error @below {{expects indices i32 or i64, got f32[3] [E0102]}}
  %0 = sinter.gather %w at %at axis 0 : (tensor<7x4xf32>, tensor<3xf32>) -> tensor<3x4xf32>
  sinter.return outputs(%0 : tensor<3x4xf32>) names ["y"] symbols []
}

// -----

sinter.entry @f name("e") kind(predict) batch(0) inputs ["w", "at"] {
^bb0(%w: tensor<7x4xf32>, %at: tensor<3xi32>):
  // expected-error @below {{[E0105]}}
  %0 = sinter.gather %w at %at axis 2 : (tensor<7x4xf32>, tensor<3xi32>) -> tensor<3x4xf32>
  sinter.return outputs(%0 : tensor<3x4xf32>) names ["y"] symbols []
}

// -----

sinter.entry @f name("e") kind(predict) batch(0) inputs ["w", "at", "x"] {
^bb0(%w: tensor<7x4xf32>, %at: tensor<3xi32>, %x: tensor<4x3xf32>):
  // expected-error @below {{expects f32[3,4] to add at i32[3] along axis 0 of f32[7,4], got f32[4,3] [E0125]}}
  %0 = sinter.scatter_add %w at %at add %x axis 0 : (tensor<7x4xf32>, tensor<3xi32>, tensor<4x3xf32>) -> tensor<7x4xf32>
  sinter.return outputs(%0 : tensor<7x4xf32>) names ["y"] symbols []
}

// -----

sinter.entry @f name("e") kind(predict) batch(0) inputs ["w", "at", "x"] {
^bb0(%w: tensor<7x4xf32>, %at: tensor<3xi32>, %x: tensor<3x4xf64>):
  // expected-error @below {{[E0101]}}
  %0 = sinter.scatter_add %w at %at add %x axis 0 : (tensor<7x4xf32>, tensor<3xi32>, tensor<3x4xf64>) -> tensor<7x4xf32>
  sinter.return outputs(%0 : tensor<7x4xf32>) names ["y"] symbols []
}
