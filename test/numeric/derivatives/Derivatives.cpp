//===- Derivatives.cpp - programs made of derivatives against PyTorch -------------------------===//
//
// numeric-derivatives FILE.golden: every line (goldens/derivatives.py) is an output of a program of
// Models.cpp, in f64: by the oracle behind differentiate alone, and compiled. Reading on: Models.h.
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/Import.h"
#include "dialects/sinter/Sinter.h"
#include "test/numeric/Compile.h"
#include "test/numeric/Graph.h"
#include "test/numeric/derivatives/Models.h"
#include "test/numeric/parity/Golden.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cstdio>

using namespace sinter;
using namespace sinter::test;
using interpret::Arguments;
using interpret::Evaluation;

static constexpr const char *kEntry = "predict_b1";

/// Uniform in [-1, 1), or indices below 16, as derivatives.py draws them.
static Tensor valuesOf(llvm::StringRef name, const Type &type) {
  uint64_t tag = 7000;
  for (unsigned char c : name)
    tag += c;
  Tensor tensor(type);
  for (int64_t i = 0; i < tensor.size(); ++i)
    if (tensor.isReal())
      tensor.reals[i] = 2 * uniformOf(tag, i) - 1;
    else
      tensor.integers[i] = static_cast<int64_t>(mixed(tag, i) % 16);
  return tensor;
}

static Arguments argumentsOf(const proto::Entry &entry, mlir::ModuleOp module) {
  Arguments arguments;
  auto op = mlir::cast<ir::EntryOp>(mlir::SymbolTable(module).lookup(kEntry));
  for (auto [input, argument] : llvm::zip_equal(entry.inputs(), op.getBody().getArguments()))
    arguments.inputs[input.name()] = valuesOf(input.name(), typeOf(argument));
  return arguments;
}

/// What a program gives, by the oracle and compiled; nothing of what fails.
static std::vector<std::pair<const char *, interpret::Values>> run(const proto::Module &graph) {
  std::vector<std::pair<const char *, interpret::Values>> results;
  auto module = compiler::importModule(&context(), graph, /*f64=*/true);
  if (!module)
    return results;
  Arguments arguments = argumentsOf(graph.entries(0), *module);
  std::unique_ptr<Program> program = compile(*module, 2);
  if (program)
    if (llvm::FailureOr<Evaluation> got = program->run(kEntry, arguments, 2); succeeded(got))
      results.emplace_back("compiled", got->outputs);
  if (differentiate(*module))
    if (llvm::FailureOr<Evaluation> got = interpret::evaluate(*module, kEntry, arguments);
        succeeded(got))
      results.emplace_back("in the oracle", got->outputs);
  return results;
}

static void check(const llvm::json::Object &line,
                  std::map<std::string, decltype(run(proto::Module()))> &results) {
  std::string program = line.getString("program")->str(), output = line.getString("output")->str();
  auto [known, fresh] = results.try_emplace(program);
  if (fresh) {
    known->second = run(derivativeModels().at(program));
    expect(program + " runs in the oracle and compiled", known->second.size() == 2 ? 0 : INFINITY,
           0);
  }
  const llvm::json::Array &values = *line.getArray("values");
  for (auto &[who, outputs] : known->second) {
    std::string what = program + " " + output + " " + who;
    auto found = outputs.find(output);
    if (found == outputs.end() || found->second.size() != static_cast<int64_t>(values.size()) ||
        found->second.dims().size() != line.getArray("shape")->size()) {
      expect(what + " is there", INFINITY, 0);
      continue;
    }
    double worst = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      double want = *values[i].getAsNumber();
      double error = std::fabs(found->second.reals[i] - want) / (1 + std::fabs(want));
      worst = error <= worst ? worst : error; // keeps NaN
    }
    expect(what, worst, 100 * 0x1p-53); // sums of some hundred terms
  }
}

int main(int argc, char **argv) {
  auto file = llvm::MemoryBuffer::getFile(argc > 1 ? argv[1] : "");
  llvm::SmallVector<llvm::StringRef> lines;
  if (file)
    (*file)->getBuffer().split(lines, '\n', -1, /*KeepEmpty=*/false);
  std::map<std::string, decltype(run(proto::Module()))> results;
  for (llvm::StringRef text : lines) {
    llvm::Expected<llvm::json::Value> line = llvm::json::parse(text);
    if (!line)
      llvm::report_fatal_error(line.takeError());
    check(*line->getAsObject(), results);
  }
  expect("every program has lines", results.size() == derivativeModels().size() ? 0 : INFINITY, 0);
  std::printf("%zu outputs of %zu programs, %d failures\n", lines.size(), results.size(),
              failures());
  return failures() > 0 || lines.empty();
}
