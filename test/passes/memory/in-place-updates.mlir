// RUN: sinter-opt --in-place-updates %s | FileCheck %s

#id = affine_map<(d0) -> (d0)>
#zero = affine_map<(d0) -> (0)>
#row = affine_map<(d0, d1) -> (d0, d1)>
#outer = affine_map<(d0, d1) -> (d0)>

// The reader of the old value moves before the writer, and the copy is gone.
// CHECK-LABEL: kernel.entry @reorder
// CHECK: kernel.map "read" number 1
// CHECK: kernel.map "sgd" number 0 {{.*}} outs(%[[W:.*]] :
// CHECK-NOT: kernel.map
kernel.entry @reorder name("reorder") kind(train) batch(1) {
  %w = kernel.buffer "w" role(param) offset(0) : <8xf32>
  %g = kernel.buffer "g" role(input) : <8xf32>
  %o = kernel.buffer "o" role(output) : <8xf32>
  %t = kernel.buffer "t0" role(temp) : <8xf32>
  kernel.map "sgd" number 0 dims [8] inner [] ins(%w, %g : !kernel.buffer<8xf32>, !kernel.buffer<8xf32>) outs(%t : !kernel.buffer<8xf32>) maps [#id, #id, #id] {
  ^bb0(%a: f32, %b: f32):
    %s = arith.subf %a, %b : f32
    kernel.yield %s : f32
  }
  kernel.map "read" number 1 dims [8] inner [] ins(%w : !kernel.buffer<8xf32>) outs(%o : !kernel.buffer<8xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    %s = arith.negf %a : f32
    kernel.yield %s : f32
  }
  kernel.map "update" number 2 dims [8] inner [] ins(%t : !kernel.buffer<8xf32>) outs(%w : !kernel.buffer<8xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
}

// A kernel needs both the new and the old value: the copy stays, with the reason.
// CHECK-LABEL: kernel.entry @both
// CHECK: "update" number 2 {{.*}}notes = ["not in place: a kernel that needs the new value still reads the old one"]
kernel.entry @both name("both") kind(train) batch(1) {
  %w = kernel.buffer "w" role(param) offset(0) : <8xf32>
  %g = kernel.buffer "g" role(input) : <8xf32>
  %o = kernel.buffer "o" role(output) : <8xf32>
  %t = kernel.buffer "t0" role(temp) : <8xf32>
  kernel.map "sgd" number 0 dims [8] inner [] ins(%w, %g : !kernel.buffer<8xf32>, !kernel.buffer<8xf32>) outs(%t : !kernel.buffer<8xf32>) maps [#id, #id, #id] {
  ^bb0(%a: f32, %b: f32):
    %s = arith.subf %a, %b : f32
    kernel.yield %s : f32
  }
  kernel.map "read" number 1 dims [8] inner [] ins(%w, %t : !kernel.buffer<8xf32>, !kernel.buffer<8xf32>) outs(%o : !kernel.buffer<8xf32>) maps [#id, #id, #id] {
  ^bb0(%a: f32, %b: f32):
    %s = arith.subf %b, %a : f32
    kernel.yield %s : f32
  }
  kernel.map "update" number 2 dims [8] inner [] ins(%t : !kernel.buffer<8xf32>) outs(%w : !kernel.buffer<8xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
}

// The writer reads the old value at another point, or still needs it for a sum.
// CHECK-LABEL: kernel.entry @points
// CHECK: kernel.map "update" number 2 {{.*}}notes = ["not in place: the kernel reads the old value at other points than it writes"]
// CHECK: kernel.map "update" number 3 {{.*}}notes = ["not in place: the kernel's reductions may still need the old value"]
kernel.entry @points name("points") kind(train) batch(1) {
  %w = kernel.buffer "w" role(param) offset(0) : <8xf32>
  %v = kernel.buffer "v" role(param) offset(64) : <4x8xf32>
  %t = kernel.buffer "t0" role(temp) : <8xf32>
  %u = kernel.buffer "t1" role(temp) : <4x8xf32>
  kernel.map "shift" number 0 dims [8] inner [] ins(%w : !kernel.buffer<8xf32>) outs(%t : !kernel.buffer<8xf32>) maps [#zero, #id] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
  kernel.map "norm" number 1 dims [4, 8] inner [1] ins(%v : !kernel.buffer<4x8xf32>) outs(%u : !kernel.buffer<4x8xf32>) maps [#row, #row] algorithm <lanes 16> {
  ^bb0(%a: f32):
    %n = kernel.reduce sum %a : f32 -> f32
    %s = arith.divf %a, %n : f32
    kernel.yield %s : f32
  }
  kernel.map "update" number 2 dims [8] inner [] ins(%t : !kernel.buffer<8xf32>) outs(%w : !kernel.buffer<8xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
  kernel.map "update" number 3 dims [4, 8] inner [] ins(%u : !kernel.buffer<4x8xf32>) outs(%v : !kernel.buffer<4x8xf32>) maps [#row, #row] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
}

// A row value may be updated by the kernel that sums the row.
// CHECK-LABEL: kernel.entry @bias
// CHECK: kernel.map "sum" number 0 {{.*}} outs(%{{.*}} : !kernel.buffer<4xf32>)
// CHECK-NOT: kernel.map
kernel.entry @bias name("bias") kind(train) batch(1) {
  %b = kernel.buffer "b" role(param) offset(0) : <4xf32>
  %g = kernel.buffer "g" role(input) : <4x8xf32>
  %t = kernel.buffer "t0" role(temp) : <4xf32>
  kernel.map "sum" number 0 dims [4, 8] inner [1] ins(%g, %b : !kernel.buffer<4x8xf32>, !kernel.buffer<4xf32>) outs(%t : !kernel.buffer<4xf32>) maps [#row, #outer, #outer] algorithm <lanes 16> {
  ^bb0(%a: f32, %old: f32):
    %n = kernel.reduce sum %a : f32 -> f32
    %s = arith.subf %old, %n : f32
    kernel.yield %s : f32
  }
  kernel.map "update" number 1 dims [4] inner [] ins(%t : !kernel.buffer<4xf32>) outs(%b : !kernel.buffer<4xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
}

// One value becomes two symbols: it is made in the place of the first and copied from there.
// CHECK-LABEL: kernel.entry @two
// CHECK: kernel.map "neg" number 0 {{.*}} outs(%[[W:.*]] :
// CHECK-NOT: kernel.map "update" number 1
// CHECK: kernel.map "update" number 2 {{.*}} ins(%[[W]] :{{.*}}notes = ["not in place: the new value is made in the place of another symbol"]
kernel.entry @two name("two") kind(train) batch(1) {
  %w = kernel.buffer "w" role(param) offset(0) : <8xf32>
  %v = kernel.buffer "v" role(param) offset(64) : <8xf32>
  %g = kernel.buffer "g" role(input) : <8xf32>
  %t = kernel.buffer "t0" role(temp) : <8xf32>
  kernel.map "neg" number 0 dims [8] inner [] ins(%g : !kernel.buffer<8xf32>) outs(%t : !kernel.buffer<8xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    %s = arith.negf %a : f32
    kernel.yield %s : f32
  }
  kernel.map "update" number 1 dims [8] inner [] ins(%t : !kernel.buffer<8xf32>) outs(%w : !kernel.buffer<8xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
  kernel.map "update" number 2 dims [8] inner [] ins(%t : !kernel.buffer<8xf32>) outs(%v : !kernel.buffer<8xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
}

// Partial sums begin at zero: points behind the first would no longer find the old value.
// CHECK-LABEL: kernel.entry @partial
// CHECK: kernel.map "update" number 1 {{.*}}notes = ["not in place: the points that are added up still need the old value"]
kernel.entry @partial name("partial") kind(train) batch(1) {
  %w = kernel.buffer "w" role(param) offset(0) : <4xf32>
  %x = kernel.buffer "x" role(input) : <4x8xf32>
  %t = kernel.buffer "t0" role(temp) : <4xf32>
  kernel.contract "sum" number 0 dims [4, 8] parallel 2 a(%x : !kernel.buffer<4x8xf32>) b(%x : !kernel.buffer<4x8xf32>) extras(%w : !kernel.buffer<4xf32>) outs(%t : !kernel.buffer<4xf32>) maps [#row, #row, #outer, #outer] algorithm <chain> attributes {sums = array<i1: true>} epilogue {
  ^bb0(%a: f32, %old: f32):
    %s = arith.addf %a, %old : f32
    kernel.yield %s : f32
  }
  kernel.map "update" number 1 dims [4] inner [] ins(%t : !kernel.buffer<4xf32>) outs(%w : !kernel.buffer<4xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
}

// A symbol with slices added: neither copied out nor back. With another base, or where the new value's kernel reads the old
// table, a copy stays.
#at = affine_map<(d0, d1) -> (d0)>
#slice = affine_map<(d0, d1)[s0] -> (s0, d1)>
// CHECK-LABEL: kernel.entry @added
// CHECK-NOT: kernel.map "copy"
// CHECK: kernel.map "add" {{.*}} outs(%[[TABLE:.*]] : !kernel.buffer<9x4xf32>)
// CHECK-NOT: kernel.map
// CHECK: kernel.entry @base
// CHECK: kernel.map "copy"
// CHECK: kernel.map "add"
// CHECK: kernel.map "update" {{.*}}notes = ["not in place: the new value has not one maker"]
kernel.entry @added name("added") kind(train) batch(1) {
  %w = kernel.buffer "w" role(param) offset(0) : <9x4xf32>
  %ids = kernel.buffer "ids" role(input) : <3xi32>
  %x = kernel.buffer "x" role(input) : <3x4xf32>
  %t = kernel.buffer "t0" role(temp) : <9x4xf32>
  kernel.map "copy" number 0 dims [9, 4] inner [] ins(%w : !kernel.buffer<9x4xf32>) outs(%t : !kernel.buffer<9x4xf32>) maps [#row, #row] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
  kernel.map "add" number 1 dims [3, 4] inner [0] ins(%ids, %x : !kernel.buffer<3xi32>, !kernel.buffer<3x4xf32>) outs(%t : !kernel.buffer<9x4xf32>) maps [#at, #row, #slice] algorithm <chain> attributes {adds = array<i1: true>} {
  ^bb0(%i: i32, %a: f32):
    kernel.yield %a : f32
  }
  kernel.map "update" number 2 dims [9, 4] inner [] ins(%t : !kernel.buffer<9x4xf32>) outs(%w : !kernel.buffer<9x4xf32>) maps [#row, #row] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
}
kernel.entry @base name("base") kind(train) batch(1) {
  %w = kernel.buffer "w" role(param) offset(0) : <9x4xf32>
  %v = kernel.buffer "v" role(param) offset(256) : <9x4xf32>
  %ids = kernel.buffer "ids" role(input) : <3xi32>
  %x = kernel.buffer "x" role(input) : <3x4xf32>
  %t = kernel.buffer "t0" role(temp) : <9x4xf32>
  kernel.map "copy" number 0 dims [9, 4] inner [] ins(%v : !kernel.buffer<9x4xf32>) outs(%t : !kernel.buffer<9x4xf32>) maps [#row, #row] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
  kernel.map "add" number 1 dims [3, 4] inner [0] ins(%ids, %x : !kernel.buffer<3xi32>, !kernel.buffer<3x4xf32>) outs(%t : !kernel.buffer<9x4xf32>) maps [#at, #row, #slice] algorithm <chain> attributes {adds = array<i1: true>} {
  ^bb0(%i: i32, %a: f32):
    kernel.yield %a : f32
  }
  kernel.map "update" number 2 dims [9, 4] inner [] ins(%t : !kernel.buffer<9x4xf32>) outs(%w : !kernel.buffer<9x4xf32>) maps [#row, #row] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
}

// A sort reads its whole row to place one element: its row cannot be written where it is read.
// CHECK-LABEL: kernel.entry @sort
// CHECK: "update" number 1 {{.*}}notes = ["not in place: its other points still need the old value"]
kernel.entry @sort name("sort") kind(train) batch(1) {
  %w = kernel.buffer "w" role(param) offset(0) : <9x70xi64>
  %t = kernel.buffer "t0" role(temp) : <9x70xi64>
  %s = kernel.buffer "t1" role(temp) : <9x2x70xi32>
  kernel.sort "s" number 0 axis 1 in(%w : <9x70xi64>) outs(%t, %s : !kernel.buffer<9x70xi64>, !kernel.buffer<9x2x70xi32>)
  kernel.map "update" number 1 dims [9, 70] inner [] ins(%t : !kernel.buffer<9x70xi64>) outs(%w : !kernel.buffer<9x70xi64>) maps [#row, #row] {
  ^bb0(%a: i64):
    kernel.yield %a : i64
  }
}
