//===- Coverage.cpp - which ops random graphs hold --------------------------------------------===//
//
// Every op of the `sinter` dialect is in some graph, as it was drawn or when its derivatives are
// written out, or stands here with the reason why not. A reason that is none any more is a failure,
// too. Reading on: Model.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/fuzz/Model.h"
#include "test/numeric/Compile.h"

using namespace sinter;
using namespace sinter::test;

/// Ops that no stage-graph module of ours holds, and who checks them.
static const std::pair<llvm::StringLiteral, llvm::StringLiteral> kExceptions[] = {
    {"attention", "form-streams makes it of products and a softmax, which are drawn"},
    {"attention_gradient", "form-streams makes it, as attention"},
    {"convert_layout", "the layout stage makes it, from what is drawn"},
    {"data", "says what a trainer reads; no code comes of it"},
    {"form", "hoist-forms makes it; graphs/ and test/passes/Inputs/forms.mlir hold some"},
    {"fused", "the fused stage makes it, from what is drawn"},
    {"independent", "mark-independent makes it of what derivatives are taken by"},
    {"metric", "names an output for a trainer; no code comes of it"},
};

static void collect(mlir::ModuleOp module, std::map<std::string, int64_t> &counts) {
  module.walk([&](mlir::Operation *op) {
    llvm::StringRef name = op->getName().getStringRef();
    if (name.consume_front("sinter."))
      ++counts[name.str()];
  });
}

std::map<std::string, int64_t> test::countOps(uint64_t seed, int64_t count, int size) {
  std::map<std::string, int64_t> counts;
  for (mlir::RegisteredOperationName op : context().getRegisteredOperations())
    if (llvm::StringRef name = op.getStringRef(); name.consume_front("sinter."))
      counts[name.str()] = 0;
  for (int64_t i = 0; i < count; ++i) {
    mlir::OwningOpRef<mlir::ModuleOp> module = build(generate(seed + i, size));
    collect(*module, counts);
    if (differentiate(*module))
      collect(*module, counts);
  }
  return counts;
}

std::string test::judgeCounts(const std::map<std::string, int64_t> &counts) {
  std::string why;
  std::map<std::string, std::string> exceptions;
  for (auto [op, reason] : kExceptions)
    exceptions[op.str()] = reason.str();
  for (const auto &[op, count] : counts) {
    auto excepted = exceptions.find(op);
    if (count == 0 && excepted == exceptions.end())
      why += op + ": no graph holds it; draw it, or say in Coverage.cpp why not\n";
    if (count > 0 && excepted != exceptions.end())
      why += op + ": graphs hold it, and Coverage.cpp says why not: " + excepted->second + "\n";
  }
  for (const auto &[op, reason] : exceptions)
    if (!counts.count(op))
      why += op + ": Coverage.cpp names it, but it is no op\n";
  return why;
}
