//===- CostSchedule.cpp - default schedules ---------------------------------------------------===//
//
// The cost model's first choice, the loop order that keeps the operands of neighbouring tiles in
// cache, and chunks of the k loops where a group of tiles reads the same long operands again and
// again. Reading on: Cost.h.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Cost.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace sinter::kernel {

/// Few rows leave multiply-adds waiting for each other: more lanes then give enough chains. Panels
/// stay as they are.
static int64_t widenLanes(TargetAttr target, const ContractProblem &p,
                          const ContractChoice &choice) {
  int64_t width = getVectorLanes(target, p.element),
          vectors = llvm::divideCeil(choice.tile.nr, width);
  int64_t chains = 4 * std::max<int64_t>(1, target.getFmaPorts()), mr = choice.tile.mr * choice.mr2;
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

static BufferType typeOf(Value buffer) { return cast<BufferType>(buffer.getType()); }

/// Order of the tile grid: other parallel dims outermost, then panels of lanes, then row tiles: a
/// panel of the vector operand stays in cache while the rows of the other stream past it. Of a
/// vector operand beyond L2 the panels go outermost, or stand inside of the dims that cut the rows'
/// operand to pieces, whichever moves fewer bytes; lanes whose operand has other grid dims too (a
/// batch) go outermost.
static SmallVector<int64_t> chooseOrder(TargetAttr target, ContractOp op, const ContractProblem &p,
                                        const ContractChoice &choice) {
  SmallVector<int64_t> others, order;
  bool inB = choice.lanes >= 0 && p.bMap.isFunctionOfDim(choice.lanes);
  AffineMap vectors = inB ? p.bMap : p.aMap, scalars = inB ? p.aMap : p.bMap;
  // A second row dim of the rows' own operand is one of the others.
  bool beside = choice.rows2 >= 0 && choice.lanes >= 0 && !vectors.isFunctionOfDim(choice.rows2) &&
                !vectors.isFunctionOfDim(choice.rows);
  for (int64_t d = 0; d < p.parallel; ++d)
    if (d != choice.lanes && d != choice.rows && (d != choice.rows2 || beside))
      others.push_back(d);
  double room = 0.75 * static_cast<double>(target.getL2()), vectorBytes = 0, rowBytes = 0;
  order = others;
  if (choice.lanes >= 0) {
    vectorBytes = static_cast<double>(typeOf(inB ? op.getB() : op.getA()).getBytes());
    rowBytes = static_cast<double>(typeOf(inB ? op.getA() : op.getB()).getBytes());
    double panels = static_cast<double>(llvm::divideCeil(p.dims[choice.lanes], choice.tile.nr)),
           pieces = 1;
    auto *place = order.end();
    if (llvm::any_of(others, [&](int64_t d) {
          return p.dims[d] > 1 && vectors.isFunctionOfDim(d) && !isStridePhase(p, d);
        })) {
      place = order.begin();
    } else if (vectorBytes > room) {
      place = llvm::find_if(order, [&](int64_t d) {
        pieces *= isWindow(scalars, d) ? 1.0
                                       : static_cast<double>(llvm::divideCeil(
                                             p.dims[d], d == choice.rows2 ? choice.mr2 : 1));
        return isWindow(scalars, d);
      });
      if (vectorBytes + rowBytes * (rowBytes > room ? panels : 1) <=
          rowBytes + vectorBytes * pieces)
        place = order.begin();
    }
    order.insert(place, choice.lanes);
  }
  if (choice.rows2 >= 0 && !beside)
    order.push_back(choice.rows2);
  bool rowsFirst = keepsRowTile(p, choice);
  if (choice.lanes >= 0 && choice.rows >= 0 && choice.rows2 < 0 && order.back() == choice.lanes) {
    // Rows that do not stay in L2 while panels change go by once; the panels do stay.
    double bytes = rowBytes;
    for (int64_t d : others)
      if (scalars.isFunctionOfDim(d) && !(d == choice.rows - 1 && mayMergeRows(p, choice.rows)))
        bytes /= static_cast<double>(p.dims[d]);
    double half = static_cast<double>(target.getL2()) / 2;
    rowsFirst |= bytes > half && vectorBytes <= half;
  }
  if (choice.rows < 0)
    return order;
  auto *place = rowsFirst ? order.end() - 1 : order.end();
  // Windows of the rows' operand overlap: where all of it stays in no cache, all windows of one
  // row tile come before the next row tile.
  if (choice.lanes >= 0 && choice.rows2 < 0 && !isWindow(scalars, choice.rows) && rowBytes > room)
    while (place != order.begin() && isWindow(scalars, place[-1]))
      --place;
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
  // bytes a cycle that L2 gives with ease
  constexpr int64_t kLine = 64, kFewestSteps = 64, kManyBytes = 24;
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
  auto getChunk = [&](const ContractChoice &of) {
    return chooseChunk(target, problem, of, chooseOrder(target, op, problem, of));
  };
  Chunk chunk = getChunk(choice);
  if (choice.lanes >= 0) {
    // Tiles that take turns with operands in L1 stay as they are, unless a larger one needs no
    // turns.
    ContractChoice filled = fillRegisters(target, problem, choice);
    if (chunk.kc == 0)
      filled = chooseRows(target, problem, choice.lanes, /*filled=*/true);
    if (Chunk other = getChunk(filled); chunk.kc == 0 || other.kc == 0) {
      choice = filled;
      chunk = other;
    }
  }
  return CpuScheduleAttr::get(op.getContext(), choice.lanes, choice.rows, choice.tile.mr,
                              widenLanes(target, problem, choice), chunk.kc, choice.rows2,
                              choice.mr2, chunk.group, chunk.order);
}

CpuScheduleAttr chooseSchedule(TargetAttr target, MapOp op) {
  ArrayRef<int64_t> dims = op.getDims();
  auto maps = llvm::to_vector(op.getMaps().getAsValueRange<AffineMapAttr>());
  SmallVector<Value> buffers = llvm::to_vector(op.getIns());
  llvm::append_range(buffers, op.getOuts());
  // Terms of a reduction that other dims repeat are read again for each of their values.
  auto countReads = [&](AffineMap map) {
    double reads = 1;
    if (llvm::any_of(op.getInner(), [&](int64_t d) { return map.isFunctionOfDim(d); }))
      for (auto [d, size] : llvm::enumerate(dims))
        reads *= map.isFunctionOfDim(d) ? 1.0 : static_cast<double>(size);
    return reads;
  };
  // The dim that most bytes are contiguous along and fewest are gathered along; ties go to the last
  // one.
  int64_t lanes = -1;
  double most = 0;
  for (int64_t d = dims.size() - 1; d >= 0; --d) {
    double score = 0;
    for (auto [map, buffer] : llvm::zip_equal(maps, buffers)) {
      BufferType type = typeOf(buffer);
      auto bytes = static_cast<double>(type.getBytes());
      if (map.isFunctionOfDim(d))
        score += isContiguousAlong(map, d, type.getShape(), type.getLayout())
                     ? bytes
                     : -bytes * countReads(map);
    }
    if (dims[d] > 1 && (lanes < 0 || score > most)) {
      most = score;
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
