//===- Attention.cpp - softmax(score(q kᵀ)) v without the scores ------------------------------===//
//
// The forward op is one kernel.stream that carries each row's maximum and sum. The gradient makes
// p = exp(score - statistics) again and needs no row state: dscore = p (dy vᵀ - delta) slope, dq =
// dscore k, dk = dscoreᵀ q, dv = pᵀ dy. Reading on: FormAttention.cpp; kernel.stream in Kernel.td.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/Attention.h"

#include "dialects/sinter/GradBuilder.h"
#include "dialects/sinter/ScalarBuilder.h"
#include "sinter/rules/attention.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::ir;

/// Stacks of matrices from so many on keep all cores busy: one kernel then makes all cotangents of
/// a matrix, from one recomputation of its scores.
static constexpr int64_t kManyMatrices = 8;

//===--- the region of scores -----------------------------------------------------------------===//

static DenseElementsAttr getSplat(Operation *op) {
  DenseElementsAttr value;
  if (op && matchPattern(op, m_Constant(&value)) && value.isSplat())
    return value;
  return {};
}

bool ir::isScoreOp(Operation *op, ArrayRef<int64_t> scores) {
  if (op->hasTrait<OpTrait::ConstantLike>())
    return bool(getSplat(op));
  auto map = dyn_cast<MapOpInterface>(op);
  if (!map || op->getNumResults() != 1 || !map.getInnerDims().empty() || map.readsPadded() ||
      !map.getIndexOperands().empty())
    return false;
  ArrayRef<int64_t> shape = shapeOf(op->getResult(0));
  if (shape.size() > scores.size() ||
      !llvm::all_of(llvm::zip(llvm::reverse(shape), llvm::reverse(scores)), [](auto sizes) {
        return std::get<0>(sizes) == 1 || std::get<0>(sizes) == std::get<1>(sizes);
      }))
    return false;
  return ArrayRef<int64_t>(map.getMapDomain()) == shape &&
         map.getResultAccess(0) == getIdentityAccess(op) &&
         llvm::all_of(llvm::seq<unsigned>(0, op->getNumOperands()), [&](unsigned i) {
           return map.getOperandAccess(i) == getBroadcastAccess(op, i);
         });
}

/// The region takes the scores and `extras` and yields `count` values of the scores' type.
static LogicalResult verifyScore(Operation *op, Region &region, RankedTensorType scores,
                                 ValueRange extras, unsigned count) {
  SmallVector<Type> types{scores};
  llvm::append_range(types, extras.getTypes());
  Block &block = region.front();
  if (!llvm::equal(block.getArgumentTypes(), types))
    return op->emitOpError() << "expects a region of the scores, " << scores << ", and "
                             << extras.size() << " extras of their types";
  for (Value extra : extras)
    if (rules::broadcastShapes(shapeOf(extra).vec(), scores.getShape().vec()) !=
        scores.getShape().vec())
      return op->emitOpError() << "expects extras that broadcast to the scores, " << scores
                               << ", got " << extra.getType() << " [E0103]";
  for (Operation &inside : block.without_terminator())
    if (!isScoreOp(&inside, scores.getShape()))
      return inside.emitOpError()
             << "cannot stand in a region of scores: expects elementwise work on " << scores;
  Operation *yield = block.getTerminator();
  if (yield->getNumOperands() == count &&
      llvm::all_of(yield->getOperandTypes(), [&](Type type) { return type == scores; }))
    return success();
  return op->emitOpError() << "expects its region to yield " << count << " values of type "
                           << scores;
}

/// The scalar code of `op`, all behind `last` in `block`, speaks of the op's own dims; makes it
/// speak of the kernel's. `at`: the kernel's dim of each dim of the scores.
static void settleIndices(Operation *op, Block &block, Operation *last, ArrayRef<int64_t> at,
                          Value &result) {
  ArrayRef<int64_t> shape = shapeOf(op->getResult(0));
  auto written =
      llvm::make_range(last ? std::next(last->getIterator()) : block.begin(), block.end());
  for (Operation &step : llvm::make_early_inc_range(written)) {
    auto index = dyn_cast<kernel::IndexOp>(step);
    if (!index)
      continue;
    if (shape[index.getDim()] != 1) {
      index.setDim(at[index.getDim() + at.size() - shape.size()]);
      continue;
    }
    OpBuilder b(index);
    Value zero = arith::ConstantOp::create(b, index.getLoc(), b.getZeroAttr(index.getType()));
    index.replaceAllUsesWith(zero);
    result = result == index.getResult() ? zero : result;
    index.erase();
  }
}

/// The scalar code of a region, at the end of a block: what it yields at one point.
static SmallVector<Value> buildScalars(OpBuilder &b, Region &region, ValueRange arguments,
                                       ArrayRef<int64_t> at) {
  llvm::DenseMap<Value, Value> scalars;
  for (auto [argument, scalar] : llvm::zip_equal(region.getArguments(), arguments))
    scalars[argument] = scalar;
  for (Operation &op : region.front().without_terminator()) {
    if (DenseElementsAttr splat = getSplat(&op)) {
      scalars[op.getResult(0)] = arith::ConstantOp::create(
          b, op.getLoc(), cast<TypedAttr>(splat.getSplatValue<Attribute>()));
      continue;
    }
    Block &block = *b.getBlock();
    Operation *last = block.empty() ? nullptr : &block.back();
    SmallVector<Value> results,
        operands = llvm::map_to_vector(op.getOperands(), [&](Value v) { return scalars.at(v); });
    cast<MapOpInterface>(op).buildBody(b, op.getLoc(), operands, results);
    settleIndices(&op, block, last, at, results.front());
    scalars[op.getResult(0)] = results.front();
  }
  return llvm::map_to_vector(region.front().getTerminator()->getOperands(),
                             [&](Value v) { return scalars.at(v); });
}

//===--- kernels ------------------------------------------------------------------------------===//

namespace {
/// Domain (batch…, queries, keys, depth, values), or with keys before queries.
struct AttentionDomain {
  SmallVector<int64_t> dims, scores; ///< `scores`: the dim of each axis of the scores
  int64_t batch, query, key, depth, value;
  MLIRContext *context;

  AttentionDomain(Value q, Value k, Value v, bool keysFirst = false)
      : dims(shapeOf(q).drop_back(2)), batch(dims.size()), query(batch + keysFirst),
        key(batch + !keysFirst), depth(batch + 2), value(batch + 3), context(q.getContext()) {
    dims.resize(batch + 4);
    dims[query] = shapeOf(q)[batch];
    dims[key] = shapeOf(k)[batch];
    dims[depth] = shapeOf(q).back();
    dims[value] = shapeOf(v).back();
    scores = llvm::to_vector(llvm::seq<int64_t>(0, batch));
    scores.append({query, key});
  }

  /// Operand or result `number`, indexed by the batch and `inner`.
  kernel::StreamAccess at(unsigned number, ArrayRef<int64_t> inner) const {
    SmallVector<AffineExpr> index;
    for (int64_t d = 0; d < batch; ++d)
      index.push_back(getAffineDimExpr(d, context));
    for (int64_t d : inner)
      index.push_back(getAffineDimExpr(d, context));
    return {number, AffineMap::get(dims.size(), 0, index, context)};
  }
  /// Operand `number`, which broadcasts to the scores.
  kernel::StreamAccess broadcast(unsigned number, ArrayRef<int64_t> shape) const {
    SmallVector<AffineExpr> index;
    for (auto [axis, size] : llvm::enumerate(shape))
      index.push_back(size == 1
                          ? getAffineConstantExpr(0, context)
                          : getAffineDimExpr(scores[axis + scores.size() - shape.size()], context));
    return {number, AffineMap::get(dims.size(), 0, index, context)};
  }
  kernel::StreamPlan plan() const {
    kernel::StreamPlan plan;
    plan.dims = dims;
    plan.rows = batch;
    return plan;
  }
};
} // namespace

LogicalResult AttentionOp::verify() {
  if (failed(verifyLayouts(*this)))
    return failure();
  auto type = [&](Value v) { return toRule(v.getType()); };
  if (failed(
          verifyRule(*this, rules::attention(type(getQuery()), type(getKey()), type(getValue())))))
    return failure();
  if (static_cast<int64_t>(getBlock()) < 1)
    return emitOpError() << "expects a block of 1 or more, got "
                         << static_cast<int64_t>(getBlock());
  auto scores = rules::attention_scores(type(getQuery()), type(getKey()));
  return verifyScore(*this, getScore(), fromRule(*scores, getContext()), getExtras(), 1);
}

std::vector<kernel::StreamPlan> AttentionOp::getStreams() {
  AttentionDomain domain(getQuery(), getKey(), getValue());
  kernel::StreamPlan plan = domain.plan();
  plan.products = {
      {domain.at(0, {domain.query, domain.depth}), domain.at(1, {domain.key, domain.depth})}};
  for (auto [i, extra] : llvm::enumerate(getExtras()))
    plan.extras.push_back(domain.broadcast(3 + i, shapeOf(extra)));
  plan.sums = {
      {domain.at(2, {domain.key, domain.value}), domain.at(0, {domain.query, domain.value})}};
  plan.softmaxBlock = getBlock();
  plan.statistics = domain.at(1, {domain.query});
  return {plan};
}

void AttentionOp::buildStreamBody(OpBuilder &b, Location, unsigned, ValueRange arguments,
                                  SmallVectorImpl<Value> &yields) {
  AttentionDomain domain(getQuery(), getKey(), getValue());
  yields = buildScalars(b, getScore(), arguments, domain.scores);
}

//===--- gradient -----------------------------------------------------------------------------===//

/// Appends the slope of `score`, which `block` computes from its first argument, and yields both.
static LogicalResult appendSlope(GradBuilder &outer, Operation *op, Block &block, Value score) {
  OpBuilder builder = OpBuilder::atBlockEnd(&block);
  llvm::DenseSet<Value> dependent{block.getArgument(0)};
  SmallVector<Operation *> ops;
  for (Operation &inside : block) {
    ops.push_back(&inside);
    if (llvm::any_of(inside.getOperands(), [&](Value v) { return dependent.contains(v); }))
      dependent.insert_range(inside.getResults());
  }
  llvm::DenseMap<Value, Value> cotangents;
  cotangents[score] = GradBuilder(builder, op->getLoc()).constantLike(score, 1);
  for (Operation *inside : llvm::reverse(ops)) {
    Value dy = cotangents.lookup(inside->getResult(0));
    if (!dy || !dependent.contains(inside->getResult(0)))
      continue;
    GradBuilder b(builder, inside->getLoc());
    SmallVector<Value> dx(inside->getNumOperands());
    if (failed(cast<GradientInterface>(inside).buildGradient(b, dy, dx)))
      return outer.refuse(op, b.getRefusal());
    for (auto [operand, term] : llvm::zip_equal(inside->getOperands(), dx))
      if (term && dependent.contains(operand)) {
        Value &sum = cotangents[operand];
        sum = sum ? b.add(sum, term) : term;
      }
  }
  Value slope = cotangents.lookup(block.getArgument(0));
  if (!slope)
    slope = GradBuilder(builder, op->getLoc()).constantLike(score, 0);
  YieldOp::create(builder, op->getLoc(), ValueRange{score, slope});
  // Cotangents of extras are built and not wanted.
  for (Operation &inside : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&inside))
      inside.erase();
  return success();
}

LogicalResult AttentionOp::buildGradient(GradBuilder &b, ValueRange dy,
                                         SmallVectorImpl<Value> &dx) {
  if (dy[1] && !getSplat(dy[1].getDefiningOp()))
    return b.refuse(*this, "its statistics are for its own gradient only");
  int64_t last = shapeOf(getResult()).size() - 1;
  Value delta = b.sum(b.mul(dy[0], getResult()), {last}, false);
  auto op = AttentionGradientOp::create(
      b.getBuilder(), getLoc(),
      TypeRange{getQuery().getType(), getKey().getType(), getValue().getType()}, getQuery(),
      getKey(), getValue(), getStatistics(), dy[0], delta, getExtras());
  Block &block = op.getScore().emplaceBlock();
  IRMapping mapping;
  for (BlockArgument argument : getScore().getArguments())
    mapping.map(argument, block.addArgument(argument.getType(), argument.getLoc()));
  OpBuilder inside = OpBuilder::atBlockEnd(&block);
  for (Operation &old : getScore().front().without_terminator())
    inside.clone(old, mapping);
  Value score = mapping.lookup(getScore().front().getTerminator()->getOperand(0));
  if (failed(appendSlope(b, *this, block, score)))
    return failure();
  dx[0] = op.getDquery();
  dx[1] = op.getDkey();
  dx[2] = op.getDvalue();
  return success();
}

LogicalResult AttentionGradientOp::verify() {
  if (failed(verifyLayouts(*this)))
    return failure();
  auto type = [&](Value v) { return toRule(v.getType()); };
  if (failed(verifyRule(*this, rules::attention_gradient(type(getQuery()), type(getKey()),
                                                         type(getValue()), type(getStatistics()),
                                                         type(getCotangent()), type(getDelta())))))
    return failure();
  auto scores = rules::attention_scores(type(getQuery()), type(getKey()));
  return verifyScore(*this, getScore(), fromRule(*scores, getContext()), getExtras(), 2);
}

/// Whether the results that are read come from one kernel, and from kernels of queries and keys.
static SmallVector<bool> getKeysFirst(AttentionGradientOp op) {
  bool ofQueries = !op.getDquery().use_empty(),
       ofKeys = !op.getDkey().use_empty() || !op.getDvalue().use_empty();
  int64_t matrices = 1;
  for (int64_t size : shapeOf(op.getQuery()).drop_back(2))
    matrices *= size;
  if (ofQueries && ofKeys && matrices < kManyMatrices)
    return {false, true};
  return {!ofQueries};
}

std::vector<kernel::StreamPlan> AttentionGradientOp::getStreams() {
  std::vector<kernel::StreamPlan> plans;
  SmallVector<bool> kernels = getKeysFirst(*this);
  for (bool keysFirst : kernels) {
    AttentionDomain domain(getQuery(), getKey(), getValue(), keysFirst);
    kernel::StreamPlan plan = domain.plan();
    auto q = domain.at(0, {domain.query, domain.depth}),
         k = domain.at(1, {domain.key, domain.depth}), v = domain.at(2, {domain.key, domain.value}),
         dy = domain.at(4, {domain.query, domain.value});
    plan.products = {{q, k}, {dy, v}};
    if (keysFirst)
      plan.products = {{k, q}, {v, dy}};
    plan.extras = {domain.at(3, {domain.query}), domain.at(5, {domain.query})};
    for (auto [i, extra] : llvm::enumerate(getExtras()))
      plan.extras.push_back(domain.broadcast(6 + i, shapeOf(extra)));
    bool ofQueries = !keysFirst, ofKeys = keysFirst || kernels.size() == 1;
    if (ofQueries && !getDquery().use_empty())
      plan.sums.push_back({k, domain.at(0, {domain.query, domain.depth})});
    if (ofKeys && !getDkey().use_empty())
      plan.sums.push_back({q, domain.at(1, {domain.key, domain.depth})});
    if (ofKeys && !getDvalue().use_empty())
      plan.sums.push_back({dy, domain.at(2, {domain.key, domain.value})});
    plans.push_back(plan);
  }
  return plans;
}

void AttentionGradientOp::buildStreamBody(OpBuilder &b, Location loc, unsigned stream,
                                          ValueRange arguments, SmallVectorImpl<Value> &yields) {
  AttentionDomain domain(getQuery(), getKey(), getValue(), getKeysFirst(*this)[stream]);
  ScalarBuilder s(b, loc);
  SmallVector<Value> inside{arguments[0]};
  llvm::append_range(inside, arguments.drop_front(4));
  SmallVector<Value> score = buildScalars(b, getScore(), inside, domain.scores);
  Value p = s.exp(s.sub(score[0], arguments[2]));
  Value dscore = s.mul(s.mul(p, s.sub(arguments[1], arguments[3])), score[1]);
  const kernel::StreamPlan plan = getStreams()[stream];
  for (const auto &[factor, result] : plan.sums)
    yields.push_back(result.number == 2 ? p : dscore);
}
