// Mistakes of einsum and of products of one shape.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor a = e.input("a", f32({2, 3}));
    Tensor b = e.input("b", f32({3, 4}));
    Tensor c = e.input("c", f32({5, 3, 4}));
    Tensor d = e.input("d", f64({3, 4}));
    Tensor v = e.input("v", f32({3}));
    einsum("ij,jk->ik", {a, a});
    einsum("ij,jk->ik", {a});
    einsum("ij,jk->ik", {a, d});
    einsum("ijk,jk->ik", {a, b});
    einsum("ij->ii", {a});
    einsum("ij->il", {a});
    einsum("ii->i", {a});
    einsum("i1->i", {a});
    einsum("......->i", {a});
    einsum("ij->i.", {a});
    einsum("", {});
    einsum("ijkl...->i", {c});
    mm(a, c);
    mm(a, a);
    bmm(a, b);
    bmm(c, reshape(b, {1, 4, 3}));
    mv(a, a);
    mv(b, v);
    dot(v, a);
    dot(v, reshape(b, {12}));
    e.output("fine", einsum("ij,jk", {a, b}));
  });
  return model.write();
}
