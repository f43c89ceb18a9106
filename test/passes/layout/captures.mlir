// RUN: sinter-opt --fuse-contractions --fuse-maps --assign-layouts %s | FileCheck %s

// A weight lies as the sum in the loop asks for, and is so in the body; the other direction reads a form of it, captured
// too. What is carried and stacked is row-major.
// CHECK: sinter.symbol @w : tensor<48x64xf32, #[[LAYOUT:.*]]> kind
// CHECK: sinter.form @w.form1 of @w : tensor<48x64xf32, #[[FORM:.*]]>
// CHECK-LABEL: sinter.entry @e
// CHECK-DAG: %[[W:.*]] = sinter.get @w : tensor<48x64xf32, #[[LAYOUT]]>
// CHECK-DAG: %[[F:.*]] = sinter.get @w.form1 : tensor<48x64xf32, #[[FORM]]>
// CHECK: sinter.scan({{.*}}) carried 2 stacked 0
// CHECK-SAME: tensor<48x64xf32, #[[LAYOUT]]>
// CHECK-SAME: tensor<48x64xf32, #[[FORM]]>
// CHECK-SAME: -> (tensor<16x48xf32>, tensor<16x64xf32>)
// CHECK: ^bb0(%t: tensor<i64>, %{{.*}}: tensor<16x48xf32>, %{{.*}}: tensor<16x64xf32>, %{{.*}}: tensor<48x64xf32, #[[LAYOUT]]>, %{{.*}}: tensor<48x64xf32, #[[FORM]]>)
module attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "+avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  sinter.symbol @w : tensor<48x64xf32> kind parameter init <uniform, -0.3, 0.3>
  sinter.entry @e name("e") kind(predict) batch(0) inputs ["x", "y"] {
  ^bb0(%x: tensor<16x48xf32>, %y: tensor<16x64xf32>):
    %w = sinter.get @w : tensor<48x64xf32>
    %r:2 = sinter.scan (%x, %y, %w) carried 2 stacked 0 length 5
        : (tensor<16x48xf32>, tensor<16x64xf32>, tensor<48x64xf32>) -> (tensor<16x48xf32>, tensor<16x64xf32>) {
    ^bb0(%t: tensor<i64>, %a: tensor<16x48xf32>, %b: tensor<16x64xf32>, %k: tensor<48x64xf32>):
      %0 = sinter.matmul %a, %k : (tensor<16x48xf32>, tensor<48x64xf32>) -> tensor<16x64xf32>
      %1 = sinter.matmul %b, %k {transpose_b = true} : (tensor<16x64xf32>, tensor<48x64xf32>) -> tensor<16x48xf32>
      sinter.yield %1, %0 : tensor<16x48xf32>, tensor<16x64xf32>
    }
    sinter.return outputs(%r#0, %r#1 : tensor<16x48xf32>, tensor<16x64xf32>) names ["a", "b"] symbols []
  }
}
