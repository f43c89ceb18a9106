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

void Generator::drawShape() {
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
