//===- Convert.h - functions of loops become the LLVM dialect ---------------------------------===//
//
// One step over one module of functions, where upstream's passes would be a dozen walks. What it
// does not cover is made simpler first, by those passes. Reading on: Lowering.cpp (its user).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_LOOPS_CONVERT_H
#define SINTER_CODEGEN_LOOPS_CONVERT_H

#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Rewrite/FrozenRewritePatternSet.h"

namespace sinter::codegen {

/// Rewrites, anywhere in `module`, the ops that Converter does not know: shaped vectors, views
/// of strided memory, functions of libm (declared in `module`). Mostly there is nothing to do.
llvm::LogicalResult simplifyForLLVM(mlir::ModuleOp module);

/// True for an op of the math dialect that becomes one instruction or a few, not a call of libm.
bool isInstruction(mlir::Operation *op);

/// Turns functions and globals into the LLVM dialect, with bare pointers. One object serves all
/// threads.
class Converter {
public:
  explicit Converter(mlir::MLIRContext *context);

  /// Everything inside `op`, or `op` itself. Symbols need not be there.
  llvm::LogicalResult convert(mlir::Operation *op) const;

private:
  mlir::LLVMTypeConverter types;
  mlir::LLVMConversionTarget target;
  mlir::FrozenRewritePatternSet expansions; ///< of arithmetic, before anything else
  mlir::FrozenRewritePatternSet patterns;
};

} // namespace sinter::codegen

#endif
