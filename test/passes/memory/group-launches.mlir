// RUN: sinter-opt --group-launches %s | FileCheck %s
// RUN: sinter-opt --group-launches %s | sinter-opt --group-launches | FileCheck %s
// RUN: sinter-opt --group-launches --plan-memory %s | FileCheck %s --check-prefix=PLAN

#id = affine_map<(i) -> (i)>
#wide = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
#zero = affine_map<(i) -> ()>

// "sum" needs "big" and is small: its serial section. "other" needs nothing: beside "big", and numbered so. "late" is small too, but as
// nobody waits for it, it runs beside "next".
// CHECK-LABEL: kernel.entry @e
// CHECK:       kernel.launch {
// CHECK-NEXT:    kernel.map "e_00_big"
// CHECK:         kernel.map "e_01_other"
// CHECK:       } serial {
// CHECK-NEXT:    kernel.map "e_02_sum"
// CHECK:       }
// CHECK:       kernel.launch {
// CHECK-NEXT:    kernel.map "e_03_next"
// CHECK:         kernel.map "e_04_late"
// CHECK-NOT:   serial
// CHECK:       }
// Beside each other, parts and serial section share no bytes; the next launch's may.
// PLAN-LABEL: kernel.entry @e
// PLAN: "t" role("temp") segment(2) offset([[T:[0-9]+]])
// PLAN: "s" role("temp") segment(2) offset([[S:[0-9]+]])
kernel.entry @e name("e") kind("predict") batch(1) {
  %x = kernel.buffer "x" role("input") segment(2) : <64x4096xf32>
  %t = kernel.buffer "t" role("temp") segment(2) : <64xf32>
  %s = kernel.buffer "s" role("temp") segment(2) : <f32>
  %o = kernel.buffer "o" role("output") segment(2) : <64x4096xf32>
  %y = kernel.buffer "y" role("output") segment(2) : <64x4096xf32>
  %z = kernel.buffer "z" role("output") segment(2) : <f32>
  kernel.map "e_00_big" dims [64, 4096] inner [1] ins(%x : !kernel.buffer<64x4096xf32>) outs(%t : !kernel.buffer<64xf32>) maps [#wide, #row] algorithm <lanes = 16> {
  ^bb0(%a: f32):
    %r = kernel.reduce "sum" %a : f32 -> f32
    kernel.yield %r : f32
  }
  kernel.map "e_01_sum" dims [64] inner [0] ins(%t : !kernel.buffer<64xf32>) outs(%s : !kernel.buffer<f32>) maps [#id, #zero] algorithm <lanes = 16> {
  ^bb0(%a: f32):
    %r = kernel.reduce "sum" %a : f32 -> f32
    kernel.yield %r : f32
  }
  kernel.map "e_02_next" dims [64, 4096] inner [] ins(%x, %s : !kernel.buffer<64x4096xf32>, !kernel.buffer<f32>) outs(%y : !kernel.buffer<64x4096xf32>) maps [#wide, affine_map<(i, j) -> ()>, #wide] {
  ^bb0(%a: f32, %b: f32):
    %r = arith.mulf %a, %b : f32
    kernel.yield %r : f32
  }
  kernel.map "e_03_late" dims [64] inner [0] ins(%t : !kernel.buffer<64xf32>) outs(%z : !kernel.buffer<f32>) maps [#id, #zero] algorithm <lanes = 16> {
  ^bb0(%a: f32):
    %r = kernel.reduce "max" %a : f32 -> f32
    kernel.yield %r : f32
  }
  kernel.map "e_04_other" dims [64, 4096] inner [] ins(%x : !kernel.buffer<64x4096xf32>) outs(%o : !kernel.buffer<64x4096xf32>) maps [#wide, #wide] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
}

// A large temporary that is needed late is not made early; loops stay between what was before and behind them.
// CHECK-LABEL: kernel.entry @order
// CHECK:       kernel.map "order_00_first"
// CHECK:       kernel.launch {
// CHECK-NEXT:    kernel.map "order_01_second"
// CHECK:         kernel.map "order_02_large"
// CHECK:       kernel.loop trip 2
// CHECK:       kernel.map "order_04_last"
kernel.entry @order name("order") kind("predict") batch(1) {
  %x = kernel.buffer "x" role("input") segment(2) : <65536xf32>
  %p = kernel.buffer "p" role("temp") segment(2) : <65536xf32>
  %q = kernel.buffer "q" role("temp") segment(2) : <65536xf32>
  %l = kernel.buffer "l" role("temp") segment(2) : <65536xf32>
  %y = kernel.buffer "y" role("output") segment(2) : <65536xf32>
  %z = kernel.buffer "z" role("output") segment(2) : <65536xf32>
  kernel.map "order_00_first" dims [65536] inner [] ins(%x : !kernel.buffer<65536xf32>) outs(%p : !kernel.buffer<65536xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
  kernel.map "order_01_second" dims [65536] inner [] ins(%p : !kernel.buffer<65536xf32>) outs(%q : !kernel.buffer<65536xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
  kernel.map "order_02_large" dims [65536] inner [] ins(%x : !kernel.buffer<65536xf32>) outs(%l : !kernel.buffer<65536xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
  %r = kernel.loop trip 2 carried(%p, %q : !kernel.buffer<65536xf32>, !kernel.buffer<65536xf32>) {
  ^bb0(%i: index, %now: !kernel.buffer<65536xf32>, %next: !kernel.buffer<65536xf32>):
    kernel.map "order_03_turn" dims [65536] inner [] ins(%now : !kernel.buffer<65536xf32>) outs(%next : !kernel.buffer<65536xf32>) maps [#id, #id] {
    ^bb0(%a: f32):
      kernel.yield %a : f32
    }
  } -> !kernel.buffer<65536xf32>
  kernel.map "order_04_last" dims [65536] inner [] ins(%l : !kernel.buffer<65536xf32>) outs(%y : !kernel.buffer<65536xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
}
