//===- LowerOwnKernels.cpp - ops with kernels of their own kind -------------------------------===//
//
// The op says what its kernels are made of (StreamOpInterface) or writes its one (RowOpInterface);
// this file gives them buffers. Next: Schedule.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/lower/Lowering.h"

#include "passes/Regions.h"
#include "passes/fuse/Outline.h"

using namespace mlir;

namespace sinter::passes {

using Buffers = llvm::DenseMap<Value, Value>;

/// Where a result is made: the first of the places where it is to lie, or a temporary.
static Value getResultBuffer(Value result, EntryBuilder &entry, Buffers &buffers,
                             const Places &places) {
  Value &buffer = buffers[result];
  if (auto it = places.find(result); !buffer && it != places.end() && !it->second.empty())
    buffer = it->second.front();
  if (!buffer)
    buffer = entry.addTemp(result.getLoc(), getBufferType(result.getType()));
  return buffer;
}

/// A result that is to lie in several places is made in one and copied.
static void fillOtherPlaces(Operation *op, EntryBuilder &entry, const Places &places) {
  for (Value result : op->getResults())
    if (auto it = places.find(result); it != places.end() && it->second.size() > 1)
      entry.addCopy(result.getLoc(), "copy", it->second.front(),
                    ValueRange(it->second).drop_front());
}

namespace {
/// One op that is done block by block, and the buffers around it.
struct StreamLowering {
  ir::StreamOpInterface op;
  EntryBuilder &entry;
  Buffers &buffers;
  const Places &places;

  void lower(const kernel::StreamPlan &plan, unsigned stream);
};
} // namespace

void StreamLowering::lower(const kernel::StreamPlan &plan, unsigned stream) {
  SmallVector<Value> products, extras, factors, outs;
  SmallVector<AffineMap> maps, outMaps;
  auto read = [&](const kernel::StreamAccess &access, SmallVectorImpl<Value> &list) {
    list.push_back(buffers.lookup(op->getOperand(access.number)));
    maps.push_back(access.map);
  };
  auto write = [&](const kernel::StreamAccess &access) {
    outs.push_back(getResultBuffer(op->getResult(access.number), entry, buffers, places));
    outMaps.push_back(access.map);
  };
  for (const auto &[a, b] : plan.products) {
    read(a, products);
    read(b, products);
  }
  for (const kernel::StreamAccess &extra : plan.extras)
    read(extra, extras);
  for (const auto &[factor, out] : plan.sums) {
    read(factor, factors);
    write(out);
  }
  if (plan.statistics)
    write(*plan.statistics);
  maps.append(outMaps);
  Type element = cast<kernel::BufferType>(outs.front().getType()).getElementType();
  OpBuilder &builder = entry.kernels();
  auto made = kernel::StreamOp::create(
      builder, op.getLoc(), nameKernel(getShortName(op), element), entry.numberKernel(), plan.dims,
      plan.rows, plan.softmaxBlock ? builder.getI64IntegerAttr(plan.softmaxBlock) : IntegerAttr(),
      products, extras, factors, outs, builder.getAffineMapArrayAttr(maps),
      kernel::ScheduleInterface());
  Block *body = bodyOf(made.getBody());
  for (size_t i = 0; i < products.size(); i += 2)
    body->addArgument(cast<kernel::BufferType>(products[i].getType()).getElementType(),
                      op.getLoc());
  for (Value extra : extras)
    body->addArgument(cast<kernel::BufferType>(extra.getType()).getElementType(), op.getLoc());
  OpBuilder inside = OpBuilder::atBlockEnd(body);
  SmallVector<Value> yields;
  op.buildStreamBody(inside, op.getLoc(), stream, body->getArguments(), yields);
  kernel::YieldOp::create(inside, op.getLoc(), yields);
}

void lowerStream(ir::StreamOpInterface op, EntryBuilder &entry, Buffers &buffers,
                 const Places &places) {
  StreamLowering lowering{op, entry, buffers, places};
  for (const auto &[stream, plan] : llvm::enumerate(op.getStreams()))
    lowering.lower(plan, stream);
  fillOtherPlaces(op, entry, places);
}

void lowerRows(ir::RowOpInterface op, EntryBuilder &entry, Buffers &buffers, const Places &places) {
  SmallVector<Value> operands, outs;
  for (Value operand : op->getOperands())
    operands.push_back(buffers.lookup(operand));
  for (Value result : op->getResults())
    outs.push_back(getResultBuffer(result, entry, buffers, places));
  for (kernel::BufferType type : op.getWorkTypes())
    outs.push_back(entry.addTemp(op.getLoc(), type));
  Type element = cast<kernel::BufferType>(operands.front().getType()).getElementType();
  op.buildKernel(entry.kernels(), nameKernel(getShortName(op), element), entry.numberKernel(),
                 operands, outs);
  fillOtherPlaces(op, entry, places);
}

} // namespace sinter::passes
