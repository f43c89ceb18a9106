// Derivatives as ops: text form.
// RUN: sinter-opt %s | FileCheck %s
// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

sinter.entry @e name("e") kind(predict) batch(0) inputs ["x", "k"] {
^bb0(%x: tensor<3xf32>, %k: tensor<f32>):
  // CHECK: %[[I:.*]] = sinter.independent %x : tensor<3xf32>
  %i = sinter.independent %x : tensor<3xf32>
  // CHECK: %[[C:.*]]:2 = sinter.custom_gradient(%[[I]], %k) inputs 1 : (tensor<3xf32>, tensor<f32>) -> (tensor<3xf32>, tensor<3xf32>) {
  // CHECK-NEXT: ^bb0(%[[A:.*]]: tensor<3xf32>, %[[B:.*]]: tensor<f32>):
  // CHECK: sinter.yield
  // CHECK-NEXT: } backward {
  // CHECK-NEXT: ^bb0(%{{.*}}: tensor<3xf32>, %{{.*}}: tensor<3xf32>, %{{.*}}: tensor<3xf32>, %{{.*}}: tensor<3xf32>, %{{.*}}: tensor<3xf32>, %{{.*}}: tensor<f32>):
  %c:2 = sinter.custom_gradient (%i, %k) inputs 1 : (tensor<3xf32>, tensor<f32>) -> (tensor<3xf32>, tensor<3xf32>) {
  ^bb0(%a: tensor<3xf32>, %b: tensor<f32>):
    %0 = sinter.mul %a, %b : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
    sinter.yield %0, %a : tensor<3xf32>, tensor<3xf32>
  } backward {
  ^bb0(%a: tensor<3xf32>, %y: tensor<3xf32>, %z: tensor<3xf32>, %dy: tensor<3xf32>, %dz: tensor<3xf32>, %b: tensor<f32>):
    %0 = sinter.add %dy, %dz : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    sinter.yield %0 : tensor<3xf32>
  }
  // CHECK: sinter.jvp %[[C]]#0, %[[I]], %x ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %t = sinter.jvp %c#0, %i, %x ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  // CHECK: sinter.jacobian %[[C]]#1 by %k {columns = true} : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  %j = sinter.jacobian %c#1 by %k {columns = true} : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  sinter.return outputs(%t, %j : tensor<3xf32>, tensor<3xf32>) names ["t", "j"] symbols []
}
