// Random numbers: every refusal of the rule reaches the op, with its code.
// RUN: sinter-opt %s --split-input-file --verify-diagnostics

sinter.entry @seed name("e") kind(predict) batch(0) inputs ["seed", "step"] {
^bb0(%seed: tensor<i32>, %step: tensor<i64>):
  // expected-error @+1 {{expects the seed as i64[], got i32[] [E0118]}}
  %0 = sinter.random_uniform "d" stream 1 seed %seed step %step : (tensor<i32>, tensor<i64>) -> tensor<4xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @step name("e") kind(predict) batch(0) inputs ["seed", "step"] {
^bb0(%seed: tensor<i64>, %step: tensor<1xi64>):
  // expected-error @+1 {{expects the step as i64[], got i64[1] [E0118]}}
  %0 = sinter.random_uniform "d" stream 1 seed %seed step %step : (tensor<i64>, tensor<1xi64>) -> tensor<4xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @name name("e") kind(predict) batch(0) inputs ["seed"] {
^bb0(%seed: tensor<i64>):
  // expected-error @+1 {{expects a name for the random stream, got none [E0118]}}
  %0 = sinter.random_uniform "" stream 1 seed %seed step %seed : (tensor<i64>, tensor<i64>) -> tensor<4xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @integers name("e") kind(predict) batch(0) inputs ["seed"] {
^bb0(%seed: tensor<i64>):
  // expected-error @+1 {{[E0102]}}
  %0 = sinter.random_uniform "d" stream 1 seed %seed step %seed : (tensor<i64>, tensor<i64>) -> tensor<4xi32>
  sinter.return names [] symbols []
}
