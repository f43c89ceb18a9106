// Random changes of pictures. Reading on: include/sinter/ops/augment.h.
#include "sinter/ops/augment.h"

#include "frontend/src/Call.h"
#include "sinter/ops/activation.h"
#include "sinter/ops/arrange.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/index.h"
#include "sinter/ops/random.h"
#include "sinter/ops/reduce.h"

#include <cmath>

namespace sinter {

using namespace detail;

/// False: reported. Pictures are floats [n,channels,height,width].
static bool arePictures(Call &call, const Tensor &x) {
  if (call.isPoison(x) || !call.isFloat(x))
    return false;
  if (call.type(x).rank() == 4)
    return true;
  call.fail("E0107", "expects images f32[n,channels,height,width], got " + toString(call.type(x)),
            "", {x});
  return false;
}

Tensor random_flip(const std::string &name, const Operand &operand, RandomFlip options, Loc loc) {
  Call call("random_flip", loc, context().path(name));
  Tensor x = call.tensor(operand);
  if (!arePictures(call, x))
    return call.poison();
  if (!(options.p >= 0 && options.p <= 1))
    return call.fail("E0020", "expects a probability in [0, 1], got " + numberText(options.p));
  Tensor mirrored = flip(x, {options.axis}, loc); // says what is wrong with the axis, always
  if (!training() || call.isPoison(mirrored))
    return call.isPoison(mirrored) ? mirrored : x;
  Tensor chance = random_uniform(name, x.dtype()({x.shape()[0], 1, 1, 1}), loc);
  return call.isPoison(chance) ? chance : where(chance < options.p, mirrored, x);
}

/// Windows of pictures at places i32[n,1] of their own: one read of every pixel.
static Tensor windows(const Tensor &x, const Tensor &top, const Tensor &left, Pair size) {
  int64_t n = x.shape()[0], channels = x.shape()[1], width = x.shape()[3];
  Tensor rows = iota(i32({1, size.height, 1}), 1) + reshape(top, {n, 1, 1});
  Tensor columns = iota(i32({1, 1, size.width}), 2) + reshape(left, {n, 1, 1});
  int64_t pixels = size.height * size.width;
  Tensor places = reshape(rows * width + columns, {n, 1, pixels});
  Tensor taken =
      gather(flatten(x, 2), broadcast_to(places, {n, channels, pixels}), 2); // rows one by one
  return reshape(taken, {n, channels, size.height, size.width});
}

Tensor random_crop(const std::string &name, const Operand &operand, RandomCrop options, Loc loc) {
  Call call("random_crop", loc, context().path(name));
  Tensor x = call.tensor(operand);
  if (!arePictures(call, x))
    return call.poison();
  const rules::Type type = call.type(x);
  Pair padding = options.padding, size = options.size;
  if (size.height == 0 && size.width == 0)
    size = {type.dims[2], type.dims[3]};
  if (padding.height < 0 || padding.width < 0)
    return call.fail("E0104", "expects padding of 0 or more, got " +
                                  std::to_string(std::min(padding.height, padding.width)));
  int64_t down = type.dims[2] + 2 * padding.height - size.height;
  int64_t right = type.dims[3] + 2 * padding.width - size.width;
  if (size.height < 1 || size.width < 1 || down < 0 || right < 0)
    return call.fail("E0104",
                     "expects a size of at least 1x1 within the padded images, got " +
                         std::to_string(size.height) + "x" + std::to_string(size.width) + " of " +
                         toString(type),
                     "", {x});
  Tensor padded = x;
  if (padding.height > 0 || padding.width > 0)
    padded = pad(x, {0, 0, padding.height, padding.width}, {0, 0, padding.height, padding.width});
  if (!training())
    return slice(padded, {0, 0, down / 2, right / 2},
                 {type.dims[0], type.dims[1], down / 2 + size.height, right / 2 + size.width});
  auto place = [&](const char *axis, int64_t last) {
    Tensor drawn = random_uniform(name + axis, f32({type.dims[0], 1}), loc);
    return call.isPoison(drawn) ? drawn : cast(floor(drawn * static_cast<double>(last + 1)), i32);
  };
  Tensor top = place(".row", down), left = place(".column", right);
  return call.isPoison(top) || call.isPoison(left) ? call.poison()
                                                   : windows(padded, top, left, size);
}

Tensor color_jitter(const std::string &name, const Operand &operand, ColorJitter options, Loc loc) {
  Call call("color_jitter", loc, context().path(name));
  Tensor x = call.tensor(operand);
  if (!arePictures(call, x))
    return call.poison();
  if (call.type(x).dims[1] != 3)
    return call.fail("E0107", "expects images of 3 channels, got " + toString(call.type(x)), "",
                     {x});
  for (double range : {options.brightness, options.contrast, options.saturation})
    if (!(range >= 0) || !std::isfinite(range))
      return call.fail("E0020", "expects ranges of 0 or more, got " + numberText(range));
  if (!training())
    return x;
  const DType element = x.dtype();
  int64_t n = call.type(x).dims[0];
  Tensor weights = constant(element({1, 3, 1, 1}), {0.2989, 0.587, 0.114}); // of ITU-R 601-2
  auto grey = [&] { return sum(x * weights, 1, true); };
  // What `other` makes is mixed with x by a factor: 0 is all of it, 1 none.
  auto mix = [&](const char *what, double range, auto other) {
    if (range == 0 || call.isPoison(x))
      return;
    double low = std::max(0.0, 1 - range);
    Tensor drawn = random_uniform(name + what, element({n, 1, 1, 1}), loc);
    if (call.isPoison(drawn))
      return void(x = drawn);
    Tensor factor = drawn * (1 + range - low) + low;
    x = clamp(x * factor + other() * (1 - factor), 0, 1);
  };
  mix(".brightness", options.brightness, [&] { return full(element(), 0); });
  mix(".contrast", options.contrast, [&] { return mean(grey(), {1, 2, 3}, true); });
  mix(".saturation", options.saturation, grey);
  return x;
}

Tensor normalize_channels(const Operand &operand, NormalizeChannels options, Loc loc) {
  Call call("normalize_channels", loc);
  Tensor x = call.tensor(operand);
  if (!arePictures(call, x))
    return call.poison();
  auto channels = static_cast<size_t>(call.type(x).dims[1]);
  for (std::vector<double> *list : {&options.mean, &options.std}) {
    if (list->size() == 1)
      list->resize(channels, list->front());
    if (list->size() != channels)
      return call.fail("E0103",
                       "expects one number for all channels or one for each of " +
                           std::to_string(channels) + ", got " + std::to_string(list->size()),
                       "", {x});
  }
  for (double deviation : options.std)
    if (!(deviation > 0))
      return call.fail("E0020", "expects deviations above 0, got " + numberText(deviation));
  Type row = x.dtype()({1, static_cast<int64_t>(channels), 1, 1});
  return (x - constant(row, options.mean)) / constant(row, options.std);
}

} // namespace sinter
