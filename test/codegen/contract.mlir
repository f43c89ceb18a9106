// The contraction emitter: accumulators as loop-carried vectors, broadcast scalars, masked last vector, epilogue on registers.
// RUN: sinter-opt --lower-to-loops --split-input-file %s | FileCheck %s

#target = #kernel.target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 32768, l2 = 1048576, l3 = 0, hasFma = true>
#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (n, k)>
#c = affine_map<(m, n, k) -> (n)>
#y = affine_map<(m, n, k) -> (m, n)>
#panels = #kernel.layout<[0, 1], block = [0], by = [16]>
module attributes {kernel.target = #target} {
  kernel.entry @e name("e") kind("predict") batch(5) {
    %x = kernel.buffer "x" role("input") segment(2) offset(0) : <5x7xf32>
    %w = kernel.buffer "w" role("param") segment(0) offset(0) : <20x7xf32, #panels>
    %c = kernel.buffer "c" role("param") segment(0) offset(1024) : <20xf32>
    %y = kernel.buffer "y" role("output") segment(2) offset(256) : <5x20xf32>
    // 5 rows by 3: tiles of 3 and 2 rows. 20 lanes by 16: a full vector, then 4 lanes of one.
    kernel.contract "product" dims [5, 20, 7] parallel 2 a(%x : <5x7xf32>) b(%w : <20x7xf32, #panels>) extras(%c : !kernel.buffer<20xf32>)
      outs(%y : !kernel.buffer<5x20xf32>) maps [#a, #b, #c, #y]
      schedule <lanes = 1, rows = 0, mr = 3, nr = 16, order = 1, 0> epilogue {
      ^bb0(%acc: f32, %bias: f32):
        %0 = arith.addf %acc, %bias : f32
        kernel.yield %0 : f32
    }
  }
}

// CHECK-LABEL: func.func private @product(
// CHECK-SAME:    memref<35xf32> {llvm.noalias}, %{{.*}}: memref<224xf32> {llvm.noalias}, %{{.*}}: memref<20xf32> {llvm.noalias}, %{{.*}}: memref<100xf32> {llvm.noalias}, %{{.*}}: index, %{{.*}}: index) attributes {no_inline}
// CHECK:       scf.for
// A full vector: three rows.
// CHECK:       scf.if
// CHECK:       scf.if
// CHECK:       scf.for {{.*}} iter_args(%{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}) -> (vector<16xf32>, vector<16xf32>, vector<16xf32>)
// CHECK:         memref.load %{{.*}} : memref<35xf32>
// CHECK:         vector.load %{{.*}} : memref<224xf32>, vector<16xf32>
// CHECK:         vector.broadcast %{{.*}} : f32 to vector<16xf32>
// CHECK:         math.fma
// CHECK:       arith.addf %{{.*}} : vector<16xf32>
// CHECK:       vector.store %{{.*}} : memref<100xf32>, vector<16xf32>
// Two rows.
// CHECK:       else
// CHECK:       scf.for {{.*}} -> (vector<16xf32>, vector<16xf32>) {
// The last vector has 4 lanes: nothing reads or writes beyond them.
// CHECK:       vector.constant_mask [4] : vector<16xi1>
// CHECK:       vector.maskedload %{{.*}} : memref<224xf32>, vector<16xi1>, vector<16xf32> into vector<16xf32>
// CHECK:       vector.maskedstore %{{.*}} : memref<100xf32>, vector<16xi1>, vector<16xf32>
// CHECK:       return

// The entry finds buffers in segments; the thunk runs one kernel.
// CHECK-LABEL: func.func @e(%{{.*}}: !llvm.ptr)
// CHECK:       builtin.unrealized_conversion_cast %{{.*}} : !llvm.ptr to memref<?xi8>
// CHECK:       memref.view %{{.*}} : memref<?xi8> to memref<35xf32>
// CHECK:       call @product(
// CHECK-LABEL: func.func @product.run(%{{.*}}: !llvm.ptr)
// CHECK:       call @product(
// The planned entries stay, so that a table can still be made.
// CHECK:       module @planned
// CHECK:       kernel.entry @e

// -----

// Partial sums: a thread owns lane tiles, clears its lanes and adds vectors in row-major order; read and written once a tile.
#target = #kernel.target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 32768, l2 = 1048576, l3 = 0, hasFma = true>
#x = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (k, n)>
#y = affine_map<(m, n, k) -> (m, n)>
#s = affine_map<(m, n, k) -> (m floordiv 4, n)>
module attributes {kernel.target = #target} {
  kernel.entry @sums name("sums") kind("predict") batch(8) {
    %x = kernel.buffer "x" role("input") segment(2) offset(0) : <8x7xf32>
    %w = kernel.buffer "w" role("param") segment(0) offset(0) : <7x32xf32>
    %y = kernel.buffer "y" role("output") segment(2) offset(256) : <8x32xf32>
    %s = kernel.buffer "s" role("output") segment(2) offset(1280) : <2x32xf32>
    kernel.contract "partial" dims [8, 32, 7] parallel 2 a(%x : <8x7xf32>) b(%w : <7x32xf32>)
      outs(%y, %s : !kernel.buffer<8x32xf32>, !kernel.buffer<2x32xf32>) maps [#x, #w, #y, #s]
      schedule <lanes = 1, rows = 0, mr = 2, nr = 16, order = 0, 1>
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
