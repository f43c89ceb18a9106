// Data sets: what images() stands for. Reading on: include/sinter/data.h, Model.cpp (what is
// written of it), Entry.cpp (fields as inputs).
#include "sinter/data.h"
#include "frontend/src/Call.h"

namespace sinter {

using namespace detail;

Data images(std::string name, Images options) {
  struct Known {
    const char *name;
    int64_t classes, channels, height, width;
  };
  static constexpr Known kKnown[] = {{"mnist", 10, 1, 28, 28},
                                     {"fashion-mnist", 10, 1, 28, 28},
                                     {"cifar10", 10, 3, 32, 32},
                                     {"cifar-10", 10, 3, 32, 32}};
  for (const Known &known : kKnown)
    if (name == known.name) {
      auto fill = [](int64_t &value, int64_t normal) { value = value == 0 ? normal : value; };
      fill(options.classes, known.classes);
      fill(options.channels, known.channels);
      fill(options.height, known.height);
      fill(options.width, known.width);
    }
  Data data{name,
            {{"image", f32({options.channels, options.height, options.width}), Decode::Unit},
             {"label", i32(), Decode::Class, options.classes}},
            options.batch,
            {}};
  if (!validName(name, true))
    data.mistakes.push_back(
        {"E0006", "images expects a name of letters, digits, '_', '-' and '.', got '" + name + "'",
         ""});
  for (int64_t size : {options.classes, options.channels, options.height, options.width})
    if (size < 1 || size > graph::kMostOfData) {
      data.mistakes.push_back(
          {"E0020",
           "images '" + name +
               "' expects classes, channels, height and width from 1 to 1048576, got " +
               std::to_string(size),
           "known names that bring them: mnist, fashion-mnist, cifar10"});
      data.fields.clear(); // whose inputs nobody knows
      break;
    }
  if (options.batch < 1)
    data.mistakes.push_back(
        {"E0014", "images expects a batch of 1 or more, got " + std::to_string(options.batch), ""});
  return data;
}

} // namespace sinter
