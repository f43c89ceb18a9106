// A data set of numbers with examples that it brings: text form.
// RUN: sinter-opt %s | sinter-opt | FileCheck %s
module @points {
  // CHECK: sinter.data "points" fields [#sinter.field<"x", tensor<2xf32>, number examples dense<{{.*}}> : tensor<3x2xf32>>,
  // CHECK-SAME: #sinter.field<"kind", tensor<i32>, class below 3 examples dense<[0, 1, 2]> : tensor<3xi32>>] train 2 test 1
  sinter.data "points" fields [#sinter.field<"x", tensor<2xf32>, number examples dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>>,
    #sinter.field<"kind", tensor<i32>, class below 3 examples dense<[0, 1, 2]> : tensor<3xi32>>] train 2 test 1
}
