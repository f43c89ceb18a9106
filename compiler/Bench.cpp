//===- Bench.cpp - every kernel of a model, measured ------------------------------------------===//
//
// Loads the compiled model and runs each kernel by its thunk, many times, on data that look like
// training's. The machine's FMA peak is measured between kernels by a loop compiled for the same
// target, so that shares compare with the clock of the same second. Medians of several samples;
// nothing here is part of a result.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/Cpu.h"
#include "codegen/cpu/Target.h"
#include "compiler/Loaded.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/SourceMgr.h"

#include <sinter/runtime.h>

#include <algorithm>
#include <cstdlib>

namespace sinter::compiler {

/// Products less wide than this are stated apart: they cannot fill vectors and registers.
static constexpr int64_t kNarrow = 16;
/// Independent multiply-adds of the peak loop.
static constexpr int kChains = 12;

/// LLVM IR of `void sinter_peak(i64 rounds, ptr sink)`: `rounds` times kChains multiply-adds of
/// whole vectors.
static std::string writePeakLoop(int64_t lanes, bool fma) {
  std::string type = "<" + std::to_string(lanes) + " x float>";
  std::string phis, body, last, sum;
  for (int i = 0; i < kChains; ++i) {
    std::string n = std::to_string(i);
    phis += "  %a" + n + " = phi " + type + " [ %start, %entry ], [ %b" + n + ", %loop ]\n";
    if (fma)
      body += "  %b" + n + " = call " + type + " @llvm.fma(" + type + " %a" + n + ", " + type +
              " %x, " + type + " %y)\n";
    else
      body += "  %m" + n + " = fmul " + type + " %a" + n + ", %x\n  %b" + n + " = fadd " + type +
              " %m" + n + ", %y\n";
    sum += "  %s" + n + " = fadd " + type + " " + (i ? "%s" + std::to_string(i - 1) : "%start") +
           ", %b" + n + "\n";
  }
  return "declare " + type + " @llvm.fma(" + type + ", " + type + ", " + type + ")\n" +
         "define void @sinter_peak(i64 %rounds, ptr %sink) {\nentry:\n  %start = load " + type +
         ", ptr %sink, align 4\n" + "  %x = fadd " + type + " %start, %start\n  %y = fmul " + type +
         " %start, %start\n  br label %loop\nloop:\n" +
         "  %i = phi i64 [ 0, %entry ], [ %j, %loop ]\n" + phis + body +
         "  %j = add i64 %i, 1\n  %more = icmp ult i64 %j, %rounds\n  br i1 %more, label %loop, "
         "label %end\nend:\n" +
         sum + "  store " + type + " %s" + std::to_string(kChains - 1) +
         ", ptr %sink, align 4\n  ret void\n}\n";
}

static int makePeakObject(Session &session, std::string &object) {
  kernel::CpuTargetAttr target = session.getCpuTarget();
  std::string text = writePeakLoop(target.getVectorBits() / 32, target.getHasFma());
  // Intrinsics are overloaded by type: @llvm.fma.v16f32.
  std::string suffix = "@llvm.fma.v" + std::to_string(target.getVectorBits() / 32) + "f32(";
  for (size_t at = 0; (at = text.find("@llvm.fma(", at)) != std::string::npos; at += suffix.size())
    text.replace(at, strlen("@llvm.fma("), suffix);
  llvm::LLVMContext context;
  llvm::SMDiagnostic error;
  std::unique_ptr<llvm::Module> module = llvm::parseAssemblyString(text, error, context);
  if (!module)
    return session.reporter.error(Internal, "the peak loop does not parse: " + error.getMessage());
  llvm::SmallString<0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  if (llvm::Error failed = codegen::emitObject(std::move(module), target, stream))
    return session.fail(std::move(failed));
  object = bytes.str().str();
  return Done;
}

namespace {
/// A run of something, repeated and timed.
struct Bench {
  Loaded &loaded;
  sinter_pool *pool;
  int threads;
  int64_t lanes;
  /// of kernels that are sums of products: their smallest parallel dim above 1
  llvm::StringMap<int64_t> widths;
  void *segments[SINTER_SEGMENTS] = {};

  using PeakLoop = void (*)(int64_t, void *);
  struct PeakJob {
    PeakLoop loop;
    int64_t rounds;
  };

  Bench(Loaded &loaded, int threads, int64_t lanes)
      : loaded(loaded), pool(sinter_pool_open(threads)), threads(threads), lanes(lanes) {
    for (int i = 0; i < SINTER_SEGMENTS; ++i) {
      uint64_t bytes = (loaded.module->segment_bytes[i] + 4095) / 4096 * 4096 + 4096;
      segments[i] = aligned_alloc(4096, bytes);
      memset(segments[i], 0, bytes);
    }
  }
  ~Bench() {
    sinter_pool_close(pool);
    for (void *segment : segments)
      free(segment);
  }

  /// Weights and images of ordinary sizes: zeros and denormals would run at other speeds.
  void fill(const sinter_tensor &tensor, double scale) {
    if (tensor.dtype != SINTER_F32 && tensor.dtype != SINTER_F64)
      return;
    char *at = static_cast<char *>(segments[tensor.segment]) + tensor.offset;
    uint64_t size = tensor.dtype == SINTER_F32 ? 4 : 8;
    for (uint64_t i = 0; i < tensor.bytes / size; ++i) {
      double value = scale * (sinter_uniform_f32(sinter_philox(1, tensor.offset, 0, i).w[0]) - 0.5);
      if (size == 4)
        reinterpret_cast<float *>(at)[i] = float(value);
      else
        reinterpret_cast<double *>(at)[i] = value;
    }
  }

  void fillEntry(const sinter_entry &entry) {
    for (uint32_t i = 0; i < loaded.module->symbol_count; ++i)
      if (loaded.module->symbols[i].master.segment == SINTER_SEG_PARAMS)
        fill(loaded.module->symbols[i].master, 0.1);
    for (uint32_t i = 0; i < loaded.module->scalar_count; ++i) {
      const sinter_scalar &scalar = loaded.module->scalars[i];
      char *slot = static_cast<char *>(segments[SINTER_SEG_SCALARS]) + scalar.slot * 8;
      float single = 1e-6f; // a rate that hardly moves the weights
      double wide = 1e-6;
      if (scalar.dtype == SINTER_F32)
        memcpy(slot, &single, sizeof single);
      else if (scalar.dtype == SINTER_F64)
        memcpy(slot, &wide, sizeof wide);
    }
    memset(segments[SINTER_SEG_WORK], 0, loaded.module->segment_bytes[SINTER_SEG_WORK]);
    for (uint32_t i = 0; i < entry.input_count; ++i)
      fill(entry.inputs[i], 1.0);
    sinter_pool_run(pool, entry.run, segments); // temporaries now hold what kernels usually read
  }

  static double median(std::vector<double> &samples) {
    std::nth_element(samples.begin(), samples.begin() + samples.size() / 2, samples.end());
    return samples[samples.size() / 2];
  }

  /// Seconds of one call: median of samples of at least 4 ms, each followed by `after`.
  template <typename Run> double measure(Run run, llvm::function_ref<void()> after = [] {}) {
    run();
    int64_t calls = 1;
    for (double seconds = 0; seconds < 4e-3 && calls < (int64_t(1) << 24); calls *= 2) {
      double start = PassInstrumentation::now();
      for (int64_t i = 0; i < calls; ++i)
        run();
      seconds = PassInstrumentation::now() - start;
    }
    std::vector<double> samples;
    for (int sample = 0; sample < 9; ++sample) {
      double start = PassInstrumentation::now();
      for (int64_t i = 0; i < calls; ++i)
        run();
      samples.push_back((PassInstrumentation::now() - start) / calls);
      after();
    }
    return median(samples);
  }

  /// FLOP/s of all threads together: the best of three bursts of a tenth of a millisecond. The
  /// first one may still pay for the switch from the kernel's code.
  double measurePeak() { return std::max({measureBurst(), measureBurst(), measureBurst()}); }

  double measureBurst() {
    PeakJob job{reinterpret_cast<PeakLoop>(loaded.find("sinter_peak")), 20000};
    double start = PassInstrumentation::now();
    sinter_pool_run_job(
        pool,
        [](const sinter_spmd *, void *argument) {
          alignas(64) float sink[64] = {0.5f, 0.25f};
          static_cast<PeakJob *>(argument)->loop(static_cast<PeakJob *>(argument)->rounds, sink);
        },
        &job, segments);
    return 2.0 * kChains * lanes * job.rounds * threads / (PassInstrumentation::now() - start);
  }

  /// Work of one kind in an entry.
  struct Products {
    double flops = 0, seconds = 0, peak = 0;
    void add(double moreFlops, double moreSeconds, double atPeak) {
      flops += moreFlops;
      seconds += moreSeconds;
      peak += atPeak * moreSeconds;
    }
    void print(llvm::StringRef title) const {
      if (seconds > 0)
        llvm::outs() << llvm::formatv("{0}: {1:f1} GFLOP/s, {2:f0}% of peak\n", title,
                                      flops / seconds / 1e9, 100 * flops / peak);
    }
  };

  void run(const sinter_entry &entry, double &peakSum, int &peaks) {
    fillEntry(entry);
    llvm::outs() << llvm::formatv("\n{0}{1}, {2} thread{3}\n", entry.name,
                                  entry.batch ? ", batch " + std::to_string(entry.batch) : "",
                                  threads, threads == 1 ? "" : "s")
                 << llvm::formatv("{0,-44} {1,9} {2,9} {3,8} {4,6}  line\n", "kernel", "us",
                                  "GFLOP/s", "GB/s", "peak");
    Products wide, narrow;
    for (uint32_t i = 0; i < entry.kernel_count; ++i) {
      const sinter_kernel &kernel = entry.kernels[i];
      if (!kernel.run) {
        llvm::outs() << llvm::formatv("{0,-44} runs only with its entry  {1}\n", kernel.name,
                                      kernel.location);
        continue;
      }
      // The clock falls under vector loads and recovers within milliseconds: only a burst right
      // behind the kernel's own runs meets the clock that the kernel had.
      std::vector<double> bursts;
      double seconds = measure([&] { sinter_pool_run(pool, kernel.run, segments); },
                               [&] { bursts.push_back(measurePeak()); });
      double peak = median(bursts);
      peakSum += peak;
      ++peaks;
      double share = kernel.flops / seconds / peak;
      llvm::outs() << llvm::formatv("{0,-44} {1,9:f2} {2,9:f1} {3,8:f1} {4,5:f0}%  {5}\n",
                                    kernel.name, seconds * 1e6, kernel.flops / seconds / 1e9,
                                    (kernel.bytes_read + kernel.bytes_written) / seconds / 1e9,
                                    share * 100, kernel.location);
      llvm::outs().flush();
      auto width = widths.find(kernel.name);
      if (width != widths.end())
        (width->second < kNarrow ? narrow : wide).add(kernel.flops, seconds, peak);
    }
    double whole = measure([&] { sinter_pool_run(pool, entry.run, segments); });
    llvm::outs() << llvm::formatv("{0,-44} {1,9:f2}\n", "the whole entry", whole * 1e6);
    wide.print("sums of products");
    narrow.print("those less than 16 wide");
  }
};
} // namespace

int runBench(const Options &options) {
  Session session(options);
  if (int code = session.load())
    return code;
  if (int code = checkRunsHere(session))
    return code;
  if (int code = session.runTo(Stage::Llvm))
    return code;
  std::string peak;
  if (int code = makePeakObject(session, peak))
    return code;
  Loaded loaded;
  if (int code = loaded.load(session, {peak}))
    return code;
  Bench bench(loaded, options.threads, session.getCpuTarget().getVectorBits() / 32);
  for (kernel::EntryOp entry : codegen::getPlannedEntries(session.getModule()))
    entry.walk([&](kernel::ContractOp op) {
      int64_t width = INT64_MAX;
      for (int64_t size : op.getDims().take_front(op.getParallel()))
        if (size > 1)
          width = std::min(width, size);
      bench.widths[op.getFunctionName()] = width;
    });
  if (!bench.pool)
    return session.reporter.error(Refused, "expects to start " + llvm::Twine(options.threads) +
                                               " threads, got a refusal of the system");
  double peakSum = 0, atRest = 0;
  int peaks = 0;
  // 30 ms of nothing but multiply-adds: the clock without vector loads
  for (int burst = 0; burst < 300; ++burst)
    atRest = std::max(atRest, bench.measureBurst());
  std::string previous;
  bool any = false;
  for (uint32_t i = 0; i < loaded.module->entry_count; ++i) {
    const sinter_entry &entry = loaded.module->entries[i];
    bool wanted = options.entry.empty()
                      ? entry.kind <= SINTER_ENTRY_PREDICT && entry.name != previous
                      : entry.name == options.entry;
    previous = entry.name;
    if (!wanted)
      continue;
    any = true;
    bench.run(entry, peakSum, peaks);
  }
  if (!any)
    return session.reporter.error(Usage, "--entry expects an entry of the model, got '" +
                                             options.entry + "'");
  if (peaks)
    llvm::outs() << llvm::formatv(
        "\nFMA peak in this run: {0:f1} GFLOP/s right behind kernels, {1:f1} at rest\n",
        peakSum / peaks / 1e9, atRest / 1e9);
  return Done;
}

} // namespace sinter::compiler
