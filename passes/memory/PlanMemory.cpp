//===- PlanMemory.cpp - one arena for inputs, outputs and temporaries of an entry -------------===//
//
// Lifetimes are intervals of the kernel list, in steps of one barrier: kernels that may run side by
// side never share bytes, so that sharing adds no barrier (D21). Buffers are placed largest first
// into the smallest gap that fits, at 64-byte offsets. Inputs live through the whole entry (a
// caller may run it again without writing them), outputs from their first writer to the end. What
// a loop's body makes anew at every step lives inside the body alone, everything else that the body
// touches through the whole loop. Leaves
// behind: every buffer of segment work has an offset, every entry its work_bytes. Next:
// codegen/host, codegen/cpu.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Ranges.h"
#include "dialects/sinter/Sinter.h"
#include "passes/Passes.h"
#include "passes/memory/Holders.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::passes;

namespace sinter::passes {
#define GEN_PASS_DEF_PLANMEMORY
#include "passes/Passes.h.inc"
} // namespace sinter::passes

static constexpr int64_t kAlignment = 64;
/// Bytes beyond which offsets could overflow.
static constexpr int64_t kFar = int64_t(1) << 61;

/// When a buffer is alive, in kernels between two barriers (both ends included), and where it lies.
struct Lifetime {
  kernel::BufferOp buffer;
  int64_t first = -1, last = -1, bytes = 0, offset = -1;
};

namespace {
/// Numbers the stretches between barriers, of a list and of the lists inside it, and notes in which
/// of them a buffer is touched. What a loop does not make anew at every step lives through all of
/// it.
struct Timeline {
  llvm::MapVector<Operation *, Lifetime> lives;
  int64_t now = 0;

  void visit(Block &block);
  void touch(Operation *buffer, int64_t first, int64_t last);
};
} // namespace

void Timeline::touch(Operation *buffer, int64_t first, int64_t last) {
  auto it = lives.find(buffer);
  if (it == lives.end())
    return;
  Lifetime &life = it->second;
  life.first = life.first < 0 ? first : std::min(life.first, first);
  life.last = std::max(life.last, last);
}

void Timeline::visit(Block &block) {
  SmallVector<bool> barriers = kernel::placeBarriers(block);
  auto barrier = barriers.begin();
  for (Operation &op : block) {
    if (!kernel::isWork(&op))
      continue;
    now += *barrier++;
    int64_t first = now;
    if (isa<kernel::LoopOp, kernel::IfOp>(op))
      for (Region &region : op.getRegions())
        if (!region.empty()) {
          visit(region.front());
          ++now;
        }
    for (const kernel::Range &range : kernel::getRanges(&op)) {
      kernel::BufferOp buffer = range.buffer;
      if (isa<kernel::IfOp>(op) || (isa<kernel::LoopOp>(op) && kernel::isMadeAnew(buffer, &op)))
        continue;
      touch(buffer, first, now);
    }
    // No barrier stands between reading the flag and the first kernels of either list: a slow
    // thread still has to read it when another one is there.
    if (auto branch = dyn_cast<kernel::IfOp>(op))
      for (kernel::BufferOp flag : kernel::getRootBuffers(branch.getPredicate()))
        touch(flag, first, now);
  }
}

static SmallVector<Lifetime> findLifetimes(kernel::EntryOp entry) {
  // Barriers that the values themselves ask for: without offsets only a buffer meets itself.
  Timeline timeline;
  for (auto buffer : entry.getBody().front().getOps<kernel::BufferOp>())
    if (buffer.getSegment() == kernel::Segment::Work) {
      buffer.removeOffsetAttr();
      timeline.lives[buffer] = {buffer, -1, -1,
                                cast<kernel::BufferType>(buffer.getType()).getBytes(), -1};
    }
  timeline.visit(entry.getBody().front());
  SmallVector<Lifetime> result;
  for (auto &[op, life] : timeline.lives) {
    kernel::Role role = life.buffer.getRole();
    if (role == kernel::Role::Input) {
      life.first = 0;
      life.last = timeline.now;
    } else if (role == kernel::Role::Output) {
      life.first = std::max<int64_t>(life.first, 0);
      life.last = timeline.now;
    }
    result.push_back(life);
  }
  return result;
}

static bool livesMeet(const Lifetime &x, const Lifetime &y) {
  return x.first >= 0 && y.first >= 0 && x.first <= y.last && y.first <= x.last;
}

/// Smallest gap between placed neighbours that holds `life`, else the end. `placed` is sorted by
/// offset.
static int64_t findOffset(const Lifetime &life, ArrayRef<Lifetime> placed) {
  int64_t end = 0, best = -1, bestGap = 0;
  for (const Lifetime &other : placed) {
    if (!livesMeet(life, other) || other.bytes == 0)
      continue;
    int64_t gap = other.offset - end;
    if (gap >= life.bytes && (best < 0 || gap < bestGap)) {
      best = end;
      bestGap = gap;
    }
    end = std::max<int64_t>(end, llvm::alignTo(other.offset + other.bytes, kAlignment));
  }
  return best >= 0 ? best : end;
}

/// Places everything; returns the arena's size.
static int64_t place(SmallVector<Lifetime> &lives, bool reuse) {
  SmallVector<unsigned> order = llvm::to_vector(llvm::seq<unsigned>(0, lives.size()));
  llvm::sort(order, [&](unsigned x, unsigned y) {
    return std::tuple(-lives[x].bytes, lives[x].first, x) <
           std::tuple(-lives[y].bytes, lives[y].first, y);
  });
  SmallVector<Lifetime> placed;
  int64_t end = 0;
  for (unsigned i : order) {
    Lifetime &life = lives[i];
    life.offset = reuse ? findOffset(life, placed) : end;
    auto at = llvm::lower_bound(
        placed, life, [](const Lifetime &x, const Lifetime &y) { return x.offset < y.offset; });
    placed.insert(at, life);
    end = std::max<int64_t>(end, llvm::alignTo(life.offset + life.bytes, kAlignment));
  }
  return end;
}

/// Work buffers alive at the moment when most bytes are.
static SmallVector<Holder> findPeak(ArrayRef<Lifetime> lives) {
  int64_t peak = -1, peakAt = 0, end = 0;
  for (const Lifetime &life : lives)
    end = std::max(end, life.last);
  auto liveAt = [](const Lifetime &life, int64_t at) {
    return life.first >= 0 && life.first <= at && at <= life.last;
  };
  for (int64_t at = 0; at <= end; ++at) {
    int64_t sum = 0;
    for (const Lifetime &life : lives)
      sum += liveAt(life, at) ? life.bytes : 0;
    if (sum > peak) {
      peak = sum;
      peakAt = at;
    }
  }
  SmallVector<Holder> holders;
  for (Lifetime life : lives)
    if (liveAt(life, peakAt)) {
      kernel::BufferType type = life.buffer.getType();
      holders.push_back(makeHolder(
          life.buffer.getBufferName(), life.buffer.getLoc(),
          RankedTensorType::get(type.getShape(), type.getElementType(), type.getLayout())));
    }
  return holders;
}

struct PlanMemory : sinter::passes::impl::PlanMemoryBase<PlanMemory> {
  using PlanMemoryBase::PlanMemoryBase;

  /// The error of --memory-budget: the peak, and the tensors that make it.
  void refuse(kernel::EntryOp entry, ArrayRef<Lifetime> lives, int64_t work, int64_t fixed) {
    InFlightDiagnostic error = entry.emitError()
                               << "entry '" << entry.getEntryName() << "' expects ";
    if (budget)
      error << "at most " << int64_t(budget) << " bytes of memory, got " << addBytes(work, fixed)
            << ": " << work << " at its peak and " << fixed << " for parameters and state [E1020]";
    else
      error << "tensors that a process can address, 2^47 bytes, got " << addBytes(work, fixed)
            << ": " << work << " at its peak and " << fixed << " for parameters and state [E1020]";
    SmallVector<Holder> holders = findPeak(lives);
    addSymbols(getOperation(), holders);
    noteLargest(error, holders);
  }

  void runOnOperation() override {
    int64_t most = 0, fixed = 0;
    auto bytes = getOperation()->getAttrOfType<kernel::SegmentBytesAttr>("sinter.segment_bytes");
    if (bytes)
      for (int64_t size :
           {bytes.getParams(), bytes.getState(), bytes.getScalars(), bytes.getLogical()})
        fixed = addBytes(fixed, size);
    // One error, of the entry that needs most.
    kernel::EntryOp worst;
    SmallVector<Lifetime> worstLives;
    getOperation().walk([&](kernel::EntryOp entry) {
      SmallVector<Lifetime> lives = findLifetimes(entry);
      int64_t all = 0;
      for (const Lifetime &life : lives)
        all = addBytes(all, life.bytes);
      bool fits = all < kFar;
      int64_t work = fits ? place(lives, reuse) : all;
      for (Lifetime &life : lives)
        if (fits)
          life.buffer.setOffset(life.offset);
      entry.setWorkBytes(work);
      if (!worst || work > most) {
        worst = entry;
        worstLives = lives;
      }
      most = std::max(most, work);
    });
    int64_t bound = budget ? std::min<int64_t>(budget, kMostBytes) : kMostBytes;
    bool failed = worst && addBytes(fixed, most) > bound;
    if (failed)
      refuse(worst, worstLives, most, fixed);
    if (failed)
      return signalPassFailure();
    if (bytes)
      getOperation()->setAttr(
          "sinter.segment_bytes",
          kernel::SegmentBytesAttr::get(&getContext(), bytes.getParams(), bytes.getState(), most,
                                        bytes.getScalars(), bytes.getLogical()));
  }
};
