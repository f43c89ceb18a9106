// Convolution, batch norm, ReLU and a residual add (Inputs/norm.mlir), in training and in prediction; then what is refused.
// RUN: sinter-opt --differentiate --fold --simplify --fuse-contractions --fuse-maps %S/../Inputs/norm.mlir | FileCheck %s --check-prefix=TRAIN
// RUN: sinter-opt --hoist-forms --simplify --fuse-contractions --fuse-maps %S/../Inputs/norm.mlir | FileCheck %s --check-prefix=PREDICT
// RUN: sinter-opt --hoist-forms --simplify --fuse-contractions --fuse-maps %s | FileCheck %s

// Sums of x and of x * x leave the convolution's epilogue; one kernel of a row a channel makes scale and shift of them.
// TRAIN-LABEL: sinter.entry @train
// TRAIN: %[[C1:.*]]:3 = sinter.fused contraction(%x, %w1)
// TRAIN-SAME: conv2d apart from mul: also needs a value that is made from the sums elsewhere
// TRAIN: %[[SUMS:.*]] = sinter.conv2d
// TRAIN-NEXT: %[[S1:.*]] = sinter.sum %[[SUMS]] axes [2, 3]
// TRAIN-NEXT: %[[XX:.*]] = sinter.mul %[[SUMS]], %[[SUMS]]
// TRAIN-NEXT: %[[S2:.*]] = sinter.sum %[[XX]] axes [2, 3]
// TRAIN-NEXT: sinter.yield %[[SUMS]], %[[S1]], %[[S2]]
// TRAIN: sinter.fused map(%[[C1]]#2, %[[C1]]#1, %g1, %b1)
// TRAIN: sinter.sqrt
// TRAIN: sinter.yield {{.*}} : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
// Normalise, scale and ReLU are one pass; no mask is stored.
// TRAIN: %[[A1:.*]] = sinter.fused map(%[[C1]]#0,
// TRAIN-NEXT: ^bb0
// TRAIN-NEXT: sinter.mul
// TRAIN-NEXT: sinter.add
// TRAIN-NEXT: %[[R:.*]] = sinter.relu
// TRAIN-NEXT: sinter.yield %[[R]] : tensor<4x8x6x8xf32>
// The second block adds the first one's result, and goes on with the loss and the mask of its own ReLU.
// TRAIN: %[[C2:.*]]:3 = sinter.fused contraction(%[[A1]], %w2)
// TRAIN: sinter.fused map(%[[C2]]#0, {{.*}}, %[[A1]])
// TRAIN: sinter.relu
// TRAIN: sinter.compare "le"
// TRAIN-NEXT: sinter.select
// Backward: the mask is made of the activation inside the epilogue, and both of batch norm's sums leave it.
// TRAIN: sinter.fused contraction(%[[A1]], {{.*}}, %w2,
// TRAIN: sinter.compare "le"
// TRAIN-NEXT: sinter.conv2d_input_gradient
// TRAIN-NEXT: sinter.add
// TRAIN-NEXT: sinter.select
// TRAIN-NEXT: sinter.sum {{.*}} axes [2, 3]
// TRAIN: sinter.sum {{.*}} axes [2, 3]
// TRAIN-NEXT: sinter.yield {{.*}} : tensor<4x8xf32>, tensor<4x8x6x8xf32>, tensor<4x8xf32>
// The updates of the weights are in the kernels that make their gradients.
// TRAIN: sinter.fused contraction(%{{.*}}, %[[A1]], %w2)
// TRAIN: sinter.conv2d_filter_gradient
// TRAIN-NEXT: sinter.mul
// TRAIN-NEXT: sinter.sub
// TRAIN-NEXT: sinter.yield {{.*}} : tensor<8x8x3x3xf32>
// TRAIN-NOT: -> {{.*}}xi1> {

// In prediction batch norm is an offset: its scale is in the weights, which are forms.
// PREDICT-LABEL: sinter.entry @predict
// PREDICT-DAG: %[[W1:.*]] = sinter.get @w1.prepared
// PREDICT-DAG: %[[W2:.*]] = sinter.get @w2.prepared
// PREDICT-DAG: %[[B1:.*]] = sinter.get @b1.prepared
// PREDICT-DAG: %[[B2:.*]] = sinter.get @b2.prepared
// PREDICT: %[[A1:.*]] = sinter.fused contraction(%x, %[[W1]], %[[B1]])
// PREDICT-NEXT: ^bb0
// PREDICT-NEXT: sinter.conv2d
// PREDICT-NEXT: sinter.add
// PREDICT-NEXT: sinter.relu
// PREDICT-NEXT: sinter.yield
// PREDICT: sinter.fused contraction(%[[A1]], %[[W2]], %[[B2]])
// PREDICT-NEXT: ^bb0
// PREDICT-NEXT: sinter.conv2d
// PREDICT-NEXT: sinter.add
// PREDICT-NEXT: sinter.add
// PREDICT-NEXT: sinter.relu
// PREDICT-NEXT: sinter.yield
// PREDICT-NEXT: }
// PREDICT-NEXT: sinter.return
// PREDICT: sinter.form @g1.prepared of @g1, @v1 : tensor<8xf32> refresh(prepare) {
// PREDICT: sinter.fused map
// PREDICT: sinter.sqrt
// PREDICT: sinter.form @b1.prepared of @b1, @m1, @g1.prepared
// PREDICT: sinter.form @w1.prepared of @w1, @g1.prepared
// PREDICT-NOT: sinter.sqrt
// PREDICT: sinter.form @g2.prepared of @g2, @v2
// PREDICT: sinter.form @b2.prepared of @b2, @m2, @g2.prepared
// PREDICT: sinter.form @w2.prepared of @w2, @g2.prepared

module @refused {
  sinter.symbol @w : tensor<8x3x3x3xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.symbol @s : tensor<8x1x1xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.symbol @p : tensor<1x8xf32> kind parameter init <normal, 0.0, 0.1>

  // The sums are needed without the scale, too: it stays behind them, in the epilogue.
  // CHECK-LABEL: sinter.entry @unscaled
  // CHECK-NOT: prepared
  // CHECK: sinter.conv2d
  // CHECK-NEXT: sinter.mul {{.*}}notes = ["not folded into parameters: what it scales is needed unscaled, too"]
  // CHECK-NEXT: sinter.relu
  // CHECK-NEXT: sinter.yield %{{.*}}, %{{.*}} :
  sinter.entry @unscaled name("unscaled") kind(predict) batch(4) inputs ["x"] {
  ^bb0(%x: tensor<4x3x6x8xf32>):
    %w = sinter.get @w : tensor<8x3x3x3xf32>
    %s = sinter.get @s : tensor<8x1x1xf32>
    %c = sinter.conv2d %x, %w {strides = array<i64: 1, 1>, low = array<i64: 1, 1>, high = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<4x3x6x8xf32>, tensor<8x3x3x3xf32>) -> tensor<4x8x6x8xf32>
    %n = sinter.mul %c, %s : (tensor<4x8x6x8xf32>, tensor<8x1x1xf32>) -> tensor<4x8x6x8xf32>
    %r = sinter.relu %n : (tensor<4x8x6x8xf32>) -> tensor<4x8x6x8xf32>
    sinter.return outputs(%r, %c : tensor<4x8x6x8xf32>, tensor<4x8x6x8xf32>) names ["r", "c"] symbols []
  }

  // A scale along the image's width is not one of the weight's axes.
  // CHECK-LABEL: sinter.entry @width
  // CHECK-NOT: prepared
  // CHECK: sinter.conv2d
  // CHECK-NEXT: sinter.mul {{.*}}notes = ["not folded into parameters: the scale does not go along an axis of a weight"]
  sinter.entry @width name("width") kind(predict) batch(4) inputs ["x"] {
  ^bb0(%x: tensor<4x3x6x8xf32>):
    %w = sinter.get @w : tensor<8x3x3x3xf32>
    %p = sinter.get @p : tensor<1x8xf32>
    %c = sinter.conv2d %x, %w {strides = array<i64: 1, 1>, low = array<i64: 1, 1>, high = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<4x3x6x8xf32>, tensor<8x3x3x3xf32>) -> tensor<4x8x6x8xf32>
    %n = sinter.mul %c, %p : (tensor<4x8x6x8xf32>, tensor<1x8xf32>) -> tensor<4x8x6x8xf32>
    sinter.return outputs(%n : tensor<4x8x6x8xf32>) names ["n"] symbols []
  }

  // Statistics of each position over batch and channels are no sums of the inner dims; what centres by them comes after.
  // CHECK-LABEL: sinter.entry @positions
  // CHECK: sinter.fused contraction
  // CHECK-SAME: conv2d apart from sub: also needs a value that is made from the sums elsewhere
  // CHECK-SAME: conv2d apart from sum: a sum over other than the inner dims, of which two and more stay
  // CHECK: sinter.conv2d
  // CHECK-NEXT: sinter.yield
  sinter.entry @positions name("positions") kind(train) batch(4) inputs ["x"] {
  ^bb0(%x: tensor<4x3x6x8xf32>):
    %w = sinter.get @w : tensor<8x3x3x3xf32>
    %c = sinter.conv2d %x, %w {strides = array<i64: 1, 1>, low = array<i64: 1, 1>, high = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<4x3x6x8xf32>, tensor<8x3x3x3xf32>) -> tensor<4x8x6x8xf32>
    %s = sinter.sum %c axes [0, 1] : (tensor<4x8x6x8xf32>) -> tensor<6x8xf32>
    %d = sinter.sub %c, %s : (tensor<4x8x6x8xf32>, tensor<6x8xf32>) -> tensor<4x8x6x8xf32>
    %r = sinter.relu %d : (tensor<4x8x6x8xf32>) -> tensor<4x8x6x8xf32>
    sinter.return outputs(%r : tensor<4x8x6x8xf32>) names ["r"] symbols []
  }
}
