// Gradients of every op with one, as written in `sinter` ops. Numbers are checked by test/numeric.
// RUN: sinter-opt %s --differentiate | FileCheck %s --implicit-check-not=sinter.gradient

// Cotangents of broadcast operands are summed; those of one value are added.
// CHECK-LABEL: @binary name
sinter.entry @binary name("e") kind(train) batch(0) inputs ["x", "y", "d"] {
^bb0(%x: tensor<2x3xf32>, %y: tensor<3xf32>, %d: tensor<2x3xf32>):
  %0 = sinter.add %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %1 = sinter.sub %0, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %2 = sinter.mul %1, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %3 = sinter.div %2, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  // CHECK: %[[SUB:.*]] = sinter.sub
  // CHECK: %[[QUOTIENT:.*]] = sinter.div %{{.*}}, %y
  // CHECK-NEXT: %[[Q:.*]] = sinter.div %d, %y
  // CHECK-NEXT: %[[M:.*]] = sinter.mul %[[Q]], %[[QUOTIENT]]
  // CHECK-NEXT: %[[S:.*]] = sinter.sum %[[M]] axes [0] : (tensor<2x3xf32>) -> tensor<3xf32>
  // CHECK-NEXT: %[[N:.*]] = sinter.neg %[[S]]
  // CHECK-NEXT: %[[DX:.*]] = sinter.mul %[[Q]], %y
  // CHECK-NEXT: %[[M2:.*]] = sinter.mul %[[Q]], %[[SUB]]
  // CHECK-NEXT: %[[S2:.*]] = sinter.sum %[[M2]] axes [0]
  // CHECK-NEXT: %[[A:.*]] = sinter.add %[[N]], %[[S2]]
  // CHECK-NEXT: %[[S3:.*]] = sinter.sum %[[DX]] axes [0]
  // CHECK-NEXT: %[[N3:.*]] = sinter.neg %[[S3]]
  // CHECK-NEXT: %[[A2:.*]] = sinter.add %[[A]], %[[N3]]
  // CHECK-NEXT: %[[S4:.*]] = sinter.sum %[[DX]] axes [0]
  // CHECK-NEXT: %[[DY:.*]] = sinter.add %[[A2]], %[[S4]]
  // CHECK-NEXT: sinter.return outputs(%[[DX]], %[[DY]]
  %g:2 = sinter.gradient %3, %d, %x, %y ys 1 : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>)
  sinter.return outputs(%g#0, %g#1 : tensor<2x3xf32>, tensor<3xf32>) names ["dx", "dy"] symbols []
}

// relu reads its result and gives 0 at 0; abs uses the sign; a tie of max gives half to each side.
// CHECK-LABEL: @kinks name
sinter.entry @kinks name("e") kind(train) batch(0) inputs ["x", "y", "d"] {
^bb0(%x: tensor<3xf32>, %y: tensor<3xf32>, %d: tensor<3xf32>):
  %0 = sinter.max %x, %y : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %1 = sinter.abs %0 : (tensor<3xf32>) -> tensor<3xf32>
  %2 = sinter.relu %1 : (tensor<3xf32>) -> tensor<3xf32>
  // CHECK: %[[MAX:.*]] = sinter.max
  // CHECK: %[[RELU:.*]] = sinter.relu
  // CHECK-NEXT: %[[Z:.*]] = sinter.constant dense<0.000000e+00>
  // CHECK-NEXT: %[[LE:.*]] = sinter.compare "le" %[[RELU]], %[[Z]]
  // CHECK-NEXT: %[[DR:.*]] = sinter.select %[[LE]], %[[Z]], %d
  // CHECK-NEXT: %[[SIGN:.*]] = sinter.sign %[[MAX]]
  // CHECK-NEXT: %[[DA:.*]] = sinter.mul %[[DR]], %[[SIGN]]
  // CHECK: sinter.constant dense<5.000000e-01>
  // CHECK-NEXT: %[[HALF:.*]] = sinter.mul %[[DA]]
  // CHECK-NEXT: %[[TIE:.*]] = sinter.compare "eq" %x, %y
  // CHECK-NEXT: %[[LOSES:.*]] = sinter.compare "gt" %y, %x
  // CHECK-NEXT: %[[SIDE:.*]] = sinter.select %[[LOSES]], %{{.*}}, %[[DA]]
  // CHECK-NEXT: %[[DX:.*]] = sinter.select %[[TIE]], %[[HALF]], %[[SIDE]]
  // CHECK-NEXT: sinter.return outputs(%[[DX]]
  %g = sinter.gradient %2, %d, %x ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  sinter.return outputs(%g : tensor<3xf32>) names ["dx"] symbols []
}

// Where a function's result gives its slope, the result is reused.
// CHECK-LABEL: @functions name
sinter.entry @functions name("e") kind(train) batch(0) inputs ["x", "d"] {
^bb0(%x: tensor<3xf32>, %d: tensor<3xf32>):
  %0 = sinter.exp %x : (tensor<3xf32>) -> tensor<3xf32>
  %1 = sinter.log %0 : (tensor<3xf32>) -> tensor<3xf32>
  %2 = sinter.sqrt %1 : (tensor<3xf32>) -> tensor<3xf32>
  %3 = sinter.rsqrt %2 : (tensor<3xf32>) -> tensor<3xf32>
  %4 = sinter.tanh %3 : (tensor<3xf32>) -> tensor<3xf32>
  %5 = sinter.sigmoid %4 : (tensor<3xf32>) -> tensor<3xf32>
  %6 = sinter.neg %5 : (tensor<3xf32>) -> tensor<3xf32>
  %7 = sinter.cast %6 : (tensor<3xf32>) -> tensor<3xf64>
  %8 = sinter.cast %7 : (tensor<3xf64>) -> tensor<3xf32>
  // CHECK: %[[EXP:.*]] = sinter.exp
  // CHECK: %[[LOG:.*]] = sinter.log
  // CHECK: %[[SQRT:.*]] = sinter.sqrt
  // CHECK: %[[RSQRT:.*]] = sinter.rsqrt
  // CHECK: %[[TANH:.*]] = sinter.tanh
  // CHECK: %[[SIGMOID:.*]] = sinter.sigmoid
  // CHECK: sinter.cast %d : (tensor<3xf32>) -> tensor<3xf64>
  // CHECK-NEXT: %[[C:.*]] = sinter.cast %{{.*}} : (tensor<3xf64>) -> tensor<3xf32>
  // CHECK-NEXT: %[[N:.*]] = sinter.neg %[[C]]
  // CHECK: %[[T:.*]] = sinter.sub %{{.*}}, %[[SIGMOID]]
  // CHECK-NEXT: %[[SLOPE:.*]] = sinter.mul %[[SIGMOID]], %[[T]]
  // CHECK-NEXT: %[[A:.*]] = sinter.mul %[[N]], %[[SLOPE]]
  // CHECK: %[[SQUARE:.*]] = sinter.mul %[[TANH]], %[[TANH]]
  // CHECK-NEXT: %[[SLOPE2:.*]] = sinter.sub %{{.*}}, %[[SQUARE]]
  // CHECK-NEXT: %[[B:.*]] = sinter.mul %[[A]], %[[SLOPE2]]
  // CHECK: %[[R:.*]] = sinter.div %[[RSQRT]], %[[SQRT]]
  // CHECK-NEXT: %[[C2:.*]] = sinter.mul %{{.*}}, %[[R]]
  // CHECK: %[[D:.*]] = sinter.div %{{.*}}, %[[SQRT]]
  // CHECK-NEXT: %[[E:.*]] = sinter.div %[[D]], %[[EXP]]
  // CHECK-NEXT: %[[F:.*]] = sinter.mul %[[E]], %[[EXP]]
  // CHECK-NEXT: sinter.return outputs(%[[F]]
  %g = sinter.gradient %8, %d, %x ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  sinter.return outputs(%g : tensor<3xf32>) names ["dx"] symbols []
}

// 0 where the exponent is 0 (dx), or the base is 0 and the exponent not negative (dy): log(0) and 0 * inf must not leak.
// CHECK-LABEL: @power name
sinter.entry @power name("e") kind(train) batch(0) inputs ["x", "y", "d"] {
^bb0(%x: tensor<3xf32>, %y: tensor<f32>, %d: tensor<3xf32>):
  %0 = sinter.pow %x, %y : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  // CHECK: %[[P:.*]] = sinter.pow %x, %y
  // CHECK: %[[CONST:.*]] = sinter.compare "eq" %y
  // CHECK: %[[LESS:.*]] = sinter.select %[[CONST]]
  // CHECK: sinter.pow %x, %[[LESS]]
  // CHECK: %[[DX:.*]] = sinter.select %[[CONST]]
  // CHECK-NEXT: %[[L:.*]] = sinter.log %x
  // CHECK-NEXT: %[[M:.*]] = sinter.mul %[[P]], %[[L]]
  // CHECK-NEXT: %[[SLOPE:.*]] = sinter.mul %d, %[[M]]
  // CHECK-NEXT: %[[ZERO:.*]] = sinter.compare "eq" %x
  // CHECK: %[[S:.*]] = sinter.select %[[ZERO]]
  // CHECK-NEXT: %[[FINITE:.*]] = sinter.compare "ge" %y
  // CHECK-NEXT: %[[KEPT:.*]] = sinter.select %[[FINITE]], %[[S]], %[[SLOPE]]
  // CHECK-NEXT: %[[DY:.*]] = sinter.sum %[[KEPT]] axes [0] : (tensor<3xf32>) -> tensor<f32>
  // CHECK-NEXT: sinter.return outputs(%[[DX]], %[[DY]]
  %g:2 = sinter.gradient %0, %d, %x, %y ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<f32>) -> (tensor<3xf32>, tensor<f32>)
  sinter.return outputs(%g#0, %g#1 : tensor<3xf32>, tensor<f32>) names ["dx", "dy"] symbols []
}

// CHECK-LABEL: @shapes name
sinter.entry @shapes name("e") kind(train) batch(0) inputs ["x", "d"] {
^bb0(%x: tensor<4x6xf32>, %d: tensor<4x7xf32>):
  %0 = sinter.transpose %x perm [1, 0] : (tensor<4x6xf32>) -> tensor<6x4xf32>
  %1 = sinter.slice %0 starts [1, 0] limits [6, 4] strides [2, 1] : (tensor<6x4xf32>) -> tensor<3x4xf32>
  %2 = sinter.pad %1 low [1, 0] high [0, 2] : (tensor<3x4xf32>) -> tensor<4x6xf32>
  %3 = sinter.slice %2 starts [0, 0] limits [4, 1] strides [1, 1] : (tensor<4x6xf32>) -> tensor<4x1xf32>
  %4 = sinter.concat %2, %3 axis 1 : (tensor<4x6xf32>, tensor<4x1xf32>) -> tensor<4x7xf32>
  // CHECK: sinter.concat
  // CHECK-NEXT: %[[A:.*]] = sinter.slice %d starts [0, 0] limits [4, 6] strides [1, 1]
  // CHECK-NEXT: %[[B:.*]] = sinter.slice %d starts [0, 6] limits [4, 7] strides [1, 1]
  // CHECK-NEXT: %[[C:.*]] = sinter.pad %[[B]] low [0, 0] high [0, 5]
  // CHECK-NEXT: %[[D:.*]] = sinter.add %[[A]], %[[C]]
  // CHECK-NEXT: %[[E:.*]] = sinter.slice %[[D]] starts [1, 0] limits [4, 4] strides [1, 1]
  // CHECK-NEXT: %[[F:.*]] = sinter.reshape %[[E]] : (tensor<3x4xf32>) -> tensor<3x1x4xf32>
  // CHECK-NEXT: %[[G:.*]] = sinter.pad %[[F]] low [0, 0, 0] high [0, 1, 0]
  // CHECK-NEXT: %[[H:.*]] = sinter.reshape %[[G]]
  // CHECK-NEXT: %[[I:.*]] = sinter.slice %[[H]] starts [0, 0] limits [5, 4] strides [1, 1]
  // CHECK-NEXT: %[[J:.*]] = sinter.pad %[[I]] low [1, 0] high [0, 0]
  // CHECK-NEXT: %[[K:.*]] = sinter.transpose %[[J]] perm [1, 0]
  // CHECK-NEXT: sinter.return outputs(%[[K]]
  %g = sinter.gradient %4, %d, %x ys 1 : (tensor<4x7xf32>, tensor<4x7xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  sinter.return outputs(%g : tensor<4x6xf32>) names ["dx"] symbols []
}

// A tie of reduce_max shares the cotangent equally.
// CHECK-LABEL: @reduce name
sinter.entry @reduce name("e") kind(train) batch(0) inputs ["x", "d"] {
^bb0(%x: tensor<4x6xf32>, %d: tensor<4xf32>):
  %0 = sinter.reduce_max %x axes [1] {keepdims = true} : (tensor<4x6xf32>) -> tensor<4x1xf32>
  %1 = sinter.sub %x, %0 : (tensor<4x6xf32>, tensor<4x1xf32>) -> tensor<4x6xf32>
  %2 = sinter.sum %1 axes [1] : (tensor<4x6xf32>) -> tensor<4xf32>
  // CHECK: %[[MAX:.*]] = sinter.reduce_max
  // CHECK: sinter.reshape %d : (tensor<4xf32>) -> tensor<4x1xf32>
  // CHECK-NEXT: %[[B:.*]] = sinter.broadcast_to
  // CHECK: %[[N:.*]] = sinter.neg
  // CHECK-NEXT: %[[HIT:.*]] = sinter.compare "eq" %x, %[[MAX]]
  // CHECK-NEXT: %[[ONES:.*]] = sinter.cast %[[HIT]]
  // CHECK-NEXT: %[[COUNT:.*]] = sinter.sum %[[ONES]] axes [1] {keepdims = true}
  // CHECK-NEXT: %[[SHARE:.*]] = sinter.div %[[N]], %[[COUNT]]
  // CHECK: %[[S:.*]] = sinter.select %[[HIT]], %[[SHARE]], %{{.*}}
  // CHECK-NEXT: %[[DX:.*]] = sinter.add %[[B]], %[[S]]
  // CHECK-NEXT: sinter.return outputs(%[[DX]]
  %g = sinter.gradient %2, %d, %x ys 1 : (tensor<4xf32>, tensor<4xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  sinter.return outputs(%g : tensor<4x6xf32>) names ["dx"] symbols []
}

// CHECK-LABEL: @rows name
sinter.entry @rows name("e") kind(train) batch(0) inputs ["x", "d"] {
^bb0(%x: tensor<4x6xf32>, %d: tensor<4x6xf32>):
  %0 = sinter.softmax %x axis 1 : (tensor<4x6xf32>) -> tensor<4x6xf32>
  %1 = sinter.log_softmax %0 axis 0 : (tensor<4x6xf32>) -> tensor<4x6xf32>
  // CHECK: %[[P:.*]] = sinter.softmax
  // CHECK: %[[L:.*]] = sinter.log_softmax
  // CHECK-NEXT: %[[E:.*]] = sinter.exp %[[L]]
  // CHECK-NEXT: %[[T:.*]] = sinter.sum %d axes [0] {keepdims = true}
  // CHECK-NEXT: %[[M:.*]] = sinter.mul %[[E]], %[[T]]
  // CHECK-NEXT: %[[D:.*]] = sinter.sub %d, %[[M]]
  // CHECK-NEXT: %[[W:.*]] = sinter.mul %[[D]], %[[P]]
  // CHECK-NEXT: %[[S:.*]] = sinter.sum %[[W]] axes [1] {keepdims = true}
  // CHECK-NEXT: %[[U:.*]] = sinter.mul %[[P]], %[[S]]
  // CHECK-NEXT: %[[DX:.*]] = sinter.sub %[[W]], %[[U]]
  // CHECK-NEXT: sinter.return outputs(%[[DX]]
  %g = sinter.gradient %1, %d, %x ys 1 : (tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  sinter.return outputs(%g : tensor<4x6xf32>) names ["dx"] symbols []
}

// Both gradients of a product are products; no operand is copied to be transposed.
// CHECK-LABEL: @products name
sinter.entry @products name("e") kind(train) batch(0) inputs ["x", "y", "d"] {
^bb0(%x: tensor<5x2x3xf32>, %y: tensor<4x3xf32>, %d: tensor<5x2x4xf32>):
  %0 = sinter.matmul %x, %y {transpose_b = true} : (tensor<5x2x3xf32>, tensor<4x3xf32>) -> tensor<5x2x4xf32>
  // CHECK: %[[DX:.*]] = sinter.matmul %d, %y : (tensor<5x2x4xf32>, tensor<4x3xf32>) -> tensor<5x2x3xf32>
  // CHECK-NEXT: %[[B:.*]] = sinter.matmul %d, %x {transpose_a = true} : (tensor<5x2x4xf32>, tensor<5x2x3xf32>) -> tensor<5x4x3xf32>
  // The batch axis that y was broadcast along is summed.
  // CHECK-NEXT: %[[DY:.*]] = sinter.sum %[[B]] axes [0] : (tensor<5x4x3xf32>) -> tensor<4x3xf32>
  // CHECK-NEXT: sinter.return outputs(%[[DX]], %[[DY]]
  %g:2 = sinter.gradient %0, %d, %x, %y ys 1 : (tensor<5x2x4xf32>, tensor<5x2x4xf32>, tensor<5x2x3xf32>, tensor<4x3xf32>)
      -> (tensor<5x2x3xf32>, tensor<4x3xf32>)
  sinter.return outputs(%g#0, %g#1 : tensor<5x2x3xf32>, tensor<4x3xf32>) names ["dx", "dy"] symbols []
}

// (softmax - onehot) * dy, without a gradient for the labels.
// CHECK-LABEL: @cross_entropy name
sinter.entry @cross_entropy name("e") kind(train) batch(0) inputs ["x", "l", "d"] {
^bb0(%x: tensor<2x4xf32>, %l: tensor<2xi32>, %d: tensor<2xf32>):
  %0 = sinter.softmax_cross_entropy %x, %l : (tensor<2x4xf32>, tensor<2xi32>) -> tensor<2xf32>
  // CHECK: %[[L:.*]] = sinter.reshape %l : (tensor<2xi32>) -> tensor<2x1xi32>
  // CHECK-NEXT: %[[I:.*]] = sinter.iota 1 : tensor<2x4xi32>
  // CHECK-NEXT: %[[H:.*]] = sinter.compare "eq" %[[I]], %[[L]]
  // CHECK-NEXT: %[[O:.*]] = sinter.cast %[[H]] : (tensor<2x4xi1>) -> tensor<2x4xf32>
  // CHECK-DAG: %[[P:.*]] = sinter.softmax %x axis 1
  // CHECK-DAG: %[[S:.*]] = sinter.sub %[[P]], %[[O]]
  // CHECK-DAG: %[[D:.*]] = sinter.reshape %d : (tensor<2xf32>) -> tensor<2x1xf32>
  // CHECK: %[[DX:.*]] = sinter.mul %[[S]], %[[D]]
  // CHECK-NEXT: sinter.return outputs(%[[DX]]
  %g = sinter.gradient %0, %d, %x ys 1 : (tensor<2xf32>, tensor<2xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  sinter.return outputs(%g : tensor<2x4xf32>) names ["dx"] symbols []
}

// CHECK-LABEL: @choice name
sinter.entry @choice name("e") kind(train) batch(0) inputs ["c", "x", "y", "d"] {
^bb0(%c: tensor<3xi1>, %x: tensor<3xf32>, %y: tensor<f32>, %d: tensor<3xf32>):
  %0 = sinter.select %c, %x, %y : (tensor<3xi1>, tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  %1 = sinter.min %0, %x : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  // CHECK: sinter.compare "lt"
  // CHECK: sinter.select %c, %{{.*}}, %[[Z:.*]] :
  // CHECK: sinter.select %c, %[[Z]], %{{.*}} :
  // CHECK-NEXT: %[[DY:.*]] = sinter.sum %{{.*}} axes [0] : (tensor<3xf32>) -> tensor<f32>
  // CHECK: sinter.return outputs(%{{.*}}, %[[DY]]
  %g:2 = sinter.gradient %1, %d, %x, %y ys 1 : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<f32>) -> (tensor<3xf32>, tensor<f32>)
  sinter.return outputs(%g#0, %g#1 : tensor<3xf32>, tensor<f32>) names ["dx", "dy"] symbols []
}
