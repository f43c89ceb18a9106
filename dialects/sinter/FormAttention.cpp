//===- FormAttention.cpp - attention found among plain ops ------------------------------------===//
//
// softmax whose operand comes from a product of matrices through elementwise work, and whose result
// goes into a product. The elementwise work becomes the region of scores; what it reads besides,
// masks and scales, becomes extras. Reading on: passes/graph/FormStreams.cpp (who asks),
// Attention.cpp (what comes out).
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/Attention.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::ir;

/// Longer rows are left to plain products: a kernel keeps blocks of them on its stack.
static constexpr int64_t kLargestDepth = 512;

namespace {
/// The ops between two products.
struct AttentionMatch {
  SoftmaxOp softmax;
  MatmulOp product, consumer;
  RankedTensorType scores;
  llvm::SetVector<Operation *> inside; ///< of the region, in an order that they can stand in
  llvm::SetVector<Value> extras;
  std::string why;

  explicit AttentionMatch(SoftmaxOp softmax)
      : softmax(softmax), scores(cast<RankedTensorType>(softmax.getType())) {}

  bool run(llvm::function_ref<bool(Value)> isFixed);
  Value build(OpBuilder &b);

private:
  bool refuse(const Twine &text) {
    why = text.str();
    return false;
  }
  bool findConsumer();
  void collect(Value value);
  bool isWhole(Value value) const;
  bool checkReaders();
  bool checkTypes();
};
} // namespace

/// The softmax of rows is read by one product, as its first factor.
bool AttentionMatch::findConsumer() {
  Value result = softmax.getResult();
  if (scores.getRank() < 2 || static_cast<int64_t>(softmax.getAxis()) != scores.getRank() - 1 ||
      !result.hasOneUse())
    return false;
  consumer = dyn_cast<MatmulOp>(*result.user_begin());
  return consumer && consumer.getLhs() == result && !consumer.getTransposeA();
}

/// As many rows and columns as the scores have: it must not be stored.
bool AttentionMatch::isWhole(Value value) const {
  ArrayRef<int64_t> shape = shapeOf(value);
  return shape.size() >= 2 && shape.take_back(2) == scores.getShape().take_back(2);
}

/// Elementwise work on whole scores and indices is done in the region, everything else before.
void AttentionMatch::collect(Value value) {
  Operation *maker = value.getDefiningOp();
  if (maker && inside.contains(maker))
    return;
  if (auto matmul = dyn_cast_or_null<MatmulOp>(maker);
      matmul && matmul.getType() == scores && (!product || product == matmul)) {
    product = matmul;
    return;
  }
  bool isIndex = maker && maker->getNumOperands() == 0;
  if (!maker || !isScoreOp(maker, scores.getShape()) || !(isWhole(value) || isIndex)) {
    extras.insert(value);
    return;
  }
  for (Value operand : maker->getOperands())
    collect(operand);
  inside.insert(maker);
}

/// What depends on the product must be read in the region only.
bool AttentionMatch::checkReaders() {
  llvm::SmallPtrSet<Operation *, 16> dependent{product};
  SmallVector<Operation *> chain{product};
  for (Operation *op : inside)
    if (llvm::any_of(op->getOperands(),
                     [&](Value v) { return dependent.contains(v.getDefiningOp()); })) {
      dependent.insert(op);
      chain.push_back(op);
    }
  for (Operation *op : chain)
    for (Operation *user : op->getUsers())
      if (user != softmax && !dependent.contains(user))
        return refuse("its scores are read by " + user->getName().stripDialect() + ", too");
  return true;
}

bool AttentionMatch::checkTypes() {
  auto type = [](Value v) { return cast<RankedTensorType>(v.getType()); };
  if (!scores.getElementType().isF32() && !scores.getElementType().isF64())
    return refuse("kernels of attention know f32 and f64 only");
  ArrayRef<int64_t> batch = scores.getShape().drop_back(2);
  for (Value v : {product.getLhs(), product.getRhs(), consumer.getRhs()})
    if (type(v).getElementType() != scores.getElementType() ||
        type(v).getShape().drop_back(2) != batch)
      return refuse("its operands broadcast along the batch");
  int64_t depth = type(product.getLhs()).getShape().take_back(2)[product.getTransposeA() ? 0 : 1],
          values = type(consumer).getShape().back();
  if (scores.getNumElements() == 0 || depth == 0 || values == 0)
    return false;
  if (std::max(depth, values) > kLargestDepth)
    return refuse("its rows are longer than " + Twine(kLargestDepth));
  return true;
}

bool AttentionMatch::run(llvm::function_ref<bool(Value)> isFixed) {
  if (!findConsumer())
    return false;
  collect(softmax.getInput());
  if (!product || !checkTypes() || !checkReaders())
    return false;
  for (Value extra : extras)
    if (!isFixed(extra))
      return refuse("what is put into its scores has a gradient of their size");
  return true;
}

/// `matrix` with its last two axes swapped.
static Value transposed(OpBuilder &b, Value matrix) {
  auto type = cast<RankedTensorType>(matrix.getType());
  SmallVector<int64_t> shape(type.getShape()), perm;
  for (int64_t axis = 0; axis < type.getRank(); ++axis)
    perm.push_back(axis);
  std::swap(shape[shape.size() - 1], shape[shape.size() - 2]);
  std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
  return TransposeOp::create(b, matrix.getLoc(),
                             RankedTensorType::get(shape, type.getElementType()), perm, matrix);
}

Value AttentionMatch::build(OpBuilder &b) {
  Value q = product.getLhs(), k = product.getRhs(), v = consumer.getRhs();
  if (product.getTransposeA())
    q = transposed(b, q);
  if (!product.getTransposeB())
    k = transposed(b, k);
  if (consumer.getTransposeB())
    v = transposed(b, v);
  auto statistics = RankedTensorType::get(scores.getShape().drop_back(), scores.getElementType());
  auto op = AttentionOp::create(b, consumer.getLoc(), TypeRange{consumer.getType(), statistics},
                                kAttentionBlock, q, k, v, extras.getArrayRef());
  Block &block = op.getScore().emplaceBlock();
  IRMapping mapping;
  mapping.map(product.getResult(), block.addArgument(scores, product.getLoc()));
  for (Value extra : extras)
    mapping.map(extra, block.addArgument(extra.getType(), extra.getLoc()));
  OpBuilder at = OpBuilder::atBlockEnd(&block);
  for (Operation *inner : inside)
    at.clone(*inner, mapping);
  YieldOp::create(at, softmax.getLoc(), mapping.lookup(softmax.getInput()));
  return op.getResult();
}

bool SoftmaxOp::formStream(OpBuilder &b, llvm::function_ref<bool(Value)> isFixed,
                           std::string &why) {
  AttentionMatch match(*this);
  if (!match.run(isFixed)) {
    why = match.why;
    return false;
  }
  b.setInsertionPoint(match.consumer);
  match.consumer.getResult().replaceAllUsesWith(match.build(b));
  match.consumer.erase();
  return true; // the softmax and what it read are dead now
}
