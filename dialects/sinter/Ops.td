//===- Ops.td - all op families of the `sinter` dialect ---------------------------------------------------------------===//
//
// The entry point of TableGen. An op is exactly one of map, contraction, view, control flow or structural (Interfaces.td).
// Reading on: OpBase.td (base classes), Elementwise.td (the shortest family).
//
//===------------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_OPS_TD
#define SINTER_DIALECTS_SINTER_OPS_TD
include "dialects/sinter/Elementwise.td"
include "dialects/sinter/Shape.td"
include "dialects/sinter/Reduce.td"
include "dialects/sinter/Matmul.td"
include "dialects/sinter/Conv.td"
include "dialects/sinter/Pool.td"
include "dialects/sinter/Loss.td"
include "dialects/sinter/Random.td"
include "dialects/sinter/Control.td"
include "dialects/sinter/Train.td"
#endif
