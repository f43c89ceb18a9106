// Two convolutions with batch norm and ReLU, the second with a residual add: a training step with statistics of the batch,
// and prediction with running ones (kept as deviations: any number is one).
module @norm attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v3", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "+avx2,+fma", vectorBits = 256, vectorRegisters = 16, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  sinter.symbol @w1 : tensor<8x3x3x3xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.symbol @g1 : tensor<8xf32> kind parameter init <constant, 1.0, 0.0>
  sinter.symbol @b1 : tensor<8xf32> kind parameter init <constant, 1.0, 0.0>
  sinter.symbol @m1 : tensor<8xf32> kind buffer init <constant, 1.0, 0.0>
  sinter.symbol @v1 : tensor<8xf32> kind buffer init <constant, 1.0, 0.0>
  sinter.symbol @w2 : tensor<8x8x3x3xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.symbol @g2 : tensor<8xf32> kind parameter init <constant, 1.0, 0.0>
  sinter.symbol @b2 : tensor<8xf32> kind parameter init <constant, 1.0, 0.0>
  sinter.symbol @m2 : tensor<8xf32> kind buffer init <constant, 1.0, 0.0>
  sinter.symbol @v2 : tensor<8xf32> kind buffer init <constant, 1.0, 0.0>
  sinter.entry @train name("train_step") kind(train) batch(4) inputs ["x"] {
  ^bb0(%x: tensor<4x3x6x8xf32>):
    %w1 = sinter.get @w1 : tensor<8x3x3x3xf32>
    %g1 = sinter.get @g1 : tensor<8xf32>
    %b1 = sinter.get @b1 : tensor<8xf32>
    %w2 = sinter.get @w2 : tensor<8x8x3x3xf32>
    %g2 = sinter.get @g2 : tensor<8xf32>
    %b2 = sinter.get @b2 : tensor<8xf32>
    %eps = sinter.constant dense<1.0e-05> : tensor<f32>
    %share = sinter.constant dense<5.2083333e-03> : tensor<f32>
    %c1 = sinter.conv2d %x, %w1 {strides = array<i64: 1, 1>, low = array<i64: 1, 1>, high = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<4x3x6x8xf32>, tensor<8x3x3x3xf32>) -> tensor<4x8x6x8xf32>
    %s1 = sinter.sum %c1 axes [0, 2, 3] : (tensor<4x8x6x8xf32>) -> tensor<8xf32>
    %m1 = sinter.mul %s1, %share : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
    %xx1 = sinter.mul %c1, %c1 : (tensor<4x8x6x8xf32>, tensor<4x8x6x8xf32>) -> tensor<4x8x6x8xf32>
    %q1 = sinter.sum %xx1 axes [0, 2, 3] : (tensor<4x8x6x8xf32>) -> tensor<8xf32>
    %e1 = sinter.mul %q1, %share : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
    %mm1 = sinter.mul %m1, %m1 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %v1 = sinter.sub %e1, %mm1 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %t1 = sinter.add %v1, %eps : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
    %d1 = sinter.sqrt %t1 : (tensor<8xf32>) -> tensor<8xf32>
    %scale1 = sinter.div %g1, %d1 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %ms1 = sinter.mul %m1, %scale1 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %shift1 = sinter.sub %b1, %ms1 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %scales1 = sinter.reshape %scale1 : (tensor<8xf32>) -> tensor<8x1x1xf32>
    %shifts1 = sinter.reshape %shift1 : (tensor<8xf32>) -> tensor<8x1x1xf32>
    %n1 = sinter.mul %c1, %scales1 : (tensor<4x8x6x8xf32>, tensor<8x1x1xf32>) -> tensor<4x8x6x8xf32>
    %z1 = sinter.add %n1, %shifts1 : (tensor<4x8x6x8xf32>, tensor<8x1x1xf32>) -> tensor<4x8x6x8xf32>
    %a1 = sinter.relu %z1 : (tensor<4x8x6x8xf32>) -> tensor<4x8x6x8xf32>
    %c2 = sinter.conv2d %a1, %w2 {strides = array<i64: 1, 1>, low = array<i64: 1, 1>, high = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<4x8x6x8xf32>, tensor<8x8x3x3xf32>) -> tensor<4x8x6x8xf32>
    %s2 = sinter.sum %c2 axes [0, 2, 3] : (tensor<4x8x6x8xf32>) -> tensor<8xf32>
    %m2 = sinter.mul %s2, %share : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
    %xx2 = sinter.mul %c2, %c2 : (tensor<4x8x6x8xf32>, tensor<4x8x6x8xf32>) -> tensor<4x8x6x8xf32>
    %q2 = sinter.sum %xx2 axes [0, 2, 3] : (tensor<4x8x6x8xf32>) -> tensor<8xf32>
    %e2 = sinter.mul %q2, %share : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
    %mm2 = sinter.mul %m2, %m2 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %v2 = sinter.sub %e2, %mm2 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %t2 = sinter.add %v2, %eps : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
    %d2 = sinter.sqrt %t2 : (tensor<8xf32>) -> tensor<8xf32>
    %scale2 = sinter.div %g2, %d2 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %ms2 = sinter.mul %m2, %scale2 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %shift2 = sinter.sub %b2, %ms2 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %scales2 = sinter.reshape %scale2 : (tensor<8xf32>) -> tensor<8x1x1xf32>
    %shifts2 = sinter.reshape %shift2 : (tensor<8xf32>) -> tensor<8x1x1xf32>
    %n2 = sinter.mul %c2, %scales2 : (tensor<4x8x6x8xf32>, tensor<8x1x1xf32>) -> tensor<4x8x6x8xf32>
    %z2 = sinter.add %n2, %shifts2 : (tensor<4x8x6x8xf32>, tensor<8x1x1xf32>) -> tensor<4x8x6x8xf32>
    %r = sinter.add %z2, %a1 : (tensor<4x8x6x8xf32>, tensor<4x8x6x8xf32>) -> tensor<4x8x6x8xf32>
    %a2 = sinter.relu %r : (tensor<4x8x6x8xf32>) -> tensor<4x8x6x8xf32>
    %y = sinter.mul %a2, %a2 : (tensor<4x8x6x8xf32>, tensor<4x8x6x8xf32>) -> tensor<4x8x6x8xf32>
    %l = sinter.sum %y axes [0, 1, 2, 3] : (tensor<4x8x6x8xf32>) -> tensor<f32>
    %one = sinter.constant dense<1.0> : tensor<f32>
    %lr = sinter.constant dense<0.01> : tensor<f32>
    %d:6 = sinter.gradient %l, %one, %w1, %g1, %b1, %w2, %g2, %b2 ys 1 : (tensor<f32>, tensor<f32>, tensor<8x3x3x3xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8x8x3x3xf32>, tensor<8xf32>, tensor<8xf32>) -> (tensor<8x3x3x3xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8x8x3x3xf32>, tensor<8xf32>, tensor<8xf32>)
    %w1s = sinter.mul %d#0, %lr : (tensor<8x3x3x3xf32>, tensor<f32>) -> tensor<8x3x3x3xf32>
    %w1n = sinter.sub %w1, %w1s : (tensor<8x3x3x3xf32>, tensor<8x3x3x3xf32>) -> tensor<8x3x3x3xf32>
    %g1s = sinter.mul %d#1, %lr : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
    %g1n = sinter.sub %g1, %g1s : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %b1s = sinter.mul %d#2, %lr : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
    %b1n = sinter.sub %b1, %b1s : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %w2s = sinter.mul %d#3, %lr : (tensor<8x8x3x3xf32>, tensor<f32>) -> tensor<8x8x3x3xf32>
    %w2n = sinter.sub %w2, %w2s : (tensor<8x8x3x3xf32>, tensor<8x8x3x3xf32>) -> tensor<8x8x3x3xf32>
    %g2s = sinter.mul %d#4, %lr : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
    %g2n = sinter.sub %g2, %g2s : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %b2s = sinter.mul %d#5, %lr : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
    %b2n = sinter.sub %b2, %b2s : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    sinter.return outputs(%l : tensor<f32>) names ["l"] updates(%w1n, %g1n, %b1n, %w2n, %g2n, %b2n : tensor<8x3x3x3xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8x8x3x3xf32>, tensor<8xf32>, tensor<8xf32>) symbols [@w1, @g1, @b1, @w2, @g2, @b2]
  }
  sinter.entry @predict name("predict") kind(predict) batch(4) inputs ["x"] {
  ^bb0(%x: tensor<4x3x6x8xf32>):
    %w1 = sinter.get @w1 : tensor<8x3x3x3xf32>
    %g1 = sinter.get @g1 : tensor<8xf32>
    %b1 = sinter.get @b1 : tensor<8xf32>
    %m1 = sinter.get @m1 : tensor<8xf32>
    %dev1 = sinter.get @v1 : tensor<8xf32>
    %v1 = sinter.mul %dev1, %dev1 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %w2 = sinter.get @w2 : tensor<8x8x3x3xf32>
    %g2 = sinter.get @g2 : tensor<8xf32>
    %b2 = sinter.get @b2 : tensor<8xf32>
    %m2 = sinter.get @m2 : tensor<8xf32>
    %dev2 = sinter.get @v2 : tensor<8xf32>
    %v2 = sinter.mul %dev2, %dev2 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %eps = sinter.constant dense<1.0e-05> : tensor<f32>
    %c1 = sinter.conv2d %x, %w1 {strides = array<i64: 1, 1>, low = array<i64: 1, 1>, high = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<4x3x6x8xf32>, tensor<8x3x3x3xf32>) -> tensor<4x8x6x8xf32>
    %t1 = sinter.add %v1, %eps : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
    %d1 = sinter.sqrt %t1 : (tensor<8xf32>) -> tensor<8xf32>
    %scale1 = sinter.div %g1, %d1 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %ms1 = sinter.mul %m1, %scale1 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %shift1 = sinter.sub %b1, %ms1 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %scales1 = sinter.reshape %scale1 : (tensor<8xf32>) -> tensor<8x1x1xf32>
    %shifts1 = sinter.reshape %shift1 : (tensor<8xf32>) -> tensor<8x1x1xf32>
    %n1 = sinter.mul %c1, %scales1 : (tensor<4x8x6x8xf32>, tensor<8x1x1xf32>) -> tensor<4x8x6x8xf32>
    %z1 = sinter.add %n1, %shifts1 : (tensor<4x8x6x8xf32>, tensor<8x1x1xf32>) -> tensor<4x8x6x8xf32>
    %a1 = sinter.relu %z1 : (tensor<4x8x6x8xf32>) -> tensor<4x8x6x8xf32>
    %c2 = sinter.conv2d %a1, %w2 {strides = array<i64: 1, 1>, low = array<i64: 1, 1>, high = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<4x8x6x8xf32>, tensor<8x8x3x3xf32>) -> tensor<4x8x6x8xf32>
    %t2 = sinter.add %v2, %eps : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
    %d2 = sinter.sqrt %t2 : (tensor<8xf32>) -> tensor<8xf32>
    %scale2 = sinter.div %g2, %d2 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %ms2 = sinter.mul %m2, %scale2 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %shift2 = sinter.sub %b2, %ms2 : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %scales2 = sinter.reshape %scale2 : (tensor<8xf32>) -> tensor<8x1x1xf32>
    %shifts2 = sinter.reshape %shift2 : (tensor<8xf32>) -> tensor<8x1x1xf32>
    %n2 = sinter.mul %c2, %scales2 : (tensor<4x8x6x8xf32>, tensor<8x1x1xf32>) -> tensor<4x8x6x8xf32>
    %z2 = sinter.add %n2, %shifts2 : (tensor<4x8x6x8xf32>, tensor<8x1x1xf32>) -> tensor<4x8x6x8xf32>
    %r = sinter.add %z2, %a1 : (tensor<4x8x6x8xf32>, tensor<4x8x6x8xf32>) -> tensor<4x8x6x8xf32>
    %a2 = sinter.relu %r : (tensor<4x8x6x8xf32>) -> tensor<4x8x6x8xf32>
    sinter.return outputs(%a2 : tensor<4x8x6x8xf32>) names ["y"] symbols []
  }
}
