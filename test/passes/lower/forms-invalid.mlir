// Lowering takes an entry as it stands: what it would leave stale is refused, with the pass that helps.
// RUN: sinter-opt --lower-to-kernel --split-input-file --verify-diagnostics %s
// RUN: sinter-opt --refresh-forms --fuse-maps --lower-to-kernel --split-input-file %s | FileCheck %s
// CHECK-COUNT-2: kernel.buffer "f" role(form)
module @training {
  sinter.symbol @w : tensor<4xf32> kind parameter init <constant, 0.0, 0.0>
  sinter.form @f of @w : tensor<4xf32> refresh(step) {
  ^bb0(%w: tensor<4xf32>):
    sinter.yield %w : tensor<4xf32>
  }
  sinter.entry @train name("train_step") kind(train) batch(1) inputs ["x"] {
  ^bb0(%x: tensor<4xf32>):
    // expected-error @+1 {{expects an update of form @f, as it updates what the form is made of; --refresh-forms adds it}}
    sinter.return names [] updates(%x : tensor<4xf32>) symbols [@w]
  }
}

// -----
// Training leaves a form to prepare, which runs before what trains nothing and not behind it.
module @counting {
  sinter.symbol @w : tensor<4xf32> kind parameter init <constant, 0.0, 0.0>
  sinter.form @f of @w : tensor<4xf32> refresh(prepare) {
  ^bb0(%w: tensor<4xf32>):
    sinter.yield %w : tensor<4xf32>
  }
  sinter.entry @train name("train_step") kind(train) batch(1) inputs ["x"] {
  ^bb0(%x: tensor<4xf32>):
    sinter.return names [] updates(%x : tensor<4xf32>) symbols [@w]
  }
  sinter.entry @count name("count") kind(predict) batch(1) inputs ["x"] {
  ^bb0(%x: tensor<4xf32>):
    // expected-error @+1 {{expects an update of form @f, as it updates what the form is made of; --refresh-forms adds it}}
    sinter.return names [] updates(%x : tensor<4xf32>) symbols [@w]
  }
}
