// The contraction emitter: accumulators as loop-carried vectors, broadcast scalars, masked last vector, epilogue on registers.
// RUN: sinter-opt --lower-to-loops --split-input-file %s | FileCheck %s

#target = #kernel.cpu_target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 32768, l2 = 1048576, l3 = 0, hasFma = true>
#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (n, k)>
#c = affine_map<(m, n, k) -> (n)>
#y = affine_map<(m, n, k) -> (m, n)>
#panels = #kernel.layout<[0, 1], block = [0], by = [16]>
module attributes {kernel.target = #target} {
  kernel.entry @e name("e") kind(predict) batch(5) {
    %x = kernel.buffer "x" role(input) offset(0) : <5x9xf32>
    %w = kernel.buffer "w" role(param) offset(0) : <20x9xf32, #panels>
    %c = kernel.buffer "c" role(param) offset(2048) : <20xf32>
    %y = kernel.buffer "y" role(output) offset(256) : <5x20xf32>
    // 5 rows by 3: tiles of 3 and 2 rows. 20 lanes by 16: a full vector, then 4 lanes of one.
    kernel.contract "product" dims [5, 20, 9] parallel 2 a(%x : <5x9xf32>) b(%w : <20x9xf32, #panels>) extras(%c : !kernel.buffer<20xf32>)
      outs(%y : !kernel.buffer<5x20xf32>) maps [#a, #b, #c, #y] algorithm <chain>
      schedule #kernel.cpu_schedule<lanes = 1, rows = 0, mr = 3, nr = 16, order = 1, 0> epilogue {
      ^bb0(%acc: f32, %bias: f32):
        %0 = arith.addf %acc, %bias : f32
        kernel.yield %0 : f32
    }
  }
}

// The planned entries stay, so that a table can still be made.
// CHECK:       module @planned
// CHECK:       kernel.entry @e
// CHECK-LABEL: func.func private @product(
// CHECK-SAME:    memref<45xf32> {llvm.noalias}, %{{.*}}: memref<288xf32> {llvm.noalias}, %{{.*}}: memref<20xf32> {llvm.noalias}, %{{.*}}: memref<100xf32> {llvm.noalias}, %{{.*}}: index, %{{.*}}: index) attributes {no_inline}
// CHECK:       scf.for
// A full vector: three rows.
// CHECK:       scf.if
// CHECK:       scf.if
// CHECK:       scf.for {{.*}} iter_args(%{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}) -> (vector<16xf32>, vector<16xf32>, vector<16xf32>)
// CHECK:         memref.load %{{.*}} : memref<45xf32>
// CHECK:         vector.load %{{.*}} : memref<288xf32>, vector<16xf32>
// CHECK:         vector.broadcast %{{.*}} : f32 to vector<16xf32>
// CHECK:         math.fma
// CHECK:       arith.addf %{{.*}} : vector<16xf32>
// CHECK:       vector.store %{{.*}} : memref<100xf32>, vector<16xf32>
// Two rows.
// CHECK:       else
// CHECK:       scf.for {{.*}} -> (vector<16xf32>, vector<16xf32>) {
// The last vector has 4 lanes: nothing reads or writes beyond them.
// CHECK:       vector.constant_mask [4] : vector<16xi1>
// CHECK:       vector.maskedload %{{.*}} : memref<288xf32>, vector<16xi1>, vector<16xf32> into vector<16xf32>
// CHECK:       vector.maskedstore %{{.*}} : memref<100xf32>, vector<16xi1>, vector<16xf32>
// CHECK:       return

// The entry finds buffers in segments; the thunk runs one kernel.
// CHECK-LABEL: func.func @e(%{{.*}}: !llvm.ptr)
// CHECK:       builtin.unrealized_conversion_cast %{{.*}} : !llvm.ptr to memref<?xi8>
// CHECK:       memref.view %{{.*}} : memref<?xi8> to memref<45xf32>
// CHECK:       call @product(
// CHECK-LABEL: func.func @product.run(%{{.*}}: !llvm.ptr)
// CHECK:       call @product(

// -----

// Partial sums: a thread owns lane tiles, clears its lanes and adds vectors in row-major order; read and written once a tile.
#target = #kernel.cpu_target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 32768, l2 = 1048576, l3 = 0, hasFma = true>
#x = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (k, n)>
#y = affine_map<(m, n, k) -> (m, n)>
#s = affine_map<(m, n, k) -> (m floordiv 4, n)>
module attributes {kernel.target = #target} {
  kernel.entry @sums name("sums") kind(predict) batch(8) {
    %x = kernel.buffer "x" role(input) offset(0) : <8x7xf32>
    %w = kernel.buffer "w" role(param) offset(0) : <7x32xf32>
    %y = kernel.buffer "y" role(output) offset(256) : <8x32xf32>
    %s = kernel.buffer "s" role(output) offset(1280) : <2x32xf32>
    kernel.contract "partial" dims [8, 32, 7] parallel 2 a(%x : <8x7xf32>) b(%w : <7x32xf32>)
      outs(%y, %s : !kernel.buffer<8x32xf32>, !kernel.buffer<2x32xf32>) maps [#x, #w, #y, #s] algorithm <chain>
      schedule #kernel.cpu_schedule<lanes = 1, rows = 0, mr = 2, nr = 16, order = 0, 1>
      attributes {sums = array<i1: false, true>} epilogue {
      ^bb0(%acc: f32):
        kernel.yield %acc, %acc : f32, f32
    }
  }
}

// CHECK-LABEL: func.func private @partial(
// CHECK-SAME:    %[[SUMS:[a-z0-9]+]]: memref<64xf32>
// CHECK:       memref.store %{{.*}}, %[[SUMS]]
// CHECK:       vector.store %{{.*}} : memref<256xf32>, vector<16xf32>
// CHECK:       %[[OLD:.*]] = vector.load %[[SUMS]]{{.*}} : memref<64xf32>, vector<16xf32>
// CHECK:       %[[NEW:.*]] = arith.addf %[[OLD]], %{{.*}} : vector<16xf32>
// CHECK:       %[[NEXT:.*]] = arith.addf %[[NEW]], %{{.*}} : vector<16xf32>
// CHECK:       vector.store %[[NEXT]], %[[SUMS]]

// -----

// Borders: along the tile rows (w) they are constants, so the left and the right tile have code of their own, and the first
// tap of the left one leaves out its first row; along the grid (h) the loop over taps is clipped at run time.
#target = #kernel.cpu_target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 32768, l2 = 1048576, l3 = 0, hasFma = true>
#blocked = #kernel.layout<[0, 1, 2, 3], block = [1], by = [16]>
#packed = #kernel.layout<[0, 2, 3, 1], block = [0], by = [16]>
#x = affine_map<(n, o, h, w, p, q, c) -> (n, c, h + p - 1, w + q - 1)>
#f = affine_map<(n, o, h, w, p, q, c) -> (o, c, p, q)>
#y = affine_map<(n, o, h, w, p, q, c) -> (n, o, h, w)>
module attributes {kernel.target = #target} {
  kernel.entry @conv name("conv") kind(predict) batch(1) {
    %x = kernel.buffer "x" role(input) offset(0) : <1x32x4x6xf32, #blocked>
    %f = kernel.buffer "f" role(param) offset(0) : <16x32x3x3xf32, #packed>
    %y = kernel.buffer "y" role(output) offset(4096) : <1x16x4x6xf32, #blocked>
    kernel.contract "borders" dims [1, 16, 4, 6, 3, 3, 32] parallel 4 padded a(%x : <1x32x4x6xf32, #blocked>)
      b(%f : <16x32x3x3xf32, #packed>) outs(%y : !kernel.buffer<1x16x4x6xf32, #blocked>) maps [#x, #f, #y] algorithm <chain>
      schedule #kernel.cpu_schedule<lanes = 1, rows = 3, mr = 3, nr = 16, order = 0, 2, 1, 3> epilogue {
      ^bb0(%acc: f32):
        kernel.yield %acc : f32
    }
  }
}

// CHECK-LABEL: func.func private @borders(
// CHECK:       scf.if
// CHECK:       arith.maxsi
// CHECK:       arith.minsi
// The taps of h, then the first tap of w: its blocks of 16 channels for rows 1 and 2.
// CHECK:       scf.for
// CHECK:         scf.for %{{.*}} = %c0 to %c2 step %c1 iter_args(%{{.*}}, %{{.*}}) -> (vector<16xf32>, vector<16xf32>)
// CHECK:         scf.for %{{.*}} -> (vector<16xf32>, vector<16xf32>)
// The other two taps: all rows.
// CHECK:         scf.for %{{.*}} = %c1 to %c3 step %c1 iter_args({{.*}}) -> (vector<16xf32>, vector<16xf32>, vector<16xf32>)
// CHECK:       else
// CHECK:         scf.for %{{.*}} = %c0 to %c2 step %c1 iter_args({{.*}}) -> (vector<16xf32>, vector<16xf32>, vector<16xf32>)
// CHECK-NOT:   arith.select
// CHECK:       return
