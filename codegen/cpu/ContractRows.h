//===- ContractRows.h - row tiles and borders of a plan ---------------------------------------===//
//
// Cuts row dims into tiles and tiles into classes, so that within a class every border is a
// constant. Reading on: ContractRows.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_CPU_CONTRACTROWS_H
#define SINTER_CODEGEN_CPU_CONTRACTROWS_H

#include "codegen/cpu/ContractPlan.h"

namespace sinter::codegen {

/// Fills in the classes of all row dims and takes the bounds that they decide out of the plan; dims
/// that cannot give rows go. False when borders are not covered.
bool cutRows(Plan &plan);

/// Pieces [begin, end) of a k loop in which the same rows of the given classes take part.
llvm::SmallVector<Interval> getSegments(const Plan &plan, int64_t dim, int64_t size,
                                        llvm::ArrayRef<const RowClass *> classes);

/// Steps of the innermost k loop to write out: as many as keep a kernel small and in `registers`.
void chooseUnroll(Plan &plan, int64_t registers);

} // namespace sinter::codegen

#endif
