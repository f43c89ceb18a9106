//===- Context.cpp - the list of dialects -----------------------------------------------------===//
//
// See Context.h.
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/Context.h"
#include "codegen/loops/Lowering.h"
#include "dialects/sinter/Sinter.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/DLTI/DLTI.h"
#include "mlir/Dialect/Index/IR/IndexDialect.h"
#include "mlir/Dialect/UB/IR/UBOps.h"

void sinter::compiler::registerDialects(mlir::DialectRegistry &registry) {
  codegen::registerLoopDialects(registry);
  registry.insert<ir::SinterDialect, mlir::affine::AffineDialect, mlir::index::IndexDialect,
                  mlir::ub::UBDialect, mlir::DLTIDialect>();
}
