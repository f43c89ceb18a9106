//===- Ranges.h - which bytes a kernel touches, and where barriers must stand -----------------===//
//
// Buffers are found through views, slots and loop arguments; a range is (segment, offset, bytes).
// Two kernels conflict when their ranges overlap and at least one writes (D21). Used by the
// planner, the CPU entry emitter and the module table. Reading on: passes/memory (who sets the
// offsets), codegen/cpu (who emits the barriers).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_KERNEL_RANGES_H
#define SINTER_DIALECTS_KERNEL_RANGES_H

#include "dialects/kernel/Kernel.h"

#include <map>

namespace sinter::kernel {

/// Bytes of one buffer that a kernel reads or writes.
struct Range {
  BufferOp buffer;
  Segment segment = Segment::Params;
  int64_t offset = -1; ///< -1 before planning: then only the same buffer op overlaps
  int64_t bytes = 0;
  bool writes = false;
  mlir::BlockArgument carried = {}; ///< the loop's name for it, of what a loop carries

  /// True when both name at least one common byte. At one step of a loop the current and the next
  /// state, and the states of two pairs, are apart.
  bool overlaps(const Range &other) const;
};

/// All bytes of `buffer`.
Range makeRange(BufferOp buffer, bool writes, mlir::BlockArgument carried);

/// The kernel.buffer ops that `value` may name: one, or more behind a loop's ping-pong pair.
llvm::SmallVector<BufferOp> getRootBuffers(mlir::Value value);

/// The block argument of a kernel.loop behind `value`, seen through views and slots; else null.
mlir::BlockArgument getCarriedArgument(mlir::Value value);

/// Ranges of one kernel, loop or if (nested kernels included): reads first, each buffer once a
/// direction.
llvm::SmallVector<Range> getRanges(mlir::Operation *op);

/// True when `later` must not start before `earlier` is done on all threads.
bool conflict(llvm::ArrayRef<Range> earlier, llvm::ArrayRef<Range> later);

/// True for what can be started alone, for profiles and checks: kernels, loops and ifs of an
/// entry's list. Those inside a loop or an if run with it; what reads the state of a loop whose
/// length is known only when it ends runs with its entry.
bool runsAlone(mlir::Operation *op);

/// A kernel's name; `<entry>_loop0` and so on for loops and ifs of an entry's list.
std::string getRunName(mlir::Operation *op);

/// True for a temporary that a step of `loop` makes anew: all that touches it stands inside, and no
/// step has a slot of it.
bool isMadeAnew(BufferOp buffer, mlir::Operation *loop);

/// Floating-point operations of a run: a loop's steps together (one, when nobody knows how many),
/// the larger part of an if.
int64_t countFlops(mlir::Operation *op);

/// What several kernels touch, as one: answers by the bytes, however many kernels went in.
class RangeSet {
public:
  void insert(llvm::ArrayRef<Range> ranges);
  /// True when one of `ranges` conflicts with one of the set.
  bool conflicts(llvm::ArrayRef<Range> ranges) const;

private:
  /// Bytes of segments as intervals that do not meet, by (segment, begin); and buffers without a
  /// place.
  struct Coverage {
    std::map<std::pair<Segment, int64_t>, int64_t> ends;
    llvm::DenseSet<mlir::Operation *> buffers;
    void insert(const Range &range);
    bool meets(const Range &range) const;
  };
  Coverage written, all;
  llvm::SmallVector<Range> carried; ///< which of those overlap depends on their loop
};

/// A buffer of an entry -> one that stands for it and for all whose bytes may meet its own.
using BufferGroups = llvm::DenseMap<mlir::Operation *, mlir::Operation *>;
BufferGroups groupBuffers(EntryOp entry);

/// True for ops that a kernel list runs: kernels, launches, loops, ifs. Buffers and views are no
/// work.
bool isWork(mlir::Operation *op);

/// For each work op of the list, in order: whether a barrier must stand before it. Conservative
/// about partitions: it assumes that any thread may need any byte of a conflicting range. Loops and
/// ifs have barriers on both sides; at the end of a launch with a serial section the threads meet
/// anyway, which is the barrier before the next op.
llvm::SmallVector<bool> placeBarriers(mlir::Block &kernels);

} // namespace sinter::kernel

#endif
