// Activations that are more than a formula. Reading on: include/sinter/ops/activation.h.
#include "sinter/ops/activation.h"

#include "frontend/src/Layers.h"
#include "sinter/ops/arrange.h"

namespace sinter {

using namespace detail;

Tensor prelu(Name name, const Operand &a, Prelu options, Loc loc) {
  Call call("prelu", loc, context().path(name.text));
  Tensor x = call.tensor(a);
  if (!call.accepts(name.text))
    return call.poison();
  if (call.isPoison(x) || !call.isFloat(x))
    return call.poison();
  rules::Type type = call.type(x);
  int64_t channels = type.rank() > 1 ? type.dims[1] : 1, count = options.num_parameters;
  if (count != 1 && count != channels)
    return call.fail("E0020", "expects num_parameters of 1 or the " + std::to_string(channels) +
                                  " channels, got " + std::to_string(count));
  Tensor weight = layerParameter(name, "weight", x.dtype()({count}), options.weight, loc);
  noteUse(call, "prelu", name, context().path(name.text));
  if (count > 1) { // along axis 1
    std::vector<int64_t> shape(type.dims.size() - 1, 1);
    shape[0] = count;
    weight = reshape(weight, shape);
  }
  return where(x > 0, x, weight * x);
}

Tensor glu(const Operand &a, int64_t axis, Loc loc) {
  Call call("glu", loc);
  Tensor x = call.tensor(a);
  if (call.isPoison(x) || !call.isFloat(x))
    return call.poison();
  rules::Type type = call.type(x);
  std::optional<int64_t> at = call.axisOf(x, axis);
  if (!at)
    return call.poison();
  int64_t size = type.dims[*at];
  if (size % 2)
    return call.fail(
        "E0115", "expects an even size of axis " + std::to_string(*at) + ", got " + toString(type),
        "", {x});
  Tensors halves = split(x, {size / 2, size / 2}, *at);
  return halves[0] * sigmoid(halves[1]);
}

} // namespace sinter
