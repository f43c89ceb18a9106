//===- Drawn.h - the runtime's random numbers, for references ---------------------------------===//
#ifndef SINTER_TEST_NUMERIC_DRAWN_H
#define SINTER_TEST_NUMERIC_DRAWN_H

#include "test/numeric/Rows.h"

#include <sinter/runtime.h>

namespace sinter::test {

/// The runtime's number of element i of a stream; seed and step are operands `first` and the next.
inline double drawn(const std::vector<Tensor> &v, size_t first, const char *stream, int64_t i) {
  uint64_t seed = v[first].integers[0], step = v[first + 1].integers[0];
  return sinter_uniform_f32(sinter_philox(seed, sinter_stream(stream), step, i).w[0]);
}

} // namespace sinter::test

#endif
