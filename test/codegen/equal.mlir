// Equal kernels share the function of the first, whatever they are called and wherever their bytes lie; any difference
// that code could see keeps them apart.
// RUN: sinter-opt --lower-to-loops %s | FileCheck %s --implicit-check-not="func.func private"

#id = affine_map<(i) -> (i)>
module {
  kernel.entry @first name("first") kind(predict) batch(1) {
    %a = kernel.buffer "a" role(input) offset(0) : <16xf32>
    %b = kernel.buffer "b" role(input) offset(64) : <16xf32>
    %c = kernel.buffer "c" role(output) offset(128) : <16xf32>
    // CHECK: func.func private @sinter.barrier
    // CHECK: func.func private @sum(
    kernel.map "sum" dims [16] inner [] ins(%a, %b : !kernel.buffer<16xf32>, !kernel.buffer<16xf32>) outs(%c : !kernel.buffer<16xf32>) maps [#id, #id, #id] {
      ^bb0(%x: f32, %y: f32):
        %0 = arith.constant 1.0 : f32
        %1 = arith.addf %x, %y : f32
        %2 = arith.addf %1, %0 : f32
        kernel.yield %2 : f32
    }
    // Another constant.
    // CHECK: func.func private @constant(
    kernel.map "constant" dims [16] inner [] ins(%a, %b : !kernel.buffer<16xf32>, !kernel.buffer<16xf32>) outs(%c : !kernel.buffer<16xf32>) maps [#id, #id, #id] {
      ^bb0(%x: f32, %y: f32):
        %0 = arith.constant 2.0 : f32
        %1 = arith.addf %x, %y : f32
        %2 = arith.addf %1, %0 : f32
        kernel.yield %2 : f32
    }
    // Other operands of an op.
    // CHECK: func.func private @operands(
    kernel.map "operands" dims [16] inner [] ins(%a, %b : !kernel.buffer<16xf32>, !kernel.buffer<16xf32>) outs(%c : !kernel.buffer<16xf32>) maps [#id, #id, #id] {
      ^bb0(%x: f32, %y: f32):
        %0 = arith.constant 1.0 : f32
        %1 = arith.addf %x, %x : f32
        %2 = arith.addf %1, %0 : f32
        kernel.yield %2 : f32
    }
    // One buffer twice is one argument.
    // CHECK: func.func private @twice(%{{[a-z0-9]*}}: memref<16xf32> {llvm.noalias}, %{{[a-z0-9]*}}: memref<16xf32> {llvm.noalias}, %{{[a-z0-9]*}}: index
    kernel.map "twice" dims [16] inner [] ins(%a, %a : !kernel.buffer<16xf32>, !kernel.buffer<16xf32>) outs(%c : !kernel.buffer<16xf32>) maps [#id, #id, #id] {
      ^bb0(%x: f32, %y: f32):
        %0 = arith.constant 1.0 : f32
        %1 = arith.addf %x, %y : f32
        %2 = arith.addf %1, %0 : f32
        kernel.yield %2 : f32
    }
    // Plain loops.
    // CHECK: func.func private @plain(
    kernel.map "plain" dims [16] inner [] ins(%a, %b : !kernel.buffer<16xf32>, !kernel.buffer<16xf32>) outs(%c : !kernel.buffer<16xf32>) maps [#id, #id, #id] attributes {naive} {
      ^bb0(%x: f32, %y: f32):
        %0 = arith.constant 1.0 : f32
        %1 = arith.addf %x, %y : f32
        %2 = arith.addf %1, %0 : f32
        kernel.yield %2 : f32
    }
  }
  // CHECK: func.func @first(
  // CHECK: call @sum(
  // CHECK: call @constant(
  // CHECK: call @operands(
  // CHECK: call @twice(
  // CHECK: call @plain(
  // Equal, in another entry, on other bytes.
  kernel.entry @second name("second") kind(predict) batch(2) {
    %x = kernel.buffer "x" role(input) offset(640) : <16xf32>
    %y = kernel.buffer "y" role(output) offset(704) : <16xf32>
    %z = kernel.buffer "z" role(state) offset(0) : <16xf32>
    kernel.map "again" dims [16] inner [] ins(%x, %z : !kernel.buffer<16xf32>, !kernel.buffer<16xf32>) outs(%y : !kernel.buffer<16xf32>) maps [#id, #id, #id] attributes {contributors = ["elsewhere"]} {
      ^bb0(%p: f32, %q: f32):
        %0 = arith.constant 1.0 : f32
        %1 = arith.addf %p, %q : f32
        %2 = arith.addf %1, %0 : f32
        kernel.yield %2 : f32
    }
  }
  // CHECK: func.func @second(
  // CHECK: call @sum(
  // CHECK: func.func @again.run(
  // CHECK: call @sum(
}
