//===- Elementwise.cpp - numeric rows of elementwise ops --------------------------------------===//
//
// Reading on: Rows.h; codegen/interpret/Elementwise.cpp (the oracle).
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Rows.h"

using namespace sinter;
using namespace sinter::test;
using E = ElementType;

static std::vector<Case> unaryCases(std::vector<E> elements) {
  std::vector<Case> cases;
  for (E element : elements)
    for (const Dims &dims : hardShapes())
      cases.push_back({{{element, dims}}});
  return cases;
}

static std::vector<Case> binaryCases(std::vector<E> elements) {
  std::vector<Case> cases;
  for (E element : elements)
    for (const auto &[a, b] : broadcastPairs())
      cases.push_back({{{element, a}, {element, b}}});
  return cases;
}

static std::vector<Case> withAttr(std::vector<Case> cases, const Attr &attr) {
  for (Case &c : cases)
    c.attrs.push_back(attr);
  return cases;
}

/// Functions of one float operand with a gradient; of Domain::Positive alone in unaryRows.
static constexpr const char *kSmooth[] = {"neg",  "exp",  "tanh", "sigmoid", "relu",     "abs",
                                          "sin",  "cos",  "erf",  "erfc",    "softplus", "expm1",
                                          "sinh", "cosh", "atan", "asinh"};
/// Those that are constant between steps.
static constexpr const char *kSteps[] = {"sign", "floor", "ceil", "round", "trunc"};

/// Functions of operands that a scale and an offset bring inside of where they are smooth.
static void insideRows(std::vector<Row> &rows) {
  struct Inside {
    const char *name;
    double scale, offset;
  };
  for (const auto &[name, scale, offset] : {Inside{"tan", 0.6, 0},
                                            {"asin", 0.45, 0},
                                            {"acos", 0.45, 0},
                                            {"atanh", 0.45, 0},
                                            {"acosh", 0.5, 2.2}}) {
    Row row{.name = std::string(name) + " inside", .cases = unaryCases({E::F32, E::F64})};
    row.build = [=](EntryBuilder &b, llvm::ArrayRef<mlir::Value> v, const Case &c) {
      Type scalar{c.operands[0].element, {}};
      mlir::Value x = b.op("mul", {v[0], b.constant(scalar, scale)});
      return b.op(name, {b.op("add", {x, b.constant(scalar, offset)})});
    };
    rows.push_back(row);
  }
}

static void unaryRows(std::vector<Row> &rows) {
  for (const char *name : kSmooth)
    rows.push_back({.name = name, .cases = unaryCases({E::F32, E::F64})});
  for (const char *name : {"log", "sqrt", "rsqrt", "log1p"})
    rows.push_back(
        {.name = name, .cases = unaryCases({E::F32, E::F64}), .domains = {Domain::Positive}});
  for (const char *name : kSteps)
    rows.push_back({.name = name, .cases = unaryCases({E::F32, E::F64}), .differentiable = false});
  insideRows(rows);
  for (const char *name : {"neg", "abs", "sign", "relu"})
    rows.push_back({.name = name,
                    .cases = unaryCases({E::I32, E::I64}),
                    .domains = {Domain::Anything},
                    .differentiable = false});
}

static void binaryRows(std::vector<Row> &rows) {
  for (const char *name : {"add", "sub", "mul", "fmod"}) {
    rows.push_back({.name = name, .cases = binaryCases({E::F32, E::F64})});
    rows.push_back({.name = name,
                    .cases = binaryCases({E::I32, E::I64, E::U8}),
                    .domains = {Domain::Anything},
                    .differentiable = false});
  }
  for (const char *name : {"div", "atan2"})
    rows.push_back({.name = name, .cases = binaryCases({E::F32, E::F64})});
  rows.push_back({.name = "pow",
                  .cases = binaryCases({E::F32, E::F64}),
                  .domains = {Domain::Positive, Domain::Any},
                  .tolerance = 2e-5});
  for (const char *name : {"max", "min"}) {
    rows.push_back(
        {.name = name, .cases = binaryCases({E::F32, E::F64}), .domains = {Domain::Distinct}});
    rows.push_back({.name = name,
                    .cases = binaryCases({E::I32, E::I64, E::U8}),
                    .domains = {Domain::Anything},
                    .differentiable = false});
  }
}

static void logicRows(std::vector<Row> &rows) {
  for (const char *predicate : {"eq", "ne", "lt", "le", "gt", "ge"})
    rows.push_back({.name = "compare",
                    .cases = withAttr(binaryCases({E::F32, E::F64, E::I32, E::U8}),
                                      {"predicate", std::string(predicate)}),
                    .domains = {Domain::Anything},
                    .differentiable = false});
  for (const char *name : {"logical_and", "logical_or"})
    rows.push_back({.name = name,
                    .cases = binaryCases({E::Bool}),
                    .domains = {Domain::Anything},
                    .differentiable = false});
  rows.push_back({.name = "logical_not",
                  .cases = unaryCases({E::Bool}),
                  .domains = {Domain::Anything},
                  .differentiable = false});
}

static void selectRows(std::vector<Row> &rows) {
  Row row{.name = "select"};
  for (E element : {E::F32, E::F64})
    for (const auto &[a, b] : broadcastPairs()) {
      row.cases.push_back({{{E::Bool, a}, {element, a}, {element, b}}});
      row.cases.push_back({{{E::Bool, b}, {element, a}, {element, b}}});
      row.cases.push_back({{{E::Bool, {}}, {element, a}, {element, b}}});
    }
  rows.push_back(row);
}

static void castRows(std::vector<Row> &rows) {
  Row smooth{.name = "cast"},
      stepped{.name = "cast", .domains = {Domain::Anything}, .differentiable = false};
  for (const Dims &dims : hardShapes()) {
    for (auto [from, to] : {std::pair{E::F32, E::F64}, {E::F64, E::F32}, {E::F32, E::F32}})
      smooth.cases.push_back({{{from, dims}}, {}, {to, dims}});
    for (auto [from, to] : {std::pair{E::F32, E::I32},
                            {E::I32, E::F32},
                            {E::Bool, E::F32},
                            {E::F32, E::Bool},
                            {E::I32, E::I64},
                            {E::I64, E::I32},
                            {E::U8, E::F32},
                            {E::U8, E::I32},
                            {E::F32, E::U8},
                            {E::F64, E::U8},
                            {E::I32, E::U8},
                            {E::U8, E::Bool},
                            {E::F64, E::I64},
                            {E::I64, E::F64},
                            {E::Bool, E::I32},
                            {E::I32, E::Bool}})
      stepped.cases.push_back({{{from, dims}}, {}, {to, dims}});
  }
  rows.push_back(smooth);
  rows.push_back(stepped);
}

// Values only: NaN, infinities, zeros of both signs, denormals, magnitudes where exp over- and
// underflows.
static void specialRows(std::vector<Row> &rows) {
  std::vector<Case> unary, binary;
  for (E element : {E::F32, E::F64})
    for (const Dims &dims : {Dims{1}, {7}, {24}, {33}, {97}}) {
      unary.push_back({{{element, dims}}});
      binary.push_back({{{element, dims}, {element, dims}}});
      binary.push_back({{{element, {24, 1}}, {element, {24}}}});
    }
  auto special = [&](const char *name) {
    rows.push_back(
        {.name = name, .cases = unary, .domains = {Domain::Special}, .differentiable = false});
  };
  for (const char *name :
       {"log", "sqrt", "rsqrt", "log1p", "tan", "asin", "acos", "acosh", "atanh"})
    special(name);
  for (const char *name : kSmooth)
    special(name);
  for (const char *name : kSteps)
    special(name);
  for (const char *name : {"add", "sub", "mul", "div", "fmod", "max", "min", "atan2"})
    rows.push_back(
        {.name = name, .cases = binary, .domains = {Domain::Special}, .differentiable = false});
  for (const char *predicate : {"eq", "ne", "lt", "le", "gt", "ge"})
    rows.push_back({.name = "compare",
                    .cases = withAttr(binary, {"predicate", std::string(predicate)}),
                    .domains = {Domain::Special},
                    .differentiable = false});
}

void test::elementwiseRows(std::vector<Row> &rows) {
  unaryRows(rows);
  binaryRows(rows);
  logicRows(rows);
  selectRows(rows);
  castRows(rows);
  specialRows(rows);
}
