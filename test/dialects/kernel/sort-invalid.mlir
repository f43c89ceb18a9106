// What is no kernel.sort.
// RUN: sinter-opt %s --split-input-file --verify-diagnostics

kernel.entry @e name("e") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(input) : <2x3xf32>
  %i = kernel.buffer "i" role(output) : <2x3xi64>
  %w = kernel.buffer "w" role(temp) : <2x2x3xi32>
  // expected-error @below {{expects an axis of '!kernel.buffer<2x3xf32>', got 2}}
  kernel.sort "s" axis 2 in(%x : <2x3xf32>) outs(%i, %w : !kernel.buffer<2x3xi64>, !kernel.buffer<2x2x3xi32>)
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(input) : <2x3xf32>
  %i = kernel.buffer "i" role(output) : <2x3xi64>
  %w = kernel.buffer "w" role(temp) : <2x2x3xi32>
  // expected-error @below {{expects positions and memory to work in as outs, got 1}}
  kernel.sort "s" axis 1 in(%x : <2x3xf32>) outs(%i : !kernel.buffer<2x3xi64>)
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(input) : <2x3xf32>
  %i = kernel.buffer "i" role(output) : <2x4xi64>
  %w = kernel.buffer "w" role(temp) : <2x2x3xi32>
  // expected-error @below {{expects i64 positions in the shape of}}
  kernel.sort "s" axis 1 in(%x : <2x3xf32>) outs(%i, %w : !kernel.buffer<2x4xi64>, !kernel.buffer<2x2x3xi32>)
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(input) : <2x3xf32>
  %i = kernel.buffer "i" role(output) : <3x3xi64>
  %w = kernel.buffer "w" role(temp) : <2x2x3xi32>
  // expected-error @below {{expects i64 positions in the shape of}}
  kernel.sort "s" axis 1 in(%x : <2x3xf32>) outs(%i, %w : !kernel.buffer<3x3xi64>, !kernel.buffer<2x2x3xi32>)
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(input) : <2x3xf32>
  %i = kernel.buffer "i" role(output) : <2x3xi32>
  %w = kernel.buffer "w" role(temp) : <2x2x3xi32>
  // expected-error @below {{expects i64 positions in the shape of}}
  kernel.sort "s" axis 1 in(%x : <2x3xf32>) outs(%i, %w : !kernel.buffer<2x3xi32>, !kernel.buffer<2x2x3xi32>)
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(input) : <2x3xf32>
  %i = kernel.buffer "i" role(output) : <2x3xi64>
  %w = kernel.buffer "w" role(temp) : <2x3x2xi32>
  // expected-error @below {{expects '!kernel.buffer<2x2x3xi32>' to work in, got}}
  kernel.sort "s" axis 1 in(%x : <2x3xf32>) outs(%i, %w : !kernel.buffer<2x3xi64>, !kernel.buffer<2x3x2xi32>)
}
