//===- Form.cpp - values made of symbols, kept beside them ------------------------------------===//
//
// Text form and verifier of sinter.form: what a form is made of exists and fits, no form is made of
// itself, and none is refreshed more often than what it is made of. Reading on: Train.td.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/Sinter.h"

#include "mlir/IR/OpImplementation.h"
#include "llvm/ADT/SetVector.h"

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

/// True when `form` is made of itself.
static bool isCyclic(FormOp form, SymbolTableCollection &symbols) {
  llvm::SmallSetVector<Operation *, 8> makers;
  auto addSources = [&](FormOp user) {
    for (Attribute source : user.getSources())
      if (auto maker = symbols.lookupNearestSymbolFrom<FormOp>(user, cast<SymbolRefAttr>(source)))
        makers.insert(maker);
  };
  addSources(form);
  for (size_t i = 0; i < makers.size() && !makers.contains(form); ++i)
    addSources(cast<FormOp>(makers[i]));
  return makers.contains(form);
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
  if (isCyclic(*this, symbols))
    return emitOpError() << "expects not to be made of itself";
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
    if (auto form = dyn_cast<FormOp>(*source); form && failed(verifyFresh(*this, form)))
      return failure();
  }
  return success();
}

SmallVector<FormOp> ir::orderForms(ModuleOp module) {
  SymbolTable symbols(module);
  llvm::SetVector<Operation *> ordered;
  llvm::SmallPtrSet<Operation *, 16> seen;
  SmallVector<Operation *> stack;
  for (auto root : module.getOps<FormOp>()) {
    stack.push_back(root);
    while (!stack.empty()) { // its forms first, then, when met again, itself
      auto form = cast<FormOp>(stack.back());
      size_t size = stack.size();
      if (seen.insert(form).second)
        for (auto source : form.getSources().getAsRange<FlatSymbolRefAttr>())
          if (auto maker = symbols.lookup<FormOp>(source.getAttr()); maker && !seen.contains(maker))
            stack.push_back(maker);
      if (stack.size() > size)
        continue;
      ordered.insert(form);
      stack.pop_back();
    }
  }
  return llvm::map_to_vector(ordered, [](Operation *op) { return cast<FormOp>(op); });
}
