//===- LowerChunks.cpp - sums of a contraction that are cut into chunks -----------------------===//
//
// A sum of products in chunks, and partial sums of an epilogue in chunks: kernels that leave sums
// of chunks, and one that joins them in their order (D1). Reading on: passes/fuse/Algorithm.h.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Algorithm.h"
#include "passes/fuse/Algorithm.h"
#include "passes/lower/FusedLowering.h"

using namespace mlir;

namespace sinter::passes {

/// A long partial sum of an epilogue in chunks: the out has a place for each of them.
std::optional<FusedLowering::CutSum> FusedLowering::cutSum(Value value) {
  Operation *maker = value.getDefiningOp();
  while (isUnitView(maker))
    maker = maker->getOperand(0).getDefiningOp();
  auto op = cast<ir::MapOpInterface>(maker);
  kernel::AlgorithmAttr order = getAlgorithm(op);
  if (!order.isCut() || order.getJoin() != 1)
    return std::nullopt;
  SmallVector<int64_t> inner = op.getInnerDims(), domainOfSum = op.getMapDomain(), row;
  for (int64_t d : inner)
    row.push_back(domainOfSum[d]);
  auto loop = kernel::getChunkLoop(order, row);
  SmallVector<int64_t> kernelDims = domain.getDimMapping(op)[inner[loop->level]].getDims();
  if (kernelDims.size() != 1)
    return std::nullopt;
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape{order.getChunks()};
  shape.append(type.getShape().begin(), type.getShape().end());
  CutSum cut;
  cut.chunk = getAffineDimExpr(kernelDims.front(), fused.getContext()).floorDiv(loop->slices);
  cut.partial =
      entry.addTemp(value.getLoc(), kernel::BufferType::get(fused.getContext(), shape,
                                                            type.getElementType(), nullptr));
  return cut;
}

/// Joins the chunks of partial sums, in one chain each; sums of one shape in one kernel.
void FusedLowering::joinSums() {
  OpBuilder &builder = entry.kernels();
  MLIRContext *context = builder.getContext();
  llvm::MapVector<Type, SmallVector<CutSum *>> alike;
  for (auto &[result, cut] : cutSums)
    alike[cut.partial.getType()].push_back(&cut);
  for (auto &[type, cuts] : alike) {
    ArrayRef<int64_t> shape = cast<kernel::BufferType>(type).getShape();
    Type element = cast<kernel::BufferType>(type).getElementType();
    // Chunks are the innermost dim of the domain.
    SmallVector<int64_t> points(shape.drop_front());
    points.push_back(shape.front());
    int64_t last = static_cast<int64_t>(points.size()) - 1;
    SmallVector<AffineExpr> at{getAffineDimExpr(last, context)};
    for (int64_t d = 0; d < last; ++d)
      at.push_back(getAffineDimExpr(d, context));
    SmallVector<Value> ins, ends;
    for (CutSum *cut : cuts) {
      ins.push_back(cut->partial);
      llvm::append_range(ends, cut->places);
    }
    SmallVector<AffineMap> maps(ins.size(), AffineMap::get(points.size(), 0, at, context));
    maps.append(ends.size(), AffineMap::get(points.size(), 0, ArrayRef(at).drop_front(), context));
    auto op = kernel::MapOp::create(
        builder, fused.getLoc(), nameKernel("combine", element), entry.numberKernel(), points,
        ArrayRef<int64_t>{last}, ins, ends, builder.getAffineMapArrayAttr(maps), /*padded=*/false,
        kernel::AlgorithmAttr::get(context, 1), kernel::ScheduleInterface());
    Block *body = bodyOf(op.getBody());
    OpBuilder inside = OpBuilder::atBlockEnd(body);
    SmallVector<Value> yielded;
    for (CutSum *cut : cuts) {
      Value part = body->addArgument(element, fused.getLoc());
      Value sum = joinChunks(inside, fused.getLoc(), kernel::ReduceKind::Sum, part);
      yielded.append(cut->places.size(), sum);
    }
    kernel::YieldOp::create(inside, fused.getLoc(), yielded);
    made.push_back(op);
  }
}

/// Sums of `count` chunks from number `first` on, each of `length` slices of the outermost reduced
/// dim; chunks have `slices`, the last one may have fewer. The chunk becomes the outermost parallel
/// dim. Where the sums are.
Value FusedLowering::makePartialSums(StringRef name, int64_t first, int64_t count, int64_t length,
                                     int64_t slices) {
  OpBuilder &builder = entry.kernels();
  MLIRContext *context = builder.getContext();
  SmallVector<int64_t> sizes = root.getContractionDomain(), partial{count};
  int64_t parallel = root.getParallelDims();
  SmallVector<AffineExpr> dimsOfSum;
  for (unsigned d = 0; d < sizes.size(); ++d)
    dimsOfSum.push_back(getAffineDimExpr(d + 1, context));
  AffineExpr chunk = count == 1 ? getAffineConstantExpr(0, context) : getAffineDimExpr(0, context);
  dimsOfSum[parallel] = dimsOfSum[parallel] + (chunk + first) * slices;
  sizes[parallel] = length;
  sizes.insert(sizes.begin(), count);
  SmallVector<AffineMap> maps;
  for (unsigned i : {0, 1})
    maps.push_back(root.getOperandAccess(i).replaceDimsAndSymbols(dimsOfSum, {}, sizes.size(), 0));
  maps.push_back(
      AffineMap::getMultiDimIdentityMap(sizes.size(), context).getMajorSubMap(parallel + 1));
  partial.append(domain.getSizes().begin(), domain.getSizes().end());
  Value place =
      entry.addTemp(fused.getLoc(), kernel::BufferType::get(context, ArrayRef<int64_t>(partial),
                                                            sumType(), partialLayout()));
  auto sum = kernel::ContractOp::create(
      builder, fused.getLoc(), name, entry.numberKernel(), sizes, parallel + 1,
      bufferOf(root->getOperand(0)), bufferOf(root->getOperand(1)), ValueRange{}, ValueRange{place},
      builder.getAffineMapArrayAttr(maps), ArrayRef<bool>{}, root.readsPadded(),
      algorithm.getPart(), kernel::ScheduleInterface());
  Block *body = bodyOf(sum.getEpilogue());
  Value acc = body->addArgument(sumType(), root->getLoc());
  OpBuilder inside = OpBuilder::atBlockEnd(body);
  kernel::YieldOp::create(inside, fused.getLoc(), acc);
  made.push_back(sum);
  return place;
}

/// A sum of products in chunks: one kernel leaves the sum of each chunk, another that of a shorter
/// last one; the next puts them together, in their order, and does the epilogue.
LogicalResult FusedLowering::makeChunks(StringRef name) {
  OpBuilder &builder = entry.kernels();
  MLIRContext *context = builder.getContext();
  int64_t parallel = root.getParallelDims();
  SmallVector<int64_t> points(domain.getSizes()), sizes = root.getContractionDomain();
  auto loop = kernel::getChunkLoop(algorithm, ArrayRef(sizes).drop_front(parallel));
  if (!loop || loop->level > 0)
    return fused.emitError() << "expects chunks that are whole slices of the outermost of the "
                                "reduced dims ["
                             << ArrayRef(sizes).drop_front(parallel) << "], got " << algorithm;
  int64_t whole = sizes[parallel] / loop->slices, rest = sizes[parallel] % loop->slices;
  if (rest > 0 && algorithm.getJoin() != 1)
    return fused.emitError()
           << "expects sums of chunks, of which the last is shorter, to be joined "
              "in a chain, got "
           << algorithm;
  SmallVector<Value> ins{makePartialSums(name, 0, whole, loop->slices, loop->slices)};
  if (rest > 0)
    ins.push_back(
        makePartialSums(nameKernel("last_chunk", sumType()), whole, 1, rest, loop->slices));
  // Chunks are the innermost dim of the last kernel's domain.
  points.push_back(whole);
  SmallVector<AffineExpr> at{getAffineDimExpr(parallel, context)};
  for (int64_t d = 0; d < parallel; ++d)
    at.push_back(getAffineDimExpr(d, context));
  SmallVector<AffineMap> maps{AffineMap::get(points.size(), 0, at, context)};
  if (rest > 0) {
    at.front() = getAffineConstantExpr(0, context);
    maps.push_back(AffineMap::get(points.size(), 0, at, context));
  }
  for (AffineMap map : llvm::concat<AffineMap>(readMaps, outMaps))
    maps.push_back(AffineMap::get(points.size(), 0, map.getResults(), context));
  unsigned sums = ins.size();
  ins.append(reads);
  auto end = kernel::MapOp::create(
      builder, fused.getLoc(), nameKernel("combine", sumType()), entry.numberKernel(), points,
      ArrayRef<int64_t>{parallel}, ins, outs, builder.getAffineMapArrayAttr(maps),
      /*padded=*/false, algorithm.getJoining(), kernel::ScheduleInterface());
  Block *body = bodyOf(end.getBody());
  for (unsigned i = 0; i < sums; ++i)
    body->addArgument(sumType(), root->getLoc());
  addReads(body);
  OpBuilder inside = OpBuilder::atBlockEnd(body);
  Value total = joinChunks(inside, root->getLoc(), kernel::ReduceKind::Sum, body->getArgument(0),
                           rest > 0 ? body->getArgument(1) : Value());
  buildBody(body, sums, total);
  made.push_back(end);
  return success();
}

} // namespace sinter::passes
