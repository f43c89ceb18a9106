//===- LowerFused.cpp - one sinter.fused becomes one kernel
//---------------------------------------===//
//
// Replays the domain (passes/fuse/Domain.h), gives every (value, access) that comes from outside
// one block argument, and lets each op write its own scalar code (MapOpInterface::buildBody). Kind
// "contraction": operands 0 and 1 of the sum are a and b, the rest is the epilogue. Next:
// Schedule.cpp.
//
//===----------------------------------------------------------------------------------------------===//
#include "passes/lower/Lowering.h"

#include "passes/fuse/Domain.h"
#include "passes/fuse/Outline.h"

using namespace mlir;

namespace sinter::passes {

/// State of one lowering.
struct FusedLowering {
  ir::FusedOp fused;
  EntryBuilder &entry;
  llvm::DenseMap<Value, Value> &buffers;

  SmallVector<Operation *> ops; ///< without constants and terminator
  ir::ContractionOpInterface root;
  Domain domain;
  unsigned dims = 0;        ///< of the kernel; a contraction's include the reduced ones
  SmallVector<Value> reads; ///< buffer of each body argument that is read
  SmallVector<AffineMap> readMaps;
  llvm::DenseMap<std::pair<Value, AffineMap>, unsigned> readNumber; ///< by (buffer, access)
  llvm::DenseMap<Value, Value> scalars;

  AffineMap widen(AffineMap map) const {
    return AffineMap::get(dims, 0, map.getResults(), map.getContext());
  }

  FusedLowering(ir::FusedOp fused, EntryBuilder &entry, llvm::DenseMap<Value, Value> &buffers)
      : fused(fused), entry(entry), buffers(buffers) {}

  Value bufferOf(Value inside) {
    return buffers.lookup(fused.getInputs()[cast<BlockArgument>(inside).getArgNumber()]);
  }

  void analyse();
  std::pair<Value, AffineMap> getRead(Operation *op, unsigned i);
  void collectReads();
  void buildBody(Block *body, unsigned firstRead);
  void lower();
};

void FusedLowering::analyse() {
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
      fused.emitError() << "internal error: " << getShortName(op)
                        << " does not fit the kernel: " << why;
  dims = root ? root.getContractionDomain().size() : domain.getSizes().size();
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
    map = AffineMap::get(map.getNumDims(), 0, exprs, map.getContext());
    buffer = view.getSource();
  }
  return buffer;
}

/// Buffer and access of operand `i`, which comes from outside.
std::pair<Value, AffineMap> FusedLowering::getRead(Operation *op, unsigned i) {
  AffineMap map = widen(domain.getOperandAccess(op, i));
  Value buffer = bufferOf(op->getOperand(i));
  if (!domain.readsPadded())
    buffer = skipUnitViews(buffer, map);
  return {buffer, map};
}

void FusedLowering::collectReads() {
  for (Operation *op : ops) {
    if (op == root || isUnitView(op))
      continue;
    for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
      if (!isa<BlockArgument>(operand))
        continue;
      auto [buffer, map] = getRead(op, i);
      if (readNumber.try_emplace({buffer, map}, reads.size()).second) {
        reads.push_back(buffer);
        readMaps.push_back(map);
      }
    }
  }
}

/// `body` has its arguments: for a contraction the sum first.
void FusedLowering::buildBody(Block *body, unsigned firstRead) {
  OpBuilder builder = OpBuilder::atBlockBegin(body);
  if (root)
    scalars[root->getResult(0)] = body->getArgument(0);
  for (Operation *op : ops) {
    if (op == root)
      continue;
    if (isUnitView(op)) {
      scalars[op->getResult(0)] = scalars.lookup(op->getOperand(0));
      continue;
    }
    SmallVector<Value> operands, results;
    for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
      if (DenseElementsAttr constant = getSplatConstant(operand)) {
        operands.push_back(arith::ConstantOp::create(
            builder, op->getLoc(), cast<TypedAttr>(constant.getSplatValue<Attribute>())));
      } else if (isa<BlockArgument>(operand)) {
        operands.push_back(body->getArgument(firstRead + readNumber.lookup(getRead(op, i))));
      } else {
        operands.push_back(scalars.lookup(operand));
      }
    }
    cast<ir::MapOpInterface>(op).buildBody(builder, op->getLoc(), operands, domain.getPlaces(op),
                                           results);
    for (auto [result, scalar] : llvm::zip_equal(op->getResults(), results))
      scalars[result] = scalar;
  }
  // The index in a dim of size 1 that the kernel does not have is 0.
  for (Operation &op : llvm::make_early_inc_range(*body))
    if (auto index = dyn_cast<kernel::IndexOp>(op);
        index && static_cast<int64_t>(index.getDim()) < 0) {
      OpBuilder at(index);
      index.replaceAllUsesWith(
          arith::ConstantOp::create(at, index.getLoc(), at.getZeroAttr(index.getType()))
              .getResult());
      index.erase();
    }
  SmallVector<Value> yielded;
  for (Value value : fused.getBody().front().getTerminator()->getOperands())
    yielded.push_back(scalars.lookup(value));
  kernel::YieldOp::create(builder, fused.getLoc(), yielded);
}

void FusedLowering::lower() {
  analyse();
  collectReads();
  SmallVector<Value> outs;
  SmallVector<AffineMap> outMaps;
  Operation *terminator = fused.getBody().front().getTerminator();
  for (auto [value, result] : llvm::zip_equal(terminator->getOperands(), fused.getResults())) {
    Value out = entry.addTemp(value.getLoc(), getBufferType(result.getType()));
    buffers[result] = out;
    outs.push_back(out);
    outMaps.push_back(widen(
        domain.getResultAccess(value.getDefiningOp(), cast<OpResult>(value).getResultNumber())));
  }
  Type type = cast<RankedTensorType>(terminator->getOperand(0).getType()).getElementType();
  for (Value value : terminator->getOperands())
    if (auto element = cast<RankedTensorType>(value.getType()).getElementType();
        isa<FloatType>(element)) {
      type = element;
      break;
    }
  OpBuilder &builder = entry.kernels();
  std::string name = entry.nameKernel(getShortName(getPrimary(ops)), type);
  auto algorithm = fused->getAttrOfType<kernel::AlgorithmAttr>("algorithm");
  SmallVector<Location> locs(reads.size(), fused.getLoc());
  SmallVector<Type> elements = llvm::map_to_vector(reads, [](Value buffer) {
    return cast<kernel::BufferType>(buffer.getType()).getElementType();
  });
  Operation *made;
  if (root) {
    SmallVector<AffineMap> maps{root.getOperandAccess(0), root.getOperandAccess(1)};
    maps.append(readMaps);
    maps.append(outMaps);
    auto op = kernel::ContractOp::create(
        builder, fused.getLoc(), name, root.getContractionDomain(), root.getParallelDims(),
        bufferOf(root->getOperand(0)), bufferOf(root->getOperand(1)), reads, outs,
        builder.getAffineMapArrayAttr(maps), ArrayRef<bool>{}, domain.readsPadded(), algorithm,
        kernel::CpuScheduleAttr());
    Block *body =
        op.getEpilogue().empty() ? &op.getEpilogue().emplaceBlock() : &op.getEpilogue().front();
    body->addArgument(cast<RankedTensorType>(root->getResult(0).getType()).getElementType(),
                      root->getLoc());
    body->addArguments(elements, locs);
    buildBody(body, 1);
    made = op;
  } else {
    SmallVector<AffineMap> maps = readMaps;
    maps.append(outMaps);
    auto op =
        kernel::MapOp::create(builder, fused.getLoc(), name, domain.getSizes(), domain.getInner(),
                              reads, outs, builder.getAffineMapArrayAttr(maps),
                              domain.readsPadded(), algorithm, kernel::CpuScheduleAttr());
    Block *body = op.getBody().empty() ? &op.getBody().emplaceBlock() : &op.getBody().front();
    body->addArguments(elements, locs);
    buildBody(body, 0);
    made = op;
  }
  for (StringRef kept : {"contributors"})
    if (Attribute attr = fused->getAttr(kept))
      made->setAttr(kept, attr);
}

void lowerFused(ir::FusedOp fused, EntryBuilder &entry, llvm::DenseMap<Value, Value> &buffers) {
  FusedLowering(fused, entry, buffers).lower();
}

} // namespace sinter::passes
