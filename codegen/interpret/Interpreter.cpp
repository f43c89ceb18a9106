//===- Interpreter.cpp - the oracle's loop over the ops of an entry ---------------------------===//
//
// Walks a block in order, calls each op's function from the registry, and collects what
// `sinter.return` names. Values inside a region op are its own; anything captured from outside is
// found in the enclosing scope. Reading on: Registry.h, then the family files.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/Interpreter.h"

#include "codegen/interpret/Registry.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/SymbolTable.h"

using namespace sinter;
using namespace sinter::interpret;
using llvm::failure;
using llvm::FailureOr;
using llvm::LogicalResult;
using llvm::success;
using rules::ElementType;

//===--- Types and constants ------------------------------------------------------------------===//

static ElementType elementOf(mlir::Type type) {
  if (type.isF32())
    return ElementType::F32;
  if (type.isF64())
    return ElementType::F64;
  if (type.isBF16())
    return ElementType::BF16;
  if (type.isF16())
    return ElementType::F16;
  if (type.isInteger(1))
    return ElementType::Bool;
  if (type.isInteger(8))
    return ElementType::U8;
  if (type.isInteger(32))
    return ElementType::I32;
  if (type.isInteger(64) || type.isIndex())
    return ElementType::I64;
  return ElementType::Invalid;
}

rules::Type interpret::typeOf(mlir::Type type) {
  if (auto tensor = llvm::dyn_cast<mlir::RankedTensorType>(type))
    return {elementOf(tensor.getElementType()), Dims(tensor.getShape())};
  return {elementOf(type), {}};
}

// One element, or all, of a resource blob: raw little-endian bytes.
template <class T> static bool readBlob(llvm::ArrayRef<char> bytes, Tensor &tensor) {
  size_t count = tensor.size(), stored = bytes.size() / sizeof(T);
  if (stored != count && stored != 1)
    return false;
  for (size_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, bytes.data() + (stored == 1 ? 0 : i) * sizeof(T), sizeof(T));
    if (tensor.isReal())
      tensor.reals[i] = static_cast<double>(value);
    else
      tensor.integers[i] = static_cast<int64_t>(value);
  }
  return true;
}

static bool readResource(mlir::DenseResourceElementsAttr attribute, Tensor &tensor) {
  mlir::AsmResourceBlob *blob = attribute.getRawHandle().getBlob();
  if (!blob)
    return tensor.size() == 0;
  switch (tensor.type.element) {
  case ElementType::F32:
    return readBlob<float>(blob->getData(), tensor);
  case ElementType::F64:
    return readBlob<double>(blob->getData(), tensor);
  case ElementType::I32:
    return readBlob<int32_t>(blob->getData(), tensor);
  case ElementType::I64:
    return readBlob<int64_t>(blob->getData(), tensor);
  case ElementType::U8:
  case ElementType::Bool:
    return readBlob<uint8_t>(blob->getData(), tensor);
  default:
    return false;
  }
}

FailureOr<Tensor> interpret::tensorOf(mlir::Attribute attribute, const rules::Type &type) {
  Tensor tensor(type);
  if (auto scalar = llvm::dyn_cast_or_null<mlir::FloatAttr>(attribute)) {
    for (int64_t i = 0; i < tensor.size(); ++i)
      tensor.setReal(i, scalar.getValueAsDouble());
    return tensor;
  }
  if (auto scalar = llvm::dyn_cast_or_null<mlir::IntegerAttr>(attribute)) {
    for (int64_t i = 0; i < tensor.size(); ++i)
      if (tensor.isReal())
        tensor.reals[i] = static_cast<double>(scalar.getValue().getSExtValue());
      else
        tensor.integers[i] = wrapped(type.element, scalar.getValue().getSExtValue());
    return tensor;
  }
  if (auto resource = llvm::dyn_cast_or_null<mlir::DenseResourceElementsAttr>(attribute)) {
    if (!readResource(resource, tensor))
      return failure();
    return tensor;
  }
  auto dense = llvm::dyn_cast_or_null<mlir::DenseElementsAttr>(attribute);
  if (!dense || dense.getNumElements() != tensor.size())
    return failure();
  int64_t i = 0;
  if (tensor.isReal()) {
    for (llvm::APFloat value : dense.getValues<llvm::APFloat>()) {
      bool loses = false;
      value.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven, &loses);
      tensor.reals[i++] = value.convertToDouble();
    }
  } else {
    for (llvm::APInt value : dense.getValues<llvm::APInt>())
      tensor.integers[i++] = wrapped(type.element, value.getSExtValue());
  }
  return tensor;
}

//===--- Attributes ---------------------------------------------------------------------------===//

int64_t Call::integer(llvm::StringRef name, int64_t otherwise) const {
  auto attribute = op->getAttrOfType<mlir::IntegerAttr>(name);
  return attribute ? attribute.getInt() : otherwise;
}

bool Call::flag(llvm::StringRef name) const {
  mlir::Attribute attribute = op->getAttr(name);
  if (auto value = llvm::dyn_cast_or_null<mlir::BoolAttr>(attribute))
    return value.getValue();
  return attribute != nullptr;
}

Dims Call::integers(llvm::StringRef name) const {
  if (auto array = op->getAttrOfType<mlir::DenseI64ArrayAttr>(name))
    return Dims(array.asArrayRef());
  return {};
}

llvm::StringRef Call::string(llvm::StringRef name) const {
  auto attribute = op->getAttrOfType<mlir::StringAttr>(name);
  return attribute ? attribute.getValue() : llvm::StringRef();
}

//===--- Blocks and entries -------------------------------------------------------------------===//

static const Registry &registry() {
  static const Registry all = [] {
    Registry made;
#define SINTER_FAMILY(Family) register##Family(made);
#include "codegen/interpret/Families.inc"
#undef SINTER_FAMILY
    return made;
  }();
  return all;
}

namespace {
// The values of one block, and those of the blocks around it.
struct Scope {
  const Scope *outer = nullptr;
  // by Value::getAsOpaquePointer; a map keeps addresses while it grows
  std::map<const void *, Tensor> values;

  Tensor &operator[](mlir::Value value) { return values[value.getAsOpaquePointer()]; }
  const Tensor *find(mlir::Value value) const {
    auto found = values.find(value.getAsOpaquePointer());
    if (found != values.end())
      return &found->second;
    return outer ? outer->find(value) : nullptr;
  }
};
} // namespace

// Operands of the block's terminator, copied.
static FailureOr<std::vector<Tensor>> runBlock(mlir::Block &block, Scope &scope,
                                               const Arguments &arguments) {
  for (mlir::Operation &op : block) {
    std::vector<const Tensor *> operands;
    for (mlir::Value operand : op.getOperands()) {
      const Tensor *value = scope.find(operand);
      if (!value)
        return op.emitError("internal error: the oracle meets a value before its op");
      operands.push_back(value);
    }
    if (&op == &block.back() && op.getNumResults() == 0 && op.getNumRegions() == 0) {
      std::vector<Tensor> yielded;
      for (const Tensor *operand : operands)
        yielded.push_back(*operand);
      return yielded;
    }
    if (arguments.observe)
      arguments.observe(&op, operands);
    auto function = registry().find(op.getName().getStringRef().str());
    if (function == registry().end())
      return op.emitError("internal error: the oracle does not know '") << op.getName() << "'";
    std::vector<Tensor> results;
    for (mlir::Type type : op.getResultTypes())
      results.emplace_back(typeOf(type));
    auto runRegion = [&](mlir::Region &region, llvm::ArrayRef<Tensor> values) {
      Scope inner;
      inner.outer = &scope;
      for (auto [argument, value] : llvm::zip(region.getArguments(), values))
        inner[argument] = value;
      return runBlock(region.front(), inner, arguments);
    };
    Call call{&op, operands, std::move(results), arguments, runRegion};
    if (failed(function->second(call)))
      return failure();
    for (auto [result, value] : llvm::zip(op.getResults(), call.results)) {
      if (value.size() != countOf(typeOf(result.getType()).dims))
        return op.emitError("internal error: the oracle's result has another size than its type");
      scope[result] = std::move(value);
    }
  }
  return std::vector<Tensor>();
}

// Run-time scalars that the caller did not give, at the value the module names.
static LogicalResult fillScalars(mlir::ModuleOp module, Values &scalars) {
  for (mlir::Operation &op : *module.getBody()) {
    auto name = op.getAttrOfType<mlir::StringAttr>("sym_name");
    if (op.getName().getStringRef() != "sinter.scalar" || !name || scalars.count(name.str()))
      continue;
    auto type = op.getAttrOfType<mlir::TypeAttr>("type");
    FailureOr<Tensor> value = failure();
    if (type)
      value = tensorOf(op.getAttr("initial"), typeOf(type.getValue()));
    if (failed(value))
      return op.emitError("internal error: the oracle cannot read this initial value");
    scalars[name.str()] = *value;
  }
  return success();
}

// A form (D17) is its region applied to the values of its sources, of which forms stand before it.
static LogicalResult fillForm(mlir::Operation &form, Values &symbols) {
  std::string name = mlir::SymbolTable::getSymbolName(&form).str();
  auto sources = form.getAttrOfType<mlir::ArrayAttr>("sources");
  mlir::Block &body = form.getRegion(0).front();
  if (symbols.count(name))
    return success();
  Scope scope;
  for (auto [source, argument] : llvm::zip(sources, body.getArguments())) {
    auto found = symbols.find(llvm::cast<mlir::FlatSymbolRefAttr>(source).getValue().str());
    if (found == symbols.end())
      return success(); // nobody who runs can read it
    scope[argument] = found->second;
  }
  FailureOr<std::vector<Tensor>> yielded = runBlock(body, scope, Arguments());
  if (succeeded(yielded))
    symbols[name] = yielded->front();
  return success(succeeded(yielded));
}

LogicalResult interpret::fillForms(mlir::ModuleOp module, Values &symbols) {
  for (mlir::Operation &op : *module.getBody())
    if (op.getName().getStringRef() == "sinter.form" && failed(fillForm(op, symbols)))
      return failure();
  return success();
}

static LogicalResult bindInputs(mlir::Operation *entry, const Arguments &arguments, Scope &scope) {
  auto names = entry->getAttrOfType<mlir::ArrayAttr>("arg_names");
  mlir::Region &body = entry->getRegion(0);
  if (!names || names.size() != body.getNumArguments())
    return entry->emitError("internal error: expects one name an argument of the entry");
  for (auto [name, argument] :
       llvm::zip(names.getAsValueRange<mlir::StringAttr>(), body.getArguments())) {
    auto found = arguments.inputs.find(name.str());
    if (found == arguments.inputs.end())
      return entry->emitError("expects an input '") << name << "', got none";
    rules::Type expected = typeOf(argument.getType());
    if (found->second.type.dims != expected.dims ||
        found->second.isReal() != rules::isFloat(expected.element))
      return entry->emitError("expects input '") << name << "' as " << rules::toString(expected)
                                                 << ", got " << rules::toString(found->second.type);
    scope[argument] = found->second;
    scope[argument].type = expected;
  }
  return success();
}

FailureOr<Evaluation> interpret::evaluate(mlir::ModuleOp module, llvm::StringRef entry,
                                          const Arguments &arguments) {
  mlir::Operation *op = mlir::SymbolTable::lookupSymbolIn(module, entry);
  if (!op || op->getName().getStringRef() != "sinter.entry")
    return module.emitError("expects an entry '") << entry << "', got none";
  Arguments complete = arguments;
  Scope scope;
  if (failed(fillForms(module, complete.symbols)) ||
      failed(fillScalars(module, complete.scalars)) || failed(bindInputs(op, complete, scope)))
    return failure();
  mlir::Block &body = op->getRegion(0).front();
  FailureOr<std::vector<Tensor>> returned = runBlock(body, scope, complete);
  if (failed(returned))
    return failure();
  Evaluation evaluation;
  size_t next = 0;
  mlir::Operation &terminator = body.back();
  auto collect = [&](llvm::StringRef attribute, Values &into) {
    if (auto names = terminator.getAttrOfType<mlir::ArrayAttr>(attribute))
      for (mlir::Attribute name : names) {
        auto symbol = llvm::dyn_cast<mlir::FlatSymbolRefAttr>(name);
        std::string key =
            symbol ? symbol.getValue().str() : llvm::cast<mlir::StringAttr>(name).str();
        if (next < returned->size())
          into[key] = (*returned)[next];
        ++next;
      }
  };
  collect("names", evaluation.outputs);
  collect("symbols", evaluation.updates);
  if (next != returned->size())
    return terminator.emitError("internal error: expects one name a returned value");
  return evaluation;
}

void interpret::apply(const Values &updates, Values &symbols) {
  for (const auto &[name, value] : updates)
    symbols[name] = value;
}
