//===- Kernels.cpp - each kernel by the best emitter that covers it ---------------------------===//
//
// See Kernels.h. Reading on: Contract.cpp, Map.cpp, codegen/loops/NaiveContract.cpp, NaiveMap.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/Kernels.h"

#include "llvm/ADT/TypeSwitch.h"

#include <sinter/abi.h>

#include <cstddef>

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

/// The thread and how many there are; of indirect accesses who takes reports, and the lines to
/// name.
static SmallVector<Type> getMoreTypes(kernel::KernelOpInterface op) {
  SmallVector<Type> types(2, IndexType::get(op.getContext()));
  auto indirect = getIndirectLocs(op);
  types.append(indirect.empty() ? 0 : 1 + indirect.size(),
               LLVM::LLVMPointerType::get(op.getContext()));
  return types;
}

/// sinter_spmd.out_of_range, with the spmd itself before `arguments`.
static void callReport(EmitContext &k, Value spmd, ArrayRef<Value> arguments) {
  Type pointer = spmd.getType(), i64 = k.b.getI64Type();
  Value field = LLVM::GEPOp::create(
      k.b, k.loc, pointer, k.b.getI8Type(), spmd,
      ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(offsetof(sinter_spmd, out_of_range))});
  Value callee = LLVM::LoadOp::create(k.b, k.loc, pointer, field);
  auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(k.b.getContext()),
                                          {pointer, pointer, i64, i64, i64});
  SmallVector<Value> operands{callee, spmd};
  llvm::append_range(operands, arguments);
  LLVM::CallOp::create(k.b, k.loc, type, operands);
}

static void write(EmitContext &kernel, kernel::KernelOpInterface op, ValueRange more) {
  kernel.thread = more[0];
  kernel.threads = more[1];
  if (more.size() > 2) {
    kernel.report = [&kernel, spmd = more[2]](Value line, Value value, Value position, Value size) {
      callReport(kernel, spmd, {line, value, position, size});
    };
    llvm::append_range(kernel.lines, more.drop_front(3));
  }
  // The attribute `naive` asks for plain loops: the tests' yardstick.
  bool naive = op->hasAttr("naive");
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](kernel::ContractOp contract) {
        if (naive || !emitContract(kernel, contract))
          emitNaiveContract(kernel, contract);
      })
      .Case([&](kernel::MapOp map) {
        if (naive || !emitMap(kernel, map))
          emitNaiveMap(kernel, map);
      })
      .Case([&](kernel::StreamOp stream) {
        naive ? emitNaiveStream(kernel, stream) : emitStream(kernel, stream);
      })
      .Case([&](kernel::PrefixOp prefix) {
        naive ? emitNaivePrefix(kernel, prefix) : emitPrefix(kernel, prefix);
      })
      .Case([&](kernel::SortOp sort) { emitSort(kernel, sort); });
}

KernelWriter codegen::getCpuWriter() { return {getMoreTypes, write}; }
