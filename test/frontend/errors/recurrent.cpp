// Every mistake of layers over time.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor x = e.input("x", f32({5, 3, 4})), ids = e.input("ids", i32({5, 3, 4}));
    Tensor row = e.input("row", f32({5, 4})), none = e.input("none", f32({5, 0, 4}));
    Tensor h = e.input("h", f32({1, 3, 8})), lengths = e.input("lengths", i32({3}));
    rnn("r1", x, {});
    rnn("r2", row, {.hidden = 8});
    gru("g1", ids, {.hidden = 8});
    gru("g2", none, {.hidden = 8});
    gru("g3", x, {.hidden = 8, .layers = 0});
    gru("g4", x, {.hidden = 8, .dropout = 1});
    gru("g 5", x, {.hidden = 8});
    gru("g6", x, {.hidden = 8, .layers = 2, .state = h});
    gru("g7", x, {.hidden = 8, .state = h, .lengths = h});
    gru("g8", x, {.hidden = 8, .lengths = slice(lengths, {0}, {2})});
    lstm("l1", x, {.hidden = 8, .bidirectional = true, .cell = h});
    lstm("l2", x, {.hidden = 8, .state = cast(h, f64)});
    auto [y, state, cell] = lstm("l3", x, {.hidden = 8});
    lstm("l3", y, {.hidden = 8}); // of another width
    gru("g9", x, {.hidden = 8, .weight = normal(0, -1)});
    auto [wrong, last] = rnn("r3", linear("fc", x, {.units = 4}), {.hidden = 8}); // silent
    e.output("y", y + wrong);
  });
  return model.write();
}
