//===- Emit.cpp - addresses, loops and partitions of kernels ----------------------------------===//
//
// Affine expressions become arith with range knowledge (no sign fix-ups where a dividend cannot be
// negative); loops are scf.for. Reading on: Emit.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Emit.h"
#include "dialects/kernel/Combine.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

Type codegen::getStoredType(Type element) {
  return element.isInteger(1) ? IntegerType::get(element.getContext(), 8) : element;
}

Value EmitContext::index(int64_t value) { return arith::ConstantIndexOp::create(b, loc, value); }
Value EmitContext::constant(TypedAttr value) { return arith::ConstantOp::create(b, loc, value); }
Value EmitContext::zero(Type type) { return constant(cast<TypedAttr>(b.getZeroAttr(type))); }

Value EmitContext::add(Value x, Value y) {
  if (matchPattern(y, m_Zero()))
    return x;
  if (matchPattern(x, m_Zero()))
    return y;
  return arith::AddIOp::create(b, loc, x, y);
}

Value EmitContext::mul(Value x, int64_t y) {
  if (y == 1)
    return x;
  if (y == 0)
    return index(0);
  return arith::MulIOp::create(b, loc, x, index(y));
}

Value EmitContext::apply(AffineExpr expr, ArrayRef<Value> point, ArrayRef<Value> symbols) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return index(constant.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return point[dim.getPosition()];
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return symbols[symbol.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Value lhs = apply(binary.getLHS(), point, symbols);
  if (expr.getKind() == AffineExprKind::Add)
    return add(lhs, apply(binary.getRHS(), point, symbols));
  auto constant = dyn_cast<AffineConstantExpr>(binary.getRHS());
  if (expr.getKind() == AffineExprKind::Mul)
    return constant ? mul(lhs, constant.getValue())
                    : arith::MulIOp::create(b, loc, lhs, apply(binary.getRHS(), point, symbols))
                          .getResult();
  auto [low, high] = getBounds(binary.getLHS(), dims);
  int64_t by = constant.getValue(); // layouts and accesses divide by constants only
  Value divisor = index(by);
  bool positive = low >= 0;
  switch (expr.getKind()) {
  case AffineExprKind::CeilDiv:
    // ceil(x / c) = floor((x + c - 1) / c)
    lhs = add(lhs, index(by - 1));
    positive = low + by - 1 >= 0;
    [[fallthrough]];
  case AffineExprKind::FloorDiv:
    if (positive)
      return arith::DivUIOp::create(b, loc, lhs, divisor);
    return arith::FloorDivSIOp::create(b, loc, lhs, divisor);
  default: {
    if (low >= 0 && high < by)
      return lhs;
    if (positive)
      return arith::RemUIOp::create(b, loc, lhs, divisor);
    Value rest = arith::RemSIOp::create(b, loc, lhs, divisor);
    Value negative = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, rest, index(0));
    return arith::SelectOp::create(b, loc, negative, add(rest, divisor), rest);
  }
  }
}

AffineExpr EmitContext::rowMajor(ArrayRef<int64_t> which) const {
  SmallVector<AffineExpr> index;
  SmallVector<int64_t> sizes;
  for (int64_t d : which) {
    index.push_back(getAffineDimExpr(d, b.getContext()));
    sizes.push_back(dims[d]);
  }
  return kernel::getRowMajor(b.getContext(), index, sizes);
}

SmallVector<Value> EmitContext::loop(Value begin, Value end, Value step, ValueRange init,
                                     const Body &body) {
  auto loop = scf::ForOp::create(b, loc, begin, end, step, init);
  OpBuilder::InsertionGuard guard(b);
  if (init.empty())
    b.setInsertionPoint(loop.getBody()->getTerminator());
  else
    b.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> carried = body(loop.getInductionVar(), loop.getRegionIterArgs());
  if (!init.empty())
    scf::YieldOp::create(b, loc, carried);
  return SmallVector<Value>(loop.getResults());
}

SmallVector<Value> EmitContext::loop(int64_t begin, int64_t end, ValueRange init,
                                     const Body &body) {
  if (end == begin + 1)
    return body(index(begin), init);
  return loop(index(begin), index(end), index(1), init, body);
}

void EmitContext::forEach(Value begin, Value end, int64_t step,
                          const std::function<void(Value)> &body) {
  loop(begin, end, index(step), {}, [&](Value i, ValueRange) {
    body(i);
    return SmallVector<Value>();
  });
}

void EmitContext::forEach(int64_t begin, int64_t end, const std::function<void(Value)> &body) {
  loop(begin, end, {}, [&](Value i, ValueRange) {
    body(i);
    return SmallVector<Value>();
  });
}

SmallVector<Value> EmitContext::nest(ArrayRef<int64_t> which, SmallVectorImpl<Value> &point,
                                     ValueRange init,
                                     const std::function<SmallVector<Value>(ValueRange)> &body) {
  if (which.empty())
    return body(init);
  return loop(0, dims[which.front()], init, [&](Value i, ValueRange carried) {
    point[which.front()] = i;
    return nest(which.drop_front(), point, carried, body);
  });
}

void EmitContext::nest(ArrayRef<int64_t> which, SmallVectorImpl<Value> &point,
                       const std::function<void()> &body) {
  nest(which, point, {}, [&](ValueRange) {
    body();
    return SmallVector<Value>();
  });
}

void EmitContext::branch(Value index, int64_t bound, int64_t count,
                         const std::function<void(bool)> &side) {
  if (bound <= 0 || bound >= count) {
    side(bound > 0);
    return;
  }
  Value first = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, index, this->index(bound));
  auto choice = scf::IfOp::create(b, loc, first, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(choice.thenBlock()->getTerminator());
  side(true);
  b.setInsertionPoint(choice.elseBlock()->getTerminator());
  side(false);
}

SmallVector<Value> EmitContext::decode(Value number, ArrayRef<int64_t> sizes) {
  SmallVector<Value> result(sizes.size());
  for (size_t i = sizes.size(); i-- > 0;) {
    if (sizes[i] == 1) {
      result[i] = index(0);
      continue;
    }
    result[i] =
        i == 0 ? number : arith::RemUIOp::create(b, loc, number, index(sizes[i])).getResult();
    if (i > 0)
      number = arith::DivUIOp::create(b, loc, number, index(sizes[i]));
  }
  return result;
}

std::pair<Value, Value> EmitContext::part(int64_t total) {
  Value count = index(total);
  auto bound = [&](Value t) -> Value {
    return arith::DivUIOp::create(b, loc, arith::MulIOp::create(b, loc, t, count), threads);
  };
  Value begin = bound(thread);
  return {begin, bound(arith::AddIOp::create(b, loc, thread, index(1)))};
}

void EmitContext::share(int64_t total, const std::function<void(Value)> &body) {
  auto visit = [&](Value i, ValueRange) {
    body(i);
    return SmallVector<Value>();
  };
  pieces = std::max(pieces, total);
  if (takesTurns) {
    loop(thread, index(total), threads, {}, visit);
    return;
  }
  auto [begin, end] = part(total);
  loop(begin, end, index(1), {}, visit);
}

void EmitContext::shareDims(ArrayRef<int64_t> which, SmallVectorImpl<Value> &point,
                            const std::function<void()> &body) {
  SmallVector<int64_t> sizes;
  int64_t total = 1;
  for (int64_t dim : which)
    total *= sizes.emplace_back(dims[dim]);
  share(total, [&](Value i) {
    for (auto [dim, at] : llvm::zip_equal(which, decode(i, sizes)))
      point[dim] = at;
    body();
  });
}

void EmitContext::schedulingFence() {
  LLVM::FenceOp::create(b, loc, LLVM::AtomicOrdering::seq_cst, "singlethread");
}

Value EmitContext::multiplyAdd(Value x, Value y, Value z) {
  if (isa<IntegerType>(getElementTypeOrSelf(z.getType())))
    return arith::AddIOp::create(b, loc, arith::MulIOp::create(b, loc, x, y), z);
  if (target.getHasFma())
    return math::FmaOp::create(b, loc, x, y, z);
  return arith::AddFOp::create(b, loc, arith::MulFOp::create(b, loc, x, y), z);
}

Value EmitContext::widen(Value value, Type element) {
  Type from = getElementTypeOrSelf(value.getType()), to = element;
  if (from == element)
    return value;
  if (auto vector = dyn_cast<VectorType>(value.getType()))
    to = vector.clone(element);
  if (isa<FloatType>(from) && isa<FloatType>(element)) {
    if (from.getIntOrFloatBitWidth() < element.getIntOrFloatBitWidth())
      return arith::ExtFOp::create(b, loc, to, value);
    return arith::TruncFOp::create(b, loc, to, value);
  }
  if (isa<FloatType>(element))
    return kernel::isUnsigned(from) ? arith::UIToFPOp::create(b, loc, to, value).getResult()
                                    : arith::SIToFPOp::create(b, loc, to, value).getResult();
  if (from.getIntOrFloatBitWidth() < element.getIntOrFloatBitWidth())
    return kernel::isUnsigned(from) ? arith::ExtUIOp::create(b, loc, to, value).getResult()
                                    : arith::ExtSIOp::create(b, loc, to, value).getResult();
  return arith::TruncIOp::create(b, loc, to, value);
}

Value EmitContext::combineLanes(Value lanes, const Combine &combine) {
  int64_t count = cast<VectorType>(lanes.getType()).getNumElements();
  while (count > 1) {
    SmallVector<int64_t> low, high;
    for (int64_t i = 0; i < count / 2; ++i) {
      low.push_back(i);
      high.push_back(i + count / 2);
    }
    Value x = vector::ShuffleOp::create(b, loc, lanes, lanes, low);
    Value y = vector::ShuffleOp::create(b, loc, lanes, lanes, high);
    lanes = combine(x, y);
    count /= 2;
  }
  return vector::ExtractOp::create(b, loc, lanes, 0);
}

Value EmitContext::combineLanes(SmallVector<Value> lanes, const Combine &combine) {
  for (size_t count = lanes.size() / 2; count > 0; count /= 2)
    for (size_t i = 0; i < count; ++i)
      lanes[i] = combine(lanes[i], lanes[i + count]);
  return lanes[0];
}
