// Import: what it makes of a good graph, and that no damaged one gets past it or crashes it.
#include "compiler/Import.h"
#include "compiler/Pipeline.h"
#include "compiler/Text.h"
#include "dialects/sinter/Sinter.h"
#include "frontend/graph/Container.h"
#include "test/driver/TestModel.h"

#include "mlir/IR/Verifier.h"

#include <gtest/gtest.h>
#include <random>

using namespace sinter;
using sinter::test::Compiler;
using sinter::test::makeModel;

TEST(Import, EveryOpHasOneNamedLine) {
  Compiler compiler;
  mlir::OwningOpRef<mlir::ModuleOp> module =
      compiler::importModule(&compiler.context, makeModel(), false);
  ASSERT_TRUE(module);
  module->walk([&](ir::EntryOp entry) {
    for (mlir::Operation &op : entry.getBody().front().without_terminator()) {
      auto name = mlir::dyn_cast<mlir::NameLoc>(op.getLoc());
      ASSERT_TRUE(name);
      auto line = mlir::dyn_cast<mlir::FileLineColLoc>(name.getChildLoc());
      ASSERT_TRUE(line);
      EXPECT_EQ(line.getLine(), 2u);
      EXPECT_EQ(line.getFilename(), "small.cpp");
    }
  });
}

TEST(Import, DoubleReplacesFloatEverywhere) {
  Compiler compiler;
  mlir::OwningOpRef<mlir::ModuleOp> module =
      compiler::importModule(&compiler.context, makeModel(), true);
  ASSERT_TRUE(module);
  std::string text = compiler::printModule(*module, /*elide=*/true);
  EXPECT_EQ(text.find("f32"), std::string::npos);
  EXPECT_NE(text.find("tensor<3x2xf64>"), std::string::npos);
  EXPECT_NE(text.find("dense<1.000000e+00> : tensor<f64>"), std::string::npos);
}

TEST(Import, UnknownOpsAndAttributesAreNamed) {
  Compiler compiler;
  proto::Module graph = makeModel();
  graph.mutable_entries(0)->mutable_nodes(2)->set_op("frobnicate");
  EXPECT_FALSE(compiler::importModule(&compiler.context, graph, false));
  ASSERT_EQ(compiler.messages.size(), 1u);
  EXPECT_EQ(compiler.messages[0],
            "expects an op of this version of sinter, got 'frobnicate' [E1001]");
  graph = makeModel();
  graph.mutable_entries(0)->mutable_nodes(3)->mutable_attributes(0)->set_s("axes are numbers");
  EXPECT_FALSE(compiler::importModule(&compiler.context, graph, false));
  graph = makeModel();
  graph.mutable_entries(0)->mutable_nodes(4)->mutable_attributes(0)->mutable_dense()->set_data(
      "abc");
  EXPECT_FALSE(compiler::importModule(&compiler.context, graph, false));
  EXPECT_NE(compiler.messages.back().find("[E1002]"), std::string::npos);
}

TEST(Import, WrongTypesAreRefusedWithTheRulesCode) {
  Compiler compiler;
  proto::Module graph = makeModel();
  graph.mutable_entries(0)->mutable_inputs(0)->mutable_value()->mutable_type()->set_dims(1, 7);
  EXPECT_FALSE(compiler::importModule(&compiler.context, graph, false));
  ASSERT_FALSE(compiler.messages.empty());
  EXPECT_NE(compiler.messages[0].find("[E0108]"), std::string::npos) << compiler.messages[0];
}

/// Imports, and when that works compiles to the plan: whatever the graph says, nothing may crash,
/// and what verifies must keep verifying.
static void survive(const proto::Module &graph) {
  Compiler compiler;
  mlir::OwningOpRef<mlir::ModuleOp> module =
      compiler::importModule(&compiler.context, graph, false);
  if (!module) {
    EXPECT_FALSE(compiler.messages.empty())
        << "refused without a word: " << graph.ShortDebugString();
    return;
  }
  (void)compiler::runPipeline(*module, compiler::Stage::Planned, {});
}

TEST(Import, FlippedBytesAreSurvived) {
#ifdef SINTER_SLOW
  size_t step = 1;
#else
  size_t step = 11;
#endif
  std::string bytes = makeModel().SerializeAsString();
  int imported = 0;
  for (size_t at = 0; at < bytes.size(); at += step)
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = bytes;
      damaged[at] ^= char(1 << bit);
      proto::Module graph;
      if (!graph.ParseFromString(damaged) || graph::checkGraph(graph))
        continue;
      ++imported;
      survive(graph);
    }
  EXPECT_GT(imported, 10); // the checks in front do not refuse everything
}

TEST(Import, ShuffledPartsAreSurvived) {
#ifdef SINTER_SLOW
  int rounds = 4000;
#else
  int rounds = 300;
#endif
  std::mt19937 random(7);
  for (int round = 0; round < rounds; ++round) {
    proto::Module graph = makeModel();
    proto::Entry *entry = graph.mutable_entries(0);
    for (int change = 0; change < 2; ++change) {
      proto::Node *node = entry->mutable_nodes(random() % entry->nodes_size());
      const proto::Node &other = entry->nodes(random() % entry->nodes_size());
      switch (random() % 6) {
      case 0:
        node->set_op(other.op());
        break;
      case 1:
        if (node->inputs_size())
          node->set_inputs(random() % node->inputs_size(), 1 + random() % 10);
        break;
      case 2:
        node->mutable_attributes()->CopyFrom(other.attributes());
        break;
      case 3:
        *node->mutable_results(0)->mutable_type() = other.results(0).type();
        break;
      case 4:
        if (node->inputs_size())
          node->mutable_inputs()->RemoveLast();
        break;
      case 5:
        for (proto::Attribute &attribute : *node->mutable_attributes())
          if (attribute.has_i())
            attribute.set_i(int64_t(random()) - int64_t(random()));
          else if (attribute.has_ints() && attribute.ints().v_size())
            attribute.mutable_ints()->set_v(0, int64_t(random() % 8) - 4);
        break;
      }
    }
    if (!graph::checkGraph(graph))
      survive(graph);
  }
}
