//===- Sinter.h - C++ side of the `sinter` dialect --------------------------------------------===//
//
// Declares ops, interfaces and attributes generated from the .td files, and the helpers that op
// families share. Reading on: those for meaning, GradBuilder.h for gradients, ScalarBuilder.h for
// scalar code.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_SINTER_H
#define SINTER_DIALECTS_SINTER_SINTER_H

#include "dialects/kernel/Kernel.h"
#include "dialects/kernel/Stream.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "sinter/rules/pool.h"

namespace sinter::ir {
using kernel::parseKeyword;
using kernel::printKeyword;
class GradBuilder;
} // namespace sinter::ir

#include "dialects/sinter/SinterDialect.h.inc"
#include "dialects/sinter/SinterEnums.h.inc"
#include "dialects/sinter/SinterInterfaces.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/sinter/SinterAttrs.h.inc"
#define GET_OP_CLASSES
#include "dialects/sinter/SinterOps.h.inc"

#include "dialects/sinter/Support.h"

#endif
