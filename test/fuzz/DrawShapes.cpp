//===- DrawShapes.cpp - elements at other places ----------------------------------------------===//
//
// Reading on: Generator.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/fuzz/Generator.h"

using namespace sinter;
using namespace sinter::test;

/// Flattens, merges or cuts axes, adds or drops axes of size 1.
int Generator::drawReshape(int a) {
  const Dims dims = type(a).dims;
  Dims to = dims;
  int64_t rank = dims.size(), at = rank ? random.below(rank) : 0;
  switch (random.below(5)) {
  case 0:
    to = {interpret::countOf(dims)};
    break;
  case 1: // all but the first axis, as before a layer
    if (rank > 1)
      to = {dims[0], dims[0] ? interpret::countOf(dims) / dims[0] : 0};
    break;
  case 2: // two axes become one
    if (at > 0)
      to[at - 1] *= to[at], to.erase(to.begin() + at);
    break;
  case 3: // one becomes two
    for (int64_t by : {2, 3, 5, 16})
      if (rank && dims[at] > by && dims[at] % by == 0) {
        to[at] = by;
        to.insert(to.begin() + at, dims[at] / by);
        break;
      }
    break;
  default:
    if (once(2))
      to.insert(to.begin() + random.below(rank + 1), 1);
    else
      to.erase(std::remove(to.begin(), to.end(), 1), to.end());
  }
  return op("reshape", {a}, low(a), high(a), {}, {model.element, to});
}

/// Slices of a value, or a value with slices added, where a new input says; a table of a model, now
/// and then.
void Generator::drawIndexed() {
  int a = once(2) ? pickRanked(1) : parameter({drawSize(), drawSize()});
  Dims dims = type(a).dims, at;
  int64_t axis = once(2) ? 0 : random.below(type(a).rank()), size = dims[axis];
  for (int64_t d = random.below(3); d > 0; --d)
    at.push_back(drawSize());
  int64_t count = interpret::countOf(at);
  double low = this->low(a), high = this->high(a), most = magnitude(a) + 2.0 * count;
  if (size == 0 || interpret::countOf(dims) / size * count > 2048)
    return;
  int index = add({"input",
                   {},
                   {},
                   {once(2) ? ElementType::I32 : ElementType::I64, at},
                   0,
                   static_cast<double>(size - 1)});
  dims.erase(dims.begin() + axis);
  dims.insert(dims.begin() + axis, at.begin(), at.end());
  if (once(3) && most < 200)
    op("scatter_add", {a, index, parameter(dims)}, -most, most, {{"axis", axis}});
  else
    op("gather", {a, index}, low, high, {{"axis", axis}});
}

void Generator::drawShape() {
  if (once(7))
    return drawIndexed();
  int a = once(3) ? pickImages() : pickRanked(1);
  const Dims dims = type(a).dims;
  int64_t rank = dims.size();
  double low = this->low(a), high = this->high(a);
  switch (random.below(6)) {
  case 0:
    drawReshape(a);
    break;
  case 1: {
    Dims perm;
    while (int64_t(perm.size()) < rank)
      perm.push_back(perm.size());
    for (int64_t d = rank; d-- > 1;)
      std::swap(perm[d], perm[random.below(d + 1)]);
    op("transpose", {a}, low, high, {{"perm", perm}});
    break;
  }
  case 2: {
    Dims to = dims;
    for (int64_t &d : to)
      d = d == 1 ? drawSize() : d;
    to.insert(to.begin(), 1 + random.below(3));
    op("broadcast_to", {a}, low, high, {}, {model.element, to});
    break;
  }
  case 3: {
    Dims other = dims;
    int64_t axis = random.below(rank);
    other[axis] = drawSize();
    op("concat", {a, parameter(other), a}, std::min(low, -2.0), std::max(high, 2.0),
       {{"axis", axis}});
    break;
  }
  case 4: {
    Dims starts(rank), limits(rank), strides(rank);
    for (int64_t d = 0; d < rank; ++d) {
      starts[d] = dims[d] ? random.below(dims[d]) : 0;
      limits[d] = dims[d] ? starts[d] + 1 + random.below(dims[d] - starts[d]) : 0;
      strides[d] = 1 + random.below(3);
    }
    op("slice", {a}, low, high, {{"starts", starts}, {"limits", limits}, {"strides", strides}});
    break;
  }
  default: {
    Dims before(rank), after(rank);
    for (int64_t d = 0; d < rank; ++d)
      before[d] = random.below(3), after[d] = random.below(3);
    op("pad", {a}, std::min(low, 0.0), std::max(high, 0.0), {{"low", before}, {"high", after}});
  }
  }
}
