// kernel.prefix: text form, the schedule that it gets.
// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --schedule | FileCheck %s --check-prefix=SCHEDULE

kernel.entry @e name("e") kind(predict) batch(0) {
  %x = kernel.buffer "x" role(input) : <9x70xf32>
  %i = kernel.buffer "i" role(input) : <2x9x3xi32>
  %y = kernel.buffer "y" role(output) : <9x70xf32>
  %j = kernel.buffer "j" role(output) : <2x9x3xi32>
  // Rows that lie along memory go several at a time, the others on the lanes.
  // CHECK: kernel.prefix "s" number 0 sum axis 1 in(%x : <9x70xf32>) outs(%y : !kernel.buffer<9x70xf32>)
  // SCHEDULE: kernel.prefix "s" {{.*}} schedule #kernel.cpu_schedule<lanes = -1, rows = -1, mr = 4, nr = 1>
  kernel.prefix "s" number 0 sum axis 1 in(%x : <9x70xf32>) outs(%y : !kernel.buffer<9x70xf32>)
  // CHECK: kernel.prefix "r" sum axis 0 reverse exclusive in(
  // SCHEDULE: kernel.prefix "r" {{.*}} schedule #kernel.cpu_schedule<lanes = 1, rows = -1, mr = 1, nr = 8>
  kernel.prefix "r" sum axis 0 reverse exclusive in(%x : <9x70xf32>) outs(%y : !kernel.buffer<9x70xf32>)
  // CHECK: kernel.prefix "m" max axis 1 in(
  // SCHEDULE: kernel.prefix "m" {{.*}} schedule #kernel.cpu_schedule<lanes = 2, rows = -1, mr = 1, nr = 4>
  kernel.prefix "m" max axis 1 in(%i : <2x9x3xi32>) outs(%j : !kernel.buffer<2x9x3xi32>)
}
