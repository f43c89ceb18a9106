//===- Entry.cpp - what the host does to run an entry on a GPU --------------------------------===//
//
// See codegen/loops/Entry.h. One thread of the host starts kernel after kernel by
// sinter_spmd.launch; the device runs them in that order. Places in segments are addresses of the
// device, which the host computes and never reads.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Entry.h"
#include "codegen/gpu/Kernels.h"

#include "llvm/Support/MathExtras.h"

#include <sinter/abi.h>

#include <cstddef>

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

int64_t ConstantMemory::place(DenseElementsAttr value, kernel::BufferType type) {
  DenseElementsAttr elements = getPhysicalElements(value, type);
  auto [at, fresh] = places.try_emplace(elements, llvm::alignTo(bytes.size(), SINTER_ALIGNMENT));
  if (!fresh)
    return at->second;
  bytes.resize(at->second);
  ArrayRef<char> raw = elements.getRawData();
  for (int64_t i = 0; i < (elements.isSplat() ? elements.getNumElements() : 1); ++i)
    llvm::append_range(bytes, raw);
  return at->second;
}

namespace {
/// One function that starts kernels being written.
class GpuEntry : public EntryEmitter {
public:
  GpuEntry(ModuleOp host, const KernelSet &kernels, ConstantSet &texts, ConstantMemory &constants,
           StringRef name, Location loc)
      : EntryEmitter(host, name, loc), kernels(kernels), texts(texts), constants(constants),
        pointer(LLVM::LLVMPointerType::get(b.getContext())) {}

private:
  LogicalResult emitCall(kernel::KernelOpInterface op) override;
  LogicalResult emitLaunch(kernel::LaunchOp op) override;
  void barrier() override {} // launches follow each other
  bool endsWithBarrier(kernel::LaunchOp) const override { return false; }
  FailureOr<Value> readPredicate(Value buffer) override;
  BufferLocation locateConstant(kernel::BufferOp op, DenseElementsAttr value) override {
    return {getSegment(SINTER_SEG_CONSTANTS), index(constants.place(value, op.getType())), {}};
  }
  Value wrapSegment(Value base) override { return base; }

  FailureOr<Value> addressOf(Value buffer);
  Value number(Type type, int64_t value) {
    return LLVM::ConstantOp::create(b, loc, type, b.getIntegerAttr(type, value));
  }
  Value at(Value base, int64_t offset) {
    return LLVM::GEPOp::create(b, loc, pointer, b.getI8Type(), base,
                               ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(offset)});
  }
  Value makeRoom(int64_t bytes);
  /// An array of those values, 8 bytes each, on the stack.
  Value makeArray(ArrayRef<Value> values);

  const KernelSet &kernels;
  ConstantSet &texts;
  ConstantMemory &constants;
  Type pointer;
};
} // namespace

FailureOr<Value> GpuEntry::addressOf(Value buffer) {
  FailureOr<BufferLocation> where = locate(buffer);
  if (failed(where))
    return failure();
  Value offset = arith::IndexCastOp::create(b, loc, b.getI64Type(), where->offset);
  return LLVM::GEPOp::create(b, loc, pointer, b.getI8Type(), where->segment,
                             ArrayRef<LLVM::GEPArg>{offset})
      .getResult();
}

/// Room on the stack, taken once a run.
Value GpuEntry::makeRoom(int64_t bytes) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(prologueEnd);
  return LLVM::AllocaOp::create(b, loc, pointer, b.getI8Type(), number(b.getI64Type(), bytes), 8);
}

Value GpuEntry::makeArray(ArrayRef<Value> values) {
  Value array = makeRoom(8 * std::max<int64_t>(1, values.size()));
  for (auto [i, value] : llvm::enumerate(values))
    LLVM::StoreOp::create(b, loc, value, at(array, 8 * static_cast<int64_t>(i)));
  return array;
}

LogicalResult GpuEntry::emitCall(kernel::KernelOpInterface op) {
  SmallVector<Value> memory;
  SmallVector<int64_t> bytes;
  SmallVector<std::string> lines;
  for (Value operand : getKernelOperands(op)) {
    FailureOr<Value> address = addressOf(operand);
    if (failed(address))
      return failure();
    memory.push_back(*address);
    auto type = cast<kernel::BufferType>(operand.getType());
    bytes.push_back(type.getBytes());
  }
  for (Location line : getIndirectLocs(op))
    lines.push_back(kernel::nameLocation(line));
  func::FuncOp function = kernels.lookup(op);
  auto countOf = [&](StringRef name) {
    return number(b.getI32Type(), function->getAttrOfType<IntegerAttr>(name).getInt());
  };
  Value launch = makeRoom(sizeof(sinter_launch));
  auto set = [&](size_t field, Value value) {
    LLVM::StoreOp::create(b, loc, value, at(launch, static_cast<int64_t>(field)));
  };
  auto addressOfGlobal = [&](LLVM::GlobalOp global) {
    return LLVM::AddressOfOp::create(b, loc, global);
  };
  set(offsetof(sinter_launch, function), addressOfGlobal(texts.getText(function.getSymName())));
  set(offsetof(sinter_launch, blocks), countOf(kBlocksAttr));
  set(offsetof(sinter_launch, threads), countOf(kThreadsAttr));
  set(offsetof(sinter_launch, memory_count),
      number(b.getI32Type(), static_cast<int64_t>(memory.size())));
  set(offsetof(sinter_launch, line_count),
      number(b.getI32Type(), static_cast<int64_t>(lines.size())));
  set(offsetof(sinter_launch, memory), makeArray(memory));
  set(offsetof(sinter_launch, bytes), addressOfGlobal(texts.getNumbers(bytes)));
  if (!lines.empty())
    set(offsetof(sinter_launch, lines), addressOfGlobal(texts.getTexts(lines)));
  Value callee = loadField(offsetof(sinter_spmd, launch), pointer);
  auto type =
      LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(b.getContext()), {pointer, pointer});
  LLVM::CallOp::create(b, op->getLoc(), type, ValueRange{callee, spmd, launch});
  return success();
}

LogicalResult GpuEntry::emitLaunch(kernel::LaunchOp op) {
  if (failed(emitCalls(op.getParts().front())))
    return failure();
  return op.hasSerial() ? emitCalls(op.getSerial().front()) : success();
}

FailureOr<Value> GpuEntry::readPredicate(Value buffer) {
  FailureOr<Value> address = addressOf(buffer);
  if (failed(address))
    return failure();
  Value callee = loadField(offsetof(sinter_spmd, read_byte), pointer);
  auto type = LLVM::LLVMFunctionType::get(b.getI32Type(), {pointer, pointer});
  Value byte = LLVM::CallOp::create(b, loc, type, ValueRange{callee, spmd, *address}).getResult();
  Value zero = arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(0));
  return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, byte, zero).getResult();
}

LogicalResult codegen::emitHostEntry(ModuleOp host, kernel::EntryOp entry, const KernelSet &kernels,
                                     ConstantSet &texts, ConstantMemory &constants) {
  return emitEntryFunctions(entry, [&](StringRef name, Location loc) {
    return std::make_unique<GpuEntry>(host, kernels, texts, constants, name, loc);
  });
}
