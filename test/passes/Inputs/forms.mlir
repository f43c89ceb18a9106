// Training reads computed forms: a weight times a trained scale, its transpose, and a sum over it that is never updated
// alone; a form of a frozen weight is made after loading, and so is what hoist-forms makes of it (exp); prediction reads
// one that training leaves to prepare.
module @forms attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v3", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "+avx2,+fma", vectorBits = 256, vectorRegisters = 16, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  sinter.symbol @w : tensor<33x13xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.symbol @s : tensor<33x1xf32> kind parameter init <uniform, 0.5, 1.5>
  sinter.symbol @frozen : tensor<13xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.form @scaled of @w, @s : tensor<33x13xf32> refresh(step) {
  ^bb0(%w: tensor<33x13xf32>, %s: tensor<33x1xf32>):
    %0 = sinter.mul %w, %s : (tensor<33x13xf32>, tensor<33x1xf32>) -> tensor<33x13xf32>
    sinter.yield %0 : tensor<33x13xf32>
  }
  sinter.form @across of @scaled : tensor<13x33xf32> refresh(step) {
  ^bb0(%f: tensor<33x13xf32>):
    %0 = sinter.transpose %f perm [1, 0] : (tensor<33x13xf32>) -> tensor<13x33xf32>
    sinter.yield %0 : tensor<13x33xf32>
  }
  sinter.form @size of @w : tensor<f32> refresh(step) {
  ^bb0(%w: tensor<33x13xf32>):
    %0 = sinter.mul %w, %w : (tensor<33x13xf32>, tensor<33x13xf32>) -> tensor<33x13xf32>
    %1 = sinter.sum %0 axes [0, 1] : (tensor<33x13xf32>) -> tensor<f32>
    sinter.yield %1 : tensor<f32>
  }
  sinter.form @bend of @frozen : tensor<13xf32> refresh(load) {
  ^bb0(%w: tensor<13xf32>):
    %0 = sinter.tanh %w : (tensor<13xf32>) -> tensor<13xf32>
    sinter.yield %0 : tensor<13xf32>
  }
  sinter.form @raised of @scaled : tensor<33x13xf32> refresh(prepare) {
  ^bb0(%w: tensor<33x13xf32>):
    %0 = sinter.exp %w : (tensor<33x13xf32>) -> tensor<33x13xf32>
    sinter.yield %0 : tensor<33x13xf32>
  }
  sinter.entry @train_b7 name("train_step") kind(train) batch(7) inputs ["x", "t"] {
  ^bb0(%x: tensor<7x13xf32>, %t: tensor<7x33xf32>):
    %w = sinter.get @w : tensor<33x13xf32>
    %s = sinter.get @s : tensor<33x1xf32>
    %f = sinter.get @scaled : tensor<33x13xf32>
    %ft = sinter.get @across : tensor<13x33xf32>
    %size = sinter.get @size : tensor<f32>
    %bend = sinter.get @bend : tensor<13xf32>
    %rate = sinter.constant dense<0.05> : tensor<f32>
    %one = sinter.constant dense<1.0> : tensor<f32>
    %frozen = sinter.get @frozen : tensor<13xf32>
    %warm = sinter.exp %frozen : (tensor<13xf32>) -> tensor<13xf32>
    %xw = sinter.mul %x, %warm : (tensor<7x13xf32>, tensor<13xf32>) -> tensor<7x13xf32>
    %xb = sinter.add %x, %bend : (tensor<7x13xf32>, tensor<13xf32>) -> tensor<7x13xf32>
    %h = sinter.matmul %xb, %f {transpose_b = true} : (tensor<7x13xf32>, tensor<33x13xf32>) -> tensor<7x33xf32>
    %h2 = sinter.matmul %xw, %ft : (tensor<7x13xf32>, tensor<13x33xf32>) -> tensor<7x33xf32>
    %hh = sinter.add %h, %h2 : (tensor<7x33xf32>, tensor<7x33xf32>) -> tensor<7x33xf32>
    %e = sinter.sub %hh, %t : (tensor<7x33xf32>, tensor<7x33xf32>) -> tensor<7x33xf32>
    %q = sinter.mul %e, %e : (tensor<7x33xf32>, tensor<7x33xf32>) -> tensor<7x33xf32>
    %sum = sinter.sum %q axes [0, 1] : (tensor<7x33xf32>) -> tensor<f32>
    %loss = sinter.add %sum, %size : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %df = sinter.gradient %loss, %one, %f ys 1 : (tensor<f32>, tensor<f32>, tensor<33x13xf32>) -> tensor<33x13xf32>
    %dw = sinter.mul %df, %s : (tensor<33x13xf32>, tensor<33x1xf32>) -> tensor<33x13xf32>
    %dfw = sinter.mul %df, %w : (tensor<33x13xf32>, tensor<33x13xf32>) -> tensor<33x13xf32>
    %ds = sinter.sum %dfw axes [1] {keepdims = true} : (tensor<33x13xf32>) -> tensor<33x1xf32>
    %rw = sinter.mul %dw, %rate : (tensor<33x13xf32>, tensor<f32>) -> tensor<33x13xf32>
    %rs = sinter.mul %ds, %rate : (tensor<33x1xf32>, tensor<f32>) -> tensor<33x1xf32>
    %w2 = sinter.sub %w, %rw : (tensor<33x13xf32>, tensor<33x13xf32>) -> tensor<33x13xf32>
    %s2 = sinter.sub %s, %rs : (tensor<33x1xf32>, tensor<33x1xf32>) -> tensor<33x1xf32>
    sinter.return outputs(%loss : tensor<f32>) names ["loss"] loss 0 updates(%w2, %s2 : tensor<33x13xf32>, tensor<33x1xf32>) symbols [@w, @s]
  }
  sinter.entry @predict_b7 name("predict") kind(predict) batch(7) inputs ["x"] {
  ^bb0(%x: tensor<7x13xf32>):
    %f = sinter.get @scaled : tensor<33x13xf32>
    %r = sinter.get @raised : tensor<33x13xf32>
    %y = sinter.matmul %x, %f {transpose_b = true} : (tensor<7x13xf32>, tensor<33x13xf32>) -> tensor<7x33xf32>
    %z = sinter.matmul %y, %r : (tensor<7x33xf32>, tensor<33x13xf32>) -> tensor<7x13xf32>
    sinter.return outputs(%z : tensor<7x13xf32>) names ["z"] symbols []
  }
}
