//===- Judge.cpp - compiles a random graph and compares ---------------------------------------===//
//
// The oracle says what is right; -O0 and -O3 with 1, 2 and 3 threads and a variant must be near it
// and equal to each other in every bit (D1). Entries run one after the other on symbols as the last
// one left them must give what they give on the same symbols loaded afresh. Inputs near a kink are
// drawn again; a graph that differs from the oracle and whose inputs are all near one is undecided,
// and counted. Reading on: Judge.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/fuzz/Judge.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"

#include <algorithm>
#include <cmath>

using namespace sinter;
using namespace sinter::test;
using interpret::Arguments;
using interpret::Evaluation;
using interpret::Values;

int64_t test::undecidedGraphs = 0;

static double sizeOf(const Tensor &tensor) {
  double largest = 0;
  for (int64_t i = 0; i < tensor.size(); ++i)
    largest = std::fmax(largest, std::fabs(tensor.real(i)));
  return largest;
}

// Where they differ most.
static std::string worstOf(const Tensor &got, const Tensor &want) {
  int64_t worst = 0;
  if (got.size() != want.size() || want.size() == 0)
    return " in size";
  for (int64_t i = 1; i < want.size(); ++i)
    if (!(std::fabs(got.real(i) - want.real(i)) <= std::fabs(got.real(worst) - want.real(worst))))
      worst = i;
  return ", element " + std::to_string(worst) + " is " + std::to_string(got.real(worst)) +
         ", expects " + std::to_string(want.real(worst));
}

// Compares one run with the oracle and, where given, with the first run. A difference from the
// oracle sets `differs` when that is given, else it is an error.
static std::string compare(const Values &got, const Values &want, const Values *first,
                           double tolerance, const std::string &run, bool *differs) {
  for (const auto &[name, expected] : want) {
    auto found = got.find(name);
    if (found == got.end())
      return run + ": no " + name;
    const Tensor &value = found->second;
    double error = errorAgainst(value, expected, 1 + sizeOf(expected));
    if (!(error <= tolerance) && differs)
      *differs = true;
    else if (!(error <= tolerance))
      return run + ": " + name + " differs from the oracle by " + std::to_string(error) +
             worstOf(value, expected);
    if (first && !sameBits(value, first->at(name)))
      return run + ": " + name + " differs from -O0 with one thread" +
             worstOf(value, first->at(name));
  }
  return "";
}

namespace {
/// One compiled program.
struct Build {
  std::string name;
  std::unique_ptr<Program> program;
  unsigned threads = 3; ///< at most
  bool sameBits = true;
};
} // namespace

static std::string compareRuns(const Evaluation &got, const Evaluation &want,
                               const Evaluation *first, double tolerance, const std::string &run,
                               bool *differs) {
  std::string why = compare(got.outputs, want.outputs, first ? &first->outputs : nullptr, tolerance,
                            run, differs);
  return why.empty() ? compare(got.updates, want.updates, first ? &first->updates : nullptr,
                               tolerance, run, differs)
                     : why;
}

// Every entry three times in turn, without loading in between: what a run leaves must be all that
// the next one needs.
static std::string judgeSequence(mlir::ModuleOp module, const Build &build,
                                 const Arguments &arguments) {
  Arguments afresh = arguments;
  llvm::SmallVector<std::string> entries;
  for (auto entry : module.getOps<ir::EntryOp>())
    entries.push_back(entry.getSymName().str());
  llvm::SmallVector<std::string> order;
  for (int round = 0; round < 3; ++round)
    llvm::append_range(order, entries);
  std::vector<Evaluation> kept;
  for (const std::string &entry : order) {
    llvm::FailureOr<Evaluation> got = build.program->run(entry, arguments, 2, !kept.empty());
    if (failed(got))
      return entry + ": does not run";
    kept.push_back(*got);
  }
  for (auto [i, entry] : llvm::enumerate(order)) {
    if (i > 0)
      interpret::apply(kept[i - 1].updates, afresh.symbols);
    llvm::FailureOr<Evaluation> got = build.program->run(entry, afresh, 2);
    if (failed(got))
      return entry + ": does not run";
    std::string run = entry + " " + build.name + " as run " + std::to_string(i + 1);
    for (auto [name, value] : got->outputs)
      if (!sameBits(kept[i].outputs.at(name), value))
        return run + ": " + name + " is not what loaded symbols give" +
               worstOf(kept[i].outputs.at(name), value);
    for (auto [name, value] : got->updates)
      if (!sameBits(kept[i].updates.at(name), value))
        return run + ": " + name + " is not what loaded symbols give" +
               worstOf(kept[i].updates.at(name), value);
  }
  return "";
}

static std::string judgeBuilds(mlir::ModuleOp module, const Case &judged) {
  if (failed(mlir::verify(module)))
    return "invalid module";
  mlir::OwningOpRef<mlir::ModuleOp> expanded = module.clone();
  if (!differentiate(*expanded))
    return "does not differentiate";
  bool clear = true, differs = false;
  llvm::FailureOr<Arguments> arguments = chooseArguments(*expanded, judged, clear);
  if (failed(arguments))
    return "the oracle fails";
  double tolerance = judged.element == ElementType::F32 ? 5e-4 : 1e-10;
  std::vector<Build> builds;
  builds.push_back({"-O0", compile(module, 0)});
  builds.push_back({"-O3", compile(module, 3)});
  if (std::optional<Variant> variant = chooseVariant(module.getContext(), judged.seed))
    builds.push_back({"-O3 (" + variant->name + ")", compile(module, 3, variant->machine), 2,
                      variant->sameBits});
  for (const Build &build : builds)
    if (!build.program)
      return build.name + ": does not compile";
  for (auto op : module.getOps<ir::EntryOp>()) {
    std::string entry = op.getSymName().str();
    llvm::FailureOr<Evaluation> want = interpret::evaluate(*expanded, entry, *arguments);
    std::optional<Evaluation> first;
    for (const Build &build : builds)
      for (unsigned threads = 1; threads <= build.threads; ++threads) {
        std::string run = entry + " " + build.name + " " + std::to_string(threads) + " threads";
        llvm::FailureOr<Evaluation> got = build.program->run(entry, *arguments, threads);
        if (failed(got))
          return run + ": does not run";
        if (!first)
          first = *got;
        std::string why = compareRuns(*got, *want, build.sameBits ? &*first : nullptr, tolerance,
                                      run, clear ? nullptr : &differs);
        if (!why.empty())
          return why;
      }
  }
  undecidedGraphs += differs;
  return judgeSequence(module, builds.back(), *arguments);
}

std::string test::judge(mlir::ModuleOp module, const Case &judged) {
  std::string said;
  mlir::ScopedDiagnosticHandler handler(&context(), [&](mlir::Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error)
      said += " | " + diagnostic.str();
    return mlir::success();
  });
  std::string why = judgeBuilds(module, judged);
  return why.empty() ? why : why + said;
}

std::string test::judge(const Model &model) {
  mlir::OwningOpRef<mlir::ModuleOp> module = build(model);
  ElementType narrowest = model.element;
  for (const Node &node : model.nodes)
    if (node.type.element == ElementType::F32)
      narrowest = ElementType::F32;
  return judge(*module,
               {model.seed, narrowest, [&](int salt) { return argumentsOf(model, salt); }});
}
