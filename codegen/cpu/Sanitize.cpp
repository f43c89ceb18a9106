//===- Sanitize.cpp - checks of memory accesses in generated code -----------------------------===//
//
// AddressSanitizer sees vectors of any width. ThreadSanitizer's pass leaves out accesses of more
// than 16 bytes, which are most of ours: those become calls of its range functions, a masked access
// counting its set lanes, as our masks are ranges from lane 0. Invariant: values do not change.
// Reading on: Sanitize.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/Sanitize.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;

/// Calls __tsan_read_range or __tsan_write_range before `access`.
static void watch(Instruction &access, Value *pointer, Value *bytes, bool writes) {
  IRBuilder<> builder(&access);
  Module &module = *access.getModule();
  FunctionCallee range = module.getOrInsertFunction(
      writes ? "__tsan_write_range" : "__tsan_read_range",
      FunctionType::get(builder.getVoidTy(), {builder.getPtrTy(), builder.getInt64Ty()}, false));
  builder.CreateCall(range, {pointer, bytes});
}

/// Bytes of the lanes that `mask` lets through.
static Value *countBytes(Instruction &access, Value *mask, Type *data) {
  IRBuilder<> builder(&access);
  auto *vector = dyn_cast<FixedVectorType>(data);
  if (!vector)
    return nullptr;
  Value *bits = builder.CreateBitCast(mask, builder.getIntNTy(vector->getNumElements()));
  Value *lanes = builder.CreateZExtOrTrunc(builder.CreateUnaryIntrinsic(Intrinsic::ctpop, bits),
                                           builder.getInt64Ty());
  return builder.CreateMul(lanes, builder.getInt64(vector->getScalarSizeInBits() / 8));
}

static void watchWideAccesses(Module &module) {
  const DataLayout &layout = module.getDataLayout();
  SmallVector<Instruction *> accesses;
  for (Function &function : module)
    for (Instruction &instruction : instructions(function))
      accesses.push_back(&instruction);
  auto watchWhole = [&](Instruction &access, Value *pointer, Type *type, bool writes) {
    uint64_t bytes = layout.getTypeStoreSize(type).getFixedValue();
    if (bytes > 16 || (type->isVectorTy() && !isPowerOf2_64(bytes)))
      watch(access, pointer, ConstantInt::get(Type::getInt64Ty(module.getContext()), bytes),
            writes);
  };
  for (Instruction *instruction : accesses) {
    if (auto *load = dyn_cast<LoadInst>(instruction)) {
      watchWhole(*load, load->getPointerOperand(), load->getType(), false);
    } else if (auto *store = dyn_cast<StoreInst>(instruction)) {
      watchWhole(*store, store->getPointerOperand(), store->getValueOperand()->getType(), true);
    } else if (auto *call = dyn_cast<IntrinsicInst>(instruction)) {
      bool loads = call->getIntrinsicID() == Intrinsic::masked_load;
      if (!loads && call->getIntrinsicID() != Intrinsic::masked_store)
        continue;
      // masked.load(pointer, mask, …), masked.store(value, pointer, mask): the mask is the vector
      // of bits.
      Value *mask = nullptr, *pointer = nullptr;
      for (Value *operand : call->args()) {
        if (operand->getType()->isPointerTy())
          pointer = operand;
        else if (operand->getType()->isIntOrIntVectorTy(1) && operand->getType()->isVectorTy() &&
                 !mask)
          mask = operand;
      }
      Type *data = loads ? call->getType() : call->getArgOperand(0)->getType();
      Value *bytes = mask && pointer ? countBytes(*call, mask, data) : nullptr;
      if (bytes)
        watch(*call, pointer, bytes, !loads);
    }
  }
}

Error sinter::codegen::sanitize(Module &module, TargetMachine &machine, StringRef sanitizer) {
  if (sanitizer.empty())
    return Error::success();
  bool threads = sanitizer == "thread";
  for (Function &function : module)
    if (!function.isDeclaration())
      function.addFnAttr(threads ? Attribute::SanitizeThread : Attribute::SanitizeAddress);
  if (threads)
    watchWideAccesses(module);
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager calls;
  ModuleAnalysisManager modules;
  PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(calls);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, calls, modules);
  ModulePassManager passes;
  if (Error error =
          builder.parsePassPipeline(passes, threads ? "tsan-module,function(tsan)" : "asan"))
    return error;
  passes.run(module, modules);
  return Error::success();
}
