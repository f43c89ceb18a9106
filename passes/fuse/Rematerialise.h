//===- Rematerialise.h - values that are made again instead of stored -------------------------===//
//
// The last step of FuseMaps.cpp: clusters are known, so it is known what crosses between them.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_PASSES_FUSE_REMATERIALISE_H
#define SINTER_PASSES_FUSE_REMATERIALISE_H

#include "passes/fuse/ClusterGraph.h"

namespace sinter::passes {

/// Why a set of ops can not be one kernel; empty when it can.
using WhyNoKernel = llvm::function_ref<std::string(const OpSet &)>;

/// Work that costs less than to store its result and to read it again is done in every cluster that
/// needs it. `order` are the ops of all clusters, as they stand in the block.
void rematerialise(llvm::ArrayRef<mlir::Operation *> order, ClusterGraph &graph,
                   kernel::TargetInterface target, FusionLog &log, WhyNoKernel whyNoKernel);

} // namespace sinter::passes

#endif
