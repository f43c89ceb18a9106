//===- Specials.cpp - special values, as PyTorch has them -------------------------------------===//
//
// numeric-specials FILE.golden: every line (goldens/specials.py) is a function of the DSL of one or
// two operands, with its values and gradients. Compiled and by the oracle each element must be the
// same: the same NaN, infinity, sign of a zero of a value, and number within some roundings. Where
// we differ on purpose `different` says why. Reading on: Dsl.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Compile.h"
#include "test/numeric/options/Functions.h"
#include "test/numeric/parity/Golden.h"

#include <sinter/sinter.h>

#include "llvm/ADT/StringExtras.h"

#include <cmath>
#include <cstdio>

using namespace sinter::test;
namespace interpret = sinter::interpret;
using E = ElementType;
using Reals = std::vector<double>;

//===--- The functions ------------------------------------------------------------------------===//

// clang-format off
static const OptionFunctions &functions() {
#define ONE(name) {#name, SINTER_CALL(sinter::name(x[0]))}
#define TWO(name) {#name, SINTER_CALL(sinter::name(x[0], x[1]))}
  static const OptionFunctions all = {
#define SINTER_UNARY(name, ...) ONE(name),
#define SINTER_SIGN(...)
#define SINTER_BINARY(...)
#define SINTER_OPERATOR(...)
#include "sinter/rules/elementwise.def"
      ONE(exp2), ONE(log2), ONE(log10), ONE(hardtanh), ONE(relu6), ONE(leaky_relu), ONE(elu),
      ONE(celu), ONE(selu), ONE(silu), ONE(mish), ONE(hard_sigmoid), ONE(hard_swish), ONE(softsign),
      ONE(log_sigmoid), ONE(tanhshrink), ONE(softshrink), ONE(hardshrink), ONE(square),
      ONE(reciprocal), ONE(frac), ONE(sinc), ONE(logit), ONE(nan_to_num), ONE(gelu), TWO(pow),
      TWO(fmod), TWO(atan2), TWO(maximum), TWO(minimum), TWO(fmax), TWO(fmin), TWO(remainder),
      TWO(floor_divide), TWO(copysign), TWO(hypot), TWO(logaddexp), TWO(xlogy),
      {"add", SINTER_CALL(x[0] + x[1])},
      {"sub", SINTER_CALL(x[0] - x[1])},
      {"mul", SINTER_CALL(x[0] * x[1])},
      {"div", SINTER_CALL(x[0] / x[1])},
      {"gelu_tanh", SINTER_CALL(gelu(x[0], {.approximate = true}))},
      {"clamp", SINTER_CALL(clamp(x[0], -1, 3))},
      {"threshold", SINTER_CALL(threshold(x[0], 0.5, 7))}};
  return all;
}
// clang-format on

//===--- Where we differ ----------------------------------------------------------------------===//

namespace {
/// Elements of a function that may differ, with the reason.
struct Difference {
  std::vector<std::string> ops;
  const char *part; ///< "value" or "gradient"; both begin so
  bool (*at)(double x, double y);
  const char *why;
  bool isMet = false; ///< by an element that differs
};
} // namespace

static bool isOrigin(double x, double y) { return x == 0 && y == 0; }
static Difference different[] = {
    {{"clamp", "hardtanh", "relu6", "hard_sigmoid", "hard_swish", "softshrink", "hardshrink", "elu",
      "celu", "selu"},
     "gradient",
     [](double x, double) { return std::isnan(x); },
     "0, 1 or NaN there by function, PyTorch's also by element type; the value says NaN"},
    {{"rsqrt"},
     "gradient",
     [](double x, double) { return x == 0 && std::signbit(x); },
     "the sign of an infinity"},
    {{"gelu", "hard_swish"},
     "value",
     [](double x, double) { return x > 1e38; },
     "PyTorch's overflows before it divides"},
    {{"softplus"},
     "gradient",
     [](double x, double) { return x > 20; },
     "PyTorch's is 1 from 20 on"},
    {{"sinc"},
     "gradient",
     [](double x, double) { return std::fabs(x) < 1e-38; },
     "the reciprocal of a denormal is infinite"},
    {{"logit"},
     "gradient",
     [](double x, double) { return std::signbit(x) || !(x <= 1); },
     "PyTorch has NaN where the value is none, and at -0 a positive infinity in f32"},
    {{"fmod", "remainder"},
     "gradient",
     [](double x, double y) { return y == 0 || std::isinf(x); },
     "the value is NaN; PyTorch counts how often 0 fits in"},
    {{"copysign"},
     "gradient",
     [](double x, double) { return !std::isfinite(x); },
     "PyTorch divides the value by x"},
    {{"hypot", "xlogy"}, "gradient", isOrigin, "PyTorch divides 0 by 0, we have 0"},
    {{"xlogy"},
     "gradient",
     [](double x, double y) { return x == 0 && std::isinf(y); },
     "we have 0 where the value is 0"},
    {{"logaddexp"},
     "gradient",
     [](double x, double y) { return x == y && std::isinf(x); },
     "PyTorch subtracts infinities"}};

/// Functions whose zeros may have either sign.
static const std::vector<std::string> kEitherZero = {"relu",       "relu6",        "log_sigmoid",
                                                     "softshrink", "tanhshrink",   "fmax",
                                                     "fmin",       "floor_divide", "xlogy"};

//===--- The golden ---------------------------------------------------------------------------===//

namespace {
/// One line of the golden.
struct Record {
  std::string op, name; ///< name: the entry's
  Case c;
  std::vector<Reals> operands;
  Reals value;
  std::vector<Reals> gradients; ///< by operand; empty: PyTorch has none
};
} // namespace

static Reals realsOf(llvm::StringRef text) {
  Reals reals;
  for (llvm::StringRef word : llvm::split(text, ' '))
    reals.push_back(std::strtod(word.str().c_str(), nullptr));
  return reals;
}

static std::vector<Reals> listOf(const llvm::json::Array *array) {
  std::vector<Reals> lists;
  for (size_t i = 0; array && i < array->size(); ++i) {
    auto text = (*array)[i].getAsString();
    lists.push_back(text ? realsOf(*text) : Reals());
  }
  return lists;
}

static Record recordOf(const llvm::json::Object &object) {
  Record record;
  record.op = object.getString("op").value_or("").str();
  llvm::StringRef type = object.getString("type").value_or("");
  record.name = record.op + "_" + type.str();
  record.operands = listOf(object.getArray("operands"));
  record.value = realsOf(object.getString("value").value_or(""));
  record.gradients = listOf(object.getArray("gradients"));
  for (const Reals &operand : record.operands)
    record.c.operands.push_back(
        {type == "f32" ? E::F32 : E::F64, {static_cast<int64_t>(operand.size())}});
  return record;
}

//===--- The check ----------------------------------------------------------------------------===//

static std::string operandName(size_t i) { return "x" + std::to_string(i); }

static void addEntry(mlir::ModuleOp module, const Record &record) {
  const DslFunction &function = functions().at(record.op);
  Traced traced = trace(function, record.c);
  EntryBuilder b(module, record.name, record.name, sinter::kernel::EntryKind::Predict, 0);
  std::vector<mlir::Value> operands;
  for (size_t i = 0; i < record.operands.size(); ++i)
    operands.push_back(b.input(operandName(i), record.c.operands[i]));
  mlir::Value y = inlined(b, traced, function, operands);
  b.output("y", y);
  if (!record.gradients.empty()) {
    std::vector<mlir::Value> dx = b.gradient({y}, {b.constant(typeOf(y), 1)}, operands);
    for (size_t i = 0; i < dx.size(); ++i)
      b.output("d" + operandName(i), dx[i]);
  }
  b.finish();
}

/// Whether an element that is not the same may differ.
static bool mayDiffer(const Record &record, size_t element, llvm::StringRef part) {
  double x = record.operands[0][element], y = record.operands.back()[element];
  for (Difference &difference : different)
    if (part.starts_with(difference.part) && llvm::is_contained(difference.ops, record.op) &&
        difference.at(x, y))
      return difference.isMet = true;
  return false;
}

/// Whether `got` is what PyTorch has: numbers within some roundings, zeros of either sign unless
/// `sign` asks for the same.
static bool isSame(double got, double wanted, E type, bool sign) {
  if (std::isnan(wanted) || std::isinf(wanted) || std::isnan(got))
    return std::isnan(wanted) ? std::isnan(got) : got == wanted;
  if (wanted == 0 && sign && got == 0)
    return std::signbit(got) == std::signbit(wanted);
  double roundings = type == E::F32 ? 0x1p-20 : 0x1p-46;
  return std::fabs(got - wanted) <= roundings * (1 + std::fabs(wanted));
}

static void compare(const Record &record, const Tensor &got, const Reals &wanted,
                    const std::string &what) {
  bool sign = what.starts_with("value") && !llvm::is_contained(kEitherZero, record.op);
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (isSame(got.real(i), wanted[i], record.c.operands[0].element, sign) ||
        mayDiffer(record, i, what))
      continue;
    std::printf("%s of", record.name.c_str());
    for (const Reals &operand : record.operands)
      std::printf(" %g", operand[i]);
    std::printf(": %s: got %g, PyTorch %g\n", what.c_str(), got.real(i), wanted[i]);
    expect(record.name + " " + what, INFINITY, 0);
  }
}

static void compare(const Record &record, llvm::FailureOr<interpret::Evaluation> got,
                    const std::string &who) {
  if (failed(got))
    return expect(record.name + " runs " + who, INFINITY, 0);
  compare(record, got->outputs["y"], record.value, "value " + who);
  for (size_t i = 0; i < record.gradients.size(); ++i)
    compare(record, got->outputs["d" + operandName(i)], record.gradients[i],
            "gradient " + std::to_string(i) + " " + who);
}

int main(int argc, char **argv) {
  std::vector<Record> records;
  readObjects(argc > 1 ? argv[1] : "", [&](const llvm::json::Object &object, llvm::StringRef) {
    records.push_back(recordOf(object));
  });
  mlir::OwningOpRef<mlir::ModuleOp> module = makeModule("specials");
  for (const Record &record : records)
    addEntry(*module, record);
  std::unique_ptr<Program> program = compile(*module, 2);
  if (!program || !differentiate(*module))
    expect("all entries compile and differentiate", INFINITY, 0);
  for (const Record &record : records) {
    interpret::Arguments arguments;
    for (size_t i = 0; i < record.operands.size(); ++i) {
      Tensor &operand = arguments.inputs[operandName(i)] = Tensor(record.c.operands[i]);
      operand.reals = record.operands[i];
    }
    if (record.c.operands[0].element == E::F64) // the oracle's numbers are f64: f32 ends earlier
      compare(record, interpret::evaluate(*module, record.name, arguments), "in the oracle");
    if (program)
      compare(record, program->run(record.name, arguments, 1), "compiled");
  }
  for (const Difference &difference : different)
    if (!difference.isMet)
      expect(difference.ops[0] + " differs in its " + difference.part + ": " + difference.why,
             INFINITY, 0);
  std::printf("%zu functions, %d failures\n", records.size(), failures());
  return failures() > 0 || records.empty();
}
