// RUN: sinter-opt --split-input-file --verify-diagnostics %s

sinter.entry @e name("e") kind(predict) batch(0) inputs ["x", "h"] {
^bb0(%x: tensor<5x3xf32>, %h: tensor<3xf32>):
  // expected-error @+1 {{expects stacked inputs of 4 steps (the leading axis), got f32[5,3] [E0131]}}
  %last = sinter.scan (%h, %x) carried 1 stacked 1 length 4 : (tensor<3xf32>, tensor<5x3xf32>) -> tensor<3xf32> {
  ^bb0(%t: tensor<i64>, %c: tensor<3xf32>, %s: tensor<3xf32>):
    sinter.yield %s : tensor<3xf32>
  }
  sinter.return outputs(%last : tensor<3xf32>) names ["last"] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["x", "h"] {
^bb0(%x: tensor<5x3xf32>, %h: tensor<3xf32>):
  // expected-error @+1 {{expects a body with arguments i64[], f32[3], f32[3], got i64[], f32[3]}}
  %last = sinter.scan (%h, %x) carried 1 stacked 1 length 5 : (tensor<3xf32>, tensor<5x3xf32>) -> tensor<3xf32> {
  ^bb0(%t: tensor<i64>, %c: tensor<3xf32>):
    sinter.yield %c : tensor<3xf32>
  }
  sinter.return outputs(%last : tensor<3xf32>) names ["last"] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["x", "h"] {
^bb0(%x: tensor<5x3xf32>, %h: tensor<3xf32>):
  // expected-error @+1 {{expects 1 results, got 2}}
  %last, %ys = sinter.scan (%h, %x) carried 1 stacked 1 length 5 : (tensor<3xf32>, tensor<5x3xf32>) -> (tensor<3xf32>, tensor<5x3xf32>) {
  ^bb0(%t: tensor<i64>, %c: tensor<3xf32>, %s: tensor<3xf32>):
    sinter.yield %s : tensor<3xf32>
  }
  sinter.return outputs(%last : tensor<3xf32>) names ["last"] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["h"] {
^bb0(%h: tensor<3xf32>):
  // expected-error @+1 {{expects a length of 1 or more, got 0 [E0131]}}
  %last = sinter.scan (%h) carried 1 stacked 0 length 0 : (tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%t: tensor<i64>, %c: tensor<3xf32>):
    sinter.yield %c : tensor<3xf32>
  }
  sinter.return outputs(%last : tensor<3xf32>) names ["last"] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["h"] {
^bb0(%h: tensor<3xf32>):
  // expected-error @+1 {{expects num_carried in 0 … 1, got 2}}
  %last = sinter.scan (%h) carried 2 stacked 0 length 2 : (tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%t: tensor<i64>, %c: tensor<3xf32>):
    sinter.yield %c : tensor<3xf32>
  }
  sinter.return outputs(%last : tensor<3xf32>) names ["last"] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["h", "p"] {
^bb0(%h: tensor<3xf32>, %p: tensor<2xi1>):
  // expected-error @+1 {{expects one truth value bool[] as its predicate, got bool[2] [E0132]}}
  %r = sinter.cond %p (%h) : tensor<2xi1>, (tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%c: tensor<3xf32>):
    sinter.yield %c : tensor<3xf32>
  } else {
  ^bb0(%c: tensor<3xf32>):
    sinter.yield %c : tensor<3xf32>
  }
  sinter.return outputs(%r : tensor<3xf32>) names ["r"] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["h"] {
^bb0(%h: tensor<3xf32>):
  // expected-error @+1 {{expects one truth value bool[] as its condition, got f32[3] [E0132]}}
  %r = sinter.while (%h) carried 1 : (tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%c: tensor<3xf32>):
    sinter.yield %c : tensor<3xf32>
  } do {
  ^bb0(%c: tensor<3xf32>):
    sinter.yield %c : tensor<3xf32>
  }
  sinter.return outputs(%r : tensor<3xf32>) names ["r"] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["h"] {
^bb0(%h: tensor<3xf32>):
  // expected-note @+1 {{required by region isolation constraints}}
  %r = sinter.scan (%h) carried 1 stacked 0 length 2 : (tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%t: tensor<i64>, %c: tensor<3xf32>):
    // expected-error @+1 {{using value defined outside the region}}
    %0 = sinter.add %c, %h : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    sinter.yield %0 : tensor<3xf32>
  }
  sinter.return outputs(%r : tensor<3xf32>) names ["r"] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["h"] {
^bb0(%h: tensor<3xf32>):
  // expected-error @+1 {{expects a body that keeps the type f32[3] of carried value 0, got f32[1] [E0130]}}
  %r = sinter.scan (%h) carried 1 stacked 0 length 2 : (tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%t: tensor<i64>, %c: tensor<3xf32>):
    %0 = sinter.sum %c axes [0] {keepdims = true} : (tensor<3xf32>) -> tensor<1xf32>
    sinter.yield %0 : tensor<1xf32>
  }
  sinter.return outputs(%r : tensor<3xf32>) names ["r"] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["h", "p"] {
^bb0(%h: tensor<3xf32>, %p: tensor<i1>):
  // expected-error @+1 {{expects branches of equal types, got f32[3] and f32[1] for result 0 [E0133]}}
  %r = sinter.cond %p (%h) : tensor<i1>, (tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%c: tensor<3xf32>):
    sinter.yield %c : tensor<3xf32>
  } else {
  ^bb0(%c: tensor<3xf32>):
    %0 = sinter.sum %c axes [0] {keepdims = true} : (tensor<3xf32>) -> tensor<1xf32>
    sinter.yield %0 : tensor<1xf32>
  }
  sinter.return outputs(%r : tensor<3xf32>) names ["r"] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["p"] {
^bb0(%p: tensor<i1>):
  // expected-error @+1 {{expects a then body with arguments nothing, got f32[3]}}
  %c = sinter.cond %p () : tensor<i1>, () -> tensor<3xf32> {
  ^bb0(%u: tensor<3xf32>):
    sinter.yield %u : tensor<3xf32>
  } else {
  ^bb0(%u: tensor<3xf32>):
    sinter.yield %u : tensor<3xf32>
  }
  sinter.return outputs(%c : tensor<3xf32>) names ["c"] symbols []
}
