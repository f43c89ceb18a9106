// Boxes that ssd-tiny looks at, which of them show an object, and pictures to learn from.
#pragma once

#include <sinter/data.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

constexpr int64_t kScales = 5;

struct Box {
  double left, top, right, bottom; // in [0, 1] of the picture
  double width() const { return right - left; }
  double height() const { return bottom - top; }
  double area() const { return width() * height(); }
  /// The area that both cover over that of either.
  double overlap(const Box &b) const {
    double across = std::min(right, b.right) - std::max(left, b.left);
    double down = std::min(bottom, b.bottom) - std::max(top, b.top);
    double both = std::max(0.0, across) * std::max(0.0, down);
    return both / (area() + b.area() - both);
  }
};

/// The boxes of all scales: around each place of a picture, of two sizes and three ratios.
class Boxes {
public:
  explicit Boxes(int64_t size) {
    const double sizes[kScales][2] = {
        {0.2, 0.272}, {0.37, 0.447}, {0.54, 0.619}, {0.71, 0.79}, {0.88, 0.961}};
    for (int64_t scale = 0; scale < kScales; ++scale) {
      int64_t places = scale == kScales - 1 ? 1 : size / 8 >> scale; // in a row
      const auto [small, large] = sizes[scale];
      double wide = small * std::sqrt(2.0), narrow = small / std::sqrt(2.0);
      for (int64_t i = 0; i < places * places; ++i) {
        double x = (static_cast<double>(i % places) + 0.5) / static_cast<double>(places);
        double y = (static_cast<double>(i / places) + 0.5) / static_cast<double>(places);
        add(x, y, small, small);
        add(x, y, large, large);
        add(x, y, wide, narrow);
        add(x, y, narrow, wide);
      }
    }
  }
  int64_t count() const { return static_cast<int64_t>(boxes.size()); }
  const Box &operator[](size_t i) const { return boxes[i]; }
  /// Middle and size of each: x, y, width, height.
  std::vector<double> middles() const {
    std::vector<double> numbers;
    for (const Box &b : boxes)
      numbers.insert(numbers.end(),
                     {(b.left + b.right) / 2, (b.top + b.bottom) / 2, b.width(), b.height()});
    return numbers;
  }

private:
  void add(double x, double y, double width, double height) {
    boxes.push_back({x - width / 2, y - height / 2, x + width / 2, y + height / 2});
  }
  std::vector<Box> boxes;
};

struct Object {
  int64_t kind; // from 1
  Box box;
};

/// Which object each box shows, -1: none. An object has the box that covers it best, and all that
/// cover half of it.
inline std::vector<int64_t> matched(const Boxes &boxes, const std::vector<Object> &objects) {
  std::vector<int64_t> match(boxes.count(), -1);
  for (size_t i = 0; i < match.size(); ++i) {
    double most = 0.5;
    for (size_t k = 0; k < objects.size(); ++k)
      if (double covered = boxes[i].overlap(objects[k].box); covered >= most) {
        most = covered;
        match[i] = static_cast<int64_t>(k);
      }
  }
  for (size_t k = 0; k < objects.size(); ++k) {
    size_t best = 0;
    for (size_t i = 1; i < match.size(); ++i)
      if (boxes[i].overlap(objects[k].box) > boxes[best].overlap(objects[k].box))
        best = i;
    match[best] = static_cast<int64_t>(k);
  }
  return match;
}

/// How a box has to be moved and stretched: of sizes around 1.
inline std::vector<double> offsets(const Box &from, const Box &to) {
  auto middle = [](double a, double b) { return (a + b) / 2; };
  return {10 * (middle(to.left, to.right) - middle(from.left, from.right)) / from.width(),
          10 * (middle(to.top, to.bottom) - middle(from.top, from.bottom)) / from.height(),
          5 * std::log(to.width() / from.width()), 5 * std::log(to.height() / from.height())};
}

/// A square or a disc on noise, and what the boxes should say: image, classes, offsets.
inline sinter::Example scene(sinter::Draw &draw, int64_t size, const Boxes &boxes) {
  double side = 0.2 + 0.4 * draw.uniform(), left = draw.uniform() * (1 - side);
  double top = draw.uniform() * (1 - side);
  std::vector<Object> objects = {
      {draw.uniform() < 0.5 ? 1 : 2, {left, top, left + side, top + side}}};
  const Object &shown = objects.front();
  std::vector<double> image;
  for (int64_t channel = 0; channel < 3; ++channel) {
    double color = 0.7 + 0.3 * draw.uniform();
    for (int64_t i = 0; i < size * size; ++i) {
      double x = (static_cast<double>(i % size) + 0.5) / static_cast<double>(size);
      double y = (static_cast<double>(i / size) + 0.5) / static_cast<double>(size);
      double u = 2 * (x - left) / side - 1, v = 2 * (y - top) / side - 1;
      bool inside =
          shown.kind == 1 ? std::max(std::fabs(u), std::fabs(v)) <= 1 : u * u + v * v <= 1;
      image.push_back(inside ? color : 0.3 + 0.1 * draw.normal());
    }
  }
  std::vector<double> classes, moves;
  std::vector<int64_t> match = matched(boxes, objects);
  for (size_t i = 0; i < match.size(); ++i) {
    classes.push_back(match[i] < 0 ? 0 : static_cast<double>(objects[match[i]].kind));
    std::vector<double> move(4, 0.0);
    if (match[i] >= 0)
      move = offsets(boxes[i], objects[match[i]].box);
    moves.insert(moves.end(), move.begin(), move.end());
  }
  return {image, classes, moves};
}
