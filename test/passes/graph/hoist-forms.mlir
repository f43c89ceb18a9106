// What depends on parameters alone becomes a form, computed by prepare where training updates them; a scale behind a sum of products moves into its weight; a state that
// evaluation itself changes stays where it is.
// RUN: sinter-opt --hoist-forms --simplify --split-input-file %s | FileCheck %s
module @prepared {
  sinter.symbol @w : tensor<3x5xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.symbol @s : tensor<3xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.symbol @o : tensor<3xf32> kind buffer init <normal, 0.0, 0.1>
  sinter.symbol @count : tensor<3xf32> kind buffer init <constant, 0.0, 0.0>
  // CHECK-LABEL: sinter.entry @predict
  // CHECK-DAG: %[[W:.*]] = sinter.get @w.prepared
  // CHECK-DAG: %[[O:.*]] = sinter.get @{{[os]}}.prepared
  // CHECK: %[[Y:.*]] = sinter.matmul %x, %[[W]]
  // CHECK: sinter.add %[[Y]], %[[O]]
  // CHECK-NOT: sinter.mul
  sinter.entry @predict name("predict") kind(predict) batch(7) inputs ["x"] {
  ^bb0(%x: tensor<7x5xf32>):
    %w = sinter.get @w : tensor<3x5xf32>
    %s = sinter.get @s : tensor<3xf32>
    %o = sinter.get @o : tensor<3xf32>
    %e = sinter.exp %s : (tensor<3xf32>) -> tensor<3xf32>
    %h = sinter.matmul %x, %w {transpose_b = true} : (tensor<7x5xf32>, tensor<3x5xf32>) -> tensor<7x3xf32>
    %ho = sinter.add %h, %o : (tensor<7x3xf32>, tensor<3xf32>) -> tensor<7x3xf32>
    %y = sinter.mul %ho, %e : (tensor<7x3xf32>, tensor<3xf32>) -> tensor<7x3xf32>
    sinter.return outputs(%y : tensor<7x3xf32>) names ["y"] symbols []
  }
  // CHECK-LABEL: sinter.entry @counting
  // CHECK: sinter.get @count
  // CHECK: sinter.exp
  sinter.entry @counting name("counting") kind(predict) batch(7) inputs ["x"] {
  ^bb0(%x: tensor<7x3xf32>):
    %count = sinter.get @count : tensor<3xf32>
    %e = sinter.exp %count : (tensor<3xf32>) -> tensor<3xf32>
    %y = sinter.mul %x, %e : (tensor<7x3xf32>, tensor<3xf32>) -> tensor<7x3xf32>
    sinter.return outputs(%y : tensor<7x3xf32>) names ["y"] updates(%e : tensor<3xf32>) symbols [@count]
  }
  // CHECK-LABEL: sinter.entry @train
  // CHECK: sinter.exp
  sinter.entry @train name("train") kind(train) batch(7) inputs ["x"] {
  ^bb0(%x: tensor<7x3xf32>):
    %s = sinter.get @s : tensor<3xf32>
    %e = sinter.exp %s : (tensor<3xf32>) -> tensor<3xf32>
    sinter.return names [] updates(%e : tensor<3xf32>) symbols [@s]
  }
  // What two forms are made of is a form itself.
  // CHECK: sinter.form @s.prepared of @s : tensor<3xf32> refresh(prepare) {
  // CHECK: sinter.exp
  // CHECK: sinter.form @w.prepared of @w, @s.prepared : tensor<3x5xf32> refresh(prepare) {
  // CHECK-NOT: sinter.exp
  // CHECK: sinter.form @o.prepared of @o, @s.prepared : tensor<3xf32> refresh(prepare) {
}

// -----
// A chain of which every value is read: each form is made of the one before, so text grows as the chain does. What only
// one of them needs (sinter.neg) stands in it, what nobody reads in none, and two entries share.
// CHECK-LABEL: module @chain
module @chain {
  sinter.symbol @w : tensor<3xf32> kind parameter init <normal, 0.0, 0.1>
  // CHECK-LABEL: sinter.entry @predict
  // CHECK-DAG: %[[A:.*]] = sinter.get @w.prepared :
  // CHECK-DAG: %[[B:.*]] = sinter.get @w.prepared2 :
  // CHECK-DAG: %[[C:.*]] = sinter.get @w.prepared3 :
  // CHECK: %[[XA:.*]] = sinter.add %x, %[[A]]
  // CHECK: %[[XB:.*]] = sinter.add %[[XA]], %[[B]]
  // CHECK: sinter.add %[[XB]], %[[C]]
  sinter.entry @predict name("predict") kind(predict) batch(7) inputs ["x"] {
  ^bb0(%x: tensor<7x3xf32>):
    %w = sinter.get @w : tensor<3xf32>
    %a = sinter.exp %w : (tensor<3xf32>) -> tensor<3xf32>
    %n = sinter.neg %a : (tensor<3xf32>) -> tensor<3xf32>
    %b = sinter.exp %n : (tensor<3xf32>) -> tensor<3xf32>
    %c = sinter.exp %b : (tensor<3xf32>) -> tensor<3xf32>
    %xa = sinter.add %x, %a : (tensor<7x3xf32>, tensor<3xf32>) -> tensor<7x3xf32>
    %xb = sinter.add %xa, %b : (tensor<7x3xf32>, tensor<3xf32>) -> tensor<7x3xf32>
    %xc = sinter.add %xb, %c : (tensor<7x3xf32>, tensor<3xf32>) -> tensor<7x3xf32>
    sinter.return outputs(%xc : tensor<7x3xf32>) names ["y"] symbols []
  }
  // CHECK-LABEL: sinter.entry @other
  // CHECK: sinter.get @w.prepared :
  sinter.entry @other name("other") kind(predict) batch(7) inputs ["x"] {
  ^bb0(%x: tensor<7x3xf32>):
    %w = sinter.get @w : tensor<3xf32>
    %unread = sinter.tanh %w : (tensor<3xf32>) -> tensor<3xf32>
    %a = sinter.exp %w : (tensor<3xf32>) -> tensor<3xf32>
    %xa = sinter.add %x, %a : (tensor<7x3xf32>, tensor<3xf32>) -> tensor<7x3xf32>
    sinter.return outputs(%xa : tensor<7x3xf32>) names ["y"] symbols []
  }
  // CHECK: sinter.form @w.prepared of @w : tensor<3xf32> refresh(load) {
  // CHECK: sinter.exp
  // CHECK: sinter.form @w.prepared2 of @w.prepared : tensor<3xf32> refresh(load) {
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: sinter.neg
  // CHECK-NEXT: sinter.exp
  // CHECK-NEXT: sinter.yield
  // CHECK: sinter.form @w.prepared3 of @w.prepared2 : tensor<3xf32> refresh(load) {
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: sinter.exp
  // CHECK-NEXT: sinter.yield
  // CHECK-NOT: sinter.form
}

// -----
// Every product reads the one before twice: 2^60 paths lead to the parameter, and each op is visited once.
// CHECK-LABEL: module @shared
module @shared {
  sinter.symbol @w : tensor<3xf32> kind parameter init <normal, 0.0, 0.1>
  // CHECK: %[[P:.*]] = sinter.get @w.prepared
  // CHECK-NEXT: sinter.add %x, %[[P]]
  sinter.entry @predict name("predict") kind(predict) batch(7) inputs ["x"] {
  ^bb0(%x: tensor<7x3xf32>):
    %0 = sinter.get @w : tensor<3xf32>
    %1 = sinter.mul %0, %0 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %2 = sinter.mul %1, %1 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %3 = sinter.mul %2, %2 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %4 = sinter.mul %3, %3 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %5 = sinter.mul %4, %4 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %6 = sinter.mul %5, %5 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %7 = sinter.mul %6, %6 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %8 = sinter.mul %7, %7 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %9 = sinter.mul %8, %8 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %10 = sinter.mul %9, %9 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %11 = sinter.mul %10, %10 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %12 = sinter.mul %11, %11 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %13 = sinter.mul %12, %12 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %14 = sinter.mul %13, %13 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %15 = sinter.mul %14, %14 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %16 = sinter.mul %15, %15 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %17 = sinter.mul %16, %16 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %18 = sinter.mul %17, %17 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %19 = sinter.mul %18, %18 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %20 = sinter.mul %19, %19 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %21 = sinter.mul %20, %20 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %22 = sinter.mul %21, %21 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %23 = sinter.mul %22, %22 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %24 = sinter.mul %23, %23 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %25 = sinter.mul %24, %24 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %26 = sinter.mul %25, %25 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %27 = sinter.mul %26, %26 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %28 = sinter.mul %27, %27 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %29 = sinter.mul %28, %28 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %30 = sinter.mul %29, %29 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %31 = sinter.mul %30, %30 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %32 = sinter.mul %31, %31 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %33 = sinter.mul %32, %32 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %34 = sinter.mul %33, %33 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %35 = sinter.mul %34, %34 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %36 = sinter.mul %35, %35 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %37 = sinter.mul %36, %36 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %38 = sinter.mul %37, %37 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %39 = sinter.mul %38, %38 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %40 = sinter.mul %39, %39 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %41 = sinter.mul %40, %40 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %42 = sinter.mul %41, %41 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %43 = sinter.mul %42, %42 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %44 = sinter.mul %43, %43 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %45 = sinter.mul %44, %44 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %46 = sinter.mul %45, %45 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %47 = sinter.mul %46, %46 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %48 = sinter.mul %47, %47 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %49 = sinter.mul %48, %48 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %50 = sinter.mul %49, %49 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %51 = sinter.mul %50, %50 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %52 = sinter.mul %51, %51 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %53 = sinter.mul %52, %52 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %54 = sinter.mul %53, %53 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %55 = sinter.mul %54, %54 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %56 = sinter.mul %55, %55 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %57 = sinter.mul %56, %56 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %58 = sinter.mul %57, %57 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %59 = sinter.mul %58, %58 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %60 = sinter.mul %59, %59 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %y = sinter.add %x, %60 : (tensor<7x3xf32>, tensor<3xf32>) -> tensor<7x3xf32>
    sinter.return outputs(%y : tensor<7x3xf32>) names ["y"] symbols []
  }
  // CHECK: sinter.form @w.prepared of @w
  // CHECK-COUNT-60: sinter.mul
}

// -----
// Training reads a form of what no entry updates, and shares it with prediction; work on what it updates itself stays, and so
// does a scale of frozen sums: the order of products is the model's.
// CHECK-LABEL: module @frozen
module @frozen {
  sinter.symbol @w : tensor<3xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.symbol @frozen : tensor<3x3xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.symbol @scale : tensor<3xf32> kind buffer init <normal, 0.0, 0.1>
  // CHECK-LABEL: sinter.entry @train
  // CHECK-DAG: %[[F:.*]] = sinter.get @frozen.prepared :
  // CHECK-DAG: %[[W:.*]] = sinter.get @w :
  // CHECK-DAG: %[[S:.*]] = sinter.get @scale :
  // CHECK-DAG: %[[T:.*]] = sinter.tanh %[[W]]
  // CHECK: %[[H:.*]] = sinter.matmul %x, %[[F]]
  // CHECK: sinter.mul %[[H]], %[[S]]
  sinter.entry @train name("train") kind(train) batch(7) inputs ["x"] {
  ^bb0(%x: tensor<7x3xf32>):
    %w = sinter.get @w : tensor<3xf32>
    %s = sinter.get @scale : tensor<3xf32>
    %t = sinter.tanh %w : (tensor<3xf32>) -> tensor<3xf32>
    %f = sinter.get @frozen : tensor<3x3xf32>
    %e = sinter.exp %f : (tensor<3x3xf32>) -> tensor<3x3xf32>
    %h = sinter.matmul %x, %e : (tensor<7x3xf32>, tensor<3x3xf32>) -> tensor<7x3xf32>
    %hs = sinter.mul %h, %s : (tensor<7x3xf32>, tensor<3xf32>) -> tensor<7x3xf32>
    %sum = sinter.sum %hs axes [0] : (tensor<7x3xf32>) -> tensor<3xf32>
    %w2 = sinter.add %t, %sum : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    sinter.return names [] updates(%w2 : tensor<3xf32>) symbols [@w]
  }
  // CHECK-LABEL: sinter.entry @predict
  // CHECK-DAG: sinter.get @frozen.prepared :
  // CHECK-DAG: sinter.get @w.prepared :
  sinter.entry @predict name("predict") kind(predict) batch(7) inputs ["x"] {
  ^bb0(%x: tensor<7x3xf32>):
    %w = sinter.get @w : tensor<3xf32>
    %t = sinter.tanh %w : (tensor<3xf32>) -> tensor<3xf32>
    %f = sinter.get @frozen : tensor<3x3xf32>
    %e = sinter.exp %f : (tensor<3x3xf32>) -> tensor<3x3xf32>
    %h = sinter.matmul %x, %e : (tensor<7x3xf32>, tensor<3x3xf32>) -> tensor<7x3xf32>
    %y = sinter.add %h, %t : (tensor<7x3xf32>, tensor<3xf32>) -> tensor<7x3xf32>
    sinter.return outputs(%y : tensor<7x3xf32>) names ["y"] symbols []
  }
  // CHECK: sinter.form @frozen.prepared of @frozen : tensor<3x3xf32> refresh(load) {
  // CHECK: sinter.form @w.prepared of @w : tensor<3xf32> refresh(prepare) {
}

// -----
// A row of a parameter where a constant says stays in the entry: only a run of it tells of an index that is out of range.
// CHECK-LABEL: module @indices
// CHECK-NOT: sinter.form
// CHECK: sinter.gather
// CHECK-NOT: sinter.form
module @indices {
  sinter.symbol @w : tensor<4x3xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.entry @predict name("predict") kind(predict) batch(1) inputs ["x"] {
  ^bb0(%x: tensor<3xf32>):
    %w = sinter.get @w : tensor<4x3xf32>
    %at = sinter.constant dense<7> : tensor<i32>
    %row = sinter.gather %w at %at axis 0 : (tensor<4x3xf32>, tensor<i32>) -> tensor<3xf32>
    %y = sinter.add %x, %row : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    sinter.return outputs(%y : tensor<3xf32>) names ["y"] symbols []
  }
}

// -----
// What constants alone make is no form, even where it has no elements to give away.
// CHECK-LABEL: module @constants
// CHECK-NOT: sinter.form
module @constants {
  sinter.symbol @w : tensor<0x3xf32> kind parameter init <normal, 0.0, 0.1>
  sinter.entry @predict name("predict") kind(predict) batch(1) inputs [] {
    %a = sinter.constant dense<> : tensor<0x3xf32>
    %b = sinter.constant dense<1.0> : tensor<3xf32>
    %y = sinter.add %a, %b : (tensor<0x3xf32>, tensor<3xf32>) -> tensor<0x3xf32>
    sinter.return outputs(%y : tensor<0x3xf32>) names ["y"] symbols []
  }
}
