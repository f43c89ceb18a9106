// Accesses that values of the data name: what is no index, and sums that rows do not own, are refused.
// RUN: sinter-opt %s --split-input-file --verify-diagnostics

kernel.entry @e name("e") kind(eval) batch(0) {
  %w = kernel.buffer "w" role(param) : <7x4xf32>
  %i = kernel.buffer "i" role(input) : <3xf32>
  %y = kernel.buffer "y" role(output) : <3x4xf32>
  // expected-error @+1 {{expects symbol 0 to be an in of integers that is read directly}}
  kernel.map "m" dims [3, 4] inner [] ins(%i, %w : !kernel.buffer<3xf32>, !kernel.buffer<7x4xf32>) outs(%y : !kernel.buffer<3x4xf32>)
    maps [affine_map<(i, j) -> (i)>, affine_map<(i, j)[s] -> (s, j)>, affine_map<(i, j) -> (i, j)>] {
    ^bb0(%at: f32, %v: f32):
      kernel.yield %v : f32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %w = kernel.buffer "w" role(param) : <7x4xf32>
  %i = kernel.buffer "i" role(input) : <3xi32>
  %y = kernel.buffer "y" role(output) : <3x4xf32>
  // expected-error @+1 {{expects a symbol to be an index alone}}
  kernel.map "m" dims [3, 4] inner [] ins(%i, %w : !kernel.buffer<3xi32>, !kernel.buffer<7x4xf32>) outs(%y : !kernel.buffer<3x4xf32>)
    maps [affine_map<(i, j) -> (i)>, affine_map<(i, j)[s] -> (s + i, j)>, affine_map<(i, j) -> (i, j)>] {
    ^bb0(%at: i32, %v: f32):
      kernel.yield %v : f32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %w = kernel.buffer "w" role(param) : <7x4xf32>
  %i = kernel.buffer "i" role(input) : <3xi32>
  %x = kernel.buffer "x" role(input) : <3x4xf32>
  // expected-error @+1 {{expects an out that is not added to to be written directly}}
  kernel.map "m" dims [3, 4] inner [0] ins(%i, %x : !kernel.buffer<3xi32>, !kernel.buffer<3x4xf32>) outs(%w : !kernel.buffer<7x4xf32>)
    maps [affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j)[s] -> (s, j)>] {
    ^bb0(%at: i32, %v: f32):
      kernel.yield %v : f32
  }
}

// -----

// Two rows, here i, could add to one element.
kernel.entry @e name("e") kind(eval) batch(0) {
  %w = kernel.buffer "w" role(param) : <7x4xf32>
  %i = kernel.buffer "i" role(input) : <3xi32>
  %x = kernel.buffer "x" role(input) : <3x4xf32>
  // expected-error @+1 {{expects an out that is added to to have dim 0 as an index}}
  kernel.map "m" dims [3, 4] inner [] ins(%i, %x : !kernel.buffer<3xi32>, !kernel.buffer<3x4xf32>) outs(%w : !kernel.buffer<7x4xf32>)
    maps [affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j)[s] -> (s, j)>] attributes {adds = array<i1: true>} {
    ^bb0(%at: i32, %v: f32):
      kernel.yield %v : f32
  }
}
