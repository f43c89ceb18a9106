//===- Entry.cpp - kernels called in order ----------------------------------------------------===//
//
// See Entry.h. Invariant: all threads of an entry take the same way, so all wait at the same
// barriers.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Entry.h"
#include "dialects/kernel/Ranges.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"

#include <sinter/abi.h>

#include <cstddef>

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

static_assert(offsetof(sinter_spmd, segments) == 0, "the prologue loads it from the spmd itself");

EntryEmitter::EntryEmitter(ModuleOp module, StringRef name, Location loc)
    : b(OpBuilder::atBlockEnd(module.getBody())), loc(loc) {
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  auto function = func::FuncOp::create(b, loc, name, b.getFunctionType(pointer, {}));
  spmd = function.addEntryBlock()->getArgument(0);
  b.setInsertionPointToEnd(&function.getBody().front());
  segments = LLVM::LoadOp::create(b, loc, pointer, spmd);
  prologueEnd = func::ReturnOp::create(b, loc);
  // The first op after the prologue: everything resolved later goes before it.
  b.setInsertionPoint(prologueEnd);
  prologueEnd = arith::ConstantIndexOp::create(b, loc, 0);
}

Value EntryEmitter::index(int64_t value) { return arith::ConstantIndexOp::create(b, loc, value); }

Value EntryEmitter::loadField(int32_t offset, Type type) {
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  Value field =
      LLVM::GEPOp::create(b, loc, pointer, b.getI8Type(), spmd, ArrayRef<LLVM::GEPArg>{offset});
  return LLVM::LoadOp::create(b, loc, type, field);
}

Value EntryEmitter::getSegment(unsigned number) {
  Value &base = segmentBases[number];
  if (base)
    return base;
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(prologueEnd);
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  auto field = static_cast<int32_t>(8 * number);
  Value slot =
      LLVM::GEPOp::create(b, loc, pointer, b.getI8Type(), segments, ArrayRef<LLVM::GEPArg>{field});
  return base = wrapSegment(LLVM::LoadOp::create(b, loc, pointer, slot));
}

FailureOr<BufferLocation> EntryEmitter::locateBuffer(kernel::BufferOp op) {
  if (op.getRole() == kernel::Role::Constant) {
    auto value = dyn_cast_or_null<DenseElementsAttr>(op.getValueAttr());
    if (!value)
      return op.emitError("internal error: expects the elements of a constant buffer, got none");
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPoint(prologueEnd);
    return locateConstant(op, value);
  }
  auto offset = op.getOffset();
  if (!offset)
    return op.emitError("internal error: expects buffer '")
           << op.getBufferName() << "' to have an offset, got none";
  Value base = getSegment(static_cast<unsigned>(op.getSegment()));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(prologueEnd);
  return BufferLocation{base, index(*offset), {}};
}

FailureOr<BufferLocation> EntryEmitter::locate(Value buffer) {
  if (auto found = locations.find(buffer); found != locations.end())
    return found->second;
  Operation *op = buffer.getDefiningOp();
  if (auto named = dyn_cast_or_null<kernel::BufferOp>(op)) {
    FailureOr<BufferLocation> result = locateBuffer(named);
    if (succeeded(result))
      locations[buffer] = *result;
    return result;
  }
  if (auto view = dyn_cast_or_null<kernel::ViewOp>(op))
    return locate(view.getSource());
  if (auto slot = dyn_cast_or_null<kernel::SlotOp>(op)) {
    FailureOr<BufferLocation> source = locate(slot.getSource());
    Value number = indices.lookup(slot.getIndex());
    if (failed(source) || source->whole || !number)
      return op->emitError("internal error: expects a slot of planned memory at a known index");
    Value bytes = arith::MulIOp::create(b, loc, number, index(slot.getType().getBytes()));
    return BufferLocation{
        source->segment, arith::AddIOp::create(b, loc, source->offset, bytes), {}};
  }
  // Only in a thunk: in its entry the loop has said where its results lie. After a fixed number of
  // turns all know.
  if (auto turns = dyn_cast_or_null<kernel::LoopOp>(op); turns && turns.getTrip())
    return locate(
        turns.getCarried()[2 * cast<OpResult>(buffer).getResultNumber() + *turns.getTrip() % 2]);
  return emitError(loc, "internal error: expects a kernel.buffer, view, slot or loop value");
}

LogicalResult EntryEmitter::emitCalls(Block &block) {
  for (auto op : block.getOps<kernel::KernelOpInterface>())
    if (failed(emitCall(op)))
      return failure();
  return success();
}

BufferLocation EntryEmitter::choose(Value even, const BufferLocation &x, const BufferLocation &y) {
  Value segment = x.segment == y.segment
                      ? x.segment
                      : arith::SelectOp::create(b, loc, even, x.segment, y.segment).getResult();
  return {segment, arith::SelectOp::create(b, loc, even, x.offset, y.offset), {}};
}

LogicalResult EntryEmitter::emitLoop(kernel::LoopOp op) {
  size_t pairs = op.getCarried().size() / 2;
  SmallVector<BufferLocation> carried;
  for (Value value : op.getCarried()) {
    FailureOr<BufferLocation> where = locate(value);
    if (failed(where) || where->whole)
      return op.emitError("internal error: expects carried buffers in planned memory");
    carried.push_back(*where);
  }
  auto isEven = [&](Value iteration) -> Value {
    Value rest = arith::RemUIOp::create(b, loc, iteration, index(2));
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, rest, index(0));
  };
  Block &body = op.getBody().front();
  auto emitBody = [&](Value iteration) -> LogicalResult {
    indices[body.getArgument(0)] = iteration;
    Value even = isEven(iteration);
    for (size_t pair = 0; pair < pairs; ++pair) {
      locations[body.getArgument(1 + 2 * pair)] =
          choose(even, carried[2 * pair], carried[2 * pair + 1]);
      locations[body.getArgument(2 + 2 * pair)] =
          choose(even, carried[2 * pair + 1], carried[2 * pair]);
    }
    if (failed(emitList(body)))
      return failure();
    barrier(); // the next iteration reads what this one wrote
    return success();
  };
  Value iterations;
  LogicalResult status = success();
  if (auto trip = op.getTrip()) {
    iterations = index(*trip);
    auto loop = scf::ForOp::create(b, loc, index(0), iterations, index(1));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPoint(loop.getBody()->getTerminator());
    status = emitBody(loop.getInductionVar());
  } else {
    auto loop = scf::WhileOp::create(b, loc, b.getIndexType(), index(0));
    OpBuilder::InsertionGuard guard(b);
    Block *before = b.createBlock(&loop.getBefore(), {}, b.getIndexType(), loc);
    Value even = isEven(before->getArgument(0));
    locations[body.getArgument(1)] = choose(even, carried[0], carried[1]);
    FailureOr<Value> again = readPredicate(body.getArgument(1));
    if (failed(again))
      return failure();
    scf::ConditionOp::create(b, loc, *again, before->getArguments());
    Block *after = b.createBlock(&loop.getAfter(), {}, b.getIndexType(), loc);
    status = emitBody(after->getArgument(0));
    Value next = arith::AddIOp::create(b, loc, after->getArgument(0), index(1));
    scf::YieldOp::create(b, loc, next);
    iterations = loop.getResult(0);
  }
  if (failed(status) || pairs == 0)
    return status;
  Value even = isEven(iterations);
  for (size_t pair = 0; pair < pairs; ++pair)
    locations[op.getResult(pair)] = choose(even, carried[2 * pair], carried[2 * pair + 1]);
  return success();
}

LogicalResult EntryEmitter::emitIf(kernel::IfOp op) {
  FailureOr<Value> predicate = readPredicate(op.getPredicate());
  if (failed(predicate))
    return failure();
  bool hasElse = !op.getElseRegion().empty();
  auto branch = scf::IfOp::create(b, loc, *predicate, hasElse);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(branch.thenBlock()->getTerminator());
  if (failed(emitList(op.getThenRegion().front())))
    return failure();
  if (!hasElse)
    return success();
  b.setInsertionPoint(branch.elseBlock()->getTerminator());
  return emitList(op.getElseRegion().front());
}

LogicalResult EntryEmitter::emitWork(Operation *op) {
  if (auto launch = dyn_cast<kernel::LaunchOp>(op))
    return emitLaunch(launch);
  if (auto loop = dyn_cast<kernel::LoopOp>(op))
    return emitLoop(loop);
  if (auto branch = dyn_cast<kernel::IfOp>(op))
    return emitIf(branch);
  return emitCall(cast<kernel::KernelOpInterface>(op));
}

LogicalResult EntryEmitter::emitList(Block &block) {
  SmallVector<bool> barriers = kernel::placeBarriers(block);
  size_t number = 0;
  bool synced = false;
  for (Operation &op : block) {
    LogicalResult status = success();
    if (kernel::isWork(&op)) {
      if (barriers[number++] && !synced)
        barrier();
      status = emitWork(&op);
      auto launch = dyn_cast<kernel::LaunchOp>(op);
      synced = launch && endsWithBarrier(launch);
    } else if (isa<arith::ArithDialect>(op.getDialect())) { // indices of slots
      IRMapping mapping;
      for (Value operand : op.getOperands())
        mapping.map(operand, indices.lookup(operand));
      Operation *copy = b.clone(op, mapping);
      for (auto [old, value] : llvm::zip(op.getResults(), copy->getResults()))
        indices[old] = value;
    } else if (!isa<kernel::BufferOp, kernel::ViewOp, kernel::SlotOp>(op)) {
      status = op.emitError("internal error: expects kernels in a kernel list, got '")
               << op.getName() << "'";
    }
    if (failed(status))
      return failure();
  }
  return success();
}

LogicalResult codegen::emitEntryFunctions(
    kernel::EntryOp entry,
    function_ref<std::unique_ptr<EntryEmitter>(StringRef name, Location loc)> make) {
  if (failed(make(entry.getSymName(), entry.getLoc())->emitList(entry.getBody().front())))
    return failure();
  WalkResult written = entry->walk([&](Operation *op) {
    if (!kernel::isWork(op) || isa<kernel::LaunchOp>(op) || !kernel::runsAlone(op))
      return WalkResult::advance();
    std::string name = kernel::getRunName(op) + ".run";
    return WalkResult(make(name, op->getLoc())->emitWork(op));
  });
  return failure(written.wasInterrupted());
}
