// The parts of a launch run on all threads; the thread that comes last runs the serial section as if it were alone, then lets the others
// go on: no other barrier stands behind it.
// RUN: sinter-opt --lower-to-loops %s | FileCheck %s

#id = affine_map<(i) -> (i)>
module {
  kernel.entry @e name("e") kind(predict) batch(1) {
    %a = kernel.buffer "a" role(input) offset(0) : <16xf32>
    %b = kernel.buffer "b" role(temp) offset(64) : <16xf32>
    %c = kernel.buffer "c" role(output) offset(128) : <16xf32>
    %d = kernel.buffer "d" role(output) offset(192) : <16xf32>
    kernel.launch {
      kernel.map "part" dims [16] inner [] ins(%a : !kernel.buffer<16xf32>) outs(%b : !kernel.buffer<16xf32>) maps [#id, #id] {
        ^bb0(%v: f32):
          %w = math.exp %v : f32
          kernel.yield %w : f32
      }
    } serial {
      kernel.map "serial" dims [16] inner [] ins(%b : !kernel.buffer<16xf32>) outs(%c : !kernel.buffer<16xf32>) maps [#id, #id] {
        ^bb0(%v: f32):
          kernel.yield %v : f32
      }
    }
    kernel.map "next" dims [16] inner [] ins(%c : !kernel.buffer<16xf32>) outs(%d : !kernel.buffer<16xf32>) maps [#id, #id] {
      ^bb0(%v: f32):
        %w = arith.addf %v, %v : f32
        kernel.yield %w : f32
    }
  }
}

// CHECK-LABEL: func.func @e(
// CHECK-DAG:   %[[ZERO:.*]] = arith.constant 0 : index
// CHECK-DAG:   %[[ONE:.*]] = arith.constant 1 : index
// CHECK:       call @part(
// CHECK-NEXT:  %[[LAST:.*]] = call @sinter.enter_serial(
// CHECK:       scf.if
// CHECK:         call @serial({{.*}}, %[[ZERO]], %[[ONE]])
// CHECK-NEXT:    call @sinter.leave_serial(
// CHECK:       }
// CHECK-NOT:   sinter.barrier
// CHECK:       call @next(
// CHECK:       return
// CHECK-LABEL: func.func @part.run(
// CHECK-LABEL: func.func @serial.run(
