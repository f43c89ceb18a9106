// kernel.stream: what its verifier refuses.
// RUN: sinter-opt %s --split-input-file --verify-diagnostics

kernel.entry @e name("e") kind(predict) batch(0) {
  %q = kernel.buffer "q" role(input) : <2x9x5xf32>
  %k = kernel.buffer "k" role(input) : <2x11x5xf32>
  %v = kernel.buffer "v" role(input) : <2x11x4xf32>
  %m = kernel.buffer "m" role(input) : <9xf32>
  %y = kernel.buffer "y" role(output) : <2x9x4xf32>
  %l = kernel.buffer "l" role(output) : <2x9xf32>
  // expected-error @+1 {{expects rows, columns and inner dims among 5 dims, got rows 3}}
  kernel.stream "s" dims [2, 9, 11, 5, 4] rows 3 softmax 64 products(%q, %k : !kernel.buffer<2x9x5xf32>, !kernel.buffer<2x11x5xf32>) extras(%m : !kernel.buffer<9xf32>) factors(%v : !kernel.buffer<2x11x4xf32>) outs(%y, %l : !kernel.buffer<2x9x4xf32>, !kernel.buffer<2x9xf32>) maps [affine_map<(b, r, c, d, e) -> (b, r, d)>, affine_map<(b, r, c, d, e) -> (b, c, d)>, affine_map<(b, r, c, d, e) -> (r)>, affine_map<(b, r, c, d, e) -> (b, c, e)>, affine_map<(b, r, c, d, e) -> (b, r, e)>, affine_map<(b, r, c, d, e) -> (b, r)>] {
  ^bb0(%s: f32, %x: f32):
    %w = arith.addf %s, %x : f32
    kernel.yield %w : f32
  }
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %q = kernel.buffer "q" role(input) : <2x9x5xf32>
  %k = kernel.buffer "k" role(input) : <2x11x5xf32>
  %v = kernel.buffer "v" role(input) : <2x11x4xf32>
  %m = kernel.buffer "m" role(input) : <9xf32>
  %y = kernel.buffer "y" role(output) : <2x9x4xf32>
  %l = kernel.buffer "l" role(output) : <2x9xf32>
  // expected-error @+1 {{expects softmax blocks of 1 or more columns, got 0}}
  kernel.stream "s" dims [2, 9, 11, 5, 4] rows 1 softmax 0 products(%q, %k : !kernel.buffer<2x9x5xf32>, !kernel.buffer<2x11x5xf32>) extras(%m : !kernel.buffer<9xf32>) factors(%v : !kernel.buffer<2x11x4xf32>) outs(%y, %l : !kernel.buffer<2x9x4xf32>, !kernel.buffer<2x9xf32>) maps [affine_map<(b, r, c, d, e) -> (b, r, d)>, affine_map<(b, r, c, d, e) -> (b, c, d)>, affine_map<(b, r, c, d, e) -> (r)>, affine_map<(b, r, c, d, e) -> (b, c, e)>, affine_map<(b, r, c, d, e) -> (b, r, e)>, affine_map<(b, r, c, d, e) -> (b, r)>] {
  ^bb0(%s: f32, %x: f32):
    %w = arith.addf %s, %x : f32
    kernel.yield %w : f32
  }
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %q = kernel.buffer "q" role(input) : <2x9x5xf32>
  %k = kernel.buffer "k" role(input) : <2x11x5xf32>
  %v = kernel.buffer "v" role(input) : <2x11x4xf32>
  %m = kernel.buffer "m" role(input) : <9xf32>
  %y = kernel.buffer "y" role(output) : <2x9x4xf32>
  %l = kernel.buffer "l" role(output) : <2x9xf32>
  // expected-error @+1 {{expects pairs of products, got 1 operands}}
  kernel.stream "s" dims [2, 9, 11, 5, 4] rows 1 softmax 64 products(%q : !kernel.buffer<2x9x5xf32>) extras(%m : !kernel.buffer<9xf32>) factors(%v : !kernel.buffer<2x11x4xf32>) outs(%y, %l : !kernel.buffer<2x9x4xf32>, !kernel.buffer<2x9xf32>) maps [affine_map<(b, r, c, d, e) -> (b, r, d)>, affine_map<(b, r, c, d, e) -> (r)>, affine_map<(b, r, c, d, e) -> (b, c, e)>, affine_map<(b, r, c, d, e) -> (b, r, e)>, affine_map<(b, r, c, d, e) -> (b, r)>] {
  ^bb0(%s: f32, %x: f32):
    %w = arith.addf %s, %x : f32
    kernel.yield %w : f32
  }
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %q = kernel.buffer "q" role(input) : <2x9x5xf32>
  %k = kernel.buffer "k" role(input) : <2x11x5xf32>
  %v = kernel.buffer "v" role(input) : <2x11x4xf32>
  %m = kernel.buffer "m" role(input) : <9xf32>
  %y = kernel.buffer "y" role(output) : <2x9x4xf32>
  %l = kernel.buffer "l" role(output) : <2x9xf32>
  // expected-error @+1 {{expects one out a factor and statistics (2), got 1}}
  kernel.stream "s" dims [2, 9, 11, 5, 4] rows 1 softmax 64 products(%q, %k : !kernel.buffer<2x9x5xf32>, !kernel.buffer<2x11x5xf32>) extras(%m : !kernel.buffer<9xf32>) factors(%v : !kernel.buffer<2x11x4xf32>) outs(%y : !kernel.buffer<2x9x4xf32>) maps [affine_map<(b, r, c, d, e) -> (b, r, d)>, affine_map<(b, r, c, d, e) -> (b, c, d)>, affine_map<(b, r, c, d, e) -> (r)>, affine_map<(b, r, c, d, e) -> (b, c, e)>, affine_map<(b, r, c, d, e) -> (b, r, e)>] {
  ^bb0(%s: f32, %x: f32):
    %w = arith.addf %s, %x : f32
    kernel.yield %w : f32
  }
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %q = kernel.buffer "q" role(input) : <2x9x5xf32>
  %k = kernel.buffer "k" role(input) : <2x11x5xf32>
  %v = kernel.buffer "v" role(input) : <2x11x4xf32>
  %m = kernel.buffer "m" role(input) : <9xf32>
  %y = kernel.buffer "y" role(output) : <2x9x4xf32>
  %l = kernel.buffer "l" role(output) : <2x9xf32>
  // expected-error @+1 {{expects one map a buffer (6), got 5}}
  kernel.stream "s" dims [2, 9, 11, 5, 4] rows 1 softmax 64 products(%q, %k : !kernel.buffer<2x9x5xf32>, !kernel.buffer<2x11x5xf32>) extras(%m : !kernel.buffer<9xf32>) factors(%v : !kernel.buffer<2x11x4xf32>) outs(%y, %l : !kernel.buffer<2x9x4xf32>, !kernel.buffer<2x9xf32>) maps [affine_map<(b, r, c, d, e) -> (b, r, d)>, affine_map<(b, r, c, d, e) -> (b, c, d)>, affine_map<(b, r, c, d, e) -> (r)>, affine_map<(b, r, c, d, e) -> (b, c, e)>, affine_map<(b, r, c, d, e) -> (b, r, e)>] {
  ^bb0(%s: f32, %x: f32):
    %w = arith.addf %s, %x : f32
    kernel.yield %w : f32
  }
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %q = kernel.buffer "q" role(input) : <2x9x5xf32>
  %k = kernel.buffer "k" role(input) : <2x11x5xf32>
  %v = kernel.buffer "v" role(input) : <2x11x4xf32>
  %m = kernel.buffer "m" role(input) : <9xf32>
  %y = kernel.buffer "y" role(output) : <2x9x4xf32>
  %l = kernel.buffer "l" role(output) : <2x9xf32>
  // expected-error @+1 {{expects accesses inside}}
  kernel.stream "s" dims [2, 9, 11, 5, 4] rows 1 softmax 64 products(%q, %k : !kernel.buffer<2x9x5xf32>, !kernel.buffer<2x11x5xf32>) extras(%m : !kernel.buffer<9xf32>) factors(%v : !kernel.buffer<2x11x4xf32>) outs(%y, %l : !kernel.buffer<2x9x4xf32>, !kernel.buffer<2x9xf32>) maps [affine_map<(b, r, c, d, e) -> (b, r, d)>, affine_map<(b, r, c, d, e) -> (b, c, d)>, affine_map<(b, r, c, d, e) -> (c)>, affine_map<(b, r, c, d, e) -> (b, c, e)>, affine_map<(b, r, c, d, e) -> (b, r, e)>, affine_map<(b, r, c, d, e) -> (b, r)>] {
  ^bb0(%s: f32, %x: f32):
    %w = arith.addf %s, %x : f32
    kernel.yield %w : f32
  }
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %q = kernel.buffer "q" role(input) : <2x9x5xf32>
  %k = kernel.buffer "k" role(input) : <2x11x5xf32>
  %v = kernel.buffer "v" role(input) : <2x11x4xf32>
  %m = kernel.buffer "m" role(input) : <9xf32>
  %y = kernel.buffer "y" role(output) : <2x9x4xf32>
  %l = kernel.buffer "l" role(output) : <2x9xf32>
  // expected-error @+1 {{expects extras to use no inner dims}}
  kernel.stream "s" dims [2, 9, 11, 5, 4] rows 1 softmax 64 products(%q, %k : !kernel.buffer<2x9x5xf32>, !kernel.buffer<2x11x5xf32>) extras(%m : !kernel.buffer<9xf32>) factors(%v : !kernel.buffer<2x11x4xf32>) outs(%y, %l : !kernel.buffer<2x9x4xf32>, !kernel.buffer<2x9xf32>) maps [affine_map<(b, r, c, d, e) -> (b, r, d)>, affine_map<(b, r, c, d, e) -> (b, c, d)>, affine_map<(b, r, c, d, e) -> (d)>, affine_map<(b, r, c, d, e) -> (b, c, e)>, affine_map<(b, r, c, d, e) -> (b, r, e)>, affine_map<(b, r, c, d, e) -> (b, r)>] {
  ^bb0(%s: f32, %x: f32):
    %w = arith.addf %s, %x : f32
    kernel.yield %w : f32
  }
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %q = kernel.buffer "q" role(input) : <2x9x5xf32>
  %k = kernel.buffer "k" role(input) : <2x11x5xf32>
  %v = kernel.buffer "v" role(input) : <2x11x4xf32>
  %m = kernel.buffer "m" role(input) : <9xf32>
  %y = kernel.buffer "y" role(output) : <2x9x4xf32>
  %l = kernel.buffer "l" role(output) : <2x9xf32>
  // expected-error @+1 {{expects product 0 to be of rows and of columns over one inner dim}}
  kernel.stream "s" dims [2, 9, 11, 5, 4] rows 1 softmax 64 products(%q, %k : !kernel.buffer<2x9x5xf32>, !kernel.buffer<2x11x5xf32>) extras(%m : !kernel.buffer<9xf32>) factors(%v : !kernel.buffer<2x11x4xf32>) outs(%y, %l : !kernel.buffer<2x9x4xf32>, !kernel.buffer<2x9xf32>) maps [affine_map<(b, r, c, d, e) -> (b, r, d)>, affine_map<(b, r, c, d, e) -> (b, r, d)>, affine_map<(b, r, c, d, e) -> (r)>, affine_map<(b, r, c, d, e) -> (b, c, e)>, affine_map<(b, r, c, d, e) -> (b, r, e)>, affine_map<(b, r, c, d, e) -> (b, r)>] {
  ^bb0(%s: f32, %x: f32):
    %w = arith.addf %s, %x : f32
    kernel.yield %w : f32
  }
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %q = kernel.buffer "q" role(input) : <2x9x5xf32>
  %k = kernel.buffer "k" role(input) : <2x11x5xf32>
  %v = kernel.buffer "v" role(input) : <2x11x4xf32>
  %m = kernel.buffer "m" role(input) : <9xf32>
  %y = kernel.buffer "y" role(output) : <2x9x4xf32>
  %l = kernel.buffer "l" role(output) : <2x9xf32>
  // expected-error @+1 {{expects product 0 to be of rows and of columns over one inner dim}}
  kernel.stream "s" dims [2, 9, 11, 5, 4] rows 1 softmax 64 products(%q, %k : !kernel.buffer<2x9x5xf32>, !kernel.buffer<2x11x5xf32>) extras(%m : !kernel.buffer<9xf32>) factors(%v : !kernel.buffer<2x11x4xf32>) outs(%y, %l : !kernel.buffer<2x9x4xf32>, !kernel.buffer<2x9xf32>) maps [affine_map<(b, r, c, d, e) -> (b, r, d)>, affine_map<(b, r, c, d, e) -> (b, c, e)>, affine_map<(b, r, c, d, e) -> (r)>, affine_map<(b, r, c, d, e) -> (b, c, e)>, affine_map<(b, r, c, d, e) -> (b, r, e)>, affine_map<(b, r, c, d, e) -> (b, r)>] {
  ^bb0(%s: f32, %x: f32):
    %w = arith.addf %s, %x : f32
    kernel.yield %w : f32
  }
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %q = kernel.buffer "q" role(input) : <2x9x5xf32>
  %k = kernel.buffer "k" role(input) : <2x11x5xf32>
  %v = kernel.buffer "v" role(input) : <2x11x4xf32>
  %m = kernel.buffer "m" role(input) : <9xf32>
  %y = kernel.buffer "y" role(output) : <2x9x4xf32>
  %l = kernel.buffer "l" role(output) : <2x9xf32>
  // expected-error @+1 {{expects sum 0 to be of rows over one inner dim}}
  kernel.stream "s" dims [2, 9, 11, 5, 4] rows 1 softmax 64 products(%q, %k : !kernel.buffer<2x9x5xf32>, !kernel.buffer<2x11x5xf32>) extras(%m : !kernel.buffer<9xf32>) factors(%v : !kernel.buffer<2x11x4xf32>) outs(%y, %l : !kernel.buffer<2x9x4xf32>, !kernel.buffer<2x9xf32>) maps [affine_map<(b, r, c, d, e) -> (b, r, d)>, affine_map<(b, r, c, d, e) -> (b, c, d)>, affine_map<(b, r, c, d, e) -> (r)>, affine_map<(b, r, c, d, e) -> (b, r, e)>, affine_map<(b, r, c, d, e) -> (b, r, e)>, affine_map<(b, r, c, d, e) -> (b, r)>] {
  ^bb0(%s: f32, %x: f32):
    %w = arith.addf %s, %x : f32
    kernel.yield %w : f32
  }
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %q = kernel.buffer "q" role(input) : <2x9x5xf32>
  %k = kernel.buffer "k" role(input) : <2x11x5xf32>
  %v = kernel.buffer "v" role(input) : <2x11x4xf32>
  %m = kernel.buffer "m" role(input) : <9xf32>
  %y = kernel.buffer "y" role(output) : <2x9x4xf32>
  %l = kernel.buffer "l" role(output) : <2x9xf32>
  // expected-error @+1 {{expects statistics of rows}}
  kernel.stream "s" dims [2, 9, 9, 5, 4] rows 1 softmax 64 products(%q, %k : !kernel.buffer<2x9x5xf32>, !kernel.buffer<2x11x5xf32>) extras(%m : !kernel.buffer<9xf32>) factors(%v : !kernel.buffer<2x11x4xf32>) outs(%y, %l : !kernel.buffer<2x9x4xf32>, !kernel.buffer<2x9xf32>) maps [affine_map<(b, r, c, d, e) -> (b, r, d)>, affine_map<(b, r, c, d, e) -> (b, c, d)>, affine_map<(b, r, c, d, e) -> (r)>, affine_map<(b, r, c, d, e) -> (b, c, e)>, affine_map<(b, r, c, d, e) -> (b, r, e)>, affine_map<(b, r, c, d, e) -> (b, c)>] {
  ^bb0(%s: f32, %x: f32):
    %w = arith.addf %s, %x : f32
    kernel.yield %w : f32
  }
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %q = kernel.buffer "q" role(input) : <2x9x5xf32>
  %k = kernel.buffer "k" role(input) : <2x11x5xf32>
  %v = kernel.buffer "v" role(input) : <2x11x4xf32>
  %m = kernel.buffer "m" role(input) : <9xf32>
  %y = kernel.buffer "y" role(output) : <2x9x4xf32>
  %l = kernel.buffer "l" role(output) : <2x9xf32>
  // expected-error @+1 {{expects indices that are dims or 0}}
  kernel.stream "s" dims [2, 9, 11, 5, 4] rows 1 softmax 64 products(%q, %k : !kernel.buffer<2x9x5xf32>, !kernel.buffer<2x11x5xf32>) extras(%m : !kernel.buffer<9xf32>) factors(%v : !kernel.buffer<2x11x4xf32>) outs(%y, %l : !kernel.buffer<2x9x4xf32>, !kernel.buffer<2x9xf32>) maps [affine_map<(b, r, c, d, e) -> (b, r + 0 * b, d floordiv 2)>, affine_map<(b, r, c, d, e) -> (b, c, d)>, affine_map<(b, r, c, d, e) -> (r)>, affine_map<(b, r, c, d, e) -> (b, c, e)>, affine_map<(b, r, c, d, e) -> (b, r, e)>, affine_map<(b, r, c, d, e) -> (b, r)>] {
  ^bb0(%s: f32, %x: f32):
    %w = arith.addf %s, %x : f32
    kernel.yield %w : f32
  }
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %q = kernel.buffer "q" role(input) : <2x9x5xf32>
  %k = kernel.buffer "k" role(input) : <2x11x5xf32>
  %v = kernel.buffer "v" role(input) : <2x11x4xf32>
  %m = kernel.buffer "m" role(input) : <9xf32>
  %y = kernel.buffer "y" role(output) : <2x9x4xf32>
  %l = kernel.buffer "l" role(output) : <2x9xf32>
  // expected-error @+1 {{expects to yield 1 values of type}}
  kernel.stream "s" dims [2, 9, 11, 5, 4] rows 1 softmax 64 products(%q, %k : !kernel.buffer<2x9x5xf32>, !kernel.buffer<2x11x5xf32>) extras(%m : !kernel.buffer<9xf32>) factors(%v : !kernel.buffer<2x11x4xf32>) outs(%y, %l : !kernel.buffer<2x9x4xf32>, !kernel.buffer<2x9xf32>) maps [affine_map<(b, r, c, d, e) -> (b, r, d)>, affine_map<(b, r, c, d, e) -> (b, c, d)>, affine_map<(b, r, c, d, e) -> (r)>, affine_map<(b, r, c, d, e) -> (b, c, e)>, affine_map<(b, r, c, d, e) -> (b, r, e)>, affine_map<(b, r, c, d, e) -> (b, r)>] {
  ^bb0(%s: f32, %x: f32):
    %w = arith.addf %s, %x : f32
    kernel.yield %w, %w : f32, f32
  }
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %q = kernel.buffer "q" role(input) : <2x9x5xf32>
  %k = kernel.buffer "k" role(input) : <2x11x5xf32>
  %v = kernel.buffer "v" role(input) : <2x11x4xf32>
  %m = kernel.buffer "m" role(input) : <9xf32>
  %y = kernel.buffer "y" role(output) : <2x9x4xf32>
  %l = kernel.buffer "l" role(output) : <2x9xf32>
  // expected-error @+1 {{expects block arguments of the types of products and extras}}
  kernel.stream "s" dims [2, 9, 11, 5, 4] rows 1 softmax 64 products(%q, %k : !kernel.buffer<2x9x5xf32>, !kernel.buffer<2x11x5xf32>) extras(%m, %m : !kernel.buffer<9xf32>, !kernel.buffer<9xf32>) factors(%v : !kernel.buffer<2x11x4xf32>) outs(%y, %l : !kernel.buffer<2x9x4xf32>, !kernel.buffer<2x9xf32>) maps [affine_map<(b, r, c, d, e) -> (b, r, d)>, affine_map<(b, r, c, d, e) -> (b, c, d)>, affine_map<(b, r, c, d, e) -> (r)>, affine_map<(b, r, c, d, e) -> (r)>, affine_map<(b, r, c, d, e) -> (b, c, e)>, affine_map<(b, r, c, d, e) -> (b, r, e)>, affine_map<(b, r, c, d, e) -> (b, r)>] {
  ^bb0(%s: f32, %x: f32):
    %w = arith.addf %s, %x : f32
    kernel.yield %w : f32
  }
}
