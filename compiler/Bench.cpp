//===- Bench.cpp - every kernel of a model, measured -----------------------------------------------------------===//
//
// Loads the compiled model and runs each kernel by its thunk, many times, on data that look like training's. The
// machine's FMA peak is measured between kernels by a loop compiled for the same target, so that shares compare with the
// clock of the same second. Medians of several samples; nothing here is part of a result.
//
//===----------------------------------------------------------------------------------------------------===//
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

/// Independent multiply-adds of the peak loop.
static constexpr int kChains = 12;

/// LLVM IR of `void sinter_peak(i64 rounds, ptr sink)`: `rounds` times kChains multiply-adds of whole vectors.
static std::string writePeakLoop(int64_t lanes, bool fma) {
  std::string type = "<" + std::to_string(lanes) + " x float>";
  std::string phis, body, last, sum;
  for (int i = 0; i < kChains; ++i) {
    std::string n = std::to_string(i);
    phis += "  %a" + n + " = phi " + type + " [ %start, %entry ], [ %b" + n + ", %loop ]\n";
    if (fma)
      body += "  %b" + n + " = call " + type + " @llvm.fma(" + type + " %a" + n + ", " + type + " %x, " + type + " %y)\n";
    else
      body += "  %m" + n + " = fmul " + type + " %a" + n + ", %x\n  %b" + n + " = fadd " + type + " %m" + n + ", %y\n";
    sum += "  %s" + n + " = fadd " + type + " " + (i ? "%s" + std::to_string(i - 1) : "%start") + ", %b" + n + "\n";
  }
  return "declare " + type + " @llvm.fma(" + type + ", " + type + ", " + type + ")\n" +
         "define void @sinter_peak(i64 %rounds, ptr %sink) {\nentry:\n  %start = load " + type + ", ptr %sink, align 4\n" +
         "  %x = fadd " + type + " %start, %start\n  %y = fmul " + type + " %start, %start\n  br label %loop\nloop:\n" +
         "  %i = phi i64 [ 0, %entry ], [ %j, %loop ]\n" + phis + body +
         "  %j = add i64 %i, 1\n  %more = icmp ult i64 %j, %rounds\n  br i1 %more, label %loop, label %end\nend:\n" + sum +
         "  store " + type + " %s" + std::to_string(kChains - 1) + ", ptr %sink, align 4\n  ret void\n}\n";
}

static int makePeakObject(Session &session, std::string &object) {
  kernel::TargetAttr target = session.getTarget();
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
      if (loaded.module->symbols[i].kind <= SINTER_BUFFER)
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

  /// Seconds of one call: median of samples of at least 4 ms.
  template <typename Run> double measure(Run run) {
    run();
    int64_t calls = 1;
    double seconds = 0;
    for (;;) {
      double start = Watch::now();
      for (int64_t i = 0; i < calls; ++i)
        run();
      seconds = Watch::now() - start;
      if (seconds > 4e-3 || calls > (int64_t(1) << 24))
        break;
      calls *= 2;
    }
    std::vector<double> samples{seconds / calls};
    for (int sample = 0; sample < 8; ++sample) {
      double start = Watch::now();
      for (int64_t i = 0; i < calls; ++i)
        run();
      samples.push_back((Watch::now() - start) / calls);
    }
    std::nth_element(samples.begin(), samples.begin() + 4, samples.end());
    return samples[4];
  }

  /// FLOP/s of all threads together.
  double measurePeak() {
    PeakJob job{reinterpret_cast<PeakLoop>(loaded.find("sinter_peak")), 20000};
    double seconds = measure([&] {
      sinter_pool_run_job(
          pool,
          [](const sinter_spmd *, void *argument) {
            alignas(64) float sink[64] = {0.5f, 0.25f};
            static_cast<PeakJob *>(argument)->loop(static_cast<PeakJob *>(argument)->rounds, sink);
          },
          &job, segments);
    });
    return 2.0 * kChains * lanes * job.rounds * threads / seconds;
  }

  void run(const sinter_entry &entry, double &peakSum, int &peaks) {
    fillEntry(entry);
    llvm::outs() << llvm::formatv("\n{0}{1}, {2} thread{3}\n", entry.name,
                                  entry.batch ? ", batch " + std::to_string(entry.batch) : "", threads,
                                  threads == 1 ? "" : "s")
                 << llvm::formatv("{0,-44} {1,9} {2,9} {3,8} {4,6}  line\n", "kernel", "us", "GFLOP/s", "GB/s", "peak");
    double products = 0, productSeconds = 0, productPeak = 0;
    for (uint32_t i = 0; i < entry.kernel_count; ++i) {
      const sinter_kernel &kernel = entry.kernels[i];
      if (!kernel.run)
        continue;
      double before = measurePeak();
      double seconds = measure([&] { sinter_pool_run(pool, kernel.run, segments); });
      double peak = (before + measurePeak()) / 2;
      peakSum += peak;
      ++peaks;
      double share = kernel.flops / seconds / peak;
      llvm::outs() << llvm::formatv("{0,-44} {1,9:f2} {2,9:f1} {3,8:f1} {4,5:f0}%  {5}\n", kernel.name, seconds * 1e6,
                                    kernel.flops / seconds / 1e9,
                                    (kernel.bytes_read + kernel.bytes_written) / seconds / 1e9, share * 100,
                                    kernel.location);
      llvm::outs().flush();
      if (llvm::StringRef(kernel.name).contains("matmul")) {
        products += kernel.flops;
        productSeconds += seconds;
        productPeak += peak * seconds;
      }
    }
    double whole = measure([&] { sinter_pool_run(pool, entry.run, segments); });
    llvm::outs() << llvm::formatv("{0,-44} {1,9:f2}\n", "the whole entry", whole * 1e6);
    if (productSeconds > 0)
      llvm::outs() << llvm::formatv("products together: {0:f1} GFLOP/s, {1:f0}% of peak\n", products / productSeconds / 1e9,
                                    100 * products / productPeak);
  }
};
} // namespace

int runBench(const Options &options) {
  Session session(options);
  if (int code = session.loadAndRunTo(Stage::Llvm))
    return code;
  std::string peak;
  if (int code = makePeakObject(session, peak))
    return code;
  Loaded loaded;
  if (int code = loaded.load(session, {peak}))
    return code;
  Bench bench(loaded, options.threads, session.getTarget().getVectorBits() / 32);
  if (!bench.pool)
    return session.reporter.error(Refused, "expects to start " + llvm::Twine(options.threads) +
                                               " threads, got a refusal of the system");
  double peakSum = 0;
  int peaks = 0;
  std::string previous;
  bool any = false;
  for (uint32_t i = 0; i < loaded.module->entry_count; ++i) {
    const sinter_entry &entry = loaded.module->entries[i];
    bool wanted = options.entry.empty() ? entry.kind <= SINTER_ENTRY_PREDICT && entry.name != previous
                                        : entry.name == options.entry;
    previous = entry.name;
    if (!wanted)
      continue;
    any = true;
    bench.run(entry, peakSum, peaks);
  }
  if (!any)
    return session.reporter.error(Usage, "--entry expects an entry of the model, got '" + options.entry + "'");
  if (peaks)
    llvm::outs() << llvm::formatv("\nFMA peak in this run: {0:f1} GFLOP/s\n", peakSum / peaks / 1e9);
  return Done;
}

} // namespace sinter::compiler
