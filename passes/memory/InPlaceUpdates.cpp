//===- InPlaceUpdates.cpp - kernels write parameters and state where they live ----------------===//
//
// After lowering, an update is a temporary and, at the end of the entry, a copy of it to the
// symbol's place. Here the copy goes away: the producing kernel writes the symbol directly when
// every other reader of the old value can run before it, and when it reads the old value only at
// the point that it writes (D22). Leaves behind: a kernel list in which the order of the list is
// the order of memory effects. Next: GroupLaunches.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Ranges.h"
#include "passes/Passes.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/SetVector.h"

#include <queue>

using namespace mlir;
using namespace sinter;

namespace sinter::passes {
#define GEN_PASS_DEF_INPLACEUPDATES
#include "passes/Passes.h.inc"
} // namespace sinter::passes

using Roots = llvm::SmallSetVector<Operation *, 8>;

/// One kernel of the list and the buffers it touches.
struct Node {
  Operation *op;
  Roots reads, writes;
  bool removed = false;
  bool isBase = false;         ///< removed, and what it copied to is written where it was
  SmallVector<unsigned> after; ///< nodes that must run later
};

/// True for a kernel that only copies a buffer to another of the same type.
static bool isCopy(Operation *op) {
  auto map = dyn_cast<kernel::MapOp>(op);
  if (!map || map.getIns().size() != 1 || map.getOuts().size() != 1 || map.getPadded())
    return false;
  Block &body = map.getBody().front();
  auto maps = map.getMaps();
  return maps[0] == maps[1] && map.getIns()[0].getType() == map.getOuts()[0].getType() &&
         llvm::hasSingleElement(body) && body.front().getNumOperands() == 1 &&
         body.front().getOperand(0) == body.getArgument(0);
}

static bool isSymbolPlace(kernel::BufferOp buffer) {
  kernel::Segment segment = buffer.getSegment();
  return segment == kernel::Segment::Params || segment == kernel::Segment::State;
}

/// The kernels of a list, and who touches a buffer.
struct KernelList {
  std::vector<Node> nodes;
  llvm::DenseMap<Operation *, SmallVector<unsigned>> readers, writers;
  llvm::DenseSet<Value> moved; ///< temporaries made in the place of a symbol by now

  explicit KernelList(Block &block);

private:
  void add(Node node);
};

KernelList::KernelList(Block &block) {
  for (Operation &op : block) {
    if (!kernel::isWork(&op))
      continue;
    Node node{&op, {}, {}, false, false, {}};
    for (const kernel::Range &range : kernel::getRanges(&op)) {
      kernel::BufferOp buffer = range.buffer;
      (range.writes ? node.writes : node.reads).insert(buffer);
    }
    add(std::move(node));
  }
}

/// Behind those that it conflicts with.
void KernelList::add(Node node) {
  unsigned number = nodes.size();
  auto runAfter = [&](ArrayRef<unsigned> earlier) {
    for (unsigned i : earlier)
      if (nodes[i].after.empty() || nodes[i].after.back() != number)
        nodes[i].after.push_back(number);
  };
  for (Operation *buffer : node.reads)
    runAfter(writers[buffer]);
  for (Operation *buffer : node.writes) {
    runAfter(writers[buffer]);
    runAfter(readers[buffer]);
  }
  for (Operation *buffer : node.reads)
    readers[buffer].push_back(number);
  for (Operation *buffer : node.writes)
    writers[buffer].push_back(number);
  nodes.push_back(std::move(node));
}

/// True when `to` must run after `from`.
static bool reaches(const std::vector<Node> &nodes, unsigned from, unsigned to) {
  llvm::BitVector seen(nodes.size());
  SmallVector<unsigned> stack{from};
  while (!stack.empty()) {
    unsigned at = stack.pop_back_val();
    if (at == to)
      return true;
    for (unsigned next : nodes[at].after)
      if (!nodes[next].removed && !seen.test(next)) {
        seen.set(next);
        stack.push_back(next);
      }
  }
  return false;
}

/// True when `value` of a row goes into a reduction or to every point of the row: the kernel sweeps
/// the row again for those, after it may have stored what it yields once a row.
static bool isNeededInSweeps(kernel::MapOp map, Value value) {
  SmallVector<Value> stack{value};
  auto maps = llvm::to_vector(map.getMaps().getAsValueRange<AffineMapAttr>());
  while (!stack.empty())
    for (OpOperand &use : stack.pop_back_val().getUses()) {
      if (isa<kernel::ReduceOp>(use.getOwner()))
        return true;
      if (!isa<kernel::YieldOp>(use.getOwner())) {
        llvm::append_range(stack, use.getOwner()->getResults());
        continue;
      }
      AffineMap out = maps[map.getIns().size() + use.getOperandNumber()];
      if (llvm::any_of(map.getInner(), [&](int64_t d) { return out.isFunctionOfDim(d); }))
        return true;
    }
  return false;
}

/// Empty when `writer`, which makes `temp`, may write `place` instead: it reads `place` only where
/// it writes.
static std::string readsElsewhere(Operation *writer, Value temp, Value place) {
  auto kernelOp = dyn_cast<kernel::KernelOpInterface>(writer);
  if (!kernelOp)
    return "made inside control flow";
  Operation *root = place.getDefiningOp();
  auto reads = llvm::to_vector(kernelOp.getReadBuffers()),
       writes = llvm::to_vector(kernelOp.getWrittenBuffers());
  std::optional<AffineMap> written;
  auto contract = dyn_cast<kernel::ContractOp>(writer);
  auto map = dyn_cast<kernel::MapOp>(writer);
  bool addsUp = false; // begins at zero, or at a base, and grows point by point
  for (auto [i, buffer] : llvm::enumerate(writes))
    if (buffer == temp) {
      written = kernelOp.getAccess(reads.size() + i);
      addsUp =
          contract ? i < contract.getSums().size() && contract.getSums()[i] : map && map.addsTo(i);
    }
  if (!written)
    return "written through a view";
  if (contract)
    if (contract.getA().getDefiningOp() == root || contract.getB().getDefiningOp() == root)
      return "the sum itself reads the old value";
  bool reducesRows = false;
  if (map) {
    bool hasReduce = false;
    map.getBody().walk([&](kernel::ReduceOp) { hasReduce = true; });
    reducesRows = hasReduce && llvm::any_of(map.getInner(),
                                            [&](int64_t d) { return written->isFunctionOfDim(d); });
  }
  for (auto [i, buffer] : llvm::enumerate(reads)) {
    auto roots = kernel::getRootBuffers(buffer);
    if (!llvm::any_of(roots, [&](kernel::BufferOp b) { return b.getOperation() == root; }))
      continue;
    if (addsUp)
      return "the points that are added up still need the old value";
    if (isa<kernel::StreamOp, kernel::SortOp>(writer))
      return "its other points still need the old value";
    if (buffer != place || kernelOp.getAccess(i) != *written)
      return "the kernel reads the old value at other points than it writes";
    if (reducesRows)
      return "the kernel's reductions may still need the old value";
    bool oncePerRow = map && llvm::none_of(map.getInner(),
                                           [&](int64_t d) { return written->isFunctionOfDim(d); });
    if (oncePerRow && isNeededInSweeps(map, map.getBody().getArgument(i)))
      return "the kernel still needs the old value at other points of the row";
  }
  return "";
}

/// True when `op` adds to `buffer` and writes it in no other way.
static bool addsTo(Operation *op, Value buffer) {
  auto map = dyn_cast<kernel::MapOp>(op);
  return map && llvm::all_of(llvm::enumerate(map.getOuts()), [&](auto out) {
           return out.value() != buffer || map.addsTo(out.index());
         });
}

static void note(Operation *op, const Twine &text) {
  SmallVector<Attribute> notes;
  if (auto old = op->getAttrOfType<ArrayAttr>("notes"))
    llvm::append_range(notes, old);
  notes.push_back(StringAttr::get(op->getContext(), text));
  op->setAttr("notes", ArrayAttr::get(op->getContext(), notes));
}

/// Tries to make the copy `nodes[index]` unnecessary.
static void tryInPlace(KernelList &list, unsigned index) {
  std::vector<Node> &nodes = list.nodes;
  auto copy = cast<kernel::MapOp>(nodes[index].op);
  Value temp = copy.getIns()[0], place = copy.getOuts()[0];
  auto tempBuffer = temp.getDefiningOp<kernel::BufferOp>();
  auto placeBuffer = place.getDefiningOp<kernel::BufferOp>();
  if (!tempBuffer || !placeBuffer || tempBuffer.getRole() != kernel::Role::Temp ||
      !isSymbolPlace(placeBuffer))
    return;
  auto others = [&](ArrayRef<unsigned> all) {
    return llvm::filter_to_vector(all, [&](unsigned i) { return i != index && !nodes[i].removed; });
  };
  if (list.moved.contains(temp))
    return note(copy, "not in place: the new value is made in the place of another symbol");
  if (!others(list.writers[placeBuffer]).empty())
    return note(copy, "not in place: another kernel writes it too");
  SmallVector<unsigned> writers = others(list.writers[tempBuffer]),
                        readers = others(list.readers[placeBuffer]);
  // The value may begin as a copy of the old one that another kernel adds to.
  std::optional<unsigned> base;
  if (writers.size() == 2 && isCopy(nodes[writers[0]].op) &&
      cast<kernel::MapOp>(nodes[writers[0]].op).getIns()[0] == place &&
      addsTo(nodes[writers[1]].op, temp)) {
    base = writers[0];
    writers.erase(writers.begin());
    llvm::erase(readers, *base);
  }
  if (writers.size() != 1)
    return note(copy, "not in place: the new value has not one maker");
  unsigned writer = writers.front();
  if (std::string why = readsElsewhere(nodes[writer].op, temp, place); !why.empty())
    return note(copy, "not in place: " + why);
  for (unsigned reader : readers)
    if (reader != writer && reaches(nodes, writer, reader))
      return note(copy, "not in place: a kernel that needs the new value still reads the old one");
  for (unsigned reader : readers)
    if (reader != writer)
      nodes[reader].after.push_back(writer);
  nodes[index].removed = true;
  if (base)
    nodes[*base].removed = nodes[*base].isBase = true;
  list.moved.insert(temp);
  list.writers[placeBuffer].push_back(writer);
  llvm::append_range(list.readers[placeBuffer], list.readers[tempBuffer]);
}

/// Stable topological order of the kernels that stay; moves the ops.
static void reorder(std::vector<Node> &nodes, Operation *end) {
  SmallVector<unsigned> waiting(nodes.size(), 0);
  for (Node &node : nodes)
    if (!node.removed)
      for (unsigned next : node.after)
        ++waiting[next];
  std::priority_queue<unsigned, std::vector<unsigned>, std::greater<>> ready;
  auto offer = [&](unsigned i) {
    if (!nodes[i].removed && waiting[i] == 0)
      ready.push(i);
  };
  for (unsigned i = 0; i < nodes.size(); ++i)
    offer(i);
  while (!ready.empty()) {
    Node &node = nodes[ready.top()];
    ready.pop();
    node.op->moveBefore(end);
    for (unsigned next : node.after)
      if (--waiting[next] == 0)
        offer(next);
  }
}

struct InPlaceUpdates : sinter::passes::impl::InPlaceUpdatesBase<InPlaceUpdates> {
  void runOnOperation() override {
    getOperation().walk([](kernel::EntryOp entry) {
      Block &block = entry.getBody().front();
      KernelList list(block);
      std::vector<Node> &nodes = list.nodes;
      for (unsigned i = 0; i < nodes.size(); ++i)
        if (isCopy(nodes[i].op))
          tryInPlace(list, i);
      // An anchor keeps the order of moves; views and buffers stay in front of the kernels.
      OpBuilder builder(&block, block.end());
      Operation *end = kernel::BufferOp::create(
          builder, entry.getLoc(),
          kernel::BufferType::get(&*entry->getContext(), {}, builder.getI8Type(), {}), "",
          kernel::Role::Temp, IntegerAttr(), ElementsAttr());
      reorder(nodes, end);
      end->erase();
      for (Node &node : nodes) {
        if (node.isBase)
          node.op->erase();
        if (!node.removed || node.isBase)
          continue;
        auto copy = cast<kernel::MapOp>(node.op);
        Value temp = copy.getIns()[0], place = copy.getOuts()[0];
        Operation *tempOp = temp.getDefiningOp();
        copy.erase();
        // Views of the temporary may stand before the symbol's buffer.
        if (Operation *placeOp = place.getDefiningOp(); tempOp->isBeforeInBlock(placeOp))
          placeOp->moveBefore(tempOp);
        temp.replaceAllUsesWith(place);
        tempOp->erase();
      }
    });
  }
};
