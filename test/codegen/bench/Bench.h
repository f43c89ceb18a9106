//===- Bench.h - times one kernel beside the FMA peak -----------------------------------------===//
//
// One thread. A line is GFLOP/s, the share of the peak measured beside it, FMAs and vector stack
// moves of the assembly. Reading on: Gemm.cpp, Conv.cpp (the cases), Rows.cpp (row
// reductions), Ordered.cpp (prefix sums, sorts), Cost.cpp (the cost model's constants).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_TEST_CODEGEN_BENCH_H
#define SINTER_TEST_CODEGEN_BENCH_H

#include <cstdint>
#include <string>

namespace sinter::bench {

/// What the command line asks for: `dump NAME` prints assembly, `loops NAME` the loops, `schedule
/// NAME` the schedule, `only NAME` nothing more; NAME is a part of the cases' names. A third
/// argument forces a schedule. `cost` measures the constants of the cost model instead, `rows` row
/// reductions, `prefix` prefix sums and maxima, `sort` sorts.
struct Options {
  std::string print, name, forced;
};

/// Runs kernel "k" of the module `text`; `flops` counts the products that are summed. False when it
/// does not compile.
bool measure(const Options &options, const std::string &name, const std::string &text,
             double flops);

/// Cycles that the entry "e" of `text` takes on `threads`, at the clock that the FMA peak beside it
/// tells. Ends the program when it does not compile.
double countCycles(const std::string &text, unsigned threads = 1);

/// Seconds that the entry "e" of `text` takes on one thread. Ends the program when it does not
/// compile.
double getSeconds(const std::string &text);

/// Seconds that loads of so many bytes take, one after the other, again and again.
double getLoadSeconds(int64_t bytes);

/// The constants of the cost model (dialects/kernel/contract/CostConstants.h), each beside what it
/// is here.
void runCosts();

/// Row reductions beside the bandwidth of loads.
void runRows();

/// Prefix sums and maxima beside the bandwidth of loads.
void runPrefixes();

/// Whole sorts and the first few of each row.
void runSorts();

bool runGemms(const Options &options);
bool runConvs(const Options &options);

} // namespace sinter::bench

#endif
