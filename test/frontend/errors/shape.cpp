// Every mistake of ops that move elements or make tensors.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("x", f32({2, 3, 4}));
    Tensor i = e.input("i", i32({2, 3, 4}));
    Tensor s = e.input("s", f32());
    Tensor empty = e.input("empty", f32({0, 3}));
    reshape(x, {5, 5});
    reshape(x, {-1, 5});
    reshape(x, {-1, -1});
    reshape(x, {-2, 12});
    reshape(empty, {-1, 0});
    flatten(x, 3);
    flatten(s);
    transpose(x, {0, 1});
    transpose(x, {0, 1, 1});
    transpose(x, {0, 1, 3});
    broadcast_to(x, {2, 3, 5});
    broadcast_to(x, {3, 4});
    broadcast_to(x, {-1, 2, 3, 4});
    concat({}, 0);
    concat({x, i}, 0);
    concat({x, empty}, 0);
    concat({x, x}, 3);
    concat({s, s}, 0);
    slice(x, {0, 0, 0}, {2, 3, 5});
    slice(x, {0, 2, 0}, {2, 1, 4});
    slice(x, {-3, 0, 0}, {2, 3, 4});
    slice(x, {0, 0}, {2, 3});
    slice(x, {0, 0, 0}, {2, 3, 4}, {1, 0, 1});
    pad(x, {0, 0}, {0, 0});
    pad(x, {0, -1, 0}, {0, 0, 0});
    pad(x > 0, {0, 0, 0}, {0, 0, 0});
    pad(x, {0, 0, 0}, {0, 0, INT64_MAX});
    pad(x, {0, 0, 0}, {0, 0, INT64_MAX - 4});
    pad(cast(x, i32), {0, 0, 0}, {0, 0, 1}, 0.5);
    full(f32({-1}), 1);
    full(f32({1LL << 40, 1LL << 40}), 1);
    full(f32({1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}), 1);
    full(DType{9}({1}), 1);
    constant(f32({2, 2}), {1, 2, 3});
    constant(f32({-2}), {});
    full(i32({2}), 1e12);
    full(u8({2}), -1);
    constant(i32({2}), {1, 0.5});
    constant(bool_({2}), {1, 2});
    constant(i64({1}), {1e30});
    iota(f32({3}), 1);
    iota(f32(), 0);
    iota(bool_({3}));
    stop_gradient(Tensor());
    e.output("x", full(f32({x.shape()[3]}), 1));
  });
  return model.write();
}
