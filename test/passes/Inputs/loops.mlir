// Loops in a loop, a choice and a random mask inside, a step that reads its iteration; all but the last have gradients.
module @loops {
  sinter.scalar @step : i64 kind step initial 0.0 help ""
  sinter.scalar @seed : i64 kind seed initial 0.0 help ""
  sinter.symbol @w : tensor<3x3xf32> kind parameter init <uniform, -0.3, 0.3>
  sinter.symbol @v : tensor<3xf32> kind parameter init <uniform, -0.3, 0.3>
  // Outer steps read two rows of x, inner steps one; the inner state starts from the outer one.
  sinter.entry @nested name("nested") kind(train) batch(2) inputs ["x"] {
  ^bb0(%x: tensor<4x2x2x3xf32>):
    %w = sinter.get @w : tensor<3x3xf32>
    %v = sinter.get @v : tensor<3xf32>
    %h0 = sinter.constant dense<0.25> : tensor<2x3xf32>
    %last, %sums = sinter.scan (%h0, %x, %w, %v) carried 1 stacked 1 length 4
        : (tensor<2x3xf32>, tensor<4x2x2x3xf32>, tensor<3x3xf32>, tensor<3xf32>) -> (tensor<2x3xf32>, tensor<4xf32>) {
    ^bb0(%t: tensor<i64>, %h: tensor<2x3xf32>, %xs: tensor<2x2x3xf32>, %wo: tensor<3x3xf32>, %vo: tensor<3xf32>):
      %in, %ys = sinter.scan (%h, %xs, %wo, %vo) carried 1 stacked 1 length 2 reverse true
          : (tensor<2x3xf32>, tensor<2x2x3xf32>, tensor<3x3xf32>, tensor<3xf32>) -> (tensor<2x3xf32>, tensor<2x2x3xf32>) {
      ^bb0(%u: tensor<i64>, %k: tensor<2x3xf32>, %xu: tensor<2x3xf32>, %wi: tensor<3x3xf32>, %vi: tensor<3xf32>):
        %0 = sinter.matmul %k, %wi : (tensor<2x3xf32>, tensor<3x3xf32>) -> tensor<2x3xf32>
        %1 = sinter.mul %xu, %vi : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
        %2 = sinter.add %0, %1 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
        %3 = sinter.sigmoid %2 : (tensor<2x3xf32>) -> tensor<2x3xf32>
        %4 = sinter.mul %3, %k : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
        sinter.yield %3, %4 : tensor<2x3xf32>, tensor<2x3xf32>
      }
      %s = sinter.sum %ys axes [0, 1, 2] : (tensor<2x2x3xf32>) -> tensor<f32>
      %m = sinter.reduce_max %in axes [1] {keepdims = true} : (tensor<2x3xf32>) -> tensor<2x1xf32>
      %n = sinter.sub %in, %m : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
      sinter.yield %n, %s : tensor<2x3xf32>, tensor<f32>
    }
    %l0 = sinter.sum %last axes [0, 1] : (tensor<2x3xf32>) -> tensor<f32>
    %l1 = sinter.sum %sums axes [0] : (tensor<4xf32>) -> tensor<f32>
    %loss = sinter.add %l0, %l1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %one = sinter.constant dense<1.0> : tensor<f32>
    %g:3 = sinter.gradient %loss, %one, %w, %v, %x ys 1
        : (tensor<f32>, tensor<f32>, tensor<3x3xf32>, tensor<3xf32>, tensor<4x2x2x3xf32>) -> (tensor<3x3xf32>, tensor<3xf32>, tensor<4x2x2x3xf32>)
    sinter.return outputs(%loss, %g#2 : tensor<f32>, tensor<4x2x2x3xf32>) names ["loss", "dx"]
      updates(%g#0, %g#1 : tensor<3x3xf32>, tensor<3xf32>) symbols [@w, @v]
  }
  // A gradient of a gradient through a loop.
  sinter.entry @twice name("twice") kind(train) batch(2) inputs ["z"] {
  ^bb0(%z: tensor<3x2xf32>):
    %v = sinter.get @v : tensor<3xf32>
    %a0 = sinter.constant dense<1.0> : tensor<3x1xf32>
    %vs = sinter.reshape %v : (tensor<3xf32>) -> tensor<3x1xf32>
    %xt = sinter.transpose %z perm [1, 0] : (tensor<3x2xf32>) -> tensor<2x3xf32>
    %xs = sinter.reshape %xt : (tensor<2x3xf32>) -> tensor<2x3x1xf32>
    %last = sinter.scan (%a0, %xs, %vs) carried 1 stacked 1 length 2 : (tensor<3x1xf32>, tensor<2x3x1xf32>, tensor<3x1xf32>) -> tensor<3x1xf32> {
    ^bb0(%t: tensor<i64>, %a: tensor<3x1xf32>, %s: tensor<3x1xf32>, %k: tensor<3x1xf32>):
      %0 = sinter.mul %a, %k : (tensor<3x1xf32>, tensor<3x1xf32>) -> tensor<3x1xf32>
      %1 = sinter.add %0, %s : (tensor<3x1xf32>, tensor<3x1xf32>) -> tensor<3x1xf32>
      %2 = sinter.tanh %1 : (tensor<3x1xf32>) -> tensor<3x1xf32>
      sinter.yield %2 : tensor<3x1xf32>
    }
    %y = sinter.sum %last axes [0, 1] : (tensor<3x1xf32>) -> tensor<f32>
    %one = sinter.constant dense<1.0> : tensor<f32>
    %g = sinter.gradient %y, %one, %v ys 1 : (tensor<f32>, tensor<f32>, tensor<3xf32>) -> tensor<3xf32>
    %gg = sinter.mul %g, %g : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %loss = sinter.sum %gg axes [0] : (tensor<3xf32>) -> tensor<f32>
    %h = sinter.gradient %loss, %one, %v ys 1 : (tensor<f32>, tensor<f32>, tensor<3xf32>) -> tensor<3xf32>
    sinter.return outputs(%loss : tensor<f32>) names ["loss"] updates(%h : tensor<3xf32>) symbols [@v]
  }
  // Every step takes one of two ways and draws its own numbers.
  sinter.entry @choices name("choices") kind(train) batch(2) inputs ["y", "ways"] {
  ^bb0(%y: tensor<5x3xf32>, %ways: tensor<5xi32>):
    %v = sinter.get @v : tensor<3xf32>
    %seed = sinter.get @seed : tensor<i64>
    %step = sinter.get @step : tensor<i64>
    %h0 = sinter.constant dense<0.5> : tensor<3xf32>
    %last = sinter.scan (%h0, %y, %ways, %v, %seed, %step) carried 1 stacked 2 length 5
        : (tensor<3xf32>, tensor<5x3xf32>, tensor<5xi32>, tensor<3xf32>, tensor<i64>, tensor<i64>) -> tensor<3xf32> {
    ^bb0(%t: tensor<i64>, %h: tensor<3xf32>, %s: tensor<3xf32>, %way: tensor<i32>, %k: tensor<3xf32>, %sd: tensor<i64>, %st: tensor<i64>):
      %far = sinter.constant dense<4294967296> : tensor<i64>
      %0 = sinter.mul %t, %far : (tensor<i64>, tensor<i64>) -> tensor<i64>
      %1 = sinter.add %st, %0 : (tensor<i64>, tensor<i64>) -> tensor<i64>
      %u = sinter.random_uniform "mask" stream 7 seed %sd step %1 : (tensor<i64>, tensor<i64>) -> tensor<3xf32>
      %masked = sinter.mul %s, %u : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
      %zero = sinter.constant dense<0> : tensor<i32>
      %p = sinter.compare "gt" %way, %zero : (tensor<i32>, tensor<i32>) -> tensor<i1>
      %n = sinter.cond %p (%h, %masked, %k) : tensor<i1>, (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32> {
      ^bb0(%a: tensor<3xf32>, %b: tensor<3xf32>, %c: tensor<3xf32>):
        %2 = sinter.mul %a, %c : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
        %3 = sinter.tanh %2 : (tensor<3xf32>) -> tensor<3xf32>
        sinter.yield %3 : tensor<3xf32>
      } else {
      ^bb0(%a: tensor<3xf32>, %b: tensor<3xf32>, %c: tensor<3xf32>):
        %2 = sinter.sub %b, %a : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
        sinter.yield %2 : tensor<3xf32>
      }
      sinter.yield %n : tensor<3xf32>
    }
    %sq = sinter.mul %last, %last : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %loss = sinter.sum %sq axes [0] : (tensor<3xf32>) -> tensor<f32>
    %one = sinter.constant dense<1.0> : tensor<f32>
    %g:2 = sinter.gradient %loss, %one, %v, %y ys 1 : (tensor<f32>, tensor<f32>, tensor<3xf32>, tensor<5x3xf32>) -> (tensor<3xf32>, tensor<5x3xf32>)
    sinter.return outputs(%loss, %g#1 : tensor<f32>, tensor<5x3xf32>) names ["loss", "dy"] updates(%g#0 : tensor<3xf32>) symbols [@v]
  }
  // Doubles until the sum is large; then a loop that may not begin at all.
  sinter.entry @until name("until") kind(predict) batch(2) inputs ["a0"] {
  ^bb0(%a0: tensor<2x3xf32>):
    %w = sinter.get @w : tensor<3x3xf32>
    %one = sinter.constant dense<1.0> : tensor<f32>
    %n0 = sinter.constant dense<0.0> : tensor<f32>
    %abs = sinter.abs %a0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
    %r:2 = sinter.while (%abs, %n0, %one) carried 2 : (tensor<2x3xf32>, tensor<f32>, tensor<f32>) -> (tensor<2x3xf32>, tensor<f32>) {
    ^bb0(%a: tensor<2x3xf32>, %n: tensor<f32>, %o: tensor<f32>):
      %0 = sinter.sum %a axes [0, 1] : (tensor<2x3xf32>) -> tensor<f32>
      %1 = sinter.constant dense<50.0> : tensor<f32>
      %2 = sinter.compare "lt" %0, %1 : (tensor<f32>, tensor<f32>) -> tensor<i1>
      sinter.yield %2 : tensor<i1>
    } do {
    ^bb0(%a: tensor<2x3xf32>, %n: tensor<f32>, %o: tensor<f32>):
      %0 = sinter.add %a, %a : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
      %1 = sinter.add %n, %o : (tensor<f32>, tensor<f32>) -> tensor<f32>
      sinter.yield %0, %1 : tensor<2x3xf32>, tensor<f32>
    }
    %y = sinter.matmul %r#0, %w : (tensor<2x3xf32>, tensor<3x3xf32>) -> tensor<2x3xf32>
    %z = sinter.while (%r#1) carried 1 max_trips 9 : (tensor<f32>) -> tensor<f32> {
    ^bb0(%n: tensor<f32>):
      %1 = sinter.constant dense<0.0> : tensor<f32>
      %2 = sinter.compare "lt" %n, %1 : (tensor<f32>, tensor<f32>) -> tensor<i1>
      sinter.yield %2 : tensor<i1>
    } do {
    ^bb0(%n: tensor<f32>):
      sinter.yield %n : tensor<f32>
    }
    sinter.return outputs(%y, %z : tensor<2x3xf32>, tensor<f32>) names ["y", "z"] symbols []
  }
}
