// Every mistake of gradient, hvp, jacobian, jvp and custom_gradient.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  Tensor stray;
  gradient(1.0, {});
  model.entry("other", [&](Entry e) {
    stray = e.input("x", f32({3}));
    e.output("out", stray);
  });
  model.entry("wrong", [&](Entry e) {
    Tensor x = e.input("x", f32({2, 3})), ids = e.input("ids", i32({3}));
    Tensor y = exp(x);
    gradient(y, {x});
    gradient(sum(y), {x}, {.cotangent = x});
    gradient(sum(y), {x}, {.cotangent = ids});
    gradient(sum(y), {ids});
    gradient(sum(ids), {x});
    gradient(sum(y), {Tensor()});
    gradient(sum(y), {stray});
    gradient(stray, {x});
    gradient(sum(y), {reshape(x, {4})}); // told of the reshape alone
    e.output("out", gradient(gradient(y, {x})[0], {x})[0]);
  });
  model.entry("bodies", [&](Entry e) {
    Tensor x = e.input("x", f32({3})), u = exp(x), y = sum(u * x);
    scan({x}, {},
         [&](Tensors c, Tensors) -> ScanStep {
           gradient(sum(u * x), {x}); // u depends on x as well, around the body
           gradient(y, {x});
           gradient(sum(u * c[0]), {u, c[0]});
           return {.carried = c};
         },
         {.length = 2});
    e.output("out", x);
  });
  model.entry("others", [&](Entry e) {
    Tensor x = e.input("x", f32({3})), ids = e.input("ids", i32({3})), y = exp(x);
    hvp(y, {x}, {x});
    hvp(sum(y), {x}, {});
    hvp(sum(y), {x}, {sum(x)});
    jacobian(y, ids);
    jacobian(cast(y, f64), x);
    auto same = [](Tensors v) { return v; };
    jvp(same, {x}, {});
    jvp(same, {x}, {sum(x)});
    jvp(same, {ids}, {ids});
    Jvp moved = jvp([&](Tensors v) { return Tensors{v[0], reshape(v[0], {2})}; }, {x}, {x});
    State count = state("count", f32());
    auto back = [](Tensors, Tensors, Tensors d) { return d; };
    custom_gradient({ids}, same, back);
    custom_gradient({x}, same, [](Tensors, Tensors, Tensors) { return Tensors{}; });
    custom_gradient({x}, [](Tensors v) { return Tensors{sum(v[0])}; }, back);
    custom_gradient({x}, [](Tensors v) { return Tensors{argmax(v[0], 0)}; }, back);
    custom_gradient({x}, [](Tensors v) { return Tensors{reshape(v[0], {2})}; }, back);
    custom_gradient(
        {x},
        [&](Tensors v) {
          count.assign(count + 1);
          return v;
        },
        back);
    e.output("out", moved.tangents[1]);
  });
  return model.write();
}
