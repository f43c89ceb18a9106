//===- Import.cpp - a serialised graph becomes the `sinter` dialect ---------------------------===//
//
// See Import.h. Nothing here knows an op: what a node may be is said by the dialect's verifiers.
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/Import.h"

#include "dialects/sinter/Sinter.h"
#include "frontend/graph.pb.h"

#include "mlir/IR/Verifier.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace sinter::compiler {

// The serialised graph and the dialects count alike.
template <class X, class Y> static constexpr bool same(X x, Y y) {
  return static_cast<int>(x) == static_cast<int>(y);
}
static_assert(same(proto::Symbol::PARAMETER, ir::SymbolKind::Parameter) &&
              same(proto::Symbol::BUFFER, ir::SymbolKind::Buffer) &&
              same(proto::Symbol::OPTIMIZER, ir::SymbolKind::Optimizer) &&
              same(proto::Symbol::METRIC, ir::SymbolKind::Metric) &&
              same(proto::Symbol::COUNTER, ir::SymbolKind::Counter));
static_assert(same(proto::Initializer::CONSTANT, ir::InitKind::Constant) &&
              same(proto::Initializer::NORMAL, ir::InitKind::Normal) &&
              same(proto::Initializer::UNIFORM, ir::InitKind::Uniform) &&
              same(proto::Initializer::TRUNCATED, ir::InitKind::Truncated) &&
              same(proto::Initializer::ORTHOGONAL, ir::InitKind::Orthogonal) &&
              same(proto::Initializer::BILINEAR, ir::InitKind::Bilinear));
static_assert(same(proto::Metric::RATIO, ir::Finish::Ratio) &&
              same(proto::Metric::EXP_RATIO, ir::Finish::ExpRatio) &&
              same(proto::Metric::SQRT_RATIO, ir::Finish::SqrtRatio));
static_assert(same(proto::Field::UNIT, ir::Decode::Unit) &&
              same(proto::Field::CLASS, ir::Decode::Class) &&
              same(proto::Field::CHARACTER, ir::Decode::Character) &&
              same(proto::Field::WORD, ir::Decode::Word) &&
              same(proto::Field::BYTE, ir::Decode::Byte) &&
              same(proto::Field::NUMBER, ir::Decode::Number) &&
              same(proto::Field::COLUMNS, ir::Decode::Columns) &&
              same(proto::Field::TARGET, ir::Decode::Target) &&
              same(proto::Field::SENTENCE, ir::Decode::Sentence) &&
              same(proto::Field::LENGTH, ir::Decode::Length) &&
              same(proto::Field::PICTURE, ir::Decode::Picture) &&
              same(proto::Field::PICTURE_CROPPED, ir::Decode::PictureCropped) &&
              same(proto::Field::PICTURE_STRETCHED, ir::Decode::PictureStretched) &&
              same(proto::Field::TARGET_CLASS, ir::Decode::TargetClass));
static_assert(same(proto::Entry::TRAIN, kernel::EntryKind::Train) &&
              same(proto::Entry::EVAL, kernel::EntryKind::Eval) &&
              same(proto::Entry::PREDICT, kernel::EntryKind::Predict));

/// State of one import.
struct Importer {
  MLIRContext *context;
  const proto::Module &graph;
  bool f64;
  OpBuilder builder;
  llvm::StringSet<> entryNames;

  Importer(MLIRContext *context, const proto::Module &graph, bool f64)
      : context(context), graph(graph), f64(f64), builder(context) {}

  OwningOpRef<ModuleOp> run();
  Location getLoc(const proto::Location &location);
  Type getElement(int element);
  RankedTensorType getType(const proto::TensorType &type);
  /// The type of a field of the data set: files hold the same whatever the model computes with.
  RankedTensorType getFieldType(const proto::TensorType &type);
  DenseElementsAttr getExamples(const proto::DataSpec &data, const proto::Field &field);
  Attribute getDense(const proto::Dense &dense);
  Attribute getAttribute(const proto::Attribute &attribute);
  void addSymbols(Location moduleLoc);
  void addModuleAttributes(ModuleOp module);
  LogicalResult addEntry(const proto::Entry &entry);
  LogicalResult addNode(const proto::Node &node, llvm::DenseMap<unsigned, Value> &values);
  LogicalResult addRegion(const proto::Region &region, Region &into, Location loc);
};

Location Importer::getLoc(const proto::Location &location) {
  Location place = UnknownLoc::get(context);
  if (location.line() && location.file() < unsigned(graph.files_size()))
    place = FileLineColLoc::get(context, graph.files(location.file()).path(), location.line(),
                                location.column());
  return location.name().empty() ? place
                                 : NameLoc::get(builder.getStringAttr(location.name()), place);
}

Type Importer::getElement(int element) {
  if (f64 && element == proto::F32)
    return builder.getF64Type();
  return ir::fromRule(static_cast<rules::ElementType>(element), context);
}

RankedTensorType Importer::getType(const proto::TensorType &type) {
  return getFieldType(type).clone(getElement(type.element()));
}

RankedTensorType Importer::getFieldType(const proto::TensorType &type) {
  return RankedTensorType::get(
      SmallVector<int64_t>(type.dims().begin(), type.dims().end()),
      ir::fromRule(static_cast<rules::ElementType>(type.element()), context));
}

/// Null when the model brings none.
DenseElementsAttr Importer::getExamples(const proto::DataSpec &data, const proto::Field &field) {
  if (field.examples().empty())
    return {};
  RankedTensorType one = getFieldType(field.type());
  SmallVector<int64_t> shape{data.train_examples() + data.test_examples()};
  llvm::append_range(shape, one.getShape());
  return DenseElementsAttr::getFromRawBuffer(
      one.clone(shape), ArrayRef<char>(field.examples().data(), field.examples().size()));
}

/// Null when the bytes do not fit the type.
Attribute Importer::getDense(const proto::Dense &dense) {
  RankedTensorType type = getType(dense.type());
  llvm::StringRef data = dense.data();
  if (dense.type().element() == proto::BOOL) {
    SmallVector<bool> bits;
    for (char byte : data)
      bits.push_back(byte != 0);
    if (int64_t(bits.size()) != type.getNumElements() && bits.size() != 1)
      return {};
    return DenseElementsAttr::get(type, ArrayRef<bool>(bits));
  }
  std::vector<double> wide; // f32 constants of a model built with --type f64
  if (f64 && !dense.exact().empty()) {
    data = dense.exact();
  } else if (f64 && dense.type().element() == proto::F32) {
    for (size_t i = 0; i + sizeof(float) <= data.size(); i += sizeof(float)) {
      float value;
      memcpy(&value, data.data() + i, sizeof value);
      wide.push_back(value);
    }
    data = {reinterpret_cast<const char *>(wide.data()), wide.size() * sizeof(double)};
  }
  ArrayRef<char> raw(data.data(), data.size());
  bool splat = false;
  if (!DenseElementsAttr::isValidRawBuffer(type, raw, splat))
    return {};
  return DenseElementsAttr::getFromRawBuffer(type, raw);
}

Attribute Importer::getAttribute(const proto::Attribute &attribute) {
  switch (attribute.value_case()) {
  case proto::Attribute::kI:
    return builder.getI64IntegerAttr(attribute.i());
  case proto::Attribute::kF:
    return builder.getF64FloatAttr(attribute.f());
  case proto::Attribute::kS:
    return builder.getStringAttr(attribute.s());
  case proto::Attribute::kB:
    return builder.getBoolAttr(attribute.b());
  case proto::Attribute::kInts:
    return builder.getDenseI64ArrayAttr(
        SmallVector<int64_t>(attribute.ints().v().begin(), attribute.ints().v().end()));
  case proto::Attribute::kDense:
    return getDense(attribute.dense());
  case proto::Attribute::kSymbol:
    return FlatSymbolRefAttr::get(context, attribute.symbol());
  case proto::Attribute::kStrings: {
    SmallVector<llvm::StringRef> strings;
    for (const std::string &text : attribute.strings().v())
      strings.push_back(text);
    return builder.getStrArrayAttr(strings);
  }
  case proto::Attribute::VALUE_NOT_SET:
    break;
  }
  return {};
}

void Importer::addSymbols(Location moduleLoc) {
  // The first two slots are the runtime's own (<sinter/abi.h>); a graph that reads them may list
  // them itself.
  for (ir::ScalarKind kind : {ir::ScalarKind::Step, ir::ScalarKind::Seed}) {
    StringAttr name = builder.getStringAttr(stringifyScalarKind(kind));
    ir::ScalarOp::create(builder, NameLoc::get(name, moduleLoc), name,
                         TypeAttr::get(builder.getI64Type()),
                         ir::ScalarKindAttr::get(context, kind), builder.getF64FloatAttr(0),
                         builder.getStringAttr(""), IntegerAttr());
  }
  for (const proto::Scalar &scalar : graph.scalars())
    if (scalar.name() != "step" && scalar.name() != "seed")
      ir::ScalarOp::create(builder, getLoc(scalar.location()), builder.getStringAttr(scalar.name()),
                           TypeAttr::get(getElement(scalar.element())),
                           ir::ScalarKindAttr::get(context, ir::ScalarKind::Flag),
                           builder.getF64FloatAttr(scalar.initial()),
                           builder.getStringAttr(scalar.help()), IntegerAttr());
  for (const proto::Symbol &symbol : graph.symbols()) {
    auto init = ir::InitAttr::get(context, static_cast<ir::InitKind>(symbol.init().kind()),
                                  symbol.init().a(), symbol.init().b(), symbol.init().low(),
                                  symbol.init().high());
    ir::SymbolOp::create(builder, getLoc(symbol.location()), symbol.name(), getType(symbol.type()),
                         static_cast<ir::SymbolKind>(symbol.kind()), init, symbol.parameter(),
                         symbol.slot());
  }
  for (const proto::Metric &metric : graph.metrics())
    ir::MetricOp::create(builder, getLoc(metric.location()), metric.name(), metric.sum(),
                         metric.weight(), static_cast<ir::Finish>(metric.finish()),
                         metric.role() == proto::LOSS);
  const proto::DataSpec &data = graph.data();
  SmallVector<Attribute> fields;
  for (const proto::Field &field : data.fields())
    fields.push_back(ir::FieldAttr::get(
        context, builder.getStringAttr(field.name()), getFieldType(field.type()),
        static_cast<ir::Decode>(field.decode()), field.classes(), field.ahead(),
        field.column().empty() ? StringAttr() : builder.getStringAttr(field.column()),
        getExamples(data, field)));
  if (!fields.empty())
    ir::DataOp::create(builder, getLoc(data.location()), builder.getStringAttr(data.name()),
                       builder.getArrayAttr(fields), data.order() == proto::DataSpec::SEQUENTIAL,
                       data.train_examples(), data.test_examples(), data.most_examples());
}

/// Isolated: its own arguments and nodes are all that it may use, and nothing else sees them.
LogicalResult Importer::addRegion(const proto::Region &region, Region &into, Location loc) {
  Block &block = into.emplaceBlock();
  llvm::DenseMap<unsigned, Value> values;
  auto named = dyn_cast<NameLoc>(loc); // the op's name is not its arguments'
  for (const proto::Value &argument : region.arguments())
    values[argument.id()] =
        block.addArgument(getType(argument.type()), named ? named.getChildLoc() : loc);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(&block);
  for (const proto::Node &node : region.nodes())
    if (failed(addNode(node, values)))
      return failure();
  SmallVector<Value> yields;
  for (unsigned id : region.yields())
    yields.push_back(values.lookup(id));
  ir::YieldOp::create(builder, loc, yields);
  return success();
}

LogicalResult Importer::addNode(const proto::Node &node, llvm::DenseMap<unsigned, Value> &values) {
  Location loc = getLoc(node.location());
  std::string name = "sinter." + node.op();
  std::optional<RegisteredOperationName> registered =
      RegisteredOperationName::lookup(name, context);
  if (!registered)
    return emitError(loc) << "expects an op of this version of sinter, got '" << node.op()
                          << "' [E1001]";
  OperationState state(loc, *registered);
  for (unsigned id : node.inputs())
    state.operands.push_back(values.lookup(id));
  for (const proto::Value &result : node.results())
    state.types.push_back(getType(result.type()));
  for (const proto::Attribute &attribute : node.attributes()) {
    Attribute value = getAttribute(attribute);
    if (!value)
      return emitError(loc) << "expects a well-formed attribute '" << attribute.name() << "' of '"
                            << node.op() << "', got one whose data does not fit its type [E1002]";
    state.addAttribute(attribute.name(), value);
  }
  if (failed(registered->verifyInherentAttrs(state.attributes,
                                             [&] { return emitError(loc) << "[E1002] "; })))
    return failure();
  for (int i = 0; i < node.regions_size(); ++i)
    state.addRegion();
  Operation *op = builder.create(state);
  for (auto [region, into] : llvm::zip_equal(node.regions(), op->getRegions()))
    if (failed(addRegion(region, into, loc)))
      return failure();
  for (auto [result, value] : llvm::zip_equal(node.results(), op->getResults()))
    values[result.id()] = value;
  return success();
}

LogicalResult Importer::addEntry(const proto::Entry &entry) {
  auto kind = static_cast<kernel::EntryKind>(entry.kind());
  Location loc = getLoc(entry.location());
  std::string symbol = entry.name() + (entry.batch() ? "_b" + std::to_string(entry.batch()) : "");
  if (!entryNames.insert(symbol).second)
    entryNames.insert(symbol += "_" + stringifyEntryKind(kind).str());
  SmallVector<llvm::StringRef> names;
  for (const proto::Input &input : entry.inputs())
    names.push_back(input.name());
  auto op = ir::EntryOp::create(builder, loc, symbol, entry.name(), kind, entry.batch(),
                                builder.getStrArrayAttr(names));
  Block &block = op.getBody().empty() ? op.getBody().emplaceBlock() : op.getBody().front();
  llvm::DenseMap<unsigned, Value> values;
  for (const proto::Input &input : entry.inputs())
    values[input.value().id()] =
        block.addArgument(getType(input.value().type()), getLoc(input.location()));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(&block);
  for (const proto::Node &node : entry.nodes())
    if (failed(addNode(node, values)))
      return failure();
  SmallVector<Value> outputs, updates;
  IntegerAttr loss;
  SmallVector<llvm::StringRef> outputNames;
  SmallVector<Attribute> symbols;
  for (const proto::Output &output : entry.outputs()) {
    outputs.push_back(values.lookup(output.value()));
    if (output.role() == proto::LOSS)
      loss = builder.getI64IntegerAttr(outputNames.size());
    outputNames.push_back(output.name());
  }
  for (const proto::Update &update : entry.updates()) {
    updates.push_back(values.lookup(update.value()));
    symbols.push_back(FlatSymbolRefAttr::get(context, update.symbol()));
  }
  ir::ReturnOp::create(builder, loc, outputs, updates, builder.getStrArrayAttr(outputNames),
                       builder.getArrayAttr(symbols), loss);
  return success();
}

void Importer::addModuleAttributes(ModuleOp module) {
  module.setSymName(graph.name());
  module->setAttr("sinter.default_epochs", builder.getI64IntegerAttr(graph.default_epochs()));
  NamedAttrList options, sources;
  for (const proto::BuildOption &option : graph.options())
    options.set(option.name(), builder.getI64IntegerAttr(option.value()));
  module->setAttr("sinter.options", options.getDictionary(context));
  for (const proto::SourceFile &file : graph.files()) {
    const std::string &text = file.text();
    if (text.empty() || file.path().empty())
      continue;
    auto type = RankedTensorType::get({int64_t(text.size())}, builder.getI8Type());
    sources.set(file.path(),
                DenseElementsAttr::get(
                    type, llvm::ArrayRef<int8_t>(reinterpret_cast<const int8_t *>(text.data()),
                                                 text.size())));
  }
  if (!sources.empty())
    module->setAttr("sinter.sources", sources.getDictionary(context));
}

OwningOpRef<ModuleOp> Importer::run() {
  Location loc = UnknownLoc::get(context);
  if (graph.files_size())
    loc = FileLineColLoc::get(context, graph.files(0).path(), 1, 1);
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  addModuleAttributes(*module);
  builder.setInsertionPointToEnd(module->getBody());
  addSymbols(loc);
  for (const proto::Entry &entry : graph.entries())
    if (failed(addEntry(entry)))
      return nullptr;
  if (failed(verify(*module)))
    return nullptr;
  return module;
}

OwningOpRef<ModuleOp> importModule(MLIRContext *context, const proto::Module &graph, bool f64) {
  return Importer(context, graph, f64).run();
}

} // namespace sinter::compiler
