// Data sets: what images(), image_folder(), text(), sentence_pairs(), table() and arrays() stand
// for. Reading on: include/sinter/data.h, Model.cpp (what is written of it), Entry.cpp (fields as
// inputs).
#include "sinter/data.h"
#include "frontend/src/Call.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

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

Data image_folder(std::string name, ImageFolder options) {
  static constexpr Decode kFit[] = {Decode::Picture, Decode::PictureCropped,
                                    Decode::PictureStretched};
  Data data{name,
            {{"image", f32({options.channels, options.height, options.width}),
              kFit[static_cast<size_t>(options.fit)]},
             {"label", i32(), Decode::Class, options.classes}},
            options.batch,
            {}};
  checkCommon("image_folder", data);
  auto refuse = [&](const std::string &text, const char *help) {
    data.mistakes.push_back({"E0020", "image_folder '" + name + "' expects " + text, help});
    data.fields.clear(); // whose inputs nobody knows
  };
  for (int64_t size : {options.classes, options.height, options.width})
    if (size < 1 || size > graph::kMostOfData) {
      refuse("classes, height and width from 1 to 1048576, got " + std::to_string(size),
             "{.classes = 2, .height = 96, .width = 96, .fit = Fit::crop}");
      break;
    }
  if (options.channels != 1 && options.channels != 3)
    refuse("1 or 3 channels, got " + std::to_string(options.channels), "");
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

Data sentence_pairs(std::string name, SentencePairs options) {
  Data data;
  data.name = name;
  data.batch = options.batch;
  data.most = options.pairs;
  checkCommon("sentence_pairs", data);
  auto refuse = [&](const std::string &wanted, int64_t got, const char *help = "") {
    data.mistakes.push_back(
        {"E0020",
         "sentence_pairs '" + name + "' expects " + wanted + ", got " + std::to_string(got), help});
  };
  bool good = true;
  auto check = [&](int64_t value, int64_t least, const std::string &what, const char *help = "") {
    if (value >= least && value <= graph::kMostOfData)
      return;
    refuse(what + " from " + std::to_string(least) + " to 1048576", value, help);
    good = false;
  };
  check(options.pairs, 0, "pairs");
  check(options.steps, 1, "steps");
  const char *help = "<unk>, <pad>, <bos> and <eos> count, too";
  check(options.vocabulary.source, 6, "a source vocabulary", help);
  check(options.vocabulary.target, 6, "a target vocabulary", help);
  if (!good)
    return data; // without fields: nobody knows its inputs
  Type sentence = i32({options.steps});
  int64_t languages[] = {options.vocabulary.source, options.vocabulary.target};
  const char *names[] = {"source", "target"};
  for (int64_t i : {0, 1})
    data.fields.push_back({names[i], sentence, Decode::Sentence, languages[i], i});
  for (int64_t i : {0, 1})
    data.fields.push_back(
        {std::string(names[i]) + "_length", i32(), Decode::Length, options.steps + 1, i});
  return data;
}

Data table(std::string name, TableOptions options) {
  if (name == "house") { // De Cock, "Ames, Iowa: Alternative to the Boston Housing Data", 2011
    options.target = options.target.empty() ? "SalePrice" : options.target;
    options.id = options.id.empty() ? "Id" : options.id;
    options.features = options.features == 0 ? 331 : options.features;
  }
  Field features{"features", f32({options.features}), Decode::Columns},
      target{"target", f32({1}), Decode::Target};
  if (options.classes != 0)
    target = {"target", i32(), Decode::TargetClass, options.classes};
  features.column = options.id;
  target.column = options.target;
  Data data{name, {features, target}, options.batch, {}};
  checkCommon("table", data);
  auto refuse = [&](const std::string &text, const char *help) {
    data.mistakes.push_back({"E0020", "table '" + name + "' expects " + text, help});
    data.fields.clear(); // whose inputs nobody knows
  };
  if (options.features < 1 || options.features > graph::kMostOfData)
    refuse("features from 1 to 1048576, got " + std::to_string(options.features),
           "a number has one, a category one a value and one for none; a run with another number "
           "says which the data have");
  if (options.classes < 0 || options.classes > graph::kMostOfData)
    refuse("classes from 1 to 1048576, or 0 for a target that is a number, got " +
               std::to_string(options.classes),
           "");
  if (options.target.empty() || options.target == options.id)
    refuse(options.target.empty() ? "a target, the column to learn, got none"
                                  : "a target other than the id, got one",
           "{.target = \"price\", .id = \"id\"}");
  std::string names = options.target + options.id;
  if (std::any_of(names.begin(), names.end(), [](unsigned char c) { return c < ' '; }))
    refuse("names of columns without control characters, got one", "");
  return data;
}

// --- arrays --------------------------------------------------------------------------------------

Draw::Draw(int64_t example) : number(example), state(static_cast<uint64_t>(example) << 32) {}

/// Steele, Lea and Flood's SplitMix64, "Fast Splittable Pseudorandom Number Generators", 2014.
double Draw::uniform() {
  uint64_t z = state += 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/// Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958.
double Draw::normal() {
  double radius = std::sqrt(-2 * std::log(1 - uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

/// Bytes of the examples that a model may bring.
static constexpr int64_t kMostExampleBytes = 64 << 20;

static int64_t countElements(const Shape &shape) {
  int64_t elements = 1;
  for (int64_t size : shape.sizes()) // a wrong size is told of elsewhere
    elements =
        size < 1 || size > kMostExampleBytes / elements ? kMostExampleBytes : elements * size;
  return elements;
}

/// Appends one example to the fields; what is wrong with it, or nothing.
static std::string append(const Example &example, std::vector<Field> &fields) {
  if (example.size() != fields.size())
    return std::to_string(fields.size()) + " fields, got " + std::to_string(example.size());
  for (size_t f = 0; f < fields.size(); ++f) {
    Field &field = fields[f];
    size_t elements = static_cast<size_t>(countElements(field.type.shape));
    if (example[f].size() != elements)
      return std::to_string(elements) + " values of '" + field.name + "', got " +
             std::to_string(example[f].size());
    for (double value : example[f]) {
      bool index = field.decode == Decode::Class;
      if (index &&
          !(value >= 0 && value < static_cast<double>(field.classes) && value == std::floor(value)))
        return "whole numbers from 0 to " + std::to_string(field.classes - 1) + " of '" +
               field.name + "', got " + numberText(value);
      auto number = static_cast<float>(value);
      auto whole = static_cast<int32_t>(index ? value : 0);
      char bytes[4];
      std::memcpy(bytes, index ? static_cast<const void *>(&whole) : &number, sizeof bytes);
      field.examples.append(bytes, sizeof bytes);
    }
  }
  return {};
}

/// The examples that the model brings.
static void makeExamples(Data &data, const Arrays &options) {
  auto refuse = [&](const std::string &text) {
    data.mistakes.push_back({"E0020", "arrays expects " + text, ""});
    for (Field &field : data.fields)
      field.examples.clear();
  };
  int64_t bytes = 0;
  for (const Field &field : data.fields)
    bytes += 4 * countElements(field.type.shape);
  if (options.train < 1 || options.test < 0 || options.train > graph::kMostOfData ||
      options.test > graph::kMostOfData)
    return refuse("from 1 to 1048576 examples to train with and 0 to 1048576 to test with, got " +
                  std::to_string(options.train) + " and " + std::to_string(options.test));
  if (bytes > kMostExampleBytes / (options.train + options.test))
    return refuse("at most 64 MiB of examples, got " +
                  std::to_string(options.train + options.test) + " of " + std::to_string(bytes) +
                  " bytes; put them into files, for --data");
  data.train = options.train;
  data.test = options.test;
  for (int64_t i = 0; i < options.train + options.test; ++i) {
    Draw draw(i);
    if (std::string wrong = append(options.synthetic(draw), data.fields); !wrong.empty()) {
      data.train = data.test = 0;
      return refuse(wrong + " in example " + std::to_string(i));
    }
  }
}

Data arrays(std::vector<ArrayField> fields, Arrays options) {
  Data data{options.name, {}, options.batch, {}};
  checkCommon("arrays", data);
  bool good = !fields.empty();
  for (const ArrayField &array : fields) {
    bool index = array.classes != 0, fits = array.type.element == (index ? i32 : f32);
    for (int64_t size : array.type.shape.sizes())
      fits = fits && size >= 1 && size <= graph::kMostOfData;
    if (!fits || array.classes < 0 || array.classes > graph::kMostOfData)
      data.mistakes.push_back(
          {"E0020",
           "arrays expects f32[…], or i32[…] with classes from 1 to 1048576, of "
           "sizes from 1 to 1048576, for '" +
               array.name + "', got " + rules::toString(toRules(array.type)) + " with classes " +
               std::to_string(array.classes),
           ""});
    good = good && fits;
    data.fields.push_back(
        {array.name, array.type, index ? Decode::Class : Decode::Number, array.classes});
  }
  if (fields.empty())
    data.mistakes.push_back({"E0020", "arrays expects one field or more, got none", ""});
  if (good && options.synthetic)
    makeExamples(data, options);
  if (!data.mistakes.empty())
    data.fields.clear(); // whose inputs nobody knows
  return data;
}

} // namespace sinter
