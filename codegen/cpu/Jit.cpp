//===- Jit.cpp - ORC around emitObject --------------------------------------------------------===//
//
// See Jit.h. Functions of libm come from this process.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/Jit.h"
#include "codegen/cpu/Target.h"

#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Target/TargetMachine.h"

#include <condition_variable>
#include <mutex>
#include <thread>

using namespace sinter;
using namespace sinter::codegen;

Jit::Jit(std::unique_ptr<llvm::orc::LLJIT> engine) : engine(std::move(engine)) {}
Jit::~Jit() = default;

llvm::Expected<std::unique_ptr<Jit>>
Jit::create(mlir::ModuleOp module, kernel::CpuTargetAttr target, CodeOptions options) {
  mlir::OwningOpRef<mlir::ModuleOp> copy = module.clone();
  if (failed(lowerToCpuLoops(*copy)) || failed(lowerToCpuLLVM(*copy)))
    return llvm::createStringError("internal error: lowering failed");
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream out(bytes);
  if (llvm::Error error = emitObject(*copy, target, out, options))
    return error;
  // initialises the code generator
  if (auto machine = makeTargetMachine(target, options.level); !machine)
    return machine.takeError();
  auto engine = llvm::orc::LLJITBuilder().create();
  if (!engine)
    return engine.takeError();
  auto process = llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      (*engine)->getDataLayout().getGlobalPrefix());
  if (!process)
    return process.takeError();
  (*engine)->getMainJITDylib().addGenerator(std::move(*process));
  if (llvm::Error error = (*engine)->addObjectFile(
          std::make_unique<llvm::SmallVectorMemoryBuffer>(std::move(bytes), "kernels.o", false)))
    return error;
  return std::unique_ptr<Jit>(new Jit(std::move(*engine)));
}

llvm::Expected<sinter_entry_fn> Jit::lookup(llvm::StringRef name) {
  auto address = engine->lookup(name);
  if (!address)
    return address.takeError();
  return address->toPtr<sinter_entry_fn>();
}

/// Code made at run time has no type beside it for UBSan to look at.
#if defined(__clang__)
__attribute__((no_sanitize("function")))
#endif
void codegen::callEntry(sinter_entry_fn entry, const sinter_spmd *spmd) {
  entry(spmd);
}

namespace {
/// Where the threads of one run wait for each other (enter_serial,
/// leave_serial and barrier of abi.h).
struct Rendezvous {
  std::mutex mutex;
  std::condition_variable turned;
  unsigned threads, arrived = 0, turn = 0;

  bool enterSerial() {
    std::unique_lock lock(mutex);
    if (++arrived == threads)
      return true;
    turned.wait(lock, [this, old = turn] { return turn != old; });
    return false;
  }
  void leaveSerial() {
    std::lock_guard lock(mutex);
    arrived = 0;
    ++turn;
    turned.notify_all();
  }
  static Rendezvous &of(const sinter_spmd *self) { return *static_cast<Rendezvous *>(self->pool); }
};
} // namespace

void codegen::runEntry(sinter_entry_fn entry, void *const *segments, unsigned threads) {
  Rendezvous meeting;
  meeting.threads = threads;
  auto run = [&](unsigned thread) {
    sinter_spmd spmd{
        segments,
        thread,
        threads,
        [](const sinter_spmd *self) {
          if (Rendezvous::of(self).enterSerial())
            Rendezvous::of(self).leaveSerial();
        },
        [](const sinter_spmd *self) -> uint32_t { return Rendezvous::of(self).enterSerial(); },
        [](const sinter_spmd *self) { Rendezvous::of(self).leaveSerial(); },
        &meeting,
        [](const sinter_spmd *, const char *, int64_t, int64_t, int64_t) {},
        nullptr,
        nullptr,
        nullptr};
    callEntry(entry, &spmd);
  };
  std::vector<std::thread> others;
  for (unsigned thread = 1; thread < threads; ++thread)
    others.emplace_back(run, thread);
  run(0);
  for (std::thread &other : others)
    other.join();
}

llvm::Error Jit::run(llvm::StringRef name, void *const *segments, unsigned threads) {
  auto entry = lookup(name);
  if (!entry)
    return entry.takeError();
  runEntry(*entry, segments, threads);
  return llvm::Error::success();
}
