// Data sets a trainer reads: named fields, which are the inputs that training sees.
#pragma once

#include "sinter/tensor.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sinter {

/// How the stored elements of a field become numbers.
enum class Decode : uint8_t {
  Unit = 1,  ///< bytes: byte/255 as f32
  Class = 2, ///< whole numbers below `classes` as i32
  /// Tokens of a text as i32, their numbers in a vocabulary of `classes` of them.
  Character = 3,
  Word = 4,
  Byte = 5,
  Number = 6,  ///< numbers as f32
  Columns = 7, ///< of a table, as features f32[F]
  Target = 8,  ///< the number in `column` of a table, f32[1]
  /// Words of a sentence as i32, their numbers in a vocabulary of `classes` of them.
  Sentence = 9,
  Length = 10, ///< tokens of such a sentence as i32, below `classes`
  /// A PNG or JPEG file, as Unit: of the field's size, its middle, or stretched to the size.
  Picture = 11,
  PictureCropped = 12,
  PictureStretched = 13,
  TargetClass = 14 ///< the value in `column` of a table as i32, below `classes`
};

/// A named part of every example.
struct Field {
  std::string name; ///< of the input of the training step
  Type type;        ///< of one example
  Decode decode = Decode::Unit;
  int64_t classes = 0; ///< of indices and tokens
  /// Of tokens: so many places further on in the text; of sentences: so many in the line.
  int64_t ahead = 0;
  std::string examples = {}; ///< bytes of the elements of all that the model brings, f32 or i32
  std::string column = {};   ///< of Decode::Target…: its name; of Decode::Columns: as Table::id
};

/// What the trainer reads. The functions below make it; Model::data takes it.
struct Data {
  /// Why there is no such data set; Model::data says it with its line.
  struct Mistake {
    std::string code, text, help;
  };

  std::string name; ///< in messages of the trainer
  std::vector<Field> fields;
  int64_t batch = 1; ///< default of the build option "batch"
  std::vector<Mistake> mistakes;
  bool sequential = false;     ///< an example goes on where that of the batch before ended
  int64_t train = 0, test = 0; ///< examples that the fields bring
  int64_t most = 0;            ///< examples of a file to train with, the first ones; 0: all
};

/// Options of images().
struct Images {
  int64_t batch = 256; ///< default of the build option "batch"
  int64_t classes = 0; ///< 0: known from the name
  int64_t channels = 0, height = 0, width = 0;
};

/// Fields image f32[channels,height,width] in [0,1] and label i32[].
/// Known names: mnist and fashion-mnist (10 classes, 1x28x28), cifar10 or cifar-10 (10 classes,
/// 3x32x32). --data DIR holds IDX files of images with one channel (train-images-idx3-ubyte[.gz] …)
/// and CIFAR's binary records of images with more (data_batch_1.bin[.gz] …, test_batch.bin[.gz]).
SINTER_API Data images(std::string name, Images options = {});

/// What becomes of pictures of another size than the model's.
enum class Fit : uint8_t {
  exact,  ///< they are an error
  crop,   ///< scaled until they fill the size, then their middle is cut out
  stretch ///< scaled to the size, also out of proportion
};

/// Options of image_folder().
struct ImageFolder {
  int64_t classes = 0;           ///< folders
  int64_t height = 0, width = 0; ///< of all pictures
  int64_t channels = 3;          ///< 3: red, green, blue; 1: grey
  Fit fit = Fit::exact;
  int64_t batch = 32; ///< default of the build option "batch"
};

/// Fields image f32[channels,height,width] in [0,1] and label i32[]: pictures in a folder a class.
/// --data DIR holds train/CLASS/FILE and test/CLASS/FILE, PNG and JPEG files (.png, .jpg, .jpeg) of
/// 8 bits a channel; without a folder test the tests are of the training pictures. Labels number
/// the names of the classes in ascending order of their bytes; weight files keep the names.
/// Transparency is left out, colours become grey and grey colours as `channels` say (grey: .299 red
/// + .587 green + .114 blue, as PIL). Scaling weighs what a pixel covers by a triangle, as PIL's
/// BILINEAR.
SINTER_API Data image_folder(std::string name, ImageFolder options);

/// What a text is cut into. Of characters and words, letters a to z count, in lower case, and every
/// run of anything else is one space.
enum class Tokens : uint8_t { characters, words, bytes };

/// How the examples of an epoch lie in the text, which begins anew at a random place of the first
/// `steps`: in random order, or each one where that of the batch before ended.
enum class Partition : uint8_t { random, sequential };

/// Options of text().
struct Text {
  Tokens tokens = Tokens::characters;
  /// Most different tokens, the unknown one (number 0) included. 0: 28 for characters (space, a to
  /// z), 256 for bytes, where nothing is unknown.
  int64_t vocabulary = 0;
  int64_t batch = 32; ///< default of the build option "batch"
  int64_t steps = 35; ///< tokens of an example
  Partition partition = Partition::random;
};

/// Fields tokens i32[steps] and targets i32[steps], the tokens one place further on.
/// --data PATH is a text file X.txt, or a folder with NAME.txt in it (.txt.gz too); the test split
/// is X.test.txt beside it or, where there is none, the same text, which then says how much of it
/// was learnt by heart. Tokens are numbered when it is read: characters and words by their order
/// and their frequency in it, bytes as they are.
SINTER_API Data text(std::string name, Text options = {});

/// Options of table().
struct TableOptions {
  std::string target = ""; ///< column of what is to be learnt; of "house": SalePrice
  /// Above 0: the target is one of so many categories, not a number.
  int64_t classes = 0;
  /// Column that names rows: no feature, and the first column of predictions. Of "house": Id.
  std::string id = "";
  /// Features that the other columns make: one for a column of numbers, and for a column of
  /// categories one each and one for missing values. Of "house": 331.
  int64_t features = 0;
  int64_t batch = 64; ///< default of the build option "batch"
};

/// Fields features f32[features] and target f32[1] (of categories i32[]), from a table with a
/// header. --data DIR holds
/// train.csv[.gz] and test.csv[.gz], which may lack the target and is then for --predict; or it is
/// one such file, which is evaluated, too. Of all rows of both files, a column whose values are
/// numbers becomes (x - mean) / standard deviation (of a sample), and a missing one (empty, NA,
/// N/A, NaN, nan, null) 0; any other column becomes categories: 1 for the row's own, in the order
/// of their bytes, the missing one last. The target stays as it is; categories are
/// numbered in ascending order of their bytes, those of both files. Weight files keep what was
/// found, and rows that are read with weights become features by that; a category that it lacks is
/// 0 everywhere.
SINTER_API Data table(std::string name, TableOptions options = {});

/// Options of sentence_pairs().
struct SentencePairs {
  int64_t pairs = 0;  ///< of the file, the first ones; 0: all
  int64_t steps = 10; ///< tokens of a sentence
  int64_t batch = 64; ///< default of the build option "batch"
  /// Most different tokens of each language; <unk>, <pad>, <bos> and <eos>, numbers 0 to 3, count.
  struct Vocabulary {
    int64_t source = 0, target = 0;
  } vocabulary = {};
};

/// Fields source i32[steps] and target i32[steps], source_length i32[] and target_length i32[]:
/// sentences and their translations. Each ends in <eos>, behind which <pad> fills the steps; a
/// longer one is cut. A length counts the tokens that are not <pad>.
/// --data PATH is a file X.txt, or a folder with NAME.txt in it (.txt.gz too), of lines of a
/// sentence, a tab and its translation; what stands behind a second tab is not read. Letters become
/// small ones, non-breaking spaces spaces, and each of , . ! ? is a word. A vocabulary has the most
/// frequent words that occur twice or more; others are <unk>. The test split is X.test.txt beside
/// it or, where there is none, the same pairs. So does "Dive into Deep Learning", section
/// Machine Translation and the Dataset.
SINTER_API Data sentence_pairs(std::string name, SentencePairs options);

/// Numbers for an example of arrays(): a function of the example's number alone.
class SINTER_API Draw {
public:
  explicit Draw(int64_t example);
  /// Number of the example, from 0; tests follow the training examples.
  int64_t example() const { return number; }
  /// In [0, 1).
  double uniform();
  /// Of mean 0 and variance 1.
  double normal();

private:
  int64_t number;
  uint64_t state;
};

/// Values of the fields of an example, in their order, row by row.
using Example = std::vector<std::vector<double>>;

/// A function Draw & → Example.
class ExampleFunction {
public:
  ExampleFunction() = default;
  /// The function is kept to the end of the program, which is when the graph is written.
  template <class F>
  ExampleFunction(F f)
      : function(new F(static_cast<F &&>(f))), call([](const void *f, Draw &draw) -> Example {
          return (*static_cast<const F *>(f))(draw);
        }) {}
  explicit operator bool() const { return call; }
  Example operator()(Draw &draw) const { return call(function, draw); }

private:
  const void *function = nullptr;
  Example (*call)(const void *, Draw &) = nullptr;
};

/// A field of arrays(): numbers f32[…], or with `classes` indices i32[…] below that.
struct ArrayField {
  std::string name;
  Type type; ///< of one example
  int64_t classes = 0;
};

/// Options of arrays().
struct Arrays {
  int64_t batch = 1; ///< default of the build option "batch"
  /// Examples that `synthetic` makes; test 0: the tests are of the training examples.
  int64_t train = 1000, test = 0;
  /// Data without --data. Default: the first field of numbers is drawn, others follow from it.
  ExampleFunction synthetic = {};
  std::string name = "arrays"; ///< in messages of the trainer
};

/// Fields of any shape. --data DIR holds train-FIELD.npy for each, [examples, …] of floats or whole
/// numbers, and test-FIELD.npy, or train.npz and test.npz with a member FIELD each; without those
/// the tests are of the training examples. Numbers are rounded to f32.
SINTER_API Data arrays(std::vector<ArrayField> fields, Arrays options = {});

} // namespace sinter
