// Evaluation with a batch norm behind a layer: scales and offsets of parameters alone, shared by two batch sizes; behind
// the ReLU a scale stays, but is prepared.
module @prepared attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v3", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "+avx2,+fma", vectorBits = 256, vectorRegisters = 16, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  sinter.symbol @w : tensor<33x13xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.symbol @b : tensor<33xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.symbol @gamma : tensor<33xf32> kind parameter init <uniform, 0.5, 1.5>
  sinter.symbol @beta : tensor<33xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.symbol @mean : tensor<33xf32> kind buffer init <normal, 0.0, 0.1>
  sinter.symbol @var : tensor<33xf32> kind buffer init <uniform, 0.5, 1.5>
  sinter.entry @predict_b7 name("predict") kind(predict) batch(7) inputs ["x"] {
  ^bb0(%x: tensor<7x13xf32>):
    %w = sinter.get @w : tensor<33x13xf32>
    %b = sinter.get @b : tensor<33xf32>
    %gamma = sinter.get @gamma : tensor<33xf32>
    %beta = sinter.get @beta : tensor<33xf32>
    %mean = sinter.get @mean : tensor<33xf32>
    %var = sinter.get @var : tensor<33xf32>
    %eps = sinter.constant dense<1.0e-5> : tensor<f32>
    %h = sinter.matmul %x, %w {transpose_b = true} : (tensor<7x13xf32>, tensor<33x13xf32>) -> tensor<7x33xf32>
    %hb = sinter.add %h, %b : (tensor<7x33xf32>, tensor<33xf32>) -> tensor<7x33xf32>
    %va = sinter.abs %var : (tensor<33xf32>) -> tensor<33xf32>
    %ve = sinter.add %va, %eps : (tensor<33xf32>, tensor<f32>) -> tensor<33xf32>
    %r = sinter.rsqrt %ve : (tensor<33xf32>) -> tensor<33xf32>
    %s = sinter.mul %gamma, %r : (tensor<33xf32>, tensor<33xf32>) -> tensor<33xf32>
    %c = sinter.sub %hb, %mean : (tensor<7x33xf32>, tensor<33xf32>) -> tensor<7x33xf32>
    %n = sinter.mul %c, %s : (tensor<7x33xf32>, tensor<33xf32>) -> tensor<7x33xf32>
    %y = sinter.add %n, %beta : (tensor<7x33xf32>, tensor<33xf32>) -> tensor<7x33xf32>
    %a = sinter.relu %y : (tensor<7x33xf32>) -> tensor<7x33xf32>
    %z = sinter.mul %a, %s : (tensor<7x33xf32>, tensor<33xf32>) -> tensor<7x33xf32>
    sinter.return outputs(%z : tensor<7x33xf32>) names ["z"] symbols []
  }
  sinter.entry @predict_b1 name("predict") kind(predict) batch(1) inputs ["x"] {
  ^bb0(%x: tensor<1x13xf32>):
    %w = sinter.get @w : tensor<33x13xf32>
    %gamma = sinter.get @gamma : tensor<33xf32>
    %beta = sinter.get @beta : tensor<33xf32>
    %var = sinter.get @var : tensor<33xf32>
    %eps = sinter.constant dense<1.0e-5> : tensor<f32>
    %h = sinter.matmul %x, %w {transpose_b = true} : (tensor<1x13xf32>, tensor<33x13xf32>) -> tensor<1x33xf32>
    %va = sinter.abs %var : (tensor<33xf32>) -> tensor<33xf32>
    %ve = sinter.add %va, %eps : (tensor<33xf32>, tensor<f32>) -> tensor<33xf32>
    %r = sinter.rsqrt %ve : (tensor<33xf32>) -> tensor<33xf32>
    %s = sinter.mul %gamma, %r : (tensor<33xf32>, tensor<33xf32>) -> tensor<33xf32>
    %n = sinter.mul %h, %s : (tensor<1x33xf32>, tensor<33xf32>) -> tensor<1x33xf32>
    %y = sinter.add %n, %beta : (tensor<1x33xf32>, tensor<33xf32>) -> tensor<1x33xf32>
    sinter.return outputs(%y : tensor<1x33xf32>) names ["y"] symbols []
  }
}
