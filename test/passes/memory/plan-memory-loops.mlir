// RUN: sinter-opt --plan-memory %s | FileCheck %s

// t and u are made anew at every step and are never alive together: they share bytes inside the loop, and with y, which
// begins behind it. What the loop carries lives through all of it.
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
