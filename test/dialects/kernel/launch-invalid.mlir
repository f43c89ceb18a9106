// RUN: sinter-opt %s --split-input-file --verify-diagnostics

#id = affine_map<(i) -> (i)>
kernel.entry @meet name("meet") kind(predict) batch(1) {
  %x = kernel.buffer "x" role(input) offset(0) : <16xf32>
  %y = kernel.buffer "y" role(output) offset(64) : <16xf32>
  %z = kernel.buffer "z" role(output) offset(96) : <16xf32>
  kernel.launch {
    kernel.map "one" dims [16] inner [] ins(%x : !kernel.buffer<16xf32>) outs(%y : !kernel.buffer<16xf32>) maps [#id, #id] {
    ^bb0(%a: f32):
      kernel.yield %a : f32
    }
    // expected-error @+1 {{expects no byte that another part of its launch writes}}
    kernel.map "two" dims [16] inner [] ins(%x : !kernel.buffer<16xf32>) outs(%z : !kernel.buffer<16xf32>) maps [#id, #id] {
    ^bb0(%a: f32):
      kernel.yield %a : f32
    }
  }
}

// -----

kernel.entry @empty name("empty") kind(predict) batch(1) {
  // expected-error @+1 {{expects at least one part, got none}}
  kernel.launch {
  ^bb0:
  }
}

// -----

kernel.entry @other name("other") kind(predict) batch(1) {
  kernel.launch {
    // expected-error @+1 {{cannot stand in kernel.launch: expects kernels}}
    %x = kernel.buffer "x" role(input) offset(0) : <16xf32>
  }
}
