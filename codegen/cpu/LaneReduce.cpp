//===- LaneReduce.cpp - canonical lanes of kernel.reduce --------------------------------------===//
//
// See LaneReduce.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/LaneReduce.h"
#include "codegen/cpu/Lanes.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;
using kernel::ReduceKind;

Value codegen::numberLanes(EmitContext &k, Value first, Type element, bool consecutive) {
  auto type = VectorType::get({kLanes}, element);
  Value value = splat(k, arith::IndexCastOp::create(k.b, k.loc, element, first), kLanes);
  if (!consecutive)
    return value;
  SmallVector<Attribute> steps;
  for (int64_t i = 0; i < kLanes; ++i)
    steps.push_back(k.b.getIntegerAttr(element, i));
  return arith::AddIOp::create(k.b, k.loc, value, k.constant(DenseElementsAttr::get(type, steps)));
}

bool codegen::isArgmax(kernel::ReduceOp reduce) { return reduce.getKind() == ReduceKind::Argmax; }

int64_t codegen::countStates(kernel::ReduceOp reduce) { return isArgmax(reduce) ? 2 : 1; }

SmallVector<Value> codegen::startLanes(EmitContext &k, kernel::ReduceOp reduce) {
  Value value = getReduceStart(k, isArgmax(reduce) ? ReduceKind::Max : reduce.getKind(),
                               reduce.getInput().getType());
  SmallVector<Value> state{splat(k, value, kLanes)};
  if (isArgmax(reduce))
    state.push_back(k.zero(VectorType::get({kLanes}, reduce.getType())));
  return state;
}

SmallVector<Value> codegen::stepLanes(EmitContext &k, kernel::ReduceOp reduce,
                                      ArrayRef<Value> state, Value value, Value number,
                                      int64_t valid) {
  Value mask;
  if (valid < kLanes)
    mask = maskLanes(k, kLanes, valid);
  if (isArgmax(reduce)) {
    Value better = isBetter(k, state[0], value);
    if (mask)
      better = arith::AndIOp::create(k.b, k.loc, better, mask);
    return {arith::SelectOp::create(k.b, k.loc, better, value, state[0]),
            arith::SelectOp::create(k.b, k.loc, better, number, state[1])};
  }
  Value next = combineReduce(k, reduce.getKind(), state[0], value);
  return {mask ? arith::SelectOp::create(k.b, k.loc, mask, next, state[0]).getResult() : next};
}

Value codegen::finishLanes(EmitContext &k, kernel::ReduceOp reduce, ArrayRef<Value> state) {
  if (!isArgmax(reduce))
    return k.combineLanes(
        state[0], [&](Value x, Value y) { return combineReduce(k, reduce.getKind(), x, y); });
  Value values = state[0], places = state[1];
  for (int64_t count = kLanes; count > 1; count /= 2) {
    SmallVector<int64_t> low = llvm::to_vector(llvm::seq<int64_t>(0, count / 2));
    SmallVector<int64_t> high = llvm::to_vector(llvm::seq<int64_t>(count / 2, count));
    auto half = [&](Value vector, ArrayRef<int64_t> which) -> Value {
      return vector::ShuffleOp::create(k.b, k.loc, vector, vector, which);
    };
    Value x = half(values, low), y = half(values, high), i = half(places, low),
          j = half(places, high);
    // y when better, or as good and earlier.
    Value earlier = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::slt, j, i);
    Value worse = isBetter(k, y, x);
    Value no = k.zero(worse.getType());
    earlier = arith::SelectOp::create(k.b, k.loc, worse, no, earlier);
    Value choose = arith::OrIOp::create(k.b, k.loc, isBetter(k, x, y), earlier);
    values = arith::SelectOp::create(k.b, k.loc, choose, y, x);
    places = arith::SelectOp::create(k.b, k.loc, choose, j, i);
  }
  return vector::ExtractOp::create(k.b, k.loc, places, 0);
}
