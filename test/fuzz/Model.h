//===- Model.h - random graphs as data
//--------------------------------------------------------------------------===//
//
// A Model is a list of nodes that can be cut down: generation fills it, build() turns it into a
// `sinter` module with a train entry (loss, gradients, momentum step) and a predict entry, judge()
// compiles and compares, shrink() cuts. Invariant: node operands come before the node; every
// value's interval is known, so nothing overflows. Reading on: Generate.cpp, Build.cpp, Judge.cpp,
// Shrink.cpp.
//
//===----------------------------------------------------------------------------------------------===//
#ifndef SINTER_TEST_FUZZ_MODEL_H
#define SINTER_TEST_FUZZ_MODEL_H

#include "test/numeric/Graph.h"
#include "test/numeric/Values.h"

namespace sinter::test {

/// One value of a random graph.
struct Node {
  std::string op;            ///< "input", "parameter", or a `sinter` op without its prefix
  std::vector<int> operands; ///< earlier nodes
  std::vector<Attr> attrs;
  Type type;
  double low = -2, high = 2; ///< interval that holds every element
};

/// A random graph.
struct Model {
  uint64_t seed = 0;
  ElementType element = ElementType::F32;
  std::vector<Node> nodes;
  std::vector<int> terms; ///< float nodes that the loss adds up
  int logits = -1;        ///< a matrix that also goes through softmax_cross_entropy; -1: none
  bool momentum = false;
};

/// A graph of about `size` ops; equal seeds give equal graphs.
Model generate(uint64_t seed, int size);
/// The module of `model`: entries @train and @predict.
mlir::OwningOpRef<mlir::ModuleOp> build(const Model &model);
/// Inputs, parameters and scalars; `salt` draws others.
interpret::Arguments argumentsOf(const Model &model, int salt);
/// Why the model fails, empty when all agrees.
std::string judge(const Model &model);

/// Graphs so far that differ from the oracle, but at inputs where a rounding may decide a branch.
extern int64_t undecidedGraphs;
/// A smaller model that still fails; at most `budget` trials.
Model shrink(Model model, int budget);
/// Ops reached from terms and logits, without sources.
int liveOps(const Model &model);

} // namespace sinter::test

#endif
