//===- CostConstants.h - what the cost model takes from measurements --------------------------===//
//
// Cycles of things that no port count gives. Each is measured by a row of `codegen_bench cost`
// (test/codegen/bench/Cost.cpp), which prints the value beside the one here; the last measurement
// is noted with it: Xeon with AVX-512, 2 FMA ports. They price choices against each other and enter
// no bit (D1), so a factor of two is no error; a constant that another machine moves by more
// belongs in #kernel.target.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_KERNEL_CONTRACT_COSTCONSTANTS_H
#define SINTER_DIALECTS_KERNEL_CONTRACT_COSTCONSTANTS_H

namespace sinter::kernel {

/// An element that is loaded or stored on its own and put into a vector or taken out of one.
inline constexpr double kGatherCycles = 3.0;
/// A tile besides its steps and stores: addresses, loop entry and exit, the first latency.
inline constexpr double kTileCycles = 40;
/// A vector that the epilogue stores, or reads beside the sums.
inline constexpr double kStoreCycles = 1.5;
/// The tree over canonical lanes.
inline constexpr double kTreeCycles = 12;
/// An element that a kernel of its own takes from one layout to another.
inline constexpr double kMoveCycles = 4;
/// One kernel more: its call and its barrier.
inline constexpr double kKernelCycles = 3000;
/// A term of plain loops, which do what the vector emitter does not cover.
inline constexpr double kNaiveCycles = 6;

} // namespace sinter::kernel

#endif
