// Forms that are made of nothing, of what comes later, or of what is not fresh, and wrong uses of forms: each is refused.
// RUN: sinter-opt %s --split-input-file --verify-diagnostics

sinter.symbol @w : tensor<4xf32> kind parameter init <constant, 0.0, 0.0>
// expected-error @+1 {{expects to yield its type, but for the layout, got 'tensor<4xf32>'}}
sinter.form @w.t of @w : tensor<5xf32> refresh(step) {
^bb0(%w: tensor<4xf32>):
  sinter.yield %w : tensor<4xf32>
}

// -----

sinter.symbol @w : tensor<4xf32> kind parameter init <constant, 0.0, 0.0>
// expected-error @+1 {{expects a block argument of the type of @w, 'tensor<4xf32>', got 'tensor<4xf64>'}}
sinter.form @w.t of @w : tensor<4xf64> refresh(step) {
^bb0(%w: tensor<4xf64>):
  sinter.yield %w : tensor<4xf64>
}

// -----

sinter.symbol @w : tensor<4xf32> kind parameter init <constant, 0.0, 0.0>
// expected-error @+1 {{expects an encoding #kernel.layout of rank 1, got #kernel.layout<[0, 1]>}}
sinter.form @w.form1 of @w : tensor<4xf32, #kernel.layout<[0, 1]>> refresh(step) {
^bb0(%w: tensor<4xf32>):
  sinter.yield %w : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected one of [step, prepare, load] for refresh of form, got: daily}}
sinter.form @f of @w : tensor<4xf32> refresh(daily) {

// -----

// expected-error @+1 {{expects @w to be a symbol or a form of the module, got no such name}}
sinter.form @f of @w : tensor<4xf32> refresh(step) {
^bb0(%w: tensor<4xf32>):
  sinter.yield %w : tensor<4xf32>
}

// -----

sinter.scalar @lr : f32 initial 0.1 help ""
// expected-error @+1 {{expects @lr to be a symbol or a form of the module, got a run-time scalar}}
sinter.form @f of @lr : tensor<f32> refresh(step) {
^bb0(%w: tensor<f32>):
  sinter.yield %w : tensor<f32>
}

// -----

sinter.symbol @w : tensor<4xf32> kind parameter init <constant, 0.0, 0.0>
// expected-error @+1 {{expects one block argument a source, and at least one; got 1 for 2}}
sinter.form @f of @w, @w : tensor<4xf32> refresh(step) {
^bb0(%w: tensor<4xf32>):
  sinter.yield %w : tensor<4xf32>
}

// -----

sinter.symbol @w : tensor<4xf32> kind parameter init <constant, 0.0, 0.0>
// expected-error @+1 {{expects to stand behind the form @g, of which it is made}}
sinter.form @f of @g : tensor<4xf32> refresh(step) {
^bb0(%w: tensor<4xf32>):
  sinter.yield %w : tensor<4xf32>
}
sinter.form @g of @f : tensor<4xf32> refresh(step) {
^bb0(%w: tensor<4xf32>):
  sinter.yield %w : tensor<4xf32>
}

// -----

sinter.symbol @w : tensor<4xf32> kind parameter init <constant, 0.0, 0.0>
sinter.form @f of @w : tensor<4xf32> refresh(prepare) {
^bb0(%w: tensor<4xf32>):
  sinter.yield %w : tensor<4xf32>
}
// expected-error @+1 {{expects sources that are fresh when it is refreshed (step), got @f of refresh(prepare)}}
sinter.form @g of @f : tensor<4xf32> refresh(step) {
^bb0(%w: tensor<4xf32>):
  sinter.yield %w : tensor<4xf32>
}

// -----

sinter.symbol @w : tensor<4xf32> kind parameter init <constant, 0.0, 0.0>
sinter.form @f of @w : tensor<4xf32> refresh(step) {
^bb0(%w: tensor<4xf32>):
  // expected-error @+1 {{cannot stand in sinter.form: it expects pure ops on the values of its sources}}
  %0 = sinter.get @w : tensor<4xf32>
  sinter.yield %0 : tensor<4xf32>
}

// -----

sinter.symbol @w : tensor<4xf32> kind parameter init <constant, 0.0, 0.0>
// expected-error @+1 {{expects to end in sinter.yield of one value}}
sinter.form @f of @w : tensor<4xf32> refresh(step) {
^bb0(%w: tensor<4xf32>):
  sinter.yield %w, %w : tensor<4xf32>, tensor<4xf32>
}

// -----

sinter.symbol @w : tensor<4xf32> kind parameter init <constant, 0.0, 0.0>
sinter.form @f of @w : tensor<4xf32> refresh(prepare) {
^bb0(%w: tensor<4xf32>):
  sinter.yield %w : tensor<4xf32>
}
sinter.entry @e name("e") kind(train) batch(1) inputs [] {
  // expected-error @+1 {{expects a form that training keeps fresh, got @f of refresh(prepare)}}
  %f = sinter.get @f : tensor<4xf32>
  sinter.return outputs(%f : tensor<4xf32>) names ["f"] symbols []
}

// -----

sinter.symbol @w : tensor<4xf32> kind parameter init <constant, 0.0, 0.0>
sinter.form @f of @w : tensor<4xf32> refresh(load) {
^bb0(%w: tensor<4xf32>):
  sinter.yield %w : tensor<4xf32>
}
sinter.entry @e name("e") kind(train) batch(1) inputs ["x"] {
^bb0(%x: tensor<4xf32>):
  // expected-error @+1 {{expects no update of @w, of which @f is made after loading only}}
  sinter.return names [] updates(%x : tensor<4xf32>) symbols [@w]
}
