// Attention is found among plain ops: elementwise work on whole scores goes inside, with indices; what it reads is an extra.
// What others read, or what has a gradient of the scores' size, stays as it is, and says why.
// RUN: sinter-opt --form-streams="fewest=0 narrowest=2" --split-input-file %s | FileCheck %s
// RUN: sinter-opt --form-streams="fewest=0 narrowest=2" --differentiate --simplify --split-input-file %s | FileCheck %s --check-prefix=GRADIENT

// CHECK-LABEL: @causal
// CHECK: %[[K:.*]] = sinter.transpose %k perm [0, 2, 1]
// CHECK: sinter.attention %q, %[[K]], %v extras(%m) block 64
// CHECK: ^bb0(%[[S:.*]]: tensor<2x9x11xf32>, %[[M:.*]]: tensor<9x1xf32>):
// CHECK-DAG: sinter.iota 0 : tensor<9x1xi32>
// CHECK-DAG: sinter.iota 1 : tensor<1x11xi32>
// CHECK-DAG: sinter.compare "le"
// CHECK-DAG: %[[E:.*]] = sinter.mul %[[S]], %[[M]]
// CHECK: %[[X:.*]] = sinter.select %{{.*}}, %[[E]], %{{.*}}
// CHECK: sinter.yield %[[X]]
// CHECK-NOT: sinter.softmax
sinter.entry @causal name("causal") kind(predict) batch(2) inputs ["q", "k", "v", "m"] {
^bb0(%q: tensor<2x9x5xf32>, %k: tensor<2x5x11xf32>, %v: tensor<2x11x4xf32>, %m: tensor<9x1xf32>):
  %never = sinter.constant dense<0xFF800000> : tensor<f32>
  %i = sinter.iota 0 : tensor<9x1xi32>
  %j = sinter.iota 1 : tensor<1x11xi32>
  %past = sinter.compare "le" %j, %i : (tensor<1x11xi32>, tensor<9x1xi32>) -> tensor<9x11xi1>
  %s = sinter.matmul %q, %k : (tensor<2x9x5xf32>, tensor<2x5x11xf32>) -> tensor<2x9x11xf32>
  %e = sinter.mul %s, %m : (tensor<2x9x11xf32>, tensor<9x1xf32>) -> tensor<2x9x11xf32>
  %x = sinter.select %past, %e, %never : (tensor<9x11xi1>, tensor<2x9x11xf32>, tensor<f32>) -> tensor<2x9x11xf32>
  %p = sinter.softmax %x axis 2 : (tensor<2x9x11xf32>) -> tensor<2x9x11xf32>
  %y = sinter.matmul %p, %v : (tensor<2x9x11xf32>, tensor<2x11x4xf32>) -> tensor<2x9x4xf32>
  sinter.return outputs(%y : tensor<2x9x4xf32>) names ["y"] symbols []
}

// -----

// CHECK-LABEL: @read
// CHECK-NOT: sinter.attention
// CHECK: sinter.softmax {{.*}}notes = ["not streamed: its scores are read by exp, too"]
sinter.entry @read name("read") kind(predict) batch(2) inputs ["q", "k", "v"] {
^bb0(%q: tensor<2x9x5xf32>, %k: tensor<2x11x5xf32>, %v: tensor<2x11x4xf32>):
  %s = sinter.matmul %q, %k {transpose_b = true} : (tensor<2x9x5xf32>, tensor<2x11x5xf32>) -> tensor<2x9x11xf32>
  %o = sinter.exp %s : (tensor<2x9x11xf32>) -> tensor<2x9x11xf32>
  %p = sinter.softmax %s axis 2 : (tensor<2x9x11xf32>) -> tensor<2x9x11xf32>
  %y = sinter.matmul %p, %v : (tensor<2x9x11xf32>, tensor<2x11x4xf32>) -> tensor<2x9x4xf32>
  sinter.return outputs(%y, %o : tensor<2x9x4xf32>, tensor<2x9x11xf32>) names ["y", "o"] symbols []
}

// -----

// CHECK-LABEL: @weights
// CHECK-NOT: sinter.attention
sinter.entry @weights name("weights") kind(predict) batch(2) inputs ["q", "k", "v"] {
^bb0(%q: tensor<2x9x5xf32>, %k: tensor<2x11x5xf32>, %v: tensor<2x11x4xf32>):
  %s = sinter.matmul %q, %k {transpose_b = true} : (tensor<2x9x5xf32>, tensor<2x11x5xf32>) -> tensor<2x9x11xf32>
  %p = sinter.softmax %s axis 2 : (tensor<2x9x11xf32>) -> tensor<2x9x11xf32>
  %y = sinter.matmul %p, %v : (tensor<2x9x11xf32>, tensor<2x11x4xf32>) -> tensor<2x9x4xf32>
  sinter.return outputs(%y, %p : tensor<2x9x4xf32>, tensor<2x9x11xf32>) names ["y", "p"] symbols []
}

// -----

// CHECK-LABEL: @columns
// CHECK-NOT: sinter.attention
sinter.entry @columns name("columns") kind(predict) batch(2) inputs ["q", "k", "v"] {
^bb0(%q: tensor<2x9x5xf32>, %k: tensor<2x11x5xf32>, %v: tensor<2x11x4xf32>):
  %s = sinter.matmul %q, %k {transpose_b = true} : (tensor<2x9x5xf32>, tensor<2x11x5xf32>) -> tensor<2x9x11xf32>
  %p = sinter.softmax %s axis 1 : (tensor<2x9x11xf32>) -> tensor<2x9x11xf32>
  %y = sinter.matmul %p, %v : (tensor<2x9x11xf32>, tensor<2x11x4xf32>) -> tensor<2x9x4xf32>
  sinter.return outputs(%y : tensor<2x9x4xf32>) names ["y"] symbols []
}

// -----

// CHECK-LABEL: @broadcast
// CHECK: notes = ["not streamed: its operands broadcast along the batch"]
sinter.entry @broadcast name("broadcast") kind(predict) batch(2) inputs ["q", "k", "v"] {
^bb0(%q: tensor<2x9x5xf32>, %k: tensor<2x11x5xf32>, %v: tensor<11x4xf32>):
  %s = sinter.matmul %q, %k {transpose_b = true} : (tensor<2x9x5xf32>, tensor<2x11x5xf32>) -> tensor<2x9x11xf32>
  %p = sinter.softmax %s axis 2 : (tensor<2x9x11xf32>) -> tensor<2x9x11xf32>
  %y = sinter.matmul %p, %v : (tensor<2x9x11xf32>, tensor<11x4xf32>) -> tensor<2x9x4xf32>
  sinter.return outputs(%y : tensor<2x9x4xf32>) names ["y"] symbols []
}

// -----

// CHECK-LABEL: @long
// CHECK: notes = ["not streamed: its rows are longer than 512"]
sinter.entry @long name("long") kind(predict) batch(2) inputs ["q", "k", "v"] {
^bb0(%q: tensor<2x9x5xf32>, %k: tensor<2x11x5xf32>, %v: tensor<2x11x513xf32>):
  %s = sinter.matmul %q, %k {transpose_b = true} : (tensor<2x9x5xf32>, tensor<2x11x5xf32>) -> tensor<2x9x11xf32>
  %p = sinter.softmax %s axis 2 : (tensor<2x9x11xf32>) -> tensor<2x9x11xf32>
  %y = sinter.matmul %p, %v : (tensor<2x9x11xf32>, tensor<2x11x513xf32>) -> tensor<2x9x513xf32>
  sinter.return outputs(%y : tensor<2x9x513xf32>) names ["y"] symbols []
}

// -----

// The gradient has the slope of the scores in its region, and no sum of the size of an extra.
// CHECK-LABEL: @differentiated
// CHECK: sinter.attention
// GRADIENT-LABEL: @differentiated
// GRADIENT: %[[Y:.*]], %[[L:.*]] = sinter.attention %q, %k, %v extras(%m) block 64
// GRADIENT: %[[P:.*]] = sinter.mul %dy, %[[Y]]
// GRADIENT: %[[D:.*]] = sinter.sum %[[P]] axes [2] : (tensor<2x9x4xf32>) -> tensor<2x9xf32>
// GRADIENT: sinter.attention_gradient %q, %k, %v statistics %[[L]] cotangent %dy delta %[[D]] extras(%m)
// GRADIENT: ^bb0(%[[S:.*]]: tensor<2x9x11xf32>, %[[M:.*]]: tensor<11xf32>):
// GRADIENT: %[[X:.*]] = sinter.mul %[[S]], %[[M]]
// GRADIENT: %[[G:.*]] = sinter.mul %[[M]], %{{.*}}
// GRADIENT-NEXT: sinter.yield %[[X]], %[[G]]
sinter.entry @differentiated name("differentiated") kind(predict) batch(2) inputs ["q", "k", "v", "m", "dy"] {
^bb0(%q: tensor<2x9x5xf32>, %k: tensor<2x11x5xf32>, %v: tensor<2x11x4xf32>, %m: tensor<11xf32>, %dy: tensor<2x9x4xf32>):
  %s = sinter.matmul %q, %k {transpose_b = true} : (tensor<2x9x5xf32>, tensor<2x11x5xf32>) -> tensor<2x9x11xf32>
  %x = sinter.mul %s, %m : (tensor<2x9x11xf32>, tensor<11xf32>) -> tensor<2x9x11xf32>
  %p = sinter.softmax %x axis 2 : (tensor<2x9x11xf32>) -> tensor<2x9x11xf32>
  %y = sinter.matmul %p, %v : (tensor<2x9x11xf32>, tensor<2x11x4xf32>) -> tensor<2x9x4xf32>
  %d:3 = sinter.gradient %y, %dy, %q, %k, %v ys 1 : (tensor<2x9x4xf32>, tensor<2x9x4xf32>, tensor<2x9x5xf32>, tensor<2x11x5xf32>, tensor<2x11x4xf32>) -> (tensor<2x9x5xf32>, tensor<2x11x5xf32>, tensor<2x11x4xf32>)
  sinter.return outputs(%d#0, %d#1, %d#2 : tensor<2x9x5xf32>, tensor<2x11x5xf32>, tensor<2x11x4xf32>) names ["d0", "d1", "d2"] symbols []
}

// -----

// CHECK-LABEL: @bias
// CHECK: notes = ["not streamed: what is put into its scores has a gradient of their size"]
sinter.entry @bias name("bias") kind(predict) batch(2) inputs ["q", "k", "v", "m", "dy"] {
^bb0(%q: tensor<2x9x5xf32>, %k: tensor<2x11x5xf32>, %v: tensor<2x11x4xf32>, %m: tensor<2x9x11xf32>, %dy: tensor<2x9x4xf32>):
  %s = sinter.matmul %q, %k {transpose_b = true} : (tensor<2x9x5xf32>, tensor<2x11x5xf32>) -> tensor<2x9x11xf32>
  %x = sinter.add %s, %m : (tensor<2x9x11xf32>, tensor<2x9x11xf32>) -> tensor<2x9x11xf32>
  %p = sinter.softmax %x axis 2 : (tensor<2x9x11xf32>) -> tensor<2x9x11xf32>
  %y = sinter.matmul %p, %v : (tensor<2x9x11xf32>, tensor<2x11x4xf32>) -> tensor<2x9x4xf32>
  %d:2 = sinter.gradient %y, %dy, %q, %m ys 1 : (tensor<2x9x4xf32>, tensor<2x9x4xf32>, tensor<2x9x5xf32>, tensor<2x9x11xf32>) -> (tensor<2x9x5xf32>, tensor<2x9x11xf32>)
  sinter.return outputs(%d#0, %d#1 : tensor<2x9x5xf32>, tensor<2x9x11xf32>) names ["d0", "d1"] symbols []
}

// -----

// A gradient of a gradient goes through the plain ops.
// CHECK-LABEL: @twice
// CHECK-NOT: sinter.attention
sinter.entry @twice name("twice") kind(predict) batch(2) inputs ["q", "k", "v", "dy"] {
^bb0(%q: tensor<2x9x5xf32>, %k: tensor<2x11x5xf32>, %v: tensor<2x11x4xf32>, %dy: tensor<2x9x4xf32>):
  %s = sinter.matmul %q, %k {transpose_b = true} : (tensor<2x9x5xf32>, tensor<2x11x5xf32>) -> tensor<2x9x11xf32>
  %p = sinter.softmax %s axis 2 : (tensor<2x9x11xf32>) -> tensor<2x9x11xf32>
  %y = sinter.matmul %p, %v : (tensor<2x9x11xf32>, tensor<2x11x4xf32>) -> tensor<2x9x4xf32>
  %d = sinter.gradient %y, %dy, %q ys 1 : (tensor<2x9x4xf32>, tensor<2x9x4xf32>, tensor<2x9x5xf32>) -> tensor<2x9x5xf32>
  %dd = sinter.gradient %d, %q, %k ys 1 : (tensor<2x9x5xf32>, tensor<2x9x5xf32>, tensor<2x11x5xf32>) -> tensor<2x11x5xf32>
  sinter.return outputs(%dd : tensor<2x11x5xf32>) names ["dd"] symbols []
}

// -----

// Few scores, or few queries for many keys, are stored.
// RUN: sinter-opt --form-streams --split-input-file %s | FileCheck %s --check-prefix=FEW
// CHECK-LABEL: @few
// FEW-NOT: sinter.attention
// FEW-LABEL: @few
// FEW: sinter.softmax
// FEW-LABEL: @narrow
// FEW: sinter.softmax
// FEW-LABEL: @enough
// FEW: sinter.attention
sinter.entry @few name("few") kind(predict) batch(0) inputs ["q", "k"] {
^bb0(%q: tensor<63x5xf32>, %k: tensor<65x5xf32>):
  %s = sinter.matmul %q, %k {transpose_b = true} : (tensor<63x5xf32>, tensor<65x5xf32>) -> tensor<63x65xf32>
  %p = sinter.softmax %s axis 1 : (tensor<63x65xf32>) -> tensor<63x65xf32>
  %y = sinter.matmul %p, %k : (tensor<63x65xf32>, tensor<65x5xf32>) -> tensor<63x5xf32>
  sinter.return outputs(%y : tensor<63x5xf32>) names ["y"] symbols []
}
sinter.entry @narrow name("narrow") kind(predict) batch(0) inputs ["q", "k"] {
^bb0(%q: tensor<31x5xf32>, %k: tensor<1000x5xf32>):
  %s = sinter.matmul %q, %k {transpose_b = true} : (tensor<31x5xf32>, tensor<1000x5xf32>) -> tensor<31x1000xf32>
  %p = sinter.softmax %s axis 1 : (tensor<31x1000xf32>) -> tensor<31x1000xf32>
  %y = sinter.matmul %p, %k : (tensor<31x1000xf32>, tensor<1000x5xf32>) -> tensor<31x5xf32>
  sinter.return outputs(%y : tensor<31x5xf32>) names ["y"] symbols []
}
sinter.entry @enough name("enough") kind(predict) batch(0) inputs ["q", "k"] {
^bb0(%q: tensor<64x5xf32>, %k: tensor<64x5xf32>):
  %s = sinter.matmul %q, %k {transpose_b = true} : (tensor<64x5xf32>, tensor<64x5xf32>) -> tensor<64x64xf32>
  %p = sinter.softmax %s axis 1 : (tensor<64x64xf32>) -> tensor<64x64xf32>
  %y = sinter.matmul %p, %k : (tensor<64x64xf32>, tensor<64x5xf32>) -> tensor<64x5xf32>
  sinter.return outputs(%y : tensor<64x5xf32>) names ["y"] symbols []
}
