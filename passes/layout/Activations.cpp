//===- Activations.cpp - how values of three axes and more lie --------------------------------===//
//
// See Activations.h. Kernels of elementwise work follow any form, so they have no say, but what
// they read and write is one region. Each contraction takes its best lanes under the forms of the
// regions around it, and pays for what lies otherwise.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/layout/Activations.h"

#include "dialects/kernel/Cost.h"
#include "dialects/kernel/contract/CostConstants.h"
#include "passes/fuse/Outline.h"

#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/Support/FormatVariadic.h"

#include <map>
#include <set>

using namespace mlir;

namespace sinter::passes {

kernel::LayoutAttr makeBlocks(MLIRContext *context, unsigned rank, unsigned dim) {
  SmallVector<int64_t> perm = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  return kernel::LayoutAttr::get(context, perm, {static_cast<int64_t>(dim)}, {kActivationBlock});
}

static bool isUpdate(Value value) { return !getUpdatedSymbols(value).empty(); }

/// A parameter's new value, or its gradient on the way to the update.
static bool becomesParameter(Value value) {
  auto shape = cast<RankedTensorType>(value.getType()).getShape();
  return isUpdate(value) || llvm::any_of(value.getUsers(), [&](Operation *user) {
           auto fused = dyn_cast<ir::FusedOp>(user);
           return fused && fused.getKind() == ir::FusedKind::Map &&
                  llvm::any_of(fused.getResults(), [&](Value result) {
                    return cast<RankedTensorType>(result.getType()).getShape() == shape &&
                           isUpdate(result);
                  });
         });
}

/// Sums over positions, [n, c]: what one kernel leaves for the next.
static bool isSumOfActivation(Value value) {
  auto fused = value.getDefiningOp<ir::FusedOp>();
  if (!fused || cast<RankedTensorType>(value.getType()).getRank() != 2 || isUpdate(value))
    return false;
  Operation *maker = fused.getBody()
                         .front()
                         .getTerminator()
                         ->getOperand(cast<OpResult>(value).getResultNumber())
                         .getDefiningOp();
  auto map = dyn_cast_or_null<ir::MapOpInterface>(maker);
  return map && map.isPlainSum() && map.getMapDomain().size() == 4;
}

/// Loops read and write their stacks and states row-major: slot t is a piece of memory; streams
/// and prefixes go along rows.
static bool isReadRowMajor(Value value) {
  return llvm::any_of(
      value.getUsers(),
      llvm::IsaPred<ir::ControlOpInterface, ir::StreamOpInterface, ir::RowOpInterface>);
}

static bool isActivation(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return type.getRank() >= 3 && value.getDefiningOp<ir::FusedOp>() && !becomesParameter(value) &&
         !isReadRowMajor(value);
}

namespace {
/// Values that take one form: kernels of elementwise work join what they read and write.
struct Region {
  SmallVector<Value> values;
  SmallVector<unsigned> contractions; ///< that read or write one of them
  std::set<int64_t> candidates{-1};   ///< dims that may be in blocks; -1: row-major
  std::set<int64_t> windows;          ///< dims along which a window reads
  int64_t dim = -1;                   ///< the one chosen
};

/// One entry under decision.
class EntryPlanner {
public:
  EntryPlanner(ir::EntryOp op, std::vector<PlacedContraction> &all, kernel::TargetInterface target,
               AdaptCost adapt)
      : op(op), target(target), adapt(adapt) {
    collectRegions();
    collectContractions(all);
  }

  /// Starts from the best form for all regions alike, then lets each have another one while that
  /// lowers the cost of the contractions and conversions around it.
  void run(LayoutPlan &plan);

private:
  void collectRegions();
  void collectContractions(std::vector<PlacedContraction> &all);
  void addCandidates(const kernel::Contraction &contraction, const kernel::ContractAccess &access,
                     Value value);
  void setLayouts(PlacedContraction &c) const;
  double estimate(unsigned contraction);
  double estimateConversions(const Region &region) const;
  double estimateAround(const Region &region);
  double estimateAll();
  double chooseForAll(std::string &record);
  bool isPromising(const Region &region, int64_t dim) const;
  void improve();
  void apply(LayoutPlan &plan);

  /// How `value` lies with `dim` in blocks; row-major for -1, and where blocks would be padding for
  /// the most part.
  static kernel::LayoutAttr formOf(Value value, int64_t dim) {
    auto type = cast<RankedTensorType>(value.getType());
    return dim < 0 || dim >= type.getRank() || 2 * type.getDimSize(dim) <= kActivationBlock
               ? kernel::LayoutAttr()
               : makeBlocks(value.getContext(), type.getRank(), dim);
  }
  template <class Visit> static void forEachAccess(PlacedContraction &c, Visit visit) {
    for (auto [factor, value] : llvm::zip_equal(c.contraction.factors, c.operands))
      visit(factor, value);
    for (auto [extra, value] : llvm::zip_equal(c.contraction.extras, c.extras))
      visit(extra, value);
    for (auto [result, value] : llvm::zip_equal(c.contraction.results, c.fused.getResults()))
      visit(result, value);
  }

  ir::EntryOp op;
  kernel::TargetInterface target;
  AdaptCost adapt;
  std::vector<Region> regions; ///< in the order of their first values
  llvm::DenseMap<Value, unsigned> regionOf;
  SmallVector<PlacedContraction *> contractions;
  SmallVector<SmallVector<unsigned>> touched; ///< regions of each contraction, in order
  std::map<std::pair<unsigned, SmallVector<int64_t>>, double> known; ///< cycles by forms
  std::map<int64_t, SmallVector<double>> alike; ///< of each contraction, all regions alike
  int64_t best = -1;                            ///< the best form for all regions alike
};
} // namespace

void EntryPlanner::collectRegions() {
  SmallVector<Value> values;
  llvm::EquivalenceClasses<void *> classes;
  auto fusedOps = op.getBody().front().getOps<ir::FusedOp>();
  for (ir::FusedOp fused : fusedOps)
    for (Value value : fused.getResults())
      if (isActivation(value)) {
        values.push_back(value);
        classes.insert(value.getAsOpaquePointer());
      }
  auto rankOf = [](Value value) { return cast<RankedTensorType>(value.getType()).getRank(); };
  for (ir::FusedOp fused : fusedOps) {
    if (fused.getKind() != ir::FusedKind::Map)
      continue;
    llvm::SmallDenseMap<int64_t, Value> first; // by rank
    auto join = [&](Value value) {
      if (!classes.contains(value.getAsOpaquePointer()))
        return;
      Value with = first.try_emplace(rankOf(value), value).first->second;
      classes.unionSets(with.getAsOpaquePointer(), value.getAsOpaquePointer());
    };
    llvm::for_each(fused.getInputs(), join);
    llvm::for_each(fused.getResults(), join);
  }
  llvm::DenseMap<void *, unsigned> numbers;
  for (Value value : values) {
    void *leader = classes.getLeaderValue(value.getAsOpaquePointer());
    auto [number, fresh] = numbers.try_emplace(leader, regions.size());
    if (fresh)
      regions.emplace_back();
    regions[number->second].values.push_back(value);
    regionOf[value] = number->second;
  }
}

/// What moves index `position` of an access.
enum class Movement : uint8_t { None, Alone, Window };

/// Alone: one dim of the domain, by one, or one in whole runs beside another (groups of channels).
/// Blocks along such a position are read whole. The next step of a window leaves a block.
static Movement getMovement(const kernel::Contraction &contraction, AffineMap map,
                            int64_t position) {
  AffineExpr expr = map.getResult(position);
  SmallVector<int64_t> movers;
  for (int64_t d = 0; d < contraction.getRank(); ++d)
    if (contraction.dims[d] != 1 && expr.isFunctionOfDim(d))
      movers.push_back(d);
  if (movers.empty())
    return Movement::None;
  bool runs = llvm::any_of(movers, [&](int64_t d) {
    return getUnitPosition(map, d) == position &&
           (movers.size() == 1 || getRun(map, position, d).value_or(1) > 1);
  });
  return runs ? Movement::Alone : Movement::Window;
}

/// Blocks help a contraction that has the dim on its lanes, or adds over it. Row-major order has
/// the last dim side by side already.
void EntryPlanner::addCandidates(const kernel::Contraction &contraction,
                                 const kernel::ContractAccess &access, Value value) {
  Region &region = regions[regionOf.lookup(value)];
  for (int64_t position = 0; position + 1 < access.map.getNumResults(); ++position) {
    Movement movement = getMovement(contraction, access.map, position);
    if (movement == Movement::Window)
      region.windows.insert(position);
    kernel::LayoutAttr form = formOf(value, position);
    if (movement == Movement::Alone && form && target.isLegal(form))
      region.candidates.insert(position);
  }
}

void EntryPlanner::collectContractions(std::vector<PlacedContraction> &all) {
  for (PlacedContraction &c : all) {
    if (c.fused->getParentOp() != op)
      continue;
    SmallVector<unsigned> mine;
    forEachAccess(c, [&](kernel::ContractAccess &access, Value value) {
      auto region = regionOf.find(value);
      if (region == regionOf.end())
        return;
      if (!llvm::is_contained(mine, region->second))
        mine.push_back(region->second);
      addCandidates(c.contraction, access, value);
    });
    if (mine.empty())
      continue;
    for (unsigned region : mine)
      regions[region].contractions.push_back(contractions.size());
    contractions.push_back(&c);
    touched.push_back(mine);
  }
  for (Region &region : regions)
    for (int64_t window : region.windows)
      region.candidates.erase(window);
}

void EntryPlanner::setLayouts(PlacedContraction &c) const {
  forEachAccess(c, [&](kernel::ContractAccess &access, Value value) {
    if (auto region = regionOf.find(value); region != regionOf.end())
      access.layout = formOf(value, regions[region->second].dim);
  });
}

/// Cycles of a contraction with its best lanes, as its regions lie now.
double EntryPlanner::estimate(unsigned contraction) {
  SmallVector<int64_t> forms;
  for (unsigned region : touched[contraction])
    forms.push_back(regions[region].dim);
  auto [at, fresh] = known.try_emplace({contraction, forms}, 0);
  if (fresh) {
    setLayouts(*contractions[contraction]);
    at->second = chooseLanes(*contractions[contraction], target, adapt);
  }
  return at->second;
}

/// Cycles of having `value` in row-major order, too: a map stores it so beside its own order, what
/// sums leave is moved by a kernel of its own (Rewrite.cpp).
static double estimateConversion(Value value, kernel::TargetInterface target) {
  double traffic = kernel::estimateTraffic(target, getBytes(value));
  bool moved = cast<ir::FusedOp>(value.getDefiningOp()).getKind() != ir::FusedKind::Map;
  return moved ? 2 * traffic + kernel::kKernelCycles : traffic;
}

/// Views, loops and outputs want row-major order.
double EntryPlanner::estimateConversions(const Region &region) const {
  double cycles = 0;
  for (Value value : region.values)
    if (formOf(value, region.dim) &&
        llvm::any_of(value.getUsers(), [](Operation *user) { return !isa<ir::FusedOp>(user); }))
      cycles += estimateConversion(value, target);
  return cycles;
}

double EntryPlanner::estimateAround(const Region &region) {
  double cycles = estimateConversions(region);
  for (unsigned contraction : region.contractions)
    cycles += estimate(contraction);
  return cycles;
}

double EntryPlanner::estimateAll() {
  double cycles = 0;
  for (const Region &region : regions)
    cycles += estimateConversions(region);
  for (unsigned c = 0; c < contractions.size(); ++c)
    cycles += estimate(c);
  return cycles;
}

static std::string nameOf(int64_t dim) {
  return dim < 0    ? "row-major"
         : dim == 0 ? "batch in blocks of 16"
         : dim == 1 ? "channels in blocks of 16"
                    : llvm::formatv("dim {0} in blocks of 16", dim).str();
}

/// Sets the form that is best for all regions that can have it, the others row-major.
double EntryPlanner::chooseForAll(std::string &record) {
  std::set<int64_t> dims;
  for (const Region &region : regions)
    dims.insert(region.candidates.begin(), region.candidates.end());
  auto set = [&](int64_t dim) {
    for (Region &region : regions)
      region.dim = region.candidates.count(dim) ? dim : -1;
  };
  double least = 0;
  for (int64_t dim : dims) {
    set(dim);
    double cycles = estimateAll();
    for (unsigned c = 0; c < contractions.size(); ++c)
      alike[dim].push_back(estimate(c));
    record += llvm::formatv("{0}{1}: {2} cycles", record.empty() ? "activations " : ", ",
                            nameOf(dim), static_cast<int64_t>(cycles))
                  .str();
    if (dim < 0 || cycles < least) {
      least = cycles;
      best = dim;
    }
  }
  set(best);
  return least;
}

/// True when a contraction around the region would rather have the form everywhere, or no
/// conversion is needed without blocks: others are not worth the time.
bool EntryPlanner::isPromising(const Region &region, int64_t dim) const {
  return (dim < 0 && estimateConversions(region) > 0) ||
         llvm::any_of(region.contractions,
                      [&](unsigned c) { return alike.at(dim)[c] < alike.at(best)[c]; });
}

/// Sweeps over the regions until none gains. Every change lowers the cost of the whole, so this
/// ends; a few sweeps are enough, and bound the time.
void EntryPlanner::improve() {
  constexpr int kMostSweeps = 4;
  for (int sweep = 0, changed = 1; sweep < kMostSweeps && changed; ++sweep) {
    changed = 0;
    for (Region &region : regions) {
      int64_t kept = region.dim;
      double least = estimateAround(region);
      for (int64_t dim : region.candidates) {
        if (dim == kept || (dim != best && !isPromising(region, dim)))
          continue;
        std::swap(region.dim, dim);
        double cycles = estimateAround(region);
        if (cycles < least) {
          least = cycles;
          kept = region.dim;
        }
        std::swap(region.dim, dim);
      }
      changed += region.dim != kept;
      region.dim = kept;
    }
  }
}

void EntryPlanner::apply(LayoutPlan &plan) {
  for (PlacedContraction *c : contractions)
    setLayouts(*c);
  for (const Region &region : regions)
    for (Value value : region.values)
      if (kernel::LayoutAttr form = formOf(value, region.dim))
        plan.values[value] = form;
  // Lanes of the batch write sums beside each other.
  auto hasBatchOnLanes = [&](Value value) {
    auto region = regionOf.find(value);
    return region != regionOf.end() && regions[region->second].dim == 0;
  };
  for (auto fused : op.getBody().front().getOps<ir::FusedOp>())
    if (llvm::any_of(fused.getResults(), hasBatchOnLanes) ||
        llvm::any_of(fused.getInputs(), hasBatchOnLanes))
      for (Value value : fused.getResults())
        if (isSumOfActivation(value))
          plan.values[value] = kernel::LayoutAttr::get(value.getContext(), {1, 0}, {}, {});
}

void EntryPlanner::run(LayoutPlan &plan) {
  if (contractions.empty())
    return;
  std::string record;
  double together = chooseForAll(record);
  improve();
  double apart = estimateAll();
  if (apart < together)
    record += llvm::formatv(", each region its own: {0} cycles", static_cast<int64_t>(apart)).str();
  plan.notes[op] = record;
  apply(plan);
}

void planActivations(ModuleOp module, kernel::TargetInterface target,
                     std::vector<PlacedContraction> &contractions, AdaptCost adapt,
                     LayoutPlan &plan) {
  for (auto op : module.getOps<ir::EntryOp>())
    EntryPlanner(op, contractions, target, adapt).run(plan);
}

} // namespace sinter::passes
