// What simplification makes of loops and choices that are known, and of sums of slices on their way to a symbol's value.
module @pruned {
  sinter.symbol @w : tensor<6x4xf32> kind parameter init <normal, 0.0, 1.0>
  sinter.entry @choices name("choices") kind(predict) batch(0) inputs ["x", "y", "p"] {
  ^bb0(%x: tensor<4xf32>, %y: tensor<4xf32>, %p: tensor<i1>):
    %yes = sinter.constant dense<true> : tensor<i1>
    %no = sinter.constant dense<false> : tensor<i1>
    // Known: its body stays, which may yield what it was given.
    %a:2 = sinter.cond %yes (%x, %y) : tensor<i1>, (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
    ^bb0(%u: tensor<4xf32>, %v: tensor<4xf32>):
      %0 = sinter.mul %u, %v : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      sinter.yield %0, %v : tensor<4xf32>, tensor<4xf32>
    } else {
    ^bb0(%u: tensor<4xf32>, %v: tensor<4xf32>):
      %0 = sinter.sub %u, %v : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      sinter.yield %0, %u : tensor<4xf32>, tensor<4xf32>
    }
    %b = sinter.cond %no (%x, %y) : tensor<i1>, (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> {
    ^bb0(%u: tensor<4xf32>, %v: tensor<4xf32>):
      %0 = sinter.add %u, %v : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      sinter.yield %0 : tensor<4xf32>
    } else {
    ^bb0(%u: tensor<4xf32>, %v: tensor<4xf32>):
      %0 = sinter.sub %v, %u : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      sinter.yield %0 : tensor<4xf32>
    }
    // Of three results one is read.
    %c:3 = sinter.cond %p (%x, %y) : tensor<i1>, (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
    ^bb0(%u: tensor<4xf32>, %v: tensor<4xf32>):
      %0 = sinter.tanh %u : (tensor<4xf32>) -> tensor<4xf32>
      %1 = sinter.mul %u, %v : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      sinter.yield %0, %1, %v : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
    } else {
    ^bb0(%u: tensor<4xf32>, %v: tensor<4xf32>):
      %0 = sinter.exp %v : (tensor<4xf32>) -> tensor<4xf32>
      %1 = sinter.sub %u, %v : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      sinter.yield %0, %1, %u : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
    }
    sinter.return outputs(%a#0, %a#1, %b, %c#1 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
      names ["known", "given", "other", "read"] symbols []
  }
  sinter.entry @loop name("loop") kind(predict) batch(0) inputs ["xs", "h", "k"] {
  ^bb0(%xs: tensor<3x4xf32>, %h: tensor<4xf32>, %k: tensor<4xf32>):
    // Carried and never changed, once read in the body and once not; the sum is also stacked; a slice is stacked again.
    %r:5 = sinter.scan (%h, %k, %k, %xs) carried 3 stacked 1 length 3 : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>)
        -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<3x4xf32>) {
    ^bb0(%t: tensor<i64>, %sum: tensor<4xf32>, %same: tensor<4xf32>, %idle: tensor<4xf32>, %x: tensor<4xf32>):
      %0 = sinter.mul %sum, %same : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      %1 = sinter.add %0, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      sinter.yield %1, %same, %idle, %1, %x : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
    }
    sinter.return outputs(%r#0, %r#1, %r#2, %r#3, %r#4 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<3x4xf32>)
      names ["sum", "same", "idle", "sums", "xs"] symbols []
  }
  // y + f(sum of slices) is y with each f(slice) added, where f is linear and y a symbol's value.
  sinter.entry @slices name("slices") kind(predict) batch(0) inputs ["ids", "u", "rate"] {
  ^bb0(%ids: tensor<5xi32>, %u: tensor<5x4xf32>, %rate: tensor<f32>):
    %w = sinter.get @w : tensor<6x4xf32>
    %zero = sinter.constant dense<0.0> : tensor<6x4xf32>
    %s0 = sinter.scatter_add %zero at %ids add %u axis 0 : (tensor<6x4xf32>, tensor<5xi32>, tensor<5x4xf32>) -> tensor<6x4xf32>
    %s1 = sinter.scatter_add %zero at %ids add %u axis 0 : (tensor<6x4xf32>, tensor<5xi32>, tensor<5x4xf32>) -> tensor<6x4xf32>
    %s2 = sinter.scatter_add %zero at %ids add %u axis 0 : (tensor<6x4xf32>, tensor<5xi32>, tensor<5x4xf32>) -> tensor<6x4xf32>
    %plus = sinter.add %s0, %w : (tensor<6x4xf32>, tensor<6x4xf32>) -> tensor<6x4xf32>
    %half = sinter.div %s1, %rate : (tensor<6x4xf32>, tensor<f32>) -> tensor<6x4xf32>
    %minus = sinter.sub %w, %half : (tensor<6x4xf32>, tensor<6x4xf32>) -> tensor<6x4xf32>
    %scaled = sinter.mul %rate, %s2 : (tensor<f32>, tensor<6x4xf32>) -> tensor<6x4xf32>
    sinter.return outputs(%plus, %minus, %scaled : tensor<6x4xf32>, tensor<6x4xf32>, tensor<6x4xf32>) names ["plus", "minus", "scaled"] symbols []
  }
  // A scale that lies as the columns of a weight do goes into the weight.
  sinter.symbol @v : tensor<4x5xf32> kind parameter init <normal, 0.0, 1.0>
  sinter.symbol @scale : tensor<1x5xf32> kind parameter init <normal, 0.0, 1.0>
  sinter.entry @scaled name("scaled") kind(predict) batch(0) inputs ["rows"] {
  ^bb0(%rows: tensor<3x4xf32>):
    %v = sinter.get @v : tensor<4x5xf32>
    %scale = sinter.get @scale : tensor<1x5xf32>
    %x = sinter.matmul %rows, %v : (tensor<3x4xf32>, tensor<4x5xf32>) -> tensor<3x5xf32>
    %y = sinter.mul %x, %scale : (tensor<3x5xf32>, tensor<1x5xf32>) -> tensor<3x5xf32>
    sinter.return outputs(%y : tensor<3x5xf32>) names ["y"] symbols []
  }
  // The same where it is not linear, or the other way round.
  sinter.entry @bent name("bent") kind(predict) batch(0) inputs ["ids", "u", "other"] {
  ^bb0(%ids: tensor<5xi32>, %u: tensor<5x4xf32>, %x: tensor<6x4xf32>):
    %w = sinter.get @w : tensor<6x4xf32>
    %zero = sinter.constant dense<0.0> : tensor<6x4xf32>
    %u1 = sinter.tanh %u : (tensor<5x4xf32>) -> tensor<5x4xf32>
    %u2 = sinter.exp %u : (tensor<5x4xf32>) -> tensor<5x4xf32>
    %u3 = sinter.mul %u, %u : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x4xf32>
    %s0 = sinter.scatter_add %zero at %ids add %u axis 0 : (tensor<6x4xf32>, tensor<5xi32>, tensor<5x4xf32>) -> tensor<6x4xf32>
    %s1 = sinter.scatter_add %zero at %ids add %u1 axis 0 : (tensor<6x4xf32>, tensor<5xi32>, tensor<5x4xf32>) -> tensor<6x4xf32>
    %s2 = sinter.scatter_add %zero at %ids add %u2 axis 0 : (tensor<6x4xf32>, tensor<5xi32>, tensor<5x4xf32>) -> tensor<6x4xf32>
    %s3 = sinter.scatter_add %zero at %ids add %u3 axis 0 : (tensor<6x4xf32>, tensor<5xi32>, tensor<5x4xf32>) -> tensor<6x4xf32>
    %less = sinter.sub %s0, %w : (tensor<6x4xf32>, tensor<6x4xf32>) -> tensor<6x4xf32>
    %near = sinter.softplus %s1 : (tensor<6x4xf32>) -> tensor<6x4xf32>
    %tanh = sinter.tanh %s2 : (tensor<6x4xf32>) -> tensor<6x4xf32>
    %sum = sinter.add %x, %s3 : (tensor<6x4xf32>, tensor<6x4xf32>) -> tensor<6x4xf32>
    sinter.return outputs(%less, %near, %tanh, %sum : tensor<6x4xf32>, tensor<6x4xf32>, tensor<6x4xf32>, tensor<6x4xf32>)
      names ["less", "near", "tanh", "sum"] symbols []
  }
}
