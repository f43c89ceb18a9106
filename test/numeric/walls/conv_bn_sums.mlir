// A convolution whose epilogue leaves batch-norm partial sums as named outputs (D1, D22): y in blocks of 16 channels,
// and for every chunk of four image rows the sum and the sum of squares of each channel. A map kernel adds the chunks
// up and normalises with the biased variance (D4). x f32[2,3,7,5], w f32[20,3,3,3], y f32[2,20,7,5].
#blocked = #kernel.layout<[0, 1, 2, 3], block = [1], by = [16]>
module @walls {
  kernel.entry @conv_bn_sums name("conv_bn_sums") kind(predict) batch(2) {
    %x = kernel.buffer "x" role(input) : !kernel.buffer<2x3x7x5xf32>
    %w = kernel.buffer "w" role(input) : !kernel.buffer<20x3x3x3xf32>
    %y = kernel.buffer "y" role(temp) : !kernel.buffer<2x20x7x5xf32, #blocked>
    %sum = kernel.buffer "sum" role(output) : !kernel.buffer<4x20xf32>
    %square = kernel.buffer "square" role(output) : !kernel.buffer<4x20xf32>
    %mean = kernel.buffer "mean" role(output) : !kernel.buffer<20xf32>
    %scale = kernel.buffer "scale" role(output) : !kernel.buffer<20xf32>
    %z = kernel.buffer "z" role(output) : !kernel.buffer<2x20x7x5xf32>
    kernel.contract "conv" dims [2, 20, 7, 5, 3, 3, 3] parallel 4 padded
        a(%x : !kernel.buffer<2x3x7x5xf32>) b(%w : !kernel.buffer<20x3x3x3xf32>)
        outs(%y, %sum, %square : !kernel.buffer<2x20x7x5xf32, #blocked>, !kernel.buffer<4x20xf32>, !kernel.buffer<4x20xf32>)
        maps [affine_map<(n, o, h, w, c, p, q) -> (n, c, h + p - 1, w + q - 1)>,
              affine_map<(n, o, h, w, c, p, q) -> (o, c, p, q)>,
              affine_map<(n, o, h, w, c, p, q) -> (n, o, h, w)>,
              affine_map<(n, o, h, w, c, p, q) -> ((n * 7 + h) floordiv 4, o)>,
              affine_map<(n, o, h, w, c, p, q) -> ((n * 7 + h) floordiv 4, o)>] algorithm <chain>
        attributes {sums = array<i1: false, true, true>}
        epilogue {
    ^bb0(%acc: f32):
      %s = arith.mulf %acc, %acc : f32
      kernel.yield %acc, %acc, %s : f32, f32, f32
    }
    // mean = sum / 70; scale = 1 / sqrt(square / 70 - mean^2 + eps)
    kernel.map "statistics" dims [20, 4] inner [1]
        ins(%sum, %square : !kernel.buffer<4x20xf32>, !kernel.buffer<4x20xf32>)
        outs(%mean, %scale : !kernel.buffer<20xf32>, !kernel.buffer<20xf32>)
        maps [affine_map<(o, k) -> (k, o)>, affine_map<(o, k) -> (k, o)>, affine_map<(o, k) -> (o)>, affine_map<(o, k) -> (o)>] algorithm <chain> {
    ^bb0(%a: f32, %b: f32):
      %count = arith.constant 0.0142857143 : f32
      %eps = arith.constant 1.0e-05 : f32
      %total = kernel.reduce sum %a : f32 -> f32
      %squares = kernel.reduce sum %b : f32 -> f32
      %m = arith.mulf %total, %count : f32
      %q = arith.mulf %squares, %count : f32
      %mm = arith.mulf %m, %m : f32
      %v = arith.subf %q, %mm : f32
      %ve = arith.addf %v, %eps : f32
      %r = math.rsqrt %ve : f32
      kernel.yield %m, %r : f32, f32
    }
    kernel.map "normalise" dims [2, 20, 7, 5] inner []
        ins(%y, %mean, %scale : !kernel.buffer<2x20x7x5xf32, #blocked>, !kernel.buffer<20xf32>, !kernel.buffer<20xf32>)
        outs(%z : !kernel.buffer<2x20x7x5xf32>)
        maps [affine_map<(n, o, h, w) -> (n, o, h, w)>, affine_map<(n, o, h, w) -> (o)>, affine_map<(n, o, h, w) -> (o)>,
              affine_map<(n, o, h, w) -> (n, o, h, w)>] {
    ^bb0(%v: f32, %m: f32, %r: f32):
      %d = arith.subf %v, %m : f32
      %n = arith.mulf %d, %r : f32
      kernel.yield %n : f32
    }
  }
}
