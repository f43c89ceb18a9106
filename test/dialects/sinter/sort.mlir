// Positions in order, elements at positions: text form.
// RUN: sinter-opt %s | FileCheck %s
// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

sinter.entry @sorts name("e") kind(predict) batch(0) inputs ["x"] {
^bb0(%x: tensor<7x4xf32>):
  // CHECK: %[[I:.*]] = sinter.argsort %x axis 1 count 2 {descending = true} : (tensor<7x4xf32>) -> tensor<7x2xi64>
  %i = sinter.argsort %x axis 1 count 2 {descending = true} : (tensor<7x4xf32>) -> tensor<7x2xi64>
  // CHECK-NEXT: %[[V:.*]] = sinter.gather_along %x at %[[I]] axis 1 :
  %v = sinter.gather_along %x at %i axis 1 : (tensor<7x4xf32>, tensor<7x2xi64>) -> tensor<7x2xf32>
  // CHECK-NEXT: sinter.scatter_add_along %x at %[[I]] add %[[V]] axis 1 :
  %s = sinter.scatter_add_along %x at %i add %v axis 1 : (tensor<7x4xf32>, tensor<7x2xi64>, tensor<7x2xf32>) -> tensor<7x4xf32>
  sinter.return outputs(%s : tensor<7x4xf32>) names ["s"] symbols []
}
