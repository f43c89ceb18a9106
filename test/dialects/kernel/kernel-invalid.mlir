// The kernel dialect: each inconsistency that codegen relies on is refused.
// RUN: sinter-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{layout expects 'perm' to name each dim once, got dim 0}}
kernel.entry @e name("e") kind(eval) batch(0) attributes {x = #kernel.layout<[0, 0]>} {}

// -----

// expected-error @+1 {{layout expects as many block sizes as blocked dims, got 2 and 1}}
kernel.entry @e name("e") kind(eval) batch(0) attributes {x = #kernel.layout<[0, 1], block = [0], by = [4, 4]>} {}

// -----

// expected-error @+1 {{layout expects a blocked dim below 2, got 2}}
kernel.entry @e name("e") kind(eval) batch(0) attributes {x = #kernel.layout<[0, 1], block = [2], by = [4]>} {}

// -----

// expected-error @+1 {{layout expects a positive block size, got 0}}
kernel.entry @e name("e") kind(eval) batch(0) attributes {x = #kernel.layout<[0, 1], block = [1], by = [0]>} {}

// -----

// expected-error @+1 {{expected one of [train, eval, predict, prepare, load, save, load_params] for kind of entry, got: test}}
kernel.entry @e name("e") kind(test) batch(0) {}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  // expected-error @+1 {{buffer expects a scalar element type, got 'tensor<4xf32>'}}
  %x = kernel.buffer "x" role(temp) : <4xtensor<4xf32>>
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  // expected-error @+1 {{buffer expects a layout of rank 1}}
  %x = kernel.buffer "x" role(temp) : <4xf32, #kernel.layout<[0, 1]>>
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  // expected-error @+1 {{expected one of [param, form, state, scalar, input, output, temp, logical, constant] for role of buffer, got: weight}}
  %x = kernel.buffer "x" role(weight) : <4xf32>
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  // expected-error @+1 {{expects an offset of 0 or more, got -4}}
  %x = kernel.buffer "x" role(temp) offset(-4) : <4xf32>
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  // expected-error @+1 {{expects elements with role constant and with no other, got role 'constant' without elements}}
  %x = kernel.buffer "x" role(constant) : <4xf32>
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  // expected-error @+1 {{expects elements of the buffer's shape and type, got 'tensor<3xf32>'}}
  %x = kernel.buffer "x" role(constant) value(dense<1.0> : tensor<3xf32>) : <4xf32>
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4x4xf32>
  // expected-error @+1 {{expects equal element types and counts, got '!kernel.buffer<4x4xf32>' and '!kernel.buffer<15xf32>'}}
  %y = kernel.view %x : <4x4xf32> to <15xf32>
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4x4xf32, #kernel.layout<[1, 0]>>
  // expected-error @+1 {{expects row-major buffers, got '!kernel.buffer<4x4xf32, #kernel.layout<[1, 0]>>'}}
  %y = kernel.view %x : <4x4xf32, #kernel.layout<[1, 0]>> to <16xf32>
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4x4xf32>
  %i = arith.constant 0 : index
  // expected-error @+1 {{expects the source's shape without its leading dim}}
  %y = kernel.slot %x[%i] : <4x4xf32> to <5xf32>
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4xf32>
  // expected-error @+1 {{expects one map a buffer (2), got 1}}
  kernel.map "m" dims [4] inner [] ins(%x : !kernel.buffer<4xf32>) outs(%x : !kernel.buffer<4xf32>) maps [affine_map<(n) -> (n)>] {
  ^bb0(%u: f32):
    kernel.yield %u : f32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4xf32>
  // expected-error @+1 {{expects maps of 1 dims, got affine_map<(d0, d1) -> (d0)> for buffer 0}}
  kernel.map "m" dims [4] inner [] outs(%x : !kernel.buffer<4xf32>) maps [affine_map<(n, m) -> (n)>] {
    %0 = arith.constant 0.0 : f32
    kernel.yield %0 : f32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4xf32>
  // expected-error @+1 {{expects a map of 1 results for buffer 0}}
  kernel.map "m" dims [4] inner [] outs(%x : !kernel.buffer<4xf32>) maps [affine_map<(n) -> (n, n)>] {
    %0 = arith.constant 0.0 : f32
    kernel.yield %0 : f32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4xf32>
  // expected-error @+1 {{for buffer 0 reaching [1, 4]}}
  kernel.map "m" dims [4] inner [] outs(%x : !kernel.buffer<4xf32>) maps [affine_map<(n) -> (n + 1)>] {
    %0 = arith.constant 0.0 : f32
    kernel.yield %0 : f32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4xf32>
  // `padded` is for reads only.
  // expected-error @+1 {{for buffer 1 reaching [1, 4]}}
  kernel.map "m" dims [4] inner [] padded ins(%x : !kernel.buffer<4xf32>) outs(%x : !kernel.buffer<4xf32>)
      maps [affine_map<(n) -> (n + 1)>, affine_map<(n) -> (n + 1)>] {
  ^bb0(%u: f32):
    kernel.yield %u : f32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4xf32>
  // expected-error @+1 {{expects division by positive constants}}
  kernel.map "m" dims [4] inner [] outs(%x : !kernel.buffer<4xf32>) maps [affine_map<(n) -> (n floordiv 0)>] {
    %0 = arith.constant 0.0 : f32
    kernel.yield %0 : f32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4xf32>
  // expected-error @+1 {{expects sizes of at least 0, got -4}}
  kernel.map "m" dims [-4] inner [] outs(%x : !kernel.buffer<4xf32>) maps [affine_map<(n) -> (n)>] {
    %0 = arith.constant 0.0 : f32
    kernel.yield %0 : f32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4xf32>
  // expected-error @+1 {{expects 'inner' to list dims of the domain in rising order, got 1}}
  kernel.map "m" dims [4] inner [1] outs(%x : !kernel.buffer<4xf32>) maps [affine_map<(n) -> (n)>] {
    %0 = arith.constant 0.0 : f32
    kernel.yield %0 : f32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4xf32>
  // expected-error @+1 {{expects one block argument an input (0), got 1}}
  kernel.map "m" dims [4] inner [] outs(%x : !kernel.buffer<4xf32>) maps [affine_map<(n) -> (n)>] {
  ^bb0(%u: f32):
    kernel.yield %u : f32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4xf32>
  // expected-error @+1 {{expects a block argument of type 'f32', got 'f64'}}
  kernel.map "m" dims [4] inner [] ins(%x : !kernel.buffer<4xf32>) outs(%x : !kernel.buffer<4xf32>) maps [affine_map<(n) -> (n)>, affine_map<(n) -> (n)>] {
  ^bb0(%u: f64):
    %0 = arith.truncf %u : f64 to f32
    kernel.yield %0 : f32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4xf32>
  // expected-error @+1 {{expects to yield 'f32', got 'i32'}}
  kernel.map "m" dims [4] inner [] outs(%x : !kernel.buffer<4xf32>) maps [affine_map<(n) -> (n)>] {
    %0 = kernel.index 0 : i32
    kernel.yield %0 : i32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4xf32>
  // expected-error @+1 {{expects one yielded value an out (1), got 0}}
  kernel.map "m" dims [4] inner [] outs(%x : !kernel.buffer<4xf32>) maps [affine_map<(n) -> (n)>] {
    kernel.yield
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4xf32>
  kernel.map "m" dims [4] inner [] outs(%x : !kernel.buffer<4xf32>) maps [affine_map<(n) -> (n)>] {
    // expected-error @+1 {{cannot stand in a kernel: expects scalar code of arith, math and kernel}}
    %y = kernel.buffer "y" role(temp) : <4xf32>
    %0 = arith.constant 0.0 : f32
    kernel.yield %0 : f32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4xf32>
  kernel.map "m" dims [4] inner [] ins(%x : !kernel.buffer<4xf32>) outs(%x : !kernel.buffer<4xf32>) maps [affine_map<(n) -> (n)>, affine_map<(n) -> (n)>] algorithm <chain> {
  ^bb0(%u: f32):
    // expected-error @+1 {{expected one of [sum, max, min, prod, argmax] for kind of reduction, got: mean}}
    %0 = kernel.reduce mean %u : f32 -> f32
    kernel.yield %0 : f32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4xf32>
  kernel.map "m" dims [4] inner [] ins(%x : !kernel.buffer<4xf32>) outs(%x : !kernel.buffer<4xf32>) maps [affine_map<(n) -> (n)>, affine_map<(n) -> (n)>] algorithm <chain> {
  ^bb0(%u: f32):
    // expected-error @+1 {{expects a result of type 'i32', got 'f32'}}
    %0 = kernel.reduce argmax %u : f32 -> f32
    kernel.yield %0 : f32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4xi32>
  kernel.map "m" dims [4] inner [] outs(%x : !kernel.buffer<4xi32>) maps [affine_map<(n) -> (n)>] {
    // expected-error @+1 {{expects a dim below 1, got 1}}
    %0 = kernel.index 1 : i32
    kernel.yield %0 : i32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %a = kernel.buffer "a" role(temp) : <4x4xf32>
  // expected-error @+1 {{expects at most 3 parallel dims, got 4}}
  kernel.contract "c" dims [4, 4, 4] parallel 4 a(%a : <4x4xf32>) b(%a : <4x4xf32>) outs(%a : !kernel.buffer<4x4xf32>)
      maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] algorithm <chain> epilogue {
  ^bb0(%acc: f32):
    kernel.yield %acc : f32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %a = kernel.buffer "a" role(temp) : <4x4xf32>
  // expected-error @+1 {{expects one map a buffer (3), got 2}}
  kernel.contract "c" dims [4, 4, 4] parallel 2 a(%a : <4x4xf32>) b(%a : <4x4xf32>) outs(%a : !kernel.buffer<4x4xf32>)
      maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>] algorithm <chain> epilogue {
  ^bb0(%acc: f32):
    kernel.yield %acc : f32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %a = kernel.buffer "a" role(temp) : <4x4xf32>
  // expected-error @+1 {{expects extras and outs to use parallel dims only}}
  kernel.contract "c" dims [4, 4, 4] parallel 2 a(%a : <4x4xf32>) b(%a : <4x4xf32>) outs(%a : !kernel.buffer<4x4xf32>)
      maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, k)>] algorithm <chain> epilogue {
  ^bb0(%acc: f32):
    kernel.yield %acc : f32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %a = kernel.buffer "a" role(temp) : <4x4xf32>
  // expected-error @+1 {{expects one 'sums' flag an out, got 2}}
  kernel.contract "c" dims [4, 4, 4] parallel 2 a(%a : <4x4xf32>) b(%a : <4x4xf32>) outs(%a : !kernel.buffer<4x4xf32>)
      maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] algorithm <chain>
      attributes {sums = array<i1: true, true>} epilogue {
  ^bb0(%acc: f32):
    kernel.yield %acc : f32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %a = kernel.buffer "a" role(temp) : <4x4xf32>
  // expected-error @+1 {{expects 1 epilogue arguments, got 2}}
  kernel.contract "c" dims [4, 4, 4] parallel 2 a(%a : <4x4xf32>) b(%a : <4x4xf32>) outs(%a : !kernel.buffer<4x4xf32>)
      maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] algorithm <chain> epilogue {
  ^bb0(%acc: f32, %extra: f32):
    kernel.yield %acc : f32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %a = kernel.buffer "a" role(temp) : <4x4xf32>
  kernel.contract "c" dims [4, 4, 4] parallel 2 a(%a : <4x4xf32>) b(%a : <4x4xf32>) outs(%a : !kernel.buffer<4x4xf32>)
      maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] algorithm <chain> epilogue {
  ^bb0(%acc: f32):
    // expected-error @+1 {{expects to stand in kernel.map}}
    %0 = kernel.reduce sum %acc : f32 -> f32
    kernel.yield %0 : f32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %a = kernel.buffer "a" role(temp) : <4x4xi32>
  kernel.contract "c" dims [4, 4, 4] parallel 2 a(%a : <4x4xi32>) b(%a : <4x4xi32>) outs(%a : !kernel.buffer<4x4xi32>)
      maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] algorithm <chain> epilogue {
  ^bb0(%acc: i32):
    // expected-error @+1 {{expects a parallel dim, got 2}}
    %0 = kernel.index 2 : i32
    kernel.yield %0 : i32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %a = kernel.buffer "a" role(temp) : <4xf32>
  // expected-error @+1 {{expects pairs of carried buffers, got 1}}
  kernel.loop trip 3 carried(%a : !kernel.buffer<4xf32>) {
  ^bb0(%t: index):
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  // expected-error @+1 {{expects 'trip', or an i1 predicate as its first carried pair}}
  kernel.loop {
  ^bb0(%t: index):
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %a = kernel.buffer "a" role(temp) : <4xf32>
  // expected-error @+1 {{expects one type for carried pair 0, got '!kernel.buffer<5xf32>'}}
  %r = kernel.loop trip 3 carried(%a, %a : !kernel.buffer<4xf32>, !kernel.buffer<4xf32>) {
  ^bb0(%t: index, %x: !kernel.buffer<4xf32>, %y: !kernel.buffer<5xf32>):
  } -> !kernel.buffer<4xf32>
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %a = kernel.buffer "a" role(temp) : <4xi1>
  // expected-error @+1 {{expects a buffer of one i1, got '!kernel.buffer<4xi1>'}}
  kernel.if %a : <4xi1> then {
    %b = kernel.buffer "b" role(temp) : <4xi1>
  } else {
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  // expected-error @+1 {{cannot stand in kernel.entry: expects buffers, kernels, launches, loops and ifs}}
  builtin.module {}
}

// -----

// Nothing that codegen computes with may leave 63 bits.
// expected-error @+1 {{layout expects blocks of at most 2147483648 elements, got more}}
kernel.entry @e name("e") kind(eval) batch(0) attributes {x = #kernel.layout<[0], block = [0, 0], by = [65536, 65536]>} {}

// -----

// expected-error @+1 {{layout expects blocks of at most 2147483648 elements, got more}}
kernel.entry @e name("e") kind(eval) batch(0) attributes {x = #kernel.layout<[0], block = [0, 0, 0], by = [9223372036854775807, 2, 2]>} {}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  // expected-error @+1 {{buffer expects sizes of 0 or more and fewer than 2^63 bytes, got [4611686018427387904, 4] of 'f32'}}
  %x = kernel.buffer "x" role(temp) : <4611686018427387904x4xf32>
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  // expected-error @+1 {{buffer expects sizes of 0 or more and fewer than 2^63 bytes, got [2305843009213693952] of 'f32'}}
  %x = kernel.buffer "x" role(temp) : <2305843009213693952xf32>
}

// -----

// The padding of a layout counts.
kernel.entry @e name("e") kind(eval) batch(0) {
  // expected-error @+1 {{buffer expects sizes of 0 or more and fewer than 2^63 bytes, got [1, 1152921504606846976] of 'f32'}}
  %x = kernel.buffer "x" role(temp) : <1x1152921504606846976xf32, #kernel.layout<[0, 1], block = [0], by = [8]>>
}

// -----

// Empty is empty, whatever the product of the other sizes would be.
kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(temp) : <0x4611686018427387904x4xf32>
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  // expected-error @+1 {{expects to end below 2^63 bytes, got offset 9223372036854775800 and 16 bytes}}
  %x = kernel.buffer "x" role(temp) offset(9223372036854775800) : <4xf32>
}

// -----

// A map that wraps around would seem to stay inside.
kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(input) : <4xf32>
  // expected-error @+1 {{expects accesses inside '!kernel.buffer<4xf32>'}}
  kernel.map "k" dims [5] inner [] ins(%x : !kernel.buffer<4xf32>) outs(%x : !kernel.buffer<4xf32>) maps [affine_map<(d0) -> (d0 * 4611686018427387904)>, affine_map<(d0) -> (0)>] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(input) : <4xf32>
  // expected-error @+1 {{expects a kernel of fewer than 2^59 points, got [4294967296, 4294967296] [E1021]}}
  kernel.map "k" dims [4294967296, 4294967296] inner [] ins(%x : !kernel.buffer<4xf32>) outs(%x : !kernel.buffer<4xf32>) maps [affine_map<(d0, d1) -> (0)>, affine_map<(d0, d1) -> (0)>] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
}

// -----

kernel.entry @e name("e") kind(eval) batch(0) {
  %x = kernel.buffer "x" role(temp) : <4xf32>
  // An extra may leave its shape only where an out of that size or less does: here it is smaller.
  %y = kernel.buffer "y" role(temp) : <5xf32>
  // expected-error @+1 {{expects accesses inside}}
  kernel.contract "k" dims [6, 1] parallel 1 padded a(%x : !kernel.buffer<4xf32>) b(%x : !kernel.buffer<4xf32>)
      extras(%x : !kernel.buffer<4xf32>) outs(%y : !kernel.buffer<5xf32>)
      maps [affine_map<(n, k) -> (n)>, affine_map<(n, k) -> (k)>, affine_map<(n, k) -> (n)>, affine_map<(n, k) -> (n)>] algorithm <chain> epilogue {
  ^bb0(%acc: f32, %u: f32):
    kernel.yield %u : f32
  }
}

// -----

// expected-error @+1 {{expects `loss` to be the place of one of its 1 outputs, got 1}}
kernel.entry @e name("e") kind(train) batch(1) attributes {loss = 1 : i64, outputs = ["loss"]} {
}
