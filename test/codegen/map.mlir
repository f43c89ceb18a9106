// The map emitter: 16 lanes flat, inside a row, across rows; tails masked; reductions by the tree of canonical lanes.
// RUN: sinter-opt --lower-to-loops --split-input-file %s | FileCheck %s

// Every access is the buffer itself, whatever its layout: one flat loop.
#panels = #kernel.layout<[0, 1], block = [0], by = [32]>
#own = affine_map<(i, j) -> (i, j)>
#one = affine_map<(i, j) -> ()>
module {
  kernel.entry @e name("e") kind(train) batch(1) {
    %w = kernel.buffer "w" role(param) offset(0) : <64x10xf32, #panels>
    %g = kernel.buffer "g" role(temp) offset(0) : <64x10xf32, #panels>
    %lr = kernel.buffer "lr" role(scalar) offset(16) : <f32>
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
  kernel.entry @e name("e") kind(eval) batch(1) {
    %x = kernel.buffer "x" role(input) offset(0) : <8x10xf32>
    %y = kernel.buffer "y" role(output) offset(320) : <8x10xf32>
    kernel.map "rows" dims [8, 10] inner [1] ins(%x : !kernel.buffer<8x10xf32>) outs(%y : !kernel.buffer<8x10xf32>)
      maps [#own, #own] algorithm <lanes 16> {
      ^bb0(%v: f32):
        %0 = kernel.reduce max %v : f32 -> f32
        %1 = arith.subf %v, %0 : f32
        %2 = kernel.reduce sum %1 : f32 -> f32
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

// A long row: both sums in one sweep, which keeps the exponentials for the next one. That reads no input.
#own = affine_map<(i, j) -> (i, j)>
module {
  kernel.entry @e name("e") kind(eval) batch(1) {
    %x = kernel.buffer "x" role(input) offset(0) : <8x128xf32>
    %y = kernel.buffer "y" role(output) offset(4096) : <8x128xf32>
    kernel.map "kept" dims [8, 128] inner [1] ins(%x : !kernel.buffer<8x128xf32>) outs(%y : !kernel.buffer<8x128xf32>)
      maps [#own, #own] algorithm <lanes 16> {
      ^bb0(%v: f32):
        %0 = math.exp %v : f32
        %1 = kernel.reduce sum %0 : f32 -> f32
        %2 = arith.mulf %0, %0 : f32
        %3 = kernel.reduce sum %2 : f32 -> f32
        %4 = arith.addf %1, %3 : f32
        %5 = arith.mulf %0, %4 : f32
        kernel.yield %5 : f32
    }
  }
}
// CHECK-LABEL: func.func private @kept(
// CHECK-SAME:    %[[X:[a-z0-9]*]]: memref<1024xf32>
// CHECK:       %[[KEPT:.*]] = memref.alloca() {alignment = 64 : i64} : memref<128xf32>
// CHECK:       scf.for
// CHECK:         %{{.*}}:2 = scf.for
// CHECK:           vector.load %[[X]]
// CHECK:           vector.store %{{.*}}, %[[KEPT]]
// CHECK:         scf.for
// CHECK-NOT:       %[[X]]
// CHECK:           vector.load %[[KEPT]]
// CHECK-NOT:       %[[X]]
// CHECK:       return

// -----

// A sum over rows, one chain a column: columns on the lanes.
#own = affine_map<(i, j) -> (i, j)>
#column = affine_map<(i, j) -> (j)>
module {
  kernel.entry @e name("e") kind(eval) batch(1) {
    %x = kernel.buffer "x" role(input) offset(0) : <24x32xf32>
    %y = kernel.buffer "y" role(output) offset(3072) : <32xf32>
    kernel.map "columns" dims [24, 32] inner [0] ins(%x : !kernel.buffer<24x32xf32>) outs(%y : !kernel.buffer<32xf32>)
      maps [#own, #column] algorithm <chain> {
      ^bb0(%v: f32):
        %0 = kernel.reduce sum %v : f32 -> f32
        kernel.yield %0 : f32
    }
  }
}
// CHECK-LABEL: func.func private @columns(
// CHECK:       scf.for
// CHECK:         scf.for {{.*}} iter_args({{.*}}) -> (vector<16xf32>)
// CHECK:           vector.load %{{.*}} : memref<768xf32>, vector<16xf32>
// CHECK:           arith.addf %{{.*}} : vector<16xf32>
// CHECK:         vector.store %{{.*}} : memref<32xf32>, vector<16xf32>
// CHECK:       return

// -----
// Maxima of windows: the window's four points are written out, a row of the result in a plain loop inside a thread's tile.
#pixel = affine_map<(n, h, w, p, q) -> (n, h * 2 + p, w * 2 + q)>
#place = affine_map<(n, h, w, p, q) -> (n, h, w)>
#blocks = #kernel.layout<[0, 1, 2], block = [0], by = [16]>
module {
  kernel.entry @e name("e") kind(eval) batch(1) {
    %x = kernel.buffer "x" role(input) offset(0) : <32x64x64xf32, #blocks>
    %y = kernel.buffer "y" role(output) offset(524288) : <32x32x32xf32, #blocks>
    kernel.map "windows" dims [32, 32, 32, 2, 2] inner [3, 4] ins(%x : !kernel.buffer<32x64x64xf32, #blocks>)
      outs(%y : !kernel.buffer<32x32x32xf32, #blocks>) maps [#pixel, #place] algorithm <chain> {
      ^bb0(%v: f32):
        %0 = kernel.reduce max %v : f32 -> f32
        kernel.yield %0 : f32
    }
  }
}
// CHECK-LABEL: func.func private @windows(
// CHECK:       scf.for
// CHECK:         arith.remui
// CHECK:         scf.for
// CHECK-NOT:       remui
// CHECK-NOT:       scf.for
// CHECK-COUNT-4:   vector.load %{{.*}} : memref<131072xf32>, vector<16xf32>
// CHECK:           vector.store %{{.*}} : memref<32768xf32>, vector<16xf32>
// CHECK:       return

// -----
// Two sums over an image and a result that needs none of them: one sweep makes all three.
#own = affine_map<(c, n, h, w) -> (n, c, h, w)>
#sums = affine_map<(c, n, h, w) -> (n, c)>
#blocked = #kernel.layout<[0, 1, 2, 3], block = [0], by = [16]>
module {
  kernel.entry @e name("e") kind(eval) batch(1) {
    %x = kernel.buffer "x" role(input) offset(0) : <16x6x9x7xf32, #blocked>
    %y = kernel.buffer "y" role(output) offset(24192) : <16x6x9x7xf32, #blocked>
    %s = kernel.buffer "s" role(output) offset(48384) : <16x6xf32>
    %t = kernel.buffer "t" role(output) offset(48768) : <16x6xf32>
    kernel.map "sweep" dims [6, 16, 9, 7] inner [2, 3] ins(%x : !kernel.buffer<16x6x9x7xf32, #blocked>)
      outs(%y, %s, %t : !kernel.buffer<16x6x9x7xf32, #blocked>, !kernel.buffer<16x6xf32>, !kernel.buffer<16x6xf32>)
      maps [#own, #own, #sums, #sums] algorithm <chain> {
      ^bb0(%v: f32):
        %square = arith.mulf %v, %v : f32
        %0 = kernel.reduce sum %v : f32 -> f32
        %1 = kernel.reduce sum %square : f32 -> f32
        kernel.yield %square, %0, %1 : f32, f32, f32
    }
  }
}
// CHECK-LABEL: func.func private @sweep(
// CHECK-COUNT-1: vector.load
// CHECK-NOT:     vector.load
// CHECK:         vector.store %{{.*}} : memref<6048xf32>, vector<16xf32>
// CHECK-NOT:     vector.load
// CHECK:       return

// -----

// Rows of a table: lanes along the features are plain vectors, one look at the index before each; what is outside is told.
#at = affine_map<(i, j) -> (i)>
#row = affine_map<(i, j)[s] -> (s, j)>
#own = affine_map<(i, j) -> (i, j)>
module {
  kernel.entry @e name("e") kind(predict) batch(1) {
    %w = kernel.buffer "w" role(param) offset(0) : <100x32xf32>
    %ids = kernel.buffer "ids" role(input) offset(0) : <40xi32>
    %y = kernel.buffer "y" role(output) offset(192) : <40x32xf32>
    kernel.map "rows" dims [40, 32] inner [] ins(%ids, %w : !kernel.buffer<40xi32>, !kernel.buffer<100x32xf32>)
      outs(%y : !kernel.buffer<40x32xf32>) maps [#at, #row, #own] {
      ^bb0(%at: i32, %v: f32):
        kernel.yield %v : f32
    }
    kernel.map "add" dims [40, 32] inner [0] ins(%ids, %y : !kernel.buffer<40xi32>, !kernel.buffer<40x32xf32>)
      outs(%w : !kernel.buffer<100x32xf32>) maps [#at, #own, #row] algorithm <chain> attributes {adds = array<i1: true>} {
      ^bb0(%at: i32, %v: f32):
        kernel.yield %v : f32
    }
  }
}
// CHECK-LABEL: func.func private @rows(
// CHECK-SAME:    index, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr)
// CHECK:       memref.load %{{.*}} : memref<40xi32>
// CHECK:       scf.if
// CHECK:         llvm.call %{{.*}}(%{{.*}}) : !llvm.ptr, (!llvm.ptr, !llvm.ptr, i64, i64, i64) -> ()
// CHECK:       vector.maskedload %{{.*}} : memref<3200xf32>
// CHECK:       vector.store %{{.*}} : memref<1280xf32>, vector<16xf32>
// Sums in the order of the ids; threads have columns of their own.
// CHECK-LABEL: func.func private @add(
// CHECK:       scf.for
// CHECK:         scf.for
// CHECK:           %[[OLD:.*]] = vector.load %{{.*}} : memref<3200xf32>, vector<16xf32>
// CHECK:           %[[SUM:.*]] = arith.addf %[[OLD]], %{{.*}} : vector<16xf32>
// CHECK:           vector.store %[[SUM]], %{{.*}} : memref<3200xf32>, vector<16xf32>

// -----

// Lanes that step out of a padded buffer at one end are masked, not read one by one, a register at a time: two halves side by side.
#left = affine_map<(i, j) -> (i, j)>
#right = affine_map<(i, j) -> (i, j - 24)>
module attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v3", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "+avx2", vectorBits = 256, vectorRegisters = 16, fmaPorts = 2, l1 = 32768, l2 = 1048576, l3 = 0, hasFma = true>} {
  kernel.entry @e name("e") kind(eval) batch(1) {
    %x = kernel.buffer "x" role(input) offset(0) : <8x24xf32>
    %y = kernel.buffer "y" role(input) offset(768) : <8x40xf32>
    %z = kernel.buffer "z" role(output) offset(2048) : <8x64xf32>
    kernel.map "halves" dims [8, 64] inner [] padded ins(%x, %y : !kernel.buffer<8x24xf32>, !kernel.buffer<8x40xf32>) outs(%z : !kernel.buffer<8x64xf32>)
      maps [#left, #right, #left] {
      ^bb0(%a: f32, %b: f32):
        %0 = arith.addf %a, %b : f32
        kernel.yield %0 : f32
    }
  }
}
// CHECK-LABEL: func.func private @halves(
// CHECK-DAG:     %[[LEFT:.*]] = arith.constant dense<24> : vector<8xi32>
// CHECK-DAG:     %[[RIGHT:.*]] = arith.constant dense<40> : vector<8xi32>
// CHECK:         scf.for
// CHECK-NOT:     memref.load
// CHECK:         arith.cmpi ult, %{{.*}}, %[[LEFT]]
// CHECK:         vector.maskedload %{{.*}} : memref<192xf32>, vector<8xi1>, vector<8xf32>
// CHECK:         vector.insert_strided_slice %{{.*}} {offsets = [0], strides = [1]} : vector<8xf32> into vector<16xf32>
// CHECK:         vector.maskedload %{{.*}} : memref<192xf32>, vector<8xi1>, vector<8xf32>
// CHECK:         vector.insert_strided_slice %{{.*}} {offsets = [8], strides = [1]} : vector<8xf32> into vector<16xf32>
// CHECK:         arith.cmpi ult, %{{.*}}, %[[RIGHT]]
// CHECK:         vector.maskedload %{{.*}} : memref<320xf32>, vector<8xi1>, vector<8xf32>
// CHECK:         vector.insert_strided_slice %{{.*}} {offsets = [0], strides = [1]} : vector<8xf32> into vector<16xf32>
// CHECK:         vector.maskedload %{{.*}} : memref<320xf32>, vector<8xi1>, vector<8xf32>
// CHECK:         vector.insert_strided_slice %{{.*}} {offsets = [8], strides = [1]} : vector<8xf32> into vector<16xf32>
// CHECK:         vector.store %{{.*}} : memref<512xf32>
// CHECK:       return
