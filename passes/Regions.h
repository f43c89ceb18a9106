//===- Regions.h - regions of ops that passes make --------------------------------------------===//
//
// Builders of some ops leave their region empty, those of others fill in a block; passes that write
// a body ask here and need not know. Reading on: fuse/Outline.cpp, lower/LowerFused.cpp (who do).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_PASSES_REGIONS_H
#define SINTER_PASSES_REGIONS_H

#include "mlir/IR/Region.h"

namespace sinter::passes {

/// The block of a region that has one; made when it is not there yet.
inline mlir::Block *bodyOf(mlir::Region &region) {
  return region.empty() ? &region.emplaceBlock() : &region.front();
}

} // namespace sinter::passes

#endif
