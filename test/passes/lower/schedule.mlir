// RUN: sinter-opt --schedule --split-input-file %s | FileCheck %s

// AVX-512: 14 rows by 32 lanes; 16 lanes where 16 are enough. Operands stay where they are.
// CHECK-LABEL: kernel.entry @wide
// CHECK: kernel.contract "wide" {{.*}} a(%{{.*}} : <256x784xf32, {{.*}}>) b(%{{.*}} : <256x784xf32>) {{.*}} schedule #kernel.cpu_schedule<lanes = 1, rows = 0, mr = 14, nr = 32, order = 1, 0>
// CHECK: kernel.contract "thin" {{.*}} schedule #kernel.cpu_schedule<lanes = 1, rows = 0, mr = 16, nr = 16
// A schedule that is there stays.
// CHECK: kernel.contract "forced" {{.*}} schedule #kernel.cpu_schedule<lanes = 0, rows = 1, mr = 2, nr = 16>
module attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "+avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  kernel.entry @wide name("wide") kind(predict) batch(0) {
    %x = kernel.buffer "x" role(input) : <256x784xf32>
    %w = kernel.buffer "w" role(param) : <256x784xf32, #kernel.layout<[0, 1], block = [0], by = [32]>>
    %v = kernel.buffer "v" role(param) : <10x784xf32, #kernel.layout<[0, 1], block = [0], by = [16]>>
    %y = kernel.buffer "y" role(output) : <256x256xf32>
    %z = kernel.buffer "z" role(output) : <256x10xf32>
    kernel.contract "wide" dims [256, 256, 784] parallel 2 a(%w : <256x784xf32, #kernel.layout<[0, 1], block = [0], by = [32]>>) b(%x : <256x784xf32>) outs(%y : !kernel.buffer<256x256xf32>) maps [affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (m, n)>] algorithm <chain> epilogue {
    ^bb0(%acc: f32):
      kernel.yield %acc : f32
    }
    kernel.contract "thin" dims [256, 10, 784] parallel 2 a(%x : <256x784xf32>) b(%v : <10x784xf32, #kernel.layout<[0, 1], block = [0], by = [16]>>) outs(%z : !kernel.buffer<256x10xf32>) maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>] algorithm <chain> epilogue {
    ^bb0(%acc: f32):
      kernel.yield %acc : f32
    }
    kernel.contract "forced" dims [256, 10, 784] parallel 2 a(%x : <256x784xf32>) b(%v : <10x784xf32, #kernel.layout<[0, 1], block = [0], by = [16]>>) outs(%z : !kernel.buffer<256x10xf32>) maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>] algorithm <chain> schedule #kernel.cpu_schedule<lanes = 0, rows = 1, mr = 2, nr = 16> epilogue {
    ^bb0(%acc: f32):
      kernel.yield %acc : f32
    }
  }
}

// -----

// AVX2: 6 rows by 16 lanes.
// CHECK-LABEL: kernel.entry @avx2
// CHECK: schedule #kernel.cpu_schedule<lanes = 1, rows = 0, mr = 6, nr = 16
module attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v3", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "+avx2,+fma", vectorBits = 256, vectorRegisters = 16, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  kernel.entry @avx2 name("avx2") kind(predict) batch(0) {
    %x = kernel.buffer "x" role(input) : <256x784xf32>
    %w = kernel.buffer "w" role(param) : <784x256xf32>
    %y = kernel.buffer "y" role(output) : <256x256xf32>
    kernel.contract "wide" dims [256, 256, 784] parallel 2 a(%x : <256x784xf32>) b(%w : <784x256xf32>) outs(%y : !kernel.buffer<256x256xf32>) maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] algorithm <chain> epilogue {
    ^bb0(%acc: f32):
      kernel.yield %acc : f32
    }
  }
}

// -----

// 128-bit vectors without FMA: 4 rows by 8 lanes; f64 halves the lanes.
// CHECK-LABEL: kernel.entry @sse
// CHECK: schedule #kernel.cpu_schedule<lanes = 1, rows = 0, mr = 4, nr = 8
// CHECK: schedule #kernel.cpu_schedule<lanes = 1, rows = 0, mr = 4, nr = 4
module attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v2", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v2", features = "", vectorBits = 128, vectorRegisters = 16, fmaPorts = 1, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = false>} {
  kernel.entry @sse name("sse") kind(predict) batch(0) {
    %x = kernel.buffer "x" role(input) : <256x784xf32>
    %w = kernel.buffer "w" role(param) : <784x256xf32>
    %y = kernel.buffer "y" role(output) : <256x256xf32>
    %xd = kernel.buffer "xd" role(input) : <256x784xf64>
    %wd = kernel.buffer "wd" role(param) : <784x256xf64>
    %yd = kernel.buffer "yd" role(output) : <256x256xf64>
    kernel.contract "wide" dims [256, 256, 784] parallel 2 a(%x : <256x784xf32>) b(%w : <784x256xf32>) outs(%y : !kernel.buffer<256x256xf32>) maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] algorithm <chain> epilogue {
    ^bb0(%acc: f32):
      kernel.yield %acc : f32
    }
    kernel.contract "double" dims [256, 256, 784] parallel 2 a(%xd : <256x784xf64>) b(%wd : <784x256xf64>) outs(%yd : !kernel.buffer<256x256xf64>) maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] algorithm <chain> epilogue {
    ^bb0(%acc: f64):
      kernel.yield %acc : f64
    }
  }
}

// -----

// Maps of few columns: more lanes for the same broadcasts. Filters lie in panels of 32 all the same.
// CHECK-LABEL: kernel.entry @short_rows
// CHECK: schedule #kernel.cpu_schedule<lanes = 1, rows = 3, mr = 6, nr = 64, order = 1, 0, 2, 3>
module attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "+avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  kernel.entry @short_rows name("short_rows") kind(predict) batch(0) {
    %x = kernel.buffer "x" role(input) : <64x256x6x6xf32, #kernel.layout<[0, 1, 2, 3], block = [1], by = [16]>>
    %w = kernel.buffer "w" role(param) : <256x256x3x3xf32, #kernel.layout<[0, 2, 3, 1], block = [0], by = [32]>>
    %y = kernel.buffer "y" role(output) : <64x256x6x6xf32, #kernel.layout<[0, 1, 2, 3], block = [1], by = [16]>>
    kernel.contract "conv" dims [64, 256, 6, 6, 3, 3, 256] parallel 4 padded a(%x : <64x256x6x6xf32, #kernel.layout<[0, 1, 2, 3], block = [1], by = [16]>>) b(%w : <256x256x3x3xf32, #kernel.layout<[0, 2, 3, 1], block = [0], by = [32]>>) outs(%y : !kernel.buffer<64x256x6x6xf32, #kernel.layout<[0, 1, 2, 3], block = [1], by = [16]>>) maps [affine_map<(n, o, h, w, i, j, c) -> (n, c, h + i - 1, w + j - 1)>, affine_map<(n, o, h, w, i, j, c) -> (o, c, i, j)>, affine_map<(n, o, h, w, i, j, c) -> (n, o, h, w)>] algorithm <chain> epilogue {
    ^bb0(%acc: f32):
      kernel.yield %acc : f32
    }
  }
}

// -----

// Maps of fewer columns still: images are a second row dim. Filters are beyond L2: each panel goes by once.
// CHECK-LABEL: kernel.entry @tiny_maps
// CHECK: schedule #kernel.cpu_schedule<lanes = 1, rows = 3, mr = 3, nr = 64, rows2 = 0, mr2 = 2, order = 1, 0, 2, 3>
module attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "+avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  kernel.entry @tiny_maps name("tiny_maps") kind(predict) batch(0) {
    %x = kernel.buffer "x" role(input) : <64x512x3x3xf32, #kernel.layout<[0, 1, 2, 3], block = [1], by = [16]>>
    %w = kernel.buffer "w" role(param) : <512x512x3x3xf32, #kernel.layout<[0, 2, 3, 1], block = [0], by = [32]>>
    %y = kernel.buffer "y" role(output) : <64x512x3x3xf32, #kernel.layout<[0, 1, 2, 3], block = [1], by = [16]>>
    kernel.contract "conv" dims [64, 512, 3, 3, 3, 3, 512] parallel 4 padded a(%x : <64x512x3x3xf32, #kernel.layout<[0, 1, 2, 3], block = [1], by = [16]>>) b(%w : <512x512x3x3xf32, #kernel.layout<[0, 2, 3, 1], block = [0], by = [32]>>) outs(%y : !kernel.buffer<64x512x3x3xf32, #kernel.layout<[0, 1, 2, 3], block = [1], by = [16]>>) maps [affine_map<(n, o, h, w, i, j, c) -> (n, c, h + i - 1, w + j - 1)>, affine_map<(n, o, h, w, i, j, c) -> (o, c, i, j)>, affine_map<(n, o, h, w, i, j, c) -> (n, o, h, w)>] algorithm <chain> epilogue {
    ^bb0(%acc: f32):
      kernel.yield %acc : f32
    }
  }
}

// -----

// Enlarging by a matrix: each of 48 rows of x is read for each of 96 results, so its columns are on the lanes, not the
// channels of the result, though those are more bytes. Of the second, images are: they lie side by side in x.
// CHECK-LABEL: kernel.entry @enlarge
// CHECK: kernel.map "columns" {{.*}} schedule #kernel.cpu_schedule<lanes = 4,
// CHECK: kernel.map "images" {{.*}} schedule #kernel.cpu_schedule<lanes = 0,
module attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "+avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  kernel.entry @enlarge name("enlarge") kind(predict) batch(0) {
    %x = kernel.buffer "x" role(input) : <4x16x48x96xf32>
    %w = kernel.buffer "w" role(temp) : <96x48x1xf32>
    %y = kernel.buffer "y" role(output) : <4x16x96x96xf32, #kernel.layout<[0, 1, 2, 3], block = [1], by = [16]>>
    kernel.map "columns" dims [4, 16, 96, 48, 96] inner [3] ins(%x, %w : !kernel.buffer<4x16x48x96xf32>, !kernel.buffer<96x48x1xf32>) outs(%y : !kernel.buffer<4x16x96x96xf32, #kernel.layout<[0, 1, 2, 3], block = [1], by = [16]>>) maps [affine_map<(n, c, i, k, j) -> (n, c, k, j)>, affine_map<(n, c, i, k, j) -> (i, k, 0)>, affine_map<(n, c, i, k, j) -> (n, c, i, j)>] algorithm <chain> {
    ^bb0(%a: f32, %b: f32):
      %p = arith.mulf %a, %b : f32
      %s = kernel.reduce sum %p : f32 -> f32
      kernel.yield %s : f32
    }
    %u = kernel.buffer "u" role(input) : <32x8x28x28xf32, #kernel.layout<[0, 1, 2, 3], block = [0], by = [16]>>
    %v = kernel.buffer "v" role(temp) : <28x14x1xf32>
    %z = kernel.buffer "z" role(output) : <32x8x14x28xf32>
    kernel.map "images" dims [32, 8, 28, 14, 28] inner [2] ins(%u, %v : !kernel.buffer<32x8x28x28xf32, #kernel.layout<[0, 1, 2, 3], block = [0], by = [16]>>, !kernel.buffer<28x14x1xf32>) outs(%z : !kernel.buffer<32x8x14x28xf32>) maps [affine_map<(n, c, k, i, j) -> (n, c, k, j)>, affine_map<(n, c, k, i, j) -> (k, i, 0)>, affine_map<(n, c, k, i, j) -> (n, c, i, j)>] algorithm <chain> {
    ^bb0(%a: f32, %b: f32):
      %p = arith.mulf %a, %b : f32
      %s = kernel.reduce sum %p : f32 -> f32
      kernel.yield %s : f32
    }
  }
}

// -----

// Rows of a table that lies in panels: each point reads one element of it, wherever, so the features are on the lanes as they
// lie in the result, not the words.
// CHECK-LABEL: kernel.entry @embed
// CHECK: schedule #kernel.cpu_schedule<lanes = 2,
module attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "+avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  kernel.entry @embed name("embed") kind(predict) batch(0) {
    %ids = kernel.buffer "ids" role(input) : <8x128xi32>
    %table = kernel.buffer "table" role(param) : <256x64xf32, #kernel.layout<[0, 1], block = [0], by = [32]>>
    %y = kernel.buffer "y" role(output) : <8x128x64xf32>
    kernel.map "embed" dims [8, 128, 64] inner [2] ins(%ids, %table : !kernel.buffer<8x128xi32>, !kernel.buffer<256x64xf32, #kernel.layout<[0, 1], block = [0], by = [32]>>) outs(%y : !kernel.buffer<8x128x64xf32>) maps [affine_map<(n, t, f) -> (n, t)>, affine_map<(n, t, f)[s] -> (s, f)>, affine_map<(n, t, f) -> (n, t, f)>] algorithm <lanes 16> {
    ^bb0(%id: i32, %row: f32):
      %s = kernel.reduce sum %row : f32 -> f32
      %d = arith.subf %row, %s : f32
      kernel.yield %d : f32
    }
  }
}
