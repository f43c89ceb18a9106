// An LSTM: two carried values, one of them in no output; its gates are slices of one product. A second loop reads the states
// of the first from the last to the first.
module @lstm {
  sinter.scalar @step : i64 kind step initial 0.0 help ""
  sinter.scalar @seed : i64 kind seed initial 0.0 help ""
  sinter.symbol @w : tensor<24x4xf32> kind parameter init <uniform, -0.3, 0.3>
  sinter.symbol @u : tensor<24x6xf32> kind parameter init <uniform, -0.3, 0.3>
  sinter.symbol @b : tensor<24xf32> kind parameter init <uniform, -0.3, 0.3>
  sinter.symbol @c0 : tensor<3x6xf32> kind parameter init <uniform, -0.3, 0.3>
  sinter.symbol @k : tensor<6x6xf32> kind parameter init <uniform, -0.3, 0.3>
  sinter.entry @train_step name("train_step") kind(train) batch(3) inputs ["x"] {
  ^bb0(%x: tensor<5x3x4xf32>):
    %w = sinter.get @w : tensor<24x4xf32>
    %u = sinter.get @u : tensor<24x6xf32>
    %b = sinter.get @b : tensor<24xf32>
    %c0 = sinter.get @c0 : tensor<3x6xf32>
    %k = sinter.get @k : tensor<6x6xf32>
    %h0 = sinter.constant dense<0.0> : tensor<3x6xf32>
    %r:3 = sinter.scan (%h0, %c0, %x, %w, %u, %b) carried 2 stacked 1 length 5
        : (tensor<3x6xf32>, tensor<3x6xf32>, tensor<5x3x4xf32>, tensor<24x4xf32>, tensor<24x6xf32>, tensor<24xf32>) -> (tensor<3x6xf32>, tensor<3x6xf32>, tensor<5x3x6xf32>) {
    ^bb0(%t: tensor<i64>, %h: tensor<3x6xf32>, %c: tensor<3x6xf32>, %xt: tensor<3x4xf32>, %wi: tensor<24x4xf32>, %ui: tensor<24x6xf32>, %bi: tensor<24xf32>):
      %0 = sinter.matmul %xt, %wi {transpose_b = true} : (tensor<3x4xf32>, tensor<24x4xf32>) -> tensor<3x24xf32>
      %1 = sinter.matmul %h, %ui {transpose_b = true} : (tensor<3x6xf32>, tensor<24x6xf32>) -> tensor<3x24xf32>
      %2 = sinter.add %0, %1 : (tensor<3x24xf32>, tensor<3x24xf32>) -> tensor<3x24xf32>
      %z = sinter.add %2, %bi : (tensor<3x24xf32>, tensor<24xf32>) -> tensor<3x24xf32>
      %iz = sinter.slice %z starts [0, 0] limits [3, 6] strides [1, 1] : (tensor<3x24xf32>) -> tensor<3x6xf32>
      %i = sinter.sigmoid %iz : (tensor<3x6xf32>) -> tensor<3x6xf32>
      %fz = sinter.slice %z starts [0, 6] limits [3, 12] strides [1, 1] : (tensor<3x24xf32>) -> tensor<3x6xf32>
      %f = sinter.sigmoid %fz : (tensor<3x6xf32>) -> tensor<3x6xf32>
      %gz = sinter.slice %z starts [0, 12] limits [3, 18] strides [1, 1] : (tensor<3x24xf32>) -> tensor<3x6xf32>
      %g = sinter.tanh %gz : (tensor<3x6xf32>) -> tensor<3x6xf32>
      %oz = sinter.slice %z starts [0, 18] limits [3, 24] strides [1, 1] : (tensor<3x24xf32>) -> tensor<3x6xf32>
      %o = sinter.sigmoid %oz : (tensor<3x6xf32>) -> tensor<3x6xf32>
      %kept = sinter.mul %f, %c : (tensor<3x6xf32>, tensor<3x6xf32>) -> tensor<3x6xf32>
      %new = sinter.mul %i, %g : (tensor<3x6xf32>, tensor<3x6xf32>) -> tensor<3x6xf32>
      %cell = sinter.add %kept, %new : (tensor<3x6xf32>, tensor<3x6xf32>) -> tensor<3x6xf32>
      %seen = sinter.tanh %cell : (tensor<3x6xf32>) -> tensor<3x6xf32>
      %state = sinter.mul %o, %seen : (tensor<3x6xf32>, tensor<3x6xf32>) -> tensor<3x6xf32>
      sinter.yield %state, %cell, %state : tensor<3x6xf32>, tensor<3x6xf32>, tensor<3x6xf32>
    }
    %back = sinter.scan (%r#1, %r#2, %k) carried 1 stacked 1 length 5 reverse true
        : (tensor<3x6xf32>, tensor<5x3x6xf32>, tensor<6x6xf32>) -> tensor<3x6xf32> {
    ^bb0(%t: tensor<i64>, %a: tensor<3x6xf32>, %s: tensor<3x6xf32>, %ki: tensor<6x6xf32>):
      %0 = sinter.matmul %a, %ki : (tensor<3x6xf32>, tensor<6x6xf32>) -> tensor<3x6xf32>
      %1 = sinter.mul %0, %s : (tensor<3x6xf32>, tensor<3x6xf32>) -> tensor<3x6xf32>
      %2 = sinter.sub %1, %s : (tensor<3x6xf32>, tensor<3x6xf32>) -> tensor<3x6xf32>
      sinter.yield %2 : tensor<3x6xf32>
    }
    %sq = sinter.mul %back, %r#0 : (tensor<3x6xf32>, tensor<3x6xf32>) -> tensor<3x6xf32>
    %loss = sinter.sum %sq axes [0, 1] : (tensor<3x6xf32>) -> tensor<f32>
    %one = sinter.constant dense<1.0> : tensor<f32>
    %d:6 = sinter.gradient %loss, %one, %w, %u, %b, %c0, %k, %x ys 1
        : (tensor<f32>, tensor<f32>, tensor<24x4xf32>, tensor<24x6xf32>, tensor<24xf32>, tensor<3x6xf32>, tensor<6x6xf32>, tensor<5x3x4xf32>) -> (tensor<24x4xf32>, tensor<24x6xf32>, tensor<24xf32>, tensor<3x6xf32>, tensor<6x6xf32>, tensor<5x3x4xf32>)
    sinter.return outputs(%loss, %d#5 : tensor<f32>, tensor<5x3x4xf32>) names ["loss", "dx"]
      updates(%d#0, %d#1, %d#2, %d#3, %d#4 : tensor<24x4xf32>, tensor<24x6xf32>, tensor<24xf32>, tensor<3x6xf32>, tensor<6x6xf32>) symbols [@w, @u, @b, @c0, @k]
  }
}
