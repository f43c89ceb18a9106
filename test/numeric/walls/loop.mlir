// A recurrent step in a kernel.loop with ping-pong state (D20): h' = tanh(h * w + x[t]), h' saved at slot t.
// Five iterations, so the last state lies in pong. x f32[5,3,7], w f32[7,7], h f32[3,7], saved f32[5,3,7].
module @walls {
  kernel.entry @loop name("loop") kind(predict) batch(3) {
    %x = kernel.buffer "x" role(input) : !kernel.buffer<5x3x7xf32>
    %w = kernel.buffer "w" role(input) : !kernel.buffer<7x7xf32>
    %h0 = kernel.buffer "h0" role(input) : !kernel.buffer<3x7xf32>
    %saved = kernel.buffer "saved" role(output) : !kernel.buffer<5x3x7xf32>
    %last = kernel.buffer "last" role(output) : !kernel.buffer<3x7xf32>
    %ping = kernel.buffer "ping" role(temp) : !kernel.buffer<3x7xf32>
    %pong = kernel.buffer "pong" role(temp) : !kernel.buffer<3x7xf32>
    kernel.map "start" dims [3, 7] inner [] ins(%h0 : !kernel.buffer<3x7xf32>) outs(%ping : !kernel.buffer<3x7xf32>)
        maps [affine_map<(n, i) -> (n, i)>, affine_map<(n, i) -> (n, i)>] {
    ^bb0(%v: f32):
      kernel.yield %v : f32
    }
    %end = kernel.loop trip 5 carried(%ping, %pong : !kernel.buffer<3x7xf32>, !kernel.buffer<3x7xf32>) {
    ^bb0(%t: index, %current: !kernel.buffer<3x7xf32>, %next: !kernel.buffer<3x7xf32>):
      %xt = kernel.slot %x[%t] : !kernel.buffer<5x3x7xf32> to !kernel.buffer<3x7xf32>
      %st = kernel.slot %saved[%t] : !kernel.buffer<5x3x7xf32> to !kernel.buffer<3x7xf32>
      kernel.contract "step" dims [3, 7, 7] parallel 2
          a(%current : !kernel.buffer<3x7xf32>) b(%w : !kernel.buffer<7x7xf32>) extras(%xt : !kernel.buffer<3x7xf32>)
          outs(%next, %st : !kernel.buffer<3x7xf32>, !kernel.buffer<3x7xf32>)
          maps [affine_map<(n, j, i) -> (n, i)>, affine_map<(n, j, i) -> (i, j)>, affine_map<(n, j, i) -> (n, j)>,
                affine_map<(n, j, i) -> (n, j)>, affine_map<(n, j, i) -> (n, j)>] algorithm <chain>
          epilogue {
      ^bb0(%acc: f32, %e: f32):
        %s = arith.addf %acc, %e : f32
        %r = math.tanh %s : f32
        kernel.yield %r, %r : f32, f32
      }
    } -> !kernel.buffer<3x7xf32>
    kernel.map "finish" dims [3, 7] inner [] ins(%end : !kernel.buffer<3x7xf32>) outs(%last : !kernel.buffer<3x7xf32>)
        maps [affine_map<(n, i) -> (n, i)>, affine_map<(n, i) -> (n, i)>] {
    ^bb0(%v: f32):
      kernel.yield %v : f32
    }
  }
}
