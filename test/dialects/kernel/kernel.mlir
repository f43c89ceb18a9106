// The kernel dialect: text form of every op.
// RUN: sinter-opt %s | FileCheck %s
// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

// CHECK: module attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "", features = "+avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 32768, l2 = 1048576, l3 = 0, hasFma = true>}
module attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "", features = "+avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 32768, l2 = 1048576, l3 = 0, hasFma = true>} {
  // CHECK-LABEL: kernel.entry @step name("train_step") kind(train) batch(4) work_bytes(4096) {
  kernel.entry @step name("train_step") kind(train) batch(4) work_bytes(4096) {
    // CHECK-NEXT: kernel.buffer "x" role(input) offset(64) : <4x6xf32>
    %x = kernel.buffer "x" role(input) offset(64) : <4x6xf32>
    // CHECK-NEXT: kernel.buffer "w" role(param) : <40x6xf32, #kernel.layout<[0, 1], block = [0], by = [16]>>
    %w = kernel.buffer "w" role(param) : <40x6xf32, #kernel.layout<[0, 1], block = [0], by = [16]>>
    // CHECK-NEXT: kernel.buffer "c" role(constant) value(dense<[1, 2]> : tensor<2xi32>) : <2xi32>
    %c = kernel.buffer "c" role(constant) value(dense<[1, 2]> : tensor<2xi32>) : <2xi32>
    %b = kernel.buffer "b" role(state) : <40xf32>
    %y = kernel.buffer "y" role(temp) : <4x40xf32>
    %p = kernel.buffer "p" role(output) : <4xi32>
    %s = kernel.buffer "sums" role(temp) : <2x40xf32>
    %seed = kernel.buffer "seed" role(scalar) : <i64>
    %go = kernel.buffer "go" role(temp) : <i1>
    // CHECK: kernel.view %{{.*}} : <4x6xf32> to <24xf32>
    %flat = kernel.view %x : <4x6xf32> to <24xf32>
    // CHECK-NEXT: kernel.contract "matmul" dims [4, 40, 6] parallel 2 padded
    // CHECK-SAME: a(%{{.*}} : <4x6xf32>) b(%{{.*}} : <40x6xf32, #kernel.layout<[0, 1], block = [0], by = [16]>>) extras(%{{.*}} : !kernel.buffer<40xf32>)
    // CHECK-SAME: outs(%{{.*}}, %{{.*}} : !kernel.buffer<4x40xf32>, !kernel.buffer<2x40xf32>)
    // CHECK-SAME: algorithm <chain> schedule #kernel.cpu_schedule<lanes = 1, rows = 0, mr = 4, nr = 16, kc = 3, order = 0, 1>
    // CHECK-SAME: attributes {sums = array<i1: false, true>} epilogue
    kernel.contract "matmul" dims [4, 40, 6] parallel 2 padded
        a(%x : <4x6xf32>) b(%w : <40x6xf32, #kernel.layout<[0, 1], block = [0], by = [16]>>) extras(%b : !kernel.buffer<40xf32>)
        outs(%y, %s : !kernel.buffer<4x40xf32>, !kernel.buffer<2x40xf32>)
        maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (n)>,
              affine_map<(m, n, k) -> (m, n)>, affine_map<(m, n, k) -> (m floordiv 2, n)>]
        algorithm <chain> schedule #kernel.cpu_schedule<lanes = 1, rows = 0, mr = 4, nr = 16, kc = 3, order = 0, 1>
        attributes {sums = array<i1: false, true>} epilogue {
    // CHECK-NEXT: ^bb0(%{{.*}}: f32, %{{.*}}: f32):
    ^bb0(%acc: f32, %bias: f32):
      // CHECK-NEXT: kernel.index 1 : i32
      %n = kernel.index 1 : i32
      %i = arith.sitofp %n : i32 to f32
      %0 = arith.addf %acc, %bias : f32
      %1 = arith.addf %0, %i : f32
      // CHECK: kernel.yield %{{.*}}, %{{.*}} : f32, f32
      kernel.yield %1, %1 : f32, f32
    }
    // CHECK: kernel.map "rows" dims [4, 40] inner [1]
    // CHECK-SAME: ins(%{{.*}}, %{{.*}} : !kernel.buffer<4x40xf32>, !kernel.buffer<i64>) outs(%{{.*}}, %{{.*}} : !kernel.buffer<4x40xf32>, !kernel.buffer<4xi32>)
    // CHECK-SAME: algorithm <lanes 16>
    kernel.map "rows" dims [4, 40] inner [1] ins(%y, %seed : !kernel.buffer<4x40xf32>, !kernel.buffer<i64>) outs(%y, %p : !kernel.buffer<4x40xf32>, !kernel.buffer<4xi32>)
        maps [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> ()>, affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m)>]
        algorithm <lanes 16> {
    ^bb0(%v: f32, %key: i64):
      // CHECK: kernel.reduce max %{{.*}} : f32 -> f32
      %max = kernel.reduce max %v : f32 -> f32
      // CHECK-NEXT: kernel.reduce argmax %{{.*}} : f32 -> i32
      %best = kernel.reduce argmax %v : f32 -> i32
      %at = kernel.index 1 : i64
      // CHECK: kernel.philox %{{.*}}, %{{.*}}, %{{.*}} stream 7 : f32
      %r = kernel.philox %key, %key, %at stream 7 : f32
      %0 = arith.mulf %max, %r : f32
      kernel.yield %0, %best : f32, i32
    }
    // CHECK: kernel.loop trip 3 carried(%{{.*}}, %{{.*}} : !kernel.buffer<40xf32>, !kernel.buffer<40xf32>) {
    // CHECK-NEXT: ^bb0(%{{.*}}: index, %{{.*}}: !kernel.buffer<40xf32>, %{{.*}}: !kernel.buffer<40xf32>):
    %ping = kernel.buffer "ping" role(temp) : <40xf32>
    %end = kernel.loop trip 3 carried(%b, %ping : !kernel.buffer<40xf32>, !kernel.buffer<40xf32>) {
    ^bb0(%t: index, %now: !kernel.buffer<40xf32>, %next: !kernel.buffer<40xf32>):
      // CHECK-NEXT: kernel.slot %{{.*}}[%{{.*}}] : <4x40xf32> to <40xf32>
      %row = kernel.slot %y[%t] : <4x40xf32> to <40xf32>
      kernel.map "add" dims [40] inner [] ins(%now, %row : !kernel.buffer<40xf32>, !kernel.buffer<40xf32>) outs(%next : !kernel.buffer<40xf32>)
          maps [affine_map<(n) -> (n)>, affine_map<(n) -> (n)>, affine_map<(n) -> (n)>] {
      ^bb0(%u: f32, %v: f32):
        %0 = arith.addf %u, %v : f32
        kernel.yield %0 : f32
      }
    // CHECK: } -> !kernel.buffer<40xf32>
    } -> !kernel.buffer<40xf32>
    // CHECK: kernel.if %{{.*}} : <i1> then {
    kernel.if %go : <i1> then {
      kernel.map "zero" dims [40] inner [] outs(%end : !kernel.buffer<40xf32>) maps [affine_map<(n) -> (n)>] {
        %0 = arith.constant 0.0 : f32
        kernel.yield %0 : f32
      }
    // CHECK: } else {
    } else {
    }
  }
}
