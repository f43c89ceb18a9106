// SPMD entries: barriers only between kernels whose bytes conflict, around loops and ifs; thunks for kernels of the list itself.
// RUN: sinter-opt --lower-to-loops %s | FileCheck %s
// RUN: sinter-opt --lower-to-loops %s | sinter-opt | FileCheck %s
// RUN: sinter-opt --lower-to-loops --lower-to-llvm %s | FileCheck %s --check-prefix=LLVM

#id = affine_map<(i) -> (i)>
module {
  kernel.entry @e name("e") kind(predict) batch(1) {
    %a = kernel.buffer "a" role(input) offset(0) : <16xf32>
    %b = kernel.buffer "b" role(temp) offset(64) : <16xf32>
    %c = kernel.buffer "c" role(output) offset(128) : <16xf32>
    %d = kernel.buffer "d" role(output) offset(192) : <16xf32>
    %o = kernel.buffer "o" role(temp) offset(96) : <16xf32>
    kernel.map "one" dims [16] inner [] ins(%a : !kernel.buffer<16xf32>) outs(%b : !kernel.buffer<16xf32>) maps [#id, #id] {
      ^bb0(%v: f32):
        kernel.yield %v : f32
    }
    kernel.map "two" dims [16] inner [] ins(%a : !kernel.buffer<16xf32>) outs(%c : !kernel.buffer<16xf32>) maps [#id, #id] {
      ^bb0(%v: f32):
        kernel.yield %v : f32
    }
    kernel.map "three" dims [16] inner [] ins(%b : !kernel.buffer<16xf32>) outs(%d : !kernel.buffer<16xf32>) maps [#id, #id] {
      ^bb0(%v: f32):
        kernel.yield %v : f32
    }
    kernel.map "four" dims [16] inner [] ins(%b : !kernel.buffer<16xf32>) outs(%o : !kernel.buffer<16xf32>) maps [#id, #id] {
      ^bb0(%v: f32):
        kernel.yield %v : f32
    }
    %r = kernel.loop trip 3 carried(%a, %b : !kernel.buffer<16xf32>, !kernel.buffer<16xf32>) {
      ^bb0(%i: index, %now: !kernel.buffer<16xf32>, %next: !kernel.buffer<16xf32>):
        kernel.map "turn" dims [16] inner [] ins(%now : !kernel.buffer<16xf32>) outs(%next : !kernel.buffer<16xf32>) maps [#id, #id] {
          ^bb0(%v: f32):
            kernel.yield %v : f32
        }
    } -> !kernel.buffer<16xf32>
  }
}

// A pointer to bytes that another operand may write is not noalias; the current and the next state of a loop are apart.
// CHECK-LABEL: func.func private @one(%{{.*}}: memref<16xf32> {llvm.noalias}, %{{.*}}: memref<16xf32> {llvm.noalias},
// CHECK-LABEL: func.func private @four(%{{[a-z0-9]*}}: memref<16xf32>, %{{[a-z0-9]*}}: memref<16xf32>,
// Kernels that differ in name and memory only share the function of the first; @four may not, as its buffers alias.
// CHECK-NOT:   func.func private @two(
// CHECK-NOT:   func.func private @three(
// CHECK-NOT:   func.func private @turn(
// CHECK-LABEL: func.func @e(
// CHECK:       call @one(
// CHECK-NOT:   sinter.barrier
// CHECK:       call @one(
// CHECK:       call @sinter.barrier(%{{.*}})
// CHECK:       call @one(
// CHECK:       call @sinter.barrier(%{{.*}})
// CHECK:       call @four(
// CHECK:       call @sinter.barrier(%{{.*}})
// CHECK:       scf.for
// CHECK:         call @one(
// CHECK:         call @sinter.barrier(%{{.*}})
// CHECK-LABEL: func.func @one.run(
// CHECK-LABEL: func.func @two.run(
// CHECK:       call @one(
// CHECK-LABEL: func.func @three.run(
// CHECK-NOT:   @turn.run

// Bare pointers; kernels local, entries hidden.
// LLVM-LABEL: llvm.func internal @one(%{{.*}}: !llvm.ptr {{.*}}llvm.noalias{{.*}}, %{{.*}}: !llvm.ptr {{.*}}, %{{.*}}: i64, %{{.*}}: i64)
// LLVM-SAME:    no_inline
// LLVM-LABEL: llvm.func hidden @e(%{{.*}}: !llvm.ptr)
// LLVM-NOT:   unrealized_conversion_cast
// LLVM:       module @planned
