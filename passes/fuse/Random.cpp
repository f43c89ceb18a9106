//===- Random.cpp - random values are made where they are read --------------------------------===//
//
// A random number is a function of seed, stream, step and element (D2), so it can be made again
// instead of stored: a dropout's mask is made in its forward and in its backward kernel. Those are
// map kernels: a sum's epilogue is written out for every vector of a tile, and the code is long.
// Reading on: FuseContractions.cpp (which does this first, and leaves such work to FuseMaps.cpp).
//
//===------------------------------------------------------------------------------------------===//
#include "passes/fuse/Outline.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace sinter::passes {

static constexpr size_t kMaxChain = 8; ///< ops that are rather made again than stored

static bool isScalar(Value value) {
  return cast<RankedTensorType>(value.getType()).getNumElements() == 1 || getSplatConstant(value);
}

/// Draws random numbers itself: as its scalar code says.
static bool draws(ir::MapOpInterface map) {
  Block scratch;
  OpBuilder builder(map.getContext());
  builder.setInsertionPointToEnd(&scratch);
  SmallVector<Value> scalars, results;
  for (Value operand : map->getOperands())
    scalars.push_back(scratch.addArgument(getElementTypeOrSelf(operand.getType()), map.getLoc()));
  map.buildBody(builder, map.getLoc(), scalars, results);
  return !scratch.getOps<kernel::PhiloxOp>().empty();
}

/// `op` and the ops behind it, itself first; empty when it needs more than random numbers and
/// scalars, when it draws none, or when there are too many.
static OpSet findChain(Operation *op) {
  OpSet chain;
  chain.insert(op);
  bool random = false;
  for (size_t i = 0; i < chain.size(); ++i) {
    auto map = dyn_cast_or_null<ir::MapOpInterface>(chain[i]);
    if (!map || chain.size() > kMaxChain || map->getNumResults() != 1 ||
        isScalar(map->getResult(0)) || !map.getInnerDims().empty() || map.readsPadded())
      return {};
    bool leaf = true;
    for (Value operand : map->getOperands())
      if (!isScalar(operand)) {
        chain.insert(operand.getDefiningOp());
        leaf = false;
      }
    random |= leaf && draws(map);
  }
  return random ? chain : OpSet();
}

bool isRandom(Operation *op) { return !findChain(op).empty(); }

void rematerialiseRandom(Block &block, FusionLog &log) {
  SmallVector<Operation *> random;
  for (Operation &op : block)
    if (isRandom(&op))
      random.push_back(&op);
  for (Operation *op : llvm::reverse(random)) {
    // An output, and what a sum of products reads, is stored anyway.
    bool stored = llvm::any_of(op->getUsers(),
                               [](Operation *user) { return !isa<ir::MapOpInterface>(user); });
    if (!stored && !llvm::all_equal(op->getUsers()))
      for (OpOperand &use : llvm::make_early_inc_range(op->getUses())) {
        OpBuilder builder(use.getOwner());
        IRMapping copies;
        for (Operation *maker : inBlockOrder(findChain(op)))
          builder.clone(*maker, copies);
        use.set(copies.lookup(op->getResult(0)));
        log.refuse(use.get().getDefiningOp(), op,
                   "made again: it needs random numbers and the point alone");
      }
    if (op->use_empty())
      op->erase();
  }
}

} // namespace sinter::passes
