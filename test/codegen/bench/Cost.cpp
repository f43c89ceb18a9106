//===- Cost.cpp - the constants of the cost model, measured -----------------------------------===//
//
// `codegen_bench cost` prints each constant of dialects/kernel/contract/CostConstants.h, and the
// bytes a cycle of dialects/kernel/Cost.cpp, beside what this machine makes of it. Each is the
// difference of two kernels that differ in that one thing.
//
//===------------------------------------------------------------------------------------------===//
#include "Bench.h"

#include "dialects/kernel/contract/CostConstants.h"

#include <cstdint>
#include <cstdio>

using namespace sinter;

namespace {
/// y[m,n] = sum over k of a[m,k] b, and what is special about it.
struct Product {
  int64_t m, n, k;
  bool panels = true;    ///< b lies side by side along n
  bool added = false;    ///< the epilogue adds a value of y's shape
  const char *more = ""; ///< algorithm and attributes
  bool across = false;   ///< the sums are on the lanes
  bool turned = false;   ///< y lies side by side along m
};
} // namespace

static std::string textOf(const Product &p) {
  auto shape = [](int64_t rows, int64_t columns, const std::string &layout = "") {
    return "!kernel.buffer<" + std::to_string(rows) + "x" + std::to_string(columns) + "xf32" +
           layout + ">";
  };
  auto buffer = [](const char *name, int64_t offset, const std::string &type) {
    return "%" + std::string(name) + " = kernel.buffer \"" + name + "\" role(temp) offset(" +
           std::to_string(offset) + ") : " + type + "\n";
  };
  std::string a = shape(p.m, p.k), y = shape(p.m, p.n, p.turned ? ", #kernel.layout<[1, 0]>" : ""),
              b = shape(p.n, p.k,
                        p.panels ? ", #kernel.layout<[0, 1], block = [0], by = [32]>" : "");
  std::string schedule = p.across ? "lanes = -1, rows = 0, mr = 4, nr = 16, rows2 = 1, mr2 = 4"
                                  : "lanes = 1, rows = 0, mr = 14, nr = 32";
  return "module @m { kernel.entry @e name(\"e\") kind(train) batch(1) {\n" + buffer("a", 0, a) +
         buffer("b", 16 << 20, b) + buffer("y", 32 << 20, y) + buffer("c", 48 << 20, y) +
         "kernel.contract \"k\" dims [" + std::to_string(p.m) + ", " + std::to_string(p.n) + ", " +
         std::to_string(p.k) + "] parallel 2 a(%a : " + a + ") b(%b : " + b + ") " +
         (p.added ? "extras(%c : " + y + ") " : "") + "outs(%y : " + y +
         ") maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>" +
         (p.added ? ", affine_map<(m, n, k) -> (m, n)>" : "") +
         ", affine_map<(m, n, k) -> (m, n)>] " +
         (p.across ? "algorithm <lanes 16> " : "algorithm <chain> ") +
         "schedule #kernel.cpu_schedule<" + schedule + "> " + p.more + " epilogue {\n" +
         (p.added ? "^bb0(%s: f32, %x: f32):\n%r = arith.addf %s, %x : f32\nkernel.yield %r : f32\n"
                  : "^bb0(%s: f32):\nkernel.yield %s : f32\n") +
         "} } }";
}

/// One map kernel after the other, each copying 64 times `columns` floats from `from` to `to`, back
/// and forth.
static std::string copyOf(int64_t columns, int kernels = 1, const std::string &to = "") {
  auto bufferOf = [&](const std::string &layout) {
    return "!kernel.buffer<64x" + std::to_string(columns) + "xf32" + layout + ">";
  };
  std::string types[] = {bufferOf(""), bufferOf(to)};
  std::string text = "module @m { kernel.entry @e name(\"e\") kind(train) batch(1) {\n"
                     "%0 = kernel.buffer \"x\" role(temp) offset(0) : " +
                     types[0] +
                     "\n%1 = kernel.buffer \"y\" role(temp) offset(67108864) : " + types[1] + "\n";
  for (int i = 0; i < kernels; ++i) {
    std::string x = std::to_string(i % 2), y = std::to_string(1 - i % 2);
    text += "kernel.map \"k" + std::to_string(i) + "\" dims [64, " + std::to_string(columns) +
            "] inner [] ins(%" + x + " : " + types[i % 2] + ") outs(%" + y + " : " +
            types[1 - i % 2] +
            ") maps [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>] {\n^bb0(%v: "
            "f32):\nkernel.yield %v : f32\n}\n";
  }
  return text + "} }";
}

static void print(const char *name, double here, double measured) {
  std::printf("%-44s %8.2f   measured %8.2f\n", name, here, measured);
  std::fflush(stdout);
}

/// Cycles where no k step is made: two lengths of the same sums, extended to none.
static double withoutSteps(Product p, int64_t shorter, int64_t longer) {
  p.k = shorter;
  double less = bench::countCycles(textOf(p));
  p.k = longer;
  double more = bench::countCycles(textOf(p));
  return less -
         (more - less) / static_cast<double>(longer - shorter) * static_cast<double>(shorter);
}

void bench::runCosts() {
  // 16 row tiles of 14 rows, 8 panels of 32.
  constexpr double kTiles = 16 * 8, kVectors = 224 * 256 / 16;
  const Product plain{224, 256, 128};
  double whole = countCycles(textOf(plain));
  Product other = plain;
  other.panels = false;
  print("kGatherCycles: an element read on its own", kernel::kGatherCycles,
        (countCycles(textOf(other)) - whole) / (16.0 * 256 * 128));
  other = plain;
  other.turned = true;
  print("kGatherCycles: an element written on its own", kernel::kGatherCycles,
        (countCycles(textOf(other)) - whole) / (224.0 * 256));
  other = plain;
  other.added = true;
  double store = (countCycles(textOf(other)) - whole) / kVectors;
  print("kStoreCycles: a vector of the epilogue", kernel::kStoreCycles, store);
  print("kTileCycles: a tile besides steps and stores", kernel::kTileCycles,
        withoutSteps(plain, 32, 128) / kTiles - store * kVectors / kTiles);
  const Product lanes{64, 64, 512, false, false, "", true};
  print("kTreeCycles: the tree of canonical lanes", kernel::kTreeCycles,
        withoutSteps(lanes, 128, 512) / (64 * 64) - kernel::kTileCycles / 16);
  other = {56, 64, 128, false, false, "attributes {naive}"};
  print("kNaiveCycles: a term of plain loops", kernel::kNaiveCycles,
        countCycles(textOf(other)) / (56.0 * 64 * 128));
  double straight = countCycles(copyOf(1024));
  print("kMoveCycles: an element to another layout", kernel::kMoveCycles,
        (countCycles(copyOf(1024, 1, ", #kernel.layout<[1, 0], block = [0], by = [32]>")) -
         straight) /
            (64.0 * 1024));
  constexpr unsigned kThreads = 2;
  print("kKernelCycles: a kernel more, 2 threads", kernel::kKernelCycles,
        countCycles(copyOf(16, 2), kThreads) - countCycles(copyOf(16), kThreads));
  const struct {
    const char *name;
    int64_t bytes;
    double here;
  } levels[] = {{"bytes a cycle in L1", 16 << 10, 64},
                {"bytes a cycle in L2", 512 << 10, 24},
                {"bytes a cycle in L3", 8 << 20, 8},
                {"bytes a cycle in memory", 64 << 20, 4}};
  for (const auto &level : levels) // half of the bytes are read, half written
    print(level.name, level.here,
          static_cast<double>(level.bytes) / countCycles(copyOf(level.bytes / 8 / 64)));
}
