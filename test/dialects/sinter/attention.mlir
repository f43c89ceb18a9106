// Attention and its gradient: text form, extras, the generic form.
// RUN: sinter-opt %s | FileCheck %s
// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

// CHECK-LABEL: @attention
sinter.entry @attention name("e") kind(predict) batch(0) inputs ["q", "k", "v", "m"] {
^bb0(%q: tensor<2x9x5xf32>, %k: tensor<2x11x5xf32>, %v: tensor<2x11x4xf32>, %m: tensor<1x11xi1>):
  // CHECK: %[[Y:.*]], %[[L:.*]] = sinter.attention %q, %k, %v extras(%m) block 64 : (tensor<2x9x5xf32>, tensor<2x11x5xf32>, tensor<2x11x4xf32>, tensor<1x11xi1>) -> (tensor<2x9x4xf32>, tensor<2x9xf32>) {
  %y, %l = sinter.attention %q, %k, %v extras(%m) block 64 : (tensor<2x9x5xf32>, tensor<2x11x5xf32>, tensor<2x11x4xf32>, tensor<1x11xi1>) -> (tensor<2x9x4xf32>, tensor<2x9xf32>) {
  // CHECK-NEXT: ^bb0(%[[S:.*]]: tensor<2x9x11xf32>, %[[M:.*]]: tensor<1x11xi1>):
  ^bb0(%s: tensor<2x9x11xf32>, %mask: tensor<1x11xi1>):
    %never = sinter.constant dense<-9.0> : tensor<f32>
    // CHECK: %[[X:.*]] = sinter.select %[[M]], %[[S]]
    %x = sinter.select %mask, %s, %never : (tensor<1x11xi1>, tensor<2x9x11xf32>, tensor<f32>) -> tensor<2x9x11xf32>
    // CHECK-NEXT: sinter.yield %[[X]] : tensor<2x9x11xf32>
    sinter.yield %x : tensor<2x9x11xf32>
  }
  // CHECK: sinter.attention_gradient %q, %k, %v statistics %[[L]] cotangent %[[Y]] delta %[[L]] : (tensor<2x9x5xf32>, tensor<2x11x5xf32>, tensor<2x11x4xf32>, tensor<2x9xf32>, tensor<2x9x4xf32>, tensor<2x9xf32>) -> (tensor<2x9x5xf32>, tensor<2x11x5xf32>, tensor<2x11x4xf32>) {
  %dq, %dk, %dv = sinter.attention_gradient %q, %k, %v statistics %l cotangent %y delta %l : (tensor<2x9x5xf32>, tensor<2x11x5xf32>, tensor<2x11x4xf32>, tensor<2x9xf32>, tensor<2x9x4xf32>, tensor<2x9xf32>) -> (tensor<2x9x5xf32>, tensor<2x11x5xf32>, tensor<2x11x4xf32>) {
  ^bb0(%s: tensor<2x9x11xf32>):
    // CHECK: sinter.yield %{{.*}}, %{{.*}} : tensor<2x9x11xf32>, tensor<2x9x11xf32>
    sinter.yield %s, %s : tensor<2x9x11xf32>, tensor<2x9x11xf32>
  }
  sinter.return outputs(%dq : tensor<2x9x5xf32>) names ["dq"] symbols []
}
