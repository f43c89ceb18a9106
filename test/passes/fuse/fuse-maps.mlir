// RUN: sinter-opt --fuse-maps %s | FileCheck %s

module @m {
  // A loss, its backward pass and the accuracy rows are one kernel over rows of 10.
  // CHECK-LABEL: sinter.entry @loss
  // CHECK: %[[ROWS:.*]]:3 = sinter.fused map
  // CHECK-SAME: algorithm <lanes 16>
  // CHECK: sinter.softmax_cross_entropy
  // CHECK: sinter.softmax
  // CHECK: sinter.mul
  // CHECK: sinter.argmax
  // CHECK: sinter.compare
  // CHECK: sinter.yield
  // Both sums over the batch are one kernel more.
  // CHECK: sinter.fused map(%[[ROWS]]#0, %[[ROWS]]#2)
  // CHECK: sinter.sum
  // CHECK: sinter.sum
  // CHECK: sinter.return
  sinter.entry @loss name("loss") kind(predict) batch(0) inputs ["l", "y", "d"] {
  ^bb0(%l: tensor<16x10xf32>, %y: tensor<16xi32>, %d: tensor<16x1xf32>):
    %ce = sinter.softmax_cross_entropy %l, %y : (tensor<16x10xf32>, tensor<16xi32>) -> tensor<16xf32>
    %loss = sinter.sum %ce axes [0] : (tensor<16xf32>) -> tensor<f32>
    %p = sinter.softmax %l axis 1 : (tensor<16x10xf32>) -> tensor<16x10xf32>
    %dl = sinter.mul %p, %d : (tensor<16x10xf32>, tensor<16x1xf32>) -> tensor<16x10xf32>
    %a = sinter.argmax %l axis 1 : (tensor<16x10xf32>) -> tensor<16xi32>
    %e = sinter.compare "eq" %a, %y : (tensor<16xi32>, tensor<16xi32>) -> tensor<16xi1>
    %ef = sinter.cast %e : (tensor<16xi1>) -> tensor<16xf32>
    %acc = sinter.sum %ef axes [0] : (tensor<16xf32>) -> tensor<f32>
    sinter.return outputs(%loss, %dl, %acc : tensor<f32>, tensor<16x10xf32>, tensor<f32>) names ["loss", "dl", "acc"] symbols []
  }

  // A bias gradient and its update: a sum over the outer dim (one chain) and a row value.
  // CHECK-LABEL: sinter.entry @bias
  // CHECK: sinter.fused map
  // CHECK-SAME: algorithm <chain>
  // CHECK: sinter.sum
  // CHECK-NEXT: sinter.mul
  // CHECK-NEXT: sinter.sub
  // CHECK-NEXT: sinter.yield
  sinter.entry @bias name("bias") kind(predict) batch(0) inputs ["d", "b", "lr"] {
  ^bb0(%d: tensor<16x10xf32>, %b: tensor<10xf32>, %lr: tensor<f32>):
    %g = sinter.sum %d axes [0] : (tensor<16x10xf32>) -> tensor<10xf32>
    %s = sinter.mul %lr, %g : (tensor<f32>, tensor<10xf32>) -> tensor<10xf32>
    %n = sinter.sub %b, %s : (tensor<10xf32>, tensor<10xf32>) -> tensor<10xf32>
    sinter.return outputs(%n : tensor<10xf32>) names ["n"] symbols []
  }

  // Sums over rows and over columns can not share a kernel; the reason is kept.
  // CHECK-LABEL: sinter.entry @apart
  // CHECK: sinter.fused map
  // CHECK-SAME: notes = ["sum apart from sum: sums in another order"]
  // CHECK: sinter.fused map
  // CHECK-SAME: notes = ["sum apart from sum: sums in another order"]
  sinter.entry @apart name("apart") kind(predict) batch(0) inputs ["x"] {
  ^bb0(%x: tensor<16x10xf32>):
    %r = sinter.sum %x axes [1] : (tensor<16x10xf32>) -> tensor<16xf32>
    %c = sinter.sum %x axes [0] : (tensor<16x10xf32>) -> tensor<10xf32>
    sinter.return outputs(%r, %c : tensor<16xf32>, tensor<10xf32>) names ["r", "c"] symbols []
  }

  // The product lies between exp and sub: one kernel would need its own result.
  // CHECK-LABEL: sinter.entry @cycle
  // CHECK: sinter.fused map
  // CHECK: sinter.exp
  // CHECK: sinter.matmul
  // CHECK: sinter.fused map
  // CHECK-SAME: sub apart from exp: one needs the other through other work
  // CHECK: sinter.sum
  // CHECK-NEXT: sinter.sub
  sinter.entry @cycle name("cycle") kind(predict) batch(0) inputs ["x"] {
  ^bb0(%x: tensor<16x10xf32>):
    %e = sinter.exp %x : (tensor<16x10xf32>) -> tensor<16x10xf32>
    %w = sinter.constant dense<1.0> : tensor<10x10xf32>
    %m = sinter.matmul %e, %w : (tensor<16x10xf32>, tensor<10x10xf32>) -> tensor<16x10xf32>
    %s = sinter.sum %m axes [0] : (tensor<16x10xf32>) -> tensor<10xf32>
    %d = sinter.sub %e, %s : (tensor<16x10xf32>, tensor<10xf32>) -> tensor<16x10xf32>
    sinter.return outputs(%d : tensor<16x10xf32>) names ["d"] symbols []
  }

  // A view that only drops dims of size 1 is looked through.
  // CHECK-LABEL: sinter.entry @view
  // CHECK: sinter.fused map
  // CHECK: sinter.sum
  // CHECK-NEXT: sinter.reshape
  // CHECK-NEXT: sinter.exp
  sinter.entry @view name("view") kind(predict) batch(0) inputs ["x"] {
  ^bb0(%x: tensor<16x10xf32>):
    %s = sinter.sum %x axes [1] {keepdims = true} : (tensor<16x10xf32>) -> tensor<16x1xf32>
    %v = sinter.reshape %s : (tensor<16x1xf32>) -> tensor<16xf32>
    %e = sinter.exp %v : (tensor<16xf32>) -> tensor<16xf32>
    sinter.return outputs(%e : tensor<16xf32>) names ["e"] symbols []
  }

  // A softmax along the batch is no part of the loss's kernel, whose rows are examples.
  // CHECK-LABEL: sinter.entry @axes
  // CHECK: sinter.fused map
  // CHECK-SAME: softmax_cross_entropy apart from softmax: sums in another order
  // CHECK: sinter.softmax_cross_entropy
  // CHECK-NEXT: sinter.yield
  // CHECK: sinter.fused map
  // CHECK: sinter.softmax
  // CHECK-NEXT: sinter.yield
  sinter.entry @axes name("axes") kind(predict) batch(0) inputs ["l", "y"] {
  ^bb0(%l: tensor<16x10xf32>, %y: tensor<16xi32>):
    %ce = sinter.softmax_cross_entropy %l, %y : (tensor<16x10xf32>, tensor<16xi32>) -> tensor<16xf32>
    %p = sinter.softmax %l axis 0 : (tensor<16x10xf32>) -> tensor<16x10xf32>
    sinter.return outputs(%ce, %p : tensor<16xf32>, tensor<16x10xf32>) names ["ce", "p"] symbols []
  }
}
