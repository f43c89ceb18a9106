//===- GroupLaunches.cpp - which kernels run side by side, and which as a serial section ------===//
//
// Every kernel of a list gets a phase: parts run as soon as what they conflict with is done, side
// by side; a kernel smaller than a barrier is a serial section, which one thread runs at the end of
// the phase that it needs. A serial section that nobody waits for is a part of the next phase
// instead. What makes a large temporary is not moved forward: it would only live longer. Phases of
// more than one kernel become kernel.launch; no bit depends on any of it (D1, D21). Next:
// PlanMemory.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Ranges.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace sinter;

namespace sinter::passes {
#define GEN_PASS_DEF_GROUPLAUNCHES
#include "passes/Passes.h.inc"
} // namespace sinter::passes

/// Scalar operations that one thread does on its lanes in about the time of a few barriers: all
/// serial sections of a launch together.
static constexpr int64_t kSerialWork = 1 << 15;
/// Those that exp, log and their like take.
static constexpr int64_t kMathWork = 10;
/// Temporaries up to so many bytes may live longer than in the order of the graph.
static constexpr int64_t kSmallTemp = 1 << 16;

namespace {
struct Node {
  kernel::KernelOpInterface op;
  SmallVector<kernel::Range> ranges;
  SmallVector<unsigned> needs, neededBy; ///< conflicts with earlier and later kernels
  int64_t work = 0, tempBytes = 0;
  int64_t phase = 0;
  bool serial = false;
};

/// A run of kernels without control flow between them.
class Phases {
public:
  /// `memory`: a buffer for each, the same where bytes may meet.
  explicit Phases(const kernel::BufferGroups &memory) : memory(memory) {}
  void add(kernel::KernelOpInterface op);
  void run(Operation *before);

private:
  void assign();
  void demoteSerial();

  const kernel::BufferGroups &memory;
  std::vector<Node> nodes;
  llvm::DenseMap<Operation *, SmallVector<unsigned>> readers, writers; ///< by memory
  int64_t last = 0;
};
} // namespace

/// Scalar operations of a kernel: of a map, some are done at every point and some once a row.
static int64_t countWork(kernel::KernelOpInterface op) {
  auto map = dyn_cast<kernel::MapOp>(*op);
  if (!map)
    return op.getFlops();
  Block &body = map.getBody().front();
  llvm::DenseSet<Value> varying; // over the row
  for (BlockArgument argument : body.getArguments())
    if (llvm::any_of(map.getInner(),
                     [&](int64_t d) { return map.varies(argument.getArgNumber(), d); }))
      varying.insert(argument);
  int64_t atPoints = 0, atRows = 0, points = 1, rows = 1;
  for (Operation &inside : body) {
    bool varies = isa<kernel::IndexOp>(inside) ||
                  llvm::any_of(inside.getOperands(), [&](Value v) { return varying.contains(v); });
    bool isMath =
        inside.getName().getDialectNamespace() == math::MathDialect::getDialectNamespace();
    (varies ? atPoints : atRows) += isMath ? kMathWork : 1;
    if (varies && !isa<kernel::ReduceOp>(inside))
      varying.insert_range(inside.getResults());
  }
  for (auto [d, size] : llvm::enumerate(map.getDims())) {
    points *= size;
    rows *= llvm::is_contained(map.getInner(), static_cast<int64_t>(d)) ? 1 : size;
  }
  return points * atPoints + rows * atRows;
}

void Phases::add(kernel::KernelOpInterface op) {
  Node node{op, kernel::getRanges(op), {}, {}};
  node.work = countWork(op);
  for (kernel::Range &range : node.ranges)
    if (range.writes && range.buffer.getRole() == kernel::Role::Temp)
      node.tempBytes += range.bytes;
  llvm::SmallSetVector<unsigned, 8> candidates; // that touch the same bytes, one of the two writing
  for (const kernel::Range &range : node.ranges) {
    Operation *place = memory.lookup(range.buffer);
    candidates.insert_range(writers[place]);
    if (range.writes)
      candidates.insert_range(readers[place]);
  }
  for (const kernel::Range &range : node.ranges)
    (range.writes ? writers : readers)[memory.lookup(range.buffer)].push_back(nodes.size());
  node.needs = llvm::filter_to_vector(
      candidates, [&](unsigned j) { return kernel::conflict(nodes[j].ranges, node.ranges); });
  llvm::sort(node.needs);
  for (unsigned j : node.needs)
    nodes[j].neededBy.push_back(nodes.size());
  nodes.push_back(std::move(node));
}

void Phases::assign() {
  SmallVector<int64_t> used; // work of each phase's serial sections
  for (Node &node : nodes) {
    int64_t latest = -1;
    for (unsigned j : node.needs)
      latest = std::max(latest, nodes[j].phase);
    used.resize(last + 2);
    if (latest >= 0) {
      node.serial = node.work <= kSerialWork - used[latest];
      if (node.serial)
        used[latest] += node.work;
    }
    node.phase = node.serial ? latest : latest + 1;
    if (!node.serial && node.tempBytes > kSmallTemp)
      node.phase = std::max(node.phase, last);
    last = std::max(last, node.phase);
  }
}

/// Beside the parts of the next phase a small kernel costs less than behind all of this one.
void Phases::demoteSerial() {
  for (Node &node : llvm::reverse(nodes)) {
    if (!node.serial || node.phase == last)
      continue;
    int64_t next = node.phase + 1;
    node.serial = llvm::any_of(node.neededBy, [&](unsigned i) {
      return nodes[i].serial ? nodes[i].phase < next : nodes[i].phase <= next;
    });
    node.phase += !node.serial;
  }
}

void Phases::run(Operation *before) {
  if (nodes.empty())
    return;
  assign();
  demoteSerial();
  OpBuilder builder(before);
  struct Phase {
    SmallVector<Operation *> parts, serial;
  };
  std::vector<Phase> phases(last + 1);
  for (Node &node : nodes)
    (node.serial ? phases[node.phase].serial : phases[node.phase].parts).push_back(node.op);
  for (auto &[parts, serial] : phases) {
    if (parts.size() == 1 && serial.empty()) {
      parts.front()->moveBefore(before);
      continue;
    }
    auto launch = kernel::LaunchOp::create(builder, parts.front()->getLoc());
    Block &partList = launch.getParts().emplaceBlock();
    for (Operation *op : parts)
      op->moveBefore(&partList, partList.end());
    if (serial.empty())
      continue;
    Block &serialList = launch.getSerial().emplaceBlock();
    for (Operation *op : serial)
      op->moveBefore(&serialList, serialList.end());
  }
}

/// Kernels are numbered as they run.
static void renumber(kernel::EntryOp entry) {
  Builder builder(entry.getContext());
  int64_t number = 0;
  entry.walk([&](kernel::KernelOpInterface op) {
    if (op.getNumberAttr())
      op.setNumberAttr(builder.getI64IntegerAttr(number++));
  });
}

/// The kernels of a list; loops, ifs and launches stay where they are.
static void groupList(Block &block, const kernel::BufferGroups &memory) {
  // An anchor at the end keeps the order of moves.
  OpBuilder builder = OpBuilder::atBlockEnd(&block);
  Operation *end = kernel::LaunchOp::create(builder, block.getParentOp()->getLoc());
  auto phases = std::make_unique<Phases>(memory);
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (auto kernelOp = dyn_cast<kernel::KernelOpInterface>(op)) {
      phases->add(kernelOp);
    } else if (kernel::isWork(&op)) {
      phases->run(&op);
      phases = std::make_unique<Phases>(memory);
    }
  }
  end->erase();
}

struct GroupLaunches : sinter::passes::impl::GroupLaunchesBase<GroupLaunches> {
  void runOnOperation() override {
    getOperation().walk([](kernel::EntryOp entry) {
      SmallVector<Block *> lists{&entry.getBody().front()};
      entry.walk([&](Operation *op) {
        if (isa<kernel::LoopOp, kernel::IfOp>(op))
          for (Region &region : op->getRegions())
            if (!region.empty())
              lists.push_back(&region.front());
      });
      kernel::BufferGroups memory = kernel::groupBuffers(entry);
      for (Block *list : lists)
        groupList(*list, memory);
      renumber(entry);
    });
  }
};
