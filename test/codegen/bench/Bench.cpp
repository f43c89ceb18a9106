//===- Bench.cpp - see Bench.h; the program ---------------------------------------------------===//
//
// Segments hold small numbers in huge pages, as the runtime's do.
//
//===------------------------------------------------------------------------------------------===//
#include "Bench.h"

#include "codegen/cpu/Jit.h"
#include "codegen/cpu/Target.h"
#include "dialects/kernel/Cost.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Parser/Parser.h"

#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <sys/mman.h>

using namespace sinter;

/// Median seconds of `run`, at least 0.15 s of repeats after a warm-up.
static double median(const std::function<void()> &run) {
  auto now = [] { // of this thread alone: neighbours on the machine do not count
    timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  };
  for (double start = now(); now() - start < 0.03;)
    run();
  std::vector<double> times;
  for (double start = now(); now() - start < 0.15;) {
    double before = now();
    run();
    times.push_back(now() - before);
  }
  std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
  return times[times.size() / 2];
}

#if defined(__x86_64__)
typedef float Vector __attribute__((vector_size(64)));
constexpr int kSteps = 20000;
/// 28 independent chains of 16-lane multiply-adds.
__attribute__((target("avx512f"), noinline)) static void runChains() {
  Vector acc[28];
  for (auto &x : acc)
    x = Vector{} + 1.0f;
  Vector scale = Vector{} + 0.999f, shift = Vector{} + 0.001f;
  for (int i = 0; i < kSteps; ++i) {
#pragma clang loop unroll(full)
    for (auto &x : acc)
      asm volatile("vfmadd213ps %2, %1, %0" : "+v"(x) : "v"(scale), "v"(shift));
  }
}
/// Eight lines, each into a register of its own.
__attribute__((target("avx512f"))) static inline void loadLines(const char *at) {
  for (int line = 0; line < 8; ++line)
    asm volatile("vmovups (%0), %%zmm0" : : "r"(at + 64 * line) : "xmm0");
}
/// GFLOP/s.
static double measurePeak() { return 28.0 * 32 * kSteps / median(runChains) / 1e9; }
#else
static double measurePeak() { return 1; }
static void loadLines(const char *at) {
  for (int line = 0; line < 8; ++line)
    static_cast<void>(*reinterpret_cast<const volatile char *>(at + 64 * line));
}
#endif

/// Memory of all kernels.
static char **getSegments() {
  constexpr size_t kBytes = 128 << 20;
  static char *segments[SINTER_SEGMENTS];
  for (size_t s = 0; s < SINTER_SEGMENTS && !segments[SINTER_SEGMENTS - 1]; ++s) {
    segments[s] = static_cast<char *>(std::aligned_alloc(2 << 20, kBytes));
    madvise(segments[s], kBytes, MADV_HUGEPAGE);
    auto *floats = reinterpret_cast<float *>(segments[s]);
    for (size_t i = 0; i < kBytes / 4; ++i)
      floats[i] = static_cast<float>((i * 2654435761u >> 8 & 1023) - 512.0) / 65536.0f;
  }
  return segments;
}

namespace {
/// A module with one kernel, and what it is compiled for.
struct Parsed {
  explicit Parsed(const std::string &text);
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  kernel::CpuTargetAttr target; ///< null: one of the two could not be read
};
} // namespace

static mlir::DialectRegistry makeRegistry() {
  mlir::DialectRegistry registry;
  codegen::registerLoopDialects(registry);
  return registry;
}

Parsed::Parsed(const std::string &text) : context(makeRegistry()) {
  context.loadAllAvailableDialects();
  const char *name = std::getenv("SINTER_TARGET");
  auto found = codegen::parseCpuTarget(&context, name ? name : "cpu:native");
  if (!found) {
    llvm::consumeError(found.takeError());
    return;
  }
  module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  if (!module)
    return;
  target = *found;
  (*module)->setAttr("kernel.target", target);
}

/// Seconds of one run of the entry; nothing when it does not compile.
static std::optional<double> timeEntry(Parsed &parsed, unsigned threads) {
  auto jit = codegen::Jit::create(*parsed.module, parsed.target);
  if (!jit) {
    llvm::consumeError(jit.takeError());
    return std::nullopt;
  }
  auto entry = (*jit)->lookup("e");
  if (!entry) {
    llvm::consumeError(entry.takeError());
    return std::nullopt;
  }
  return median(
      [&] { codegen::runEntry(*entry, reinterpret_cast<void *const *>(getSegments()), threads); });
}

/// The same of a text; ends the program when it does not compile.
static double timeText(const std::string &text, unsigned threads) {
  Parsed parsed(text);
  std::optional<double> seconds = parsed.target ? timeEntry(parsed, threads) : std::nullopt;
  if (!seconds) {
    std::fprintf(stderr, "codegen_bench: this kernel does not compile:\n%s\n", text.c_str());
    std::exit(1);
  }
  return *seconds;
}

double bench::getSeconds(const std::string &text) { return timeText(text, 1); }

double bench::getLoadSeconds(int64_t bytes) {
  const char *begin = getSegments()[2];
  return median([&] {
    for (const char *at = begin; at < begin + bytes; at += 512)
      loadLines(at);
  });
}

double bench::countCycles(const std::string &text, unsigned threads) {
  constexpr double kLanes = 16, kPorts = 2; // of the peak's loop
  return timeText(text, threads) * measurePeak() * 1e9 / (2 * kLanes * kPorts);
}

bool bench::measure(const Options &options, const std::string &name, const std::string &text,
                    double flops) {
  if (!options.name.empty() && name.find(options.name) == std::string::npos)
    return true;
  Parsed parsed(text);
  if (!parsed.target)
    return false;
  mlir::ModuleOp module = *parsed.module;
  module.walk([&](kernel::ContractOp op) {
    if (!options.forced.empty())
      op->setAttr("schedule", mlir::parseAttribute("#kernel.cpu_schedule<" + options.forced + ">",
                                                   &parsed.context));
    if (!op.getScheduleAttr())
      op.setScheduleAttr(kernel::chooseSchedule(parsed.target, op));
    if (options.print == "schedule")
      llvm::outs() << op.getScheduleAttr() << "\n";
  });
  mlir::OwningOpRef<mlir::ModuleOp> copy = module.clone();
  if (failed(codegen::lowerToCpuLoops(*copy)))
    return false;
  if (options.print == "loops")
    copy->print(llvm::outs());
  if (failed(codegen::lowerToCpuLLVM(*copy)))
    return false;
  llvm::LLVMContext llvmContext;
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream out(bytes);
  auto started = std::chrono::steady_clock::now();
  if (codegen::emitAssembly(codegen::translateToLLVMIR(*copy, llvmContext), parsed.target, out))
    return false;
  double compile =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  if (options.print == "dump")
    llvm::outs() << llvm::StringRef(bytes.data(), bytes.size());
  int fmas = 0, spills = 0;
  for (llvm::StringRef rest(bytes.data(), bytes.size()), line; !rest.empty();) {
    std::tie(line, rest) = rest.split('\n');
    fmas += line.contains("vfmadd");
    spills += line.contains("mov") && line.contains("mm") && line.contains("(%rsp)");
  }
  double peak = measurePeak();
  std::optional<double> seconds = timeEntry(parsed, /*threads=*/1);
  if (!seconds)
    return false;
  double gflops = flops / *seconds / 1e9;
  std::printf(
      "%-26s %7.1f GF  %5.1f %% of %5.1f  %8.3f ms  fma %3d  stack moves %d  compile %.0f ms\n",
      name.c_str(), gflops, 100 * gflops / peak, peak, *seconds * 1e3, fmas, spills, compile * 1e3);
  std::fflush(stdout);
  return true;
}

int main(int argc, char **argv) {
  bench::Options options;
  if (argc > 1)
    options.print = argv[1];
  if (argc > 2)
    options.name = argv[2];
  if (argc > 3)
    options.forced = argv[3];
  const struct {
    const char *name;
    void (*run)();
  } tables[] = {{"cost", bench::runCosts},
                {"rows", bench::runRows},
                {"prefix", bench::runPrefixes},
                {"sort", bench::runSorts}};
  for (auto [name, run] : tables)
    if (options.print == name) {
      run();
      return 0;
    }
  return bench::runGemms(options) && bench::runConvs(options) ? 0 : 1;
}
