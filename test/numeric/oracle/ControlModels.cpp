// The programs. Reading on: ControlTest.cpp (what each must compute).
#include "test/numeric/oracle/ControlModels.h"

#include "test/frontend/dsl_test.h"

namespace sinter::test {

/// h ← tanh(h/2 + x), both ways, and a captured factor.
static void recurrence(Entry e) {
  Tensor x = e.input("x", f32({5, 2})), h = e.input("h", f32({2})), factor = exp(h);
  auto body = [&](Tensors carried, Tensors slices) -> ScanStep {
    Tensor next = tanh(carried[0] * 0.5 + slices[0]);
    return {.carried = {next}, .outputs = {next * factor}};
  };
  auto [last, ys] = scan({h}, {x}, body);
  auto [first, back] = scan({h}, {x}, body, {.reverse = true});
  e.output("last", last[0]);
  e.output("ys", ys[0]);
  e.output("first", first[0]);
  e.output("back", back[0]);
}

/// A running maximum along rows inside of one along columns; a state counts, another sums.
static void nested(Entry e) {
  Tensor x = e.input("x", f32({3, 4}));
  State seen = state("seen", i64()), total = state("total", f32());
  auto [all, rows] = scan({full(f32(), -1e9)}, {x}, [&](Tensors carried, Tensors row) -> ScanStep {
    Tensor before = total.value();
    auto inner = scan({carried[0]}, {row[0]}, [&](Tensors most, Tensors element) -> ScanStep {
      seen.assign(seen + 1);
      total.assign(total + element[0]);
      Tensor next = max(most[0], element[0]);
      return {.carried = {next}, .outputs = {next}};
    });
    return {.carried = inner.carried, .outputs = {inner.outputs[0], total - before}};
  });
  e.output("all", all[0]);
  e.output("most", rows[0]);
  e.output("sums", rows[1]);
  e.output("seen", seen);
}

/// Swaps two states, or adds to one.
static void choice(Entry e) {
  Tensor p = e.input("p", bool_()), x = e.input("x", f32());
  State a = state("a", f32()), b = state("b", f32());
  Tensors out = cond(
      p,
      [&] {
        Tensor kept = a.value();
        a.assign(b);
        b.assign(kept);
        return Tensors{x * 2};
      },
      [&] {
        a.assign(a + x);
        return Tensors{x};
      });
  e.output("y", out[0]);
  e.output("a", a);
}

/// Steps of Collatz' sequence from n to 1, and its largest number.
static void collatz(Entry e) {
  Tensor n = e.input("n", i64());
  auto run = [&](const char *steps, const char *most, int64_t bound) {
    Tensors end = while_loop(
        {n, full(i64(), 0), n}, [&](Tensors v) { return v[0] != 1; },
        [&](Tensors v) {
          Tensor half = cast(cast(v[0], f64) * 0.5, i64);
          Tensors next = cond(
              half * 2 == v[0], [&] { return Tensors{half}; },
              [&] { return Tensors{v[0] * 3 + 1}; });
          return Tensors{next[0], v[1] + 1, max(v[2], next[0])};
        },
        {.max_trips = bound});
    e.output(steps, end[1]);
    e.output(most, end[2]);
  };
  run("steps", "most", 0);
  run("bounded", "bounded_most", 5);
}

/// Random numbers in a scan in a scan, in a while in a scan, and outside.
static void noise(Entry e) {
  auto draw = [](const char *name) { return random_uniform(name, f32({2})); };
  auto none =
      scan({}, {},
           [&](Tensors, Tensors) -> ScanStep {
             auto inner = scan(
                 {}, {}, [&](Tensors, Tensors) -> ScanStep { return {.outputs = {draw("scan")}}; },
                 {.length = 3});
             Tensors loop = while_loop(
                 {full(i64(), 0), full(f32({2}), 0)}, [](Tensors v) { return v[0] < 2; },
                 [&](Tensors v) { return Tensors{v[0] + 1, v[1] * 16 + draw("while")}; });
             return {.outputs = {inner.outputs[0], loop[1]}};
           },
           {.length = 2});
  e.output("scans", none.outputs[0]);
  e.output("whiles", none.outputs[1]);
}

/// What noise draws, one by one.
static void draws(Entry e) {
  e.output("scan", random_uniform("scan", f32({2})));
  e.output("while", random_uniform("while", f32({2})));
}

proto::Module controlModel(const std::string &name) {
  static const std::map<std::string, void (*)(Entry)> programs = {
      {"recurrence", recurrence}, {"nested", nested}, {"choice", choice},
      {"collatz", collatz},       {"noise", noise},   {"draws", draws}};
  Built built = predict(programs.at(name));
  EXPECT_EQ(built.code, 0) << built.said;
  return built.module;
}

} // namespace sinter::test
