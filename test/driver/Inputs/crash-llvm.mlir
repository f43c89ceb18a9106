// Passes LLVM's verifiers and ends its code generator: an element type that no code has.
module @crash attributes {sinter.stage = "llvm"} {
  llvm.func @f(%p: !llvm.ptr, %i: i64) {
    %0 = llvm.getelementptr %p[%i] : (!llvm.ptr, i64) -> !llvm.ptr, index
    %1 = llvm.load %0 : !llvm.ptr -> f32
    llvm.store %1, %p : f32, !llvm.ptr
    llvm.return
  }
  module @planned {
    kernel.entry @f name("f") kind(predict) batch(1) {}
  }
}
