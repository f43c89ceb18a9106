// Data movement, views, constants, broadcasting and symbols that change places: what an entry can ask of the planner.
module @shapes {
  sinter.scalar @step : i64 kind step initial 0.0 help ""
  sinter.scalar @seed : i64 kind seed initial 0.0 help ""
  sinter.symbol @p : tensor<3x4xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.symbol @q : tensor<3x4xf32> kind buffer init <normal, 0.0, 0.1>
  sinter.symbol @count : tensor<i64> kind buffer init <constant, 0.0, 0.0>
  // Two symbols change places; outputs are a symbol's old value, an input, a constant, and one value twice.
  sinter.entry @swap name("swap") kind(train) batch(0) inputs ["x"] {
  ^bb0(%x: tensor<3x4xf32>):
    %p = sinter.get @p : tensor<3x4xf32>
    %q = sinter.get @q : tensor<3x4xf32>
    %n = sinter.get @count : tensor<i64>
    %one = sinter.constant dense<1> : tensor<i64>
    %n1 = sinter.add %n, %one : (tensor<i64>, tensor<i64>) -> tensor<i64>
    %c = sinter.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
    %splat = sinter.constant dense<7.0> : tensor<2x2xf32>
    %e = sinter.exp %x : (tensor<3x4xf32>) -> tensor<3x4xf32>
    %flat = sinter.reshape %e : (tensor<3x4xf32>) -> tensor<12xf32>
    sinter.return outputs(%p, %x, %c, %splat, %e, %e, %flat : tensor<3x4xf32>, tensor<3x4xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<3x4xf32>, tensor<3x4xf32>, tensor<12xf32>) names ["p", "x", "c", "splat", "e1", "e2", "flat"] updates(%q, %p, %n1 : tensor<3x4xf32>, tensor<3x4xf32>, tensor<i64>) symbols [@p, @q, @count]
  }
  // A value is an output and an update; a symbol gets a view of another value.
  sinter.entry @both name("both") kind(train) batch(0) inputs ["x"] {
  ^bb0(%x: tensor<12xf32>):
    %p = sinter.get @p : tensor<3x4xf32>
    %v = sinter.reshape %x : (tensor<12xf32>) -> tensor<3x4xf32>
    %s = sinter.add %p, %v : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
    %d = sinter.sub %s, %p : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
    sinter.return outputs(%s, %d : tensor<3x4xf32>, tensor<3x4xf32>) names ["s", "d"] updates(%s, %v : tensor<3x4xf32>, tensor<3x4xf32>) symbols [@p, @q]
  }
  sinter.entry @move name("move") kind(predict) batch(0) inputs ["x", "y"] {
  ^bb0(%x: tensor<3x4xf32>, %y: tensor<3x1x4xf32>):
    %t = sinter.transpose %x perm [1, 0] : (tensor<3x4xf32>) -> tensor<4x3xf32>
    %te = sinter.exp %t : (tensor<4x3xf32>) -> tensor<4x3xf32>
    %yv = sinter.reshape %y : (tensor<3x1x4xf32>) -> tensor<3x4xf32>
    %c = sinter.concat %x, %yv axis 1 : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x8xf32>
    %sl = sinter.slice %c starts [0, 1] limits [3, 8] strides [2, 3] : (tensor<3x8xf32>) -> tensor<2x3xf32>
    %pd = sinter.pad %sl low [1, 0] high [0, 2] : (tensor<2x3xf32>) -> tensor<3x5xf32>
    %i = sinter.iota 1 : tensor<1x5xi32>
    %f = sinter.cast %i : (tensor<1x5xi32>) -> tensor<1x5xf32>
    %i0 = sinter.iota 0 : tensor<1x5xi32>
    %f0 = sinter.cast %i0 : (tensor<1x5xi32>) -> tensor<1x5xf32>
    %z = sinter.add %pd, %f : (tensor<3x5xf32>, tensor<1x5xf32>) -> tensor<3x5xf32>
    %z0 = sinter.add %z, %f0 : (tensor<3x5xf32>, tensor<1x5xf32>) -> tensor<3x5xf32>
    %b = sinter.broadcast_to %y : (tensor<3x1x4xf32>) -> tensor<3x2x4xf32>
    %m = sinter.reduce_max %b axes [1, 2] {keepdims = true} : (tensor<3x2x4xf32>) -> tensor<3x1x1xf32>
    %bm = sinter.sub %b, %m : (tensor<3x2x4xf32>, tensor<3x1x1xf32>) -> tensor<3x2x4xf32>
    %mid = sinter.sum %bm axes [0, 2] : (tensor<3x2x4xf32>) -> tensor<2xf32>
    sinter.return outputs(%te, %z0, %bm, %mid : tensor<4x3xf32>, tensor<3x5xf32>, tensor<3x2x4xf32>, tensor<2xf32>) names ["t", "z", "b", "mid"] symbols []
  }
  // Stacks of matrices, a constant operand, a transposed operand, an outer product, a product with one row.
  sinter.entry @matrices name("matrices") kind(predict) batch(0) inputs ["a", "b", "v"] {
  ^bb0(%a: tensor<2x3x5xf32>, %b: tensor<5x4xf32>, %v: tensor<1x4xf32>):
    %c = sinter.matmul %a, %b : (tensor<2x3x5xf32>, tensor<5x4xf32>) -> tensor<2x3x4xf32>
    %r = sinter.relu %c : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
    %g = sinter.matmul %r, %r {transpose_b = true} : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x3xf32>
    %s = sinter.softmax %g axis 2 : (tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
    %o = sinter.matmul %s, %r : (tensor<2x3x3xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
    %ones = sinter.constant dense<1.0> : tensor<4x6xf32>
    %k = sinter.matmul %v, %ones : (tensor<1x4xf32>, tensor<4x6xf32>) -> tensor<1x6xf32>
    %t = sinter.transpose %b perm [1, 0] : (tensor<5x4xf32>) -> tensor<4x5xf32>
    %bt = sinter.matmul %v, %t : (tensor<1x4xf32>, tensor<4x5xf32>) -> tensor<1x5xf32>
    %out = sinter.matmul %v, %bt {transpose_a = true} : (tensor<1x4xf32>, tensor<1x5xf32>) -> tensor<4x5xf32>
    sinter.return outputs(%o, %k, %out : tensor<2x3x4xf32>, tensor<1x6xf32>, tensor<4x5xf32>) names ["o", "k", "out"] symbols []
  }
  // Zeros around one element, made in the same entry or constant: not a value of every point.
  sinter.entry @zeros name("zeros") kind(predict) batch(0) inputs ["x"] {
  ^bb0(%x: tensor<3xf32>):
    %s = sinter.sum %x axes [0] {keepdims = true} : (tensor<3xf32>) -> tensor<1xf32>
    %p = sinter.pad %s low [2] high [0] : (tensor<1xf32>) -> tensor<3xf32>
    %q = sinter.mul %p, %p : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %c = sinter.constant dense<2.0> : tensor<1x1xf32>
    %cp = sinter.pad %c low [1, 2] high [3, 1] : (tensor<1x1xf32>) -> tensor<5x4xf32>
    %e = sinter.exp %cp : (tensor<5x4xf32>) -> tensor<5x4xf32>
    sinter.return outputs(%q, %e : tensor<3xf32>, tensor<5x4xf32>) names ["q", "e"] symbols []
  }
}
