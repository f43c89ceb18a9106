//===- LowerControl.cpp - loops and choices become kernel.loop and kernel.if ------------------===//
//
// What a body carries lies in a pair of buffers, the current and the next; slices and stacked
// outputs are slots of theirs (D20). The kernel that makes a yielded value writes it in the next
// buffer, the slot or both; what no kernel of the body makes is copied. Temporaries of a body are
// buffers of the entry like all others: the planner sees where they live. Reading on:
// passes/memory/PlanMemory.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Ranges.h"
#include "passes/Regions.h"
#include "passes/fuse/Domain.h"
#include "passes/lower/EntryLowering.h"

using namespace mlir;

namespace sinter::passes {

LogicalResult EntryLowering::lowerControl(ir::ControlOpInterface op) {
  if (auto scan = dyn_cast<ir::ScanOp>(*op))
    return lowerScan(scan);
  if (auto choice = dyn_cast<ir::CondOp>(*op))
    return lowerCond(choice);
  return lowerWhile(cast<ir::WhileOp>(*op));
}

/// Copies a tensor: the first state, for a loop writes its own buffers only, and what a body yields
/// but no kernel of it makes.
void EntryLowering::fillCarried(Value init, Value place) {
  if (DenseElementsAttr constant = getSplatConstant(init))
    entry.addFill(init.getLoc(), "carry", cast<TypedAttr>(constant.getSplatValue<Attribute>()),
                  place);
  else
    entry.addCopy(init.getLoc(), "carry", buffers.lookup(init), place);
}

/// (current, next) of everything that is carried; the current ones hold the first state.
SmallVector<Value> EntryLowering::makePairs(ValueRange inits) {
  SmallVector<Value> pairs;
  for (Value init : inits) {
    for (int side = 0; side < 2; ++side)
      pairs.push_back(entry.addTemp(init.getLoc(), getBufferType(init.getType())));
    fillCarried(init, pairs[pairs.size() - 2]);
  }
  return pairs;
}

/// The buffer of a tensor of which slots are read: constants have no place in a segment.
Value EntryLowering::inMemory(Value tensor) {
  if (DenseElementsAttr constant = getSplatConstant(tensor)) {
    Value place = entry.addTemp(tensor.getLoc(), getBufferType(tensor.getType()));
    fillCarried(tensor, place);
    return place;
  }
  Value buffer = buffers.lookup(tensor);
  auto roots = kernel::getRootBuffers(buffer);
  if (llvm::none_of(roots,
                    [](kernel::BufferOp root) { return root.getRole() == kernel::Role::Constant; }))
    return buffer;
  Value place = entry.addTemp(tensor.getLoc(), getBufferType(tensor.getType()));
  entry.addCopy(tensor.getLoc(), "carry", buffer, place);
  return place;
}

/// `value`, which `body` yields, is to lie in `place`: its maker writes there, through views that
/// are turned round; else it is copied.
void EntryLowering::placeResult(Value value, Value place, Region &body,
                                SmallVectorImpl<std::pair<Value, Value>> &copies) {
  Value made = value, at = place;
  while (isa_and_nonnull<ir::ViewOpInterface>(made.getDefiningOp())) {
    made = made.getDefiningOp()->getOperand(0);
    at = entry.addView(value.getLoc(), at, getBufferType(made.getType()));
  }
  // A choice writes one place, a kernel as many as there are.
  bool isMade = made.getParentRegion() == &body &&
                (made.getDefiningOp<ir::FusedOp>() ||
                 (made.getDefiningOp<ir::CondOp>() && !places.contains(made)));
  if (isMade && getBufferType(made.getType()) == at.getType())
    places[made].push_back(at);
  else
    copies.push_back({value, place});
}

/// Writes the kernels of `body` to `into`; what it yields ends in `yields`. Arguments have buffers.
LogicalResult EntryLowering::lowerBody(Region &body, Block &into, ArrayRef<Value> yields) {
  Operation *yield = body.front().getTerminator();
  OpBuilder::InsertionGuard guard(entry.kernels());
  entry.kernels().setInsertionPointToEnd(&into);
  SmallVector<std::pair<Value, Value>> copies;
  Places around = std::exchange(places, Places());
  for (auto [value, place] : llvm::zip_equal(yield->getOperands(), yields))
    placeResult(value, place, body, copies);
  for (Operation &op : body.front().without_terminator())
    if (failed(lowerOp(op)))
      return failure();
  for (auto [value, place] : copies)
    fillCarried(value, place);
  places = std::move(around);
  return success();
}

LogicalResult EntryLowering::lowerScan(ir::ScanOp op) {
  Location loc = op.getLoc();
  if (!op.getIteration().use_empty())
    return op.emitError("internal error: expects a body that reads slices of an iota, not its "
                        "iteration: batch-steps has not run");
  SmallVector<Value> pairs = makePairs(op.getCarried()), stacked, outputs;
  for (Value input : op.getStacked())
    stacked.push_back(inMemory(input));
  for (Value output : op.getOutputs())
    outputs.push_back(buffers[output] = entry.addTemp(loc, getBufferType(output.getType())));
  OpBuilder &builder = entry.kernels();
  SmallVector<Type> types;
  for (Value result : op.getLast())
    types.push_back(getBufferType(result.getType()));
  auto loop =
      kernel::LoopOp::create(builder, loc, types, builder.getI64IntegerAttr(op.getLength()), pairs);
  Block &block = *bodyOf(loop.getBody());
  Value slot = block.addArgument(builder.getIndexType(), loc);
  SmallVector<Value> yields;
  for (auto [i, type] : llvm::enumerate(types)) {
    buffers[op.getBodyArgument(op.getBody(), i)] = block.addArgument(type, loc);
    yields.push_back(block.addArgument(type, loc));
  }
  OpBuilder inside = OpBuilder::atBlockEnd(&block);
  if (op.getReverse()) {
    Value last = arith::ConstantIndexOp::create(inside, loc, op.getLength() - 1);
    slot = arith::SubIOp::create(inside, loc, last, slot);
  }
  auto slice = [&](Value stack, Type type) {
    return kernel::SlotOp::create(inside, loc, getBufferType(type), stack, slot);
  };
  unsigned carried = op.getNumCarried();
  for (auto [i, stack] : llvm::enumerate(stacked)) {
    BlockArgument argument = op.getBodyArgument(op.getBody(), carried + i);
    buffers[argument] = slice(stack, argument.getType());
  }
  for (auto [i, stack] : llvm::enumerate(outputs))
    yields.push_back(
        slice(stack, op.getBody().front().getTerminator()->getOperand(carried + i).getType()));
  for (auto [i, capture] : llvm::enumerate(op.getCaptures()))
    buffers[op.getBodyArgument(op.getBody(), carried + stacked.size() + i)] =
        buffers.lookup(capture);
  if (failed(lowerBody(op.getBody(), block, yields)))
    return failure();
  for (auto [i, last] : llvm::enumerate(op.getLast()))
    buffers[last] = pairs[2 * i + op.getLength() % 2];
  return success();
}

LogicalResult EntryLowering::lowerCond(ir::CondOp op) {
  SmallVector<Value> results;
  for (Value result : op.getResults()) {
    auto place = places.find(result);
    results.push_back(buffers[result] =
                          place != places.end()
                              ? place->second.front()
                              : entry.addTemp(op.getLoc(), getBufferType(result.getType())));
  }
  auto branch =
      kernel::IfOp::create(entry.kernels(), op.getLoc(), buffers.lookup(op.getPredicate()));
  for (auto [body, into] : llvm::zip_equal(op->getRegions(), branch->getRegions())) {
    for (auto [capture, argument] : llvm::zip_equal(op.getCaptures(), body.getArguments()))
      buffers[argument] = buffers.lookup(capture);
    if (failed(lowerBody(body, *bodyOf(into), results)))
      return failure();
  }
  return success();
}

/// The condition is computed in front of the loop, from the first state, and at the end of every
/// step, from the next one.
LogicalResult EntryLowering::lowerWhile(ir::WhileOp op) {
  Location loc = op.getLoc();
  MLIRContext *context = op.getContext();
  auto flag = kernel::BufferType::get(context, ArrayRef<int64_t>{}, IntegerType::get(context, 1),
                                      kernel::LayoutAttr());
  SmallVector<Value> pairs{entry.addTemp(loc, flag), entry.addTemp(loc, flag)};
  llvm::append_range(pairs, makePairs(op.getCarried()));
  unsigned carried = op.getNumCarried();
  for (Region &region : op->getRegions())
    for (auto [i, capture] : llvm::enumerate(op.getCaptures()))
      buffers[op.getBodyArgument(region, carried + i)] = buffers.lookup(capture);
  auto test = [&](ArrayRef<Value> state, Block &into, Value flagPlace) {
    for (auto [i, buffer] : llvm::enumerate(state))
      buffers[op.getBodyArgument(op.getCondition(), i)] = buffer;
    return lowerBody(op.getCondition(), into, flagPlace);
  };
  SmallVector<Value> state, next;
  SmallVector<Type> types{flag};
  for (unsigned i = 0; i < carried; ++i) {
    state.push_back(pairs[2 + 2 * i]);
    types.push_back(state.back().getType());
  }
  OpBuilder &builder = entry.kernels();
  if (failed(test(state, *builder.getInsertionBlock(), pairs[0])))
    return failure();
  auto loop = kernel::LoopOp::create(builder, loc, types, IntegerAttr(), pairs);
  Block &block = *bodyOf(loop.getBody());
  block.addArgument(builder.getIndexType(), loc);
  block.addArgument(flag, loc);
  Value again = block.addArgument(flag, loc);
  for (unsigned i = 0; i < carried; ++i) {
    buffers[op.getBodyArgument(op.getBody(), i)] = block.addArgument(types[i + 1], loc);
    next.push_back(block.addArgument(types[i + 1], loc));
  }
  if (failed(lowerBody(op.getBody(), block, next)) || failed(test(next, block, again)))
    return failure();
  // Which side of a pair the last state lies in is known only then.
  for (auto [i, result] : llvm::enumerate(op.getResults())) {
    buffers[result] = entry.addTemp(loc, getBufferType(result.getType()));
    entry.addCopy(loc, "carry", loop.getResult(i + 1), buffers[result]);
  }
  return success();
}

} // namespace sinter::passes
