// A 3x3 convolution (padding 1) in three directions on the one contraction op: forward, data gradient, filter
// gradient. Odd sizes everywhere: x f32[2,3,7,5], w f32[5,3,3,3], y f32[2,5,7,5]. The runner also checks the adjoint
// identity <dy, y> = <dx, x> = <dw, w>.
module @walls {
  kernel.entry @conv3x3 name("conv3x3") kind(predict) batch(2) {
    %x = kernel.buffer "x" role(input) : !kernel.buffer<2x3x7x5xf32>
    %w = kernel.buffer "w" role(input) : !kernel.buffer<5x3x3x3xf32>
    %dy = kernel.buffer "dy" role(input) : !kernel.buffer<2x5x7x5xf32>
    %y = kernel.buffer "y" role(output) : !kernel.buffer<2x5x7x5xf32>
    %dx = kernel.buffer "dx" role(output) : !kernel.buffer<2x3x7x5xf32>
    %dw = kernel.buffer "dw" role(output) : !kernel.buffer<5x3x3x3xf32>
    // y[n,o,h,w] = sum over c,p,q of x[n,c,h+p-1,w+q-1] * w[o,c,p,q]
    kernel.contract "forward" dims [2, 5, 7, 5, 3, 3, 3] parallel 4 padded
        a(%x : !kernel.buffer<2x3x7x5xf32>) b(%w : !kernel.buffer<5x3x3x3xf32>) outs(%y : !kernel.buffer<2x5x7x5xf32>)
        maps [affine_map<(n, o, h, w, c, p, q) -> (n, c, h + p - 1, w + q - 1)>,
              affine_map<(n, o, h, w, c, p, q) -> (o, c, p, q)>,
              affine_map<(n, o, h, w, c, p, q) -> (n, o, h, w)>] algorithm <chain>
        epilogue {
    ^bb0(%acc: f32):
      kernel.yield %acc : f32
    }
    // dx[n,c,h,w] = sum over o,p,q of dy[n,o,h-p+1,w-q+1] * w[o,c,p,q]
    kernel.contract "data_gradient" dims [2, 3, 7, 5, 5, 3, 3] parallel 4 padded
        a(%dy : !kernel.buffer<2x5x7x5xf32>) b(%w : !kernel.buffer<5x3x3x3xf32>) outs(%dx : !kernel.buffer<2x3x7x5xf32>)
        maps [affine_map<(n, c, h, w, o, p, q) -> (n, o, h - p + 1, w - q + 1)>,
              affine_map<(n, c, h, w, o, p, q) -> (o, c, p, q)>,
              affine_map<(n, c, h, w, o, p, q) -> (n, c, h, w)>] algorithm <chain>
        epilogue {
    ^bb0(%acc: f32):
      kernel.yield %acc : f32
    }
    // dw[o,c,p,q] = sum over n,h,w of dy[n,o,h,w] * x[n,c,h+p-1,w+q-1]
    kernel.contract "filter_gradient" dims [5, 3, 3, 3, 2, 7, 5] parallel 4 padded
        a(%dy : !kernel.buffer<2x5x7x5xf32>) b(%x : !kernel.buffer<2x3x7x5xf32>) outs(%dw : !kernel.buffer<5x3x3x3xf32>)
        maps [affine_map<(o, c, p, q, n, h, w) -> (n, o, h, w)>,
              affine_map<(o, c, p, q, n, h, w) -> (n, c, h + p - 1, w + q - 1)>,
              affine_map<(o, c, p, q, n, h, w) -> (o, c, p, q)>] algorithm <chain>
        epilogue {
    ^bb0(%acc: f32):
      kernel.yield %acc : f32
    }
  }
}
