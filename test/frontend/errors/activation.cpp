// Mistakes of activations.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor f = e.input("f", f32({2, 3}));
    Tensor d = e.input("d", f64({2, 3}));
    Tensor i = e.input("i", i32({2, 3}));
    Tensor b = f > 0;
    silu(i);
    gelu(b);
    leaky_relu(i);
    elu(i);
    clamp(f, d, f);
    clamp(i, 0.5, 2);
    hardtanh(b);
    hard_sigmoid(i);
    log1p(i);
    atan2(f, d);
    round(i);
    isinf(i);
    prelu("act", i);
    prelu("act", f, {.num_parameters = 2});
    prelu("a ct", f);
    glu(f);
    glu(i);
    glu(f, 2);
    e.output("fine", relu6(i));
  });
  return model.write();
}
