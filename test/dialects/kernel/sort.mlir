// kernel.sort: text form.
// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

kernel.entry @e name("e") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(input) : <9x70xf32>
  %i = kernel.buffer "i" role(output) : <9x3xi64>
  %w = kernel.buffer "w" role(temp) : <9x2x70xi32>
  // CHECK: kernel.sort "s" number 0 axis 1 descending in(%x : <9x70xf32>) outs(%i, %w : !kernel.buffer<9x3xi64>, !kernel.buffer<9x2x70xi32>)
  kernel.sort "s" number 0 axis 1 descending in(%x : <9x70xf32>) outs(%i, %w : !kernel.buffer<9x3xi64>, !kernel.buffer<9x2x70xi32>)
}
