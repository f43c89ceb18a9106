//===- Rematerialise.cpp - values that are made again instead of stored -----------------------===//
//
// A cluster's value that others read is followed back to what is in memory anyway: inputs, other
// stored values, small ones. Where its steps, and what readers then read besides, cost fewer cycles
// than to write the value and to read it, every reader makes it again and it is not stored. The
// same steps give the same bits (D1). Reading on: FuseMaps.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/fuse/Rematerialise.h"

#include "dialects/kernel/Cost.h"
#include "mlir/IR/IRMapping.h"

#include <map>

using namespace mlir;
using namespace sinter;
using namespace sinter::passes;

using OpPair = std::pair<Operation *, Operation *>;
using OpPairs = SmallVector<OpPair>;
/// Clusters, with the first of their ops that reads.
using Readers = llvm::MapVector<unsigned, Operation *>;

/// Work that makes a value from what is in memory anyway.
struct Recipe {
  llvm::MapVector<Operation *, int64_t> steps; ///< an element, in an order in which they can run
  llvm::SetVector<Value> leaves;
};

static bool isWork(Operation *op) { return isa<ir::MapOpInterface>(op); }

class Rematerialiser {
public:
  Rematerialiser(ClusterGraph &graph, kernel::TargetInterface target, FusionLog &log,
                 WhyNoKernel whyNoKernel)
      : graph(graph), target(target), log(log), whyNoKernel(whyNoKernel) {}

  void run(ArrayRef<Operation *> order) {
    for (Operation *op : llvm::reverse(order)) // the last one that all else follows from
      keepCommonSource(op);
    for (Operation *op : order)
      if (!removed.contains(op))
        rematerialise(op);
    for (Operation *op : removed)
      op->erase();
  }

private:
  /// True for values in memory while `home` runs, or behind it.
  bool isStored(Value value, const OpSet &home) const {
    return kept.contains(value) || !home.contains(value.getDefiningOp()) ||
           isReadAway(value.getDefiningOp(), home);
  }

  static bool isReadAway(Operation *op, const OpSet &home) {
    return llvm::any_of(op->getUsers(), [&](Operation *user) { return !home.contains(user); });
  }

  /// Adds what makes the result of `op`; false when that is no cheap work, or needs large values
  /// that are not stored.
  bool addToRecipe(Operation *op, const OpSet &home, Recipe &recipe) const {
    std::optional<int64_t> steps = countPlainSteps(op);
    if (!steps)
      return false;
    for (Value operand : op->getOperands()) {
      Operation *maker = operand.getDefiningOp();
      if (getSplatConstant(operand) || recipe.steps.contains(maker))
        continue;
      if (isStored(operand, home) || isMuchSmaller(operand, op->getResult(0)))
        recipe.leaves.insert(operand);
      else if (!addToRecipe(maker, home, recipe))
        return false;
    }
    recipe.steps.insert({op, *steps});
    return true;
  }

  /// How to make again what other clusters read of `op`; nothing when it is not work for theirs.
  std::optional<Recipe> findRecipe(Operation *op, const OpSet &home) const {
    Recipe recipe;
    if (!isWork(op) || op->getNumResults() != 1 || !isReadAway(op, home) ||
        llvm::any_of(op->getUsers(),
                     [&](Operation *user) { return !home.contains(user) && !isWork(user); }) ||
        !addToRecipe(op, home, recipe))
      return std::nullopt;
    return recipe;
  }

  /// Clusters besides its own that read `op`.
  Readers findReaders(Operation *op) const {
    Readers readers;
    for (Operation *user : op->getUsers())
      if (unsigned cluster = graph.getCluster(user); cluster != graph.getCluster(op)) {
        Operation *&first = readers[cluster];
        first = first && first->isBeforeInBlock(user) ? first : user;
      }
    return readers;
  }

  /// True when others read the result of `source` in a wider type only.
  static bool isWidened(Operation *source, const OpSet &home) {
    auto bytes = [](Value value) {
      return kernel::getBytes(cast<RankedTensorType>(value.getType()));
    };
    return llvm::any_of(source->getUsers(), [&](Operation *user) {
      return isWork(user) && user->getNumResults() == 1 && isReadAway(user, home) &&
             bytes(user->getResult(0)) > bytes(source->getResult(0));
    });
  }

  /// Several values that others read may follow from one that none does (a tanh), or a wide one
  /// from a narrow one: that one is stored instead, when it costs less.
  void keepCommonSource(Operation *source) {
    const OpSet &home = membersOf(source);
    Recipe recipe;
    if (!isWork(source) || source->getNumResults() != 1 || isReadAway(source, home) ||
        (countPlainSteps(source) &&
         (!isWidened(source, home) || addToRecipe(source, home, recipe))))
      return;
    Value value = source->getResult(0);
    kept.insert(value);
    double saved = -traffic(value), spent = 0;
    llvm::DenseSet<unsigned> readers;
    for (Operation *op : home)
      if (std::optional<Recipe> recipe = findRecipe(op, home);
          recipe && recipe->leaves.contains(value)) {
        saved += traffic(op->getResult(0));
        for (auto [reader, first] : findReaders(op)) {
          saved += traffic(op->getResult(0));
          readers.insert(reader);
          for (auto [step, count] : recipe->steps)
            spent += cyclesOf(count, value);
        }
      }
    if (spent + static_cast<double>(readers.size()) * traffic(value) >= saved)
      kept.erase(value);
  }

  /// Work that costs less than to store its result and to read it again is done in every cluster
  /// that needs it.
  void rematerialise(Operation *op) {
    std::optional<Recipe> recipe = findRecipe(op, membersOf(op));
    if (!recipe)
      return;
    Readers readers = findReaders(op);
    if (!pays(op->getResult(0), *recipe, readers))
      return;
    OpPairs copies, moved; // copies with what they copy, moved ops with what came behind them
    bool fits = true;
    for (auto [reader, first] : readers) {
      llvm::append_range(copies, copyInto(*recipe, reader, first, moved));
      fits &= whyNoKernel(graph.getMembers(reader)).empty();
    }
    SmallVector<Operation *> unused = findUnused(*recipe);
    OpSet rest = membersOf(op);
    for (Operation *made : unused)
      rest.remove(made);
    fits &= whyNoKernel(rest).empty();
    if (!fits)
      return undo(copies, moved);
    for (auto [copy, made] : copies)
      log.refuse(copy, made, "made again: cheaper than to store and read it");
    llvm::for_each(unused, [&](Operation *made) { drop(made); });
  }

  void undo(ArrayRef<OpPair> copies, ArrayRef<OpPair> moved) {
    for (auto [copy, made] : llvm::reverse(copies)) {
      copy->getResult(0).replaceAllUsesWith(made->getResult(0));
      drop(copy);
    }
    for (auto [copy, next] : llvm::reverse(moved))
      copy->moveBefore(next);
  }

  /// Ops of a recipe that nothing needs any more, users first.
  static SmallVector<Operation *> findUnused(const Recipe &recipe) {
    SmallVector<Operation *> unused;
    for (auto [made, steps] : llvm::reverse(recipe.steps))
      if (llvm::all_of(made->getUsers(),
                       [&](Operation *user) { return llvm::is_contained(unused, user); }))
        unused.push_back(made);
    return unused;
  }

  /// Takes out an op without uses. Its address stays taken: others are known by theirs.
  void drop(Operation *op) {
    graph.remove(op);
    op->dropAllReferences();
    removed.insert(op);
  }

  /// Cycles of writing or reading a value.
  double traffic(Value value) const {
    return kernel::estimateTraffic(target,
                                   kernel::getBytes(cast<RankedTensorType>(value.getType())));
  }

  /// Of `steps` an element of a value.
  double cyclesOf(int64_t steps, Value value) const {
    auto type = cast<RankedTensorType>(value.getType());
    return static_cast<double>(steps * type.getNumElements()) /
           target.getStepsPerCycle(type.getElementType());
  }

  /// True when storing `value` costs more than making it again: the steps, and what the readers
  /// would not read otherwise.
  bool pays(Value value, const Recipe &recipe, const Readers &readers) const {
    double saved = traffic(value), spent = 0;
    for (auto [reader, first] : readers) {
      saved += traffic(value);
      for (auto [op, steps] : recipe.steps)
        spent += isRemade(reader, op) ? 0 : cyclesOf(steps, value);
      for (Value leaf : recipe.leaves)
        if (llvm::none_of(leaf.getUsers(), [&, reader = reader](Operation *user) {
              return graph.contains(user) && graph.getCluster(user) == reader;
            }))
          spent += traffic(leaf);
    }
    return spent < saved;
  }

  bool isRemade(unsigned reader, Operation *op) const {
    auto it = remade.find({reader, op});
    return it != remade.end() && !removed.contains(it->second);
  }

  /// Makes the recipe's ops that `reader` has no copy of before `place`; what it needs comes from
  /// its copies. Returns the new ones with what they copy.
  OpPairs copyInto(const Recipe &recipe, unsigned reader, Operation *place, OpPairs &moved) {
    OpPairs fresh;
    IRMapping mapping;
    OpBuilder builder(place);
    for (auto [op, steps] : recipe.steps) {
      Operation *&copy = remade[{reader, op}];
      if (!copy || removed.contains(copy)) {
        copy = builder.clone(*op, mapping);
        graph.add(copy, reader);
        fresh.push_back({copy, op});
      } else if (place->isBeforeInBlock(copy)) {
        moved.push_back({copy, copy->getNextNode()});
        copy->moveBefore(place);
      }
      mapping.map(op->getResult(0), copy->getResult(0));
    }
    for (auto [copy, op] : fresh)
      op->getResult(0).replaceUsesWithIf(copy->getResult(0), [&](OpOperand &use) {
        return graph.getMembers(reader).contains(use.getOwner());
      });
    return fresh;
  }

  const OpSet &membersOf(Operation *op) const { return graph.getMembers(graph.getCluster(op)); }

  ClusterGraph &graph;
  kernel::TargetInterface target;
  FusionLog &log;
  WhyNoKernel whyNoKernel;
  llvm::DenseSet<Value> kept;           ///< stored for values that are made again of them
  llvm::SetVector<Operation *> removed; ///< without uses and operands; erased at the end
  /// In a cluster: op -> its copy.
  std::map<std::pair<unsigned, Operation *>, Operation *> remade;
};

void passes::rematerialise(ArrayRef<Operation *> order, ClusterGraph &graph,
                           kernel::TargetInterface target, FusionLog &log,
                           WhyNoKernel whyNoKernel) {
  Rematerialiser(graph, target, log, whyNoKernel).run(order);
}
