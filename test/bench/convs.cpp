// Times the three directions of one 3x3 convolution: Sinter's kernels, taken from the training step
// of conv3x3.cpp, and oneDNN's primitives, which choose their formats themselves (reorders are not
// timed). Call by call in turn on the same threads, data in huge pages on both sides; of each round
// the median counts, of all rounds the best. Built and run by convs.py, which prints the table.
//
// usage: convs EXAMPLES CHANNELS SIZE FILTERS STRIDE THREADS ROUNDS [DIRECTION]
// prints lines `direction ms ms gflop peak`
#include <sinter/runtime.h>

#include <dnnl.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include <sys/mman.h>

extern "C" const sinter_module sinter_module_conv3x3;

struct Shape {
  int64_t examples, channels, size, filters, stride;
  int64_t out() const { return (size - 1) / stride + 1; }
  /// Of one direction: products with padding are not counted.
  double gflop() const {
    double taps = 0;
    for (int64_t i = 0; i < out(); ++i)
      for (int64_t t = 0; t < 3; ++t)
        taps += i * stride + t >= 1 && i * stride + t - 1 < size;
    return 2e-9 * static_cast<double>(examples * channels * filters) * taps * taps;
  }
};

/// Seconds: of the calling thread when it works alone, so that neighbours on the machine do not
/// count; else of the clock.
static bool alone = true;
static double now() {
  timespec time;
  clock_gettime(alone ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

static double median(std::vector<double> &samples) {
  std::nth_element(samples.begin(), samples.begin() + samples.size() / 2, samples.end());
  return samples[samples.size() / 2];
}

static void *allocate(size_t bytes) {
  constexpr size_t kHuge = 2 << 20;
  bytes = (bytes / kHuge + 1) * kHuge;
  void *memory = std::aligned_alloc(kHuge, bytes);
  madvise(memory, bytes, MADV_HUGEPAGE);
  std::memset(memory, 0, bytes);
  return memory;
}

static void fill(float *at, size_t count) {
  for (size_t i = 0; i < count; ++i)
    at[i] = static_cast<float>((i * 2654435761u >> 8 & 1023) - 512.0) / 4096.0f;
}

/// Multiply-adds of all threads together, GFLOP/s.
static double measurePeak(sinter_pool *pool, void *const *segments) {
#if defined(__AVX512F__)
  constexpr int kLanes = 16, kChains = 24;
#elif defined(__AVX__)
  constexpr int kLanes = 8, kChains = 12;
#else
  constexpr int kLanes = 4, kChains = 12;
#endif
  constexpr int kSteps = 20000;
  typedef float Vector __attribute__((vector_size(4 * kLanes)));
  auto burst = [](const sinter_spmd *spmd, void *sink) {
    Vector sums[kChains], scale = Vector{} + 0.999f, shift = Vector{} + 0.001f;
    for (Vector &sum : sums)
      sum = Vector{} + 1.0f;
    for (int i = 0; i < kSteps; ++i)
#pragma GCC unroll 32
      for (Vector &sum : sums)
        sum = sum * scale + shift;
    for (Vector &sum : sums)
      sums[0] += sum;
    static_cast<float *>(sink)[16 * spmd->thread] = sums[0][0];
  };
  std::vector<float> sink(16 * sinter_pool_threads(pool));
  double least = 1;
  for (int i = 0; i < 5; ++i) {
    double start = now();
    sinter_pool_run_job(pool, burst, sink.data(), segments);
    least = std::min(least, now() - start);
  }
  return 2e-9 * kLanes * kChains * kSteps * sinter_pool_threads(pool) / least;
}

/// The compiled model, and its training step's kernels by what they do.
struct Model {
  const sinter_module &module = sinter_module_conv3x3;
  sinter_pool *pool;
  void *segments[SINTER_SEGMENTS];
  std::vector<const sinter_kernel *> forward, data, weights;

  explicit Model(int threads) : pool(sinter_pool_open(threads)) {
    for (int i = 0; i < SINTER_SEGMENTS; ++i)
      segments[i] = allocate(module.segment_bytes[i]);
    for (uint32_t i = 0; i < module.symbol_count; ++i)
      if (module.symbols[i].kind == SINTER_PARAMETER)
        fill(module.symbols[i].logical);
    const sinter_entry *step = nullptr;
    for (uint32_t i = module.entry_count; i-- > 0;) {
      if (module.entries[i].kind == SINTER_ENTRY_LOAD)
        sinter_pool_run(pool, module.entries[i].run, segments);
      else if (module.entries[i].kind == SINTER_ENTRY_TRAIN)
        step = &module.entries[i];
    }
    fill(step->inputs[0]);
    sinter_pool_run(pool, step->run, segments); // temporaries now hold what kernels usually read
    std::pair<const char *, std::vector<const sinter_kernel *> *> directions[] = {
        {"conv2d_f32", &forward},
        {"conv2d_input_gradient", &data},
        {"conv2d_filter_gradient", &weights}};
    for (uint32_t i = 0; i < step->kernel_count; ++i)
      for (auto [name, kernels] : directions)
        if (const sinter_kernel &kernel = step->kernels[i];
            std::strstr(kernel.name, name) ||
            (!kernels->empty() && std::strstr(kernel.name, "combine") &&
             reads(kernel, *kernels->front())))
          kernels->push_back(&kernel); // sums of parts are work of this direction
  }

  /// True when `kernel` reads what `before` wrote.
  static bool reads(const sinter_kernel &kernel, const sinter_kernel &before) {
    for (uint32_t i = 0; i < kernel.range_count; ++i)
      for (uint32_t j = 0; j < before.range_count; ++j) {
        const sinter_range &in = kernel.ranges[i], &out = before.ranges[j];
        if (!in.writes && out.writes && in.segment == out.segment &&
            in.offset < out.offset + out.bytes && out.offset < in.offset + in.bytes)
          return true;
      }
    return false;
  }

  void fill(const sinter_tensor &tensor) {
    ::fill(reinterpret_cast<float *>(static_cast<char *>(segments[tensor.segment]) + tensor.offset),
           tensor.bytes / 4);
  }

  void run(const std::vector<const sinter_kernel *> &kernels) {
    for (const sinter_kernel *kernel : kernels)
      sinter_pool_run(pool, kernel->run, segments);
  }
};

/// oneDNN's primitives with formats of their own choice.
struct Peer {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  using Arguments = std::unordered_map<int, dnnl::memory>;
  struct Direction {
    dnnl::primitive primitive;
    Arguments arguments;
  } forward, data, weights;

  dnnl::memory memory(const dnnl::memory::desc &desc) {
    float *at = static_cast<float *>(allocate(desc.get_size()));
    ::fill(at, desc.get_size() / 4);
    return {desc, engine, at};
  }

  explicit Peer(const Shape &s) {
    using namespace dnnl;
    auto any = [](memory::dims dims) {
      return memory::desc(dims, memory::data_type::f32, memory::format_tag::any);
    };
    memory::desc x = any({s.examples, s.channels, s.size, s.size}),
                 w = any({s.filters, s.channels, 3, 3}),
                 y = any({s.examples, s.filters, s.out(), s.out()});
    memory::dims strides{s.stride, s.stride}, before{1, 1}, after;
    after.assign(2, (s.out() - 1) * s.stride + 2 - s.size);
    auto algorithm = algorithm::convolution_direct;
#if DNNL_VERSION_MAJOR >= 3
    convolution_forward::primitive_desc ahead(engine, prop_kind::forward_training, algorithm, x, w,
                                              y, strides, before, after);
    convolution_backward_data::primitive_desc back(engine, algorithm, x, w, y, strides, before,
                                                   after, ahead);
    convolution_backward_weights::primitive_desc side(engine, algorithm, x, w, y, strides, before,
                                                      after, ahead);
#else
    convolution_forward::primitive_desc ahead(
        {prop_kind::forward_training, algorithm, x, w, y, strides, before, after}, engine);
    convolution_backward_data::primitive_desc back({algorithm, x, w, y, strides, before, after},
                                                   engine, ahead);
    convolution_backward_weights::primitive_desc side({algorithm, x, w, y, strides, before, after},
                                                      engine, ahead);
#endif
    forward = {convolution_forward(ahead),
               {{DNNL_ARG_SRC, this->memory(ahead.src_desc())},
                {DNNL_ARG_WEIGHTS, this->memory(ahead.weights_desc())},
                {DNNL_ARG_DST, this->memory(ahead.dst_desc())}}};
    data = {convolution_backward_data(back),
            {{DNNL_ARG_DIFF_SRC, this->memory(back.diff_src_desc())},
             {DNNL_ARG_WEIGHTS, this->memory(back.weights_desc())},
             {DNNL_ARG_DIFF_DST, this->memory(back.diff_dst_desc())}}};
    weights = {convolution_backward_weights(side),
               {{DNNL_ARG_SRC, this->memory(side.src_desc())},
                {DNNL_ARG_DIFF_WEIGHTS, this->memory(side.diff_weights_desc())},
                {DNNL_ARG_DIFF_DST, this->memory(side.diff_dst_desc())}}};
    if (std::getenv("CONVS_VERBOSE"))
      std::fprintf(stderr, "%s | %s | %s\n", ahead.impl_info_str(), back.impl_info_str(),
                   side.impl_info_str());
  }

  void run(Direction &direction) {
    direction.primitive.execute(stream, direction.arguments);
    stream.wait();
  }
};

int main(int argc, char **argv) {
  if (argc < 8)
    return 2;
  auto number = [&](int i) { return std::atoll(argv[i]); };
  Shape shape{number(1), number(2), number(3), number(4), number(5)};
  alone = number(6) == 1;
  Model model(static_cast<int>(number(6)));
  Peer peer(shape);
  auto time = [](const std::function<void()> &run) {
    double start = now();
    run();
    return now() - start;
  };
  auto compare = [&](const char *name, const std::vector<const sinter_kernel *> &kernels,
                     Peer::Direction &direction) {
    constexpr int kCalls = 5;
    if (argc > 8 && name != std::string(argv[8]))
      return;
    std::function<void()> runs[] = {[&] { model.run(kernels); }, [&] { peer.run(direction); }};
    double best[2] = {1e9, 1e9}, peak = 0;
    for (int round = 0; round < number(7); ++round) {
      std::vector<double> times[2];
      for (int call = 0; call < kCalls; ++call)
        for (int side : {0, 1}) {
          runs[side](); // the other side's threads go to sleep meanwhile
          times[side].push_back(time(runs[side]));
        }
      double rounds[] = {median(times[0]), median(times[1])},
             atThatClock = measurePeak(model.pool, model.segments);
      if (rounds[0] < best[0])
        peak = atThatClock;
      for (int side : {0, 1})
        best[side] = std::min(best[side], rounds[side]);
    }
    std::printf("%s %.6f %.6f %.6f %.3f\n", name, best[0] * 1e3, best[1] * 1e3, shape.gflop(),
                peak);
    std::fflush(stdout);
  };
  compare("forward", model.forward, peer.forward);
  compare("data", model.data, peer.data);
  compare("weights", model.weights, peer.weights);
}
