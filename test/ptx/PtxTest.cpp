//===- PtxTest.cpp - code for GPUs against code for this CPU ----------------------------------===//
//
// Modules of test/passes/Inputs are compiled for both and run on the same values: the order of sums
// is the same (D1), and where this CPU has FMA, so are the bits. Grids of one and of several blocks
// agree. Reading on: Emulator.h, test/numeric/Compile.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Compile.h"
#include "test/numeric/Graph.h"

#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

using namespace sinter;
using namespace sinter::test;

class Ptx : public testing::TestWithParam<const char *> {};

static void expectSame(const interpret::Values &got, const interpret::Values &wanted,
                       const std::string &what) {
  ASSERT_EQ(got.size(), wanted.size());
  for (const auto &[name, value] : wanted) {
    const interpret::Tensor &other = got.at(name);
    ASSERT_EQ(other.size(), value.size());
    for (int64_t i = 0; i < value.size(); ++i)
      if (double x = other.real(i), y = value.real(i);
          !(x == y) && !(std::isnan(x) && std::isnan(y))) {
        ADD_FAILURE() << what << ", " << name << " element " << i << ": " << x << ", CPU " << y;
        break;
      }
  }
}

TEST_P(Ptx, HasTheBitsOfTheCpu) {
  mlir::MLIRContext &context = test::context();
  kernel::CpuTargetAttr native = findTarget(&context, "cpu:native");
  if (!native || !native.getHasFma())
    GTEST_SKIP() << "this CPU has no FMA";
  std::string file = std::string(SINTER_INPUTS) + "/" + GetParam() + ".mlir";
  auto module = mlir::parseSourceFile<mlir::ModuleOp>(file, &context);
  ASSERT_TRUE(module);
  std::unique_ptr<Program> cpu = compile(*module, 2),
                           gpu = compile(*module, 2, {findGpu(&context, "cuda:sm_90")});
  ASSERT_TRUE(cpu && gpu);
  int entries = 0;
  for (auto entry : module->getOps<ir::EntryOp>()) {
    interpret::Arguments arguments = drawArguments(*module);
    arguments.inputs = drawInputs(entry);
    auto wanted = cpu->run(entry.getSymName(), arguments, 1);
    ASSERT_TRUE(succeeded(wanted));
    for (unsigned blocks : {1, 3}) {
      auto got = gpu->run(entry.getSymName(), arguments, blocks);
      ASSERT_TRUE(succeeded(got));
      std::string what = entry.getSymName().str() + " in " + std::to_string(blocks) + " blocks";
      expectSame(got->outputs, wanted->outputs, what);
      expectSame(got->updates, wanted->updates, what);
    }
    ++entries;
  }
  EXPECT_GT(entries, 0);
}

INSTANTIATE_TEST_SUITE_P(Modules, Ptx,
                         testing::Values("mlp", "norm", "embedding", "windows", "shapes", "batched",
                                         "batched-windows", "dropout", "folded", "forms", "deep",
                                         "attention", "attention-bent", "chunks", "long", "prefix",
                                         "sort", "pruned", "states", "loops", "rnn", "rnn-reverse",
                                         "lstm", "conv-loop"),

                         [](const auto &info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });
