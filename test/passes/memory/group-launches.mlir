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
// CHECK-NEXT:    kernel.map "big" number 0
// CHECK:         kernel.map "other" number 1
// CHECK:       } serial {
// CHECK-NEXT:    kernel.map "sum" number 2
// CHECK:       }
// CHECK:       kernel.launch {
// CHECK-NEXT:    kernel.map "next" number 3
// CHECK:         kernel.map "late" number 4
// CHECK-NOT:   serial
// CHECK:       }
// Beside each other, parts and serial section share no bytes; the next launch's may.
// PLAN-LABEL: kernel.entry @e
// PLAN: "t" role(temp) offset([[T:[0-9]+]])
// PLAN: "s" role(temp) offset([[S:[0-9]+]])
kernel.entry @e name("e") kind(predict) batch(1) {
  %x = kernel.buffer "x" role(input) : <64x4096xf32>
  %t = kernel.buffer "t" role(temp) : <64xf32>
  %s = kernel.buffer "s" role(temp) : <f32>
  %o = kernel.buffer "o" role(output) : <64x4096xf32>
  %y = kernel.buffer "y" role(output) : <64x4096xf32>
  %z = kernel.buffer "z" role(output) : <f32>
  kernel.map "big" number 0 dims [64, 4096] inner [1] ins(%x : !kernel.buffer<64x4096xf32>) outs(%t : !kernel.buffer<64xf32>) maps [#wide, #row] algorithm <lanes 16> {
  ^bb0(%a: f32):
    %r = kernel.reduce sum %a : f32 -> f32
    kernel.yield %r : f32
  }
  kernel.map "sum" number 1 dims [64] inner [0] ins(%t : !kernel.buffer<64xf32>) outs(%s : !kernel.buffer<f32>) maps [#id, #zero] algorithm <lanes 16> {
  ^bb0(%a: f32):
    %r = kernel.reduce sum %a : f32 -> f32
    kernel.yield %r : f32
  }
  kernel.map "next" number 2 dims [64, 4096] inner [] ins(%x, %s : !kernel.buffer<64x4096xf32>, !kernel.buffer<f32>) outs(%y : !kernel.buffer<64x4096xf32>) maps [#wide, affine_map<(i, j) -> ()>, #wide] {
  ^bb0(%a: f32, %b: f32):
    %r = arith.mulf %a, %b : f32
    kernel.yield %r : f32
  }
  kernel.map "late" number 3 dims [64] inner [0] ins(%t : !kernel.buffer<64xf32>) outs(%z : !kernel.buffer<f32>) maps [#id, #zero] algorithm <lanes 16> {
  ^bb0(%a: f32):
    %r = kernel.reduce max %a : f32 -> f32
    kernel.yield %r : f32
  }
  kernel.map "other" number 4 dims [64, 4096] inner [] ins(%x : !kernel.buffer<64x4096xf32>) outs(%o : !kernel.buffer<64x4096xf32>) maps [#wide, #wide] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
}

// A large temporary that is needed late is not made early; loops stay between what was before and behind them.
// CHECK-LABEL: kernel.entry @order
// CHECK:       kernel.map "first" number 0
// CHECK:       kernel.launch {
// CHECK-NEXT:    kernel.map "second" number 1
// CHECK:         kernel.map "large" number 2
// CHECK:       kernel.loop trip 2
// CHECK:       kernel.map "last" number 4
kernel.entry @order name("order") kind(predict) batch(1) {
  %x = kernel.buffer "x" role(input) : <65536xf32>
  %p = kernel.buffer "p" role(temp) : <65536xf32>
  %q = kernel.buffer "q" role(temp) : <65536xf32>
  %l = kernel.buffer "l" role(temp) : <65536xf32>
  %y = kernel.buffer "y" role(output) : <65536xf32>
  %z = kernel.buffer "z" role(output) : <65536xf32>
  kernel.map "first" number 0 dims [65536] inner [] ins(%x : !kernel.buffer<65536xf32>) outs(%p : !kernel.buffer<65536xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
  kernel.map "second" number 1 dims [65536] inner [] ins(%p : !kernel.buffer<65536xf32>) outs(%q : !kernel.buffer<65536xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
  kernel.map "large" number 2 dims [65536] inner [] ins(%x : !kernel.buffer<65536xf32>) outs(%l : !kernel.buffer<65536xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
  %r = kernel.loop trip 2 carried(%p, %q : !kernel.buffer<65536xf32>, !kernel.buffer<65536xf32>) {
  ^bb0(%i: index, %now: !kernel.buffer<65536xf32>, %next: !kernel.buffer<65536xf32>):
    kernel.map "turn" number 3 dims [65536] inner [] ins(%now : !kernel.buffer<65536xf32>) outs(%next : !kernel.buffer<65536xf32>) maps [#id, #id] {
    ^bb0(%a: f32):
      kernel.yield %a : f32
    }
  } -> !kernel.buffer<65536xf32>
  kernel.map "last" number 4 dims [65536] inner [] ins(%l : !kernel.buffer<65536xf32>) outs(%y : !kernel.buffer<65536xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
}
