//===- Shrink.cpp - cuts a failing graph down -------------------------------------------------===//
//
// Tries ever smaller models and keeps those that still fail: fewer terms, outputs and
// updates, no cross-entropy, no optimizer, an op replaced by one of its operands of the same type
// or by a new input. Reading on: Model.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/fuzz/Model.h"

using namespace sinter;
using namespace sinter::test;

// Models one cut away from `model`.
static std::vector<Model> cuts(const Model &model) {
  std::vector<Model> smaller;
  auto consider = [&](auto change) {
    Model copy = model;
    change(copy);
    smaller.push_back(copy);
  };
  if (model.terms.size() > 1)
    for (size_t t = 0; t < model.terms.size(); ++t)
      consider([&](Model &m) { m.terms.erase(m.terms.begin() + t); });
  for (size_t o = 0; o < model.outputs.size(); ++o)
    consider([&](Model &m) { m.outputs.erase(m.outputs.begin() + o); });
  for (size_t u = 0; u < model.updates.size(); ++u)
    consider([&](Model &m) { m.updates.erase(m.updates.begin() + u); });
  if (model.logits >= 0)
    consider([](Model &m) { m.logits = -1; });
  if (model.clips)
    consider([](Model &m) { m.clips = false; });
  if (model.optimizer != Optimizer::Plain)
    consider([](Model &m) { m.optimizer = Optimizer::Plain; });
  for (size_t i = model.nodes.size(); i-- > 0;) {
    const Node &node = model.nodes[i];
    if (isSource(node) || node.op == "get")
      continue;
    for (int operand : node.operands)
      // The values must stay where the ops behind can take them.
      if (model.nodes[operand].type == node.type && model.nodes[operand].low >= node.low &&
          model.nodes[operand].high <= node.high)
        consider([&](Model &m) {
          auto redirect = [&](int &use) { use = use == static_cast<int>(i) ? operand : use; };
          for (Node &other : m.nodes)
            for (int &use : other.operands)
              redirect(use);
          for (int &term : m.terms)
            redirect(term);
          for (int &output : m.outputs)
            redirect(output);
          for (auto &[state, value] : m.updates)
            redirect(value);
          redirect(m.logits);
        });
    consider([&](Model &m) {
      Node &cut = m.nodes[i];
      cut.op = cut.type.element == m.element ? "parameter" : "input";
      cut.operands.clear();
      cut.attrs.clear();
    });
  }
  return smaller;
}

Model test::shrink(Model model, int budget) {
  for (bool smaller = true; smaller && budget > 0;) {
    smaller = false;
    for (const Model &candidate : cuts(model)) {
      bool cutsTerms = candidate.terms.size() < model.terms.size() ||
                       candidate.outputs.size() < model.outputs.size() ||
                       candidate.updates.size() < model.updates.size() ||
                       candidate.logits != model.logits || candidate.clips != model.clips ||
                       candidate.optimizer != model.optimizer;
      if (!cutsTerms && liveOps(candidate) >= liveOps(model))
        continue;
      if (--budget < 0)
        break;
      if (judge(candidate).empty())
        continue;
      model = candidate;
      smaller = true;
      break;
    }
  }
  return model;
}
