// scan, cond and while_loop: captures at every level, hoisted parameters, carried states, random
// numbers in loops.
#include "test/frontend/dsl_test.h"

using namespace sinter;
using namespace sinter::test;
using testing::HasSubstr;
using testing::Not;

/// The text of predict at batch 1, without the line numbers.
static std::string textOf(const std::function<void(Entry)> &body) {
  Built built = predict(body);
  EXPECT_EQ(built.code, 0) << built.said;
  EXPECT_EQ(built.said, "");
  std::string text = built.entry("predict", 1), result;
  for (size_t at = 0; at < text.size();) {
    size_t end = text.find('\n', at), cut = std::min(text.find(" @ ", at), end);
    result += text.substr(at, cut - at) + "\n";
    at = end + 1;
  }
  return result;
}

TEST(Scan, CarriesSlicesAndStacks) {
  EXPECT_EQ(textOf([](Entry e) {
              Tensor x = e.input("x", f32({5, 3})), h = e.input("h", f32({3}));
              auto [last, ys] =
                  scan({h}, {x},
                       [&](Tensors carried, Tensors slices) -> ScanStep {
                         Tensor next = tanh(carried[0] + slices[0]);
                         return {.carried = {next}, .outputs = {next * next, carried[0]}};
                       },
                       {.reverse = true});
              EXPECT_EQ(ys[0].shape(), Shape({5, 3}));
              e.output("last", last[0]);
              e.output("ys", ys[0] + ys[1]);
            }),
            R"(entry predict kind 2 batch 1
  input %1 = x : f32[5,3]
  input %2 = h : f32[3]
  %9, %10, %11 = scan %2, %1 {num_stacked = 1, length = 5, reverse = true, num_carried = 1} : f32[3] f32[5,3] f32[5,3]
    region %3: i64[] %4: f32[3] %5: f32[3]
      %6 = add %4, %5 : f32[3]
      %7 = tanh %6 : f32[3]
      %8 = mul %7, %7 : f32[3]
      yield %7 %8 %4
  %12 = add %10, %11 : f32[5,3]
  output last = %9
  output ys = %12
)");
}

TEST(Scan, WithoutStackedInputsALengthSaysHowOften) {
  std::string text = textOf([](Entry e) {
    auto [last, ys] = scan({e.input("x", f32({2}))}, {},
                           [](Tensors c, Tensors slices) -> ScanStep {
                             EXPECT_TRUE(slices.empty());
                             return {.carried = {c[0] * 2}};
                           },
                           {.length = 7});
    EXPECT_TRUE(ys.empty());
    e.output("y", last[0]);
  });
  EXPECT_THAT(text, HasSubstr("{num_stacked = 0, length = 7, reverse = false, num_carried = 1}"));
}

TEST(Scan, NothingCarriedIsAMap) {
  std::string text = textOf([](Entry e) {
    auto [last, ys] = scan({}, {e.input("x", f32({4, 2}))},
                           [](Tensors, Tensors s) -> ScanStep { return {.outputs = {exp(s[0])}}; });
    EXPECT_TRUE(last.empty());
    e.output("y", ys[0]);
  });
  EXPECT_THAT(text, HasSubstr("num_carried = 0} : f32[4,2]"));
}

/// An outer tensor is an argument of every region between, once each; so are two uses of it.
TEST(Regions, CaptureAtEveryLevelOnce) {
  EXPECT_EQ(
      textOf([](Entry e) {
        Tensor x = e.input("x", f32({2})), p = e.input("p", bool_()), c = exp(x);
        Tensors out = cond(
            p,
            [&] { return cond(p, [&] { return Tensors{c * c + c}; }, [&] { return Tensors{x}; }); },
            [&] { return Tensors{c}; });
        e.output("y", out[0]);
      }),
      R"(entry predict kind 2 batch 1
  input %1 = x : f32[2]
  input %2 = p : bool[]
  %3 = exp %1 : f32[2]
  %17 = cond %2, %3, %1, %2 : f32[2]
    region %4: f32[2] %8: f32[2] %12: bool[]
      %13 = cond %12, %4, %8 : f32[2]
        region %5: f32[2] %10: f32[2]
          %6 = mul %5, %5 : f32[2]
          %7 = add %6, %5 : f32[2]
          yield %7
        region %11: f32[2] %9: f32[2]
          yield %9
      yield %13
    region %14: f32[2] %15: f32[2] %16: bool[]
      yield %14
  output y = %17
)");
}

TEST(Regions, ParametersAreHoistedAndCaptured) {
  Built built = predict([](Entry e) {
    Tensor x = e.input("x", f32({5, 2, 3})), h = e.input("h", f32({2, 4}));
    Scope scope("rnn");
    auto [last, ys] = scan({h}, {x}, [&](Tensors c, Tensors s) -> ScanStep {
      Tensor next = tanh(linear("ih", s[0], {.units = 4}) + linear("hh", c[0], {.units = 4}));
      return {.carried = {next}, .outputs = {next}};
    });
    e.output("y", ys[0]);
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_EQ(built.said, "");
  EXPECT_THAT(built.text, HasSubstr("symbol rnn.ih.weight kind 0 : f32[4,3]"));
  EXPECT_EQ(built.module.symbols_size(), 4);
  const proto::Entry &entry = built.module.entries(0);
  int gets = 0;
  for (const proto::Node &node : entry.nodes()) {
    gets += node.op() == "get";
    for (const proto::Region &region : node.regions())
      for (const proto::Node &inner : region.nodes())
        EXPECT_NE(inner.op(), "get");
  }
  EXPECT_EQ(gets, 4);
  // one initial value, one stacked input, four captures
  EXPECT_EQ(entry.nodes(entry.nodes_size() - 1).inputs_size(), 6);
}

TEST(Regions, TheGradientReachesParametersOfABody) {
  Built built = build([](Model &model) {
    model.train([](Step s) {
      Tensor x = s.input("x", f32({5, 2, 3}));
      auto [last, ys] = scan({}, {x}, [&](Tensors, Tensors t) -> ScanStep {
        Tensor still = stop_gradient(linear("still", t[0], {.units = 4, .bias = false}));
        return {.outputs = {linear("fc", t[0], {.units = 4, .bias = false}) + still}};
      });
      s.minimize(mean(ys[0]), sgd());
    });
  });
  EXPECT_EQ(built.code, 0);
  EXPECT_THAT(built.said, HasSubstr("parameter 'still.weight' is not reached by the loss"));
  EXPECT_THAT(built.said, Not(HasSubstr("'fc.weight'")));
  EXPECT_THAT(built.text, HasSubstr("update fc.weight"));
}

/// A state that a body assigns is carried; what stands before and behind sees the right value.
TEST(States, AreCarriedByLoops) {
  EXPECT_EQ(textOf([](Entry e) {
              Tensor x = e.input("x", f32({5}));
              State total = state("total", f32());
              Tensor before = total.value();
              auto [last, ys] = scan({}, {x}, [&](Tensors, Tensors s) -> ScanStep {
                total.assign(total + s[0] * before);
                return {.outputs = {total.value()}};
              });
              e.output("y", ys[0] + total);
            }),
            R"(entry predict kind 2 batch 1
  input %1 = x : f32[5]
  %2 = get {symbol = @total} : f32[]
  %9, %10 = scan %2, %1, %2 {num_stacked = 1, length = 5, reverse = false, num_carried = 1} : f32[] f32[5]
    region %3: i64[] %5: f32[] %4: f32[] %6: f32[]
      %7 = mul %4, %6 : f32[]
      %8 = add %5, %7 : f32[]
      yield %8 %8
  %11 = add %10, %9 : f32[5]
  output y = %11
  update total = %9
)");
}

TEST(States, AnAssignmentOfOneBranchIsAResultOfBoth) {
  EXPECT_EQ(textOf([](Entry e) {
              Tensor p = e.input("p", bool_()), x = e.input("x", f32());
              State kept = state("kept", f32());
              Tensors out = cond(
                  p,
                  [&] {
                    kept.assign(x);
                    return Tensors{x + kept};
                  },
                  [&] { return Tensors{x}; });
              e.output("y", out[0] * kept);
            }),
            R"(entry predict kind 2 batch 1
  input %1 = p : bool[]
  input %2 = x : f32[]
  %3 = get {symbol = @kept} : f32[]
  %9, %10 = cond %1, %3, %2 : f32[] f32[]
    region %4: f32[] %5: f32[]
      %6 = add %5, %5 : f32[]
      yield %6 %5
    region %8: f32[] %7: f32[]
      yield %7 %8
  %11 = mul %9, %10 : f32[]
  output y = %11
  update kept = %10
)");
}

TEST(States, ThroughNestedLoops) {
  std::string text = textOf([](Entry e) {
    Tensor x = e.input("x", f32({2, 3}));
    State seen = state("seen", i64());
    scan({}, {x}, [&](Tensors, Tensors row) -> ScanStep {
      scan({}, {row[0]}, [&](Tensors, Tensors) -> ScanStep {
        seen.assign(seen + 1);
        return {};
      });
      return {};
    });
    e.output("seen", seen);
  });
  EXPECT_THAT(text, HasSubstr("%12 = scan %2, %1 {num_stacked = 1, length = 2, reverse = false, "
                              "num_carried = 1} : i64[]"));
  EXPECT_THAT(text, HasSubstr("    %11 = scan %7, %4 {num_stacked = 1, length = 3"));
  EXPECT_THAT(text, HasSubstr("  output seen = %12\n  update seen = %12\n"));
}

TEST(WhileLoop, ConditionAndBodyHaveTheSameArguments) {
  EXPECT_EQ(textOf([](Entry e) {
              Tensor n = e.input("n", i64()), x = e.input("x", f32());
              State count = state("count", i64());
              Tensors end = while_loop(
                  {full(i64(), 0), x}, [&](Tensors v) { return v[0] < n; },
                  [&](Tensors v) {
                    count.assign(count + 1);
                    return Tensors{v[0] + 1, v[1] * x};
                  },
                  {.max_trips = 9});
              e.output("y", end[1]);
            }),
            R"(entry predict kind 2 batch 1
  input %1 = n : i64[]
  input %2 = x : f32[]
  %3 = get {symbol = @count} : i64[]
  %4 = constant {value = 0} : i64[]
  %21, %22, %23 = while %4, %2, %3, %1, %2 {max_trips = 9, num_carried = 3} : i64[] f32[] i64[]
    region %5: i64[] %6: f32[] %18: i64[] %7: i64[] %19: f32[]
      %8 = compare %5, %7 {predicate = "lt"} : bool[]
      yield %8
    region %9: i64[] %10: f32[] %11: i64[] %20: i64[] %16: f32[]
      %12 = constant {value = 1} : i64[]
      %13 = add %11, %12 : i64[]
      %14 = constant {value = 1} : i64[]
      %15 = add %9, %14 : i64[]
      %17 = mul %10, %16 : f32[]
      yield %15 %17 %13
  output y = %22
  update count = %23
)");
}

/// step + (iteration << 32), the iteration counted through both loops.
TEST(RandomNumbers, DifferFromIterationToIteration) {
  std::string text = textOf([](Entry e) {
    scan({}, {},
         [&](Tensors, Tensors) -> ScanStep {
           scan({}, {},
                [&](Tensors, Tensors) -> ScanStep {
                  return {.outputs = {random_uniform("noise", f32({2}))}};
                },
                {.length = 3});
           return {};
         },
         {.length = 4});
    e.output("x", full(f32(), 0));
  });
  EXPECT_EQ(text, R"(entry predict kind 2 batch 1
  %3 = get {symbol = @seed} : i64[]
  %4 = get {symbol = @step} : i64[]
   = scan %4, %3 {num_stacked = 0, length = 4, reverse = false, num_carried = 0} :
    region %1: i64[] %11: i64[] %14: i64[]
      %17 = scan %1, %11, %14 {num_stacked = 0, length = 3, reverse = false, num_carried = 0} : f32[3,2]
        region %2: i64[] %6: i64[] %12: i64[] %15: i64[]
          %5 = constant {value = 3} : i64[]
          %7 = mul %6, %5 : i64[]
          %8 = add %7, %2 : i64[]
          %9 = constant {value = 4294967296} : i64[]
          %10 = mul %8, %9 : i64[]
          %13 = add %12, %10 : i64[]
          %16 = random_uniform %15, %13 {stream = 7784796800695101649, name = "noise"} : f32[2]
          yield %16
      yield
  %18 = constant {value = 0} : f32[]
  output x = %18
)");
}

TEST(RandomNumbers, CountTheIterationsOfAWhile) {
  std::string text = textOf([](Entry e) {
    Tensor n = e.input("n", i64());
    scan({n}, {},
         [&](Tensors c, Tensors) -> ScanStep {
           Tensors end = while_loop(
               {c[0]}, [&](Tensors v) { return v[0] > 0; },
               [&](Tensors v) {
                 Tensors drawn = cond(
                     v[0] > 3, [&] { return Tensors{random_uniform("noise", f32())}; },
                     [&] { return Tensors{full(f32(), 0)}; });
                 return Tensors{v[0] - cast(drawn[0] * 4, i64)};
               });
           return {.carried = end};
         },
         {.length = 4});
    e.output("x", n);
  });
  EXPECT_EQ(text, R"(entry predict kind 2 batch 1
  input %1 = n : i64[]
  %10 = get {symbol = @seed} : i64[]
  %11 = get {symbol = @step} : i64[]
  %12 = constant {value = 0} : i64[]
  %42, %43 = scan %1, %12, %11, %10 {num_stacked = 0, length = 4, reverse = false, num_carried = 2} : i64[] i64[]
    region %2: i64[] %3: i64[] %13: i64[] %18: i64[] %22: i64[]
      %40, %41 = while %3, %13, %18, %22 {max_trips = 0, num_carried = 2} : i64[] i64[]
        region %4: i64[] %37: i64[] %38: i64[] %39: i64[]
          %5 = constant {value = 0} : i64[]
          %6 = compare %4, %5 {predicate = "gt"} : bool[]
          yield %6
        region %7: i64[] %14: i64[] %19: i64[] %23: i64[]
          %8 = constant {value = 3} : i64[]
          %9 = compare %7, %8 {predicate = "gt"} : bool[]
          %30 = cond %9, %14, %19, %23 : f32[]
            region %15: i64[] %20: i64[] %24: i64[]
              %16 = constant {value = 4294967296} : i64[]
              %17 = mul %15, %16 : i64[]
              %21 = add %20, %17 : i64[]
              %25 = random_uniform %24, %21 {stream = 7784796800695101649, name = "noise"} : f32[]
              yield %25
            region %27: i64[] %28: i64[] %29: i64[]
              %26 = constant {value = 0} : f32[]
              yield %26
          %31 = constant {value = 4} : f32[]
          %32 = mul %30, %31 : f32[]
          %33 = cast %32 : i64[]
          %34 = sub %7, %33 : i64[]
          %35 = constant {value = 1} : i64[]
          %36 = add %14, %35 : i64[]
          yield %34 %36
      yield %40 %41
  output x = %1
)");
}

/// Errors and reports point at what the user wrote in the body, not at the call around it.
TEST(Lines, OpsOfABodyHaveTheirOwn) {
  uint32_t line = 0;
  Built built = predict([&](Entry e) {
    Tensor x = e.input("x", f32({5, 2}));
    auto body = [&](Tensors, Tensors s) -> ScanStep {
      line = __LINE__ + 1;
      return {.outputs = {tanh(s[0])}};
    };
    e.output("y", scan({}, {x}, body).outputs[0]);
  });
  ASSERT_EQ(built.code, 0);
  const proto::Node &node = built.module.entries(0).nodes(0);
  EXPECT_EQ(node.location().name(), "scan");
  EXPECT_GT(node.location().line(), line);
  EXPECT_EQ(node.regions(0).nodes(0).location().name(), "tanh");
  EXPECT_EQ(node.regions(0).nodes(0).location().line(), line);
}

TEST(Exceptions, OfABodyLeaveNoRegionOpen) {
  Built built = predict([](Entry e) {
    Tensor x = e.input("x", f32({5}));
    try {
      scan({}, {x}, [](Tensors, Tensors) -> ScanStep { throw 1; });
    } catch (int) {
    }
    e.output("y", tanh(x));
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.text, HasSubstr("  %4 = tanh %1"));
}
