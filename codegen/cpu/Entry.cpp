//===- Entry.cpp - SPMD functions: kernels called in order, with barriers ---------------------===//
//
// `@<entry>(%spmd: !llvm.ptr)` is what every thread runs (<sinter/abi.h>: sinter_spmd);
// `@<kernel>.run(%spmd)` runs one kernel, or one loop or if, for profiles. Buffers are views of
// segments at constant offsets; loops and ifs are scf around kernel lists. Invariant: all threads
// take the same way, so all wait at the same barriers. Reading on: dialects/kernel/Ranges.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/Kernels.h"
#include "dialects/kernel/Ranges.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

#include "llvm/Support/SaveAndRestore.h"

#include <sinter/abi.h>

#include <cstddef>

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

/// Byte offsets of sinter_spmd's fields; all targets are 64-bit, so they are this machine's.
static constexpr int32_t kThread = offsetof(sinter_spmd, thread),
                         kThreads = offsetof(sinter_spmd, threads),
                         kBarrier = offsetof(sinter_spmd, barrier),
                         kEnterSerial = offsetof(sinter_spmd, enter_serial),
                         kLeaveSerial = offsetof(sinter_spmd, leave_serial);
static_assert(offsetof(sinter_spmd, segments) == 0, "the prologue loads it from the spmd itself");

namespace {
/// Where a buffer starts: bytes of a segment, or a memref of its own (constants).
struct BufferLocation {
  Value segment; ///< memref<?xi8>
  Value offset;  ///< bytes
  Value whole;
};

/// One SPMD function being written.
class EntryEmitter {
public:
  EntryEmitter(ModuleOp module, const KernelSet &kernels, ConstantSet &constants, StringRef name,
               Location loc);
  LogicalResult emitList(Block &block);
  LogicalResult emitCall(kernel::KernelOpInterface op);
  /// A kernel, a launch, a loop or an if.
  LogicalResult emitWork(Operation *op);
  LogicalResult emitCalls(Block &block);

private:
  Value loadField(int32_t offset, Type type);
  FailureOr<BufferLocation> locate(Value buffer);
  FailureOr<BufferLocation> locateBuffer(kernel::BufferOp op);
  FailureOr<Value> memory(Value buffer);
  LogicalResult emitLaunch(kernel::LaunchOp op);
  LogicalResult emitLoop(kernel::LoopOp op);
  LogicalResult emitIf(kernel::IfOp op);
  FailureOr<Value> readPredicate(Value buffer);
  BufferLocation choose(Value even, const BufferLocation &x, const BufferLocation &y);
  void barrier() { func::CallOp::create(b, loc, kBarrierName, TypeRange(), spmd); }
  Value index(int64_t value) { return arith::ConstantIndexOp::create(b, loc, value); }

  const KernelSet &kernels;
  ConstantSet &constants;
  OpBuilder b;
  Location loc;
  Value spmd, thread, threads, segments;
  Operation *prologueEnd;                       ///< buffers are resolved before it
  llvm::DenseMap<unsigned, Value> segmentBases; ///< by kernel::Segment
  llvm::DenseMap<Value, BufferLocation> locations;
  llvm::DenseMap<Value, Value> indices;
};
} // namespace

/// `@<name>(%spmd)`: calls the function that a field of the spmd points at.
static void declareSync(ModuleOp module, StringRef name, int32_t field, TypeRange results = {}) {
  if (module.lookupSymbol(name))
    return;
  OpBuilder b = OpBuilder::atBlockEnd(module.getBody());
  Location loc = module.getLoc();
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  auto function = func::FuncOp::create(b, loc, name, b.getFunctionType(pointer, results));
  function.setPrivate();
  b.setInsertionPointToEnd(function.addEntryBlock());
  Value spmd = function.getArgument(0);
  Value place =
      LLVM::GEPOp::create(b, loc, pointer, b.getI8Type(), spmd, ArrayRef<LLVM::GEPArg>{field});
  Value callee = LLVM::LoadOp::create(b, loc, pointer, place);
  Type result = results.empty() ? LLVM::LLVMVoidType::get(b.getContext()) : results.front();
  auto call = LLVM::CallOp::create(b, loc, LLVM::LLVMFunctionType::get(result, {pointer}),
                                   ValueRange{callee, spmd});
  func::ReturnOp::create(b, loc, call.getResults());
}

EntryEmitter::EntryEmitter(ModuleOp module, const KernelSet &kernels, ConstantSet &constants,
                           StringRef name, Location loc)
    : kernels(kernels), constants(constants), b(OpBuilder::atBlockEnd(module.getBody())), loc(loc) {
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  auto function = func::FuncOp::create(b, loc, name, b.getFunctionType(pointer, {}));
  spmd = function.addEntryBlock()->getArgument(0);
  b.setInsertionPointToEnd(&function.getBody().front());
  segments = LLVM::LoadOp::create(b, loc, pointer, spmd);
  auto toIndex = [&](Value count) -> Value {
    return arith::IndexCastUIOp::create(b, loc, b.getIndexType(), count);
  };
  thread = toIndex(loadField(kThread, b.getI32Type()));
  threads = toIndex(loadField(kThreads, b.getI32Type()));
  prologueEnd = func::ReturnOp::create(b, loc);
  // The first op after the prologue: everything resolved later goes before it.
  b.setInsertionPoint(prologueEnd);
  prologueEnd = arith::ConstantIndexOp::create(b, loc, 0);
}

Value EntryEmitter::loadField(int32_t offset, Type type) {
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  Value field =
      LLVM::GEPOp::create(b, loc, pointer, b.getI8Type(), spmd, ArrayRef<LLVM::GEPArg>{offset});
  return LLVM::LoadOp::create(b, loc, type, field);
}

FailureOr<BufferLocation> EntryEmitter::locateBuffer(kernel::BufferOp op) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(prologueEnd);
  kernel::BufferType type = op.getType();
  if (op.getRole() == kernel::Role::Constant) {
    auto value = dyn_cast_or_null<DenseElementsAttr>(op.getValueAttr());
    if (!value)
      return op.emitError("internal error: expects the elements of a constant buffer, got none");
    memref::GlobalOp global = constants.get(op.getLoc(), value, type);
    return BufferLocation{
        {}, {}, memref::GetGlobalOp::create(b, loc, global.getType(), global.getSymName())};
  }
  auto offset = op.getOffset();
  if (!offset)
    return op.emitError("internal error: expects buffer '")
           << op.getBufferName() << "' to have an offset, got none";
  auto segment = static_cast<unsigned>(op.getSegment());
  Value &base = segmentBases[segment];
  if (!base) {
    Type pointer = LLVM::LLVMPointerType::get(b.getContext());
    auto field = static_cast<int32_t>(8 * segment);
    Value slot = LLVM::GEPOp::create(b, loc, pointer, b.getI8Type(), segments,
                                     ArrayRef<LLVM::GEPArg>{field});
    Value start = LLVM::LoadOp::create(b, loc, pointer, slot);
    // The llvm stage turns this cast into a descriptor.
    base = UnrealizedConversionCastOp::create(
               b, loc, MemRefType::get({ShapedType::kDynamic}, b.getI8Type()), start)
               .getResult(0);
  }
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

FailureOr<Value> EntryEmitter::memory(Value buffer) {
  FailureOr<BufferLocation> where = locate(buffer);
  if (failed(where) || where->whole)
    return failed(where) ? FailureOr<Value>(failure()) : FailureOr<Value>(where->whole);
  auto type = cast<kernel::BufferType>(buffer.getType());
  auto memory = MemRefType::get({type.getPhysicalElements()}, getStoredType(type.getElementType()));
  return memref::ViewOp::create(b, loc, memory, where->segment, where->offset, ValueRange())
      .getResult();
}

LogicalResult EntryEmitter::emitCall(kernel::KernelOpInterface op) {
  SmallVector<Value> arguments;
  for (Value operand : getKernelOperands(op)) {
    FailureOr<Value> argument = memory(operand);
    if (failed(argument))
      return failure();
    arguments.push_back(*argument);
  }
  arguments.append({thread, threads});
  if (auto indirect = getIndirectLocs(op); !indirect.empty()) {
    arguments.push_back(spmd);
    for (Location line : indirect)
      arguments.push_back(LLVM::AddressOfOp::create(b, loc, constants.getLine(line)));
  }
  func::CallOp::create(b, op->getLoc(), kernels.lookup(op), arguments);
  return success();
}

LogicalResult EntryEmitter::emitCalls(Block &block) {
  for (auto op : block.getOps<kernel::KernelOpInterface>())
    if (failed(emitCall(op)))
      return failure();
  return success();
}

/// The parts, by all threads; the serial section, by the one that comes last, as if it were alone.
LogicalResult EntryEmitter::emitLaunch(kernel::LaunchOp op) {
  if (failed(emitCalls(op.getParts().front())))
    return failure();
  if (!op.hasSerial())
    return success();
  Value last = func::CallOp::create(b, loc, kEnterSerialName, b.getI32Type(), spmd).getResult(0);
  Value zero = arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(0));
  Value chosen = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, last, zero);
  auto branch = scf::IfOp::create(b, loc, chosen, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(branch.thenBlock()->getTerminator());
  llvm::SaveAndRestore firstThread(thread, index(0)), oneThread(threads, index(1));
  if (failed(emitCalls(op.getSerial().front())))
    return failure();
  func::CallOp::create(b, loc, kLeaveSerialName, TypeRange(), spmd);
  return success();
}

FailureOr<Value> EntryEmitter::readPredicate(Value buffer) {
  FailureOr<Value> byte = memory(buffer);
  if (failed(byte))
    return failure();
  Value value = memref::LoadOp::create(b, loc, *byte, index(0));
  Value zero = arith::ConstantOp::create(b, loc, b.getI8IntegerAttr(0));
  return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, value, zero).getResult();
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
  bool synced = false; // a serial section ends with a barrier
  for (Operation &op : block) {
    LogicalResult status = success();
    if (kernel::isWork(&op)) {
      if (barriers[number++] && !synced)
        barrier();
      status = emitWork(&op);
      auto launch = dyn_cast<kernel::LaunchOp>(op);
      synced = launch && launch.hasSerial();
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

LogicalResult codegen::emitEntry(ModuleOp module, kernel::EntryOp entry, KernelSet &kernels,
                                 ConstantSet &constants) {
  declareSync(module, kBarrierName, kBarrier);
  auto withSerial = [](kernel::LaunchOp launch) {
    return launch.hasSerial() ? WalkResult::interrupt() : WalkResult::advance();
  };
  if (entry->walk(withSerial).wasInterrupted()) {
    declareSync(module, kEnterSerialName, kEnterSerial, IntegerType::get(module.getContext(), 32));
    declareSync(module, kLeaveSerialName, kLeaveSerial);
  }
  WalkResult written = entry->walk([&](kernel::KernelOpInterface op) {
    return succeeded(kernels.add(module, op)) ? WalkResult::advance() : WalkResult::interrupt();
  });
  if (written.wasInterrupted())
    return failure();
  if (failed(EntryEmitter(module, kernels, constants, entry.getSymName(), entry.getLoc())
                 .emitList(entry.getBody().front())))
    return failure();
  written = entry->walk([&](Operation *op) {
    if (!kernel::isWork(op) || isa<kernel::LaunchOp>(op) || !kernel::runsAlone(op))
      return WalkResult::advance();
    std::string name = kernel::getRunName(op) + ".run";
    bool made =
        succeeded(EntryEmitter(module, kernels, constants, name, op->getLoc()).emitWork(op));
    return made ? WalkResult::advance() : WalkResult::interrupt();
  });
  return failure(written.wasInterrupted());
}
