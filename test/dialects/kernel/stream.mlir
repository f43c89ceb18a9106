// kernel.stream: text form, with softmax and without, the schedule that it gets.
// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --schedule | FileCheck %s --check-prefix=SCHEDULE

// CHECK: kernel.stream "s" dims [2, 9, 11, 5, 4] rows 1 softmax 64 products(%q, %k : {{.*}}) extras(%m : {{.*}}) factors(%v : {{.*}}) outs(%y, %l : {{.*}})
// SCHEDULE: kernel.stream "s" {{.*}} schedule #kernel.cpu_schedule<lanes = 1, rows = 2, mr = 11, nr = 12>
kernel.entry @e name("e") kind(predict) batch(0) {
  %q = kernel.buffer "q" role(input) : <2x9x5xf32>
  %k = kernel.buffer "k" role(input) : <2x11x5xf32>
  %v = kernel.buffer "v" role(input) : <2x11x4xf32>
  %m = kernel.buffer "m" role(input) : <9xf32>
  %y = kernel.buffer "y" role(output) : <2x9x4xf32>
  %l = kernel.buffer "l" role(output) : <2x9xf32>
  kernel.stream "s" dims [2, 9, 11, 5, 4] rows 1 softmax 64 products(%q, %k : !kernel.buffer<2x9x5xf32>, !kernel.buffer<2x11x5xf32>) extras(%m : !kernel.buffer<9xf32>) factors(%v : !kernel.buffer<2x11x4xf32>) outs(%y, %l : !kernel.buffer<2x9x4xf32>, !kernel.buffer<2x9xf32>) maps [affine_map<(b, r, c, d, e) -> (b, r, d)>, affine_map<(b, r, c, d, e) -> (b, c, d)>, affine_map<(b, r, c, d, e) -> (r)>, affine_map<(b, r, c, d, e) -> (b, c, e)>, affine_map<(b, r, c, d, e) -> (b, r, e)>, affine_map<(b, r, c, d, e) -> (b, r)>] {
  ^bb0(%s: f32, %x: f32):
    %w = arith.addf %s, %x : f32
    kernel.yield %w : f32
  }
}

// CHECK: kernel.stream "s" dims [2, 9, 11, 5, 4] rows 1 products(
// SCHEDULE: kernel.stream "s" {{.*}} schedule #kernel.cpu_schedule<lanes = 1, rows = 2, mr = 11, nr = 12>
kernel.entry @plain name("e") kind(predict) batch(0) {
  %q = kernel.buffer "q" role(input) : <2x9x5xf32>
  %k = kernel.buffer "k" role(input) : <2x11x5xf32>
  %v = kernel.buffer "v" role(input) : <2x11x4xf32>
  %m = kernel.buffer "m" role(input) : <9xf32>
  %y = kernel.buffer "y" role(output) : <2x9x4xf32>
  %l = kernel.buffer "l" role(temp) : <2x9xf32>
  kernel.stream "s" dims [2, 9, 11, 5, 4] rows 1 products(%q, %k : !kernel.buffer<2x9x5xf32>, !kernel.buffer<2x11x5xf32>) extras(%m : !kernel.buffer<9xf32>) factors(%v : !kernel.buffer<2x11x4xf32>) outs(%y : !kernel.buffer<2x9x4xf32>) maps [affine_map<(b, r, c, d, e) -> (b, r, d)>, affine_map<(b, r, c, d, e) -> (b, c, d)>, affine_map<(b, r, c, d, e) -> (r)>, affine_map<(b, r, c, d, e) -> (b, c, e)>, affine_map<(b, r, c, d, e) -> (b, r, e)>] {
  ^bb0(%s: f32, %x: f32):
    %w = arith.addf %s, %x : f32
    kernel.yield %w : f32
  }
}
