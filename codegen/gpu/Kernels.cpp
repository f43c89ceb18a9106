//===- Kernels.cpp - kernels as functions of GPU threads --------------------------------------===//
//
// Plain loops (codegen/loops), whose parallel points the threads of the grid take in turns: thread
// t takes points t, t + n, t + 2n and so on, so that any grid gives the same bits and neighbouring
// threads touch neighbouring elements. Reading on: codegen/loops/Emit.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/gpu/Kernels.h"
#include "codegen/gpu/Gpu.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

#include <sinter/abi.h>

#include <algorithm>
#include <cstddef>

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

/// Of indirect accesses: where reports go.
static SmallVector<Type> getMoreTypes(kernel::KernelOpInterface op) {
  SmallVector<Type> types;
  if (!getIndirectLocs(op).empty())
    types.push_back(LLVM::LLVMPointerType::get(op.getContext()));
  return types;
}

/// One of the hardware's registers of a thread, as an index.
template <class Register> static Value read(EmitContext &k) {
  Value number = Register::create(k.b, k.loc, k.b.getI32Type());
  return arith::IndexCastUIOp::create(k.b, k.loc, k.b.getIndexType(), number);
}

/// The first thread that takes the record at `where`, a sinter_report, fills it in.
static void fillReport(EmitContext &k, Value where, ArrayRef<Value> values) {
  Type pointer = where.getType();
  auto constant = [&](int32_t value) -> Value { return k.constant(k.b.getI32IntegerAttr(value)); };
  Value taken = LLVM::AtomicRMWOp::create(k.b, k.loc, LLVM::AtomicBinOp::xchg, where, constant(1),
                                          LLVM::AtomicOrdering::monotonic);
  Value first = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::eq, taken, constant(0));
  k.where(first, [&] {
    constexpr int32_t places[] = {offsetof(sinter_report, line), offsetof(sinter_report, value),
                                  offsetof(sinter_report, position), offsetof(sinter_report, size)};
    for (auto [place, value] : llvm::zip_equal(places, values)) {
      Value field = LLVM::GEPOp::create(k.b, k.loc, pointer, k.b.getI8Type(), where,
                                        ArrayRef<LLVM::GEPArg>{place});
      LLVM::StoreOp::create(k.b, k.loc, value, field);
    }
  });
}

/// Threads of a block of `op`.
static int64_t getThreads(EmitContext &k, kernel::KernelOpInterface op) {
  auto schedule = op->getAttrOfType<kernel::GpuScheduleAttr>("schedule");
  return schedule ? schedule.getThreads() : cast<kernel::GpuTargetAttr>(k.target).getBlockThreads();
}

/// Blocks of `threads` that share `pieces`: not more than run at once.
static int64_t getBlocks(EmitContext &k, int64_t pieces, int64_t threads) {
  constexpr int64_t kResidentThreads = 2048; // of a multiprocessor, since sm_80 at most
  auto target = cast<kernel::GpuTargetAttr>(k.target);
  int64_t most = target.getMultiprocessors() * std::max<int64_t>(1, kResidentThreads / threads);
  return std::clamp<int64_t>(llvm::divideCeil(pieces, threads), 1, most);
}

static void write(EmitContext &k, kernel::KernelOpInterface op, ValueRange more) {
  if (!more.empty()) {
    k.report = [&k, where = more[0]](Value line, Value value, Value position, Value size) {
      fillReport(k, where, {line, value, position, size});
    };
    for (size_t i = 0; i < getIndirectLocs(op).size(); ++i)
      k.lines.push_back(k.constant(k.b.getI32IntegerAttr(static_cast<int32_t>(i))));
  }
  Value size = read<NVVM::BlockDimXOp>(k);
  k.thread = k.add(arith::MulIOp::create(k.b, k.loc, read<NVVM::BlockIdXOp>(k), size),
                   read<NVVM::ThreadIdXOp>(k));
  k.threads = arith::MulIOp::create(k.b, k.loc, read<NVVM::GridDimXOp>(k), size);
  k.takesTurns = true;
  int64_t threads = getThreads(k, op);
  bool naive = op->hasAttr("naive"); // asks for plain loops: the tests' yardstick
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](kernel::ContractOp contract) { emitNaiveContract(k, contract); })
      .Case([&](kernel::MapOp map) {
        if (naive || threads % kWarp != 0 || !emitWarpMap(k, map))
          emitNaiveMap(k, map);
      })
      .Case([&](kernel::StreamOp stream) { emitNaiveStream(k, stream); })
      .Case([&](kernel::PrefixOp prefix) { emitNaivePrefix(k, prefix); })
      .Case([&](kernel::SortOp sort) { emitSort(k, sort); });
  auto function = cast<func::FuncOp>(k.b.getInsertionBlock()->getParentOp());
  function->setAttr(kThreadsAttr, k.b.getI64IntegerAttr(threads));
  function->setAttr(kBlocksAttr, k.b.getI64IntegerAttr(getBlocks(k, k.pieces, threads)));
}

KernelWriter codegen::getGpuWriter() { return {getMoreTypes, write}; }
