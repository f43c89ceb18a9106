// Every mistake of softmax, losses and accuracy.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor logits = e.input("logits", f32({4, 10}));
    Tensor labels = e.input("labels", i32({4}));
    Tensor wide = e.input("wide", i64({4}));
    Tensor onehot = e.input("onehot", f32({4, 10}));
    Tensor column = e.input("column", f32({4, 1}));
    Tensor row = e.input("row", f32({4}));
    Tensor none = e.input("none", f32({4, 0}));
    Tensor s = e.input("s", f32());
    softmax(labels);
    softmax(logits, 2);
    softmax(none);
    log_softmax(s);
    log_softmax(logits, -3);
    softmax_cross_entropy(logits, onehot);
    softmax_cross_entropy(logits, wide);
    softmax_cross_entropy(labels, labels);
    softmax_cross_entropy(s, labels);
    softmax_cross_entropy(none, labels);
    softmax_cross_entropy(logits, reshape(labels, {4, 1}));
    softmax_cross_entropy(row, labels);
    softmax_cross_entropy(e.input("pixels", f32({2, 10, 8, 7})), e.input("classes", i32({2, 8, 7})));
    mse(column, row);
    mse(row, labels);
    mse(labels, labels);
    accuracy(logits, onehot);
    accuracy(logits, reshape(labels, {2, 2}));
    e.output("fine", mse(row, 0.5));
  });
  return model.write();
}
