//===- Dsl.cpp - rows of DSL functions --------------------------------------------------------===//
//
// Reading on: Dsl.h; frontend/src/Options.cpp (the environment that a model program reads).
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Dsl.h"

#include "compiler/Import.h"
#include "dialects/sinter/Sinter.h"
#include "frontend/graph/Container.h"

#include "mlir/IR/IRMapping.h"

#include <sinter/sinter.h>

#include <cstdlib>
#include <sys/mman.h>
#include <unistd.h>

using namespace sinter::test;
using sinter::rules::isFloat;

static std::string drain(int fd) {
  std::string bytes(static_cast<size_t>(lseek(fd, 0, SEEK_END)), '\0');
  if (pread(fd, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    bytes.clear();
  close(fd);
  return bytes;
}

static std::string nameOf(const DslFunction &function, size_t operand) {
  if (operand < function.symbols.size() && !function.symbols[operand].empty())
    return function.symbols[operand];
  return "operand_" + std::to_string(operand);
}

/// Calls the function on states that stand for its arguments.
static void call(const DslFunction &function, const Case &c, sinter::Entry entry) {
  std::vector<sinter::Tensor> arguments;
  for (size_t i = 0; i < c.operands.size(); ++i) {
    std::string name = nameOf(function, i);
    if (!llvm::StringRef(name).starts_with("operand_"))
      continue; // the layer makes it
    sinter::DType element{static_cast<uint8_t>(c.operands[i].element)};
    arguments.push_back(
        sinter::state(name, element(sinter::Shape(c.operands[i].dims)), sinter::zeros()).value());
  }
  entry.output("y", function.call(arguments, c));
}

static int write(const DslFunction &function, const Case &c) {
  sinter::Model model("row", 0, nullptr);
  if (function.training)
    model.train([&](sinter::Step s) {
      call(function, c, s);
      s.minimize(sinter::sum(sinter::parameter("row_loss", sinter::f32({1}))),
                 sinter::sgd({.lr = 1}));
    });
  else
    model.predict([&](sinter::Entry e) { call(function, c, e); });
  return model.write();
}

Traced sinter::test::trace(const DslFunction &function, const Case &c) {
  int out = memfd_create("out", 0), diagnostics = memfd_create("diagnostics", 0);
  setenv("SINTER_OUT_FD", std::to_string(out).c_str(), 1);
  setenv("SINTER_DIAG_FD", std::to_string(diagnostics).c_str(), 1);
  int code = write(function, c);
  unsetenv("SINTER_OUT_FD");
  unsetenv("SINTER_DIAG_FD");
  std::string bytes = drain(out);
  Traced traced{{}, drain(diagnostics)};
  if (code != 0)
    return traced;
  sinter::proto::Module graph;
  if (auto error = sinter::graph::parseContainer(bytes, graph))
    llvm::report_fatal_error(llvm::Twine("test: ") + error->message);
  traced.module = sinter::compiler::importModule(&context(), graph, /*f64=*/false);
  return traced;
}

mlir::Value sinter::test::inlined(EntryBuilder &b, const Traced &traced,
                                  const DslFunction &function,
                                  llvm::ArrayRef<mlir::Value> operands) {
  if (!traced.module)
    llvm::report_fatal_error(llvm::Twine("test: the DSL refuses a row's case: ") + traced.said);
  sinter::ir::EntryOp entry;
  for (auto candidate : mlir::ModuleOp(*traced.module).getOps<sinter::ir::EntryOp>())
    if (candidate.getKind() ==
        (function.training ? sinter::kernel::EntryKind::Train : sinter::kernel::EntryKind::Predict))
      entry = candidate;
  auto end = mlir::cast<sinter::ir::ReturnOp>(entry.getBody().front().getTerminator());
  mlir::Value result;
  if (function.result.empty()) {
    for (auto [name, value] : llvm::zip(end.getNames(), end.getOutputs()))
      if (mlir::cast<mlir::StringAttr>(name).getValue() == "y")
        result = value;
  } else {
    for (auto [symbol, value] : llvm::zip(end.getSymbols(), end.getUpdates()))
      if (mlir::cast<mlir::FlatSymbolRefAttr>(symbol).getValue() == function.result)
        result = value;
  }
  mlir::IRMapping copies;
  for (auto get : entry.getBody().front().getOps<sinter::ir::GetOp>())
    for (size_t i = 0; i < operands.size(); ++i)
      if (get.getSymbol() == nameOf(function, i))
        copies.map(get.getResult(), operands[i]);
  return b.copy(result, copies);
}

std::function<mlir::Value(EntryBuilder &, llvm::ArrayRef<mlir::Value>, const Case &)>
sinter::test::fromDsl(DslFunction function) {
  return [function](EntryBuilder &b, llvm::ArrayRef<mlir::Value> operands, const Case &c) {
    return inlined(b, trace(function, c), function, operands);
  };
}

template <class T> static const T *find(const Case &c, llvm::StringRef name) {
  for (const Attr &attr : c.attrs)
    if (attr.name == name)
      return std::get_if<T>(&attr.value);
  return nullptr;
}
template <class T> static T valueOr(const Case &c, llvm::StringRef name, T otherwise) {
  const T *value = find<T>(c, name);
  return value ? *value : otherwise;
}

int64_t sinter::test::integerOf(const Case &c, llvm::StringRef name, int64_t otherwise) {
  return valueOr<int64_t>(c, name, otherwise);
}
bool sinter::test::flagOf(const Case &c, llvm::StringRef name) {
  return valueOr<bool>(c, name, false);
}
double sinter::test::realOf(const Case &c, llvm::StringRef name, double otherwise) {
  return valueOr<double>(c, name, otherwise);
}
Dims sinter::test::dimsOf(const Case &c, llvm::StringRef name, Dims otherwise) {
  return valueOr<Dims>(c, name, std::move(otherwise));
}
std::string sinter::test::textOf(const Case &c, llvm::StringRef name) {
  return valueOr<std::string>(c, name, "");
}
