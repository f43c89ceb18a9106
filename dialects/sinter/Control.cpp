//===- Control.cpp - loops and choices --------------------------------------------------------===//
//
// Verifiers and the interface of ops with bodies. Types are compared without their layouts, but a
// capture is in the body what it is outside. Reading on: ControlPatterns.cpp (canonical forms).
//
//===------------------------------------------------------------------------------------------===//
#include "sinter/rules/control.h"
#include "dialects/sinter/GradBuilder.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::ir;

//===--- Which operand is what ----------------------------------------------------------------===//

OperandRange ScanOp::getCarried() { return getInputs().take_front(getNumCarried()); }
OperandRange ScanOp::getStacked() { return getInputs().slice(getNumCarried(), getNumStacked()); }
OperandRange ScanOp::getCaptures() {
  return getInputs().drop_front(getNumCarried() + getNumStacked());
}
ResultRange ScanOp::getLast() { return getResults().take_front(getNumCarried()); }
ResultRange ScanOp::getOutputs() { return getResults().drop_front(getNumCarried()); }
std::optional<int64_t> ScanOp::getTripCount() { return getLength(); }
BlockArgument ScanOp::getBodyArgument(Region &body, unsigned i) { return body.getArgument(i + 1); }

OperandRange CondOp::getCaptures() { return getInputs(); }
BlockArgument CondOp::getBodyArgument(Region &body, unsigned i) {
  return i == 0 ? BlockArgument() : body.getArgument(i - 1);
}

OperandRange WhileOp::getCarried() { return getInputs().take_front(getNumCarried()); }
OperandRange WhileOp::getCaptures() { return getInputs().drop_front(getNumCarried()); }
ResultRange WhileOp::getLast() { return getResults(); }
BlockArgument WhileOp::getBodyArgument(Region &body, unsigned i) { return body.getArgument(i); }

/// Arguments have the names of what they are: %h, or %carried0, %slice0, %capture0.
static void nameArguments(ControlOpInterface op, Region &region, OpAsmSetValueNameFn setName) {
  auto name = [&](OperandRange operands, StringRef what) {
    for (auto [i, operand] : llvm::enumerate(operands)) {
      BlockArgument argument =
          op.getBodyArgument(region, operands.getBeginOperandIndex() + static_cast<unsigned>(i));
      auto named = dyn_cast<NameLoc>(argument.getLoc());
      setName(argument, named ? named.getName().str() : (what + Twine(i)).str());
    }
  };
  name(op.getCarried(), "carried");
  name(op.getStacked(), "slice");
  name(op.getCaptures(), "capture");
}
void ScanOp::getAsmBlockArgumentNames(Region &region, OpAsmSetValueNameFn setName) {
  if (region.getNumArguments() != getInputs().size() + 1)
    return;
  setName(getIteration(), "t");
  nameArguments(*this, region, setName);
}
void CondOp::getAsmBlockArgumentNames(Region &region, OpAsmSetValueNameFn setName) {
  if (region.getNumArguments() == getInputs().size())
    nameArguments(*this, region, setName);
}
void WhileOp::getAsmBlockArgumentNames(Region &region, OpAsmSetValueNameFn setName) {
  if (region.getNumArguments() == getInputs().size())
    nameArguments(*this, region, setName);
}

//===--- Verifiers ----------------------------------------------------------------------------===//

std::vector<rules::Type> ir::toRules(TypeRange types) {
  std::vector<rules::Type> result;
  for (Type type : types)
    result.push_back(isa<RankedTensorType>(type) ? toRule(type) : rules::Type());
  return result;
}

static std::string describe(const std::vector<rules::Type> &types) {
  std::string text;
  for (const rules::Type &type : types)
    text += (text.empty() ? "" : ", ") + rules::toString(type);
  return text.empty() ? "nothing" : text;
}

FailureOr<std::vector<rules::Type>> ir::verifyBody(Operation *op, Region &region, StringRef what,
                                                   const std::vector<rules::Type> &arguments) {
  Block &block = region.front();
  if (toRules(block.getArgumentTypes()) != arguments)
    return op->emitOpError() << "expects a " << what << " with arguments " << describe(arguments)
                             << ", got " << describe(toRules(block.getArgumentTypes()));
  if (block.empty() || !isa<YieldOp>(block.back()))
    return op->emitOpError() << "expects a " << what << " that ends in sinter.yield";
  return toRules(block.back().getOperandTypes());
}

static LogicalResult verifyCount(Operation *op, StringRef what, int64_t got, int64_t most) {
  if (got >= 0 && got <= most)
    return success();
  return op->emitOpError() << "expects " << what << " in 0 … " << most << ", got " << got;
}

LogicalResult ScanOp::verify() {
  int64_t inputs = getInputs().size(), carried = getNumCarried(), length = getLength();
  if (failed(verifyLayouts(*this)) || failed(verifyCount(*this, "num_carried", carried, inputs)) ||
      failed(verifyCount(*this, "num_stacked", getNumStacked(), inputs - carried)))
    return failure();
  auto slices = rules::scan_slices(toRules(getStacked().getTypes()), length);
  if (!slices)
    return verifyRule(*this, rules::Result<rules::Type>(slices.error()));
  std::vector<rules::Type> arguments{{rules::ElementType::I64, {}}},
      first = toRules(getCarried().getTypes()), captures = toRules(getCaptures().getTypes());
  arguments.insert(arguments.end(), first.begin(), first.end());
  arguments.insert(arguments.end(), slices->types.begin(), slices->types.end());
  arguments.insert(arguments.end(), captures.begin(), captures.end());
  auto yields = verifyBody(*this, getBody(), "body", arguments);
  if (failed(yields))
    return failure();
  auto outputs = yields->begin() + std::min<int64_t>(carried, yields->size());
  return verifyRule(
      *this, rules::scan(first, {yields->begin(), outputs}, {outputs, yields->end()}, length));
}

LogicalResult CondOp::verify() {
  if (failed(verifyLayouts(*this)))
    return failure();
  std::vector<rules::Type> arguments = toRules(getInputs().getTypes());
  auto then = verifyBody(*this, getThenBody(), "then body", arguments);
  auto otherwise = failed(then) ? then : verifyBody(*this, getElseBody(), "else body", arguments);
  if (failed(otherwise))
    return failure();
  return verifyRule(*this, rules::cond(toRule(getPredicate().getType()), *then, *otherwise));
}

LogicalResult WhileOp::verify() {
  if (failed(verifyLayouts(*this)) ||
      failed(verifyCount(*this, "num_carried", getNumCarried(), getInputs().size())))
    return failure();
  std::vector<rules::Type> arguments = toRules(getInputs().getTypes());
  auto condition = verifyBody(*this, getCondition(), "condition", arguments);
  auto next = failed(condition) ? condition : verifyBody(*this, getBody(), "body", arguments);
  if (failed(next))
    return failure();
  return verifyRule(
      *this, rules::while_loop(toRules(getCarried().getTypes()), *condition, *next, getMaxTrips()));
}

LogicalResult WhileOp::buildGradient(GradBuilder &b, ValueRange, SmallVectorImpl<Value> &) {
  return b.refuse(*this, getMaxTrips() > 0
                             ? "its bodies are differentiated by the pass"
                             : "the number of steps is known only when it runs; give it a bound "
                               "(.max_trips), or use scan");
}
