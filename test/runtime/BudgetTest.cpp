// BudgetTest.cpp - what a step may cost besides its kernels: no heap calls, no page faults; and the
// library's size.
#include "TestTools.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <new>
#include <sys/resource.h>

#if !defined(__SANITIZE_ADDRESS__) && !__has_feature(address_sanitizer) &&                         \
    !__has_feature(thread_sanitizer)
#define COUNTS_HEAP 1
#define VISIBLE __attribute__((visibility("default"))) // so that shared libraries call these too
#endif

static std::atomic<long> heapCalls;

#ifdef COUNTS_HEAP
extern "C" {
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
VISIBLE void *malloc(size_t size) {
  heapCalls.fetch_add(1, std::memory_order_relaxed);
  return __libc_malloc(size);
}
VISIBLE void *calloc(size_t count, size_t size) {
  heapCalls.fetch_add(1, std::memory_order_relaxed);
  return __libc_calloc(count, size);
}
VISIBLE void *realloc(void *memory, size_t size) {
  heapCalls.fetch_add(1, std::memory_order_relaxed);
  return __libc_realloc(memory, size);
}
}
#endif

namespace {

struct Sample {
  long heap, faults;
};
Sample samples[200];

long pageFaults() {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt + usage.ru_majflt;
}

TEST(Budget, AStepTakesNoHeapAndNoPages) {
#ifndef COUNTS_HEAP
  GTEST_SKIP() << "sanitizers have their own heap";
#endif
  FakeModule m;
  Scratch s;
  fakeStepHook = [](int64_t step) { samples[step] = {heapCalls.load(), pageFaults()}; };
  // The kernel may take pages back on its own (proactive reclaim, migration); a fault of ours comes
  // in every run.
  constexpr int kFaults = 10;
  auto run = [&] {
    int code = callTrainer(m.get(), {"--steps", "49", "--threads", "2", "--log", s / "log"});
    if (code)
      return code;
    if (samples[48].heap < 48) // the fake's own vectors must have been seen
      return 9;
    // The fake's update allocates one vector a thread; everything else is the runtime's.
    for (int step = 2; step < 49; ++step)
      if (samples[step].heap - samples[step - 1].heap > 2)
        return 100 + step;
    for (int step = 4; step < 49; ++step)
      if (samples[step].faults != samples[step - 1].faults) {
        fprintf(stderr, "step %d: %ld page faults\n", step,
                samples[step].faults - samples[step - 1].faults);
        return kFaults;
      }
    return 0;
  };
  Outcome r = inChild(run);
  for (int attempt = 1; attempt < 5 && r.code == kFaults; ++attempt)
    r = inChild(run);
  fakeStepHook = nullptr;
  EXPECT_EQ(r.code, 0) << r.err;
}

TEST(Budget, ARunOfALibraryTakesNoHeap) {
#ifndef COUNTS_HEAP
  GTEST_SKIP() << "sanitizers have their own heap";
#endif
  FakeModule m;
  Scratch s;
  EXPECT_EQ(train(m.get(), {"--steps", "0", "--save", s / "w", "--quiet"}).code, 0);
  sinter_lib *lib;
  ASSERT_EQ(sinter_lib_open(m.get(), nullptr, &lib).code, 0);
  std::string path = s / "w";
  std::vector<float> image(16 * 784), logits(160);
  const void *in[] = {image.data()};
  void *out[] = {logits.data()};
  long before = heapCalls.load();
  sinter_status loaded = sinter_lib_load(lib, path.c_str());
  sinter_status run = sinter_lib_run(lib, "predict", 16, in, out);
  sinter_status saved = sinter_lib_save(lib, path.c_str());
  EXPECT_EQ(heapCalls.load(), before);
  EXPECT_EQ(loaded.code + run.code + saved.code, 0);
  sinter_lib_close(lib);
}

TEST(Budget, TheRuntimeStaysSmall) {
#ifdef SINTER_RELEASE
  EXPECT_LT(std::filesystem::file_size(SINTER_RUNTIME_ARCHIVE), 455u * 1000u);
#else
  GTEST_SKIP() << "only release builds are measured";
#endif
}

} // namespace
