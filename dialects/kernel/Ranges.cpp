//===- Ranges.cpp - byte ranges of kernels and barrier placement ------------------------------===//
//
// See Ranges.h. The walk up from a value to its buffers knows the aliasing ops of the dialect:
// view, slot, loop.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Ranges.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace sinter::kernel {

bool Range::overlaps(const Range &other) const {
  if (carried && other.carried && carried != other.carried &&
      carried.getOwner() == other.carried.getOwner())
    return false;
  if (buffer == other.buffer)
    return true;
  if (segment != other.segment || offset < 0 || other.offset < 0)
    return false;
  return offset < other.offset + other.bytes && other.offset < offset + bytes;
}

static void collectRoots(Value value, llvm::SmallPtrSetImpl<void *> &seen,
                         SmallVectorImpl<BufferOp> &roots) {
  if (!seen.insert(value.getAsOpaquePointer()).second)
    return;
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto loop = dyn_cast_or_null<LoopOp>(argument.getOwner()->getParentOp());
    // Arguments: iteration, then (current, next) of every pair; either may be ping or pong.
    if (loop && argument.getArgNumber() > 0) {
      unsigned pair = (argument.getArgNumber() - 1) / 2;
      for (unsigned side : {0u, 1u})
        if (2 * pair + side < loop.getCarried().size())
          collectRoots(loop.getCarried()[2 * pair + side], seen, roots);
    }
    return;
  }
  Operation *op = value.getDefiningOp();
  if (auto buffer = dyn_cast<BufferOp>(op)) {
    roots.push_back(buffer);
  } else if (auto view = dyn_cast<ViewOp>(op)) {
    collectRoots(view.getSource(), seen, roots);
  } else if (auto slot = dyn_cast<SlotOp>(op)) {
    collectRoots(slot.getSource(), seen, roots);
  } else if (auto loop = dyn_cast<LoopOp>(op)) {
    unsigned pair = cast<OpResult>(value).getResultNumber();
    for (unsigned side : {0u, 1u})
      if (2 * pair + side < loop.getCarried().size())
        collectRoots(loop.getCarried()[2 * pair + side], seen, roots);
  }
}

Range makeRange(BufferOp buffer, bool writes, BlockArgument carried) {
  auto offset = buffer.getOffset();
  return {buffer,
          buffer.getSegment(),
          offset ? static_cast<int64_t>(*offset) : -1,
          buffer.getType().getBytes(),
          writes,
          carried};
}

SmallVector<BufferOp> getRootBuffers(Value value) {
  SmallVector<BufferOp> roots;
  llvm::SmallPtrSet<void *, 8> seen;
  collectRoots(value, seen, roots);
  return roots;
}

BlockArgument getCarriedArgument(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<ViewOp, SlotOp>(op))
      return {};
    value = op->getOperand(0);
  }
  auto argument = cast<BlockArgument>(value);
  return isa<LoopOp>(argument.getOwner()->getParentOp()) ? argument : BlockArgument();
}

/// Buffer, whether it is written, and what a loop calls it.
using Touched = llvm::SmallSetVector<std::tuple<Operation *, int, void *>, 8>;

static void addRanges(Value value, bool writes, Touched &found) {
  void *carried = getCarriedArgument(value).getAsOpaquePointer();
  for (BufferOp buffer : getRootBuffers(value))
    found.insert({buffer.getOperation(), writes ? 1 : 0, carried});
}

SmallVector<Range> getRanges(Operation *op) {
  Touched found;
  op->walk([&](Operation *inner) {
    if (auto kernel = dyn_cast<KernelOpInterface>(inner)) {
      for (Value read : kernel.getReadBuffers())
        addRanges(read, false, found);
      for (Value written : kernel.getWrittenBuffers())
        addRanges(written, true, found);
    } else if (auto branch = dyn_cast<IfOp>(inner)) {
      addRanges(branch.getPredicate(), false, found);
    } else if (auto loop = dyn_cast<LoopOp>(inner)) {
      if (!loop.getTrip() && !loop.getCarried().empty())
        addRanges(loop.getCarried().front(), false, found);
    }
  });
  SmallVector<Range> ranges;
  for (bool writes : {false, true})
    for (auto [owner, isWrite, carried] : found)
      if ((isWrite == 1) == writes)
        ranges.push_back(
            makeRange(cast<BufferOp>(owner), writes,
                      cast_or_null<BlockArgument>(Value::getFromOpaquePointer(carried))));
  return ranges;
}

bool conflict(ArrayRef<Range> earlier, ArrayRef<Range> later) {
  for (const Range &x : earlier)
    for (const Range &y : later)
      if ((x.writes || y.writes) && x.overlaps(y))
        return true;
  return false;
}

bool runsAlone(Operation *op) {
  Operation *list = op->getParentOp();
  if (!isa<EntryOp>(isa<LaunchOp>(list) ? list->getParentOp() : list))
    return false;
  // The state that a loop of unknown length leaves lies in one of two places.
  auto readsUnknown = [&](Operation *inside) {
    bool reads = llvm::any_of(inside->getOperands(), [&](Value buffer) {
      auto turns = buffer.getDefiningOp<LoopOp>();
      return turns && !turns.getTrip() && !op->isAncestor(turns);
    });
    return reads ? WalkResult::interrupt() : WalkResult::advance();
  };
  return !op->walk(readsUnknown).wasInterrupted();
}

std::string getRunName(Operation *op) {
  if (auto kernel = dyn_cast<KernelOpInterface>(op))
    return kernel.getFunctionName();
  auto entry = op->getParentOfType<EntryOp>();
  unsigned number = 0;
  for (Operation &other : entry.getBody().front()) {
    if (&other == op)
      break;
    number += other.getName() == op->getName();
  }
  return (entry.getSymName() + "_" + op->getName().stripDialect() + Twine(number)).str();
}

static bool isTouchedInside(Value value, Operation *loop) {
  return llvm::all_of(value.getUsers(), [&](Operation *user) {
    if (isa<SlotOp>(user) && user->getParentOp() == loop)
      return false;
    return isa<ViewOp, SlotOp>(user) ? isTouchedInside(user->getResult(0), loop)
                                     : loop->isProperAncestor(user);
  });
}

bool isMadeAnew(BufferOp buffer, Operation *loop) {
  return buffer.getRole() == Role::Temp && isTouchedInside(buffer, loop);
}

int64_t countFlops(Operation *op) {
  if (auto kernel = dyn_cast<KernelOpInterface>(op))
    return kernel.getFlops();
  int64_t sum = 0, most = 0;
  for (Region &region : op->getRegions()) {
    int64_t here = 0;
    for (Operation &inside : region.getOps())
      here += countFlops(&inside);
    sum += here;
    most = std::max(most, here);
  }
  if (auto loop = dyn_cast<LoopOp>(op))
    return sum * static_cast<int64_t>(loop.getTrip().value_or(1));
  return isa<IfOp>(op) ? most : sum;
}

void RangeSet::Coverage::insert(const Range &range) {
  buffers.insert(range.buffer);
  if (range.offset < 0 || range.bytes == 0)
    return;
  int64_t begin = range.offset, end = begin + range.bytes;
  // The first interval that ends behind `begin` or at it, and all that the new one reaches.
  auto at = ends.upper_bound({range.segment, begin});
  if (at != ends.begin())
    if (auto before = std::prev(at);
        before->first.first == range.segment && before->second >= begin)
      at = before;
  while (at != ends.end() && at->first.first == range.segment && at->first.second <= end) {
    begin = std::min(begin, at->first.second);
    end = std::max(end, at->second);
    at = ends.erase(at);
  }
  ends[{range.segment, begin}] = end;
}

bool RangeSet::Coverage::meets(const Range &range) const {
  if (buffers.contains(range.buffer))
    return true;
  if (range.offset < 0 || range.bytes == 0)
    return false;
  // The last interval that begins before the range's end.
  auto at = ends.lower_bound({range.segment, range.offset + range.bytes});
  if (at == ends.begin())
    return false;
  --at;
  return at->first.first == range.segment && at->second > range.offset;
}

void RangeSet::insert(ArrayRef<Range> ranges) {
  for (const Range &range : ranges) {
    if (range.carried) {
      carried.push_back(range);
      continue;
    }
    all.insert(range);
    if (range.writes)
      written.insert(range);
  }
}

bool RangeSet::conflicts(ArrayRef<Range> ranges) const {
  return conflict(carried, ranges) || llvm::any_of(ranges, [&](const Range &range) {
           return (range.writes ? all : written).meets(range);
         });
}

BufferGroups groupBuffers(EntryOp entry) {
  BufferGroups groups;
  SmallVector<BufferOp> placed;
  entry.walk([&](BufferOp buffer) {
    groups[buffer] = buffer;
    if (buffer.getOffset())
      placed.push_back(buffer);
  });
  auto begin = [](BufferOp buffer) {
    return std::pair(buffer.getSegment(), static_cast<int64_t>(*buffer.getOffset()));
  };
  llvm::sort(placed, [&](BufferOp x, BufferOp y) { return begin(x) < begin(y); });
  BufferOp first;
  int64_t end = 0;
  for (BufferOp buffer : placed) {
    auto [segment, offset] = begin(buffer);
    if (!first || first.getSegment() != segment || offset >= end) {
      first = buffer;
      end = offset;
    }
    groups[buffer] = first;
    end = std::max(end, offset + buffer.getType().getBytes());
  }
  return groups;
}

bool isWork(Operation *op) { return isa<KernelOpInterface, LaunchOp, LoopOp, IfOp>(op); }

// Here, not in KernelOps.cpp: the parts of a launch may not conflict, which the ranges tell.
LogicalResult LaunchOp::verify() {
  for (Region *region : {&getParts(), &getSerial()})
    for (Operation &op : region->getOps())
      if (!isa<KernelOpInterface>(op))
        return op.emitOpError() << "cannot stand in kernel.launch: expects kernels";
  if (getParts().front().empty())
    return emitOpError() << "expects at least one part, got none";
  RangeSet before;
  for (Operation &op : getParts().front()) {
    SmallVector<Range> ranges = getRanges(&op);
    if (before.conflicts(ranges))
      return op.emitOpError() << "expects no byte that another part of its launch writes";
    before.insert(ranges);
  }
  return success();
}

SmallVector<bool> placeBarriers(Block &kernels) {
  SmallVector<bool> before;
  RangeSet sinceBarrier;
  bool afterControl = false, afterSerial = false;
  for (Operation &op : kernels) {
    if (!isWork(&op))
      continue;
    SmallVector<Range> ranges = getRanges(&op);
    bool control = isa<LoopOp, IfOp>(op);
    bool needed = !before.empty() &&
                  (control || afterControl || afterSerial || sinceBarrier.conflicts(ranges));
    if (needed)
      sinceBarrier = {};
    before.push_back(needed);
    sinceBarrier.insert(ranges);
    afterControl = control;
    auto launch = dyn_cast<LaunchOp>(op);
    afterSerial = launch && launch.hasSerial();
  }
  return before;
}

} // namespace sinter::kernel
