//===- Bench.h - times one kernel beside the FMA peak -----------------------------------------===//
//
// One thread. A line is GFLOP/s, the share of the peak measured beside it, FMAs and vector stack
// moves of the assembly. Reading on: Gemm.cpp, Conv.cpp (the cases).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_TEST_CODEGEN_BENCH_H
#define SINTER_TEST_CODEGEN_BENCH_H

#include <string>

namespace sinter::bench {

/// What the command line asks for: `dump NAME` prints assembly, `loops NAME` the loops, `schedule
/// NAME` the schedule, `only NAME` nothing more; NAME is a part of the cases' names. A third
/// argument forces a schedule.
struct Options {
  std::string print, name, forced;
};

/// Runs kernel "k" of the module `text`; `flops` counts the products that are summed. False when it
/// does not compile.
bool measure(const Options &options, const std::string &name, const std::string &text,
             double flops);

bool runGemms(const Options &options);
bool runConvs(const Options &options);

} // namespace sinter::bench

#endif
