// RUN: sinter-opt --fuse-contractions --fuse-maps --assign-layouts %s | FileCheck %s

// Optimizer state lies as its own parameter does, whatever else has its shape; a weight that only a view reads stays
// row-major.
// CHECK: sinter.symbol @w : tensor<64x80xf32, #kernel.layout<[0, 1], block = [0], by = [32]>>
// CHECK: sinter.symbol @"optimizer/w.momentum" : tensor<64x80xf32, #kernel.layout<[0, 1], block = [0], by = [32]>>
// CHECK: sinter.symbol @plain : tensor<64x80xf32> kind
// CHECK: sinter.symbol @"optimizer/plain.momentum" : tensor<64x80xf32> kind
// CHECK: sinter.symbol @flat : tensor<80x2x32xf32> kind
module @m attributes {kernel.target = #kernel.cpu_target<name = "cpu:x86-64-v4", triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v4", features = "+avx512f", vectorBits = 512, vectorRegisters = 32, fmaPorts = 2, l1 = 49152, l2 = 2097152, l3 = 33554432, hasFma = true>} {
  sinter.symbol @w : tensor<64x80xf32> kind parameter init <normal, 0.0, 0.01>
  sinter.symbol @"optimizer/w.momentum" : tensor<64x80xf32> kind optimizer of @w slot "momentum" init <constant, 0.0, 0.0>
  sinter.symbol @plain : tensor<64x80xf32> kind parameter init <normal, 0.0, 0.01>
  sinter.symbol @"optimizer/plain.momentum" : tensor<64x80xf32> kind optimizer of @plain slot "momentum" init <constant, 0.0, 0.0>
  sinter.symbol @flat : tensor<80x2x32xf32> kind parameter init <normal, 0.0, 0.01>
  sinter.entry @train name("train_step") kind(train) batch(48) inputs ["x", "dy"] {
  ^bb0(%x: tensor<48x80xf32>, %dy: tensor<48x64xf32>):
    %w = sinter.get @w : tensor<64x80xf32>
    %m = sinter.get @"optimizer/w.momentum" : tensor<64x80xf32>
    %f = sinter.get @flat : tensor<80x2x32xf32>
    %fm = sinter.reshape %f : (tensor<80x2x32xf32>) -> tensor<80x64xf32>
    %h = sinter.matmul %x, %w {transpose_b = true} : (tensor<48x80xf32>, tensor<64x80xf32>) -> tensor<48x64xf32>
    %q = sinter.matmul %x, %fm : (tensor<48x80xf32>, tensor<80x64xf32>) -> tensor<48x64xf32>
    %y = sinter.add %h, %q : (tensor<48x64xf32>, tensor<48x64xf32>) -> tensor<48x64xf32>
    %g = sinter.matmul %dy, %x {transpose_a = true} : (tensor<48x64xf32>, tensor<48x80xf32>) -> tensor<64x80xf32>
    %m2 = sinter.add %m, %g : (tensor<64x80xf32>, tensor<64x80xf32>) -> tensor<64x80xf32>
    %w2 = sinter.sub %w, %m2 : (tensor<64x80xf32>, tensor<64x80xf32>) -> tensor<64x80xf32>
    %p = sinter.get @plain : tensor<64x80xf32>
    %n = sinter.get @"optimizer/plain.momentum" : tensor<64x80xf32>
    %n2 = sinter.add %n, %w2 : (tensor<64x80xf32>, tensor<64x80xf32>) -> tensor<64x80xf32>
    %p2 = sinter.sub %p, %n2 : (tensor<64x80xf32>, tensor<64x80xf32>) -> tensor<64x80xf32>
    sinter.return outputs(%y : tensor<48x64xf32>) names ["y"] updates(%w2, %m2, %p2, %n2 : tensor<64x80xf32>, tensor<64x80xf32>, tensor<64x80xf32>, tensor<64x80xf32>) symbols [@w, @"optimizer/w.momentum", @plain, @"optimizer/plain.momentum"]
  }
}
