// Batching rules of convolutions, windows and indices, with each operand a slice or the same for every step; as batched.mlir.
module @batched {
  sinter.entry @predict name("predict") kind(predict) batch(0) inputs ["x", "w", "y", "table", "i", "u", "j", "v", "xc", "wc", "yc", "tc", "t0", "ic", "uc", "jc", "p"] {
  ^bb0(%x_all: tensor<3x2x2x4x4xf32>, %w_all: tensor<3x4x1x3x3xf32>, %y_all: tensor<3x2x4x4x4xf32>, %table_all: tensor<3x2x4x4xf32>, %i_all: tensor<3x2x2xi32>, %u_all: tensor<3x2x2x2x4xf32>, %j_all: tensor<3x2x2x4xi32>, %v_all: tensor<3x2x2x4xf32>, %xc_all: tensor<2x2x4x4xf32>, %wc_all: tensor<4x1x3x3xf32>, %yc_all: tensor<2x4x4x4xf32>, %tc_all: tensor<2x4x4xf32>, %t0_all: tensor<4x4xf32>, %ic_all: tensor<2x2xi32>, %uc_all: tensor<2x2x2x4xf32>, %jc_all: tensor<2x2x4xi32>, %p_all: tensor<2x2x2x2xi32>):
    %r:22 = sinter.scan (%x_all, %w_all, %y_all, %table_all, %i_all, %u_all, %j_all, %v_all, %xc_all, %wc_all, %yc_all, %tc_all, %t0_all, %ic_all, %uc_all, %jc_all, %p_all) carried 0 stacked 8 length 3
        : (tensor<3x2x2x4x4xf32>, tensor<3x4x1x3x3xf32>, tensor<3x2x4x4x4xf32>, tensor<3x2x4x4xf32>, tensor<3x2x2xi32>, tensor<3x2x2x2x4xf32>, tensor<3x2x2x4xi32>, tensor<3x2x2x4xf32>, tensor<2x2x4x4xf32>, tensor<4x1x3x3xf32>, tensor<2x4x4x4xf32>, tensor<2x4x4xf32>, tensor<4x4xf32>, tensor<2x2xi32>, tensor<2x2x2x4xf32>, tensor<2x2x4xi32>, tensor<2x2x2x2xi32>)
        -> (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) {
    ^bb0(%t: tensor<i64>, %x: tensor<2x2x4x4xf32>, %w: tensor<4x1x3x3xf32>, %y: tensor<2x4x4x4xf32>, %table: tensor<2x4x4xf32>, %i: tensor<2x2xi32>, %u: tensor<2x2x2x4xf32>, %j: tensor<2x2x4xi32>, %v: tensor<2x2x4xf32>, %xc: tensor<2x2x4x4xf32>, %wc: tensor<4x1x3x3xf32>, %yc: tensor<2x4x4x4xf32>, %tc: tensor<2x4x4xf32>, %t0: tensor<4x4xf32>, %ic: tensor<2x2xi32>, %uc: tensor<2x2x2x4xf32>, %jc: tensor<2x2x4xi32>, %p: tensor<2x2x2x2xi32>):
      %1 = sinter.conv2d %x, %wc {strides = array<i64: 1, 1>, low = array<i64: 1, 1>, high = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 2 : i64} : (tensor<2x2x4x4xf32>, tensor<4x1x3x3xf32>) -> tensor<2x4x4x4xf32>
      %2 = sinter.exp %1 : (tensor<2x4x4x4xf32>) -> tensor<2x4x4x4xf32>
      %3 = sinter.sum %2 axes [0, 1, 2, 3] : (tensor<2x4x4x4xf32>) -> tensor<f32>
      %4 = sinter.conv2d %xc, %w {strides = array<i64: 1, 1>, low = array<i64: 1, 1>, high = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 2 : i64} : (tensor<2x2x4x4xf32>, tensor<4x1x3x3xf32>) -> tensor<2x4x4x4xf32>
      %5 = sinter.exp %4 : (tensor<2x4x4x4xf32>) -> tensor<2x4x4x4xf32>
      %6 = sinter.sum %5 axes [0, 1, 2, 3] : (tensor<2x4x4x4xf32>) -> tensor<f32>
      %7 = sinter.conv2d %x, %w {strides = array<i64: 1, 1>, low = array<i64: 1, 1>, high = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 2 : i64} : (tensor<2x2x4x4xf32>, tensor<4x1x3x3xf32>) -> tensor<2x4x4x4xf32>
      %8 = sinter.exp %7 : (tensor<2x4x4x4xf32>) -> tensor<2x4x4x4xf32>
      %9 = sinter.sum %8 axes [0, 1, 2, 3] : (tensor<2x4x4x4xf32>) -> tensor<f32>
      %10 = sinter.conv2d_input_gradient %y, %wc {size = array<i64: 4, 4>, strides = array<i64: 1, 1>, low = array<i64: 1, 1>, high = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 2 : i64} : (tensor<2x4x4x4xf32>, tensor<4x1x3x3xf32>) -> tensor<2x2x4x4xf32>
      %11 = sinter.exp %10 : (tensor<2x2x4x4xf32>) -> tensor<2x2x4x4xf32>
      %12 = sinter.sum %11 axes [0, 1, 2, 3] : (tensor<2x2x4x4xf32>) -> tensor<f32>
      %13 = sinter.conv2d_input_gradient %yc, %w {size = array<i64: 4, 4>, strides = array<i64: 1, 1>, low = array<i64: 1, 1>, high = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 2 : i64} : (tensor<2x4x4x4xf32>, tensor<4x1x3x3xf32>) -> tensor<2x2x4x4xf32>
      %14 = sinter.exp %13 : (tensor<2x2x4x4xf32>) -> tensor<2x2x4x4xf32>
      %15 = sinter.sum %14 axes [0, 1, 2, 3] : (tensor<2x2x4x4xf32>) -> tensor<f32>
      %16 = sinter.conv2d_input_gradient %y, %w {size = array<i64: 4, 4>, strides = array<i64: 1, 1>, low = array<i64: 1, 1>, high = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 2 : i64} : (tensor<2x4x4x4xf32>, tensor<4x1x3x3xf32>) -> tensor<2x2x4x4xf32>
      %17 = sinter.exp %16 : (tensor<2x2x4x4xf32>) -> tensor<2x2x4x4xf32>
      %18 = sinter.sum %17 axes [0, 1, 2, 3] : (tensor<2x2x4x4xf32>) -> tensor<f32>
      %19 = sinter.max_pool2d %x {window = array<i64: 2, 2>, strides = array<i64: 2, 2>, low = array<i64: 0, 0>, high = array<i64: 0, 0>} : (tensor<2x2x4x4xf32>) -> tensor<2x2x2x2xf32>
      %20 = sinter.exp %19 : (tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32>
      %21 = sinter.sum %20 axes [0, 1, 2, 3] : (tensor<2x2x2x2xf32>) -> tensor<f32>
      %22 = sinter.sum_pool2d %x {window = array<i64: 2, 2>, strides = array<i64: 2, 2>, low = array<i64: 0, 0>, high = array<i64: 0, 0>} : (tensor<2x2x4x4xf32>) -> tensor<2x2x2x2xf32>
      %23 = sinter.exp %22 : (tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32>
      %24 = sinter.sum %23 axes [0, 1, 2, 3] : (tensor<2x2x2x2xf32>) -> tensor<f32>
      %25 = sinter.max_pool2d_gather %x at %p {window = array<i64: 2, 2>, strides = array<i64: 2, 2>, low = array<i64: 0, 0>, high = array<i64: 0, 0>} : (tensor<2x2x4x4xf32>, tensor<2x2x2x2xi32>) -> tensor<2x2x2x2xf32>
      %26 = sinter.exp %25 : (tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32>
      %27 = sinter.sum %26 axes [0, 1, 2, 3] : (tensor<2x2x2x2xf32>) -> tensor<f32>
      %28 = sinter.gather %table at %ic axis 1 : (tensor<2x4x4xf32>, tensor<2x2xi32>) -> tensor<2x2x2x4xf32>
      %29 = sinter.exp %28 : (tensor<2x2x2x4xf32>) -> tensor<2x2x2x4xf32>
      %30 = sinter.sum %29 axes [0, 1, 2, 3] : (tensor<2x2x2x4xf32>) -> tensor<f32>
      %31 = sinter.gather %tc at %i axis 1 : (tensor<2x4x4xf32>, tensor<2x2xi32>) -> tensor<2x2x2x4xf32>
      %32 = sinter.exp %31 : (tensor<2x2x2x4xf32>) -> tensor<2x2x2x4xf32>
      %33 = sinter.sum %32 axes [0, 1, 2, 3] : (tensor<2x2x2x4xf32>) -> tensor<f32>
      %34 = sinter.gather %table at %i axis 1 : (tensor<2x4x4xf32>, tensor<2x2xi32>) -> tensor<2x2x2x4xf32>
      %35 = sinter.exp %34 : (tensor<2x2x2x4xf32>) -> tensor<2x2x2x4xf32>
      %36 = sinter.sum %35 axes [0, 1, 2, 3] : (tensor<2x2x2x4xf32>) -> tensor<f32>
      %37 = sinter.gather %t0 at %i axis 0 : (tensor<4x4xf32>, tensor<2x2xi32>) -> tensor<2x2x4xf32>
      %38 = sinter.exp %37 : (tensor<2x2x4xf32>) -> tensor<2x2x4xf32>
      %39 = sinter.sum %38 axes [0, 1, 2] : (tensor<2x2x4xf32>) -> tensor<f32>
      %40 = sinter.scatter_add %table at %ic add %u axis 1 : (tensor<2x4x4xf32>, tensor<2x2xi32>, tensor<2x2x2x4xf32>) -> tensor<2x4x4xf32>
      %41 = sinter.exp %40 : (tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
      %42 = sinter.sum %41 axes [0, 1, 2] : (tensor<2x4x4xf32>) -> tensor<f32>
      %43 = sinter.scatter_add %tc at %i add %uc axis 1 : (tensor<2x4x4xf32>, tensor<2x2xi32>, tensor<2x2x2x4xf32>) -> tensor<2x4x4xf32>
      %44 = sinter.exp %43 : (tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
      %45 = sinter.sum %44 axes [0, 1, 2] : (tensor<2x4x4xf32>) -> tensor<f32>
      %46 = sinter.scatter_add %table at %i add %u axis 1 : (tensor<2x4x4xf32>, tensor<2x2xi32>, tensor<2x2x2x4xf32>) -> tensor<2x4x4xf32>
      %47 = sinter.exp %46 : (tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
      %48 = sinter.sum %47 axes [0, 1, 2] : (tensor<2x4x4xf32>) -> tensor<f32>
      %49 = sinter.scatter_add %tc at %ic add %u axis 1 : (tensor<2x4x4xf32>, tensor<2x2xi32>, tensor<2x2x2x4xf32>) -> tensor<2x4x4xf32>
      %50 = sinter.exp %49 : (tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
      %51 = sinter.sum %50 axes [0, 1, 2] : (tensor<2x4x4xf32>) -> tensor<f32>
      %52 = sinter.gather_along %table at %jc axis 1 : (tensor<2x4x4xf32>, tensor<2x2x4xi32>) -> tensor<2x2x4xf32>
      %53 = sinter.exp %52 : (tensor<2x2x4xf32>) -> tensor<2x2x4xf32>
      %54 = sinter.sum %53 axes [0, 1, 2] : (tensor<2x2x4xf32>) -> tensor<f32>
      %55 = sinter.gather_along %tc at %j axis 1 : (tensor<2x4x4xf32>, tensor<2x2x4xi32>) -> tensor<2x2x4xf32>
      %56 = sinter.exp %55 : (tensor<2x2x4xf32>) -> tensor<2x2x4xf32>
      %57 = sinter.sum %56 axes [0, 1, 2] : (tensor<2x2x4xf32>) -> tensor<f32>
      %58 = sinter.gather_along %table at %j axis 1 : (tensor<2x4x4xf32>, tensor<2x2x4xi32>) -> tensor<2x2x4xf32>
      %59 = sinter.exp %58 : (tensor<2x2x4xf32>) -> tensor<2x2x4xf32>
      %60 = sinter.sum %59 axes [0, 1, 2] : (tensor<2x2x4xf32>) -> tensor<f32>
      %61 = sinter.scatter_add_along %table at %jc add %v axis 1 : (tensor<2x4x4xf32>, tensor<2x2x4xi32>, tensor<2x2x4xf32>) -> tensor<2x4x4xf32>
      %62 = sinter.exp %61 : (tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
      %63 = sinter.sum %62 axes [0, 1, 2] : (tensor<2x4x4xf32>) -> tensor<f32>
      %64 = sinter.scatter_add_along %tc at %j add %v axis 1 : (tensor<2x4x4xf32>, tensor<2x2x4xi32>, tensor<2x2x4xf32>) -> tensor<2x4x4xf32>
      %65 = sinter.exp %64 : (tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
      %66 = sinter.sum %65 axes [0, 1, 2] : (tensor<2x4x4xf32>) -> tensor<f32>
      sinter.yield %3, %6, %9, %12, %15, %18, %21, %24, %27, %30, %33, %36, %39, %42, %45, %48, %51, %54, %57, %60, %63, %66 : tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>
    }
    sinter.return outputs(%r#0, %r#1, %r#2, %r#3, %r#4, %r#5, %r#6, %r#7, %r#8, %r#9, %r#10, %r#11, %r#12, %r#13, %r#14, %r#15, %r#16, %r#17, %r#18, %r#19, %r#20, %r#21 : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) names ["o0", "o1", "o2", "o3", "o4", "o5", "o6", "o7", "o8", "o9", "o10", "o11", "o12", "o13", "o14", "o15", "o16", "o17", "o18", "o19", "o20", "o21"] symbols []
  }
}
