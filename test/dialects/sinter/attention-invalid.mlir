// Attention: what its verifier refuses.
// RUN: sinter-opt %s --split-input-file --verify-diagnostics

sinter.entry @widths name("e") kind(predict) batch(0) inputs ["q", "k", "v", "m"] {
^bb0(%q: tensor<2x9x5xf32>, %k: tensor<2x11x5xf32>, %v: tensor<2x11x4xf32>, %m: tensor<3x1xi1>):
  // expected-error @+1 {{expects equal inner sizes, got 5 and 4}}
  %y, %l = sinter.attention %q, %v, %v block 64 : (tensor<2x9x5xf32>, tensor<2x11x4xf32>, tensor<2x11x4xf32>) -> (tensor<2x9x4xf32>, tensor<2x9xf32>) {
  ^bb0(%s: tensor<2x9x11xf32>):
    sinter.yield %s : tensor<2x9x11xf32>
  }
  sinter.return names [] symbols []
}

// -----

sinter.entry @batch name("e") kind(predict) batch(0) inputs ["q", "k", "v", "m"] {
^bb0(%q: tensor<9x5xf32>, %k: tensor<2x11x5xf32>, %v: tensor<2x11x4xf32>, %m: tensor<3x1xi1>):
  // expected-error @+1 {{expects equal batch axes, got f32[9,5] and f32[2,11,5]}}
  %y, %l = sinter.attention %q, %k, %v block 64 : (tensor<9x5xf32>, tensor<2x11x5xf32>, tensor<2x11x4xf32>) -> (tensor<2x9x4xf32>, tensor<2x9xf32>) {
  ^bb0(%s: tensor<2x9x11xf32>):
    sinter.yield %s : tensor<2x9x11xf32>
  }
  sinter.return names [] symbols []
}

// -----

sinter.entry @block name("e") kind(predict) batch(0) inputs ["q", "k", "v", "m"] {
^bb0(%q: tensor<2x9x5xf32>, %k: tensor<2x11x5xf32>, %v: tensor<2x11x4xf32>, %m: tensor<3x1xi1>):
  // expected-error @+1 {{expects a block of 1 or more, got 0}}
  %y, %l = sinter.attention %q, %k, %v block 0 : (tensor<2x9x5xf32>, tensor<2x11x5xf32>, tensor<2x11x4xf32>) -> (tensor<2x9x4xf32>, tensor<2x9xf32>) {
  ^bb0(%s: tensor<2x9x11xf32>):
    sinter.yield %s : tensor<2x9x11xf32>
  }
  sinter.return names [] symbols []
}

// -----

sinter.entry @extra name("e") kind(predict) batch(0) inputs ["q", "k", "v", "m"] {
^bb0(%q: tensor<2x9x5xf32>, %k: tensor<2x11x5xf32>, %v: tensor<2x11x4xf32>, %m: tensor<3x1xi1>):
  // expected-error @+1 {{expects extras that broadcast to the scores}}
  %y, %l = sinter.attention %q, %k, %v extras(%m) block 64 : (tensor<2x9x5xf32>, tensor<2x11x5xf32>, tensor<2x11x4xf32>, tensor<3x1xi1>) -> (tensor<2x9x4xf32>, tensor<2x9xf32>) {
  ^bb0(%s: tensor<2x9x11xf32>, %x: tensor<3x1xi1>):
    sinter.yield %s : tensor<2x9x11xf32>
  }
  sinter.return names [] symbols []
}

// -----

sinter.entry @arguments name("e") kind(predict) batch(0) inputs ["q", "k", "v", "m"] {
^bb0(%q: tensor<2x9x5xf32>, %k: tensor<2x11x5xf32>, %v: tensor<2x11x4xf32>, %m: tensor<3x1xi1>):
  // expected-error @+1 {{expects a region of the scores}}
  %y, %l = sinter.attention %q, %k, %v block 64 : (tensor<2x9x5xf32>, tensor<2x11x5xf32>, tensor<2x11x4xf32>) -> (tensor<2x9x4xf32>, tensor<2x9xf32>) {
  ^bb0(%s: tensor<2x9x5xf32>):
    sinter.yield %s : tensor<2x9x5xf32>
  }
  sinter.return names [] symbols []
}

// -----

sinter.entry @yield name("e") kind(predict) batch(0) inputs ["q", "k", "v", "m"] {
^bb0(%q: tensor<2x9x5xf32>, %k: tensor<2x11x5xf32>, %v: tensor<2x11x4xf32>, %m: tensor<3x1xi1>):
  // expected-error @+1 {{expects its region to yield 1 values of type}}
  %y, %l = sinter.attention %q, %k, %v block 64 : (tensor<2x9x5xf32>, tensor<2x11x5xf32>, tensor<2x11x4xf32>) -> (tensor<2x9x4xf32>, tensor<2x9xf32>) {
  ^bb0(%s: tensor<2x9x11xf32>):
    sinter.yield %s, %s : tensor<2x9x11xf32>, tensor<2x9x11xf32>
  }
  sinter.return names [] symbols []
}

// -----

sinter.entry @rows name("e") kind(predict) batch(0) inputs ["q", "k", "v"] {
^bb0(%q: tensor<2x9x5xf32>, %k: tensor<2x11x5xf32>, %v: tensor<2x11x4xf32>):
  %y, %l = sinter.attention %q, %k, %v block 64 : (tensor<2x9x5xf32>, tensor<2x11x5xf32>, tensor<2x11x4xf32>) -> (tensor<2x9x4xf32>, tensor<2x9xf32>) {
  ^bb0(%s: tensor<2x9x11xf32>):
    // expected-error @+1 {{cannot stand in a region of scores: expects elementwise work on}}
    %x = sinter.softmax %s axis 2 : (tensor<2x9x11xf32>) -> tensor<2x9x11xf32>
    sinter.yield %x : tensor<2x9x11xf32>
  }
  sinter.return names [] symbols []
}

// -----

sinter.entry @statistics name("e") kind(predict) batch(0) inputs ["q", "k", "v", "y", "l"] {
^bb0(%q: tensor<2x9x5xf32>, %k: tensor<2x11x5xf32>, %v: tensor<2x11x4xf32>, %y: tensor<2x9x4xf32>, %l: tensor<2x9xf32>):
  // expected-error @+1 {{expects f32[2,9], got f32[2,9,4] [E0119]}}
  %dq, %dk, %dv = sinter.attention_gradient %q, %k, %v statistics %y cotangent %y delta %l : (tensor<2x9x5xf32>, tensor<2x11x5xf32>, tensor<2x11x4xf32>, tensor<2x9x4xf32>, tensor<2x9x4xf32>, tensor<2x9xf32>) -> (tensor<2x9x5xf32>, tensor<2x11x5xf32>, tensor<2x11x4xf32>) {
  ^bb0(%s: tensor<2x9x11xf32>):
    sinter.yield %s, %s : tensor<2x9x11xf32>, tensor<2x9x11xf32>
  }
  sinter.return names [] symbols []
}

// -----

sinter.entry @other name("e") kind(predict) batch(0) inputs ["q", "k", "v", "m"] {
^bb0(%q: tensor<2x9x5xf32>, %k: tensor<2x11x5xf32>, %v: tensor<2x11x4xf32>, %m: tensor<9x11xf32>):
  %y, %l = sinter.attention %q, %k, %v extras(%m) block 64 : (tensor<2x9x5xf32>, tensor<2x11x5xf32>, tensor<2x11x4xf32>, tensor<9x11xf32>) -> (tensor<2x9x4xf32>, tensor<2x9xf32>) {
  ^bb0(%s: tensor<2x9x11xf32>, %e: tensor<9x11xf32>):
    // expected-error @+1 {{cannot stand in a region of scores}}
    %0 = sinter.broadcast_to %e : (tensor<9x11xf32>) -> tensor<7x9x11xf32>
    sinter.yield %s : tensor<2x9x11xf32>
  }
  sinter.return names [] symbols []
}
