// What prepare makes may read a derived form of a parameter: the form is refreshed before, not behind.
// RUN: sinter-opt --fuse-contractions --fuse-maps --lower-to-kernel %s | FileCheck %s
module @m {
  sinter.symbol @w : tensor<20x4xf32> kind "parameter" init <constant, 0.0, 0.0>
  sinter.derived @w.form1 of @w : tensor<20x4xf32, #kernel.layout<[0, 1], block = [0], by = [16]>>
  sinter.symbol @w.prepared : tensor<20x4xf32> kind "prepared" init <constant, 0.0, 0.0>
  // CHECK-LABEL: kernel.entry @prepare
  // CHECK-DAG: %[[W:.*]] = kernel.buffer "w" role("param")
  // CHECK-DAG: %[[FORM:.*]] = kernel.buffer "w.form1" role("derived")
  // CHECK: _derive_f32" {{.*}} ins(%[[W]] : {{.*}}) outs(%[[FORM]] :
  // CHECK: _exp_f32" {{.*}} ins(%[[FORM]] :
  // CHECK: _update_f32"
  sinter.entry @prepare name("prepare") kind("prepare") batch(0) inputs [] {
    %w = sinter.get @w.form1 : tensor<20x4xf32, #kernel.layout<[0, 1], block = [0], by = [16]>>
    %y = sinter.exp %w : (tensor<20x4xf32, #kernel.layout<[0, 1], block = [0], by = [16]>>) -> tensor<20x4xf32>
    sinter.return names [] updates(%y : tensor<20x4xf32>) symbols [@w.prepared]
  }
}
