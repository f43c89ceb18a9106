//===- CostSchedule.cpp - default schedules
//------------------------------------------------------------------------===//
//
// The cost model's first choice, the loop order that keeps the operands of neighbouring tiles in
// cache, and chunks of the k loops where a group of tiles reads the same long operands again and
// again. Reading on: Cost.h.
//
//===----------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Cost.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace sinter::kernel {

/// More lanes for tiles of few rows, whose multiply-adds wait for each other and whose broadcasts
/// crowd the load ports: as many vectors as chains need, then as many as pay and find registers.
/// Panels stay as they are.
static int64_t widenLanes(TargetAttr target, const ContractProblem &p,
                          const ContractChoice &choice) {
  constexpr int64_t kMostVectors = 4; // beyond what chains need
  int64_t width = getVectorLanes(target, p.element),
          vectors = llvm::divideCeil(choice.tile.nr, width);
  int64_t chains = 4 * std::max<int64_t>(1, target.getFmaPorts()), mr = choice.tile.mr * choice.mr2;
  int64_t present = choice.lanes >= 0 ? llvm::divideCeil(p.dims[choice.lanes], width) : 1;
  int64_t wanted = std::min<int64_t>(llvm::divideCeil(chains, mr), present);
  auto fits = [&](int64_t v) { return (mr + 1) * v + 2 <= target.getVectorRegisters(); };
  while (vectors < wanted && fits(vectors + 1))
    ++vectors;
  auto getPorts = [&](int64_t v) {
    Tile tile{choice.tile.mr, v * width};
    return estimateContract(target, p, choice.lanes, choice.rows, tile, choice.rows2, choice.mr2)
        .loads;
  };
  int64_t best = vectors;
  if (choice.rows >= 0 && choice.lanes >= 0)
    for (int64_t v = vectors + 1; v <= std::min(present, kMostVectors) && fits(v); ++v)
      if (getPorts(v) < getPorts(best))
        best = v;
  return std::max(choice.tile.nr, best * width);
}

/// True when the operand that is broadcast has its reduced elements apart, line by line: then its
/// tile should stay in cache while panels of the other operand, which lie one after the other,
/// stream past it.
static bool keepsRowTile(const ContractProblem &p, const ContractChoice &choice) {
  if (choice.lanes < 0 || choice.rows < 0 || p.dims.size() != static_cast<size_t>(p.parallel) + 1)
    return false;
  bool lanesInB = p.bMap.isFunctionOfDim(choice.lanes);
  return lanesInB ? !isContiguousAlong(p.aMap, p.parallel, p.aShape, p.aLayout)
                  : !isContiguousAlong(p.bMap, p.parallel, p.bShape, p.bLayout);
}

static BufferType typeOf(Value buffer) { return cast<BufferType>(buffer.getType()); }

/// An index of `map` that is more than the dim alone: neighbours along `dim` share elements.
static bool isWindow(AffineMap map, int64_t dim) {
  return llvm::any_of(map.getResults(), [&](AffineExpr expr) {
    return expr.isFunctionOfDim(dim) && !isa<AffineDimExpr>(expr);
  });
}

/// Order of the tile grid: other parallel dims outermost, then panels of lanes, then row tiles: a
/// panel of the vector operand stays in cache while the rows of the other stream past it. A vector
/// operand beyond L2 goes by once, its panels outermost; so do lanes whose operand has other grid
/// dims too (a batch).
static SmallVector<int64_t> chooseOrder(TargetAttr target, ContractOp op, const ContractProblem &p,
                                        const ContractChoice &choice) {
  SmallVector<int64_t> others, order;
  for (int64_t d = 0; d < p.parallel; ++d)
    if (d != choice.lanes && d != choice.rows && d != choice.rows2)
      others.push_back(d);
  if (choice.lanes < 0) {
    order = others;
  } else {
    bool inB = p.bMap.isFunctionOfDim(choice.lanes);
    AffineMap vectors = inB ? p.bMap : p.aMap;
    bool first = typeOf(inB ? op.getB() : op.getA()).getBytes() > target.getL2() / 2 ||
                 llvm::any_of(others, [&](int64_t d) {
                   return p.dims[d] > 1 && vectors.isFunctionOfDim(d);
                 });
    if (!others.empty() && first) {
      order.push_back(choice.lanes);
      llvm::append_range(order, others);
    } else {
      order = others;
      order.push_back(choice.lanes);
    }
  }
  if (choice.rows2 >= 0)
    order.push_back(choice.rows2);
  bool rowsFirst = keepsRowTile(p, choice);
  if (choice.lanes >= 0 && choice.rows >= 0 && choice.rows2 < 0 && order.back() == choice.lanes) {
    // Rows that do not stay in L2 while panels change go by once; the panels do stay.
    bool inB = p.bMap.isFunctionOfDim(choice.lanes);
    double bytes = static_cast<double>(typeOf(inB ? op.getA() : op.getB()).getBytes());
    for (int64_t d : others)
      if ((inB ? p.aMap : p.bMap).isFunctionOfDim(d) &&
          !(d == choice.rows - 1 && mayMergeRows(p, choice.rows)))
        bytes /= static_cast<double>(p.dims[d]);
    rowsFirst |= bytes > static_cast<double>(target.getL2()) / 2 &&
                 typeOf(inB ? op.getB() : op.getA()).getBytes() <= target.getL2() / 2;
  }
  if (choice.rows < 0)
    return order;
  auto *place = rowsFirst ? order.end() - 1 : order.end();
  // Windows of the rows' operand overlap: where all of it stays in no cache, all windows of one
  // row tile come before the next row tile.
  if (choice.lanes >= 0 && choice.rows2 < 0) {
    bool inB = p.bMap.isFunctionOfDim(choice.lanes);
    AffineMap map = inB ? p.aMap : p.bMap;
    if (!isWindow(map, choice.rows) &&
        typeOf(inB ? op.getA() : op.getB()).getBytes() > target.getL2() / 2)
      while (place != order.begin() && isWindow(map, place[-1]))
        --place;
  }
  order.insert(place, choice.rows);
  return order;
}

namespace {
struct Chunk {
  int64_t kc = 0, group = 0;
  SmallVector<int64_t> order;
};
} // namespace

/// Long sums whose operands both move with every k step (gradients of filters) are cut so that the
/// operands of one chunk stay in L1 while all tiles that share the vector operand's rows take their
/// turn.
static Chunk chooseChunk(TargetAttr target, const ContractProblem &p, const ContractChoice &choice,
                         SmallVector<int64_t> order) {
  constexpr int64_t kLine = 64, kFewestSteps = 64,
                    kManyBytes = 24; // bytes a cycle that L2 gives with ease
  bool across = p.sumLanes == 16;
  int64_t reducedDims = static_cast<int64_t>(p.dims.size()) - p.parallel, all = 1, bytes = 0,
          inner = p.dims.size() - 1;
  if (reducedDims < 2 + across)
    return {0, 0, order};
  for (int64_t d = p.parallel; d < static_cast<int64_t>(p.dims.size()); ++d) {
    all *= p.dims[d];
    // A dim that only one operand has is a tap: the other is read again anyway.
    if (p.dims[d] > 1 && (!p.aMap.isFunctionOfDim(d) || !p.bMap.isFunctionOfDim(d)))
      return {0, 0, order};
  }
  int64_t element = p.element.getIntOrFloatBitWidth() / 8, lanes = across ? inner : choice.lanes;
  SmallVector<int64_t> group;
  for (auto [map, shape, layout] : {std::tuple(p.aMap, ArrayRef<int64_t>(p.aShape), p.aLayout),
                                    std::tuple(p.bMap, ArrayRef<int64_t>(p.bShape), p.bLayout)}) {
    bool vector = lanes >= 0 && map.isFunctionOfDim(lanes),
         scalars = !vector && isContiguousAlong(map, inner, shape, layout);
    // A step's own: vectors, scalars of lines that the next steps use up, or a line for itself.
    int64_t mine = vector ? (across ? 16 : choice.tile.nr) * element : scalars ? element : kLine;
    for (auto [dim, mr] :
         {std::pair(choice.rows, choice.tile.mr), std::pair(choice.rows2, choice.mr2)})
      if (dim >= 0 && map.isFunctionOfDim(dim) &&
          (scalars || (vector && !isWindow(map, dim)))) // rows of a window overlap
        mine *= mr;
    bytes += mine;
  }
  double width = static_cast<double>(getVectorLanes(target, p.element)),
         lanesOfTile = across ? 16 : choice.tile.nr;
  double cycles =
      static_cast<double>(choice.tile.mr * choice.mr2) * lanesOfTile / width / target.getFmaPorts();
  if (static_cast<double>(bytes) < kManyBytes * cycles)
    return {0, 0, order};
  // Tiles of one group differ in dims that only the second operand of each has: the first one
  // stays.
  auto gridDims = [&](AffineMap map) {
    return llvm::count_if(llvm::seq<int64_t>(0, p.parallel),
                          [&](int64_t d) { return map.isFunctionOfDim(d); });
  };
  bool keepsB = across ? gridDims(p.bMap) < gridDims(p.aMap) : p.bMap.isFunctionOfDim(choice.lanes);
  AffineMap kept = keepsB ? p.bMap : p.aMap;
  SmallVector<int64_t> outer;
  for (int64_t d : order)
    (kept.isFunctionOfDim(d) ? outer : group).push_back(d);
  int64_t steps =
      std::max<int64_t>(kFewestSteps, target.getL1() * 3 / 4 / bytes) * (across ? 16 : 1);
  if (group.empty() || steps * 2 > all)
    return {0, 0, order};
  // Dims in their own order: taps, which share lines, innermost.
  llvm::sort(group);
  llvm::append_range(outer, group);
  return {steps, static_cast<int64_t>(group.size()), outer};
}

CpuScheduleAttr chooseSchedule(TargetAttr target, ContractOp op) {
  ContractProblem problem = getProblem(op);
  dropUnits(problem);
  ContractChoice choice = rankContractChoices(target, problem).front();
  choice.tile.nr = widenLanes(target, problem, choice);
  SmallVector<int64_t> order = chooseOrder(target, op, problem, choice);
  Chunk chunk = chooseChunk(target, problem, choice, order);
  return CpuScheduleAttr::get(op.getContext(), choice.lanes, choice.rows, choice.tile.mr,
                              choice.tile.nr, chunk.kc, choice.rows2, choice.mr2, chunk.group,
                              chunk.order);
}

CpuScheduleAttr chooseSchedule(TargetAttr target, MapOp op) {
  ArrayRef<int64_t> dims = op.getDims();
  auto maps = llvm::to_vector(op.getMaps().getAsValueRange<AffineMapAttr>());
  SmallVector<Value> buffers = llvm::to_vector(op.getIns());
  llvm::append_range(buffers, op.getOuts());
  // The dim that most bytes are contiguous along; ties go to the last one.
  int64_t lanes = -1;
  double most = -1;
  for (int64_t d = dims.size() - 1; d >= 0; --d) {
    double bytes = 0;
    for (auto [map, buffer] : llvm::zip_equal(maps, buffers))
      if (map.isFunctionOfDim(d) &&
          isContiguousAlong(map, d, typeOf(buffer).getShape(), typeOf(buffer).getLayout()))
        bytes += static_cast<double>(typeOf(buffer).getBytes());
    if (dims[d] > 1 && bytes > most) {
      most = bytes;
      lanes = d;
    }
  }
  if (lanes < 0)
    lanes = static_cast<int64_t>(dims.size()) - 1;
  Type element = buffers.empty() ? Type(Float32Type::get(op.getContext()))
                                 : typeOf(buffers.back()).getElementType();
  SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(0, dims.size()));
  return CpuScheduleAttr::get(op.getContext(), lanes, -1, 1, getVectorLanes(target, element), 0, -1,
                              1, 0, order);
}

} // namespace sinter::kernel
