//===- Floats.cpp - unary functions on every f32 ---------------------------------------------===//
//
// numeric-floats [--every N] [NAME…]: each function of one f32 that the table of elementwise ops
// has, and those that the DSL makes of them, compiled as a model's would be, on every bit pattern,
// or on every N-th (a prime to 2^32 meets all exponents). Compared with libm in f64, whose error is
// 2^-28 of a unit in f32's last place. What is not a number, infinite or 0 must be exactly that,
// but that infinity is the largest number's neighbour. Prints the worst error of each. Reading on:
// test/codegen/Math.cpp (a walk that vectors and scalars, and f64, take).
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/Cpu.h"
#include "codegen/cpu/Jit.h"
#include "compiler/Pipeline.h"
#include "test/numeric/Compile.h"
#include "test/numeric/Dsl.h"
#include "test/numeric/Memory.h"

#include <sinter/sinter.h>

#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <thread>

using namespace sinter::test;
using E = ElementType;

static constexpr int64_t kCount = 1 << 20; ///< elements a run
static constexpr double kMost = 4;         ///< units in the last place

namespace {
struct Function {
  std::string name;
  double (*reference)(double);
  DslFunction call; ///< of the DSL; none: the op of that name
  /// Below it a result may be smaller than it should, down to 0.
  double flushes = 0;
};

/// The largest error of a function, and where.
struct Worst {
  double error = 0;
  float at = 0, got = 0;
  void take(const Worst &other) {
    if (!(other.error <= error))
      *this = other;
  }
};
} // namespace

/// Not gelu and tanhshrink, whose formulas (PyTorch's, too) take near values off each other, nor
/// mish, a product with what has few digits left below 2^-126.
static std::vector<Function> allFunctions() {
  std::vector<Function> all;
  using U = const std::vector<sinter::Tensor>;
#define SINTER_UNARY(name, accepts, real, ...)                                                     \
  all.push_back({#name, [](double x) -> double { return real; }, {}});
#include "sinter/rules/elementwise.def"
#define COMPOSITE(name, real)                                                                      \
  all.push_back({#name, [](double x) -> double { return real; }, {[](U &x, const Case &) {         \
                   return sinter::name(x[0]);                                                      \
                 }}});
  COMPOSITE(exp2, std::exp2(x))
  COMPOSITE(log2, std::log2(x))
  COMPOSITE(log10, std::log10(x))
  COMPOSITE(square, x * x)
  COMPOSITE(reciprocal, 1 / x)
  COMPOSITE(relu6, std::isnan(x) ? x : std::fmin(std::fmax(x, 0), 6))
  COMPOSITE(hardtanh, std::isnan(x) ? x : std::fmin(std::fmax(x, -1), 1))
  COMPOSITE(leaky_relu, x > 0 ? x : 0.01 * x)
  COMPOSITE(elu, x > 0 ? x : std::expm1(x))
  COMPOSITE(celu, x > 0 ? x : std::expm1(x))
  COMPOSITE(selu, 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * std::expm1(x)))
  COMPOSITE(silu, x / (1 + std::exp(-x)))
  COMPOSITE(hard_sigmoid, std::isnan(x) ? x : std::fmin(std::fmax(x + 3, 0), 6) / 6)
  COMPOSITE(hard_swish, std::isnan(x) ? x : x * std::fmin(std::fmax(x + 3, 0), 6) / 6)
  COMPOSITE(softsign, x / (1 + std::fabs(x)))
  COMPOSITE(log_sigmoid, x > 0 ? -std::log1p(std::exp(-x)) : x - std::log1p(std::exp(x)))
  COMPOSITE(softshrink, std::fabs(x) <= 0.5 ? 0 : x - std::copysign(0.5, x))
  COMPOSITE(hardshrink, std::fabs(x) <= 0.5 ? 0 : x)
#undef COMPOSITE
  for (Function &function : all)
    if (function.name == "sigmoid" || function.name == "silu") // exp(-x) is infinite there
      function.flushes = function.name == "silu" ? 0x1p-119 : 0x1p-126;
  return all;
}

/// Error of `got` in units in the last place of a float around `wanted`.
static double ulps(float got, double wanted, double flushes) {
  float rounded = static_cast<float>(wanted);
  if (std::isnan(wanted) || std::isnan(got))
    return std::isnan(wanted) && std::isnan(got) ? 0 : INFINITY;
  if (got == rounded)
    return 0;
  if (std::fabs(wanted) < flushes)
    return std::fabs(got) <= std::fabs(wanted) * 1.001 ? 0 : INFINITY;
  if (std::isinf(rounded)) // the largest finite number is one unit away
    return std::fabs(got) == std::numeric_limits<float>::max() ? 1 : INFINITY;
  float next = std::nextafter(std::fabs(rounded), INFINITY);
  double unit = static_cast<double>(next) - std::fabs(static_cast<double>(rounded));
  double value = std::isinf(got) ? std::copysign(0x1p128, got) : got; // where a next one would be
  return std::fabs(value - wanted) /
         (std::isfinite(unit) ? unit : 0x1p104); // behind the largest one there is no next
}

static Worst compare(const Function &function, const float *x, const float *y, int64_t count) {
  Worst worst;
  for (int64_t i = 0; i < count; ++i)
    worst.take({ulps(y[i], function.reference(x[i]), function.flushes), x[i], y[i]});
  return worst;
}

namespace {
/// One function compiled, and where its operand and result lie.
class Compiled {
public:
  explicit Compiled(const Function &function);
  explicit operator bool() const { return jit != nullptr; }
  /// On patterns `first`, `first` + every, … up to `count`.
  Worst run(const Function &function, uint64_t first, uint64_t every, int64_t count);

private:
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::unique_ptr<sinter::codegen::Jit> jit;
  std::unique_ptr<Memory> memory;
  float *x = nullptr, *y = nullptr;
};
} // namespace

Compiled::Compiled(const Function &function) : module(makeModule("floats")) {
  EntryBuilder b(*module, "e", "e", sinter::kernel::EntryKind::Predict, 0);
  Case c{{{E::F32, {kCount}}}};
  mlir::Value operand = b.input("x", c.operands[0]);
  b.output("y", function.call.call ? fromDsl(function.call)(b, {operand}, c)
                                   : b.op(function.name, {operand}));
  b.finish();
  sinter::kernel::CpuTargetAttr target = findTarget(module->getContext(), "cpu:native");
  module.get()->setAttr("kernel.target", target);
  if (failed(sinter::compiler::runPipeline(*module, sinter::compiler::Stage::Planned, {})))
    return;
  auto entries = sinter::codegen::getPlannedEntries(*module);
  memory = std::make_unique<Memory>(entries);
  for (sinter::kernel::EntryOp entry : entries)
    for (auto buffer : entry.getBody().getOps<sinter::kernel::BufferOp>()) {
      auto *at = static_cast<char *>(memory->segments()[size_t(buffer.getSegment())]) +
                 buffer.getOffset().value_or(0);
      if (buffer.getRole() == sinter::kernel::Role::Input)
        x = reinterpret_cast<float *>(at);
      if (buffer.getRole() == sinter::kernel::Role::Output)
        y = reinterpret_cast<float *>(at);
    }
  auto made = sinter::codegen::Jit::create(*module, target, {});
  if (made && x && y)
    jit = std::move(*made);
  else if (!made)
    llvm::consumeError(made.takeError());
}

Worst Compiled::run(const Function &function, uint64_t first, uint64_t every, int64_t count) {
  for (int64_t i = 0; i < kCount; ++i)
    x[i] = std::bit_cast<float>(static_cast<uint32_t>(first + every * uint64_t(i)));
  if (llvm::Error error = jit->run("e", memory->segments(), 1)) {
    llvm::consumeError(std::move(error));
    return {INFINITY, 0, 0};
  }
  Worst halves[2];
  std::thread other(
      [&] { halves[1] = compare(function, x + count / 2, y + count / 2, count - count / 2); });
  halves[0] = compare(function, x, y, count / 2);
  other.join();
  halves[0].take(halves[1]);
  return halves[0];
}

int main(int argc, char **argv) {
  uint64_t every = 1;
  std::vector<std::string> names;
  for (int i = 1; i < argc; ++i)
    if (std::string_view(argv[i]) == "--every" && i + 1 < argc)
      every = std::max(1ULL, std::strtoull(argv[++i], nullptr, 10));
    else
      names.push_back(argv[i]);
  int failures = 0, checked = 0;
  for (const Function &function : allFunctions()) {
    if (!names.empty() && llvm::find(names, function.name) == names.end())
      continue;
    Compiled compiled(function);
    Worst worst;
    const uint64_t patterns = ((1ULL << 32) + every - 1) / every;
    for (uint64_t done = 0; compiled && done < patterns; done += kCount)
      worst.take(compiled.run(function, done * every, every,
                              int64_t(std::min<uint64_t>(kCount, patterns - done))));
    bool fine = compiled && worst.error <= kMost;
    std::printf("%-10s %8.3f ulp at %-14.9g (%.9g)%s\n", function.name.c_str(), worst.error,
                worst.at, worst.got, fine ? "" : "  FAILED");
    std::fflush(stdout);
    failures += !fine;
    ++checked;
  }
  std::printf("%d passed, %d failed\n", checked - failures, failures);
  return failures > 0 || checked == 0;
}
