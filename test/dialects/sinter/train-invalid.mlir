// The module level and what structures entries: each inconsistency is refused.
// RUN: sinter-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{expected one of [parameter, buffer, optimizer, metric, counter] for kind of symbol, got: weight}}
sinter.symbol @w : tensor<4xf32> kind weight init <constant, 0.0, 0.0>

// -----

// expected-error @+1 {{expects a tensor type, got 'f32'}}
sinter.symbol @w : f32 kind parameter init <constant, 0.0, 0.0>

// -----

// expected-error @+1 {{[E0104]}}
sinter.symbol @w : tensor<?xf32> kind parameter init <constant, 0.0, 0.0>

// -----

// expected-error @+1 {{[E0102]}}
sinter.symbol @w : tensor<4xindex> kind parameter init <constant, 0.0, 0.0>

// -----

// expected-error @+1 {{expected one of [constant, normal, uniform, truncated, orthogonal, bilinear] for kind of initialiser, got: xavier}}
sinter.symbol @w : tensor<4xf32> kind parameter init <xavier, 0.0, 0.0>

// -----

// expected-error @+1 {{expects f32, f64, i32 or i64, got 'i1'}}
sinter.scalar @flag : i1 initial 1.0 help ""

// -----

sinter.symbol @s : tensor<f32> kind metric init <constant, 0.0, 0.0>
// expected-error @+1 {{expected one of [ratio, exp_ratio, sqrt_ratio] for finish of metric, got: mean}}
sinter.metric @loss sum @s weight @s finish mean

// -----

sinter.symbol @s : tensor<f32> kind metric init <constant, 0.0, 0.0>
// expected-error @+1 {{expects @n to be a symbol of the module, got no such name}}
sinter.metric @loss sum @s weight @n finish ratio

// -----

sinter.symbol @s : tensor<2xf32> kind metric init <constant, 0.0, 0.0>
// expected-error @+1 {{expects a floating-point number or square counts i64 in @s, got 'tensor<2xf32>'}}
sinter.metric @loss sum @s weight @s finish ratio

// -----

sinter.symbol @c : tensor<2x3xi64> kind metric init <constant, 0.0, 0.0>
// expected-error @+1 {{expects a floating-point number or square counts i64 in @c, got 'tensor<2x3xi64>'}}
sinter.metric @confusion sum @c weight @c finish ratio

// -----

sinter.symbol @c : tensor<2x2xf32> kind metric init <constant, 0.0, 0.0>
// expected-error @+1 {{expects a floating-point number or square counts i64 in @c, got 'tensor<2x2xf32>'}}
sinter.metric @confusion sum @c weight @c finish ratio

// -----

sinter.symbol @c : tensor<2x2xi64, #kernel.layout<[1, 0]>> kind metric init <constant, 0.0, 0.0>
// expected-error @+1 {{expects a floating-point number or square counts i64 in @c, got}}
sinter.metric @confusion sum @c weight @c finish ratio

// -----

sinter.symbol @c : tensor<2x2xi64> kind metric init <constant, 0.0, 0.0>
sinter.symbol @w : tensor<f32> kind metric init <constant, 0.0, 0.0>
// expected-error @+1 {{expects counts to be sum and weight, got @w as weight}}
sinter.metric @confusion sum @c weight @w finish ratio

// -----

// expected-error @+1 {{field "image" expects sizes of 1 or more, got 0}}
sinter.data "mnist" fields [#sinter.field<"image", tensor<1x0x28xf32>, unit>]

// -----

// expected-error @+2 {{expected one of [unit, class, character, word, byte, number, columns, target, sentence, length, picture, picture_cropped, picture_stretched, target_class] for way to decode, got: text}}
// expected-error @+1 {{failed to parse FieldAttr parameter 'decode'}}
sinter.data "mnist" fields [#sinter.field<"image", tensor<1x28x28xf32>, text>]

// -----

// expected-error @+1 {{field "label" expects i32, got 'tensor<f32>'}}
sinter.data "mnist" fields [#sinter.field<"label", tensor<f32>, class below 10>]

// -----

// expected-error @+1 {{field "label" expects a limit of 1 or more, got 0}}
sinter.data "mnist" fields [#sinter.field<"label", tensor<i32>, class>]

// -----

// expected-error @+1 {{field "tokens" expects tokens tensor<STEPSxi32>, got 'tensor<2x3xi32>'}}
sinter.data "story" fields [#sinter.field<"tokens", tensor<2x3xi32>, word below 9>]

// -----

// expected-error @+1 {{field "label" expects tokens and lengths alone to be ahead, got 1}}
sinter.data "mnist" fields [#sinter.field<"label", tensor<i32>, class below 10 ahead 1>]

// -----

// expected-error @+1 {{field "x" expects examples of 'tensor<2xf32>' along a first dim, got 'tensor<2x3xf32>'}}
sinter.data "points" fields [#sinter.field<"x", tensor<2xf32>, number examples dense<0.0> : tensor<2x3xf32>>] train 2 test 0

// -----

// expected-error @+1 {{expects 3 examples of field "x", got 2}}
sinter.data "points" fields [#sinter.field<"x", tensor<2xf32>, number examples dense<0.0> : tensor<2x2xf32>>] train 2 test 1

// -----

// expected-error @+1 {{field "features" expects features tensor<Fxf32>}}
sinter.data "house" fields [#sinter.field<"features", tensor<2x3xf32>, columns>]

// -----

// expected-error @+1 {{field "target" expects a target tensor<1xf32>}}
sinter.data "house" fields [#sinter.field<"target", tensor<2xf32>, target column "price">]

// -----

// expected-error @+1 {{field "target" expects a column, got none}}
sinter.data "house" fields [#sinter.field<"target", tensor<1xf32>, target>]

// -----

// expected-error @+1 {{field "target" expects a target tensor<i32>}}
sinter.data "trees" fields [#sinter.field<"target", tensor<1xi32>, target_class below 3 column "kind">]

// -----

// expected-error @+1 {{field "target" expects a limit of 1 or more, got 0}}
sinter.data "trees" fields [#sinter.field<"target", tensor<i32>, target_class column "kind">]

// -----

// expected-error @+1 {{field "image" expects pictures tensor<1xHxWxf32> or tensor<3xHxWxf32>, got 'tensor<4x8x8xf32>'}}
sinter.data "animals" fields [#sinter.field<"image", tensor<4x8x8xf32>, picture>]

// -----

// expected-error @+1 {{field "image" expects pictures tensor<1xHxWxf32> or tensor<3xHxWxf32>, got 'tensor<8x8xf32>'}}
sinter.data "animals" fields [#sinter.field<"image", tensor<8x8xf32>, picture_cropped>]

// -----

// expected-error @+1 {{field "x" expects no column, which only tables have}}
sinter.data "points" fields [#sinter.field<"x", tensor<2xf32>, number column "id">]

// -----

// expected-error @+1 {{expects counts of examples to train with and to test with, got 0 and 1}}
sinter.data "points" fields [#sinter.field<"x", tensor<2xf32>, number>] train 0 test 1

// -----

// expected-error @+1 {{expects examples to train with, got -1}}
sinter.data "pairs" fields [#sinter.field<"source", tensor<2xi32>, sentence below 9>] first -1

// -----

// expected-error @+1 {{field "source" expects tokens tensor<STEPSxi32>, got 'tensor<i32>'}}
sinter.data "pairs" fields [#sinter.field<"source", tensor<i32>, sentence below 9>]

// -----

// expected-error @+1 {{expects fields of different names, got "label" twice}}
sinter.data "mnist" fields [#sinter.field<"label", tensor<i32>, class below 2>, #sinter.field<"label", tensor<i32>, class below 3>]

// -----

// expected-error @+1 {{expects one name an input (1), got 0}}
sinter.entry @e name("e") kind(predict) batch(0) inputs [] {
^bb0(%a: tensor<4xf32>):
  sinter.return names [] symbols []
}

// -----

// expected-error @+1 {{expected one of [train, eval, predict, prepare, load, save, load_params] for kind of entry, got: test}}
sinter.entry @e name("e") kind(test) batch(0) inputs [] {
  sinter.return names [] symbols []
}

// -----

// expected-error @+1 {{expects a batch of 1 or more, or 0 for none, got -1}}
sinter.entry @e name("e") kind(predict) batch(-1) inputs [] {
  sinter.return names [] symbols []
}

// -----

// expected-error @+1 {{expects to end in sinter.return}}
sinter.entry @e name("e") kind(predict) batch(0) inputs [] {
  %0 = sinter.iota 0 : tensor<4xi32>
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4xf32>):
  // expected-error @+1 {{expects one name an output and one symbol an update, got 0 and 0}}
  sinter.return outputs(%a : tensor<4xf32>) names [] symbols []
}

// -----

sinter.symbol @w : tensor<4xf32> kind parameter init <constant, 0.0, 0.0>
sinter.entry @e name("e") kind(train) batch(0) inputs ["a"] {
^bb0(%a: tensor<4xf32>):
  // expected-error @+1 {{expects one update a symbol, got two of @w}}
  sinter.return names [] updates(%a, %a : tensor<4xf32>, tensor<4xf32>) symbols [@w, @w]
}

// -----

sinter.symbol @w : tensor<4xf32> kind parameter init <constant, 0.0, 0.0>
sinter.entry @e name("e") kind(train) batch(0) inputs ["a"] {
^bb0(%a: tensor<5xf32>):
  // expected-error @+1 {{expects f32[4] for @w, got f32[5]}}
  sinter.return names [] updates(%a : tensor<5xf32>) symbols [@w]
}

// -----

sinter.scalar @lr : f32 initial 0.1 help ""
sinter.entry @e name("e") kind(train) batch(0) inputs ["a"] {
^bb0(%a: tensor<f32>):
  // expected-error @+1 {{expects @lr to be a symbol of the module, got another op}}
  sinter.return names [] updates(%a : tensor<f32>) symbols [@lr]
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs [] {
  // expected-error @+1 {{expects @w to be a symbol or a scalar of the module, got no such name}}
  %0 = sinter.get @w : tensor<4xf32>
  sinter.return names [] symbols []
}

// -----

sinter.scalar @lr : f32 initial 0.1 help ""
sinter.entry @e name("e") kind(predict) batch(0) inputs [] {
  // expected-error @+1 {{expects f32[] for @lr, got f64[]}}
  %0 = sinter.get @lr : tensor<f64>
  sinter.return names [] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs [] {
  // expected-error @+1 {{expects @e to be a symbol or a scalar of the module, got another op}}
  %0 = sinter.get @e : tensor<f64>
  sinter.return names [] symbols []
}

// -----

sinter.entry @e name("e") kind(train) batch(0) inputs ["a"] {
^bb0(%a: tensor<f32>):
  // expected-error @+1 {{expects ys, as many cotangents, then xs; got 1 operands}}
  %0 = sinter.gradient %a ys 1 : (tensor<f32>) -> tensor<f32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @e name("e") kind(train) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<f32>, %b: tensor<4xf32>):
  // expected-error @+1 {{[E0119]}}
  %0 = sinter.gradient %a, %b, %b ys 1 : (tensor<f32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @e name("e") kind(train) batch(0) inputs ["a", "b"] {
^bb0(%a: tensor<f32>, %b: tensor<4xf32>):
  // expected-error @+1 {{expects result type f32[4], got f32[5]}}
  %0 = sinter.gradient %a, %a, %b ys 1 : (tensor<f32>, tensor<f32>, tensor<4xf32>) -> tensor<5xf32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @e name("e") kind(train) batch(0) inputs ["a"] {
^bb0(%a: tensor<f32>):
  // expected-error @+1 {{expects ys, as many cotangents, then xs; got 2 operands}}
  %0 = sinter.gradient %a, %a ys 4611686018427387905 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  sinter.return names [] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4xf32>):
  // expected-error @+1 {{expected one of [contraction, map] for kind of fusion, got: loop}}
  %0 = sinter.fused loop(%a) : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%x: tensor<4xf32>):
    %1 = sinter.exp %x : (tensor<4xf32>) -> tensor<4xf32>
    sinter.yield %1 : tensor<4xf32>
  }
  sinter.return names [] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4xf32>):
  // expected-error @+1 {{expects block arguments of its operands' types}}
  %0 = sinter.fused map(%a) : (tensor<4xf32>) -> tensor<5xf32> {
  ^bb0(%x: tensor<5xf32>):
    %1 = sinter.exp %x : (tensor<5xf32>) -> tensor<5xf32>
    sinter.yield %1 : tensor<5xf32>
  }
  sinter.return names [] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4xf32>):
  // expected-error @+1 {{expects block arguments of its operands' types}}
  %0 = sinter.fused map(%a) : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%x: i32):
    %1 = sinter.constant dense<1.0> : tensor<4xf32>
    sinter.yield %1 : tensor<4xf32>
  }
  sinter.return names [] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4xf32>):
  // expected-error @+1 {{expects to yield its result types}}
  %0 = sinter.fused map(%a) : (tensor<4xf32>) -> tensor<5xf32> {
  ^bb0(%x: tensor<4xf32>):
    %1 = sinter.exp %x : (tensor<4xf32>) -> tensor<4xf32>
    sinter.yield %1 : tensor<4xf32>
  }
  sinter.return names [] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4x4xf32>):
  // expected-error @+1 {{expects kind contraction with one contraction, or kind map with none; got map with 1}}
  %0 = sinter.fused map(%a) : (tensor<4x4xf32>) -> tensor<4x4xf32> {
  ^bb0(%x: tensor<4x4xf32>):
    %1 = sinter.matmul %x, %x : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    sinter.yield %1 : tensor<4x4xf32>
  }
  sinter.return names [] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4xf32>):
  %0 = sinter.fused map(%a) : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%x: tensor<4xf32>):
    // expected-error @+1 {{cannot stand in sinter.fused: it is no map, contraction, view or constant}}
    %1 = sinter.convert_layout %x : tensor<4xf32> to tensor<4xf32, #kernel.layout<[0]>>
    sinter.yield %1 : tensor<4xf32, #kernel.layout<[0]>>
  }
  sinter.return names [] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4xf32>):
  // expected-error @+1 {{expects equal shapes and elements, got 'tensor<4xf32>' and 'tensor<4xf64>'}}
  %0 = sinter.convert_layout %a : tensor<4xf32> to tensor<4xf64>
  sinter.return names [] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs [] {
  // expected-error @+1 {{expects parent op 'builtin.module'}}
  sinter.data "mnist" fields []
  sinter.return names [] symbols []
}

// -----

// Sizes that 63 bits do not count are refused wherever a type may stand: nothing behind computes with them.
// expected-error @+1 {{expects a tensor of fewer than 2^63 bytes, got f32[4611686018427387904,4] [E0104]}}
sinter.symbol @w : tensor<4611686018427387904x4xf32> kind parameter init <constant, 0.0, 0.0>

// -----

// expected-error @+1 {{expects a layout in which the tensor takes fewer than 2^63 bytes}}
sinter.symbol @w : tensor<1x1152921504606846976xf32, #kernel.layout<[0, 1], block = [0], by = [8]>> kind parameter init <constant, 0.0, 0.0>

// -----

// expected-error @+1 {{expects a tensor of fewer than 2^63 bytes, got f32[4611686018427387904,4] [E0104]}}
sinter.entry @e name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4611686018427387904x4xf32>):
  sinter.return names [] symbols []
}

// -----

sinter.entry @e name("e") kind(predict) batch(0) inputs ["a"] {
^bb0(%a: tensor<4xf32>):
  // expected-error @+1 {{expects an encoding #kernel.layout of rank 1, got "row-major"}}
  %0 = sinter.convert_layout %a : tensor<4xf32> to tensor<4xf32, "row-major">
  sinter.return names [] symbols []
}

// -----

// expected-error @+1 {{expects a name that weight files do not keep for themselves, got '__metadata__'}}
sinter.symbol @__metadata__ : tensor<4xf32> kind parameter init <constant, 0.0, 0.0>

// -----

// expected-error @+1 {{expects a name that weight files do not keep for themselves, got 'trainer/step'}}
sinter.symbol @"trainer/step" : tensor<i64> kind buffer init <constant, 0.0, 0.0>

// -----

// expected-error @+1 {{expects a name of 1 to 900 printable bytes, got 3 bytes}}
sinter.symbol @"a b" : tensor<4xf32> kind parameter init <constant, 0.0, 0.0>

// -----

// expected-error @+1 {{expects kind train, eval or predict, got load}}
sinter.entry @e name("e") kind(load) batch(1) inputs [] {
  sinter.return names [] symbols []
}

// -----

sinter.symbol @w : tensor<4xf32> kind parameter init <constant, 0.0, 0.0>
// expected-error @+1 {{expects `of` and `slot` together, and of an optimizer's state only}}
sinter.symbol @v : tensor<4xf32> kind buffer of @w slot "v" init <constant, 0.0, 0.0>

// -----

// expected-error @+1 {{expects @w to be a parameter, got no such name}}
sinter.symbol @v : tensor<4xf32> kind optimizer of @w slot "v" init <constant, 0.0, 0.0>

// -----

sinter.symbol @w : tensor<4xf32> kind buffer init <constant, 0.0, 0.0>
// expected-error @+1 {{expects @w to be a parameter, got another symbol}}
sinter.symbol @v : tensor<4xf32> kind optimizer of @w slot "v" init <constant, 0.0, 0.0>

// -----

// expected-error @+1 {{expected one of [step, seed, flag] for kind of scalar, got: rate}}
sinter.scalar @lr : f32 kind rate initial 0.0 help ""

// -----

// expected-error @+1 {{expects @step and no other to be i64 of kind step}}
sinter.scalar @step : i64 initial 0.0 help ""

// -----

// expected-error @+1 {{expects @seed and no other to be i64 of kind seed}}
sinter.scalar @lr : i64 kind seed initial 0.0 help ""

// -----

sinter.entry @e name("e") kind(train) batch(1) inputs ["x"] {
^bb0(%x: tensor<4xf32>):
  // expected-error @+1 {{expects the place of a number among the outputs as loss, got 0}}
  sinter.return outputs(%x : tensor<4xf32>) names ["x"] loss 0 symbols []
}
