//===- Parallel.cpp - independent pieces of one compilation on all cores ----------------------===//
//
// See Parallel.h. Threads live for one call: a handful of pieces of some milliseconds each pays for
// their start.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Parallel.h"

#include "mlir/IR/MLIRContext.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/Threading.h"
#include "llvm/Support/thread.h"

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <memory>
#include <mutex>

using namespace sinter;

namespace {
/// What the threads of one call share. Kept alive by each: after a crash nobody waits for the
/// others.
struct Shared {
  llvm::SmallVector<size_t> order; ///< heavy pieces first
  std::atomic<size_t> next{0};
  std::mutex mutex;
  std::condition_variable changed;
  size_t running = 0;
  bool crashed = false;
};
} // namespace

/// LLVM's back ends recurse deeply; the default stack of a thread is smaller than the main
/// thread's.
static constexpr unsigned kStackBytes = 8 << 20;

/// The cores that this process may use.
static size_t countThreads() {
#if __has_feature(thread_sanitizer)
  return 1; // LLVM's libraries are not instrumented, so their locks are not
            // seen
#else
  return llvm::hardware_concurrency().compute_thread_count();
#endif
}

static void takePieces(Shared &shared, llvm::function_ref<void(size_t)> work) {
  for (size_t i; (i = shared.next++) < shared.order.size();)
    work(shared.order[i]);
}

void codegen::forEachPiece(mlir::MLIRContext &context, llvm::ArrayRef<int64_t> weights,
                           llvm::function_ref<void(size_t)> work) {
  auto shared = std::make_shared<Shared>();
  shared->order = llvm::to_vector(llvm::seq<size_t>(0, weights.size()));
  llvm::sort(shared->order, [&](size_t x, size_t y) {
    return std::pair(-weights[x], x) < std::pair(-weights[y], y);
  });
  size_t others = std::min(countThreads(), weights.size());
  others -= others > 0;
  bool wasShared = context.isMultithreadingEnabled();
  if (others)
    context.enableMultithreading();
  llvm::SmallVector<llvm::thread> threads;
  shared->running = others;
  for (size_t i = 0; i < others; ++i)
    threads.emplace_back(std::optional<unsigned>(kStackBytes), [shared, work] {
      llvm::CrashRecoveryContext crashes;
      bool fine = crashes.RunSafely([&] { takePieces(*shared, work); });
      std::lock_guard lock(shared->mutex);
      --shared->running;
      shared->crashed |= !fine;
      shared->changed.notify_all();
    });
  takePieces(*shared, work);
  std::unique_lock lock(shared->mutex);
  shared->changed.wait(lock, [&] { return shared->running == 0 || shared->crashed; });
  bool crashed = shared->crashed;
  lock.unlock();
  for (llvm::thread &thread : threads)
    crashed ? thread.detach() : thread.join();
  if (crashed)
    raise(SIGSEGV);
  context.enableMultithreading(wasShared);
}
