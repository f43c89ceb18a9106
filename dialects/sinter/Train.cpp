//===- Train.cpp - entries, gradient, fusions ----------------------------------------------------------===//
//
// Verifiers of what structures a module, and the text form of initialisers.
//
//===----------------------------------------------------------------------------------------------===//
#include "dialects/sinter/GradBuilder.h"

#include "mlir/IR/DialectImplementation.h"
#include "sinter/rules/loss.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::ir;

Attribute InitAttr::parse(AsmParser &parser, Type) {
  StringRef kind;
  FloatAttr a, b;
  Type f64 = parser.getBuilder().getF64Type();
  if (parser.parseLess() || parser.parseKeyword(&kind) || parser.parseComma() || parser.parseAttribute(a, f64) ||
      parser.parseComma() || parser.parseAttribute(b, f64) || parser.parseGreater())
    return {};
  if (kind != "constant" && kind != "normal" && kind != "uniform") {
    parser.emitError(parser.getNameLoc(), "init expects constant, normal or uniform, got ") << kind;
    return {};
  }
  return get(parser.getContext(), kind, a.getValueAsDouble(), b.getValueAsDouble());
}
void InitAttr::print(AsmPrinter &printer) const {
  Type f64 = Float64Type::get(getContext());
  printer << "<" << getKind() << ", ";
  printer.printAttributeWithoutType(FloatAttr::get(f64, getA()));
  printer << ", ";
  printer.printAttributeWithoutType(FloatAttr::get(f64, getB()));
  printer << ">";
}

void EntryOp::getAsmBlockArgumentNames(Region &region, OpAsmSetValueNameFn setName) {
  for (auto [argument, name] : llvm::zip(region.getArguments(), getArgNames()))
    setName(argument, cast<StringAttr>(name).getValue());
}

LogicalResult EntryOp::verify() {
  Block &block = getBody().front();
  if (block.getNumArguments() != getArgNames().size())
    return emitOpError() << "expects one name an input (" << block.getNumArguments() << "), got " << getArgNames().size();
  if (block.empty() || !isa<ReturnOp>(block.back()))
    return emitOpError() << "expects to end in sinter.return";
  return success();
}

LogicalResult ReturnOp::verify() {
  if (getOutputs().size() != getNames().size() || getUpdates().size() != getSymbols().size())
    return emitOpError() << "expects one name an output and one symbol an update, got " << getNames().size() << " and "
                         << getSymbols().size();
  return success();
}

LogicalResult GradientOp::verify() {
  if (getInputs().size() < 2 * getNumYs() || getNumYs() < 1)
    return emitOpError() << "expects ys, as many cotangents, then xs; got " << getInputs().size() << " operands";
  return verifyRule(*this, rules::gradient(operandRules(*this), getNumYs()));
}

void FusedOp::build(OpBuilder &, OperationState &state, TypeRange results, StringRef kind, ValueRange inputs) {
  state.addTypes(results);
  state.addOperands(inputs);
  state.getOrAddProperties<Properties>().kind = StringAttr::get(state.getContext(), kind);
  state.addRegion();
}

/// Layouts belong to the outside: inside, a body speaks of logical tensors.
static bool sameButForLayout(TypeRange a, TypeRange b) {
  return llvm::equal(a, b, [](Type x, Type y) { return toRule(x) == toRule(y); });
}

LogicalResult FusedOp::verify() {
  Block &block = getBody().front();
  if (!sameButForLayout(block.getArgumentTypes(), getInputs().getTypes()))
    return emitOpError() << "expects block arguments of its operands' types";
  if (block.empty() || !isa<YieldOp>(block.back()))
    return emitOpError() << "expects to end in sinter.yield";
  if (!sameButForLayout(block.back().getOperandTypes(), getResultTypes()))
    return emitOpError() << "expects to yield its result types";
  int64_t contractions = 0;
  for (Operation &op : block.without_terminator()) {
    contractions += isa<ContractionOpInterface>(op);
    if (!isa<ContractionOpInterface, MapOpInterface, ViewOpInterface>(op) && !op.hasTrait<OpTrait::ConstantLike>())
      return op.emitOpError() << "cannot stand in sinter.fused: it is no map, contraction, view or constant";
  }
  if (contractions != (getKind() == "contraction"))
    return emitOpError() << "expects kind contraction with one contraction, or kind map with none; got " << getKind()
                         << " with " << contractions;
  return success();
}
