//===- main.cpp - random graphs against the oracle --------------------------------------------===//
//
// random-graphs [--count N] [--seed S] [--size OPS]: judges N graphs with seeds S, S+1, …; a
// failing graph is cut down and printed as .mlir with its seed. With --print they are only printed,
// with --ops it is said how many of each op they hold, and that none is missing.
// random-graphs FILE.mlir... judges the graphs in files instead. Exit 1 when one failed. Reading
// on: Model.h, Judge.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/fuzz/Judge.h"

#include "mlir/Parser/Parser.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>
#include <cstring>

using namespace sinter;
using namespace sinter::test;

static void report(const Model &model, const std::string &why) {
  llvm::outs() << "seed " << model.seed << ": " << why << "\n";
  Model small = shrink(model, 150);
  std::string smallWhy = judge(small);
  llvm::outs() << "// cut to " << liveOps(small) << " ops: " << smallWhy << "\n"
               << "// again: random-graphs --seed " << model.seed << " --count 1\n";
  build(small)->print(llvm::outs());
  llvm::outs() << "\n";
  llvm::outs().flush();
}

/// Judges the graph in a file under every variant.
static bool judgeFile(const char *path) {
  auto module = mlir::parseSourceFile<mlir::ModuleOp>(path, &context());
  std::string why = module ? "" : "does not parse";
  constexpr uint64_t kVariants = 7;
  for (uint64_t seed = 0; seed < kVariants && why.empty(); ++seed)
    why = judge(*module,
                {seed, ElementType::F32, [&](int salt) { return drawArguments(*module, salt); }});
  llvm::outs() << path << ": " << (why.empty() ? "ok" : why) << "\n";
  return why.empty();
}

/// Prints how many of each op the graphs hold. False when one is missing without a reason.
static bool showOps(uint64_t seed, int64_t count, int size) {
  std::map<std::string, int64_t> counts = countOps(seed, count, size);
  for (const auto &[op, times] : counts)
    llvm::outs() << op << " " << times << "\n";
  std::string why = judgeCounts(counts);
  llvm::outs() << why;
  return why.empty();
}

int main(int argc, char **argv) {
  int64_t count = 200, seed = 1, size = 9;
  bool prints = false, counts = false;
  std::vector<const char *> files;
  for (int i = 1; i < argc; ++i) {
    bool hasValue = i + 1 < argc;
    if (!std::strcmp(argv[i], "--count") && hasValue)
      count = std::atoll(argv[++i]);
    else if (!std::strcmp(argv[i], "--seed") && hasValue)
      seed = std::atoll(argv[++i]);
    else if (!std::strcmp(argv[i], "--size") && hasValue)
      size = std::atoll(argv[++i]);
    else if (!std::strcmp(argv[i], "--print"))
      prints = true;
    else if (!std::strcmp(argv[i], "--ops"))
      counts = true;
    else if (argv[i][0] != '-')
      files.push_back(argv[i]);
    else {
      llvm::errs()
          << "random-graphs: unknown argument '" << argv[i]
          << "'\nusage: random-graphs [--count N] [--seed S] [--size OPS] [--print | --ops] | "
             "FILE.mlir...\n";
      return 2;
    }
  }
  if (counts)
    return showOps(seed, count, size) ? 0 : 1;
  int64_t failures = 0, ops = 0;
  for (const char *file : files)
    failures += !judgeFile(file);
  if (!files.empty())
    return failures ? 1 : 0;
  for (int64_t i = 0; i < count; ++i) {
    Model model = generate(seed + i, size);
    if (prints) {
      build(model)->print(llvm::outs());
      continue;
    }
    ops += liveOps(model);
    std::string why = judge(model);
    if (why.empty())
      continue;
    ++failures;
    if (failures <= 5)
      report(model, why);
    else
      llvm::outs() << "seed " << model.seed << ": " << why << "\n";
  }
  if (prints)
    return 0;
  llvm::outs() << count << " graphs of " << (count ? ops / count : 0) << " ops on average, "
               << failures << " failed";
  if (undecidedGraphs)
    llvm::outs() << ", " << undecidedGraphs << " undecided (branches that a rounding decides)";
  llvm::outs() << "\n";
  // More than a few would mean that the judge looks away.
  return failures || undecidedGraphs * 50 > count + 50 ? 1 : 0;
}
