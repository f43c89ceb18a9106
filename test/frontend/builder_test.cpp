// GraphBuilder alone, as an importer of another format would use it: no Model, no line of C++.
#include "frontend/graph/Container.h"
#include "frontend/graph/GraphBuilder.h"
#include "sinter/rules/elementwise.h"
#include "test/frontend/GraphText.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace sinter;
using namespace sinter::graph;
using rules::ElementType;

namespace {

proto::Location at(uint32_t line, const std::string &name) {
  proto::Location location;
  location.set_line(line);
  location.set_name(name);
  return location;
}

rules::Type f32(std::vector<int64_t> dims = {}) { return {ElementType::F32, std::move(dims)}; }

rules::Result<Types> addRule(const Types &t) {
  rules::Result<rules::Type> type = rules::add(t[0], t[1]);
  if (!type)
    return type.error();
  return Types{*type};
}

/// A builder with one file and one entry.
struct Builder : GraphBuilder {
  Builder() {
    module.set_name("built");
    module.add_files()->set_path("model.onnx");
  }
  EntryBuilder &entry = addEntry("predict", proto::Entry::PREDICT, 1, at(1, "predict"));

  Value add(Value a, Value b) {
    return entry.append("add", {a, b}, {}, addRule, at(4, "sum"))->front();
  }
  /// The module's text, after it was checked.
  std::string text() {
    entry.finish();
    finish();
    auto wrong = checkGraph(module);
    EXPECT_FALSE(wrong) << wrong->message;
    return test::moduleText(module);
  }
};

} // namespace

TEST(GraphBuilder, BuildsAnEntry) {
  Builder builder;
  EXPECT_TRUE(builder.addSymbol("w", proto::Symbol::PARAMETER, f32({2}), {}, at(2, "w")));
  EXPECT_TRUE(builder.addScalar("rate", ElementType::F32, 0.5, "a rate", at(3, "rate")));
  EntryBuilder &entry = builder.entry;
  Value x = *entry.input("x", f32({3, 2}), at(3, "x"));
  EXPECT_EQ(*entry.input("x", f32({3, 2}), at(9, "x")), x);
  Value w = entry.get("w", f32({2}), at(4, "w"));
  EXPECT_EQ(entry.get("w", f32({2}), at(5, "w")), w);
  Value y = builder.add(x, w);
  EXPECT_EQ(entry.type(y), f32({3, 2}));
  EXPECT_TRUE(entry.output("y", y, at(6, "y")));
  entry.update("w", w, at(8, "w"));
  EXPECT_EQ(builder.text(), "module built\n"
                            "symbol w kind 0 : f32[2] init 0 0 0\n"
                            "scalar rate = 0.5\n"
                            "entry predict kind 2 batch 1\n"
                            "  input %1 = x : f32[3,2]\n"
                            "  %2 = get {symbol = @w} : f32[2] @ 4 w\n"
                            "  %3 = add %1, %2 : f32[3,2] @ 4 sum\n"
                            "  output y = %3\n"
                            "  update w = %2\n");
}

TEST(GraphBuilder, PutsTheLossFirst) {
  GraphBuilder builder;
  EntryBuilder &entry = builder.addEntry("step", proto::Entry::TRAIN, 1, at(1, "step"));
  Value x = *entry.input("x", f32(), at(2, "x"));
  EXPECT_TRUE(entry.output("y", x, at(3, "y")));
  EXPECT_TRUE(entry.output("loss", x, at(4, "loss"), proto::LOSS));
  ASSERT_EQ(entry.entry().outputs_size(), 2);
  EXPECT_EQ(entry.entry().outputs(0).name(), "loss");
  EXPECT_EQ(entry.entry().outputs(0).role(), proto::LOSS);
}

TEST(GraphBuilder, SaysWhoseStateASymbolIs) {
  GraphBuilder builder;
  EXPECT_TRUE(builder.addSymbol("v", proto::Symbol::OPTIMIZER, f32(), {}, at(1, "v")));
  builder.nameState("v", "w", "momentum_buffer");
  EXPECT_EQ(builder.findSymbol("v")->parameter(), "w");
  EXPECT_EQ(builder.findSymbol("v")->slot(), "momentum_buffer");
}

/// A body reads what is around it through arguments; a variable it assigns is carried.
TEST(GraphBuilder, BuildsRegions) {
  Builder builder;
  EXPECT_TRUE(builder.addSymbol("count", proto::Symbol::BUFFER, f32(), {}, at(2, "count")));
  EntryBuilder &entry = builder.entry;
  Value x = *entry.input("x", f32({4, 2}), at(3, "x")), h = *entry.input("h", f32({2}), at(3, "h"));
  Value b = *entry.input("b", f32(), at(3, "b"));
  Values arguments = *entry.open(EntryBuilder::Kind::Scan, {f32({2}), f32({2})}, at(5, "scan"), 4);
  ASSERT_EQ(arguments.size(), 2u);
  EXPECT_EQ(entry.openedAt()->line(), 5u);
  Value next = builder.add(builder.add(arguments[0], arguments[1]), b);
  entry.get("count", f32(), at(6, "count"));
  entry.assign("count", builder.add(entry.read("count"), b));
  Body body = entry.close({next, next});
  EXPECT_FALSE(entry.visible(next));
  EXPECT_TRUE(entry.visible(x));
  auto results = entry.scan({h}, {x}, {.length = 4}, body, 1, at(5, "scan"));
  ASSERT_TRUE(results);
  ASSERT_EQ(results->size(), 2u); // the variable is its own affair
  EXPECT_EQ(entry.type((*results)[1]), f32({4, 2}));
  EXPECT_EQ(entry.source(arguments[0]), h);
  EXPECT_EQ(entry.source(arguments[1]), x);
  EXPECT_TRUE(entry.output("y", (*results)[1], at(7, "y")));
  std::string text = builder.text();
  EXPECT_THAT(text, testing::HasSubstr(
                        " = scan %2, %10, %1, %3 {num_stacked = 1, length = 4, reverse = false, "
                        "num_carried = 2} : f32[2] f32[] f32[4,2] @ 5 scan\n"
                        "    region %4: i64[] %5: f32[2] %11: f32[] %6: f32[2] %8: f32[]\n"));
  EXPECT_THAT(text, testing::HasSubstr("update count"));
}

TEST(GraphBuilder, RegionsAreNoWayOut) {
  Builder builder;
  EntryBuilder &entry = builder.entry;
  Value x = *entry.input("x", f32(), at(2, "x"));
  Value p = *entry.input("p", {ElementType::Bool, {}}, at(2, "p"));
  EXPECT_TRUE(entry.open(EntryBuilder::Kind::Branch, {}, at(3, "cond")));
  Value inner = builder.add(x, x);
  Body then = entry.close({inner}), otherwise;
  EXPECT_TRUE(entry.open(EntryBuilder::Kind::Branch, {}, at(3, "cond")));
  auto used = entry.append("add", {x, inner}, {}, addRule, at(4, "sum"));
  ASSERT_FALSE(used);
  EXPECT_EQ(used.error().code, "E0025");
  EXPECT_EQ(used.error().operand, 1);
  otherwise = entry.close({});
  auto unequal = entry.cond(p, then, otherwise, at(3, "cond"));
  ASSERT_FALSE(unequal);
  EXPECT_EQ(unequal.error().code, "E0133");
  for (int depth = 0; depth < kMaxRegionDepth; ++depth)
    EXPECT_TRUE(entry.open(EntryBuilder::Kind::Branch, {}, at(5, "cond")));
  auto deeper = entry.open(EntryBuilder::Kind::Branch, {}, at(5, "cond"));
  ASSERT_FALSE(deeper);
  EXPECT_EQ(deeper.error().code, "E0205");
}

TEST(GraphBuilder, RefusalsAreReturned) {
  Builder builder;
  auto code = [](const auto &result) { return result ? "" : result.error().code; };
  EXPECT_EQ(code(builder.addSymbol("w", proto::Symbol::PARAMETER, f32({2}), {}, at(2, "w"))), "");
  EXPECT_EQ(code(builder.addScalar("rate", ElementType::F32, 0.5, "", at(3, "rate"))), "");
  EXPECT_EQ(code(builder.addSymbol("w", proto::Symbol::PARAMETER, f32({2}), {}, at(4, "w"))), "");
  EXPECT_EQ(code(builder.addSymbol("w", proto::Symbol::PARAMETER, f32({3}), {}, at(4, "w"))),
            "E0003");
  EXPECT_EQ(code(builder.addSymbol("w", proto::Symbol::BUFFER, f32({2}), {}, at(4, "w"))), "E0003");
  EXPECT_EQ(code(builder.addSymbol("rate", proto::Symbol::BUFFER, f32(), {}, at(4, "rate"))),
            "E0005");
  EXPECT_EQ(code(builder.addScalar("w", ElementType::F32, 0, "", at(4, "w"))), "E0005");
  EXPECT_EQ(code(builder.addScalar("rate", ElementType::F32, 1, "", at(4, "rate"))), "E0005");
  EntryBuilder &entry = builder.entry;
  Value x = *entry.input("x", f32({3}), at(5, "x")), y = *entry.input("y", f32({2}), at(6, "y"));
  EXPECT_EQ(code(entry.input("x", f32({4}), at(7, "x"))), "E0005");
  auto sum = entry.append("add", {x, y}, {}, addRule, at(8, "sum"));
  ASSERT_FALSE(sum);
  EXPECT_EQ(sum.error().code, "E0103");
  EXPECT_EQ(sum.error().other, 0);
  EXPECT_TRUE(entry.output("o", x, at(9, "o")));
  EXPECT_EQ(code(entry.output("o", x, at(9, "o"))), "E0005");
  EXPECT_THAT(builder.text(),
              testing::Not(testing::HasSubstr("add"))); // what was refused is not there
}
