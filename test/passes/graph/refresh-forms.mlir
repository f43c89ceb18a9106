// An entry that updates what a form is made of refreshes the form: training those that are always fresh, in the order in
// which they are made of each other; other entries every form.
// RUN: sinter-opt --refresh-forms %s | FileCheck %s
// RUN: sinter-opt --refresh-forms --refresh-forms %s | FileCheck %s
module @m {
  sinter.symbol @w : tensor<4xf32> kind parameter init <constant, 0.0, 0.0>
  sinter.symbol @s : tensor<4xf32> kind parameter init <constant, 0.0, 0.0>
  sinter.form @scaled of @w, @s : tensor<4xf32> refresh(step) {
  ^bb0(%w: tensor<4xf32>, %s: tensor<4xf32>):
    %0 = sinter.mul %w, %s : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    sinter.yield %0 : tensor<4xf32>
  }
  sinter.form @twice of @scaled : tensor<4xf32> refresh(step) {
  ^bb0(%f: tensor<4xf32>):
    %0 = sinter.add %f, %f : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    sinter.yield %0 : tensor<4xf32>
  }
  sinter.form @later of @w : tensor<4xf32> refresh(prepare) {
  ^bb0(%w: tensor<4xf32>):
    %0 = sinter.exp %w : (tensor<4xf32>) -> tensor<4xf32>
    sinter.yield %0 : tensor<4xf32>
  }
  // CHECK-LABEL: sinter.entry @train
  // CHECK: %[[NEW:.*]] = sinter.sub %w, %x
  // CHECK: %[[S:.*]] = sinter.get @s
  // CHECK: %[[SCALED:.*]] = sinter.mul %[[NEW]], %[[S]]
  // CHECK: %[[TWICE:.*]] = sinter.add %[[SCALED]], %[[SCALED]]
  // CHECK: sinter.return names [] updates(%[[NEW]], %[[SCALED]], %[[TWICE]] : {{.*}}) symbols [@w, @scaled, @twice]
  sinter.entry @train name("train_step") kind(train) batch(1) inputs ["x"] {
  ^bb0(%x: tensor<4xf32>):
    %w = sinter.get @w : tensor<4xf32>
    %new = sinter.sub %w, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    sinter.return names [] updates(%new : tensor<4xf32>) symbols [@w]
  }
  // CHECK-LABEL: sinter.entry @count
  // CHECK: sinter.return names [] updates({{.*}}) symbols [@w, @scaled, @twice, @later]
  sinter.entry @count name("count") kind(predict) batch(1) inputs ["x"] {
  ^bb0(%x: tensor<4xf32>):
    sinter.return names [] updates(%x : tensor<4xf32>) symbols [@w]
  }
  // CHECK-LABEL: sinter.entry @read
  // CHECK: sinter.return outputs({{.*}}) names ["f"] symbols []
  sinter.entry @read name("read") kind(predict) batch(1) inputs [] {
    %f = sinter.get @twice : tensor<4xf32>
    sinter.return outputs(%f : tensor<4xf32>) names ["f"] symbols []
  }
}
