//===- SplitReductions.cpp - long reductions to one value are cut into chunks -----------------===//
//
// A map kernel whose only row has more than 65,536 elements becomes two: one row a chunk, which
// leaves partial values, and a kernel over the partial values that ends as the old one did. The
// chunk is a whole number of slices of the outer inner dim that divides it, so it depends on the
// shape only (D1) and more than one thread has work. Kernels whose row arrays need a reduced value
// stay as they are; fusion keeps those apart (FuseMaps.cpp).
//
//===------------------------------------------------------------------------------------------===//
#include "passes/Regions.h"
#include "passes/fuse/Algorithm.h"
#include "passes/lower/Lowering.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace sinter::passes {

static constexpr int64_t kSmallestChunk = 4096;

/// Slices of the split dim that one chunk has: the largest divisor whose chunk is small enough; 0
/// when no chunk of a sensible size divides the dim.
static int64_t chooseSlices(int64_t size, int64_t rest) {
  for (int64_t slices = std::min(size, kChunkElements / std::max<int64_t>(rest, 1)); slices >= 1;
       --slices)
    if (size % slices == 0)
      return slices * rest >= kSmallestChunk ? slices : 0;
  return 0;
}

/// What the two kernels need to know.
struct Split {
  kernel::MapOp op;
  int64_t dim = -1, slices = 0, rest = 1; ///< the split dim
  SmallVector<kernel::ReduceOp> reduces;
  llvm::DenseMap<Value, bool> reduced; ///< depends on a reduced value

  bool analyse();
  void run(EntryBuilder &entry);
  bool isEarly(Operation &inside) const;
  kernel::MapOp makeChunks(EntryBuilder &entry, ArrayRef<Value> partials);
  kernel::MapOp makeCombine(EntryBuilder &entry, ArrayRef<Value> partials);
};

bool Split::analyse() {
  ArrayRef<int64_t> dims = op.getDims(), inner = op.getInner();
  int64_t rows = 1, elements = 1;
  for (auto [d, size] : llvm::enumerate(dims))
    (llvm::is_contained(inner, static_cast<int64_t>(d)) ? elements : rows) *= size;
  if (rows != 1 || elements <= kChunkElements || op.getPadded())
    return false;
  for (int64_t d : inner)
    if (dims[d] > 1) {
      dim = d;
      break;
    }
  rest = elements / dims[dim];
  slices = chooseSlices(dims[dim], rest);
  if (slices == 0 || slices == dims[dim])
    return false;
  for (AffineMap map :
       llvm::drop_begin(op.getMaps().getAsValueRange<AffineMapAttr>(), op.getIns().size()))
    if (llvm::any_of(inner, [&](int64_t d) { return map.isFunctionOfDim(d); }))
      return false;
  for (Operation &inside : op.getBody().front()) {
    bool needs = llvm::any_of(inside.getOperands(), [&](Value v) { return reduced.lookup(v); });
    if (auto reduce = dyn_cast<kernel::ReduceOp>(inside)) {
      if (needs || reduce.getKind() == kernel::ReduceKind::Argmax)
        return false;
      reduces.push_back(reduce);
      reduced[reduce.getResult()] = true;
    } else if (isa<kernel::IndexOp, kernel::PhiloxOp>(inside)) {
      return false; // their dims would have to be put together again
    } else {
      for (Value result : inside.getResults())
        reduced[result] = needs;
    }
  }
  return !reduces.empty();
}

/// True for what is computed before any sum is known.
bool Split::isEarly(Operation &inside) const {
  return llvm::none_of(inside.getResults(), [&](Value v) { return reduced.lookup(v); });
}

/// One row a chunk, which leaves partial values. Kernel dim 0 is the chunk; the old dims follow,
/// the split one cut short.
kernel::MapOp Split::makeChunks(EntryBuilder &entry, ArrayRef<Value> partials) {
  OpBuilder &builder = entry.kernels();
  MLIRContext *context = op.getContext();
  Location loc = op.getLoc();
  Block &body = op.getBody().front();
  ArrayRef<int64_t> dims = op.getDims();
  SmallVector<int64_t> newDims{dims[dim] / slices}, newInner;
  newDims.append(dims.begin(), dims.end());
  newDims[dim + 1] = slices;
  for (int64_t d : op.getInner())
    newInner.push_back(d + 1);
  SmallVector<AffineExpr> replacements;
  for (unsigned d = 0; d < dims.size(); ++d)
    replacements.push_back(getAffineDimExpr(d + 1, context));
  replacements[dim] = getAffineDimExpr(0, context) * slices + getAffineDimExpr(dim + 1, context);
  auto old = llvm::to_vector(op.getMaps().getAsValueRange<AffineMapAttr>());
  SmallVector<AffineMap> maps;
  SmallVector<Value> ins;
  SmallVector<unsigned> used;
  for (auto [i, in] : llvm::enumerate(op.getIns())) {
    if (llvm::none_of(body.getArgument(i).getUsers(), [&](Operation *user) {
          return isa<kernel::ReduceOp>(user) || isEarly(*user);
        }))
      continue;
    used.push_back(i);
    ins.push_back(in);
    maps.push_back(old[i].replaceDimsAndSymbols(replacements, {}, newDims.size(), 0));
  }
  maps.append(partials.size(), AffineMap::get(newDims.size(), 0, getAffineDimExpr(0, context)));
  auto first = kernel::MapOp::create(builder, loc, op.getKernelName(), op.getNumberAttr(), newDims,
                                     newInner, ins, partials, builder.getAffineMapArrayAttr(maps),
                                     false, op.getAlgorithmAttr(), kernel::CpuScheduleAttr());
  Block *firstBody = bodyOf(first.getBody());
  IRMapping mapping;
  for (unsigned i : used)
    mapping.map(body.getArgument(i), firstBody->addArgument(body.getArgument(i).getType(), loc));
  OpBuilder inFirst = OpBuilder::atBlockEnd(firstBody);
  for (Operation &inside : body.without_terminator())
    if (isa<kernel::ReduceOp>(inside) || isEarly(inside))
      inFirst.clone(inside, mapping);
  SmallVector<Value> yielded;
  for (kernel::ReduceOp reduce : reduces)
    yielded.push_back(mapping.lookup(reduce.getResult()));
  kernel::YieldOp::create(inFirst, loc, yielded);
  return first;
}

/// The rest: one row over the chunks. Values that do not vary over the row are read again.
kernel::MapOp Split::makeCombine(EntryBuilder &entry, ArrayRef<Value> partials) {
  OpBuilder &builder = entry.kernels();
  MLIRContext *context = op.getContext();
  Location loc = op.getLoc();
  Block &body = op.getBody().front();
  int64_t chunks = op.getDims()[dim] / slices;
  auto old = llvm::to_vector(op.getMaps().getAsValueRange<AffineMapAttr>());
  SmallVector<Value> ins(partials);
  SmallVector<AffineMap> maps(partials.size(), AffineMap::getMultiDimIdentityMap(1, context));
  SmallVector<unsigned> rowInputs;
  SmallVector<AffineExpr> zeros(op.getDims().size(), getAffineConstantExpr(0, context));
  for (auto [i, in] : llvm::enumerate(op.getIns()))
    if (llvm::none_of(op.getInner(), [&](int64_t d) { return old[i].isFunctionOfDim(d); })) {
      rowInputs.push_back(i);
      ins.push_back(in);
      maps.push_back(old[i].replaceDimsAndSymbols(zeros, {}, 1, 0));
    }
  for (unsigned i = op.getIns().size(); i < old.size(); ++i)
    maps.push_back(old[i].replaceDimsAndSymbols(zeros, {}, 1, 0));
  auto tree = kernel::AlgorithmAttr::get(context, 16);
  std::string name =
      nameKernel("combine", cast<kernel::BufferType>(op.getOuts()[0].getType()).getElementType());
  auto second = kernel::MapOp::create(builder, loc, name, entry.numberKernel(),
                                      ArrayRef<int64_t>{chunks}, ArrayRef<int64_t>{0}, ins,
                                      op.getOuts(), builder.getAffineMapArrayAttr(maps), false,
                                      tree, kernel::CpuScheduleAttr());
  Block *secondBody = bodyOf(second.getBody());
  IRMapping end;
  OpBuilder inSecond = OpBuilder::atBlockEnd(secondBody);
  for (kernel::ReduceOp reduce : reduces)
    secondBody->addArgument(reduce.getType(), loc);
  for (unsigned i : rowInputs)
    end.map(body.getArgument(i), secondBody->addArgument(body.getArgument(i).getType(), loc));
  for (auto [i, reduce] : llvm::enumerate(reduces))
    end.map(reduce.getResult(),
            kernel::ReduceOp::create(inSecond, loc, reduce.getType(), reduce.getKind(),
                                     secondBody->getArgument(i))
                .getResult());
  for (Operation &inside : body)
    if (!isa<kernel::ReduceOp>(inside) &&
        llvm::all_of(inside.getOperands(), [&](Value v) { return end.contains(v); }))
      inSecond.clone(inside, end);
  return second;
}

void Split::run(EntryBuilder &entry) {
  int64_t chunks = op.getDims()[dim] / slices;
  SmallVector<Value> partials;
  for (kernel::ReduceOp reduce : reduces)
    partials.push_back(entry.addTemp(
        op.getLoc(), kernel::BufferType::get(op.getContext(), {chunks}, reduce.getType(), {})));
  kernel::MapOp first = makeChunks(entry, partials), second = makeCombine(entry, partials);
  if (Attribute lines = op->getAttr("contributors")) {
    first->setAttr("contributors", lines);
    second->setAttr("contributors", lines);
  }
  op.erase();
}

void splitReductions(EntryBuilder &entry) {
  SmallVector<kernel::MapOp> ops;
  entry.getEntry().walk([&](kernel::MapOp op) { ops.push_back(op); });
  for (kernel::MapOp op : ops) {
    Split split;
    split.op = op;
    if (split.analyse()) {
      entry.kernels().setInsertionPoint(op);
      split.run(entry);
      entry.kernels().setInsertionPointToEnd(&entry.getEntry().getBody().front());
    }
  }
}

} // namespace sinter::passes
