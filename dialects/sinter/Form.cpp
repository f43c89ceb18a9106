//===- Form.cpp - values made of symbols, kept beside them ------------------------------------===//
//
// Text form and verifier of sinter.form: what a form is made of exists, stands in front and fits,
// and none is refreshed more often than what it is made of. Reading on: Train.td.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/Sinter.h"

#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::ir;

ParseResult ir::parseSources(OpAsmParser &parser, ArrayAttr &sources) {
  SmallVector<Attribute> names;
  auto parseName = [&]() -> ParseResult {
    StringAttr name;
    if (parser.parseSymbolName(name))
      return failure();
    names.push_back(FlatSymbolRefAttr::get(name));
    return success();
  };
  if (parser.parseCommaSeparatedList(parseName))
    return failure();
  sources = parser.getBuilder().getArrayAttr(names);
  return success();
}

void ir::printSources(OpAsmPrinter &printer, Operation *, ArrayAttr sources) {
  llvm::interleaveComma(sources.getAsValueRange<FlatSymbolRefAttr>(), printer,
                        [&](StringRef name) { printer.printSymbolName(name); });
}

void FormOp::build(OpBuilder &builder, OperationState &state, StringRef name,
                   ArrayRef<Attribute> sources, TypeRange inputs, Type type, Refresh refresh) {
  auto &properties = state.getOrAddProperties<Properties>();
  properties.sym_name = builder.getStringAttr(name);
  properties.sources = builder.getArrayAttr(sources);
  properties.type = TypeAttr::get(type);
  properties.refresh = RefreshAttr::get(builder.getContext(), refresh);
  Block &block = state.addRegion()->emplaceBlock();
  block.addArguments(inputs, SmallVector<Location>(inputs.size(), state.location));
}

bool FormOp::isLayout() { return isa<BlockArgument>(getYielded()); }

/// Shape and element; layouts may differ.
static bool sameButForLayout(Type x, Type y) {
  return isa<RankedTensorType>(x) && isa<RankedTensorType>(y) && toRule(x) == toRule(y);
}

LogicalResult FormOp::verify() {
  if (failed(verifyStored(*this, getType())))
    return failure();
  Block &block = getBody().front();
  if (getSources().empty() || block.getNumArguments() != getSources().size())
    return emitOpError() << "expects one block argument a source, and at least one; got "
                         << block.getNumArguments() << " for " << getSources().size();
  for (Operation &op : block)
    if (!isPure(&op) || isa<GetOp>(op))
      return op.emitOpError() << "cannot stand in sinter.form: it expects pure ops on the values "
                                 "of its sources";
  if (block.empty() || !isa<YieldOp>(block.back()) || block.back().getNumOperands() != 1)
    return emitOpError() << "expects to end in sinter.yield of one value";
  if (!sameButForLayout(getYielded().getType(), getType()))
    return emitOpError() << "expects to yield its type, but for the layout, got "
                         << getYielded().getType();
  return success();
}

/// What a form is made of must be fresh whenever the form is computed.
static LogicalResult verifyFresh(FormOp form, FormOp source) {
  bool fits = form.getRefresh() == Refresh::Prepare || source.getRefresh() == Refresh::Load ||
              source.getRefresh() == form.getRefresh();
  if (fits)
    return success();
  return form.emitOpError() << "expects sources that are fresh when it is refreshed ("
                            << stringifyRefresh(form.getRefresh()) << "), got @"
                            << source.getSymName() << " of refresh("
                            << stringifyRefresh(source.getRefresh()) << ")";
}

LogicalResult FormOp::verifySymbolUses(SymbolTableCollection &symbols) {
  for (auto [attribute, argument] :
       llvm::zip_equal(getSources(), getBody().front().getArguments())) {
    auto name = cast<FlatSymbolRefAttr>(attribute);
    auto source = symbols.lookupNearestSymbolFrom<StoredOpInterface>(*this, name);
    if (!source || isa<ScalarOp>(*source))
      return emitOpError() << "expects " << name << " to be a symbol or a form of the module, got "
                           << (source ? "a run-time scalar" : "no such name");
    if (!sameButForLayout(source.getType(), argument.getType()))
      return emitOpError() << "expects a block argument of the type of " << name << ", "
                           << source.getType() << ", got " << argument.getType();
    auto form = dyn_cast<FormOp>(*source);
    if (form && form->getBlock() == (*this)->getBlock() && !form->isBeforeInBlock(*this))
      return emitOpError() << "expects to stand behind the form " << name
                           << ", of which it is made";
    if (form && failed(verifyFresh(*this, form)))
      return failure();
  }
  return success();
}
