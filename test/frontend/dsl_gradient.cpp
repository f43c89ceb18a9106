// Derivatives in the DSL: the ops they are, and what they are in bodies.
#include "test/frontend/dsl_test.h"

using namespace sinter;
using namespace sinter::test;
using testing::HasSubstr;
using testing::Not;

TEST(Gradient, OfOneElementCountsIt) {
  Built built = predict([](Entry e) {
    Tensor x = e.input("x", f32({2, 3}));
    Tensors g = gradient(sum(exp(x)), {x});
    ASSERT_EQ(g.size(), 1u);
    EXPECT_EQ(g[0].shape(), Shape({2, 3}));
    e.output("g", g[0]);
    e.output("one", gradient(reshape(sum(x), {1, 1}), {x})[0]);
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.text, HasSubstr("gradient %3, %4, %1 {num_ys = 1} : f32[2,3]"));
  EXPECT_THAT(built.text, HasSubstr("f32[1,1]"));
}

TEST(Gradient, TakesCotangentsAndValuesOnTheWay) {
  Built built = predict([](Entry e) {
    Tensor x = e.input("x", f32({3})), v = e.input("v", f32({3})), u = exp(x);
    Tensors g = gradient(u * u, {x, u}, {.cotangent = v});
    e.output("x", g[0]);
    e.output("u", g[1]);
    e.output("second", gradient(sum(g[0]), {x, v})[1]);
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.text, HasSubstr("gradient %4, %2, %1, %3 {num_ys = 1} : f32[3] f32[3]"));
}

TEST(Gradient, WithoutAGraphIsAConstant) {
  Built built = predict([](Entry e) {
    Tensor x = e.input("x", f32());
    e.output("g", gradient(x * x, {x}, {.create_graph = false})[0]);
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.text, HasSubstr("stop_gradient"));
}

TEST(Gradient, OfNothingIsNothing) {
  Built built = predict([](Entry e) {
    Tensor x = e.input("x", f32());
    EXPECT_TRUE(gradient(x, {}).empty());
    e.output("x", x);
  });
  ASSERT_EQ(built.code, 0) << built.said;
}

TEST(Gradient, MinimizeGoesThroughIt) {
  Built built = train([](Step s) {
    Tensor x = flatten(s.input("image"));
    Tensor y = tanh(linear("fc", x, {.units = 4}));
    Tensor slope = gradient(sum(y), {x})[0];
    s.minimize(mean(slope * slope), sgd());
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.entry("train_step", 32), HasSubstr("update fc.weight"));
  EXPECT_THAT(built.entry("eval_step", 32), HasSubstr("gradient"));
}

TEST(Gradient, InBodiesIsOfWhatTheBodyDoes) {
  Built built = predict([](Entry e) {
    Tensor x = e.input("x", f32({3})), w = parameter("w", f32({3}), normal());
    ScanResult r = scan({x}, {},
                        [&](Tensors c, Tensors) -> ScanStep {
                          Tensor y = sum(tanh(c[0] * w));
                          Tensors g =
                              gradient(y, {c[0], w}); // w from around, by way of the body alone
                          return {.carried = {c[0] - g[0] * g[1]}};
                        },
                        {.length = 3});
    Tensor deep =
        scan({x}, {},
             [&](Tensors c, Tensors) -> ScanStep {
               Tensors inner =
                   scan({c[0]}, {},
                        [&](Tensors d, Tensors) -> ScanStep { return {.carried = {d[0] * w}}; },
                        {.length = 2})
                       .carried;
               return {.carried = gradient(sum(inner[0]), {w})};
             },
             {.length = 2})
            .carried[0];
    e.output("x", r.carried[0]);
    e.output("deep", gradient(sum(deep + r.carried[0]), {x})[0]);
  });
  ASSERT_EQ(built.code, 0) << built.said;
}

TEST(Jvp, MovesItsOwnValuesAlone) {
  Built built = predict([](Entry e) {
    Tensor x = e.input("x", f32({3})), t = e.input("t", f32({3})), c = exp(x);
    Jvp moved = jvp([&](Tensors v) { return Tensors{v[0] * c, v[0]}; }, {x}, {t});
    ASSERT_EQ(moved.tangents.size(), 2u);
    e.output("y", moved.values[0]);
    e.output("t0", moved.tangents[0]);
    e.output("t1", moved.tangents[1]);
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.text, HasSubstr("%4 = independent %1 : f32[3]"));
  EXPECT_THAT(built.text, HasSubstr("%5 = mul %4, %3"));
  EXPECT_THAT(built.text, HasSubstr("%6, %7 = jvp %5, %4, %4, %2 {num_ys = 2} : f32[3] f32[3]"));
}

TEST(Hvp, IsForwardOverReverse) {
  Built built = predict([](Entry e) {
    Tensor x = e.input("x", f32({3})), v = e.input("v", f32({3}));
    e.output("h", hvp(sum(x * x * x), {x}, {v})[0]);
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.text, HasSubstr("%7 = gradient %5, %6, %1 {num_ys = 1} : f32[3]"));
  EXPECT_THAT(built.text, HasSubstr("%8 = jvp %7, %1, %2 {num_ys = 1} : f32[3]"));
}

TEST(Jacobian, ByRowsOrByColumns) {
  Built built = predict([](Entry e) {
    Tensor x = e.input("x", f32({2, 3})), s = e.input("s", f32());
    e.output("rows", jacobian(sum(x, {1}), x));
    e.output("columns", jacobian(x * s, s));
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.text, HasSubstr("jacobian %3, %1 {columns = false} : f32[2,2,3]"));
  EXPECT_THAT(built.text, HasSubstr("jacobian %5, %2 {columns = true} : f32[2,3]"));
}

TEST(CustomGradient, IsTwoBodies) {
  Built built = predict([](Entry e) {
    Tensor x = e.input("x", f32({3})), k = e.input("k", f32());
    Tensors y = custom_gradient(
        {x}, [&](Tensors v) { return Tensors{floor(v[0]), v[0] * k}; },
        [&](Tensors v, Tensors y, Tensors d) {
          EXPECT_EQ(v.size() + 1, y.size());
          return Tensors{d[0] * k + d[1] * y[0]};
        });
    ASSERT_EQ(y.size(), 2u);
    e.output("y", y[0]);
    e.output("g", gradient(sum(y[0] + y[1]), {x})[0]);
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.text, HasSubstr("custom_gradient %1, %2 {num_inputs = 1} : f32[3] f32[3]"));
}

TEST(CustomGradient, ParametersInsideAreNotReached) {
  Built built = train([](Step s) {
    Tensor x = linear("fc", flatten(s.input("image")), {.units = 10});
    Tensor y = custom_gradient(
        {x}, [](Tensors v) { return Tensors{v[0] * parameter("inside", f32({10}), ones())}; },
        [](Tensors, Tensors, Tensors d) { return d; })[0];
    s.minimize(mean(softmax_cross_entropy(y, s.input("label"))), sgd());
  });
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_THAT(built.entry("train_step", 32), HasSubstr("update fc.weight"));
  EXPECT_THAT(built.said, HasSubstr("parameter 'inside' is not reached"));
}
