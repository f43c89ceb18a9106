//===- Cost.cpp - the cost model: tiles, contraction estimates, default schedules
//-----------------===//
//
// Bounds counted: FMA issue with edge waste, load ports, and lanes that would have to be gathered
// or scattered. The constants are properties of register files and ports, never fits to one machine
// (D18).
//
//===----------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Cost.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace sinter::kernel {

static constexpr double kLoadPorts = 2.0; ///< loads a cycle on every CPU this compiler knows
static constexpr double kGatherFactor =
    3.0; ///< a gathered element costs its own load and an insert

int64_t getVectorLanes(TargetAttr target, Type element) {
  unsigned bits = element.isIntOrFloat() ? std::max(8u, element.getIntOrFloatBitWidth()) : 64;
  return std::max<int64_t>(1, target.getVectorBits() / bits);
}

Tile chooseTile(TargetAttr target, Type element, int64_t rows, int64_t lanes) {
  int64_t width = getVectorLanes(target, element);
  int64_t vectors = lanes > width ? 2 : 1;
  // Registers left for accumulators: two for the vector operand, one for the broadcast, one spare;
  // without FMA the product needs its own, and the two-operand forms copy.
  int64_t reserved = target.getHasFma() ? 4 : 8;
  int64_t mrMax = std::clamp<int64_t>((target.getVectorRegisters() - reserved) / vectors, 1, 16);
  RowSplit split = splitRows(std::max<int64_t>(rows, 1), mrMax);
  return {std::max<int64_t>(1, split.big), width * vectors};
}

RowSplit splitRows(int64_t rows, int64_t mr) {
  if (rows <= 0 || mr <= 0)
    return {};
  int64_t tiles = llvm::divideCeil(rows, mr);
  int64_t small = rows / tiles, rest = rows % tiles;
  // `big` is the size of the first `bigTiles`; when all are equal, all are big.
  return rest ? RowSplit{tiles, small + 1, rest} : RowSplit{tiles, small, tiles};
}

int64_t getContiguousDim(ArrayRef<int64_t> shape, LayoutAttr layout) {
  if (shape.empty())
    return -1;
  SmallVector<int64_t> order;
  if (layout) {
    order.append(layout.getPerm().begin(), layout.getPerm().end());
    if (!layout.getBlock().empty())
      return layout.getBlock().back();
  } else {
    order = llvm::to_vector(llvm::seq<int64_t>(0, shape.size()));
  }
  // Trailing dims of size 1 do not separate neighbours.
  for (int64_t dim : llvm::reverse(order))
    if (shape[dim] != 1)
      return dim;
  return order.back();
}

bool isContiguousAlong(AffineMap map, int64_t dim, ArrayRef<int64_t> shape, LayoutAttr layout) {
  int64_t inner = getContiguousDim(shape, layout);
  for (auto [i, expr] : llvm::enumerate(map.getResults())) {
    if (!expr.isFunctionOfDim(dim))
      continue;
    if (static_cast<int64_t>(i) != inner)
      return false;
    // dim + something without dim: unit stride.
    AffineExpr step = expr.replace(getAffineDimExpr(dim, map.getContext()),
                                   getAffineDimExpr(dim, map.getContext()) + 1) -
                      expr;
    auto constant = dyn_cast<AffineConstantExpr>(
        simplifyAffineExpr(step, map.getNumDims(), map.getNumSymbols()));
    if (!constant || constant.getValue() != 1)
      return false;
  }
  return true;
}

ContractCost estimateContract(TargetAttr target, const ContractProblem &p, int64_t lanes,
                              int64_t rows, Tile tile) {
  int64_t laneCount = lanes >= 0 ? p.dims[lanes] : 1, rowCount = rows >= 0 ? p.dims[rows] : 1;
  double rest = 1, reduced = 1, points = 1;
  for (auto [d, size] : llvm::enumerate(p.dims)) {
    bool parallel = static_cast<int64_t>(d) < p.parallel;
    (parallel ? points : reduced) *= static_cast<double>(size);
    if (parallel && static_cast<int64_t>(d) != lanes && static_cast<int64_t>(d) != rows)
      rest *= static_cast<double>(size);
  }
  int64_t width = getVectorLanes(target, p.element);
  double vectors = static_cast<double>(llvm::divideCeil(std::max<int64_t>(laneCount, 1), tile.nr)) *
                   static_cast<double>(llvm::divideCeil(tile.nr, width));
  RowSplit split = splitRows(rowCount, tile.mr);
  ContractCost cost;
  double ports = std::max<int64_t>(1, target.getFmaPorts()) * (target.getHasFma() ? 1.0 : 0.5);
  double steps = rest * reduced;
  // A chain of fewer than ports * latency (4) accumulators leaves issue slots empty.
  double inFlight =
      std::min<double>(1.0, tile.mr * double(llvm::divideCeil(tile.nr, width)) / (ports * 4.0));
  cost.fma = vectors * static_cast<double>(rowCount) * steps / ports / std::max(inFlight, 1e-3);
  // Every tile loads its vectors once a step and broadcasts each of its rows.
  double broadcasts =
      static_cast<double>(rowCount) *
      static_cast<double>(llvm::divideCeil(std::max<int64_t>(laneCount, 1), tile.nr));
  cost.loads = (vectors * static_cast<double>(split.tiles) + broadcasts) * steps / kLoadPorts;
  if (lanes < 0)
    return cost;
  auto usesLanes = [&](AffineMap map) { return map.isFunctionOfDim(lanes); };
  // A gathered vector operand costs one load an element instead of one a vector.
  for (auto [map, shape, layout] : {std::tuple(p.aMap, ArrayRef<int64_t>(p.aShape), p.aLayout),
                                    std::tuple(p.bMap, ArrayRef<int64_t>(p.bShape), p.bLayout)})
    if (usesLanes(map) && !isContiguousAlong(map, lanes, shape, layout))
      cost.scatter +=
          kGatherFactor * static_cast<double>(laneCount) * static_cast<double>(split.tiles) * steps;
  if (!isContiguousAlong(p.outMap, lanes, p.outShape, p.outLayout))
    cost.scatter += kGatherFactor * points * static_cast<double>(p.resultStreams);
  return cost;
}

SmallVector<ContractChoice> rankContractChoices(TargetAttr target, const ContractProblem &p) {
  SmallVector<ContractChoice> choices;
  for (int64_t lanes = p.parallel - 1; lanes >= 0; --lanes) {
    ContractChoice best;
    // Rows come from the operand that the lanes do not touch: each row is one broadcast a step. A
    // dim that both operands use (a batch dim) gives no reuse and is no row dim.
    for (int64_t rows = p.parallel - 1; rows >= -1; --rows) {
      if (rows == lanes)
        continue;
      if (rows >= 0 && p.aMap.isFunctionOfDim(rows) && p.bMap.isFunctionOfDim(rows))
        continue;
      bool lanesInA = p.aMap.isFunctionOfDim(lanes), lanesInB = p.bMap.isFunctionOfDim(lanes);
      if (rows >= 0 && ((lanesInA && p.aMap.isFunctionOfDim(rows)) ||
                        (lanesInB && p.bMap.isFunctionOfDim(rows))))
        continue;
      int64_t rowCount = rows >= 0 ? p.dims[rows] : 1;
      Tile tile = chooseTile(target, p.element, rowCount, p.dims[lanes]);
      ContractCost cost = estimateContract(target, p, lanes, rows, tile);
      if (best.lanes < 0 || cost.total() < best.cost.total())
        best = {lanes, rows, tile, cost};
    }
    choices.push_back(best);
  }
  llvm::sort(choices, [](const ContractChoice &x, const ContractChoice &y) {
    return std::pair(x.cost.total(), -x.lanes) < std::pair(y.cost.total(), -y.lanes);
  });
  if (choices.empty()) {
    ContractChoice none;
    none.cost = estimateContract(target, p, -1, -1, none.tile);
    choices.push_back(none);
  }
  return choices;
}

double estimateTraffic(TargetAttr target, int64_t bytes) {
  // Bytes a core moves a cycle from the level that holds them; below L1 the load ports bound.
  double perCycle = bytes <= target.getL1()   ? 64
                    : bytes <= target.getL2() ? 24
                    : bytes <= target.getL3() ? 8
                                              : 4;
  return static_cast<double>(bytes) / perCycle;
}

static SmallVector<int64_t> shapeOf(Value buffer) {
  return llvm::to_vector(cast<BufferType>(buffer.getType()).getShape());
}

static LayoutAttr layoutOf(Value buffer) { return cast<BufferType>(buffer.getType()).getLayout(); }

ContractProblem getProblem(ContractOp op) {
  ContractProblem p;
  p.dims.assign(op.getDims().begin(), op.getDims().end());
  p.parallel = op.getParallel();
  p.element = op.getEpilogue().front().getArgument(0).getType();
  auto maps = llvm::to_vector(op.getMaps().getAsValueRange<AffineMapAttr>());
  p.aMap = maps[0];
  p.bMap = maps[1];
  unsigned firstOut = 2 + op.getExtras().size();
  p.outMap = maps[firstOut];
  p.aShape = shapeOf(op.getA());
  p.bShape = shapeOf(op.getB());
  p.outShape = shapeOf(op.getOuts()[0]);
  p.aLayout = layoutOf(op.getA());
  p.bLayout = layoutOf(op.getB());
  p.outLayout = layoutOf(op.getOuts()[0]);
  p.resultStreams = llvm::count(llvm::drop_begin(maps, 2), p.outMap);
  return p;
}

TargetAttr getTarget(Operation *op) {
  for (Operation *at = op; at; at = at->getParentOp())
    if (auto target = at->getAttrOfType<TargetAttr>("kernel.target"))
      return target;
  return TargetAttr::get(op->getContext(), "cpu:x86-64", "x86_64-unknown-linux-gnu", "x86-64", "",
                         128, 16, 1, 32768, 262144, 4194304, false);
}

/// Few rows leave multiply-adds waiting for each other: more lanes then give enough chains. Panels
/// stay as they are.
static int64_t widenLanes(TargetAttr target, const ContractProblem &p,
                          const ContractChoice &choice) {
  int64_t width = getVectorLanes(target, p.element),
          vectors = llvm::divideCeil(choice.tile.nr, width);
  int64_t chains = 4 * std::max<int64_t>(1, target.getFmaPorts()), mr = choice.tile.mr;
  int64_t present = choice.lanes >= 0 ? llvm::divideCeil(p.dims[choice.lanes], width) : 1;
  int64_t wanted = std::min<int64_t>(llvm::divideCeil(chains, mr), present);
  while (vectors < wanted && (mr + 1) * (vectors + 1) + 2 <= target.getVectorRegisters())
    ++vectors;
  return std::max(choice.tile.nr, vectors * width);
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

CpuScheduleAttr chooseSchedule(TargetAttr target, ContractOp op) {
  ContractProblem problem = getProblem(op);
  ContractChoice choice = rankContractChoices(target, problem).front();
  // Other parallel dims outermost, then panels of lanes, then row tiles: a panel of the vector
  // operand stays in cache while the rows of the other operand stream past it.
  SmallVector<int64_t> order;
  for (int64_t d = 0; d < static_cast<int64_t>(op.getParallel()); ++d)
    if (d != choice.lanes && d != choice.rows)
      order.push_back(d);
  if (choice.lanes >= 0)
    order.push_back(choice.lanes);
  if (choice.rows >= 0)
    order.insert(keepsRowTile(problem, choice) ? order.end() - 1 : order.end(), choice.rows);
  return CpuScheduleAttr::get(op.getContext(), choice.lanes, choice.rows, choice.tile.mr,
                              widenLanes(target, problem, choice), 0, -1, 1, 0, order);
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
      if (map.isFunctionOfDim(d) && isContiguousAlong(map, d, shapeOf(buffer), layoutOf(buffer)))
        bytes += static_cast<double>(cast<BufferType>(buffer.getType()).getBytes());
    if (dims[d] > 1 && bytes > most) {
      most = bytes;
      lanes = d;
    }
  }
  if (lanes < 0)
    lanes = static_cast<int64_t>(dims.size()) - 1;
  Type element = buffers.empty() ? Type(Float32Type::get(op.getContext()))
                                 : cast<BufferType>(buffers.back().getType()).getElementType();
  SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(0, dims.size()));
  return CpuScheduleAttr::get(op.getContext(), lanes, -1, 1, getVectorLanes(target, element), 0,
                              -1, 1, 0, order);
}

} // namespace sinter::kernel
