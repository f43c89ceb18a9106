//===- Convert.cpp - functions of loops become the LLVM dialect -------------------------------===//
//
// See Convert.h. One conversion with the patterns of all dialects that emitters use; passes one
// after the other would visit, cast and uncast every value a dozen times. Reading on: Lower.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Convert.h"

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "mlir/Dialect/Vector/Transforms/VectorRewritePatterns.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
using namespace sinter;

static bool isFlat(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  return !vector || vector.getRank() == 1;
}

/// Vector ops with one LLVM op or a few behind each.
static bool isSimpleVectorOp(Operation *op) {
  return isa<vector::LoadOp, vector::StoreOp, vector::MaskedLoadOp, vector::MaskedStoreOp,
             vector::BroadcastOp, vector::ShuffleOp, vector::ExtractOp, vector::InsertOp,
             vector::FMAOp, vector::ReductionOp, vector::ConstantMaskOp, vector::CreateMaskOp,
             vector::FromElementsOp>(op) &&
         llvm::all_of(op->getOperandTypes(), isFlat) && llvm::all_of(op->getResultTypes(), isFlat);
}

static bool isSimpleMemRefOp(Operation *op) {
  return isa<memref::LoadOp, memref::StoreOp, memref::ViewOp, memref::GetGlobalOp, memref::GlobalOp,
             memref::AllocaOp, memref::PrefetchOp>(op);
}

bool codegen::isInstruction(Operation *op) {
  return isa<math::FmaOp, math::SqrtOp, math::AbsFOp, math::AbsIOp, math::FloorOp, math::CeilOp,
             math::TruncOp, math::RoundEvenOp, math::CopySignOp>(op);
}

LogicalResult codegen::simplifyForLLVM(ModuleOp module) {
  bool vectors = false, memory = false, calls = false;
  module.walk([&](Operation *op) {
    vectors |= isa<vector::VectorDialect>(op->getDialect()) && !isSimpleVectorOp(op);
    memory |= isa<memref::MemRefDialect>(op->getDialect()) && !isSimpleMemRefOp(op);
    calls |= isa<math::MathDialect>(op->getDialect()) && !isInstruction(op);
  });
  PassManager passes(module.getContext());
  if (memory)
    passes.addPass(memref::createExpandStridedMetadataPass());
  if (calls) {
    ConvertMathToLLVMPassOptions exact;
    exact.approximateLog1p = false;
    passes.addPass(createConvertMathToLLVMPass(exact));
    passes.addPass(createConvertMathToLibmPass());
  }
  if (vectors)
    passes.addPass(createConvertVectorToLLVMPass());
  return passes.run(module);
}

/// Minima and maxima with NaN (D3), rounding divisions: in compares and selects, whose bits every
/// target agrees on.
static void expandArith(Operation *root, const FrozenRewritePatternSet &expansions) {
  SmallVector<Operation *> ops;
  root->walk([&](Operation *op) {
    if (isa<arith::MaximumFOp, arith::MinimumFOp, arith::MaxNumFOp, arith::MinNumFOp,
            arith::FloorDivSIOp, arith::CeilDivSIOp, arith::CeilDivUIOp>(op))
      ops.push_back(op);
  });
  GreedyRewriteConfig config;
  config.setStrictness(GreedyRewriteStrictness::ExistingOps).enableFolding(false);
  (void)applyOpPatternsGreedily(ops, expansions, config);
}

/// Descriptors of memory are built and taken apart again at once; takes out what is left of that.
static void foldDescriptors(Operation *root) {
  SmallVector<Operation *> ops;
  root->walk([&](Operation *op) {
    if (auto extract = dyn_cast<LLVM::ExtractValueOp>(op)) {
      Value value = extract.getContainer();
      while (auto insert = value.getDefiningOp<LLVM::InsertValueOp>()) {
        ArrayRef<int64_t> put = insert.getPosition(), wanted = extract.getPosition();
        if (put == wanted)
          extract.replaceAllUsesWith(insert.getValue());
        size_t common = std::min(put.size(), wanted.size());
        if (put.take_front(common) == wanted.take_front(common))
          break; // the same, or a part of it
        value = insert.getContainer();
      }
    }
    if (auto address = dyn_cast<LLVM::GEPOp>(op)) {
      SmallVector<OpFoldResult> folded; // known indices move into the op; those of 0 leave the base
      if (succeeded(op->fold(folded)) && !folded.empty())
        address.replaceAllUsesWith(cast<Value>(folded.front()));
    }
    ops.push_back(op);
  });
  for (Operation *op : llvm::reverse(ops))
    if (isOpTriviallyDead(op))
      op->erase();
}

static LowerToLLVMOptions makeOptions(MLIRContext *context) {
  LowerToLLVMOptions options(context);
  options.useBarePtrCallConv = true;
  return options;
}

codegen::Converter::Converter(MLIRContext *context)
    : types(context, makeOptions(context)), target(*context) {
  RewritePatternSet arithmetic(context);
  arith::populateArithExpandOpsPatterns(arithmetic);
  expansions = std::move(arithmetic);
  RewritePatternSet all(context);
  populateSCFToControlFlowConversionPatterns(all);
  vector::populateVectorMaskOpLoweringPatterns(all);
  vector::populateVectorMaskMaterializationPatterns(all, /*force32BitVectorIndices=*/false);
  populateVectorToLLVMConversionPatterns(types, all);
  populateFinalizeMemRefToLLVMConversionPatterns(types, all);
  populateMathToLLVMConversionPatterns(types, all, /*approximateLog1p=*/false);
  arith::populateArithToLLVMConversionPatterns(types, all);
  cf::populateControlFlowToLLVMConversionPatterns(types, all);
  populateFuncToLLVMConversionPatterns(types, all);
  patterns = std::move(all);
  target.addIllegalDialect<arith::ArithDialect, cf::ControlFlowDialect, func::FuncDialect,
                           math::MathDialect, memref::MemRefDialect, scf::SCFDialect,
                           vector::VectorDialect>();
}

LogicalResult codegen::Converter::convert(Operation *op) const {
  expandArith(op, expansions);
  bool stays = isa<ModuleOp>(op); // any other op is replaced
  ConversionConfig config;
  config.allowPatternRollback = false; // nothing is tried that may fail
  if (failed(applyPartialConversion(op, target, patterns, config)))
    return failure();
  if (!stays)
    return success();
  SmallVector<UnrealizedConversionCastOp> casts;
  op->walk([&](UnrealizedConversionCastOp cast) { casts.push_back(cast); });
  reconcileUnrealizedCasts(casts);
  foldDescriptors(op);
  return success();
}
