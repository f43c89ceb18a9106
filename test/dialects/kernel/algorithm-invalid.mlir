// What orders sums is complete and fits what is summed, or is refused: by the attribute, and by each op that reduces.
// RUN: sinter-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{expected one of [chain, lanes, chunks] for algorithm, got: pairwise}}
module attributes {kernel.a = #kernel.algorithm<pairwise>} {}

// -----

// expected-error @+1 {{algorithm expects a power of two of lanes, at most 256, got 12}}
module attributes {kernel.a = #kernel.algorithm<lanes 12>} {}

// -----

// expected-error @+1 {{algorithm expects a power of two of lanes, at most 256, got 512}}
module attributes {kernel.a = #kernel.algorithm<chunks 3 x 4 of lanes 512 joined chain>} {}

// -----

// expected-error @+1 {{algorithm expects two lanes or more, got 1: that is a chain}}
module attributes {kernel.a = #kernel.algorithm<lanes 1>} {}

// -----

// expected-error @+1 {{algorithm expects two chunks or more of one element or more, fewer than 2^63 together, got 1 x 4}}
module attributes {kernel.a = #kernel.algorithm<chunks 1 x 4 of chain joined chain>} {}

// -----

// expected-error @+1 {{fewer than 2^63 together, got 4611686018427387904 x 4}}
module attributes {kernel.a = #kernel.algorithm<chunks 4611686018427387904 x 4 of chain joined chain>} {}

// -----

// expected-error @+1 {{expected 'joined'}}
module attributes {kernel.a = #kernel.algorithm<chunks 2 x 4 of chain>} {}

// -----

// expected-error @+1 {{expected 'lanes' or 'chain'}}
module attributes {kernel.a = #kernel.algorithm<chunks 2 x 4 of tree joined chain>} {}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4xf32>
  %y = kernel.buffer "y" role(temp) : <f32>
  // expected-error @+1 {{expects an algorithm, for it reduces: chain, lanes or chunks say in which order; got none}}
  kernel.map "m" dims [4] inner [0] ins(%x : !kernel.buffer<4xf32>) outs(%y : !kernel.buffer<f32>) maps [affine_map<(n) -> (n)>, affine_map<(n) -> ()>] {
  ^bb0(%v: f32):
    %s = kernel.reduce sum %v : f32 -> f32
    kernel.yield %s : f32
  }
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4xf32>
  // expected-error @+1 {{expects no algorithm, for it reduces nothing; got #kernel.algorithm<chain>}}
  kernel.map "m" dims [4] inner [0] ins(%x : !kernel.buffer<4xf32>) outs(%x : !kernel.buffer<4xf32>) maps [affine_map<(n) -> (n)>, affine_map<(n) -> (n)>] algorithm <chain> {
  ^bb0(%v: f32):
    kernel.yield %v : f32
  }
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(temp) : <10xf32>
  %y = kernel.buffer "y" role(temp) : <f32>
  // expected-error @+1 {{expects chunks that cover its 10 reduced elements, the last one at least in part; got #kernel.algorithm<chunks 4 x 4 of chain joined chain>}}
  kernel.map "m" dims [10] inner [0] ins(%x : !kernel.buffer<10xf32>) outs(%y : !kernel.buffer<f32>) maps [affine_map<(n) -> (n)>, affine_map<(n) -> ()>] algorithm <chunks 4 x 4 of chain joined chain> {
  ^bb0(%v: f32):
    %s = kernel.reduce sum %v : f32 -> f32
    kernel.yield %s : f32
  }
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4x4xf32>
  // expected-error @+1 {{expects an algorithm, for it reduces: chain, lanes or chunks say in which order; got none}}
  kernel.contract "c" dims [4, 4, 4] parallel 2 a(%x : !kernel.buffer<4x4xf32>) b(%x : !kernel.buffer<4x4xf32>) outs(%x : !kernel.buffer<4x4xf32>)
      maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] epilogue {
  ^bb0(%acc: f32):
    kernel.yield %acc : f32
  }
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4x4xf32>
  // expected-error @+1 {{expects a chain or lanes: chunks of a sum of products are a parallel dim and a kernel that joins them; got #kernel.algorithm<chunks 2 x 2 of chain joined chain>}}
  kernel.contract "c" dims [4, 4, 4] parallel 2 a(%x : !kernel.buffer<4x4xf32>) b(%x : !kernel.buffer<4x4xf32>) outs(%x : !kernel.buffer<4x4xf32>)
      maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] algorithm <chunks 2 x 2 of chain joined chain> epilogue {
  ^bb0(%acc: f32):
    kernel.yield %acc : f32
  }
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x4xf32>):
  // expected-error @+1 {{expects an algorithm, for it reduces: chain, lanes or chunks say in which order; got none}}
  %0 = sinter.fused contraction(%a) : (tensor<4x4xf32>) -> tensor<4x4xf32> {
  ^bb0(%x: tensor<4x4xf32>):
    %1 = sinter.matmul %x, %x : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    sinter.yield %1 : tensor<4x4xf32>
  }
  sinter.return names [] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4xf32>):
  // expected-error @+1 {{expects no algorithm, for it reduces nothing; got #kernel.algorithm<lanes 16>}}
  %0 = sinter.fused map(%a) algorithm <lanes 16> : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%x: tensor<4xf32>):
    %1 = sinter.exp %x : (tensor<4xf32>) -> tensor<4xf32>
    sinter.yield %1 : tensor<4xf32>
  }
  sinter.return names [] symbols []
}
