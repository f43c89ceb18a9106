//===- LowerStream.cpp - ops that are done block by block become kernels ----------------------===//
//
// The op says what its kernels are made of (StreamOpInterface); this file gives them buffers. Next:
// Schedule.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/lower/Lowering.h"

#include "passes/Regions.h"
#include "passes/fuse/Outline.h"

using namespace mlir;

namespace sinter::passes {

namespace {
/// One op and the buffers around it.
struct StreamLowering {
  ir::StreamOpInterface op;
  EntryBuilder &entry;
  llvm::DenseMap<Value, Value> &buffers;
  const Places &places;

  Value getResultBuffer(unsigned number);
  void lower(const kernel::StreamPlan &plan, unsigned stream);
  void fillOtherPlaces();
};
} // namespace

Value StreamLowering::getResultBuffer(unsigned number) {
  Value result = op->getResult(number), &buffer = buffers[result];
  if (auto it = places.find(result); !buffer && it != places.end() && !it->second.empty())
    buffer = it->second.front();
  if (!buffer)
    buffer = entry.addTemp(result.getLoc(), getBufferType(result.getType()));
  return buffer;
}

void StreamLowering::lower(const kernel::StreamPlan &plan, unsigned stream) {
  SmallVector<Value> products, extras, factors, outs;
  SmallVector<AffineMap> maps, outMaps;
  auto read = [&](const kernel::StreamAccess &access, SmallVectorImpl<Value> &list) {
    list.push_back(buffers.lookup(op->getOperand(access.number)));
    maps.push_back(access.map);
  };
  auto write = [&](const kernel::StreamAccess &access) {
    outs.push_back(getResultBuffer(access.number));
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
      kernel::CpuScheduleAttr());
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

/// A result that is to lie in several places is made in one and copied.
void StreamLowering::fillOtherPlaces() {
  for (Value result : op->getResults())
    if (auto it = places.find(result); it != places.end() && it->second.size() > 1)
      entry.addCopy(result.getLoc(), "copy", it->second.front(),
                    ValueRange(it->second).drop_front());
}

void lowerStream(ir::StreamOpInterface op, EntryBuilder &entry,
                 llvm::DenseMap<Value, Value> &buffers, const Places &places) {
  StreamLowering lowering{op, entry, buffers, places};
  for (const auto &[stream, plan] : llvm::enumerate(op.getStreams()))
    lowering.lower(plan, stream);
  lowering.fillOtherPlaces();
}

} // namespace sinter::passes
