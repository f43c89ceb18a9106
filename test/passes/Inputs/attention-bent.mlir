// Attention with factors that lie the other way, scores that are used twice or have no slope, and gradients that are not all
// wanted.
module @bent {
  sinter.entry @turned name("turned") kind(predict) batch(0) inputs ["q", "k", "v", "t", "dy"] {
  ^bb0(%q: tensor<2x5x64xf32>, %k: tensor<2x5x65xf32>, %v: tensor<2x4x65xf32>, %t: tensor<f32>, %dy: tensor<2x64x4xf32>):
    %s = sinter.matmul %q, %k {transpose_a = true, transpose_b = false} : (tensor<2x5x64xf32>, tensor<2x5x65xf32>) -> tensor<2x64x65xf32>
    %a = sinter.tanh %s : (tensor<2x64x65xf32>) -> tensor<2x64x65xf32>
    %b = sinter.mul %a, %a : (tensor<2x64x65xf32>, tensor<2x64x65xf32>) -> tensor<2x64x65xf32>
    %c = sinter.mul %s, %t : (tensor<2x64x65xf32>, tensor<f32>) -> tensor<2x64x65xf32>
    %d = sinter.add %b, %c : (tensor<2x64x65xf32>, tensor<2x64x65xf32>) -> tensor<2x64x65xf32>
    %p = sinter.softmax %d axis 2 : (tensor<2x64x65xf32>) -> tensor<2x64x65xf32>
    %y = sinter.matmul %p, %v {transpose_a = false, transpose_b = true} : (tensor<2x64x65xf32>, tensor<2x4x65xf32>) -> tensor<2x64x4xf32>
    %g:3 = sinter.gradient %y, %dy, %q, %k, %v ys 1 : (tensor<2x64x4xf32>, tensor<2x64x4xf32>, tensor<2x5x64xf32>, tensor<2x5x65xf32>, tensor<2x4x65xf32>)
        -> (tensor<2x5x64xf32>, tensor<2x5x65xf32>, tensor<2x4x65xf32>)
    sinter.return outputs(%y, %g#0, %g#1, %g#2 : tensor<2x64x4xf32>, tensor<2x5x64xf32>, tensor<2x5x65xf32>, tensor<2x4x65xf32>) names ["y", "dq", "dk", "dv"] symbols []
  }
  // Each score is its whole part, but for places: rows of one, so that their index is 0.
  sinter.entry @flat name("flat") kind(predict) batch(0) inputs ["q", "k", "v", "dy"] {
  ^bb0(%q: tensor<2x9x5xf32>, %k: tensor<2x11x5xf32>, %v: tensor<2x11x4xf32>, %dy: tensor<2x9x4xf32>):
    %y, %l = sinter.attention %q, %k, %v block 64 : (tensor<2x9x5xf32>, tensor<2x11x5xf32>, tensor<2x11x4xf32>) -> (tensor<2x9x4xf32>, tensor<2x9xf32>) {
    ^bb0(%s: tensor<2x9x11xf32>):
      %0 = sinter.floor %s : (tensor<2x9x11xf32>) -> tensor<2x9x11xf32>
      %1 = sinter.iota 1 : tensor<1x1x11xi32>
      %2 = sinter.cast %1 : (tensor<1x1x11xi32>) -> tensor<1x1x11xf32>
      %3 = sinter.iota 0 : tensor<1x1x11xf32>
      %4 = sinter.add %2, %3 : (tensor<1x1x11xf32>, tensor<1x1x11xf32>) -> tensor<1x1x11xf32>
      %5 = sinter.add %0, %4 : (tensor<2x9x11xf32>, tensor<1x1x11xf32>) -> tensor<2x9x11xf32>
      sinter.yield %5 : tensor<2x9x11xf32>
    }
    %g:3 = sinter.gradient %y, %dy, %q, %k, %v ys 1 : (tensor<2x9x4xf32>, tensor<2x9x4xf32>, tensor<2x9x5xf32>, tensor<2x11x5xf32>, tensor<2x11x4xf32>)
        -> (tensor<2x9x5xf32>, tensor<2x11x5xf32>, tensor<2x11x4xf32>)
    sinter.return outputs(%y, %g#0, %g#1, %g#2 : tensor<2x9x4xf32>, tensor<2x9x5xf32>, tensor<2x11x5xf32>, tensor<2x11x4xf32>) names ["y", "dq", "dk", "dv"] symbols []
  }
  // Of three gradients one.
  sinter.entry @values name("values") kind(predict) batch(0) inputs ["q", "k", "v", "dy"] {
  ^bb0(%q: tensor<2x64x5xf32>, %k: tensor<2x65x5xf32>, %v: tensor<2x65x4xf32>, %dy: tensor<2x64x4xf32>):
    %s = sinter.matmul %q, %k {transpose_a = false, transpose_b = true} : (tensor<2x64x5xf32>, tensor<2x65x5xf32>) -> tensor<2x64x65xf32>
    %p = sinter.softmax %s axis 2 : (tensor<2x64x65xf32>) -> tensor<2x64x65xf32>
    %y = sinter.matmul %p, %v : (tensor<2x64x65xf32>, tensor<2x65x4xf32>) -> tensor<2x64x4xf32>
    %g = sinter.gradient %y, %dy, %v ys 1 : (tensor<2x64x4xf32>, tensor<2x64x4xf32>, tensor<2x65x4xf32>) -> tensor<2x65x4xf32>
    sinter.return outputs(%y, %g : tensor<2x64x4xf32>, tensor<2x65x4xf32>) names ["y", "dv"] symbols []
  }
  // No attention: weights of columns, and products of nothing.
  sinter.entry @columns name("columns") kind(predict) batch(0) inputs ["q", "k", "v", "e"] {
  ^bb0(%q: tensor<2x64x5xf32>, %k: tensor<2x65x5xf32>, %v: tensor<2x65x4xf32>, %e: tensor<2x64x0xf32>):
    %s = sinter.matmul %q, %k {transpose_a = false, transpose_b = true} : (tensor<2x64x5xf32>, tensor<2x65x5xf32>) -> tensor<2x64x65xf32>
    %p = sinter.softmax %s axis 1 : (tensor<2x64x65xf32>) -> tensor<2x64x65xf32>
    %y = sinter.matmul %p, %v : (tensor<2x64x65xf32>, tensor<2x65x4xf32>) -> tensor<2x64x4xf32>
    %n = sinter.matmul %e, %e {transpose_a = false, transpose_b = true} : (tensor<2x64x0xf32>, tensor<2x64x0xf32>) -> tensor<2x64x64xf32>
    %o = sinter.softmax %n axis 2 : (tensor<2x64x64xf32>) -> tensor<2x64x64xf32>
    %z = sinter.matmul %o, %y : (tensor<2x64x64xf32>, tensor<2x64x4xf32>) -> tensor<2x64x4xf32>
    sinter.return outputs(%z : tensor<2x64x4xf32>) names ["z"] symbols []
  }
}
