//===- SinterDialect.cpp - registration of the `sinter` dialect -------------------------------===//
//
// Registers ops and attributes, and includes all generated definitions: inline gradients, rules and
// scalar code are compiled here. Reading on: OpBase.td.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/GradBuilder.h"
#include "dialects/sinter/ScalarBuilder.h"

#include "dialects/rules/All.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::ir;

#include "dialects/sinter/SinterDialect.cpp.inc"
#include "dialects/sinter/SinterEnums.cpp.inc"
#include "dialects/sinter/SinterInterfaces.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/sinter/SinterAttrs.cpp.inc"
static ParseResult parseAlgorithm(OpAsmParser &parser, kernel::AlgorithmAttr &algorithm) {
  algorithm = llvm::cast_or_null<kernel::AlgorithmAttr>(kernel::AlgorithmAttr::parse(parser, {}));
  return success(algorithm != nullptr);
}
static void printAlgorithm(OpAsmPrinter &printer, FusedOp, kernel::AlgorithmAttr algorithm) {
  algorithm.print(printer);
}

#define GET_OP_CLASSES
#include "dialects/sinter/SinterOps.cpp.inc"

void SinterDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/sinter/SinterAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/sinter/SinterOps.cpp.inc"
      >();
}

Operation *SinterDialect::materializeConstant(OpBuilder &builder, Attribute value, Type type,
                                              Location loc) {
  auto elements = dyn_cast<ElementsAttr>(value);
  return elements ? ConstantOp::create(builder, loc, type, elements).getOperation() : nullptr;
}
