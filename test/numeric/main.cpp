//===- main.cpp - runs the numeric rows in one process ----------------------------------------===//
//
// numeric-rows [--filter NAME] [--oracle-only] [--every N] [-O LEVEL] [--threads N] [--perf]
// [--target cuda:ARCH] [--list]: a table with a line a row, then every failure, then "N passed, N
// failed"; exit 1 when something failed. --list runs nothing: rows as JSON (test/ops/page.py).
// Reading on: Rows.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Check.h"
#include "test/numeric/Compile.h"
#include "test/numeric/Graph.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>

using namespace sinter;
using namespace sinter::test;

static std::vector<Row> allRows() {
  std::vector<Row> rows;
#define SINTER_FAMILY(family) family##Rows(rows);
#include "test/numeric/Families.inc"
#undef SINTER_FAMILY
  return rows;
}

static int usage(const char *argument) {
  std::fprintf(
      stderr,
      "numeric-rows: unknown argument '%s'\nusage: numeric-rows [--filter NAME] [--oracle-only] "
      "[--every N] [-O LEVEL] [--threads N] [--target cuda:ARCH] [--perf] [--list]\n",
      argument);
  return 2;
}

/// A JSON object a row: what test/ops/page.py reads.
static void list(const Row &row) {
  std::set<std::string> types;
  std::set<int64_t> ranks;
  for (const Case &c : row.cases)
    for (const Type &type : c.operands) {
      types.insert(sinter::rules::toString(type.element));
      ranks.insert(type.rank());
    }
  std::string text;
  for (const std::string &type : types)
    text += (text.empty() ? "\"" : ", \"") + type + "\"";
  std::printf("{\"row\": \"%s\", \"types\": [%s], \"ranks\": [", row.name.c_str(), text.c_str());
  for (int64_t rank : ranks)
    std::printf("%s%d", rank == *ranks.begin() ? "" : ", ", static_cast<int>(rank));
  std::printf("], \"cases\": %zu, \"gradient\": %s}\n", row.cases.size(),
              row.differentiable ? "true" : "false");
}

int main(int argc, char **argv) {
  Options options;
  const char *filter = "";
  bool perf = false, lists = false;
  options.compiles = canCompile();
  for (int i = 1; i < argc; ++i) {
    bool hasValue = i + 1 < argc;
    if (!std::strcmp(argv[i], "--oracle-only"))
      options.compiles = false;
    else if (!std::strcmp(argv[i], "--perf"))
      perf = true;
    else if (!std::strcmp(argv[i], "--list"))
      lists = true;
    else if (!std::strcmp(argv[i], "--filter") && hasValue)
      filter = argv[++i];
    else if (!std::strcmp(argv[i], "--every") && hasValue)
      options.sampleEvery = std::max(1, std::atoi(argv[++i]));
    else if (!std::strcmp(argv[i], "-O") && hasValue)
      options.level = std::atoi(argv[++i]);
    else if (!std::strcmp(argv[i], "--target") && hasValue &&
             (options.machine.target = findGpu(&context(), argv[i + 1])))
      ++i;
    else if (!std::strcmp(argv[i], "--threads") && hasValue)
      options.threads = std::max(1, std::atoi(argv[++i]));
    else
      return usage(argv[i]);
  }
  int passed = 0, failed = 0;
  if (!perf && !lists)
    std::printf("%-28s %6s %9s %6s %9s %6s %9s %9s %6s %9s %6s %9s\n", "row", "values", "error",
                "grads", "error", "comp.", "error", "forward", "jacob.", "error", "second",
                "error");
  std::vector<std::string> failures;
  for (const Row &row : allRows()) {
    if (row.name.find(filter) == std::string::npos)
      continue;
    if (perf || lists) {
      lists ? list(row) : measure(row, options);
      continue;
    }
    Outcome outcome = check(row, options);
    std::printf("%-28s %6d %9.1e %6d %9.1e %6d %9.1e %9.1e %6d %9.1e %6d %9.1e%s\n",
                row.name.c_str(), outcome.values, outcome.valueError, outcome.gradients,
                outcome.gradientError, outcome.compiledGradients, outcome.compiledError,
                outcome.forwardError, outcome.jacobians, outcome.jacobianError, outcome.seconds,
                outcome.secondError, outcome.failures.empty() ? "" : "  FAILED");
    std::fflush(stdout);
    outcome.failures.empty() ? ++passed : ++failed;
    failures.insert(failures.end(), outcome.failures.begin(), outcome.failures.end());
  }
  if (perf || lists)
    return 0;
  for (const std::string &failure : failures)
    std::printf("%s\n", failure.c_str());
  if (!options.compiles)
    std::printf("compiled code was not checked: oracle against central differences only\n");
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed ? 1 : 0;
}
