// The map emitter: 16 lanes flat, inside a row, across rows; tails masked; reductions by the tree of canonical lanes.
// RUN: sinter-opt --lower-to-loops --split-input-file %s | FileCheck %s

// Every access is the buffer itself, whatever its layout: one flat loop.
#panels = #kernel.layout<[0, 1], block = [0], by = [32]>
#own = affine_map<(i, j) -> (i, j)>
#one = affine_map<(i, j) -> ()>
module {
  kernel.entry @e name("e") kind("train") batch(1) {
    %w = kernel.buffer "w" role("param") segment(0) offset(0) : <64x10xf32, #panels>
    %g = kernel.buffer "g" role("temp") segment(2) offset(0) : <64x10xf32, #panels>
    %lr = kernel.buffer "lr" role("scalar") segment(3) offset(16) : <f32>
    kernel.map "flat" dims [64, 10] inner [] ins(%w, %g, %lr : !kernel.buffer<64x10xf32, #panels>, !kernel.buffer<64x10xf32, #panels>, !kernel.buffer<f32>)
      outs(%w : !kernel.buffer<64x10xf32, #panels>) maps [#own, #own, #one, #own] {
      ^bb0(%v: f32, %d: f32, %rate: f32):
        %0 = arith.mulf %d, %rate : f32
        %1 = arith.subf %v, %0 : f32
        kernel.yield %1 : f32
    }
  }
}
// The updated buffer is one argument, read and written.
// CHECK-LABEL: func.func private @flat(
// CHECK-SAME:    %[[W:[a-z0-9]*]]: memref<640xf32> {llvm.noalias}, %{{.*}}: memref<640xf32> {llvm.noalias}, %{{.*}}: memref<1xf32> {llvm.noalias}, %{{.*}}: index, %{{.*}}: index)
// CHECK:       scf.for
// CHECK-DAG:     vector.load %[[W]][%{{.*}}] : memref<640xf32>, vector<16xf32>
// CHECK-DAG:     memref.load %{{.*}} : memref<1xf32>
// CHECK:         vector.store %{{.*}}, %[[W]][%{{.*}}] : memref<640xf32>, vector<16xf32>
// CHECK-NOT:   scf.for
// CHECK:       return

// -----

// A short row in registers: loaded once, though two phases need it.
#own = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
module {
  kernel.entry @e name("e") kind("eval") batch(1) {
    %x = kernel.buffer "x" role("input") segment(2) offset(0) : <8x10xf32>
    %y = kernel.buffer "y" role("output") segment(2) offset(320) : <8x10xf32>
    kernel.map "rows" dims [8, 10] inner [1] ins(%x : !kernel.buffer<8x10xf32>) outs(%y : !kernel.buffer<8x10xf32>)
      maps [#own, #own] algorithm <lanes = 16> {
      ^bb0(%v: f32):
        %0 = kernel.reduce "max" %v : f32 -> f32
        %1 = arith.subf %v, %0 : f32
        %2 = kernel.reduce "sum" %1 : f32 -> f32
        %3 = arith.divf %1, %2 : f32
        kernel.yield %3 : f32
    }
  }
}
// CHECK-LABEL: func.func private @rows(
// CHECK:       scf.for
// CHECK:         vector.maskedload %{{.*}} : memref<80xf32>, vector<16xi1>, vector<16xf32> into vector<16xf32>
// CHECK-NOT:     vector.maskedload
// CHECK:         vector.shuffle %{{.*}} [0, 1, 2, 3, 4, 5, 6, 7] : vector<16xf32>, vector<16xf32>
// CHECK:         vector.shuffle %{{.*}} [8, 9, 10, 11, 12, 13, 14, 15] : vector<16xf32>, vector<16xf32>
// CHECK:         arith.maximumf %{{.*}} : vector<8xf32>
// CHECK:         vector.maskedstore
// CHECK:       return

// -----

// A sum over rows, one chain a column: columns on the lanes.
#own = affine_map<(i, j) -> (i, j)>
#column = affine_map<(i, j) -> (j)>
module {
  kernel.entry @e name("e") kind("eval") batch(1) {
    %x = kernel.buffer "x" role("input") segment(2) offset(0) : <8x32xf32>
    %y = kernel.buffer "y" role("output") segment(2) offset(1024) : <32xf32>
    kernel.map "columns" dims [8, 32] inner [0] ins(%x : !kernel.buffer<8x32xf32>) outs(%y : !kernel.buffer<32xf32>)
      maps [#own, #column] algorithm <lanes = 1> {
      ^bb0(%v: f32):
        %0 = kernel.reduce "sum" %v : f32 -> f32
        kernel.yield %0 : f32
    }
  }
}
// CHECK-LABEL: func.func private @columns(
// CHECK:       scf.for
// CHECK:         scf.for {{.*}} iter_args({{.*}}) -> (vector<16xf32>)
// CHECK:           vector.load %{{.*}} : memref<256xf32>, vector<16xf32>
// CHECK:           arith.addf %{{.*}} : vector<16xf32>
// CHECK:         vector.store %{{.*}} : memref<32xf32>, vector<16xf32>
// CHECK:       return
