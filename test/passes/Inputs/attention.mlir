// Attention: found among plain ops, with a mask that compares indices, one that is an input, and scores that are bent; and
// its gradient, in one kernel (9 matrices) and in two (one matrix).
module @attention {
  sinter.symbol @scale : tensor<f32> kind parameter init <constant, 0.5, 0.0>
  sinter.entry @predict name("predict") kind(predict) batch(1) inputs ["q", "k", "v", "mask"] {
  ^bb0(%q: tensor<1x2x64x5xf32>, %k: tensor<1x2x5x65xf32>, %v: tensor<1x2x65x4xf32>, %mask: tensor<1x1x64x65xi1>):
    %scale = sinter.get @scale : tensor<f32>
    %never = sinter.constant dense<0xFF800000> : tensor<f32>
    %low = sinter.constant dense<-3.0> : tensor<f32>
    %i = sinter.iota 0 : tensor<64x1xi32>
    %j = sinter.iota 1 : tensor<1x65xi32>
    %past = sinter.compare "le" %j, %i : (tensor<1x65xi32>, tensor<64x1xi32>) -> tensor<64x65xi1>
    %s = sinter.matmul %q, %k : (tensor<1x2x64x5xf32>, tensor<1x2x5x65xf32>) -> tensor<1x2x64x65xf32>
    %0 = sinter.mul %s, %scale : (tensor<1x2x64x65xf32>, tensor<f32>) -> tensor<1x2x64x65xf32>
    %1 = sinter.tanh %0 : (tensor<1x2x64x65xf32>) -> tensor<1x2x64x65xf32>
    %2 = sinter.select %past, %1, %never : (tensor<64x65xi1>, tensor<1x2x64x65xf32>, tensor<f32>) -> tensor<1x2x64x65xf32>
    %3 = sinter.select %mask, %2, %low : (tensor<1x1x64x65xi1>, tensor<1x2x64x65xf32>, tensor<f32>) -> tensor<1x2x64x65xf32>
    %p = sinter.softmax %3 axis 3 : (tensor<1x2x64x65xf32>) -> tensor<1x2x64x65xf32>
    %y = sinter.matmul %p, %v : (tensor<1x2x64x65xf32>, tensor<1x2x65x4xf32>) -> tensor<1x2x64x4xf32>
    sinter.return outputs(%y : tensor<1x2x64x4xf32>) names ["y"] symbols []
  }
  sinter.entry @many name("many") kind(predict) batch(0) inputs ["q", "k", "v", "dy", "bias"] {
  ^bb0(%q: tensor<9x9x5xf32>, %k: tensor<9x11x5xf32>, %v: tensor<9x11x4xf32>, %dy: tensor<9x9x4xf32>, %bias: tensor<9x1xf32>):
    %y, %l = sinter.attention %q, %k, %v extras(%bias) block 4 : (tensor<9x9x5xf32>, tensor<9x11x5xf32>, tensor<9x11x4xf32>, tensor<9x1xf32>) -> (tensor<9x9x4xf32>, tensor<9x9xf32>) {
    ^bb0(%s: tensor<9x9x11xf32>, %b: tensor<9x1xf32>):
      %0 = sinter.tanh %s : (tensor<9x9x11xf32>) -> tensor<9x9x11xf32>
      %1 = sinter.mul %0, %b : (tensor<9x9x11xf32>, tensor<9x1xf32>) -> tensor<9x9x11xf32>
      sinter.yield %1 : tensor<9x9x11xf32>
    }
    %m = sinter.mul %dy, %y : (tensor<9x9x4xf32>, tensor<9x9x4xf32>) -> tensor<9x9x4xf32>
    %delta = sinter.sum %m axes [2] : (tensor<9x9x4xf32>) -> tensor<9x9xf32>
    %dq, %dk, %dv = sinter.attention_gradient %q, %k, %v statistics %l cotangent %dy delta %delta extras(%bias) : (tensor<9x9x5xf32>, tensor<9x11x5xf32>, tensor<9x11x4xf32>, tensor<9x9xf32>, tensor<9x9x4xf32>, tensor<9x9xf32>, tensor<9x1xf32>) -> (tensor<9x9x5xf32>, tensor<9x11x5xf32>, tensor<9x11x4xf32>) {
    ^bb0(%s: tensor<9x9x11xf32>, %b: tensor<9x1xf32>):
      %0 = sinter.tanh %s : (tensor<9x9x11xf32>) -> tensor<9x9x11xf32>
      %1 = sinter.mul %0, %b : (tensor<9x9x11xf32>, tensor<9x1xf32>) -> tensor<9x9x11xf32>
      %one = sinter.constant dense<1.0> : tensor<f32>
      %2 = sinter.mul %0, %0 : (tensor<9x9x11xf32>, tensor<9x9x11xf32>) -> tensor<9x9x11xf32>
      %3 = sinter.sub %one, %2 : (tensor<f32>, tensor<9x9x11xf32>) -> tensor<9x9x11xf32>
      %4 = sinter.mul %3, %b : (tensor<9x9x11xf32>, tensor<9x1xf32>) -> tensor<9x9x11xf32>
      sinter.yield %1, %4 : tensor<9x9x11xf32>, tensor<9x9x11xf32>
    }
    sinter.return outputs(%y, %dq, %dk, %dv : tensor<9x9x4xf32>, tensor<9x9x5xf32>, tensor<9x11x5xf32>, tensor<9x11x4xf32>) names ["y", "dq", "dk", "dv"] symbols []
  }
  sinter.entry @single name("single") kind(predict) batch(0) inputs ["q", "k", "v", "dy", "bias"] {
  ^bb0(%q: tensor<9x5xf32>, %k: tensor<11x5xf32>, %v: tensor<11x4xf32>, %dy: tensor<9x4xf32>, %bias: tensor<9x1xf32>):
    %y, %l = sinter.attention %q, %k, %v extras(%bias) block 4 : (tensor<9x5xf32>, tensor<11x5xf32>, tensor<11x4xf32>, tensor<9x1xf32>) -> (tensor<9x4xf32>, tensor<9xf32>) {
    ^bb0(%s: tensor<9x11xf32>, %b: tensor<9x1xf32>):
      %0 = sinter.tanh %s : (tensor<9x11xf32>) -> tensor<9x11xf32>
      %1 = sinter.mul %0, %b : (tensor<9x11xf32>, tensor<9x1xf32>) -> tensor<9x11xf32>
      sinter.yield %1 : tensor<9x11xf32>
    }
    %m = sinter.mul %dy, %y : (tensor<9x4xf32>, tensor<9x4xf32>) -> tensor<9x4xf32>
    %delta = sinter.sum %m axes [1] : (tensor<9x4xf32>) -> tensor<9xf32>
    %dq, %dk, %dv = sinter.attention_gradient %q, %k, %v statistics %l cotangent %dy delta %delta extras(%bias) : (tensor<9x5xf32>, tensor<11x5xf32>, tensor<11x4xf32>, tensor<9xf32>, tensor<9x4xf32>, tensor<9xf32>, tensor<9x1xf32>) -> (tensor<9x5xf32>, tensor<11x5xf32>, tensor<11x4xf32>) {
    ^bb0(%s: tensor<9x11xf32>, %b: tensor<9x1xf32>):
      %0 = sinter.tanh %s : (tensor<9x11xf32>) -> tensor<9x11xf32>
      %1 = sinter.mul %0, %b : (tensor<9x11xf32>, tensor<9x1xf32>) -> tensor<9x11xf32>
      %one = sinter.constant dense<1.0> : tensor<f32>
      %2 = sinter.mul %0, %0 : (tensor<9x11xf32>, tensor<9x11xf32>) -> tensor<9x11xf32>
      %3 = sinter.sub %one, %2 : (tensor<f32>, tensor<9x11xf32>) -> tensor<9x11xf32>
      %4 = sinter.mul %3, %b : (tensor<9x11xf32>, tensor<9x1xf32>) -> tensor<9x11xf32>
      sinter.yield %1, %4 : tensor<9x11xf32>, tensor<9x11xf32>
    }
    sinter.return outputs(%y, %dq, %dk, %dv : tensor<9x4xf32>, tensor<9x5xf32>, tensor<11x5xf32>, tensor<11x4xf32>) names ["y", "dq", "dk", "dv"] symbols []
  }
}
