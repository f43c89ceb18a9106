// Every mistake of scan, cond and while_loop, and of what their bodies may do.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  auto same = [](Tensors carried, Tensors) -> ScanStep { return {.carried = carried}; };
  scan({}, {}, same);
  model.entry("steps", [&](Entry e) {
    Tensor x = e.input("x", f32({5, 3})), y = e.input("y", f32({4, 3}));
    Tensor h = e.input("h", f32({3})), none = e.input("none", f32({0, 3}));
    scan({h}, {}, same);
    scan({h}, {}, same, {.length = -2});
    scan({h}, {x, y}, same);
    scan({h}, {x}, same, {.length = 4});
    scan({h}, {none}, same);
    scan({h}, {x, sum(h)}, same);
    scan({h}, {x}, [&](Tensors, Tensors) -> ScanStep { return {.outputs = {h}}; });
    scan({h}, {x},
         [&](Tensors, Tensors s) -> ScanStep { return {.carried = {concat({s[0], s[0]}, 0)}}; });
    scan({h}, {x}, [&](Tensors, Tensors s) -> ScanStep { return {.carried = {cast(s[0], f64)}}; });
    scan({h}, {x}, [&](Tensors, Tensors) -> ScanStep { return {.carried = {Tensor()}}; });
    auto [last, all] = scan({h}, {x, y}, [&](Tensors c, Tensors s) -> ScanStep {
      Tensor wrong = reshape(h, {2}); // told although the scan is wrong
      return {.carried = c, .outputs = {wrong}};
    });
    e.output("out", last[0] + all[0]);
  });
  model.entry("inner", [&](Entry e) {
    Tensor x = e.input("x", f32({5, 3})), h = e.input("h", f32({3})), stray, deep;
    scan({h}, {x}, [&](Tensors c, Tensors s) -> ScanStep {
      stray = tanh(s[0]);
      scan({h}, {x}, [&](Tensors, Tensors t) -> ScanStep {
        deep = exp(t[0]);
        return {.carried = {deep}};
      });
      return {.carried = {deep}};
    });
    e.output("out", stray + 1);
    cond(true, [&] { return Tensors{stray = -h}; }, [&] { return Tensors{stray}; });
    e.output("stray", stray);
  });
  model.entry("choice", [&](Entry e) {
    Tensor h = e.input("h", f32({3})), k = e.input("k", f32({2})), p = e.input("p", bool_());
    auto one = [&] { return Tensors{h}; };
    auto other = [&] { return Tensors{k * 2}; };
    auto two = [&] { return Tensors{h, k}; };
    cond(sum(h), one, one);
    cond(h > 0, one, one);
    Tensors out = cond(p, one, two);
    cond(p, one, other);
    e.output("out", out[1]);
  });
  model.entry("loops", [&](Entry e) {
    Tensor h = e.input("h", f32({3})), n = e.input("n", i64());
    auto next = [](Tensors v) { return v; };
    while_loop({h}, [](Tensors v) { return v[0] > 0; }, next);
    while_loop({n}, [](Tensors v) { return v[0] + 1; }, next);
    while_loop({n}, [](Tensors v) { return v[0] > 1; }, next, {.max_trips = -1});
    while_loop({n}, [](Tensors v) { return v[0] > 1; }, [](Tensors) { return Tensors{}; });
    while_loop(
        {n}, [](Tensors v) { return v[0] > 1; },
        [](Tensors v) { return Tensors{cast(v[0], i32)}; });
    State count = state("count", i64());
    while_loop(
        {n},
        [&](Tensors v) {
          count.assign(count + 1);
          return v[0] > 1;
        },
        next);
    while_loop(
        {n},
        [&](Tensors v) {
          return while_loop(
                     {v[0]}, [](Tensors w) { return w[0] > 1; },
                     [](Tensors w) {
                       return Tensors{w[0] - cast(random_uniform("r", f32()) * 4, i64)};
                     })[0] > 1;
        },
        next);
    e.output("out", h);
  });
  model.train([&](Step s) {
    Tensor x = s.input("x", f32({5, 3}));
    scan({}, {x}, [&](Tensors, Tensors slices) -> ScanStep {
      Tensor y = s.input("y", f32({3})), loss = mean(slices[0]);
      s.output("y", y);
      s.metric("inner", loss);
      s.minimize(loss, sgd());
      return {};
    });
  });
  model.entry("deep", [&](Entry e) {
    auto nest = [&](auto &self, int depth) -> Tensors {
      auto inside = [&] { return self(self, depth - 1); };
      return depth == 0 ? Tensors{full(f32(), 1)} : cond(true, inside, inside);
    };
    auto chain = [&](auto &self, int depth, Tensor x) -> Tensor {
      if (depth == 0)
        return x;
      return scan({x}, {},
                  [&](Tensors c, Tensors) -> ScanStep {
                    return {.carried = {self(self, depth - 1, c[0])}};
                  },
                  {.length = 2})
          .carried[0];
    };
    e.output("cond", nest(nest, 3)[0]);
    e.output("fits", chain(chain, 32, e.input("x", f32())));
    e.output("deep", chain(chain, 33, e.input("x", f32())));
  });
  return model.write();
}
