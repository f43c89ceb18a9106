// RUN: sinter-opt --plan-memory %s | FileCheck %s
// RUN: sinter-opt --plan-memory=reuse=false %s | FileCheck %s --check-prefix=APART
// RUN: not sinter-opt --plan-memory=budget=100 %s 2>&1 | FileCheck %s --check-prefix=BUDGET

#id = affine_map<(d0) -> (d0)>

// t0 is dead when t2 is made, and t1 when the output is: they share bytes.
// CHECK-LABEL: kernel.entry @chain
// CHECK-SAME: work_bytes(1024)
// CHECK: "x" role(input) offset(0)
// CHECK: "y" role(output) offset(640)
// CHECK: "t0" role(temp) offset(320)
// CHECK: "t1" role(temp) offset(640)
// CHECK: "t2" role(temp) offset(320)
// CHECK: "tiny" role(temp) offset(960)
// APART-LABEL: kernel.entry @chain
// APART-SAME: work_bytes(1664)
// BUDGET: error: entry '{{.*}}' expects at most 100 bytes of memory, got [[N:[0-9]+]]: {{[0-9]+}} at its peak and 0 for parameters and state [E1020]
// BUDGET: note: '{{.*}}' takes 260 bytes: f32[65]
kernel.entry @chain name("chain") kind(predict) batch(1) {
  %x = kernel.buffer "x" role(input) : <65xf32>
  %y = kernel.buffer "y" role(output) : <65xf32>
  %t0 = kernel.buffer "t0" role(temp) : <65xf32>
  %t1 = kernel.buffer "t1" role(temp) : <65xf32>
  %t2 = kernel.buffer "t2" role(temp) : <65xf32>
  %tiny = kernel.buffer "tiny" role(temp) : <f32>
  kernel.map "a" dims [65] inner [] ins(%x : !kernel.buffer<65xf32>) outs(%t0 : !kernel.buffer<65xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
  kernel.map "b" dims [65] inner [] ins(%t0 : !kernel.buffer<65xf32>) outs(%t1 : !kernel.buffer<65xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
  kernel.map "c" dims [65] inner [0] ins(%t1 : !kernel.buffer<65xf32>) outs(%tiny, %t2 : !kernel.buffer<f32>, !kernel.buffer<65xf32>) maps [#id, affine_map<(d0) -> ()>, #id] algorithm <lanes 16> {
  ^bb0(%a: f32):
    %s = kernel.reduce sum %a : f32 -> f32
    kernel.yield %s, %a : f32, f32
  }
  kernel.map "d" dims [65] inner [] ins(%t2, %tiny : !kernel.buffer<65xf32>, !kernel.buffer<f32>) outs(%y : !kernel.buffer<65xf32>) maps [#id, affine_map<(d0) -> ()>, #id] {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %a, %b : f32
    kernel.yield %s : f32
  }
}

// State of a loop lives through the loop, in both of its places (D20).
// CHECK-LABEL: kernel.entry @loop
// CHECK: "y" role(output) offset(192)
// CHECK: "ping" role(temp) offset(64)
// CHECK: "pong" role(temp) offset(128)
// CHECK: "inside" role(temp) offset(192)
kernel.entry @loop name("loop") kind(predict) batch(1) {
  %x = kernel.buffer "x" role(input) : <16xf32>
  %y = kernel.buffer "y" role(output) : <16xf32>
  %ping = kernel.buffer "ping" role(temp) : <16xf32>
  %pong = kernel.buffer "pong" role(temp) : <16xf32>
  %inside = kernel.buffer "inside" role(temp) : <16xf32>
  kernel.map "start" dims [16] inner [] ins(%x : !kernel.buffer<16xf32>) outs(%ping : !kernel.buffer<16xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
  %last = kernel.loop trip 5 carried(%ping, %pong : !kernel.buffer<16xf32>, !kernel.buffer<16xf32>) {
  ^bb0(%i: index, %current: !kernel.buffer<16xf32>, %next: !kernel.buffer<16xf32>):
    kernel.map "in" dims [16] inner [] ins(%current : !kernel.buffer<16xf32>) outs(%inside : !kernel.buffer<16xf32>) maps [#id, #id] {
    ^bb0(%a: f32):
      kernel.yield %a : f32
    }
    kernel.map "step" dims [16] inner [] ins(%inside : !kernel.buffer<16xf32>) outs(%next : !kernel.buffer<16xf32>) maps [#id, #id] {
    ^bb0(%a: f32):
      kernel.yield %a : f32
    }
  } -> !kernel.buffer<16xf32>
  kernel.map "end" dims [16] inner [] ins(%last : !kernel.buffer<16xf32>) outs(%y : !kernel.buffer<16xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
}

// Kernels without a barrier between them never share bytes, or sharing would ask for one: t0 is dead for "b", but "b" and
// "c" may run side by side.
// CHECK-LABEL: kernel.entry @beside
// CHECK: "t0" role(temp) offset([[T0:[0-9]+]])
// CHECK-NOT: offset([[T0]])
// CHECK: kernel.map "a"
kernel.entry @beside name("beside") kind(predict) batch(1) {
  %x = kernel.buffer "x" role(input) : <16xf32>
  %t0 = kernel.buffer "t0" role(temp) : <16xf32>
  %y = kernel.buffer "y" role(output) : <16xf32>
  %z = kernel.buffer "z" role(output) : <16xf32>
  kernel.map "a" dims [16] inner [] ins(%x : !kernel.buffer<16xf32>) outs(%t0 : !kernel.buffer<16xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
  kernel.map "b" dims [16] inner [] ins(%t0 : !kernel.buffer<16xf32>) outs(%y : !kernel.buffer<16xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
  kernel.map "c" dims [16] inner [] ins(%x : !kernel.buffer<16xf32>) outs(%z : !kernel.buffer<16xf32>) maps [#id, #id] {
  ^bb0(%a: f32):
    kernel.yield %a : f32
  }
}
