//===- Options.cpp - the DSL's options against PyTorch's --------------------------------------===//
//
// numeric-options FILE.golden: every line (goldens/options.py) is an op with options and operands.
// The DSL must refuse what is refused there; of what it takes, the shape, the weighted sum of the
// values and that of every gradient must be PyTorch's, by the oracle and compiled, all in f64. Some
// cases of each op are numeric rows in f32 then, so that new ops need no others. Layers over time
// have a golden of their own (goldens/recurrent.py), which names their parameters. Reading on:
// Functions.h (what is called).
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Check.h"
#include "test/numeric/Compile.h"
#include "test/numeric/options/Functions.h"
#include "test/numeric/parity/Golden.h"

#include <cstdio>
#include <set>

using namespace sinter::test;
using sinter::interpret::Arguments;
using sinter::interpret::Evaluation;
namespace interpret = sinter::interpret;
using E = ElementType;

namespace {
/// One line of the golden.
struct Record {
  std::string op, text;
  Case c;
  DslFunction function;
  bool refused = false;
  Dims shape;
  double value = 0;
  std::vector<double> gradients; ///< by operand, NaN: none; empty: not differentiable
};
} // namespace

//===--- The golden ---------------------------------------------------------------------------===//

static Dims numbersOf(const llvm::json::Array &array) {
  Dims numbers;
  for (const llvm::json::Value &value : array)
    numbers.push_back(value.getAsInteger().value_or(0));
  return numbers;
}

static Attr attrOf(llvm::StringRef name, const llvm::json::Value &value) {
  if (auto flag = value.getAsBoolean())
    return {name.str(), *flag};
  if (const llvm::json::Array *array = value.getAsArray())
    return {name.str(), numbersOf(*array)};
  if (value.kind() == llvm::json::Value::Number && !value.getAsInteger())
    return {name.str(), *value.getAsNumber()};
  static const std::set<llvm::StringRef> reals{"eps", "value_of",   "delta",     "beta",  "margin",
                                               "p",   "correction", "smoothing", "begin", "end",
                                               "by",  "q",          "alpha",     "factor"};
  if (auto number = value.getAsInteger(); number && reals.contains(name))
    return {name.str(), static_cast<double>(*number)};
  if (auto text = value.getAsString())
    return {name.str(), text->str()};
  return {name.str(), value.getAsInteger().value_or(0)};
}

static Record recordOf(const llvm::json::Object &object, llvm::StringRef text) {
  Record record;
  record.text = text.substr(0, text.find(", \"shape\"")).str();
  record.op = object.getString("op").value_or("").str();
  record.function = optionFunctions().at(record.op);
  for (const llvm::json::Value &shape : *object.getArray("operands"))
    record.c.operands.push_back({E::F64, numbersOf(*shape.getAsArray())});
  if (const llvm::json::Array *labels = object.getArray("labels")) {
    record.c.operands.push_back({E::I32, numbersOf(*labels)});
    record.c.indices = object.getInteger("limit").value_or(1);
  }
  if (const llvm::json::Array *parameters = object.getArray("parameters"))
    for (const llvm::json::Value &name : *parameters)
      record.function.symbols.push_back(name.getAsString().value_or("").str());
  record.refused = object.getBoolean("refused").value_or(false);
  record.function.training = object.getBoolean("training").value_or(false);
  record.value = object.getNumber("value").value_or(0);
  if (const llvm::json::Array *shape = object.getArray("shape"))
    record.shape = numbersOf(*shape);
  if (const llvm::json::Array *gradients = object.getArray("gradients"))
    for (const llvm::json::Value &gradient : *gradients)
      record.gradients.push_back(gradient.getAsNumber().value_or(NAN));
  for (const auto &[key, value] : object)
    if (key != "parameters")
      record.c.attrs.push_back(attrOf(key, value));
  return record;
}

//===--- The check ----------------------------------------------------------------------------===//

/// As values() and indices() of options.py.
static Tensor valuesOf(uint64_t tag, const Type &type, int64_t limit) {
  Tensor tensor(type);
  for (int64_t i = 0; i < tensor.size(); ++i)
    if (tensor.isReal())
      tensor.reals[i] = 4 * uniformOf(tag, i) - 2;
    else
      tensor.integers[i] = static_cast<int64_t>(mixed(tag, i) % static_cast<uint64_t>(limit));
  return tensor;
}

static double weighted(const Tensor &x, uint64_t tag) {
  Tensor weights = valuesOf(tag, {E::F64, x.dims()}, 1);
  double sum = 0;
  for (int64_t i = 0; i < x.size(); ++i)
    sum += x.real(i) * weights.reals[i];
  return sum;
}

static bool isVariance(const Record &record, size_t i) {
  const std::vector<std::string> &symbols = record.function.symbols;
  return i < symbols.size() && llvm::StringRef(symbols[i]).ends_with("running_var");
}

/// Operand i of a case; a running variance is positive.
static Tensor operandOf(const Record &record, size_t i) {
  bool isInteger = record.c.operands[i].element == E::I32;
  Tensor operand = valuesOf(isInteger ? 5100 : 5000 + i, record.c.operands[i], record.c.indices);
  if (isVariance(record, i))
    for (double &value : operand.reals)
      value = std::fabs(value) + 0.5;
  return operand;
}

static std::string nameOf(size_t operand) { return "x" + std::to_string(operand); }

/// The entry of case `number`: the value, and the gradient of its weighted sum by each float
/// operand.
static Type addEntry(mlir::ModuleOp module, const Record &record, const Traced &traced,
                     size_t number) {
  std::string name = "case_" + std::to_string(number);
  EntryBuilder b(module, name, name, sinter::kernel::EntryKind::Predict, 0);
  std::vector<mlir::Value> operands, xs;
  for (size_t i = 0; i < record.c.operands.size(); ++i) {
    operands.push_back(b.input(nameOf(i), record.c.operands[i]));
    if (record.c.operands[i].element == E::F64)
      xs.push_back(operands.back());
  }
  mlir::Value y = inlined(b, traced, record.function, operands);
  Type type = typeOf(y);
  b.output("y", y);
  if (!record.gradients.empty()) {
    std::vector<mlir::Value> dx = b.gradient({y}, {b.input("dy", type)}, xs);
    for (size_t i = 0; i < dx.size(); ++i)
      b.output("d" + nameOf(i), dx[i]);
  }
  b.finish();
  return type;
}

static Arguments argumentsOf(const Record &record, const Type &result) {
  Arguments arguments;
  for (size_t i = 0; i < record.c.operands.size(); ++i)
    arguments.inputs[nameOf(i)] = operandOf(record, i);
  if (!record.gradients.empty())
    arguments.inputs["dy"] = valuesOf(6000, result, 1);
  return arguments;
}

static void compare(const Record &record, llvm::FailureOr<Evaluation> got, const char *who) {
  auto check = [&](const std::string &what, double found, double wanted) {
    expect(record.text + " " + who + " " + what,
           std::fabs(found - wanted) / (1 + std::fabs(wanted)),
           1e-12); // f64, at most some thousand terms
  };
  if (failed(got))
    return expect(record.text + " runs " + who, INFINITY, 0);
  check("value", weighted(got->outputs["y"], 6000), record.value);
  for (size_t i = 0; i < record.gradients.size(); ++i)
    if (!std::isnan(record.gradients[i])) // PyTorch has one
      check("gradient " + std::to_string(i), weighted(got->outputs["d" + nameOf(i)], 6100 + i),
            record.gradients[i]);
}

//===--- The same as rows ---------------------------------------------------------------------===//

/// f32 and what PyTorch is not asked: some cases of each op as a numeric row.
static void checkAsRows(const std::vector<Record> &records) {
  constexpr size_t kMost = 10; // of an op; an odd step from one to the next meets all options
  std::map<std::pair<std::string, std::vector<std::string>>, std::vector<const Record *>> taken;
  for (const Record &record : records)
    // At a bend differences are wrong; a running variance must be positive (batch norm's own rows).
    if (!record.refused && !flagOf(record.c, "bends") &&
        !llvm::StringRef(record.op).starts_with("batch_norm"))
      taken[{record.op, record.function.symbols}].push_back(&record);
  for (const auto &[which, list] : taken) {
    const Record &first = *list.front();
    Row row{.name = first.op, .differentiable = !first.gradients.empty()};
    row.build = fromDsl(first.function);
    for (const Type &type : first.c.operands)
      row.domains.push_back(type.element == E::I32 ? Domain::Indices : Domain::Any);
    size_t step = list.size() <= kMost ? 1 : (list.size() / kMost) | 1;
    for (size_t i = 0; i < list.size() && row.cases.size() < kMost; i += step) {
      row.cases.push_back(list[i]->c);
      for (Type &type : row.cases.back().operands)
        type.element = type.element == E::F64 ? E::F32 : type.element;
    }
    for (const std::string &failure : check(row, {}).failures)
      expect(failure, INFINITY, 0);
  }
}

int main(int argc, char **argv) {
  std::vector<Record> records;
  readObjects(argc > 1 ? argv[1] : "", [&](const llvm::json::Object &object, llvm::StringRef text) {
    records.push_back(recordOf(object, text));
  });
  mlir::OwningOpRef<mlir::ModuleOp> module = makeModule("options");
  std::vector<std::pair<size_t, Type>> taken;
  for (size_t i = 0; i < records.size(); ++i) {
    const Record &record = records[i];
    Traced traced = trace(record.function, record.c);
    if (record.refused != !traced.module) {
      expect(record.text + (record.refused ? " is refused" : " is taken"), INFINITY, 0);
      std::printf("%s", traced.said.c_str());
    }
    if (record.refused || !traced.module)
      continue;
    Type type = addEntry(*module, record, traced, i);
    expect(record.text + " has shape " + sinter::rules::toString(record.shape),
           type.dims == record.shape ? 0 : INFINITY, 0);
    taken.push_back({i, type});
  }
  std::unique_ptr<Program> program = compile(*module, 2);
  if (!program || !differentiate(*module))
    expect("all entries compile and differentiate", INFINITY, 0);
  for (const auto &[i, type] : taken) {
    std::string entry = "case_" + std::to_string(i);
    Arguments arguments = argumentsOf(records[i], type);
    compare(records[i], interpret::evaluate(*module, entry, arguments), "in the oracle");
    if (program)
      compare(records[i], program->run(entry, arguments, 2), "compiled");
  }
  if (program)
    checkAsRows(records);
  std::printf("%zu cases, %zu taken, %d failures\n", records.size(), taken.size(), failures());
  return failures() > 0 || taken.empty();
}
