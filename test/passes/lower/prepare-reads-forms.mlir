// A form may be made of forms: each is computed behind what it is made of. What is always fresh is
// computed after loading, where files hold the symbols alone; the rest by prepare.
// RUN: sinter-opt --fuse-contractions --fuse-maps --lower-to-kernel %s | FileCheck %s
#panels = #kernel.layout<[0, 1], block = [0], by = [16]>
module @m {
  sinter.symbol @w : tensor<20x4xf32> kind parameter init <constant, 0.0, 0.0>
  sinter.form @w.form1 of @w : tensor<20x4xf32, #panels> refresh(prepare) {
  ^bb0(%w: tensor<20x4xf32>):
    sinter.yield %w : tensor<20x4xf32>
  }
  sinter.form @w.prepared of @w.form1 : tensor<20x4xf32> refresh(prepare) {
  ^bb0(%w: tensor<20x4xf32, #panels>):
    %y = sinter.exp %w : (tensor<20x4xf32, #panels>) -> tensor<20x4xf32>
    sinter.yield %y : tensor<20x4xf32>
  }
  sinter.form @w.step of @w : tensor<20x4xf32, #panels> refresh(step) {
  ^bb0(%w: tensor<20x4xf32>):
    sinter.yield %w : tensor<20x4xf32>
  }
  sinter.form @w.negative of @w.step : tensor<20x4xf32> refresh(step) {
  ^bb0(%w: tensor<20x4xf32, #panels>):
    %y = sinter.neg %w : (tensor<20x4xf32, #panels>) -> tensor<20x4xf32>
    sinter.yield %y : tensor<20x4xf32>
  }
  // CHECK-LABEL: kernel.entry @load name("load")
  // CHECK-DAG: %[[IMAGE:.*]] = kernel.buffer "w" role(logical)
  // CHECK-DAG: %[[W:.*]] = kernel.buffer "w" role(param)
  // CHECK-DAG: %[[STEP:.*]] = kernel.buffer "w.step" role(form)
  // CHECK-NOT: w.form1
  // CHECK: kernel.map "pack_f32" {{.*}} ins(%[[IMAGE]] : {{.*}}) outs(%[[W]], %[[STEP]] :
  // CHECK: kernel.map "neg_f32" {{.*}} ins(%[[STEP]] :
  // CHECK: kernel.map "update_f32"
  // CHECK-LABEL: kernel.entry @save
  // CHECK-NOT: role(form)
  // CHECK-LABEL: kernel.entry @prepare
  // CHECK-DAG: %[[W:.*]] = kernel.buffer "w" role(param)
  // CHECK-DAG: %[[FORM:.*]] = kernel.buffer "w.form1" role(form)
  // CHECK: kernel.map "derive_f32" {{.*}} ins(%[[W]] : {{.*}}) outs(%[[FORM]] :
  // CHECK: kernel.map "exp_f32" {{.*}} ins(%[[FORM]] :
  // CHECK: kernel.map "update_f32"
}
