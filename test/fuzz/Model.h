//===- Model.h - random graphs as data --------------------------------------------------------===//
//
// A Model is a list of nodes that can be cut down: generation fills it, build() turns it into a
// `sinter` module with a train entry (loss, gradients, optimizer) and a predict entry, judge()
// compiles and compares, shrink() cuts. Invariant: node operands come before the node; every
// value's interval is known, so nothing overflows. Reading on: Generator.h, Build.cpp, Judge.h,
// Shrink.cpp.
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_TEST_FUZZ_MODEL_H
#define SINTER_TEST_FUZZ_MODEL_H

#include "test/numeric/Graph.h"
#include "test/numeric/Values.h"

#include <map>

namespace sinter::test {

/// One value of a random graph.
struct Node {
  /// "input", "parameter", "state" (a buffer that @train updates), or a `sinter` op, unprefixed;
  /// "gradient" has the operands y, cotangent and x, "jvp" y, x and tangent
  std::string op;
  std::vector<int> operands; ///< earlier nodes
  std::vector<Attr> attrs;
  Type type;
  double low = -2, high = 2; ///< interval that holds every element
};

/// How the train entry moves parameters.
enum class Optimizer { Plain, Momentum, Adam };

/// A random graph.
struct Model {
  uint64_t seed = 0;
  ElementType element = ElementType::F32;
  std::vector<Node> nodes;
  std::vector<int> terms;                   ///< float nodes that the loss adds up
  std::vector<int> outputs;                 ///< what both entries show besides, of any type
  std::vector<std::pair<int, int>> updates; ///< a state and its new value
  int logits = -1;                          ///< also goes through softmax_cross_entropy; -1: none
  Optimizer optimizer = Optimizer::Plain;
  bool clips = false; ///< the norm of all gradients
};

/// True for an op with bodies: "scan", "while", "cond", "custom_gradient".
bool hasBodies(const Node &node);
/// Builds one.
mlir::Value emitBodies(mlir::OpBuilder &builder, const Node &node,
                       const std::vector<mlir::Value> &operands);
/// True for what no op makes.
bool isSource(const Node &node);
/// A graph of about `size` ops; equal seeds give equal graphs.
Model generate(uint64_t seed, int size);
/// The module of `model`: entries @train and @predict.
mlir::OwningOpRef<mlir::ModuleOp> build(const Model &model);
/// Inputs, parameters and scalars; `salt` draws others.
interpret::Arguments argumentsOf(const Model &model, int salt);
/// Why the model fails, empty when all agrees.
std::string judge(const Model &model);

/// How often each op of the `sinter` dialect occurs in so many graphs, and once more in them with
/// their derivatives written out.
std::map<std::string, int64_t> countOps(uint64_t seed, int64_t count, int size);
/// Ops that are missing for no reason, a line each.
std::string judgeCounts(const std::map<std::string, int64_t> &counts);

/// Graphs so far that differ from the oracle, but at inputs where a rounding may decide a branch.
extern int64_t undecidedGraphs;
/// A smaller model that still fails; at most `budget` trials.
Model shrink(Model model, int budget);
/// Ops reached from terms and logits, without sources.
int liveOps(const Model &model);

} // namespace sinter::test

#endif
