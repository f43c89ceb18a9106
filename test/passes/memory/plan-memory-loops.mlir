// RUN: sinter-opt --plan-memory %s | FileCheck %s

// t and u are made anew at every step and are never alive together: they share bytes inside the loop, and with y, which
// begins behind it. What the loop carries lives through all of it.
#scalar = affine_map<() -> ()>
#id = affine_map<(i) -> (i)>
// CHECK-LABEL: kernel.entry @e
// CHECK-SAME: work_bytes(512)
// CHECK-DAG: "x" role(input) offset([[X:[0-9]+]])
// CHECK-DAG: "a" role(temp) offset([[A:[0-9]+]])
// CHECK-DAG: "b" role(temp) offset([[B:[0-9]+]])
// CHECK-DAG: "t" role(temp) offset([[T:[0-9]+]])
// CHECK-DAG: "u" role(temp) offset([[T]])
// CHECK-DAG: "y" role(output) offset([[T]])
kernel.entry @e name("e") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(input) : <32xf32>
  %a = kernel.buffer "a" role(temp) : <32xf32>
  %b = kernel.buffer "b" role(temp) : <32xf32>
  %t = kernel.buffer "t" role(temp) : <32xf32>
  %u = kernel.buffer "u" role(temp) : <32xf32>
  %y = kernel.buffer "y" role(output) : <32xf32>
  kernel.map "first" dims [32] inner [] ins(%x : !kernel.buffer<32xf32>) outs(%a : !kernel.buffer<32xf32>) maps [#id, #id] {
    ^bb0(%v: f32):
      kernel.yield %v : f32
  }
  %r = kernel.loop trip 4 carried(%a, %b : !kernel.buffer<32xf32>, !kernel.buffer<32xf32>) {
    ^bb0(%i: index, %now: !kernel.buffer<32xf32>, %next: !kernel.buffer<32xf32>):
      kernel.map "makes_t" dims [32] inner [] ins(%now : !kernel.buffer<32xf32>) outs(%t : !kernel.buffer<32xf32>) maps [#id, #id] {
        ^bb0(%v: f32):
          kernel.yield %v : f32
      }
      kernel.map "makes_next" dims [32] inner [] ins(%t : !kernel.buffer<32xf32>) outs(%next : !kernel.buffer<32xf32>) maps [#id, #id] {
        ^bb0(%v: f32):
          kernel.yield %v : f32
      }
      kernel.map "makes_u" dims [32] inner [] ins(%next : !kernel.buffer<32xf32>) outs(%u : !kernel.buffer<32xf32>) maps [#id, #id] {
        ^bb0(%v: f32):
          kernel.yield %v : f32
      }
      kernel.map "reads_u" dims [32] inner [] ins(%u : !kernel.buffer<32xf32>) outs(%next : !kernel.buffer<32xf32>) maps [#id, #id] {
        ^bb0(%v: f32):
          kernel.yield %v : f32
      }
  } -> !kernel.buffer<32xf32>
  kernel.map "last" dims [32] inner [] ins(%r : !kernel.buffer<32xf32>) outs(%y : !kernel.buffer<32xf32>) maps [#id, #id] {
    ^bb0(%v: f32):
      kernel.yield %v : f32
  }
}

// An output that only the loop touches, slot by slot, lives through all of it: no temporary of the body may have its bytes.
// CHECK-LABEL: kernel.entry @slots
// CHECK-DAG: "all" role(output) offset([[ALL:[0-9]+]])
// CHECK-NOT: "t" role(temp) offset([[ALL]])
// CHECK: kernel.loop
kernel.entry @slots name("slots") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(input) : <32xf32>
  %all = kernel.buffer "all" role(output) : <4x32xf32>
  %t = kernel.buffer "t" role(temp) : <32xf32>
  kernel.loop trip 4 {
    ^bb0(%i: index):
      %slot = kernel.slot %all[%i] : <4x32xf32> to <32xf32>
      kernel.map "makes_t" dims [32] inner [] ins(%x : !kernel.buffer<32xf32>) outs(%t : !kernel.buffer<32xf32>) maps [#id, #id] {
        ^bb0(%v: f32):
          kernel.yield %v : f32
      }
      kernel.map "makes_slot" dims [32] inner [] ins(%t : !kernel.buffer<32xf32>) outs(%slot : !kernel.buffer<32xf32>) maps [#id, #id] {
        ^bb0(%v: f32):
          kernel.yield %v : f32
      }
      kernel.map "makes_t_again" dims [32] inner [] ins(%slot : !kernel.buffer<32xf32>) outs(%t : !kernel.buffer<32xf32>) maps [#id, #id] {
        ^bb0(%v: f32):
          kernel.yield %v : f32
      }
  }
}

// A flag is read while other threads run the first kernels of the list it chose: no temporary of that may have its
// bytes (a thread that read it late went the other way, and all waited for each other).
// CHECK-LABEL: kernel.entry @flag
// CHECK-DAG: "flag" role(temp) offset([[FLAG:[0-9]+]])
// CHECK-NOT: "else" role(temp) offset([[FLAG]])
// CHECK: kernel.if
kernel.entry @flag name("flag") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(input) : <i64>
  %flag = kernel.buffer "flag" role(temp) : <i1>
  %else = kernel.buffer "else" role(temp) : <i64>
  %y = kernel.buffer "y" role(output) : <i64>
  kernel.map "makes_flag" dims [] inner [] ins(%x : !kernel.buffer<i64>) outs(%flag : !kernel.buffer<i1>) maps [#scalar, #scalar] {
    ^bb0(%v: i64):
      %c = arith.constant 2 : i64
      %less = arith.cmpi slt, %v, %c : i64
      kernel.yield %less : i1
  }
  kernel.if %flag : <i1> then {
    kernel.map "copies" dims [] inner [] ins(%x : !kernel.buffer<i64>) outs(%y : !kernel.buffer<i64>) maps [#scalar, #scalar] {
      ^bb0(%v: i64):
        kernel.yield %v : i64
    }
  } else {
    kernel.map "makes_else" dims [] inner [] ins(%x : !kernel.buffer<i64>) outs(%else : !kernel.buffer<i64>) maps [#scalar, #scalar] {
      ^bb0(%v: i64):
        kernel.yield %v : i64
    }
    kernel.map "reads_else" dims [] inner [] ins(%else : !kernel.buffer<i64>) outs(%y : !kernel.buffer<i64>) maps [#scalar, #scalar] {
      ^bb0(%v: i64):
        kernel.yield %v : i64
    }
  }
}
