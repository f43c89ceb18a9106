// RUN: sinter-opt --split-input-file --verify-diagnostics %s

sinter.entry @f name("e") kind(predict) batch(0) inputs ["x"] {
^bb0(%x: tensor<7x4xf32>):
  // expected-error @below {{expects k of 0 to 4, the elements along axis 1 of f32[7,4], got 5 [E0126]}}
  %0 = sinter.argsort %x axis 1 count 5 : (tensor<7x4xf32>) -> tensor<7x5xi64>
  sinter.return outputs(%0 : tensor<7x5xi64>) names ["y"] symbols []
}

// -----

sinter.entry @f name("e") kind(predict) batch(0) inputs ["x", "at"] {
^bb0(%x: tensor<7x4xf32>, %at: tensor<8x1xi32>):
  // expected-error @below {{expects indices with the axes of f32[7,4], none longer but axis 1, got i32[8,1] [E0125]}}
  %0 = sinter.gather_along %x at %at axis 1 : (tensor<7x4xf32>, tensor<8x1xi32>) -> tensor<8x1xf32>
  sinter.return outputs(%0 : tensor<8x1xf32>) names ["y"] symbols []
}

// -----

sinter.entry @f name("e") kind(predict) batch(0) inputs ["x", "at", "u"] {
^bb0(%x: tensor<7x4xf32>, %at: tensor<7x1xi32>, %u: tensor<7x2xf32>):
  // expected-error @below {{expects f32[7,1] to add at i32[7,1], got f32[7,2] [E0125]}}
  %0 = sinter.scatter_add_along %x at %at add %u axis 1 : (tensor<7x4xf32>, tensor<7x1xi32>, tensor<7x2xf32>) -> tensor<7x4xf32>
  sinter.return outputs(%0 : tensor<7x4xf32>) names ["y"] symbols []
}
