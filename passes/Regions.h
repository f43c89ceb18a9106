//===- Regions.h - the blocks of entries, and regions that passes make ------------------------===//
//
// One visitor for passes that work block by block: the entry's and those of all loops and choices
// in it. Builders of some ops leave their region empty, those of others fill in a block; passes
// that write a body ask here and need not know. Reading on: dialects/sinter/Control.td.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_PASSES_REGIONS_H
#define SINTER_PASSES_REGIONS_H

#include "dialects/sinter/Sinter.h"

namespace sinter::passes {

/// The bodies of all entries and forms of a module: what is simplified and fused.
inline llvm::SmallVector<mlir::Operation *> getBodies(mlir::ModuleOp module) {
  llvm::SmallVector<mlir::Operation *> bodies;
  module.walk<mlir::WalkOrder::PreOrder>([&](mlir::Operation *op) {
    if (!mlir::isa<ir::EntryOp, ir::FormOp>(op))
      return mlir::WalkResult::advance();
    bodies.push_back(op);
    return mlir::WalkResult::skip();
  });
  return bodies;
}

/// The block of a region that has one; made when it is not there yet.
inline mlir::Block *bodyOf(mlir::Region &region) {
  return region.empty() ? &region.emplaceBlock() : &region.front();
}

/// The block of an entry or form, then those of all bodies in it, outer ones first.
inline llvm::SmallVector<mlir::Block *> getBlocks(mlir::Operation *entry) {
  llvm::SmallVector<mlir::Block *> blocks{&entry->getRegion(0).front()};
  entry->walk<mlir::WalkOrder::PreOrder>([&](ir::ControlOpInterface op) {
    for (mlir::Region &body : op->getRegions())
      blocks.push_back(&body.front());
  });
  return blocks;
}

} // namespace sinter::passes

#endif
