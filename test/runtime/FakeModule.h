// FakeModule.h - a compiled model written by hand: softmax regression with momentum, as the
// compiler would emit it.
//
// Shapes: image f32[B,1,H,W], label i32[B], weight f32[C,HW] kept as f32[HW,C] (the "packed" master
// form). Everything is a table of <sinter/abi.h>, so trainer and libraries are tested without the
// compiler. Reading on: FakeModule.cpp, TrainerTest.cpp.
#pragma once

#include <sinter/runtime.h>

#include <deque>
#include <functional>
#include <string>
#include <vector>

/// Builds one module; the object must outlive its use and stay in place.
class FakeModule {
public:
  struct Options {
    std::string name = "fake";
    uint32_t classes = 10, height = 28, width = 28;
    std::vector<int64_t> trainBatches = {256};
    std::vector<int64_t> evalBatches = {256, 16, 1};
    double learningRate = 0.1;
    bool trains = true, lossMetric = false;
    std::string features, device = "cpu";
    uint32_t abi = SINTER_ABI_VERSION;
  };
  explicit FakeModule(const Options &options);
  FakeModule() : FakeModule(Options()) {}
  FakeModule(const FakeModule &) = delete;

  const sinter_module *get() const { return &module; }
  Options options;
  sinter_module module = {};

private:
  sinter_tensor tensor(const char *name, uint32_t dtype, std::vector<int64_t> dims,
                       uint32_t segment, uint64_t &at);
  void addSymbol(const char *name, uint32_t kind, uint32_t init, double a, double b,
                 std::vector<int64_t> dims, uint32_t segment);
  void addEntry(const char *name, uint32_t kind, int64_t batch, sinter_entry_fn run);

  sinter_field fields[2];
  std::deque<std::vector<int64_t>> dims;
  std::deque<std::vector<sinter_tensor>> tensors;
  std::vector<sinter_symbol> symbols;
  std::vector<sinter_scalar> scalars;
  std::vector<sinter_metric> metrics;
  std::vector<sinter_entry> entries;
  std::deque<std::vector<sinter_kernel>> kernels;
  std::deque<std::vector<sinter_range>> ranges;
  uint64_t used[SINTER_SEGMENTS] = {};
};

/// Called by thread 0 at the start of every training step with the step's index; for tests that
/// count or interrupt.
extern std::function<void(int64_t)> fakeStepHook;
/// The step at which the fake's second kernel writes a NaN; -1 never.
extern int64_t fakeNanStep;
/// How often forms were prepared.
extern int fakePrepares;
