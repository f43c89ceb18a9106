//===- Loops.cpp - compiled loops and choices against the oracle, in f64 ----------------------===//
//
// numeric-loops FILE.mlir…: every entry of every module, with all its f32 made f64, compiled and
// run on 1, 2, 3 and 7 threads: within 1e-12 of the oracle (f64 roundings of some thousand terms in
// another order), and the same bits. Reading on:
// test/passes/Inputs (rnn.mlir, loops.mlir).
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/Sinter.h"
#include "test/numeric/Compile.h"
#include "test/numeric/Graph.h"
#include "test/numeric/Values.h"

#include "mlir/Parser/Parser.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cmath>
#include <cstdio>

using namespace sinter;
using namespace sinter::test;
using interpret::Arguments;
using interpret::Evaluation;
using interpret::Values;

static std::string inDoubles(std::string text) {
  for (size_t at = 0; (at = text.find("f32", at)) != std::string::npos; ++at)
    text.replace(at, 3, "f64");
  return text;
}

/// The largest error of an element, against 1 + its magnitude.
static double distance(const Values &got, const Values &want) {
  double worst = 0;
  for (const auto &[name, expected] : want)
    worst = std::fmax(worst, errorOf(got.at(name), expected));
  return worst;
}

static bool sameBits(const Values &x, const Values &y) {
  for (const auto &[name, value] : x)
    if (!test::sameBits(value, y.at(name)))
      return false;
  return true;
}

static bool check(const char *path) {
  auto text = llvm::MemoryBuffer::getFile(path);
  if (!text)
    return std::printf("%s: %s\n", path, text.getError().message().c_str()), false;
  auto module =
      mlir::parseSourceString<mlir::ModuleOp>(inDoubles((*text)->getBuffer().str()), &context());
  if (!module)
    return false;
  (*module)->removeAttr("kernel.target");
  mlir::OwningOpRef<mlir::ModuleOp> expanded = module->clone();
  std::unique_ptr<Program> program = compile(*module, 3);
  if (!program || !differentiate(*expanded))
    return false;
  Arguments arguments = drawArguments(*module);
  bool fine = true;
  for (auto entry : module->getOps<ir::EntryOp>()) {
    std::string name = entry.getSymName().str();
    arguments.inputs = drawInputs(entry); // entries may have inputs of one name and other types
    auto want = interpret::evaluate(*expanded, name, arguments);
    if (failed(want))
      return false;
    std::optional<Evaluation> first;
    for (unsigned threads : {1u, 2u, 3u, 7u}) {
      auto got = program->run(name, arguments, threads);
      if (failed(got))
        return false;
      if (!first)
        first = *got;
      double worst =
          std::fmax(distance(got->outputs, want->outputs), distance(got->updates, want->updates));
      bool same = sameBits(got->outputs, first->outputs) && sameBits(got->updates, first->updates);
      std::printf("%s: %s on %u threads: %.1e from the oracle%s\n", path, name.c_str(), threads,
                  worst, same ? "" : ", other bits than on one");
      fine &= worst <= 1e-12 && same;
    }
  }
  return fine;
}

int main(int argc, char **argv) {
  bool fine = argc > 1;
  for (int i = 1; i < argc; ++i)
    fine &= check(argv[i]);
  return fine ? 0 : 1;
}
