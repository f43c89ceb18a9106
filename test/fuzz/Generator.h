//===- Generator.h - the graph that is being drawn --------------------------------------------===//
//
// Every draw adds one op, or a small group as models have them, to values that exist. Invariant:
// the interval of a value holds every element that it can have. Reading on: Generate.cpp (the
// basics), DrawValues.cpp, DrawFunctions.cpp, DrawRows.cpp, DrawAttention.cpp, DrawShapes.cpp,
// DrawImages.cpp, DrawWhole.cpp, DrawLoops.cpp, DrawDerivatives.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_TEST_FUZZ_GENERATOR_H
#define SINTER_TEST_FUZZ_GENERATOR_H

#include "test/fuzz/Model.h"

#include <algorithm>
#include <cmath>

namespace sinter::test {

class Generator {
public:
  Generator(uint64_t seed, int size) : random(seed * 2654435761u + 17), size(size) {
    model.seed = seed;
  }
  Model run();

private:
  int add(Node node);
  /// -1 when the op does not fit its operands.
  int op(const std::string &name, std::vector<int> operands, double low, double high,
         std::vector<Attr> attrs = {}, Type type = {});
  int source(const std::string &kind, Dims dims);
  /// A parameter, now and then one that is in use already.
  int parameter(const Dims &dims);
  /// A parameter, or a buffer that the train entry updates.
  int bias(const Dims &dims);
  int number(double value);
  int cast(int a, ElementType to);
  int pick();
  int pickRanked(int64_t least);
  /// A value of four axes.
  int pickImages();
  /// A partner that broadcasts with `a`, in a random position.
  int partner(int a);
  /// `a` or something made of it inside (0, …).
  int positive(int a);
  /// `a` or something made of it of magnitude at most `limit`.
  int bounded(int a, double limit);
  /// The same, smaller than 1.
  int inside(int a);
  int64_t drawSize();
  /// One of few sizes for images: around the width of a vector when `wide`.
  int64_t drawChannels(bool wide);

  void drawUnary();
  void drawBinary();
  void drawChoice();
  void drawReduce();
  void drawMean();
  void drawMatmul();
  void drawSoftmax();
  void drawRandom();
  void drawWide();

  /// `name` of `a`, where it grows with its operand; -1 when that did not fit.
  int growing(const std::string &name, int a, double (*function)(double));
  void drawFunction();
  void drawRounded();
  void drawOfTwo(int a);

  void drawRows();
  void drawExtremes(int a);
  void drawOrder(int a);
  void drawAlong(int a);

  int wholeInput(ElementType element, const Dims &dims);
  /// An op on whole numbers; of u8 the interval is all of it.
  int whole(const std::string &name, std::vector<int> operands, double low, double high,
            std::vector<Attr> attrs = {});
  int wholeOfOne(int a);
  int wholeOfTwo(int a);
  int wholeAlong(int a);
  void drawWhole();

  void drawAttention();
  int maskScores(int scores);

  void drawShape();
  void drawIndexed();
  int drawReshape(int a);

  void drawConv();
  void drawTransposed();
  void drawPool();
  void drawNorm();
  void drawBlock();
  int conv(int a, const Dims &filter, const std::vector<Attr> &attrs);
  int sameConv(int a, int64_t channels);
  int pool(int a);
  int norm(int a);
  /// Bias and activation, now and then.
  int finishLayer(int y, const Dims &biasDims);

  void drawScan();
  void drawCond();
  void drawWhile();
  void drawCustom();

  /// The nodes up to `y` that it is made of, itself too.
  std::vector<bool> findAncestors(int y) const;
  /// A value and one that it is mostly made of, without many derivatives between; -1: none.
  std::pair<int, int> pickDerivable();
  int drawMeasure(int y);
  void drawDerivative();

  void drawHead();
  void drawOutputs();

  double magnitude(int n) const {
    return std::max(std::fabs(model.nodes[n].low), std::fabs(model.nodes[n].high));
  }
  const Type &type(int n) const { return model.nodes[n].type; }
  double low(int n) const { return model.nodes[n].low; }
  double high(int n) const { return model.nodes[n].high; }
  bool once(int64_t n) { return random.below(n) == 0; }

  Model model;
  Random random;
  int size;
  bool roomy = false; ///< larger values
  int64_t only = 0;   ///< size of all axes but those of size 1; 0: any
};

} // namespace sinter::test

#endif
