// A tiny single-shot detector: at 5 scales, 4 boxes around every place, each with a class and the
// way it has to be moved (Liu et al., "SSD: single shot multibox detector", 2016).
// sinter build ssd-tiny.cpp -o ssd && ./ssd
#include <sinter/sinter.h>

#include "boxes.h"
using namespace sinter;

constexpr int64_t kClasses = 3, kAnchors = 4; // background, square, disc; boxes a place
constexpr int64_t kCandidates = 16;           // boxes that prediction looks at

Tensor conv_norm(const std::string &number, Tensor x, int64_t filters) {
  x = conv2d("conv" + number, x,
             {.filters = filters, .kernel = 3, .padding = 1, .weight = xavier_uniform()});
  return relu(batch_norm("norm" + number, x));
}

/// Half as large.
Tensor halve(const std::string &name, Tensor x, int64_t filters) {
  Scope scope(name);
  x = conv_norm("2", conv_norm("1", x, filters), filters);
  return max_pool2d(x, {.window = 2});
}

/// What a convolution says of each of the boxes: f32[N,places * 4,numbers].
Tensor head(const std::string &name, Tensor x, int64_t numbers) {
  Tensor y = conv2d(
      name, x,
      {.filters = kAnchors * numbers, .kernel = 3, .padding = 1, .weight = xavier_uniform()});
  return reshape(transpose(y, {0, 2, 3, 1}), {x.shape()[0], -1, numbers});
}

struct Guess {
  Tensor classes, offsets; // f32[N,anchors,classes], f32[N,anchors,4]
};

Guess ssd(Tensor x) { // f32[N,3,size,size]
  Tensors classes, offsets;
  for (int64_t i = 0; i < 3; ++i)
    x = halve("base" + std::to_string(i), x, 16 << i);
  for (int64_t scale = 0; scale < kScales; ++scale) {
    std::string number = std::to_string(scale);
    if (scale == kScales - 1)
      x = reduce_max(x, {2, 3}, true);
    else if (scale > 0)
      x = halve("block" + number, x, 128);
    classes.push_back(head("class" + number, x, kClasses));
    offsets.push_back(head("box" + number, x, 4));
  }
  return {concat(classes, 1), concat(offsets, 1)};
}

void train(Step s) {
  Guess guess = ssd(s.input("image"));
  Tensor classes = s.input("classes"), offsets = s.input("offsets");
  Tensor found = unsqueeze(cast(classes > 0, f32), -1); // the rest of the boxes shows nothing
  Tensor class_loss = mean(softmax_cross_entropy(guess.classes, classes));
  Tensor box_loss = mean(abs((guess.offsets - offsets) * found));
  s.minimize(class_loss + box_loss, sgd({.lr = 0.2, .weight_decay = 5e-4}));
  s.metric("class-error", mean(cast(argmax(guess.classes) != classes, f32)));
  s.metric("box-mae", box_loss);
}

/// boxes f32[N,K,4] by corners → their overlap over their union, each with each: f32[N,K,K].
Tensor overlaps(Tensor boxes) {
  int64_t n = boxes.shape()[0], k = boxes.shape()[1];
  auto side = [&](int64_t i) { return slice(boxes, {0, 0, i}, {n, k, i + 1}); }; // f32[N,K,1]
  auto turned = [](Tensor x) { return transpose(x, {0, 2, 1}); };
  auto along = [&](int64_t low, int64_t high) {
    return clamp_min(min(side(high), turned(side(high))) - max(side(low), turned(side(low))), 0);
  };
  Tensor area = (side(2) - side(0)) * (side(3) - side(1)), both = along(0, 2) * along(1, 3);
  return both / clamp_min(area + turned(area) - both, 1e-9);
}

/// Rows of class, score and corners, the likeliest first; a box that covers much of a likelier one
/// has score 0 (non-maximum suppression).
Tensor detect(const Guess &guess, const Boxes &anchors) {
  int64_t n = guess.classes.shape()[0], count = anchors.count();
  Tensor a = constant(f32({1, count, 4}), anchors.middles());
  auto part = [&](Tensor x, int64_t i) {
    return slice(x, {0, 0, i}, {x.shape()[0], count, i + 2});
  };
  Tensor middle = part(guess.offsets, 0) / 10 * part(a, 2) + part(a, 0);
  Tensor size = exp(part(guess.offsets, 2) / 5) * part(a, 2);
  Tensor boxes = concat({middle - size / 2, middle + size / 2}, 2);
  Tensor shown = slice(softmax(guess.classes), {0, 0, 1}, {n, count, kClasses});
  auto [score, index] = topk(reduce_max(shown, -1), kCandidates);
  Tensor kind = gather(cast(argmax(shown), f32), index, 1);
  Tensor best = gather(boxes, broadcast_to(unsqueeze(index, -1), {n, kCandidates, 4}), 1);
  // covered[i] says which later boxes go if box i stays.
  Tensor covered = triu(cast(overlaps(best) > 0.45, f32), 1);
  auto [kept, none] =
      scan({ones(f32({n, kCandidates}))}, {transpose(covered, {1, 0, 2}), eye(kCandidates)},
           [&](Tensors carried, Tensors slices) -> ScanStep {
             Tensor stays = sum(carried[0] * slices[1], -1, true);
             return {.carried = {carried[0] * (1 - stays * slices[0])}};
           });
  return concat({unsqueeze(kind, -1), unsqueeze(score * kept[0], -1), best}, 2);
}

int main(int argc, char **argv) {
  Model model("ssd-tiny", argc, argv);
  int64_t size = model.option("size", 256), examples = model.option("examples", 24);
  Boxes anchors(size);
  model.data(arrays({{"image", f32({3, size, size})},
                     {"classes", i32({anchors.count()}), kClasses},
                     {"offsets", f32({anchors.count(), 4})}},
                    {.batch = 8,
                     .train = examples,
                     .test = std::max<int64_t>(8, examples / 4),
                     .synthetic = [=](Draw &draw) { return scene(draw, size, anchors); }}));
  model.train([](Step s) { train(s); });
  model.predict([&](Entry e) {
    e.output("boxes", detect(ssd(e.input("image", f32({e.batch(), 3, size, size}))), anchors));
  });
  model.entry("example", [&](Entry e) { // a picture that was not trained with
    Draw draw(2 * examples + 8);
    e.output("image", constant(f32({1, 3, size, size}), scene(draw, size, anchors)[0]));
  });
  return model.write();
}
