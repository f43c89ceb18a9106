// Prefix sums, products and extremes: text form.
// RUN: sinter-opt %s | FileCheck %s
// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

sinter.entry @prefixes name("e") kind(predict) batch(0) inputs ["x"] {
^bb0(%x: tensor<7x4xf32>):
  // CHECK: %[[S:.*]] = sinter.cumsum %x axis 1 : (tensor<7x4xf32>) -> tensor<7x4xf32>
  %s = sinter.cumsum %x axis 1 : (tensor<7x4xf32>) -> tensor<7x4xf32>
  // CHECK-NEXT: sinter.cumprod %[[S]] axis 0 {exclusive = true, reverse = true} :
  %p = sinter.cumprod %s axis 0 {exclusive = true, reverse = true} : (tensor<7x4xf32>) -> tensor<7x4xf32>
  // CHECK-NEXT: sinter.cummax %{{.*}} axis 1 :
  %m = sinter.cummax %p axis 1 : (tensor<7x4xf32>) -> tensor<7x4xf32>
  // CHECK-NEXT: sinter.cummin %{{.*}} axis 0 :
  %n = sinter.cummin %m axis 0 : (tensor<7x4xf32>) -> tensor<7x4xf32>
  sinter.return outputs(%n : tensor<7x4xf32>) names ["p"] symbols []
}
