//===- Entry.cpp - SPMD functions: kernels called by threads, with barriers -------------------===//
//
// See codegen/loops/Entry.h. Every thread runs the entry and calls every kernel, with its number.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Entry.h"
#include "codegen/cpu/Kernels.h"

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

namespace {
/// One SPMD function being written.
class CpuEntry : public EntryEmitter {
public:
  CpuEntry(ModuleOp module, const KernelSet &kernels, ConstantSet &constants, StringRef name,
           Location loc);

private:
  LogicalResult emitCall(kernel::KernelOpInterface op) override;
  LogicalResult emitLaunch(kernel::LaunchOp op) override;
  void barrier() override { func::CallOp::create(b, loc, kBarrierName, TypeRange(), spmd); }
  bool endsWithBarrier(kernel::LaunchOp op) const override { return op.hasSerial(); }
  FailureOr<Value> readPredicate(Value buffer) override;
  BufferLocation locateConstant(kernel::BufferOp op, DenseElementsAttr value) override;
  Value wrapSegment(Value base) override;
  FailureOr<Value> memory(Value buffer);

  const KernelSet &kernels;
  ConstantSet &constants;
  Value thread, threads;
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

CpuEntry::CpuEntry(ModuleOp module, const KernelSet &kernels, ConstantSet &constants,
                   StringRef name, Location loc)
    : EntryEmitter(module, name, loc), kernels(kernels), constants(constants) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(prologueEnd);
  auto toIndex = [&](Value count) -> Value {
    return arith::IndexCastUIOp::create(b, loc, b.getIndexType(), count);
  };
  thread = toIndex(loadField(kThread, b.getI32Type()));
  threads = toIndex(loadField(kThreads, b.getI32Type()));
}

/// The llvm stage turns this cast into a descriptor.
Value CpuEntry::wrapSegment(Value base) {
  auto type = MemRefType::get({ShapedType::kDynamic}, b.getI8Type());
  return UnrealizedConversionCastOp::create(b, loc, type, base).getResult(0);
}

BufferLocation CpuEntry::locateConstant(kernel::BufferOp op, DenseElementsAttr value) {
  memref::GlobalOp global = constants.get(op.getLoc(), value, op.getType());
  return {{}, {}, memref::GetGlobalOp::create(b, loc, global.getType(), global.getSymName())};
}

FailureOr<Value> CpuEntry::memory(Value buffer) {
  FailureOr<BufferLocation> where = locate(buffer);
  if (failed(where) || where->whole)
    return failed(where) ? FailureOr<Value>(failure()) : FailureOr<Value>(where->whole);
  auto type = cast<kernel::BufferType>(buffer.getType());
  auto memory = MemRefType::get({type.getPhysicalElements()}, getStoredType(type.getElementType()));
  return memref::ViewOp::create(b, loc, memory, where->segment, where->offset, ValueRange())
      .getResult();
}

LogicalResult CpuEntry::emitCall(kernel::KernelOpInterface op) {
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
      arguments.push_back(
          LLVM::AddressOfOp::create(b, loc, constants.getText(kernel::nameLocation(line))));
  }
  func::CallOp::create(b, op->getLoc(), kernels.lookup(op), arguments);
  return success();
}

/// The parts, by all threads; the serial section, by the one that comes last, as if it were alone.
LogicalResult CpuEntry::emitLaunch(kernel::LaunchOp op) {
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

FailureOr<Value> CpuEntry::readPredicate(Value buffer) {
  FailureOr<Value> byte = memory(buffer);
  if (failed(byte))
    return failure();
  Value value = memref::LoadOp::create(b, loc, *byte, index(0));
  Value zero = arith::ConstantOp::create(b, loc, b.getI8IntegerAttr(0));
  return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, value, zero).getResult();
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
  return emitEntryFunctions(entry, [&](StringRef name, Location loc) {
    return std::make_unique<CpuEntry>(module, kernels, constants, name, loc);
  });
}
