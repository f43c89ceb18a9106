// What bodies do beside computing: states that swap or shift, captures and slices that are stacked, constants with slices, one step,
// a loop without states, softmax and integers, a choice in a loop of unknown length, a capture that prepare makes.
module @states {
  sinter.scalar @step : i64 kind step initial 0.0 help ""
  sinter.scalar @seed : i64 kind seed initial 0.0 help ""
  sinter.symbol @w : tensor<16x16xf32> kind parameter init <uniform, -0.3, 0.3>
  sinter.symbol @s : tensor<16xf32> kind parameter init <uniform, -0.3, 0.3>
  sinter.symbol @h : tensor<4x16xf32> kind buffer init <uniform, -0.3, 0.3>
  // Work on parameters alone is prepared and captured; the state of a buffer is carried and updated; softmax and integers in a body.
  sinter.entry @predict name("predict") kind(predict) batch(4) inputs ["x"] {
  ^bb0(%x: tensor<6x4x16xf32>):
    %w = sinter.get @w : tensor<16x16xf32>
    %s = sinter.get @s : tensor<16xf32>
    %h = sinter.get @h : tensor<4x16xf32>
    %ws = sinter.mul %w, %s : (tensor<16x16xf32>, tensor<16xf32>) -> tensor<16x16xf32>
    %n0 = sinter.constant dense<0> : tensor<4xi32>
    %r:3 = sinter.scan (%h, %n0, %x, %ws) carried 2 stacked 1 length 6 : (tensor<4x16xf32>, tensor<4xi32>, tensor<6x4x16xf32>, tensor<16x16xf32>) -> (tensor<4x16xf32>, tensor<4xi32>, tensor<6x4x16xf32>) {
    ^bb0(%t: tensor<i64>, %c: tensor<4x16xf32>, %n: tensor<4xi32>, %a: tensor<4x16xf32>, %k: tensor<16x16xf32>):
      %0 = sinter.matmul %c, %k : (tensor<4x16xf32>, tensor<16x16xf32>) -> tensor<4x16xf32>
      %1 = sinter.add %0, %a : (tensor<4x16xf32>, tensor<4x16xf32>) -> tensor<4x16xf32>
      %2 = sinter.softmax %1 axis 1 : (tensor<4x16xf32>) -> tensor<4x16xf32>
      %3 = sinter.argmax %1 axis 1 : (tensor<4x16xf32>) -> tensor<4xi32>
      %4 = sinter.add %n, %3 : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>
      %5 = sinter.transpose %c perm [1, 0] : (tensor<4x16xf32>) -> tensor<16x4xf32>
      %6 = sinter.reshape %5 : (tensor<16x4xf32>) -> tensor<4x16xf32>
      sinter.yield %2, %4, %6 : tensor<4x16xf32>, tensor<4xi32>, tensor<4x16xf32>
    }
    sinter.return outputs(%r#0, %r#1, %r#2 : tensor<4x16xf32>, tensor<4xi32>, tensor<6x4x16xf32>) names ["a", "n", "ys"] updates(%r#0 : tensor<4x16xf32>) symbols [@h]
  }
  // States swap, a shift register, a stacked capture and a slice stacked again, a constant input with slices; no carried value at all.
  sinter.entry @moves name("moves") kind(eval) batch(4) inputs ["y"] {
  ^bb0(%x: tensor<3x4xf32>):
    %a = sinter.constant dense<1.0> : tensor<4xf32>
    %b = sinter.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
    %m = sinter.constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [1.0, 2.0, 3.0, 4.5]]> : tensor<3x4xf32>
    %r:5 = sinter.scan (%a, %b, %x, %m, %b) carried 2 stacked 2 length 3 : (tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<3x4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<3x4xf32>, tensor<3x2x2xf32>) {
    ^bb0(%t: tensor<i64>, %p: tensor<4xf32>, %q: tensor<4xf32>, %s: tensor<4xf32>, %u: tensor<4xf32>, %k: tensor<4xf32>):
      %0 = sinter.mul %s, %u : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      %1 = sinter.reshape %0 : (tensor<4xf32>) -> tensor<2x2xf32>
      sinter.yield %q, %s, %p, %k, %1 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<2x2xf32>
    }
    %z = sinter.scan (%x) carried 0 stacked 1 length 3 : (tensor<3x4xf32>) -> tensor<3xf32> {
    ^bb0(%t: tensor<i64>, %s: tensor<4xf32>):
      %0 = sinter.cast %t : (tensor<i64>) -> tensor<f32>
      %1 = sinter.exp %s : (tensor<4xf32>) -> tensor<4xf32>
      %2 = sinter.mul %1, %0 : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
      %3 = sinter.sum %2 axes [0] : (tensor<4xf32>) -> tensor<f32>
      sinter.yield %3 : tensor<f32>
    }
    sinter.return outputs(%r#0, %r#1, %r#2, %r#3, %r#4, %z : tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<3x4xf32>, tensor<3x2x2xf32>, tensor<3xf32>) names ["r0", "r1", "r2", "r3", "r4", "z"] symbols []
  }
  // One step; a choice inside a while; a carried value of every kind.
  sinter.entry @one name("one") kind(eval) batch(4) inputs ["v"] {
  ^bb0(%x: tensor<1x4xf32>):
    %a = sinter.constant dense<0.5> : tensor<4xf32>
    %r:2 = sinter.scan (%a, %x) carried 1 stacked 1 length 1 : (tensor<4xf32>, tensor<1x4xf32>) -> (tensor<4xf32>, tensor<1x4xf32>) {
    ^bb0(%t: tensor<i64>, %p: tensor<4xf32>, %s: tensor<4xf32>):
      %0 = sinter.mul %p, %s : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      sinter.yield %0, %p : tensor<4xf32>, tensor<4xf32>
    }
    %n0 = sinter.constant dense<0> : tensor<i64>
    %e:2 = sinter.while (%r#0, %n0) carried 2 max_trips 5 : (tensor<4xf32>, tensor<i64>) -> (tensor<4xf32>, tensor<i64>) {
    ^bb0(%p: tensor<4xf32>, %n: tensor<i64>):
      %0 = sinter.constant dense<100> : tensor<i64>
      %1 = sinter.compare "lt" %n, %0 : (tensor<i64>, tensor<i64>) -> tensor<i1>
      sinter.yield %1 : tensor<i1>
    } do {
    ^bb0(%p: tensor<4xf32>, %n: tensor<i64>):
      %0 = sinter.constant dense<2> : tensor<i64>
      %1 = sinter.constant dense<1> : tensor<i64>
      %2 = sinter.compare "lt" %n, %0 : (tensor<i64>, tensor<i64>) -> tensor<i1>
      %3 = sinter.cond %2 (%p) : tensor<i1>, (tensor<4xf32>) -> tensor<4xf32> {
      ^bb0(%c: tensor<4xf32>):
        %5 = sinter.add %c, %c : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
        sinter.yield %5 : tensor<4xf32>
      } else {
      ^bb0(%c: tensor<4xf32>):
        sinter.yield %c : tensor<4xf32>
      }
      %4 = sinter.add %n, %1 : (tensor<i64>, tensor<i64>) -> tensor<i64>
      sinter.yield %3, %4 : tensor<4xf32>, tensor<i64>
    }
    sinter.return outputs(%r#1, %e#0, %e#1 : tensor<1x4xf32>, tensor<4xf32>, tensor<i64>) names ["before", "end", "trips"] symbols []
  }
}
