//===- Gemm.cpp - matrix products of an MLP step in % of the FMA peak measured beside them ------------------===//
//
// One thread. Prints GFLOP/s, the share of the peak, FMAs and vector stack moves of the kernel's assembly.
// `codegen_bench dump NAME` prints the assembly of one of them. Reading on: codegen/README.md for results.
//
//===----------------------------------------------------------------------------------------------------------===//
#include "codegen/cpu/Jit.h"
#include "codegen/cpu/Target.h"

#include "mlir/Parser/Parser.h"

#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <sys/mman.h>

using namespace sinter;

namespace {
struct Case {
  const char *name;
  int m, n, k;
  const char *a, *b, *bLayout, *y, *yLayout, *schedule;
  bool update; ///< y -= lr * sum, in place
};
} // namespace

#define P32_0 ", #kernel.layout<[0, 1], block = [0], by = [32]>"
#define P32_1 ", #kernel.layout<[1, 0], block = [1], by = [32]>"
#define P16_1 ", #kernel.layout<[1, 0], block = [1], by = [16]>"
#define ROWS_IN "lanes = 1, rows = 0, mr = 14, nr = 32, order = 1, 0"
#define LANES_IN "lanes = 1, rows = 0, mr = 14, nr = 32, order = 0, 1"
static const Case cases[] = {
    {"fwd 256x256x784", 256, 256, 784, "mk", "kn", P32_1, "mn", "", ROWS_IN, false},
    {"fwd lanes inside", 256, 256, 784, "mk", "kn", P32_1, "mn", "", LANES_IN, false},
    {"fwd b64 64x256x784", 64, 256, 784, "mk", "kn", P32_1, "mn", "", ROWS_IN, false},
    {"dW+sgd 784x256x256", 784, 256, 256, "km", "kn", P32_1, "mn", P32_1, ROWS_IN, true},
    {"dW+sgd lanes inside", 784, 256, 256, "km", "kn", P32_1, "mn", P32_1, LANES_IN, true},
    {"dW b row-major", 784, 256, 256, "km", "kn", "", "mn", "", ROWS_IN, false},
    {"dX 256x784x256", 256, 784, 256, "mk", "kn", P32_1, "mn", "", ROWS_IN, false},
    {"dX lanes inside", 256, 784, 256, "mk", "kn", P32_1, "mn", "", LANES_IN, false},
    {"head 256x10x256", 256, 10, 256, "mk", "kn", P16_1, "mn", "", "lanes = 1, rows = 0, mr = 16, nr = 16", false},
    {"head dX 256x256x10", 256, 256, 10, "mk", "nk", P32_0, "mn", "", ROWS_IN, false},
    {"head dW 256x10x256", 256, 10, 256, "km", "kn", "", "mn", P16_1, "lanes = 1, rows = 0, mr = 16, nr = 16", true},
    {"512^3", 512, 512, 512, "mk", "kn", P32_1, "mn", "", ROWS_IN, false},
};

static std::string textOf(const Case &c) {
  auto buffer = [&](const char *map, const char *layout) {
    auto size = [&](char d) { return std::to_string(d == 'm' ? c.m : d == 'n' ? c.n : c.k); };
    return "!kernel.buffer<" + size(map[0]) + "x" + size(map[1]) + "xf32" + layout + ">";
  };
  auto map = [](const char *d) { return std::string("affine_map<(m, n, k) -> (") + d[0] + ", " + d[1] + ")>"; };
  std::string a = buffer(c.a, ""), b = buffer(c.b, c.bLayout), y = buffer(c.y, c.yLayout);
  std::string bias = c.update ? "!kernel.buffer<f32>" : "!kernel.buffer<" + std::to_string(c.n) + "xf32>";
  std::string text = "module @m { kernel.entry @e name(\"e\") kind(\"train\") batch(1) {\n"
                     "%a = kernel.buffer \"a\" role(\"input\") segment(2) offset(0) : " + a +
                     "\n%b = kernel.buffer \"b\" role(\"input\") segment(2) offset(16777216) : " + b +
                     "\n%y = kernel.buffer \"y\" role(\"param\") segment(0) offset(0) : " + y +
                     "\n%c = kernel.buffer \"c\" role(\"scalar\") segment(3) offset(0) : " + bias +
                     "\nkernel.contract \"k\" dims [" + std::to_string(c.m) + ", " + std::to_string(c.n) + ", " +
                     std::to_string(c.k) + "] parallel 2 a(%a : " + a + ") b(%b : " + b + ") extras(%c";
  text += c.update ? ", %y : " + bias + ", " + y : " : " + bias;
  text += ") outs(%y : " + y + ") maps [" + map(c.a) + ", " + map(c.b) + ", ";
  text += c.update ? "affine_map<(m, n, k) -> ()>, " + map(c.y) : "affine_map<(m, n, k) -> (n)>";
  text += ", " + map(c.y) + "] schedule <" + c.schedule + "> epilogue {\n";
  if (c.update)
    text += "^bb0(%s: f32, %lr: f32, %w: f32):\n%0 = arith.mulf %s, %lr : f32\n%1 = arith.subf %w, %0 : f32\n";
  else
    text += "^bb0(%s: f32, %c1: f32):\n%z = arith.constant 0.0 : f32\n%0 = arith.addf %s, %c1 : f32\n"
            "%1 = arith.maximumf %0, %z : f32\n";
  return text + "kernel.yield %1 : f32\n} } }";
}

/// Median seconds of `run`, at least 0.15 s of repeats after a warm-up.
static double median(const std::function<void()> &run) {
  using Clock = std::chrono::steady_clock;
  auto now = [] { return std::chrono::duration<double>(Clock::now().time_since_epoch()).count(); };
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
/// GFLOP/s.
static double measurePeak() { return 28.0 * 32 * kSteps / median(runChains) / 1e9; }
#else
static double measurePeak() { return 1; }
#endif

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  codegen::registerCpuDialects(registry);
  mlir::MLIRContext context(registry);
  context.loadAllAvailableDialects();
  auto target = codegen::parseTarget(&context, std::getenv("SINTER_TARGET") ? std::getenv("SINTER_TARGET") : "cpu:native");
  if (!target)
    return 1;
  char *segments[SINTER_SEGMENTS];
  for (char *&segment : segments) {
    segment = static_cast<char *>(std::aligned_alloc(2 << 20, 64 << 20));
    madvise(segment, 64 << 20, MADV_HUGEPAGE); // as the runtime does
    auto *floats = reinterpret_cast<float *>(segment);
    for (size_t i = 0; i < (64 << 20) / 4; ++i)
      floats[i] = static_cast<float>((i * 2654435761u >> 8 & 1023) - 512.0) / 65536.0f;
  }
  for (const Case &c : cases) {
    if (argc > 2 && std::strcmp(argv[2], c.name))
      continue;
    auto module = mlir::parseSourceString<mlir::ModuleOp>(textOf(c), &context);
    if (!module)
      return 1;
    (*module)->setAttr("kernel.target", *target);
    mlir::OwningOpRef<mlir::ModuleOp> copy = module->clone();
    if (failed(codegen::lowerToLoops(*copy)))
      return 1;
    if (argc > 1 && !std::strcmp(argv[1], "loops"))
      copy->print(llvm::outs());
    if (failed(codegen::lowerToLLVM(*copy)))
      return 1;
    llvm::LLVMContext llvmContext;
    llvm::SmallVector<char, 0> bytes;
    llvm::raw_svector_ostream out(bytes);
    auto started = std::chrono::steady_clock::now();
    if (codegen::emitAssembly(codegen::translateToLLVMIR(*copy, llvmContext), *target, out))
      return 1;
    double compile = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    if (argc > 1 && !std::strcmp(argv[1], "dump"))
      llvm::outs() << llvm::StringRef(bytes.data(), bytes.size());
    int fmas = 0, spills = 0;
    for (llvm::StringRef rest(bytes.data(), bytes.size()), line; !rest.empty();) {
      std::tie(line, rest) = rest.split('\n');
      fmas += line.contains("vfmadd");
      spills += line.contains("mov") && line.contains("mm") && line.contains("(%rsp)");
    }
    auto jit = codegen::Jit::create(*module, *target);
    if (!jit)
      return 1;
    auto entry = (*jit)->lookup("k.run");
    if (!entry)
      return 1;
    double peak = measurePeak();
    double seconds = median([&] { codegen::runEntry(*entry, reinterpret_cast<void *const *>(segments), 1); });
    double gflops = 2.0 * c.m * c.n * c.k / seconds / 1e9;
    std::printf("%-26s %7.1f GF  %5.1f %% of %5.1f  fma %3d  stack moves %d  compile %.0f ms\n", c.name, gflops,
                100 * gflops / peak, peak, fmas, spills, compile * 1e3);
  }
  return 0;
}
