// Every mistake of elementwise ops.
#include <sinter/sinter.h>
#include <cmath>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor f = e.input("f", f32({2, 3}));
    Tensor g = e.input("g", f32({4}));
    Tensor d = e.input("d", f64({2, 3}));
    Tensor i = e.input("i", i32({2, 3}));
    Tensor u = e.input("u", u8({2, 3}));
    Tensor b = f > 0;
    e.output("same", f + i);
    f - g;
    f * d;
    i / i;
    b + b;
    f + b;
    f == i;
    b < b;
    f != g;
    max(f, g);
    min(i, f);
    pow(i, i);
    -u;
    -b;
    abs(u);
    sign(b);
    exp(i);
    log(i);
    sqrt(u);
    rsqrt(b);
    tanh(i);
    sigmoid(i);
    relu(b);
    logical_and(f, b);
    logical_or(b, f);
    logical_not(i);
    where(f, f, f);
    where(b, f, i);
    where(b, f, g);
    where(g > 0, f, f);
    i + 2.5;
    u + 300;
    i * 1e12;
    b == 1;
    i + NAN;
    Tensor p = f, q = f, r = f, s = f;
    p += g;
    q -= i;
    r *= d;
    s /= g;
  });
  return model.write();
}
