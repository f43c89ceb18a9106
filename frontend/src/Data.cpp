// Data sets: what images() and text() stand for. Reading on: include/sinter/data.h, Model.cpp (what
// is written of it), Entry.cpp (fields as inputs).
#include "sinter/data.h"
#include "frontend/src/Call.h"

namespace sinter {

using namespace detail;

/// What every data set expects of its name and batch.
static void checkCommon(const std::string &what, Data &data) {
  if (!validName(data.name, true))
    data.mistakes.push_back(
        {"E0006",
         what + " expects a name of letters, digits, '_', '-' and '.', got '" + data.name + "'",
         ""});
  if (data.batch < 1)
    data.mistakes.push_back(
        {"E0014", what + " expects a batch of 1 or more, got " + std::to_string(data.batch), ""});
}

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
  checkCommon("images", data);
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
  return data;
}

Data text(std::string name, Text options) {
  bool bytes = options.tokens == Tokens::bytes, words = options.tokens == Tokens::words;
  if (options.vocabulary == 0 && !words)
    options.vocabulary = bytes ? 256 : 28;
  Decode decode = bytes ? Decode::Byte : words ? Decode::Word : Decode::Character;
  Type type = i32({options.steps});
  Data data{name,
            {{"tokens", type, decode, options.vocabulary},
             {"targets", type, decode, options.vocabulary, 1}},
            options.batch,
            {},
            options.partition == Partition::sequential};
  checkCommon("text", data);
  auto refuse = [&](const std::string &wanted, int64_t got, const char *help = "") {
    data.mistakes.push_back(
        {"E0020", "text '" + name + "' expects " + wanted + ", got " + std::to_string(got), help});
    data.fields.clear(); // whose inputs nobody knows
  };
  int64_t least = bytes ? 256 : 2;
  if (options.vocabulary < least || options.vocabulary > graph::kMostOfData)
    refuse("a vocabulary from " + std::to_string(least) + " to 1048576", options.vocabulary,
           "the unknown token counts, too");
  if (options.steps < 1 || options.steps > graph::kMostOfData)
    refuse("steps from 1 to 1048576", options.steps);
  return data;
}

} // namespace sinter
