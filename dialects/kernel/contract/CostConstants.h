//===- CostConstants.h - what the cost model takes from measurements --------------------------===//
//
// Cycles of things that no port count gives. Each has a row of `codegen_bench cost`
// (test/codegen/bench/Cost.cpp), which prints a measurement beside the value here; the last one is
// noted with it: 2-core virtual Xeon with AVX-512, 2 FMA ports, in cache. They price choices
// against each other and enter no bit (D1). At the end, what only orders equal choices.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_KERNEL_CONTRACT_COSTCONSTANTS_H
#define SINTER_DIALECTS_KERNEL_CONTRACT_COSTCONSTANTS_H

namespace sinter::kernel {

/// An element that is loaded or stored on its own and put into a vector or taken out of one.
/// Measured in cache: 0.65 read, 1.2 written.
inline constexpr double kGatherCycles = 2;
/// An element of a tile that an epilogue stores in a second order beside its own: .7 ns at 3.8 GHz
/// (passes/README.md), and registers that the tile lacks.
inline constexpr double kSecondOrderCycles = 3;
/// A tile besides its steps and stores: addresses, loop entry and exit, the first latency.
inline constexpr double kTileCycles = 36; ///< measured: 24 to 37
/// A vector that the epilogue stores, or reads beside the sums.
inline constexpr double kStoreCycles = 0.3; ///< measured: 0.2 to 0.33
/// The tree over canonical lanes.
inline constexpr double kTreeCycles = 3; ///< measured: 1.9 to 2.9
/// An element that a kernel of its own takes from one layout to another.
inline constexpr double kMoveCycles = 0.1; ///< measured: 0.1
/// One kernel more: its call and its barrier.
inline constexpr double kKernelCycles = 3800; ///< measured: 3,800 with 2 threads
/// A term of plain loops, which do what the vector emitter does not cover.
inline constexpr double kNaiveCycles = 2.3; ///< measured: 2.3

// Not measured: they order walks that cost the same by the model.

/// What a cycle of the load ports counts beside multiply-adds that hide it: of tiles with equal
/// cycles, the one that loads less.
inline constexpr double kLoadShare = 0.2;
/// What rows of a dim one further out add to a walk's cycles: later dims lie closer together.
inline constexpr double kFartherDim = 0.005;

} // namespace sinter::kernel

#endif
