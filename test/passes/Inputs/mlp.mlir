module @mlp attributes {sinter.default_epochs = 10 : i64, kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "+avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  sinter.scalar @step : i64 kind step initial 0.0 help ""
  sinter.scalar @seed : i64 kind seed initial 0.0 help ""
  sinter.scalar @lr : f32 initial 1.0e-1 help "learning rate"
  sinter.symbol @"fc1.weight" : tensor<19x25xf32> kind parameter init <normal, 0.0, 0.01>
  sinter.symbol @"fc1.bias" : tensor<19xf32> kind parameter init <constant, 0.0, 0.0>
  sinter.symbol @"fc2.weight" : tensor<4x19xf32> kind parameter init <normal, 0.0, 0.01>
  sinter.symbol @"fc2.bias" : tensor<4xf32> kind parameter init <constant, 0.0, 0.0>
  sinter.symbol @"accuracy.sum" : tensor<f32> kind metric init <constant, 0.0, 0.0>
  sinter.symbol @"accuracy.weight" : tensor<f32> kind metric init <constant, 0.0, 0.0>
  sinter.metric @accuracy sum @"accuracy.sum" weight @"accuracy.weight" finish ratio
  sinter.data "fashion-mnist" fields [#sinter.field<"image", tensor<1x5x5xf32>, unit>, #sinter.field<"label", tensor<i32>, class below 4>]
  sinter.entry @train_step_b9 name("train_step") kind(train) batch(9) inputs ["image", "label"] {
  ^bb0(%image: tensor<9x1x5x5xf32>, %label: tensor<9xi32>):
    %w1 = sinter.get @"fc1.weight" : tensor<19x25xf32>
    %b1 = sinter.get @"fc1.bias" : tensor<19xf32>
    %w2 = sinter.get @"fc2.weight" : tensor<4x19xf32>
    %b2 = sinter.get @"fc2.bias" : tensor<4xf32>
    %lr = sinter.get @lr : tensor<f32>
    %zero = sinter.constant dense<0.0> : tensor<f32>
    %batch = sinter.constant dense<9.0> : tensor<f32>
    %x = sinter.reshape %image : (tensor<9x1x5x5xf32>) -> tensor<9x25xf32>
    %h = sinter.matmul %x, %w1 {transpose_b = true} : (tensor<9x25xf32>, tensor<19x25xf32>) -> tensor<9x19xf32>
    %hb = sinter.add %h, %b1 : (tensor<9x19xf32>, tensor<19xf32>) -> tensor<9x19xf32>
    %r = sinter.relu %hb : (tensor<9x19xf32>) -> tensor<9x19xf32>
    %l = sinter.matmul %r, %w2 {transpose_b = true} : (tensor<9x19xf32>, tensor<4x19xf32>) -> tensor<9x4xf32>
    %lb = sinter.add %l, %b2 : (tensor<9x4xf32>, tensor<4xf32>) -> tensor<9x4xf32>
    %ce = sinter.softmax_cross_entropy %lb, %label : (tensor<9x4xf32>, tensor<9xi32>) -> tensor<9xf32>
    %sum = sinter.sum %ce axes [0] : (tensor<9xf32>) -> tensor<f32>
    %loss = sinter.div %sum, %batch : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %am = sinter.argmax %lb axis 1 : (tensor<9x4xf32>) -> tensor<9xi32>
    %eq = sinter.compare "eq" %am, %label : (tensor<9xi32>, tensor<9xi32>) -> tensor<9xi1>
    %eqf = sinter.cast %eq : (tensor<9xi1>) -> tensor<9xf32>
    %acc = sinter.sum %eqf axes [0] : (tensor<9xf32>) -> tensor<f32>
    %as = sinter.get @"accuracy.sum" : tensor<f32>
    %aw = sinter.get @"accuracy.weight" : tensor<f32>
    %as2 = sinter.add %as, %acc : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %aw2 = sinter.add %aw, %batch : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %one = sinter.constant dense<1.0> : tensor<f32>
    %dsum = sinter.div %one, %batch : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %dce = sinter.broadcast_to %dsum : (tensor<f32>) -> tensor<9xf32>
    %sm = sinter.softmax %lb axis 1 : (tensor<9x4xf32>) -> tensor<9x4xf32>
    %iota = sinter.iota 1 : tensor<9x4xi32>
    %lab2 = sinter.reshape %label : (tensor<9xi32>) -> tensor<9x1xi32>
    %hot = sinter.compare "eq" %iota, %lab2 : (tensor<9x4xi32>, tensor<9x1xi32>) -> tensor<9x4xi1>
    %hotf = sinter.cast %hot : (tensor<9x4xi1>) -> tensor<9x4xf32>
    %pm = sinter.sub %sm, %hotf : (tensor<9x4xf32>, tensor<9x4xf32>) -> tensor<9x4xf32>
    %dce2 = sinter.reshape %dce : (tensor<9xf32>) -> tensor<9x1xf32>
    %dl = sinter.mul %pm, %dce2 : (tensor<9x4xf32>, tensor<9x1xf32>) -> tensor<9x4xf32>
    %db2 = sinter.sum %dl axes [0] : (tensor<9x4xf32>) -> tensor<4xf32>
    %dw2 = sinter.matmul %dl, %r {transpose_a = true} : (tensor<9x4xf32>, tensor<9x19xf32>) -> tensor<4x19xf32>
    %dr = sinter.matmul %dl, %w2 : (tensor<9x4xf32>, tensor<4x19xf32>) -> tensor<9x19xf32>
    %pos = sinter.compare "gt" %r, %zero : (tensor<9x19xf32>, tensor<f32>) -> tensor<9x19xi1>
    %dh = sinter.select %pos, %dr, %zero : (tensor<9x19xi1>, tensor<9x19xf32>, tensor<f32>) -> tensor<9x19xf32>
    %db1 = sinter.sum %dh axes [0] : (tensor<9x19xf32>) -> tensor<19xf32>
    %dw1 = sinter.matmul %dh, %x {transpose_a = true} : (tensor<9x19xf32>, tensor<9x25xf32>) -> tensor<19x25xf32>
    %s1 = sinter.mul %lr, %dw1 : (tensor<f32>, tensor<19x25xf32>) -> tensor<19x25xf32>
    %w1n = sinter.sub %w1, %s1 : (tensor<19x25xf32>, tensor<19x25xf32>) -> tensor<19x25xf32>
    %s2 = sinter.mul %lr, %db1 : (tensor<f32>, tensor<19xf32>) -> tensor<19xf32>
    %b1n = sinter.sub %b1, %s2 : (tensor<19xf32>, tensor<19xf32>) -> tensor<19xf32>
    %s3 = sinter.mul %lr, %dw2 : (tensor<f32>, tensor<4x19xf32>) -> tensor<4x19xf32>
    %w2n = sinter.sub %w2, %s3 : (tensor<4x19xf32>, tensor<4x19xf32>) -> tensor<4x19xf32>
    %s4 = sinter.mul %lr, %db2 : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
    %b2n = sinter.sub %b2, %s4 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    sinter.return outputs(%loss : tensor<f32>) names ["loss"] updates(%w1n, %b1n, %w2n, %b2n, %as2, %aw2 : tensor<19x25xf32>, tensor<19xf32>, tensor<4x19xf32>, tensor<4xf32>, tensor<f32>, tensor<f32>) symbols [@"fc1.weight", @"fc1.bias", @"fc2.weight", @"fc2.bias", @"accuracy.sum", @"accuracy.weight"]
  }
  sinter.entry @predict_b1 name("predict") kind(predict) batch(1) inputs ["image"] {
  ^bb0(%image: tensor<1x1x5x5xf32>):
    %w1 = sinter.get @"fc1.weight" : tensor<19x25xf32>
    %b1 = sinter.get @"fc1.bias" : tensor<19xf32>
    %w2 = sinter.get @"fc2.weight" : tensor<4x19xf32>
    %b2 = sinter.get @"fc2.bias" : tensor<4xf32>
    %x = sinter.reshape %image : (tensor<1x1x5x5xf32>) -> tensor<1x25xf32>
    %h = sinter.matmul %x, %w1 {transpose_b = true} : (tensor<1x25xf32>, tensor<19x25xf32>) -> tensor<1x19xf32>
    %hb = sinter.add %h, %b1 : (tensor<1x19xf32>, tensor<19xf32>) -> tensor<1x19xf32>
    %r = sinter.relu %hb : (tensor<1x19xf32>) -> tensor<1x19xf32>
    %l = sinter.matmul %r, %w2 {transpose_b = true} : (tensor<1x19xf32>, tensor<4x19xf32>) -> tensor<1x4xf32>
    %lb = sinter.add %l, %b2 : (tensor<1x4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
    sinter.return outputs(%lb : tensor<1x4xf32>) names ["logits"] symbols []
  }
}
