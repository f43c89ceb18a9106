//===- Train.cpp - entries, gradient, fusions -------------------------------------------------===//
//
// Verifiers of what structures a module, and the text form of initialisers.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/GradBuilder.h"

#include "mlir/IR/DialectImplementation.h"
#include "sinter/rules/loss.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::ir;

Attribute InitAttr::parse(AsmParser &parser, Type) {
  Type f64 = parser.getBuilder().getF64Type();
  if (parser.parseLess())
    return {};
  auto kind = FieldParser<InitKind>::parse(parser);
  if (failed(kind))
    return {};
  double numbers[] = {0, 0, 0, 0}; // a, b, and of a truncated one its bounds
  for (double &number : MutableArrayRef(numbers, *kind == InitKind::Truncated ? 4 : 2)) {
    FloatAttr read;
    if (parser.parseComma() || parser.parseAttribute(read, f64))
      return {};
    number = read.getValueAsDouble();
  }
  if (parser.parseGreater())
    return {};
  return get(parser.getContext(), *kind, numbers[0], numbers[1], numbers[2], numbers[3]);
}
void InitAttr::print(AsmPrinter &printer) const {
  printer << "<" << stringifyInitKind(getKind());
  FloatAttr numbers[] = {getAAttr(), getBAttr(), getLowAttr(), getHighAttr()};
  for (FloatAttr number : ArrayRef(numbers, getKind() == InitKind::Truncated ? 4 : 2)) {
    printer << ", ";
    printer.printAttributeWithoutType(number);
  }
  printer << ">";
}

//===--- The module level ---------------------------------------------------------------------===//

void SymbolOp::build(OpBuilder &builder, OperationState &state, StringRef name, Type type,
                     SymbolKind kind, InitAttr init, StringRef parameter, StringRef slot) {
  auto &properties = state.getOrAddProperties<Properties>();
  properties.sym_name = builder.getStringAttr(name);
  properties.type = TypeAttr::get(type);
  properties.kind = SymbolKindAttr::get(builder.getContext(), kind);
  properties.init = init;
  if (!parameter.empty())
    properties.parameter = FlatSymbolRefAttr::get(builder.getContext(), parameter);
  if (!slot.empty())
    properties.slot = builder.getStringAttr(slot);
}

kernel::Role SymbolOp::getRole() {
  bool state = getKind() == SymbolKind::Optimizer || getKind() == SymbolKind::Metric;
  return state ? kernel::Role::State : kernel::Role::Param;
}

LogicalResult SymbolOp::verify() {
  auto type = dyn_cast<RankedTensorType>(getType());
  if (!type)
    return emitOpError() << "expects a tensor type, got " << getType();
  if (failed(verifyStored(*this, type)))
    return failure();
  // Names stand in weight files: beside safetensors' own entry and beside the trainer's state.
  StringRef name = getSymName();
  if (name.empty() || name.size() > 900 ||
      !llvm::all_of(name, [](unsigned char c) { return c > 0x20 && c != 0x7f; }))
    return emitOpError() << "expects a name of 1 to 900 printable bytes, got " << name.size()
                         << " bytes";
  if (name == "__metadata__" ||
      (isWeight() && (name.starts_with("optimizer/") || name.starts_with("trainer/"))))
    return emitOpError() << "expects a name that weight files do not keep for themselves, got '"
                         << name << "'";
  if (getParameter().has_value() != getSlot().has_value() ||
      (getSlot() && getKind() != SymbolKind::Optimizer))
    return emitOpError() << "expects `of` and `slot` together, and of an optimizer's state only";
  return success();
}

LogicalResult SymbolOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (!getParameter())
    return success();
  auto parameter = symbols.lookupNearestSymbolFrom<SymbolOp>(*this, getParameterAttr());
  if (parameter && parameter.getKind() == SymbolKind::Parameter)
    return success();
  return emitOpError() << "expects " << getParameterAttr() << " to be a parameter, got "
                       << (parameter ? "another symbol" : "no such name");
}

ParseResult ir::parseScalarKind(OpAsmParser &parser, ScalarKindAttr &kind) {
  kind = ScalarKindAttr::get(parser.getContext(), ScalarKind::Flag);
  return failed(parser.parseOptionalKeyword("kind")) ? success() : parseKeyword(parser, kind);
}
void ir::printScalarKind(OpAsmPrinter &printer, Operation *, ScalarKindAttr kind) {
  if (kind && kind.getValue() != ScalarKind::Flag)
    printer << " kind " << stringifyScalarKind(kind.getValue());
}

LogicalResult ScalarOp::verify() {
  for (ScalarKind own : {ScalarKind::Step, ScalarKind::Seed}) {
    bool named = getSymName() == stringifyScalarKind(own);
    if (named != (getKind() == own) || (named && !getType().isInteger(64)))
      return emitOpError() << "expects @" << stringifyScalarKind(own)
                           << " and no other to be i64 of kind " << stringifyScalarKind(own);
  }
  if (!getType().isF32() && !getType().isF64() && !getType().isInteger(32) &&
      !getType().isInteger(64))
    return emitOpError() << "expects f32, f64, i32 or i64, got " << getType();
  return success();
}

LogicalResult FieldAttr::verify(function_ref<InFlightDiagnostic()> emitError, StringAttr name,
                                RankedTensorType type, Decode decode, int64_t limit, int64_t ahead,
                                StringAttr column, ElementsAttr examples) {
  bool target = decode == Decode::Target || decode == Decode::TargetClass,
       table = decode == Decode::Columns || target,
       picture = decode >= Decode::Picture && decode <= Decode::PictureStretched,
       mayBeAhead = decode != Decode::Unit && decode != Decode::Number && decode != Decode::Class &&
                    !table && !picture,
       token = mayBeAhead && decode != Decode::Length,
       index = mayBeAhead || decode == Decode::Class || decode == Decode::TargetClass;
  for (int64_t size : type.getShape())
    if (size < 1)
      return emitError() << "field " << name << " expects sizes of 1 or more, got " << size;
  if (index ? !type.getElementType().isInteger(32) : !type.getElementType().isF32())
    return emitError() << "field " << name << " expects " << (index ? "i32" : "f32") << ", got "
                       << type;
  if (index ? limit < 1 : limit != 0)
    return emitError() << "field " << name << " expects a limit of " << (index ? "1 or more" : "0")
                       << ", got " << limit;
  if (token && type.getRank() != 1)
    return emitError() << "field " << name << " expects tokens tensor<STEPSxi32>, got " << type;
  if (ahead < 0 || (ahead > 0 && !mayBeAhead))
    return emitError() << "field " << name << " expects tokens and lengths alone to be ahead, got "
                       << ahead;
  if (picture && (type.getRank() != 3 || (type.getDimSize(0) != 1 && type.getDimSize(0) != 3)))
    return emitError() << "field " << name
                       << " expects pictures tensor<1xHxWxf32> or tensor<3xHxWxf32>, got " << type;
  bool one = decode != Decode::Target || (type.getRank() == 1 && type.getDimSize(0) == 1);
  if (table ? type.getRank() != (decode == Decode::TargetClass ? 0 : 1) || !one : column != nullptr)
    return emitError() << "field " << name << " expects "
                       << (!table                          ? "no column, which only tables have"
                           : decode == Decode::Target      ? "a target tensor<1xf32>"
                           : decode == Decode::TargetClass ? "a target tensor<i32>"
                                                           : "features tensor<Fxf32>");
  if (target && !column)
    return emitError() << "field " << name << " expects a column, got none";
  if (!examples)
    return success();
  auto all = dyn_cast<RankedTensorType>(examples.getType());
  if (mayBeAhead || table || picture || !all || all.getRank() != type.getRank() + 1 ||
      all.getShape().drop_front() != type.getShape() ||
      all.getElementType() != type.getElementType())
    return emitError() << "field " << name << " expects examples of " << type
                       << " along a first dim, got " << examples.getType();
  return success();
}

LogicalResult DataOp::verify() {
  int64_t train = getTrain(), test = getTest(), most = getMost(), count = train + test;
  if (train < 0 || test < 0 || (train == 0 && test > 0))
    return emitOpError() << "expects counts of examples to train with and to test with, got "
                         << train << " and " << test;
  if (most < 0)
    return emitOpError() << "expects examples to train with, got " << most;
  SmallVector<StringAttr> names;
  for (auto field : getFields().getAsRange<FieldAttr>()) {
    if (llvm::is_contained(names, field.getName()))
      return emitOpError() << "expects fields of different names, got " << field.getName()
                           << " twice";
    names.push_back(field.getName());
    ElementsAttr examples = field.getExamples();
    if (int64_t got = examples ? examples.getShapedType().getShape().front() : 0; got != count)
      return emitOpError() << "expects " << count << " examples of field " << field.getName()
                           << ", got " << got;
  }
  return success();
}

RankedTensorType StoredOpInterface::getTensorType() {
  auto type = dyn_cast<RankedTensorType>(getType());
  return type ? type : RankedTensorType::get({}, getType());
}

/// Type of what `name` stands for (a symbol, a form, a scalar); null after an error.
static Type lookupType(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr name,
                       bool scalars = false) {
  auto target = symbols.lookupNearestSymbolFrom<StoredOpInterface>(op, name);
  if (target && isa<RankedTensorType>(target.getType()))
    return target.getType();
  if (target && scalars && isa<ScalarOp>(*target))
    return target.getTensorType();
  bool other = symbols.lookupNearestSymbolFrom(op, name);
  op->emitOpError() << "expects " << name << " to be a symbol" << (scalars ? " or a scalar" : "")
                    << " of the module, got " << (other ? "another op" : "no such name");
  return {};
}

/// Shape and elements must agree; layouts may differ until the layout pass has settled them.
static LogicalResult verifySame(Operation *op, FlatSymbolRefAttr name, Type expected, Type got) {
  if (!isa<RankedTensorType>(expected) || !isa<RankedTensorType>(got))
    return op->emitOpError() << "expects tensor types for " << name << ", got " << expected
                             << " and " << got;
  if (toRule(expected) == toRule(got))
    return success();
  return op->emitOpError() << "expects " << rules::toString(toRule(expected)) << " for " << name
                           << ", got " << rules::toString(toRule(got));
}

/// A number, or counts, which the trainer reads where they lie, row by row.
static bool isSum(RankedTensorType type) {
  if (type.getRank() == 0)
    return isa<FloatType>(type.getElementType());
  return type.getRank() == 2 && type.getDimSize(0) == type.getDimSize(1) &&
         type.getElementType().isInteger(64) && !type.getEncoding();
}

LogicalResult MetricOp::verifySymbolUses(SymbolTableCollection &symbols) {
  for (FlatSymbolRefAttr name : {getSumAttr(), getWeightAttr()}) {
    Type type = lookupType(*this, symbols, name);
    if (!type)
      return failure();
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || !isSum(tensor))
      return emitOpError() << "expects a floating-point number or square counts i64 in " << name
                           << ", got " << type;
  }
  auto counts = cast<RankedTensorType>(lookupType(*this, symbols, getSumAttr())).getRank() > 0;
  if (counts && getSum() != getWeight())
    return emitOpError() << "expects counts to be sum and weight, got " << getWeightAttr()
                         << " as weight";
  return success();
}

//===--- Entries ------------------------------------------------------------------------------===//

void EntryOp::getAsmBlockArgumentNames(Region &region, OpAsmSetValueNameFn setName) {
  for (auto [argument, name] : llvm::zip(region.getArguments(), getArgNames()))
    setName(argument, cast<StringAttr>(name).getValue());
}

LogicalResult EntryOp::verify() {
  Block &block = getBody().front();
  for (Type type : block.getArgumentTypes())
    if (failed(verifyStored(*this, type)))
      return failure();
  if (block.getNumArguments() != getArgNames().size())
    return emitOpError() << "expects one name an input (" << block.getNumArguments() << "), got "
                         << getArgNames().size();
  if (block.empty() || !isa<ReturnOp>(block.back()))
    return emitOpError() << "expects to end in sinter.return";
  if (int64_t(getBatch()) < 0)
    return emitOpError() << "expects a batch of 1 or more, or 0 for none, got "
                         << int64_t(getBatch());
  if (getKind() <= kernel::EntryKind::Predict)
    return success();
  return emitOpError() << "expects kind train, eval or predict, got "
                       << kernel::stringifyEntryKind(getKind());
}

LogicalResult ReturnOp::verify() {
  if (getOutputs().size() != getNames().size() || getUpdates().size() != getSymbols().size())
    return emitOpError() << "expects one name an output and one symbol an update, got "
                         << getNames().size() << " and " << getSymbols().size();
  if (!getLoss())
    return success();
  if (*getLoss() >= getOutputs().size() ||
      cast<RankedTensorType>(getOutputs()[*getLoss()].getType()).getRank() != 0)
    return emitOpError() << "expects the place of a number among the outputs as loss, got "
                         << int64_t(*getLoss());
  return success();
}

LogicalResult ReturnOp::verifySymbolUses(SymbolTableCollection &symbols) {
  llvm::SmallDenseSet<StringAttr, 8> seen;
  for (auto [attribute, update] : llvm::zip_equal(getSymbols(), getUpdates())) {
    auto name = cast<FlatSymbolRefAttr>(attribute);
    if (!seen.insert(name.getAttr()).second)
      return emitOpError() << "expects one update a symbol, got two of " << name;
    Type type = lookupType(*this, symbols, name);
    if (!type || failed(verifySame(*this, name, type, update.getType())))
      return failure();
  }
  for (auto form : (*this)->getParentOfType<ModuleOp>().getOps<FormOp>()) {
    if (form.getRefresh() != Refresh::Load || seen.contains(form.getSymNameAttr()))
      continue;
    for (auto source : form.getSources().getAsRange<FlatSymbolRefAttr>())
      if (seen.contains(source.getAttr()))
        return emitOpError() << "expects no update of " << source << ", of which @"
                             << form.getSymName() << " is made after loading only";
  }
  return success();
}

void GetOp::getAsmResultNames(OpAsmSetValueNameFn setName) { setName(getResult(), getSymbol()); }

LogicalResult GetOp::verifySymbolUses(SymbolTableCollection &symbols) {
  Type type = lookupType(*this, symbols, getSymbolAttr(), /*scalars=*/true);
  if (!type || failed(verifyLayouts(*this)))
    return failure();
  auto entry = (*this)->getParentOfType<EntryOp>();
  auto form = symbols.lookupNearestSymbolFrom<FormOp>(*this, getSymbolAttr());
  if (form && form.getRefresh() == Refresh::Prepare && entry &&
      entry.getKind() == kernel::EntryKind::Train)
    return emitOpError() << "expects a form that training keeps fresh, got " << getSymbolAttr()
                         << " of refresh(prepare)";
  return verifySame(*this, getSymbolAttr(), type, getResult().getType());
}

//===--- Gradients, fusions, layouts ----------------------------------------------------------===//

LogicalResult GradientOp::verify() {
  if (getInputs().size() < 2 * getNumYs() || getNumYs() < 1)
    return emitOpError() << "expects ys, as many cotangents, then xs; got " << getInputs().size()
                         << " operands";
  return verifyRule(*this, rules::gradient(operandRules(*this), getNumYs()));
}

void FusedOp::build(OpBuilder &, OperationState &state, TypeRange results, FusedKind kind,
                    ValueRange inputs) {
  state.addTypes(results);
  state.addOperands(inputs);
  state.getOrAddProperties<Properties>().kind = FusedKindAttr::get(state.getContext(), kind);
  state.addRegion();
}

/// Layouts belong to the outside: inside, a body speaks of logical tensors.
static bool sameButForLayout(TypeRange a, TypeRange b) {
  return llvm::equal(a, b, [](Type x, Type y) {
    return isa<RankedTensorType>(x) && isa<RankedTensorType>(y) && toRule(x) == toRule(y);
  });
}

/// What is summed has an algorithm that fits: a contraction's domain is in its op, a map's dims may
/// be cut further by others that join it, but hold as many elements.
static LogicalResult verifySums(FusedOp fused) {
  std::optional<SmallVector<int64_t>> reduced;
  for (Operation &op : fused.getBody().front()) {
    if (auto contraction = dyn_cast<ContractionOpInterface>(op)) {
      reduced.emplace(
          llvm::drop_begin(contraction.getContractionDomain(), contraction.getParallelDims()));
    } else if (auto map = dyn_cast<MapOpInterface>(op); map && fused.getKind() == FusedKind::Map) {
      SmallVector<int64_t> dims = map.getMapDomain(), inner = map.getInnerDims();
      if (!inner.empty())
        reduced.emplace(llvm::map_range(inner, [&](int64_t d) { return dims[d]; }));
    }
  }
  return kernel::verifyAlgorithm(fused, fused.getAlgorithmAttr(),
                                 reduced ? std::optional(ArrayRef(*reduced)) : std::nullopt);
}

LogicalResult FusedOp::verify() {
  if (failed(verifyLayouts(*this)))
    return failure();
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
    if (!isa<ContractionOpInterface, MapOpInterface, ViewOpInterface>(op) &&
        !op.hasTrait<OpTrait::ConstantLike>())
      return op.emitOpError()
             << "cannot stand in sinter.fused: it is no map, contraction, view or constant";
  }
  if (contractions != (getKind() == FusedKind::Contraction))
    return emitOpError()
           << "expects kind contraction with one contraction, or kind map with none; got "
           << stringifyFusedKind(getKind()) << " with " << contractions;
  return verifySums(*this);
}

LogicalResult ConvertLayoutOp::verify() {
  if (failed(verifyLayouts(*this)))
    return failure();
  if (toRule(getInput().getType()) == toRule(getResult().getType()))
    return success();
  return emitOpError() << "expects equal shapes and elements, got " << getInput().getType()
                       << " and " << getResult().getType();
}
OpFoldResult ConvertLayoutOp::fold(FoldAdaptor) {
  Value source = getInput();
  while (auto earlier = source.getDefiningOp<ConvertLayoutOp>())
    source = earlier.getInput();
  if (source.getType() == getResult().getType())
    return source;
  if (source == getInput())
    return {};
  getInputMutable().assign(source);
  return getResult();
}
