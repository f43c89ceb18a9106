//===- LowerFused.cpp - one sinter.fused becomes one kernel -----------------------------------===//
//
// Replays the domain (passes/fuse/Domain.h), gives every (value, access) that comes from outside
// one block argument, and lets each op write its own scalar code (MapOpInterface::buildBody). Kind
// contraction: operands 0 and 1 of the sum are a and b, the rest is the epilogue. Next:
// Schedule.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/lower/FusedLowering.h"

using namespace mlir;

namespace sinter::passes {

LogicalResult FusedLowering::analyse() {
  std::string why;
  for (Operation &op : fused.getBody().front().without_terminator()) {
    if (op.hasTrait<OpTrait::ConstantLike>())
      continue;
    ops.push_back(&op);
    if (auto contraction = dyn_cast<ir::ContractionOpInterface>(op))
      root = contraction;
  }
  if (root)
    domain = Domain::ofContraction(root);
  for (Operation *op : ops)
    if (op != root && !domain.add(op, why))
      return refuseMember(fused, op, why);
  dims = root ? root.getContractionDomain().size() : domain.getSizes().size();
  algorithm = fused.getAlgorithmAttr();
  return success();
}

/// The buffer behind views that only add or drop dims of size 1, and the access to it: the same
/// element is read once.
static Value skipUnitViews(Value buffer, AffineMap &map) {
  while (auto view = buffer.getDefiningOp<kernel::ViewOp>()) {
    auto from = cast<kernel::BufferType>(view.getSource().getType()).getShape();
    auto to = cast<kernel::BufferType>(view.getType()).getShape();
    SmallVector<AffineExpr> kept, exprs;
    SmallVector<int64_t> keptSizes;
    for (auto [expr, size] : llvm::zip_equal(map.getResults(), to))
      if (size != 1) {
        kept.push_back(expr);
        keptSizes.push_back(size);
      }
    unsigned next = 0;
    for (int64_t size : from) {
      if (size == 1) {
        exprs.push_back(getAffineConstantExpr(0, map.getContext()));
        continue;
      }
      if (next == kept.size() || keptSizes[next] != size)
        return buffer;
      exprs.push_back(kept[next++]);
    }
    if (next != kept.size())
      return buffer;
    map = AffineMap::get(map.getNumDims(), map.getNumSymbols(), exprs, map.getContext());
    buffer = view.getSource();
  }
  return buffer;
}

/// An access of the op over the kernel's dims: symbols are the numbers of the reads that give
/// their values.
AffineMap FusedLowering::settleSymbols(Operation *op, AffineMap map) {
  if (map.getNumSymbols() == 0)
    return widen(map);
  SmallVector<AffineExpr> symbols;
  unsigned count = 0;
  for (unsigned i : cast<ir::MapOpInterface>(op).getIndexOperands()) {
    unsigned number = readNumber.lookup(getRead(op, i));
    symbols.push_back(getAffineSymbolExpr(number, map.getContext()));
    count = std::max(count, number + 1);
  }
  return map.replaceDimsAndSymbols({}, symbols, dims, count);
}

/// Buffer and access of operand `i`, which comes from outside.
std::pair<Value, AffineMap> FusedLowering::getRead(Operation *op, unsigned i) {
  return getRead(op, i, domain.getOperandAccess(op, i));
}

/// The same with an access over the kernel's dims.
std::pair<Value, AffineMap> FusedLowering::getRead(Operation *op, unsigned i, AffineMap access) {
  AffineMap map = settleSymbols(op, access);
  Value buffer = bufferOf(op->getOperand(i));
  if (!domain.readsPadded())
    buffer = skipUnitViews(buffer, map);
  return {buffer, map};
}

void FusedLowering::addRead(Operation *op, std::pair<Value, AffineMap> read) {
  auto [buffer, map] = read;
  if (readNumber.try_emplace({buffer, map}, reads.size()).second) {
    reads.push_back(buffer);
    readMaps.push_back(map);
    // An index that is out of range names the line of the op that reads there.
    readLocs.push_back(map.getNumSymbols() ? op->getLoc() : fused.getLoc());
  }
}

void FusedLowering::collectReads() {
  for (Operation *op : ops) {
    if (op == root || isUnitView(op))
      continue;
    auto map = cast<ir::MapOpInterface>(op);
    for (unsigned i : map.getIndexOperands())
      addRead(op, getRead(op, i));
    for (auto [i, operand] : llvm::enumerate(op->getOperands()))
      if (isa<BlockArgument>(operand) && map.getBaseOperand() != i)
        addRead(op, getRead(op, i));
    for (auto [i, access] : map.getSecondReads())
      addRead(op, getRead(op, i, domain.place(op, access)));
  }
}

void FusedLowering::addReads(Block *body) {
  for (auto [buffer, loc] : llvm::zip_equal(reads, readLocs))
    body->addArgument(cast<kernel::BufferType>(buffer.getType()).getElementType(), loc);
}

/// What `op` adds to, in front of the kernel that adds.
void FusedLowering::writeBase(Operation *op, ValueRange to) {
  Value base = op->getOperand(*cast<ir::MapOpInterface>(op).getBaseOperand());
  if (DenseElementsAttr constant = getSplatConstant(base)) {
    auto value = cast<TypedAttr>(constant.getSplatValue<Attribute>());
    for (Value place : to)
      entry.addFill(op->getLoc(), "fill", value, place);
  } else {
    entry.addCopy(op->getLoc(), "copy", bufferOf(base), to);
  }
}

/// Sums of chunks lie as the largest result does, one chunk after the other.
kernel::LayoutAttr FusedLowering::partialLayout() {
  for (auto [out, map] : llvm::zip_equal(outs, outMaps)) {
    auto type = cast<kernel::BufferType>(out.getType());
    kernel::LayoutAttr layout = type.getLayout();
    if (!layout || !map.isProjectedPermutation() ||
        ArrayRef<int64_t>(type.getShape()) != domain.getSizes())
      continue;
    // Chunk first, then the result's dims where its access finds them.
    auto dimOf = [&](int64_t index) {
      return static_cast<int64_t>(cast<AffineDimExpr>(map.getResult(index)).getPosition()) + 1;
    };
    SmallVector<int64_t> perm{0}, block;
    llvm::append_range(perm, llvm::map_range(layout.getPerm(), dimOf));
    llvm::append_range(block, llvm::map_range(layout.getBlock(), dimOf));
    return kernel::LayoutAttr::get(layout.getContext(), perm, block, layout.getBy());
  }
  return {};
}

/// `outer` * `size` + `inner`, in the type of both.
static Value combineIndices(OpBuilder &b, Location loc, Value outer, int64_t size, Value inner) {
  Type type = outer.getType();
  if (isa<FloatType>(type)) {
    auto factor =
        arith::ConstantOp::create(b, loc, b.getFloatAttr(type, static_cast<double>(size)));
    return arith::AddFOp::create(b, loc, arith::MulFOp::create(b, loc, outer, factor), inner);
  }
  auto factor = arith::ConstantOp::create(b, loc, b.getIntegerAttr(type, size));
  return arith::AddIOp::create(b, loc, arith::MulIOp::create(b, loc, outer, factor), inner);
}

/// The scalar code of `op`, all behind `last` (null: all of `body`), and its `results` speak of the
/// op's own dims; makes them speak of the kernel's.
void FusedLowering::settleIndices(Operation *op, Block *body, Operation *last,
                                  MutableArrayRef<Value> results) {
  auto written =
      llvm::make_range(last ? std::next(last->getIterator()) : body->begin(), body->end());
  for (Operation &step : llvm::make_early_inc_range(written)) {
    auto index = dyn_cast<kernel::IndexOp>(step);
    if (!index)
      continue;
    MappedDim place = domain.getDimMapping(op)[index.getDim()];
    if (place.kind == MappedDim::Kind::Single) {
      index.setDim(place.dim);
      continue;
    }
    OpBuilder at(index);
    Location loc = index.getLoc();
    Type type = index.getType();
    Value made;
    if (place.isCollapsed()) {
      Value outer = kernel::IndexOp::create(at, loc, type, place.dim);
      Value inner = kernel::IndexOp::create(at, loc, type, place.inner);
      made = combineIndices(at, loc, outer, domain.getSizes()[place.inner], inner);
    } else {
      made = arith::ConstantOp::create(at, loc, at.getZeroAttr(type));
    }
    index.replaceAllUsesWith(made);
    llvm::replace(results, Value(index), made);
    index.erase();
  }
}

/// `body` has its arguments. `sum` is the contraction's value; by default the first argument.
void FusedLowering::buildBody(Block *body, unsigned firstRead, Value sum) {
  OpBuilder builder = OpBuilder::atBlockEnd(body);
  auto readOf = [&](std::pair<Value, AffineMap> read) {
    return body->getArgument(firstRead + readNumber.lookup(read));
  };
  if (root)
    scalars[root->getResult(0)] = sum ? sum : body->getArgument(0);
  for (Operation *op : ops) {
    if (op == root)
      continue;
    if (isUnitView(op)) {
      scalars[op->getResult(0)] = scalars.lookup(op->getOperand(0));
      continue;
    }
    SmallVector<Value> operands, results;
    if (root && cast<ir::MapOpInterface>(op).isPlainSum()) { // the out adds up what is stored
      scalars[op->getResult(0)] = scalars.lookup(op->getOperand(0));
      continue;
    }
    auto base = cast<ir::MapOpInterface>(op).getBaseOperand();
    for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
      if (base == i) {
        operands.push_back({}); // what the out holds before
      } else if (DenseElementsAttr constant = getSplatConstant(operand)) {
        operands.push_back(arith::ConstantOp::create(
            builder, op->getLoc(), cast<TypedAttr>(constant.getSplatValue<Attribute>())));
      } else if (isa<BlockArgument>(operand)) {
        operands.push_back(readOf(getRead(op, i)));
      } else {
        operands.push_back(scalars.lookup(operand));
      }
    }
    for (auto [i, access] : cast<ir::MapOpInterface>(op).getSecondReads())
      operands.push_back(readOf(getRead(op, i, domain.place(op, access))));
    Operation *last = body->empty() ? nullptr : &body->back();
    cast<ir::MapOpInterface>(op).buildBody(builder, op->getLoc(), operands, results);
    settleIndices(op, body, last, results);
    for (auto [result, scalar] : llvm::zip_equal(op->getResults(), results))
      scalars[result] = scalar;
  }
  SmallVector<Value> yielded;
  Operation *terminator = fused.getBody().front().getTerminator();
  for (auto [value, result] : llvm::zip_equal(terminator->getOperands(), fused.getResults()))
    yielded.append(cutSums.contains(result) ? 1 : std::max<size_t>(1, placesOf(result).size()),
                   scalars.lookup(value));
  kernel::YieldOp::create(builder, fused.getLoc(), yielded);
}

void FusedLowering::makeOuts() {
  Operation *terminator = fused.getBody().front().getTerminator();
  for (auto [value, result] : llvm::zip_equal(terminator->getOperands(), fused.getResults())) {
    SmallVector<Value> at(placesOf(result));
    if (at.empty())
      at.push_back(entry.addTemp(value.getLoc(), getBufferType(result.getType())));
    buffers[result] = at.front();
    Operation *maker = value.getDefiningOp();
    AffineMap access = settleSymbols(
        maker, domain.getResultAccess(maker, cast<OpResult>(value).getResultNumber()));
    auto map = dyn_cast<ir::MapOpInterface>(maker);
    bool hasBase = map && map.getBaseOperand();
    if (hasBase)
      writeBase(maker, at);
    adds.append(at.size(), hasBase);
    bool isSum = root && isPlainSum(value);
    if (std::optional<CutSum> cut = isSum ? cutSum(value) : std::nullopt) {
      cut->places = at;
      at = {cut->partial};
      access = AffineMap::get(dims, 0, access.getResults(), access.getContext())
                   .insertResult(cut->chunk, 0);
      cutSums.insert({result, std::move(*cut)});
    }
    outs.append(at);
    outMaps.append(at.size(), access);
    sums.append(at.size(), isSum);
  }
}

/// A sum of products with its epilogue in one kernel.
void FusedLowering::makeContraction(StringRef name) {
  OpBuilder &builder = entry.kernels();
  SmallVector<AffineMap> maps{root.getOperandAccess(0), root.getOperandAccess(1)};
  maps.append(readMaps);
  maps.append(outMaps);
  auto flags = llvm::is_contained(sums, true) ? ArrayRef<bool>(sums) : ArrayRef<bool>();
  auto op = kernel::ContractOp::create(
      builder, fused.getLoc(), name, entry.numberKernel(), root.getContractionDomain(),
      root.getParallelDims(), bufferOf(root->getOperand(0)), bufferOf(root->getOperand(1)), reads,
      outs, builder.getAffineMapArrayAttr(maps), flags, domain.readsPadded(), algorithm,
      kernel::ScheduleInterface());
  Block *body = bodyOf(op.getEpilogue());
  body->addArgument(sumType(), root->getLoc());
  addReads(body);
  buildBody(body, 1);
  made.push_back(op);
}

/// Elementwise work and reductions in one kernel.
void FusedLowering::makeMap(StringRef name) {
  OpBuilder &builder = entry.kernels();
  SmallVector<AffineMap> maps = readMaps;
  maps.append(outMaps);
  auto op =
      kernel::MapOp::create(builder, fused.getLoc(), name, entry.numberKernel(), domain.getSizes(),
                            domain.getInner(), reads, outs, builder.getAffineMapArrayAttr(maps),
                            domain.readsPadded(), algorithm, kernel::ScheduleInterface());
  if (llvm::is_contained(adds, true))
    op.setAdds(adds);
  Block *body = bodyOf(op.getBody());
  addReads(body);
  buildBody(body, 0);
  made.push_back(op);
}

/// The element type that names the kernel: the first result of floating-point type.
static Type getKernelType(Operation *terminator) {
  for (Value value : terminator->getOperands())
    if (Type element = getElementTypeOrSelf(value.getType()); isa<FloatType>(element))
      return element;
  return getElementTypeOrSelf(terminator->getOperand(0).getType());
}

LogicalResult FusedLowering::lower() {
  if (failed(analyse()))
    return failure();
  collectReads();
  makeOuts();
  std::string name = nameKernel(getShortName(getPrimary(ops)),
                                getKernelType(fused.getBody().front().getTerminator()));
  if (root && algorithm.isCut()) {
    if (failed(makeChunks(name)))
      return failure();
  } else if (root) {
    makeContraction(name);
    joinSums();
  } else {
    makeMap(name);
  }
  if (Attribute lines = fused->getAttr("contributors"))
    for (Operation *op : made)
      op->setAttr("contributors", lines);
  return success();
}

LogicalResult lowerFused(ir::FusedOp fused, EntryBuilder &entry,
                         llvm::DenseMap<Value, Value> &buffers, const Places &places) {
  return FusedLowering(fused, entry, buffers, places).lower();
}

} // namespace sinter::passes
