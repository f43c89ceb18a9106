// Import: what it makes of a good graph, and that no damaged one gets past it or crashes it.
#include "compiler/Import.h"
#include "compiler/Pipeline.h"
#include "compiler/Text.h"
#include "dialects/sinter/Sinter.h"
#include "frontend/graph/Container.h"
#include "frontend/graph/GraphBuilder.h"
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

TEST(Import, TheLossIsKnownByItsRole) {
  for (bool marked : {true, false}) {
    Compiler compiler;
    proto::Module graph = makeModel();
    graph.mutable_entries(0)->mutable_outputs(0)->set_role(marked ? proto::LOSS : proto::NONE);
    mlir::OwningOpRef<mlir::ModuleOp> module =
        compiler::importModule(&compiler.context, graph, false);
    ASSERT_TRUE(module);
    module->walk([&](ir::ReturnOp end) { EXPECT_EQ(end.getLoss().has_value(), marked); });
  }
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

/// predict: a scan over x whose body chooses by a cond; a while over its last value.
static proto::Module makeControlModel() {
  using graph::EntryBuilder;
  using Kind = EntryBuilder::Kind;
  graph::GraphBuilder builder;
  builder.module.set_name("control");
  builder.module.add_files()->set_path("control.cpp");
  proto::Location at;
  at.set_line(2);
  at.set_name("loop");
  EntryBuilder &entry = builder.addEntry("predict", proto::Entry::PREDICT, 1, at);
  rules::Type wide{rules::ElementType::F32, {4, 3}}, row{rules::ElementType::F32, {3}};
  rules::Type flag{rules::ElementType::Bool, {}};
  graph::Value x = *entry.input("x", wide, at), h = *entry.input("h", row, at);
  graph::Value p = *entry.input("p", flag, at);
  auto add = [&](graph::Value a, graph::Value b) {
    auto rule = [](const graph::Types &types) { return rules::Result(graph::Types{types[0]}); };
    return entry.append("add", {a, b}, {}, rule, at)->front();
  };
  graph::Values arguments = *entry.open(Kind::Scan, {row, row}, at, 4);
  EXPECT_TRUE(entry.open(Kind::Branch, {}, at));
  graph::Body then = entry.close({add(arguments[0], h)});
  EXPECT_TRUE(entry.open(Kind::Branch, {}, at));
  graph::Body otherwise = entry.close({arguments[1]});
  graph::Value chosen = entry.cond(p, then, otherwise, at)->front();
  graph::Body body = entry.close({chosen, add(chosen, arguments[1])});
  graph::Values last = *entry.scan({h}, {x}, {.length = 4, .reverse = true}, body, 1, at);
  EXPECT_TRUE(entry.open(Kind::Condition, {row}, at));
  graph::Body condition = entry.close({p});
  graph::Values carried = *entry.open(Kind::While, {row}, at);
  graph::Body step = entry.close({add(carried[0], h)});
  graph::Values end = *entry.whileLoop({last[0]}, condition, step, 3, at);
  EXPECT_TRUE(entry.output("y", end[0], at));
  EXPECT_TRUE(entry.output("ys", last[1], at));
  entry.finish();
  builder.finish();
  EXPECT_FALSE(graph::checkGraph(builder.module));
  return builder.module;
}

TEST(Import, RegionsAreIsolated) {
  Compiler compiler;
  mlir::OwningOpRef<mlir::ModuleOp> module =
      compiler::importModule(&compiler.context, makeControlModel(), false);
  ASSERT_TRUE(module);
  int bodies = 0; // the verifier knows that they are isolated
  module->walk([&](mlir::Operation *op) {
    if (mlir::isa<ir::ScanOp, ir::CondOp, ir::WhileOp>(op))
      bodies += op->getNumRegions();
  });
  EXPECT_EQ(bodies, 5);
  // What does not fit is the verifier's to find, by the rules.
  proto::Module graph = makeControlModel();
  proto::Node *scan = graph.mutable_entries(0)->mutable_nodes(0);
  scan->mutable_regions(0)->clear_yields();
  EXPECT_FALSE(compiler::importModule(&compiler.context, graph, false));
  EXPECT_NE(compiler.messages.back().find("[E0130]"), std::string::npos);
  graph = makeControlModel();
  graph.mutable_entries(0)->mutable_nodes(0)->clear_regions();
  EXPECT_FALSE(compiler::importModule(&compiler.context, graph, false));
}

TEST(Import, FlippedBytesAreSurvived) {
#ifdef SINTER_SLOW
  size_t step = 1;
#else
  size_t step = 11;
#endif
  for (const std::string &bytes :
       {makeModel().SerializeAsString(), makeControlModel().SerializeAsString()}) {
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
