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
    "simplify",          "batch-steps",      "form-streams",   "fold",
    "simplify",          "hoist-forms",      "refresh-forms",  "simplify",
    "fuse-contractions", "fuse-maps",        "assign-layouts", "lower-to-kernel",
    "schedule",          "in-place-updates", "group-launches", "plan-memory"};

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

/// What prepare makes is zero until it has run.
static Tensor makeZeros(mlir::Type type) {
  uint64_t state = 42;
  Tensor zeros = makeTensor(type, state);
  for (double &x : zeros.reals)
    x = 0;
  return zeros;
}

/// Forms hold what their region makes before the entry runs, or nothing until prepare has run.
static Buffers makeBuffers(ModuleOp module, const EntryCase &c) {
  Buffers buffers;
  for (const auto &[name, tensor] : c.arguments.inputs)
    buffers["input:" + name] = tensor;
  for (const auto &[name, tensor] : c.arguments.symbols) {
    buffers["param:" + name] = tensor;
    buffers["state:" + name] = tensor;
  }
  for (const auto &[name, tensor] : c.arguments.scalars)
    buffers["scalar:" + name] = tensor;
  Values stored = c.arguments.symbols;
  EXPECT_TRUE(succeeded(fillForms(module, stored)));
  for (auto form : module.getOps<ir::FormOp>()) {
    std::string name = form.getSymName().str();
    bool waits = form.getRefresh() == ir::Refresh::Prepare;
    buffers["form:" + name] = waits ? makeZeros(form.getType()) : stored.at(name);
  }
  return buffers;
}

/// Behind an entry, `forms` are what their regions make of what it leaves; those of prepare may be
/// stale behind training.
static void checkForms(ModuleOp module, const EntryCase &c, const Values &forms, bool trains,
                       const std::string &where) {
  Values stored = c.arguments.symbols;
  apply(c.expected.updates, stored);
  ASSERT_TRUE(succeeded(fillForms(module, stored))) << where;
  for (auto form : module.getOps<ir::FormOp>()) {
    std::string name = form.getSymName().str();
    if (!forms.count(name) || (trains && form.getRefresh() == ir::Refresh::Prepare))
      continue;
    expectNear(forms, {{name, stored.at(name)}}, where + " form");
  }
}

static void checkPlanned(ModuleOp module, const EntryCase &c, const std::string &where) {
  Buffers buffers = makeBuffers(module, c);
  ASSERT_TRUE(succeeded(runKernelEntry(module, "prepare", buffers))) << where;
  ASSERT_TRUE(succeeded(runKernelEntry(module, c.symbol, buffers))) << where;
  Values outputs, updates, forms;
  for (const auto &[name, tensor] : buffers) {
    StringRef role = StringRef(name).split(':').first, rest = StringRef(name).split(':').second;
    if (role == "output")
      outputs[rest.str()] = tensor;
    if (role == "form")
      forms[rest.str()] = tensor;
  }
  SymbolTable symbols(module);
  for (const auto &[name, tensor] : c.expected.updates)
    if (auto symbol = symbols.lookup<ir::SymbolOp>(name))
      updates[name] = buffers[(stringifyRole(symbol.getRole()) + ":" + name).str()];
  expectNear(outputs, c.expected.outputs, where);
  expectNear(updates, c.expected.updates, where);
  auto entry = symbols.lookup<kernel::EntryOp>(c.symbol);
  checkForms(module, c, forms, entry.getKind() == kernel::EntryKind::Train, where);
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
      auto value = evaluate(*module, c.symbol, c.arguments);
      ASSERT_TRUE(succeeded(value)) << where;
      expectNear(value->outputs, c.expected.outputs, where);
      expectNear(value->updates, c.expected.updates, where);
      checkForms(*module, c, value->updates, /*trains=*/true, where);
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
