// Where kernels of a plan read and write: buffers inside their segments, an element of an out for each point.
// RUN: sinter-opt %s --split-input-file --verify-diagnostics

// Each segment has its size; the work of an entry is its own.
module attributes {sinter.segment_bytes = #kernel.segment_bytes<params = 32, state = 16, work = 64, scalars = 24, logical = 8>} {
  kernel.entry @e name("e") kind(eval) batch(0) work_bytes(48) {
    %fits = kernel.buffer "fits" role(param) offset(16) : <4xf32>
    // expected-error @+1 {{'w' expects to end inside its segment of 32 bytes, got offset 20 and 16 bytes}}
    %w = kernel.buffer "w" role(param) offset(20) : <4xf32>
  }
}

// -----

module attributes {sinter.segment_bytes = #kernel.segment_bytes<params = 32, state = 16, work = 64, scalars = 24, logical = 8>} {
  kernel.entry @e name("e") kind(eval) batch(0) work_bytes(48) {
    // expected-error @+1 {{'s' expects to end inside its segment of 16 bytes, got offset 99999999999 and 16 bytes}}
    %s = kernel.buffer "s" role(state) offset(99999999999) : <4xf32>
  }
}

// -----

module attributes {sinter.segment_bytes = #kernel.segment_bytes<params = 32, state = 16, work = 64, scalars = 24, logical = 8>} {
  kernel.entry @e name("e") kind(eval) batch(0) work_bytes(48) {
    // expected-error @+1 {{'lr' expects to end inside its segment of 24 bytes, got offset 24 and 4 bytes}}
    %lr = kernel.buffer "lr" role(scalar) offset(24) : <f32>
  }
}

// -----

module attributes {sinter.segment_bytes = #kernel.segment_bytes<params = 32, state = 16, work = 64, scalars = 24, logical = 8>} {
  kernel.entry @e name("e") kind(eval) batch(0) work_bytes(48) {
    // expected-error @+1 {{'l' expects to end inside its segment of 8 bytes, got offset 0 and 16 bytes}}
    %l = kernel.buffer "l" role(logical) offset(0) : <4xf32>
  }
}

// -----

module attributes {sinter.segment_bytes = #kernel.segment_bytes<params = 32, state = 16, work = 64, scalars = 24, logical = 8>} {
  kernel.entry @e name("e") kind(eval) batch(0) work_bytes(48) {
    // expected-error @+1 {{'t' expects to end inside its segment of 48 bytes, got offset 40 and 16 bytes}}
    %t = kernel.buffer "t" role(temp) offset(40) : <4xf32>
  }
}

// -----

module attributes {sinter.segment_bytes = #kernel.segment_bytes<params = 32, state = 16, work = 64, scalars = 24, logical = 8>} {
  kernel.entry @e name("e") kind(eval) batch(0) {
    // expected-error @+1 {{'t' expects to end inside its segment of 64 bytes, got offset 9223372036854775800 and 16 bytes}}
    %t = kernel.buffer "t" role(temp) offset(9223372036854775800) : <4xf32>
  }
}

// -----

// One dim at two places would write a diagonal, and leave the rest as it was.
kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(input) : <4x4xf32>
  %y = kernel.buffer "y" role(temp) : <4x4xf32>
  // expected-error @+1 {{expects the map of an out to name each dim once, got affine_map<(d0, d1) -> (d0, d0)> for buffer 1}}
  kernel.map "m" dims [4, 4] inner [] ins(%x : !kernel.buffer<4x4xf32>) outs(%y : !kernel.buffer<4x4xf32>) maps [affine_map<(i, j) -> (j, j)>, affine_map<(i, j) -> (i, i)>] {
  ^bb0(%u: f32):
    kernel.yield %u : f32
  }
}
