// RUN: sinter-opt --split-input-file --verify-diagnostics %s

sinter.entry @f name("e") kind(predict) batch(0) inputs ["x"] {
^bb0(%x: tensor<7x4xf32>):
  // expected-error @below {{[E0105]}}
  %0 = sinter.cumsum %x axis 2 : (tensor<7x4xf32>) -> tensor<7x4xf32>
  sinter.return outputs(%0 : tensor<7x4xf32>) names ["y"] symbols []
}

// -----

sinter.entry @f name("e") kind(predict) batch(0) inputs ["x"] {
^bb0(%x: tensor<7x4xi1>):
  // expected-error @below {{[E0102]}}
  %0 = sinter.cumsum %x axis 1 : (tensor<7x4xi1>) -> tensor<7x4xi1>
  sinter.return outputs(%0 : tensor<7x4xi1>) names ["y"] symbols []
}
