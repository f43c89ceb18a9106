// Every batching rule: all of this body is done for all steps at once, so that no loop is left.
// Slices: a, b, l, q; the same for every step: c, m, k, q5.
module @batched {
  sinter.scalar @step : i64 kind step initial 0.0 help ""
  sinter.scalar @seed : i64 kind seed initial 0.0 help ""
  sinter.entry @predict name("predict") kind(predict) batch(0) inputs ["a", "b", "l", "q", "c", "m", "k", "q5"] {
  ^bb0(%a_all: tensor<3x2x4xf32>, %b_all: tensor<3x4xf32>, %l_all: tensor<3x2xi32>, %q_all: tensor<3x2x4x5xf32>, %c_all: tensor<2x4xf32>, %m_all: tensor<4x5xf32>, %k_all: tensor<5x4xf32>, %q5_all: tensor<5x2x4xf32>):
    %r:23 = sinter.scan (%a_all, %b_all, %l_all, %q_all, %c_all, %m_all, %k_all, %q5_all) carried 0 stacked 4 length 3
        : (tensor<3x2x4xf32>, tensor<3x4xf32>, tensor<3x2xi32>, tensor<3x2x4x5xf32>, tensor<2x4xf32>, tensor<4x5xf32>, tensor<5x4xf32>, tensor<5x2x4xf32>)
        -> (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>,
        tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>,
        tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) {
    ^bb0(%t: tensor<i64>, %a: tensor<2x4xf32>, %b: tensor<4xf32>, %l: tensor<2xi32>, %q: tensor<2x4x5xf32>, %c: tensor<2x4xf32>, %m: tensor<4x5xf32>, %k: tensor<5x4xf32>, %q5: tensor<5x2x4xf32>):
      %1 = sinter.reshape %a : (tensor<2x4xf32>) -> tensor<8xf32>
      %2 = sinter.sum %1 axes [0] : (tensor<8xf32>) -> tensor<f32>
      %3 = sinter.transpose %q perm [2, 0, 1] : (tensor<2x4x5xf32>) -> tensor<5x2x4xf32>
      %4 = sinter.mul %3, %c : (tensor<5x2x4xf32>, tensor<2x4xf32>) -> tensor<5x2x4xf32>
      %5 = sinter.sum %4 axes [0, 1, 2] : (tensor<5x2x4xf32>) -> tensor<f32>
      %6 = sinter.broadcast_to %b : (tensor<4xf32>) -> tensor<3x2x4xf32>
      %7 = sinter.sum %6 axes [0, 1, 2] : (tensor<3x2x4xf32>) -> tensor<f32>
      %8 = sinter.slice %a starts [0, 1] limits [2, 4] strides [1, 2] : (tensor<2x4xf32>) -> tensor<2x2xf32>
      %9 = sinter.exp %8 : (tensor<2x2xf32>) -> tensor<2x2xf32>
      %10 = sinter.sum %9 axes [0, 1] : (tensor<2x2xf32>) -> tensor<f32>
      %11 = sinter.pad %a low [1, 0] high [0, 2] : (tensor<2x4xf32>) -> tensor<3x6xf32>
      %12 = sinter.exp %11 : (tensor<3x6xf32>) -> tensor<3x6xf32>
      %13 = sinter.sum %12 axes [0, 1] : (tensor<3x6xf32>) -> tensor<f32>
      %14 = sinter.concat %a, %c axis 0 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<4x4xf32>
      %15 = sinter.exp %14 : (tensor<4x4xf32>) -> tensor<4x4xf32>
      %16 = sinter.sum %15 axes [0, 1] : (tensor<4x4xf32>) -> tensor<f32>
      %17 = sinter.softmax %a axis 1 : (tensor<2x4xf32>) -> tensor<2x4xf32>
      %18 = sinter.mul %17, %c : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
      %19 = sinter.sum %18 axes [0, 1] : (tensor<2x4xf32>) -> tensor<f32>
      %20 = sinter.log_softmax %a axis 1 : (tensor<2x4xf32>) -> tensor<2x4xf32>
      %21 = sinter.mul %20, %c : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
      %22 = sinter.sum %21 axes [0, 1] : (tensor<2x4xf32>) -> tensor<f32>
      %23 = sinter.softmax %a axis 0 : (tensor<2x4xf32>) -> tensor<2x4xf32>
      %24 = sinter.mul %23, %c : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
      %25 = sinter.sum %24 axes [0, 1] : (tensor<2x4xf32>) -> tensor<f32>
      %26 = sinter.softmax_cross_entropy %a, %l : (tensor<2x4xf32>, tensor<2xi32>) -> tensor<2xf32>
      %27 = sinter.sum %26 axes [0] : (tensor<2xf32>) -> tensor<f32>
      %28 = sinter.softmax_cross_entropy %c, %l : (tensor<2x4xf32>, tensor<2xi32>) -> tensor<2xf32>
      %29 = sinter.sum %28 axes [0] : (tensor<2xf32>) -> tensor<f32>
      %30 = sinter.argmax %q axis 1 : (tensor<2x4x5xf32>) -> tensor<2x5xi32>
      %31 = sinter.cast %30 : (tensor<2x5xi32>) -> tensor<2x5xf32>
      %32 = sinter.sum %31 axes [0, 1] : (tensor<2x5xf32>) -> tensor<f32>
      %33 = sinter.reduce_max %q axes [0, 2] : (tensor<2x4x5xf32>) -> tensor<4xf32>
      %34 = sinter.sum %33 axes [0] : (tensor<4xf32>) -> tensor<f32>
      %35 = sinter.reduce_min %q axes [1] {keepdims = true} : (tensor<2x4x5xf32>) -> tensor<2x1x5xf32>
      %36 = sinter.sum %35 axes [0, 1, 2] : (tensor<2x1x5xf32>) -> tensor<f32>
      %37 = sinter.compare "gt" %a, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xi1>
      %38 = sinter.select %37, %c, %b : (tensor<2x4xi1>, tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
      %39 = sinter.sum %38 axes [0, 1] : (tensor<2x4xf32>) -> tensor<f32>
      %40 = sinter.add %b, %q5 : (tensor<4xf32>, tensor<5x2x4xf32>) -> tensor<5x2x4xf32>
      %41 = sinter.sum %40 axes [0, 1, 2] : (tensor<5x2x4xf32>) -> tensor<f32>
      %42 = sinter.matmul %a, %m {transpose_a = false, transpose_b = false} : (tensor<2x4xf32>, tensor<4x5xf32>) -> tensor<2x5xf32>
      %43 = sinter.sum %42 axes [0, 1] : (tensor<2x5xf32>) -> tensor<f32>
      %44 = sinter.matmul %a, %k {transpose_a = false, transpose_b = true} : (tensor<2x4xf32>, tensor<5x4xf32>) -> tensor<2x5xf32>
      %45 = sinter.sum %44 axes [0, 1] : (tensor<2x5xf32>) -> tensor<f32>
      %46 = sinter.matmul %m, %a {transpose_a = true, transpose_b = true} : (tensor<4x5xf32>, tensor<2x4xf32>) -> tensor<5x2xf32>
      %47 = sinter.sum %46 axes [0, 1] : (tensor<5x2xf32>) -> tensor<f32>
      %48 = sinter.matmul %a, %c {transpose_a = true, transpose_b = false} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<4x4xf32>
      %49 = sinter.sum %48 axes [0, 1] : (tensor<4x4xf32>) -> tensor<f32>
      %50 = sinter.matmul %a, %a {transpose_a = true, transpose_b = false} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<4x4xf32>
      %51 = sinter.sum %50 axes [0, 1] : (tensor<4x4xf32>) -> tensor<f32>
      %52 = sinter.matmul %a, %q {transpose_a = false, transpose_b = false} : (tensor<2x4xf32>, tensor<2x4x5xf32>) -> tensor<2x2x5xf32>
      %53 = sinter.sum %52 axes [0, 1, 2] : (tensor<2x2x5xf32>) -> tensor<f32>
      %54 = sinter.matmul %q, %k {transpose_a = false, transpose_b = false} : (tensor<2x4x5xf32>, tensor<5x4xf32>) -> tensor<2x4x4xf32>
      %55 = sinter.sum %54 axes [0, 1, 2] : (tensor<2x4x4xf32>) -> tensor<f32>
      sinter.yield %2, %5, %7, %10, %13, %16, %19, %22, %25, %27, %29, %32,
        %34, %36, %39, %41, %43, %45, %47, %49, %51, %53, %55
        : tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>,
        tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>,
        tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>
    }
    sinter.return outputs(%r#0, %r#1, %r#2, %r#3, %r#4, %r#5, %r#6, %r#7, %r#8, %r#9, %r#10, %r#11,
        %r#12, %r#13, %r#14, %r#15, %r#16, %r#17, %r#18, %r#19, %r#20, %r#21, %r#22
        : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>,
        tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>,
        tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>)
      names ["r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11",
        "r12", "r13", "r14", "r15", "r16", "r17", "r18", "r19", "r20", "r21", "r22"] symbols []
  }
}
