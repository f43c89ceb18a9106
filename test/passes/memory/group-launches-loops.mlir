// RUN: sinter-opt --group-launches %s | FileCheck %s

// In a body kernels share a launch as in an entry: the current and the next state of a loop are apart, so what reads the
// one runs beside what writes the other.
#id = affine_map<(i) -> (i)>
// CHECK: kernel.loop trip 4
// CHECK: kernel.launch {
// CHECK: kernel.map "next_f32" number 0
// CHECK: kernel.map "beside_f32" number 1
// CHECK-NOT: kernel.launch
// CHECK: kernel.map "behind_f32" number 2
kernel.entry @e name("e") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(input) : <65536xf32>
  %a = kernel.buffer "a" role(temp) : <65536xf32>
  %b = kernel.buffer "b" role(temp) : <65536xf32>
  %t = kernel.buffer "t" role(temp) : <65536xf32>
  %y = kernel.buffer "y" role(output) : <65536xf32>
  %r = kernel.loop trip 4 carried(%a, %b : !kernel.buffer<65536xf32>, !kernel.buffer<65536xf32>) {
    ^bb0(%i: index, %now: !kernel.buffer<65536xf32>, %next: !kernel.buffer<65536xf32>):
      kernel.map "next_f32" number 0 dims [65536] inner [] ins(%x : !kernel.buffer<65536xf32>) outs(%next : !kernel.buffer<65536xf32>) maps [#id, #id] {
        ^bb0(%v: f32):
          kernel.yield %v : f32
      }
      kernel.map "beside_f32" number 1 dims [65536] inner [] ins(%now : !kernel.buffer<65536xf32>) outs(%t : !kernel.buffer<65536xf32>) maps [#id, #id] {
        ^bb0(%v: f32):
          %0 = arith.addf %v, %v : f32
          kernel.yield %0 : f32
      }
      kernel.map "behind_f32" number 2 dims [65536] inner [] ins(%t, %next : !kernel.buffer<65536xf32>, !kernel.buffer<65536xf32>) outs(%y : !kernel.buffer<65536xf32>) maps [#id, #id, #id] {
        ^bb0(%v: f32, %w: f32):
          %0 = arith.addf %v, %w : f32
          kernel.yield %0 : f32
      }
  } -> !kernel.buffer<65536xf32>
}
