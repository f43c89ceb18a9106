// What is no kernel.prefix.
// RUN: sinter-opt %s --split-input-file --verify-diagnostics

kernel.entry @e name("e") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(input) : <2x3xf32>
  %y = kernel.buffer "y" role(output) : <2x3xf32>
  // expected-error @below {{expects an axis of '!kernel.buffer<2x3xf32>', got 2}}
  kernel.prefix "p" sum axis 2 in(%x : <2x3xf32>) outs(%y : !kernel.buffer<2x3xf32>)
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(input) : <2x3xf32>
  %y = kernel.buffer "y" role(output) : <2x3xf32>
  // expected-error @below {{got -1}}
  kernel.prefix "p" sum axis -1 in(%x : <2x3xf32>) outs(%y : !kernel.buffer<2x3xf32>)
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(input) : <2x3xi1>
  %y = kernel.buffer "y" role(output) : <2x3xi1>
  // expected-error @below {{expects numbers, got}}
  kernel.prefix "p" max axis 1 in(%x : <2x3xi1>) outs(%y : !kernel.buffer<2x3xi1>)
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(input) : <2x3xf32>
  %y = kernel.buffer "y" role(output) : <3x2xf32>
  // expected-error @below {{expects one out of the type of its in}}
  kernel.prefix "p" sum axis 1 in(%x : <2x3xf32>) outs(%y : !kernel.buffer<3x2xf32>)
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(input) : <2x3xf32>
  %y = kernel.buffer "y" role(output) : <2x3xf32, #kernel.layout<[1, 0]>>
  // expected-error @below {{expects row-major buffers, got}}
  kernel.prefix "p" sum axis 1 in(%x : <2x3xf32>) outs(%y : !kernel.buffer<2x3xf32, #kernel.layout<[1, 0]>>)
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(input) : <2x3xf32>
  %y = kernel.buffer "y" role(output) : <2x3xf32>
  // expected-error @below {{expects sum, prod, max or min, got argmax}}
  kernel.prefix "p" argmax axis 1 in(%x : <2x3xf32>) outs(%y : !kernel.buffer<2x3xf32>)
}

// -----

kernel.entry @e name("e") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(input) : <2x3xf32>
  %y = kernel.buffer "y" role(output) : <2x3xf32>
  // expected-error @below {{expects `exclusive` with sum or prod, got max: there is no extreme of nothing}}
  kernel.prefix "p" max axis 1 exclusive in(%x : <2x3xf32>) outs(%y : !kernel.buffer<2x3xf32>)
}
