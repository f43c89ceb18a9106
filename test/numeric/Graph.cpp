//===- Graph.cpp - builds `sinter` modules for tests ------------------------------------------===//
//
// Reading on: Graph.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Graph.h"

#include "codegen/cpu/Cpu.h"
#include "dialects/sinter/Sinter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"

using namespace sinter;
using namespace sinter::test;

mlir::MLIRContext &test::context() {
  static mlir::MLIRContext *instance = [] {
    mlir::DialectRegistry registry;
    registry.insert<ir::SinterDialect, kernel::KernelDialect, mlir::func::FuncDialect>();
    codegen::registerLoopDialects(registry);
    auto *made = new mlir::MLIRContext(registry, mlir::MLIRContext::Threading::DISABLED);
    made->loadAllAvailableDialects();
    return made;
  }();
  return *instance;
}

mlir::Type test::tensorType(const Type &type) { return ir::fromRule(type, &context()); }

Type test::typeOf(mlir::Value value) { return interpret::typeOf(value.getType()); }

//===--- Attributes ---------------------------------------------------------------------------===//

static mlir::Attribute denseOf(const Tensor &tensor) {
  auto type = llvm::cast<mlir::RankedTensorType>(tensorType(tensor.type));
  std::vector<mlir::Attribute> elements;
  for (int64_t i = 0; i < tensor.size(); ++i)
    elements.push_back(
        tensor.isReal()
            ? mlir::Attribute(mlir::FloatAttr::get(type.getElementType(), tensor.reals[i]))
            : mlir::IntegerAttr::get(type.getElementType(), tensor.integers[i]));
  return mlir::DenseElementsAttr::get(type, elements);
}

static mlir::Attribute attributeOf(const Attr &attr) {
  mlir::Builder b(&context());
  if (auto *value = std::get_if<int64_t>(&attr.value))
    return b.getI64IntegerAttr(*value);
  if (auto *value = std::get_if<bool>(&attr.value))
    return b.getBoolAttr(*value);
  if (auto *value = std::get_if<double>(&attr.value))
    return b.getF64FloatAttr(*value);
  if (auto *value = std::get_if<std::string>(&attr.value))
    return b.getStringAttr(*value);
  if (auto *value = std::get_if<Dims>(&attr.value))
    return b.getDenseI64ArrayAttr(*value);
  return denseOf(std::get<Tensor>(attr.value));
}

static mlir::Location here() { return mlir::FileLineColLoc::get(&context(), "row.cpp", 1, 1); }

static mlir::ArrayAttr strings(const std::vector<std::string> &names) {
  return mlir::Builder(&context())
      .getStrArrayAttr(llvm::SmallVector<llvm::StringRef>(names.begin(), names.end()));
}

//===--- Result types -------------------------------------------------------------------------===//

static void addAttributes(mlir::OperationState &state, const std::vector<Attr> &attrs) {
  for (const Attr &attr : attrs)
    state.addAttribute(attr.name, attributeOf(attr));
}

Type test::inferType(llvm::StringRef op, const std::vector<Type> &operands,
                     const std::vector<Attr> &attrs) {
  if (operands.empty())
    return {};
  mlir::Block values;
  mlir::OperationState state(here(), ("sinter." + op).str());
  for (const Type &type : operands)
    state.operands.push_back(values.addArgument(tensorType(type), here()));
  addAttributes(state, attrs);
  state.addTypes(tensorType(operands.front())); // the rule says another one where it differs
  mlir::OpBuilder builder(&context());
  mlir::Operation *made = builder.create(state);
  Type result;
  if (auto rule = llvm::dyn_cast<ir::RuleOpInterface>(made))
    if (auto types = rule.getRuleTypes(); types && types->size() == 1)
      result = types->front();
  made->destroy();
  return result;
}

//===--- Entries ------------------------------------------------------------------------------===//

EntryBuilder::EntryBuilder(mlir::ModuleOp module, const std::string &symbol,
                           const std::string &name, kernel::EntryKind kind, int64_t batch)
    : builder(&context()) {
  builder.setInsertionPointToEnd(module.getBody());
  mlir::OperationState state(here(), "sinter.entry");
  state.addAttribute("sym_name", builder.getStringAttr(symbol));
  state.addAttribute("entry_name", builder.getStringAttr(name));
  state.addAttribute("kind", ir::EntryKindAttr::get(&context(), kind));
  state.addAttribute("batch", builder.getI64IntegerAttr(batch));
  state.addAttribute("arg_names", strings({}));
  state.addRegion()->emplaceBlock();
  entry = builder.create(state);
  builder.setInsertionPointToStart(&entry->getRegion(0).front());
}

mlir::Value EntryBuilder::input(const std::string &name, const Type &type) {
  inputNames.push_back(name);
  return entry->getRegion(0).front().addArgument(tensorType(type), here());
}

mlir::Value EntryBuilder::op(llvm::StringRef name, llvm::ArrayRef<mlir::Value> operands,
                             const std::vector<Attr> &attrs, Type result) {
  if (result.element == ElementType::Invalid) {
    std::vector<Type> types;
    for (mlir::Value operand : operands)
      types.push_back(typeOf(operand));
    result = inferType(name, types, attrs);
  }
  if (result.element == ElementType::Invalid)
    llvm::report_fatal_error(llvm::Twine("test: no result type for ") + name);
  mlir::OperationState state(here(), ("sinter." + name).str());
  state.addOperands(operands);
  state.addTypes(tensorType(result));
  addAttributes(state, attrs);
  return builder.create(state)->getResult(0);
}

mlir::Value EntryBuilder::get(const std::string &symbol, const Type &type) {
  mlir::OperationState state(here(), "sinter.get");
  state.addTypes(tensorType(type));
  state.addAttribute("symbol", mlir::FlatSymbolRefAttr::get(&context(), symbol));
  return builder.create(state)->getResult(0);
}

mlir::Value EntryBuilder::constant(const Type &type, double value) {
  Tensor tensor(type);
  for (int64_t i = 0; i < tensor.size(); ++i)
    tensor.setReal(i, value);
  return op("constant", {}, {{"value", tensor}}, type);
}

std::vector<mlir::Value> EntryBuilder::gradient(llvm::ArrayRef<mlir::Value> ys,
                                                llvm::ArrayRef<mlir::Value> cotangents,
                                                llvm::ArrayRef<mlir::Value> xs) {
  mlir::OperationState state(here(), "sinter.gradient");
  state.addOperands(ys);
  state.addOperands(cotangents);
  state.addOperands(xs);
  for (mlir::Value x : xs)
    state.addTypes(x.getType());
  state.addAttribute("num_ys", builder.getI64IntegerAttr(ys.size()));
  mlir::Operation *made = builder.create(state);
  return {made->result_begin(), made->result_end()};
}

mlir::Value EntryBuilder::jvp(mlir::Value y, llvm::ArrayRef<mlir::Value> xs,
                              llvm::ArrayRef<mlir::Value> tangents) {
  mlir::OperationState state(here(), "sinter.jvp");
  state.addOperands(y);
  state.addOperands(xs);
  state.addOperands(tangents);
  state.addTypes(y.getType());
  state.addAttribute("num_ys", builder.getI64IntegerAttr(1));
  return builder.create(state)->getResult(0);
}

mlir::Value EntryBuilder::copy(mlir::Value value, mlir::IRMapping &copies) {
  if (mlir::Value made = copies.lookupOrNull(value))
    return made;
  mlir::Operation *op = value.getDefiningOp();
  if (!op)
    llvm::report_fatal_error("test: an argument of a copied graph stands for nothing");
  for (mlir::Value operand : op->getOperands())
    copy(operand, copies);
  builder.clone(*op, copies);
  return copies.lookup(value);
}

void EntryBuilder::output(const std::string &name, mlir::Value value) {
  outputNames.push_back(name);
  outputs.push_back(value);
}

void EntryBuilder::update(const std::string &symbol, mlir::Value value) {
  updateNames.push_back(symbol);
  updates.push_back(value);
}

void EntryBuilder::finish() {
  entry->setAttr("arg_names", strings(inputNames));
  mlir::OperationState state(here(), "sinter.return");
  state.addOperands(outputs);
  state.addOperands(updates);
  llvm::SmallVector<mlir::Attribute> symbols;
  for (const std::string &name : updateNames)
    symbols.push_back(mlir::FlatSymbolRefAttr::get(&context(), name));
  state.addAttribute("names", strings(outputNames));
  state.addAttribute("symbols", builder.getArrayAttr(symbols));
  state.addAttribute(
      "operandSegmentSizes",
      builder.getDenseI32ArrayAttr({int32_t(outputs.size()), int32_t(updates.size())}));
  builder.create(state);
}

//===--- Modules ------------------------------------------------------------------------------===//

mlir::OwningOpRef<mlir::ModuleOp> test::makeModule(const std::string &name) {
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(here(), name);
  addScalar(*module, "step", ElementType::I64, 0, ir::ScalarKind::Step);
  addScalar(*module, "seed", ElementType::I64, 0, ir::ScalarKind::Seed);
  return module;
}

void test::addSymbol(mlir::ModuleOp module, const std::string &name, const Type &type,
                     ir::SymbolKind kind, const std::string &parameter) {
  mlir::OpBuilder builder(&context());
  builder.setInsertionPointToEnd(module.getBody());
  mlir::OperationState state(here(), "sinter.symbol");
  state.addAttribute("sym_name", builder.getStringAttr(name));
  state.addAttribute("type", mlir::TypeAttr::get(tensorType(type)));
  state.addAttribute("kind", ir::SymbolKindAttr::get(&context(), kind));
  state.addAttribute("init", ir::InitAttr::get(&context(), ir::InitKind::Constant, 0.0, 0.0));
  if (!parameter.empty()) {
    state.addAttribute("parameter", mlir::FlatSymbolRefAttr::get(&context(), parameter));
    state.addAttribute("slot", builder.getStringAttr("velocity"));
  }
  builder.create(state);
}

void test::addScalar(mlir::ModuleOp module, const std::string &name, ElementType element,
                     double initial, ir::ScalarKind kind) {
  mlir::OpBuilder builder(&context());
  builder.setInsertionPointToEnd(module.getBody());
  mlir::OperationState state(here(), "sinter.scalar");
  state.addAttribute("sym_name", builder.getStringAttr(name));
  state.addAttribute("type", mlir::TypeAttr::get(ir::fromRule(element, &context())));
  state.addAttribute("kind", ir::ScalarKindAttr::get(&context(), kind));
  state.addAttribute("initial", builder.getF64FloatAttr(initial));
  state.addAttribute("help", builder.getStringAttr(""));
  builder.create(state);
}
