//===- StagesAgree.cpp - passes keep the meaning of a module ----------------------------------===//
//
// Every module under Inputs/ is evaluated by the f64 oracle after each pass of the pipeline, with
// pseudo-random inputs, symbols and scalars; outputs and updates must stay what they were at the
// graph stage. At `planned`, buffers that share bytes while both are alive would show in the run by
// bytes of the CPU tests; here the order of kernels shows.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/KernelInterpreter.h"
#include "dialects/sinter/Sinter.h"
#include "passes/Passes.h"
#include "test/passes/SmallTensor.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

#include <cmath>
#include <filesystem>
#include <gtest/gtest.h>

using namespace mlir;
using namespace sinter;
using namespace sinter::interpret;
using sinter::test::makeTensor;

static const char *const kPasses[] = {
    "simplify", "batch-steps",       "fold",           "simplify",       "hoist-prepared",
    "simplify", "fuse-contractions", "fuse-maps",      "assign-layouts", "lower-to-kernel",
    "schedule", "in-place-updates",  "group-launches", "plan-memory"};

static void expectNear(const Values &got, const Values &expected, const std::string &where) {
  for (const auto &[name, tensor] : expected) {
    auto it = got.find(name);
    ASSERT_NE(it, got.end()) << where << ": '" << name << "' is missing";
    ASSERT_EQ(it->second.size(), tensor.size()) << where << ": " << name;
    for (int64_t i = 0; i < tensor.size(); ++i)
      ASSERT_NEAR(it->second.real(i), tensor.real(i),
                  1e-9 * std::max(1.0, std::abs(tensor.real(i))))
          << where << ": " << name << "[" << i << "]";
  }
}

struct EntryCase {
  std::string symbol;
  Arguments arguments;
  Evaluation expected;
};

class StagesAgree : public testing::TestWithParam<std::string> {};

static std::vector<EntryCase> makeCases(ModuleOp module) {
  std::vector<EntryCase> cases;
  for (auto entry : module.getOps<ir::EntryOp>()) {
    EntryCase c{entry.getSymName().str(), {}, {}};
    uint64_t state = 42;
    for (auto [argument, name] :
         llvm::zip_equal(entry.getBody().getArguments(), entry.getArgNames()))
      c.arguments.inputs[cast<StringAttr>(name).getValue().str()] =
          makeTensor(argument.getType(), state);
    for (auto symbol : module.getOps<ir::SymbolOp>())
      c.arguments.symbols[symbol.getSymName().str()] = makeTensor(symbol.getType(), state);
    for (auto scalar : module.getOps<ir::ScalarOp>())
      c.arguments.scalars[scalar.getSymName().str()] = makeTensor(scalar.getType(), state);
    auto value = evaluate(module, c.symbol, c.arguments);
    EXPECT_TRUE(succeeded(value)) << c.symbol;
    if (succeeded(value))
      c.expected = *value;
    cases.push_back(std::move(c));
  }
  return cases;
}

/// What passes made of parameters is zero until prepare has run.
static Tensor makeZeros(mlir::Type type) {
  uint64_t state = 42;
  Tensor zeros = makeTensor(type, state);
  for (double &x : zeros.reals)
    x = 0;
  return zeros;
}

/// Derived forms hold what their symbol holds before the entry runs.
static Buffers makeBuffers(ModuleOp module, const EntryCase &c) {
  Buffers buffers;
  for (auto symbol : module.getOps<ir::SymbolOp>())
    if (symbol.getKind() == "prepared")
      buffers["param:" + symbol.getSymName().str()] = makeZeros(symbol.getType());
  for (const auto &[name, tensor] : c.arguments.inputs)
    buffers["input:" + name] = tensor;
  for (const auto &[name, tensor] : c.arguments.symbols) {
    buffers["param:" + name] = tensor;
    buffers["state:" + name] = tensor;
  }
  for (const auto &[name, tensor] : c.arguments.scalars)
    buffers["scalar:" + name] = tensor;
  for (auto derived : module.getOps<ir::DerivedOp>()) {
    auto source = c.arguments.symbols.find(derived.getSource().str());
    buffers["derived:" + derived.getSymName().str()] =
        source == c.arguments.symbols.end() ? makeZeros(derived.getType()) : source->second;
  }
  return buffers;
}

static void checkPlanned(ModuleOp module, const EntryCase &c, const std::string &where) {
  Buffers buffers = makeBuffers(module, c);
  if (SymbolTable(module).lookup<kernel::EntryOp>("prepare")) {
    ASSERT_TRUE(succeeded(runKernelEntry(module, "prepare", buffers))) << where;
  }
  ASSERT_TRUE(succeeded(runKernelEntry(module, c.symbol, buffers))) << where;
  Values outputs, updates;
  for (const auto &[name, tensor] : buffers) {
    StringRef role = StringRef(name).split(':').first, rest = StringRef(name).split(':').second;
    if (role == "output")
      outputs[rest.str()] = tensor;
  }
  for (const auto &[name, tensor] : c.expected.updates) {
    auto symbol =
        SymbolTable::lookupNearestSymbolFrom(module, StringAttr::get(module.getContext(), name));
    bool params = symbol->getAttrOfType<IntegerAttr>("segment").getInt() == 0;
    updates[name] = buffers[(params ? "param:" : "state:") + name];
    // A refreshed form equals its symbol after the step.
    for (auto derived : module.getOps<ir::DerivedOp>())
      if (derived.getSource() == name && derived->hasAttr("refreshed"))
        expectNear({{name, buffers["derived:" + derived.getSymName().str()]}}, {{name, tensor}},
                   where + " refreshed form");
  }
  expectNear(outputs, c.expected.outputs, where);
  expectNear(updates, c.expected.updates, where);
}

TEST_P(StagesAgree, keepMeaning) {
  DialectRegistry registry;
  registry
      .insert<ir::SinterDialect, kernel::KernelDialect, arith::ArithDialect, math::MathDialect>();
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(GetParam(), &context);
  ASSERT_TRUE(module);
  PassManager first(&context);
  ASSERT_TRUE(succeeded(parsePassPipeline("differentiate", first)));
  ASSERT_TRUE(succeeded(first.run(*module)));
  std::vector<EntryCase> cases = makeCases(*module);
  for (const char *pass : kPasses) {
    PassManager manager(&context);
    ASSERT_TRUE(succeeded(parsePassPipeline(pass, manager)));
    ASSERT_TRUE(succeeded(manager.run(*module))) << pass;
    bool planned = !module->getOps<kernel::EntryOp>().empty();
    for (const EntryCase &c : cases) {
      std::string where = std::string(pass) + " in " + c.symbol;
      if (planned) {
        checkPlanned(*module, c, where);
        continue;
      }
      // Derived forms are symbols like any other for the oracle.
      Arguments arguments = c.arguments;
      if (SymbolTable(*module).lookup("prepare")) {
        auto prepared = evaluate(*module, "prepare", arguments);
        ASSERT_TRUE(succeeded(prepared)) << where;
        for (const auto &[name, tensor] : prepared->updates)
          arguments.symbols[name] = tensor;
      }
      for (auto derived : module->getOps<ir::DerivedOp>())
        arguments.symbols[derived.getSymName().str()] =
            arguments.symbols.at(derived.getSource().str());
      auto value = evaluate(*module, c.symbol, arguments);
      ASSERT_TRUE(succeeded(value)) << where;
      expectNear(value->outputs, c.expected.outputs, where);
      expectNear(value->updates, c.expected.updates, where);
    }
  }
}

static std::vector<std::string> findInputs() {
  std::vector<std::string> files;
  for (const auto &file : std::filesystem::directory_iterator(SINTER_INPUTS))
    if (file.path().extension() == ".mlir")
      files.push_back(file.path().string());
  llvm::sort(files);
  return files;
}

INSTANTIATE_TEST_SUITE_P(Inputs, StagesAgree, testing::ValuesIn(findInputs()),
                         [](const auto &info) {
                           std::string name = std::filesystem::path(info.param).stem().string();
                           for (char &c : name)
                             c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
                           return name;
                         });

int main(int argc, char **argv) {
  testing::InitGoogleTest(&argc, argv);
  sinter::passes::registerSinterPasses();
  return RUN_ALL_TESTS();
}
