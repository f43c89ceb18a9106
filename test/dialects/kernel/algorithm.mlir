// Every algorithm keeps its text: how the elements of a sum are added up (D1).
// RUN: sinter-opt %s | sinter-opt | FileCheck %s

// CHECK: kernel.a = #kernel.algorithm<chain>
// CHECK-SAME: kernel.b = #kernel.algorithm<lanes 64>
// CHECK-SAME: kernel.c = #kernel.algorithm<chunks 3 x 50000 of lanes 16 joined chain>
// CHECK-SAME: kernel.d = #kernel.algorithm<chunks 8 x 24 of chain joined lanes 16>
module attributes {kernel.a = #kernel.algorithm<chain>, kernel.b = #kernel.algorithm<lanes 64>,
                   kernel.c = #kernel.algorithm<chunks 3 x 50000 of lanes 16 joined chain>,
                   kernel.d = #kernel.algorithm<chunks 8 x 24 of chain joined lanes 16>} {}
