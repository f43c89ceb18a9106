//===- SplitReductions.cpp - long reductions to one value are cut into chunks -----------------===//
//
// A map kernel of one row whose algorithm has chunks becomes a kernel over the chunks, one row
// each, which leaves partial values and what is stored at every point, and a kernel over the
// partial values that ends as the old one did. A last, shorter chunk is a kernel beside the first.
// So more than one thread has work, and the bits are those of one kernel. Rows whose points need a
// reduced value stay as they are; fusion keeps those apart (FuseMaps.cpp).
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Algorithm.h"
#include "dialects/kernel/Combine.h"
#include "passes/Regions.h"
#include "passes/lower/Lowering.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace sinter::passes {

/// What the kernels need to know.
struct Split {
  kernel::MapOp op;
  kernel::AlgorithmAttr algorithm;
  int64_t dim = -1, slices = 0; ///< the split dim, and its steps in a chunk
  int64_t whole = 0, rest = 0;  ///< chunks of that many; steps of a shorter last one
  SmallVector<AffineMap> maps;  ///< of the old kernel
  SmallVector<kernel::ReduceOp> reduces;
  llvm::DenseMap<Value, bool> reduced; ///< depends on a reduced value
  SmallVector<unsigned> stores, ends;  ///< outs of every point, and of the row

  bool analyse();
  bool findChunks();
  bool sortOuts();
  bool varies(AffineMap map) {
    return llvm::any_of(op.getInner(), [&](int64_t d) { return map.isFunctionOfDim(d); });
  }
  bool isEarly(Operation &inside) const;
  void run(EntryBuilder &entry);
  Value settleIndex(OpBuilder &builder, kernel::IndexOp index, int64_t first);
  void makeChunks(EntryBuilder &entry, StringRef name, IntegerAttr number, int64_t first,
                  int64_t chunks, int64_t length, ArrayRef<Value> partials);
  void makeJoin(EntryBuilder &entry, ArrayRef<Value> partials, ArrayRef<Value> last);
};

bool Split::findChunks() {
  algorithm = op.getAlgorithmAttr();
  // Symbols of maps are numbers of ins, which the kernels do not share.
  if (!algorithm || !algorithm.isCut() || op.hasIndirectAccess())
    return false;
  ArrayRef<int64_t> dims = op.getDims(), inner = op.getInner();
  SmallVector<int64_t> row;
  int64_t rows = 1;
  for (auto [d, size] : llvm::enumerate(dims)) {
    if (llvm::is_contained(inner, static_cast<int64_t>(d)))
      row.push_back(size);
    else
      rows *= size;
  }
  auto loop = kernel::getChunkLoop(algorithm, row);
  if (rows != 1 || !loop ||
      llvm::any_of(ArrayRef(row).take_front(loop->level), [](int64_t size) { return size != 1; }))
    return false;
  dim = inner[loop->level];
  slices = loop->slices;
  whole = dims[dim] / slices;
  rest = dims[dim] % slices;
  return rest == 0 || algorithm.getJoin() == 1;
}

/// Outs of every point must be known before any sum is, those of the row from reduced values and
/// what does not vary over the row.
bool Split::sortOuts() {
  Block &body = op.getBody().front();
  llvm::SmallPtrSet<Value, 16> atEnd;
  for (auto [i, argument] : llvm::enumerate(body.getArguments()))
    if (!varies(maps[i]))
      atEnd.insert(argument);
  for (Operation &inside : body.without_terminator())
    if (isa<kernel::ReduceOp>(inside) ||
        (!isa<kernel::IndexOp>(inside) &&
         llvm::all_of(inside.getOperands(), [&](Value v) { return atEnd.contains(v); })))
      atEnd.insert_range(inside.getResults());
  for (auto [i, value] : llvm::enumerate(body.back().getOperands())) {
    bool everyPoint = varies(maps[op.getIns().size() + i]);
    if (everyPoint ? reduced.lookup(value) : !atEnd.contains(value))
      return false;
    (everyPoint ? stores : ends).push_back(i);
  }
  return true;
}

bool Split::analyse() {
  if (!findChunks())
    return false;
  maps = llvm::to_vector(op.getMaps().getAsValueRange<AffineMapAttr>());
  for (Operation &inside : op.getBody().front()) {
    bool needs = llvm::any_of(inside.getOperands(), [&](Value v) { return reduced.lookup(v); });
    if (auto reduce = dyn_cast<kernel::ReduceOp>(inside)) {
      if (needs || reduce.getKind() == kernel::ReduceKind::Argmax)
        return false;
      reduces.push_back(reduce);
    }
    for (Value result : inside.getResults())
      reduced[result] = needs || isa<kernel::ReduceOp>(inside);
  }
  return !reduces.empty() && sortOuts() && !ends.empty();
}

/// True for what is computed before any sum is known.
bool Split::isEarly(Operation &inside) const {
  return llvm::none_of(inside.getResults(), [&](Value v) { return reduced.lookup(v); });
}

/// The index in a dim of the old kernel, in one whose first chunk is number `first`.
Value Split::settleIndex(OpBuilder &builder, kernel::IndexOp index, int64_t first) {
  Location loc = index.getLoc();
  Type type = index.getType();
  auto indexIn = [&](int64_t d) -> Value { return kernel::IndexOp::create(builder, loc, type, d); };
  int64_t d = static_cast<int64_t>(index.getDim());
  Value inside = indexIn(d + 1);
  if (d != dim)
    return inside;
  bool isFloat = isa<FloatType>(type);
  auto constant = [&](int64_t value) -> Value {
    TypedAttr attribute = isFloat
                              ? TypedAttr(builder.getFloatAttr(type, static_cast<double>(value)))
                              : TypedAttr(builder.getIntegerAttr(type, value));
    return arith::ConstantOp::create(builder, loc, attribute);
  };
  Value chunk = indexIn(0), by = constant(slices), from = constant(first * slices);
  if (isFloat) {
    Value begin = arith::MulFOp::create(builder, loc, chunk, by);
    begin = arith::AddFOp::create(builder, loc, begin, from);
    return arith::AddFOp::create(builder, loc, begin, inside);
  }
  Value begin = arith::MulIOp::create(builder, loc, chunk, by);
  begin = arith::AddIOp::create(builder, loc, begin, from);
  return arith::AddIOp::create(builder, loc, begin, inside);
}

/// One row a chunk. Kernel dim 0 is the chunk; the old dims follow, the split one cut short.
void Split::makeChunks(EntryBuilder &entry, StringRef name, IntegerAttr number, int64_t first,
                       int64_t chunks, int64_t length, ArrayRef<Value> partials) {
  OpBuilder &builder = entry.kernels();
  MLIRContext *context = op.getContext();
  Location loc = op.getLoc();
  Block &body = op.getBody().front();
  ArrayRef<int64_t> dims = op.getDims();
  SmallVector<int64_t> newDims{chunks}, newInner;
  newDims.append(dims.begin(), dims.end());
  newDims[dim + 1] = length;
  for (int64_t d : op.getInner())
    newInner.push_back(d + 1);
  SmallVector<AffineExpr> replacements;
  for (unsigned d = 0; d < dims.size(); ++d)
    replacements.push_back(getAffineDimExpr(d + 1, context));
  AffineExpr begin = (getAffineDimExpr(0, context) + first) * slices;
  replacements[dim] = (chunks == 1 ? getAffineConstantExpr(first * slices, context) : begin) +
                      getAffineDimExpr(dim + 1, context);
  auto place = [&](AffineMap map) {
    return map.replaceDimsAndSymbols(replacements, {}, newDims.size(), 0);
  };
  SmallVector<AffineMap> newMaps;
  SmallVector<Value> ins, outs(partials);
  SmallVector<unsigned> used;
  Operation *yield = &body.back();
  for (auto [i, in] : llvm::enumerate(op.getIns()))
    if (llvm::any_of(body.getArgument(i).getUsers(), [&](Operation *user) {
          return isa<kernel::ReduceOp>(user) || user == yield || isEarly(*user);
        })) {
      used.push_back(i);
      ins.push_back(in);
      newMaps.push_back(place(maps[i]));
    }
  newMaps.append(partials.size(), AffineMap::get(newDims.size(), 0, getAffineDimExpr(0, context)));
  for (unsigned i : stores) {
    outs.push_back(op.getOuts()[i]);
    newMaps.push_back(place(maps[op.getIns().size() + i]));
  }
  auto kernel = kernel::MapOp::create(builder, loc, name, number, newDims, newInner, ins, outs,
                                      builder.getAffineMapArrayAttr(newMaps), op.getPadded(),
                                      algorithm.getPart(), kernel::ScheduleInterface());
  if (Attribute lines = op->getAttr("contributors"))
    kernel->setAttr("contributors", lines);
  Block *fresh = bodyOf(kernel.getBody());
  IRMapping mapping;
  for (unsigned i : used)
    mapping.map(body.getArgument(i), fresh->addArgument(body.getArgument(i).getType(), loc));
  OpBuilder inside = OpBuilder::atBlockEnd(fresh);
  for (Operation &old : body.without_terminator())
    if (auto index = dyn_cast<kernel::IndexOp>(old))
      mapping.map(index.getResult(), settleIndex(inside, index, first));
    else if (isa<kernel::ReduceOp>(old) || isEarly(old))
      inside.clone(old, mapping);
  SmallVector<Value> yielded;
  for (kernel::ReduceOp reduce : reduces)
    yielded.push_back(mapping.lookup(reduce.getResult()));
  for (unsigned i : stores)
    yielded.push_back(mapping.lookupOrDefault(yield->getOperand(i)));
  kernel::YieldOp::create(inside, loc, yielded);
}

Value joinChunks(OpBuilder &builder, Location loc, kernel::ReduceKind kind, Value chunks,
                 Value last) {
  Type element = chunks.getType(), joint = element;
  if (kind == kernel::ReduceKind::Sum || kind == kernel::ReduceKind::Prod)
    joint = kernel::getJoinType(element);
  auto widen = [&](Value value) -> Value {
    return joint == element ? value : arith::ExtFOp::create(builder, loc, joint, value).getResult();
  };
  Value total = kernel::ReduceOp::create(builder, loc, joint, kind, widen(chunks));
  if (last)
    total = kernel::combine(builder, loc, kind, total, widen(last));
  return joint == element ? total : arith::TruncFOp::create(builder, loc, element, total);
}

/// The end: one row over the chunks, then the shorter one. Values that do not vary over the row are
/// read again.
void Split::makeJoin(EntryBuilder &entry, ArrayRef<Value> partials, ArrayRef<Value> last) {
  OpBuilder &builder = entry.kernels();
  MLIRContext *context = op.getContext();
  Location loc = op.getLoc();
  Block &body = op.getBody().front();
  SmallVector<Value> ins(partials), outs;
  SmallVector<AffineMap> newMaps(partials.size(), AffineMap::getMultiDimIdentityMap(1, context));
  ins.append(last.begin(), last.end());
  newMaps.append(last.size(), AffineMap::get(1, 0, getAffineConstantExpr(0, context)));
  SmallVector<unsigned> rowInputs;
  SmallVector<AffineExpr> zeros(op.getDims().size(), getAffineConstantExpr(0, context));
  auto place = [&](AffineMap map) { return map.replaceDimsAndSymbols(zeros, {}, 1, 0); };
  for (auto [i, in] : llvm::enumerate(op.getIns()))
    if (!varies(maps[i])) {
      rowInputs.push_back(i);
      ins.push_back(in);
      newMaps.push_back(place(maps[i]));
    }
  for (unsigned i : ends) {
    outs.push_back(op.getOuts()[i]);
    newMaps.push_back(place(maps[op.getIns().size() + i]));
  }
  Type element = cast<kernel::BufferType>(outs[0].getType()).getElementType();
  auto kernel = kernel::MapOp::create(
      builder, loc, nameKernel("combine", element), entry.numberKernel(), ArrayRef<int64_t>{whole},
      ArrayRef<int64_t>{0}, ins, outs, builder.getAffineMapArrayAttr(newMaps), op.getPadded(),
      algorithm.getJoining(), kernel::ScheduleInterface());
  if (Attribute lines = op->getAttr("contributors"))
    kernel->setAttr("contributors", lines);
  Block *fresh = bodyOf(kernel.getBody());
  IRMapping end;
  OpBuilder inside = OpBuilder::atBlockEnd(fresh);
  for (size_t i = 0; i < partials.size() + last.size(); ++i)
    fresh->addArgument(reduces[i % reduces.size()].getType(), loc);
  for (unsigned i : rowInputs)
    end.map(body.getArgument(i), fresh->addArgument(body.getArgument(i).getType(), loc));
  for (auto [i, reduce] : llvm::enumerate(reduces)) {
    Value rest = last.empty() ? Value() : fresh->getArgument(partials.size() + i);
    end.map(reduce.getResult(),
            joinChunks(inside, loc, reduce.getKind(), fresh->getArgument(i), rest));
  }
  for (Operation &old : body.without_terminator())
    if (!isa<kernel::ReduceOp, kernel::IndexOp>(old) &&
        llvm::all_of(old.getOperands(), [&](Value v) { return end.contains(v); }))
      inside.clone(old, end);
  SmallVector<Value> yielded;
  for (unsigned i : ends)
    yielded.push_back(end.lookup(body.back().getOperand(i)));
  kernel::YieldOp::create(inside, loc, yielded);
}

void Split::run(EntryBuilder &entry) {
  auto makePlaces = [&](int64_t chunks) {
    SmallVector<Value> places;
    for (kernel::ReduceOp reduce : reduces)
      places.push_back(entry.addTemp(
          op.getLoc(), kernel::BufferType::get(op.getContext(), {chunks}, reduce.getType(), {})));
    return places;
  };
  SmallVector<Value> partials = makePlaces(whole), last;
  makeChunks(entry, op.getKernelName(), op.getNumberAttr(), 0, whole, slices, partials);
  if (rest > 0) {
    last = makePlaces(1);
    makeChunks(entry, nameKernel("last_chunk", reduces[0].getType()), entry.numberKernel(), whole,
               1, rest, last);
  }
  makeJoin(entry, partials, last);
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
