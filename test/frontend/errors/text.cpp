// Every mistake of text() and of what goes with it.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.data(text("my text", {.tokens = Tokens::words, .batch = 0, .steps = 0}));
  model.train([](Step s) {
    Tensor x = s.input("tokens"); // silent: nobody knows its type
    one_hot(x, 3);
    State kept = epoch_state("kept", f32({4}));
    kept.assign(full(f32({2}), 0));
    epoch_state("k e p t", f32({4}));
    s.metric("perplexity", kept, {.finish = Finish::exp});
    s.minimize(sum(parameter("w", f32({4}))), sgd());
  });
  model.predict([](Entry e) {
    Tensor ids = e.input("ids", i32({4}));
    one_hot(ids, 0);
    one_hot(e.input("h", f32({4})), 3);
    e.output("y", one_hot(ids, 3));
  });
  return model.write();
}
