// RUN: sinter-opt --differentiate --verify-diagnostics %s

sinter.entry @e name("e") kind(train) batch(0) inputs ["x"] {
^bb0(%x: tensor<3xf32>):
  // expected-error @+1 {{'while' has no gradient: the number of steps is known only when it runs; give it a bound (.max_trips), or use scan [E1010]}}
  %r = sinter.while (%x) carried 1 : (tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%a: tensor<3xf32>):
    %0 = sinter.sum %a axes [0] : (tensor<3xf32>) -> tensor<f32>
    %1 = sinter.constant dense<9.0> : tensor<f32>
    %2 = sinter.compare "lt" %0, %1 : (tensor<f32>, tensor<f32>) -> tensor<i1>
    sinter.yield %2 : tensor<i1>
  } do {
  ^bb0(%a: tensor<3xf32>):
    %0 = sinter.add %a, %a : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    sinter.yield %0 : tensor<3xf32>
  }
  %loss = sinter.sum %r axes [0] : (tensor<3xf32>) -> tensor<f32>
  %one = sinter.constant dense<1.0> : tensor<f32>
  // expected-note @+1 {{on the path from what is differentiated to 'x': sum -> while}}
  %g = sinter.gradient %loss, %one, %x ys 1 : (tensor<f32>, tensor<f32>, tensor<3xf32>) -> tensor<3xf32>
  sinter.return outputs(%loss, %g : tensor<f32>, tensor<3xf32>) names ["loss", "dx"] symbols []
}
