//===- Options.cpp - the DSL's options against PyTorch's --------------------------------------===//
//
// numeric-options FILE.golden: every line (goldens/options.py) is an op with options and operands.
// The DSL must refuse what is refused there; of what it takes, the shape, the weighted sum of the
// values and that of every gradient must be PyTorch's, by the oracle and compiled, all in f64.
// Layers over time have a golden of their own (goldens/recurrent.py), which names their parameters.
// Reading on: Dsl.h; frontend/src (what is called).
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Compile.h"
#include "test/numeric/Dsl.h"
#include "test/numeric/parity/Golden.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

#include <sinter/sinter.h>

#include <cstdio>

using namespace sinter::test;
using sinter::Axes;
using sinter::Pair;
using sinter::interpret::Arguments;
using sinter::interpret::Evaluation;
namespace interpret = sinter::interpret;
using E = ElementType;
using Tensors = std::vector<sinter::Tensor>;

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

static Pair pairOf(const Case &c, llvm::StringRef name, Pair otherwise) {
  Dims sizes = dimsOf(c, name);
  return sizes.empty() ? otherwise : Pair(sizes[0], sizes[1]);
}

static sinter::Pool2d poolOf(const Case &c) {
  return {.window = pairOf(c, "window", 2),
          .stride = pairOf(c, "stride", 0),
          .padding = pairOf(c, "padding", 0),
          .ceil = flagOf(c, "ceil"),
          .count_include_pad = flagOf(c, "count_include_pad")};
}
static sinter::Conv2d convOf(const Case &c) {
  return {.stride = pairOf(c, "stride", 1),
          .padding = flagOf(c, "same") ? sinter::same : sinter::Padding(pairOf(c, "padding", 0)),
          .dilation = pairOf(c, "dilation", 1),
          .groups = integerOf(c, "groups", 1)};
}
/// The options of rnn, gru and lstm; behind x there may be first states, and lengths less one.
template <class Options> static Options layersOf(const Tensors &x, const Case &c) {
  Options options;
  options.hidden = integerOf(c, "hidden", 0);
  options.layers = integerOf(c, "layers", 1);
  options.bidirectional = flagOf(c, "bidirectional");
  options.bias = flagOf(c, "bias");
  size_t states = x.size();
  if (x.back().dtype() == sinter::i32)
    options.lengths = x[--states] + 1;
  if (states > 1)
    options.state = x[1];
  if constexpr (requires { options.cell; })
    if (states > 2)
      options.cell = x[2];
  if constexpr (requires { options.activation; })
    options.activation = flagOf(c, "relu") ? sinter::Activation::relu : sinter::Activation::tanh;
  return options;
}
/// All results as one vector.
static sinter::Tensor flattened(const Tensors &results) {
  Tensors parts;
  for (const sinter::Tensor &result : results)
    parts.push_back(sinter::flatten(result, 0));
  return sinter::concat(parts, 0);
}
static Axes axesOf(const Case &c) { return dimsOf(c, "axes"); }
static int64_t axisOf(const Case &c) { return integerOf(c, "axis", 0); }

/// The DSL's function of every op that the golden names.
static const std::map<std::string, DslFunction> &functions() {
  static const std::map<std::string, DslFunction> all = {
#define SINTER_CALL(...)                                                                           \
  {                                                                                                \
    [](const Tensors &x, const Case &c) -> sinter::Tensor { return __VA_ARGS__; }                  \
  }
      {"max_pool2d", SINTER_CALL(max_pool2d(x[0], poolOf(c)))},
      {"avg_pool2d", SINTER_CALL(avg_pool2d(x[0], poolOf(c)))},
      {"adaptive_avg_pool2d", SINTER_CALL(adaptive_avg_pool2d(x[0], pairOf(c, "size", 1)))},
      {"resize_bilinear", SINTER_CALL(resize_bilinear(x[0], pairOf(c, "size", 1)))},
      {"global_avg_pool2d", SINTER_CALL(global_avg_pool2d(x[0]))},
      {"conv2d", SINTER_CALL(conv2d(x[0], x[1], convOf(c)))},
      {"matmul", SINTER_CALL(matmul(x[0], x[1],
                                    {.transpose_a = flagOf(c, "transpose_a"),
                                     .transpose_b = flagOf(c, "transpose_b")}))},
      {"linear",
       {[](const Tensors &x, const Case &c) {
          return linear("fc", x[0], {.units = 5, .axis = axisOf(c), .bias = flagOf(c, "bias")});
        },
        {"", "fc.weight", "fc.bias"}}},
      {"sum", SINTER_CALL(sum(x[0], axesOf(c), flagOf(c, "keepdims")))},
      {"mean", SINTER_CALL(mean(x[0], axesOf(c), flagOf(c, "keepdims")))},
      {"reduce_max", SINTER_CALL(reduce_max(x[0], axesOf(c), flagOf(c, "keepdims")))},
      {"reduce_min", SINTER_CALL(reduce_min(x[0], axesOf(c), flagOf(c, "keepdims")))},
      {"argmax", SINTER_CALL(argmax(x[0], axisOf(c)))},
      {"softmax", SINTER_CALL(softmax(x[0], axisOf(c)))},
      {"log_softmax", SINTER_CALL(log_softmax(x[0], axisOf(c)))},
      {"cumsum", SINTER_CALL(cumsum(x[0], axisOf(c), {.reverse = flagOf(c, "reverse")}))},
      {"cumprod", SINTER_CALL(cumprod(x[0], axisOf(c), {.reverse = flagOf(c, "reverse")}))},
      {"sort", SINTER_CALL(sort(x[0], axisOf(c), {.descending = flagOf(c, "descending")}).values)},
      {"argsort", SINTER_CALL(argsort(x[0], axisOf(c), {.descending = flagOf(c, "descending")}))},
      {"topk",
       SINTER_CALL(
           topk(x[0], integerOf(c, "k", 0), axisOf(c), {.largest = flagOf(c, "largest")}).values)},
      {"gather", SINTER_CALL(gather(x[0], x[1], axisOf(c)))},
      {"flatten", SINTER_CALL(flatten(x[0], axisOf(c)))},
      {"concat", SINTER_CALL(sinter::concat(x, axisOf(c)))},
      {"transpose", SINTER_CALL(transpose(x[0], dimsOf(c, "perm")))},
      {"reshape", SINTER_CALL(reshape(x[0], dimsOf(c, "shape_to")))},
      {"broadcast_to", SINTER_CALL(broadcast_to(x[0], dimsOf(c, "shape_to")))},
      {"slice",
       SINTER_CALL(slice(x[0], dimsOf(c, "starts"), dimsOf(c, "limits"), dimsOf(c, "strides")))},
      {"pad",
       SINTER_CALL(pad(x[0], dimsOf(c, "low"), dimsOf(c, "high"), realOf(c, "value_of", 0)))},
      {"batch_norm",
       {[](const Tensors &x, const Case &c) {
          return batch_norm("bn", x[0], {.eps = realOf(c, "eps", 0)});
        },
        {"", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"}}},
      {"softmax_cross_entropy", SINTER_CALL(softmax_cross_entropy(x[0], x[1]))},
      {"mse", SINTER_CALL(mse(x[0], x[1]))},
      {"rnn", {[](const Tensors &x, const Case &c) {
         auto [output, state] = sinter::rnn("rnn", x[0], layersOf<sinter::Rnn>(x, c));
         return flattened({output, state});
       }}},
      {"gru", {[](const Tensors &x, const Case &c) {
         auto [output, state] = sinter::gru("gru", x[0], layersOf<sinter::Gru>(x, c));
         return flattened({output, state});
       }}},
      {"lstm", {[](const Tensors &x, const Case &c) {
         auto [output, state, cell] = sinter::lstm("lstm", x[0], layersOf<sinter::Lstm>(x, c));
         return flattened({output, state, cell});
       }}},
  };
  return all;
}

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
  if (auto number = value.getAsInteger(); number && (name == "eps" || name == "value_of"))
    return {name.str(), static_cast<double>(*number)};
  return {name.str(), value.getAsInteger().value_or(0)};
}

static Record recordOf(const llvm::json::Object &object, llvm::StringRef text) {
  Record record;
  record.text = text.substr(0, text.find(", \"shape\"")).str();
  record.op = object.getString("op").value_or("").str();
  record.function = functions().at(record.op);
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

static std::vector<Record> readRecords(const char *path) {
  std::vector<Record> records;
  auto file = llvm::MemoryBuffer::getFile(path);
  llvm::SmallVector<llvm::StringRef> lines;
  if (file)
    (*file)->getBuffer().split(lines, '\n', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef line : lines) {
    llvm::Expected<llvm::json::Value> value = llvm::json::parse(line);
    if (value)
      records.push_back(recordOf(*value->getAsObject(), line));
    else
      llvm::report_fatal_error(value.takeError());
  }
  return records;
}

//===--- The check ----------------------------------------------------------------------------===//

/// As values() and indices() of options.py.
static Tensor valuesOf(uint64_t tag, const Type &type, int64_t limit) {
  Tensor tensor(type);
  for (int64_t i = 0; i < tensor.size(); ++i)
    if (tensor.isReal())
      tensor.reals[i] = 4 * (static_cast<double>(mixed(tag, i) >> 40) / 16777216.0) - 2;
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

/// Operand i of a case; a running variance is positive.
static Tensor operandOf(const Record &record, size_t i) {
  bool isInteger = record.c.operands[i].element == E::I32;
  Tensor operand = valuesOf(isInteger ? 5100 : 5000 + i, record.c.operands[i], record.c.indices);
  if (record.op == "batch_norm" && i == 4)
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

int main(int argc, char **argv) {
  std::vector<Record> records = readRecords(argc > 1 ? argv[1] : "");
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
  std::printf("%zu cases, %zu taken, %d failures\n", records.size(), taken.size(), failures());
  return failures() > 0 || taken.empty();
}
