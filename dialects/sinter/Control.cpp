//===- Control.cpp - loops and choices --------------------------------------------------------===//
//
// Verifiers and the interface of ops with bodies. Types are compared without their layouts, but a
// capture is in the body what it is outside. Reading on: ControlPatterns.cpp (canonical forms).
//
//===------------------------------------------------------------------------------------------===//
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

static std::string describe(TypeRange types) {
  std::string text;
  for (Type type : types)
    text += (text.empty() ? "" : ", ") +
            (isa<RankedTensorType>(type) ? rules::toString(toRule(type)) : "no tensor");
  return text.empty() ? "nothing" : text;
}

static bool sameTensors(TypeRange x, TypeRange y) {
  return llvm::equal(x, y, [](Type a, Type b) {
    return isa<RankedTensorType>(a) && isa<RankedTensorType>(b) && toRule(a) == toRule(b);
  });
}

/// The region's arguments are `arguments`, and it yields `yields`.
static LogicalResult verifyBody(Operation *op, Region &region, StringRef what, TypeRange arguments,
                                TypeRange yields) {
  Block &block = region.front();
  if (!sameTensors(block.getArgumentTypes(), arguments))
    return op->emitOpError() << "expects a " << what << " with arguments " << describe(arguments)
                             << ", got " << describe(block.getArgumentTypes());
  if (block.empty() || !isa<YieldOp>(block.back()))
    return op->emitOpError() << "expects a " << what << " that ends in sinter.yield";
  if (!sameTensors(block.back().getOperandTypes(), yields))
    return block.back().emitOpError()
           << "expects " << describe(yields) << " of a " << what << " of " << op->getName()
           << ", got " << describe(block.back().getOperandTypes());
  return success();
}

static LogicalResult verifyCount(Operation *op, StringRef what, int64_t got, int64_t most) {
  if (got >= 0 && got <= most)
    return success();
  return op->emitOpError() << "expects " << what << " in 0 … " << most << ", got " << got;
}

/// `type` without its first axis, which must be `length`; null when it is not.
static RankedTensorType sliceOf(Type type, int64_t length) {
  auto tensor = cast<RankedTensorType>(type);
  if (tensor.getRank() == 0 || tensor.getDimSize(0) != length)
    return {};
  return RankedTensorType::get(tensor.getShape().drop_front(), tensor.getElementType());
}

LogicalResult ScanOp::verify() {
  int64_t inputs = getInputs().size(), carried = getNumCarried(), stacked = getNumStacked();
  int64_t length = getLength();
  if (failed(verifyLayouts(*this)) || failed(verifyCount(*this, "num_carried", carried, inputs)) ||
      failed(verifyCount(*this, "num_stacked", stacked, inputs - carried)))
    return failure();
  if (length < 1)
    return emitOpError() << "expects 1 step or more, got " << length;
  if (int64_t(getResults().size()) < carried)
    return emitOpError() << "expects a result for each of the " << carried
                         << " carried values, got " << getResults().size();
  SmallVector<Type> arguments{RankedTensorType::get({}, IntegerType::get(getContext(), 64))};
  llvm::append_range(arguments, getCarried().getTypes());
  for (Type type : getStacked().getTypes()) {
    arguments.push_back(sliceOf(type, length));
    if (!arguments.back())
      return emitOpError() << "expects stacked inputs of " << length
                           << " slices (the first axis), got " << describe(type);
  }
  llvm::append_range(arguments, getCaptures().getTypes());
  SmallVector<Type> yields(getCarried().getTypes());
  if (!sameTensors(yields, getLast().getTypes()))
    return emitOpError() << "expects results of the carried types " << describe(yields) << ", got "
                         << describe(getLast().getTypes());
  for (Type type : getOutputs().getTypes()) {
    yields.push_back(sliceOf(type, length));
    if (!yields.back())
      return emitOpError() << "expects stacked outputs of " << length
                           << " slices (the first axis), got " << describe(type);
  }
  return verifyBody(*this, getBody(), "body", arguments, yields);
}

static LogicalResult verifyPredicate(Operation *op, Type type, StringRef what) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (tensor && tensor.getRank() == 0 && tensor.getElementType().isInteger(1))
    return success();
  return op->emitOpError() << "expects one bool as " << what << ", got " << describe(type);
}

LogicalResult CondOp::verify() {
  if (failed(verifyLayouts(*this)) ||
      failed(verifyPredicate(*this, getPredicate().getType(), "its predicate")))
    return failure();
  if (failed(
          verifyBody(*this, getThenBody(), "then body", getInputs().getTypes(), getResultTypes())))
    return failure();
  return verifyBody(*this, getElseBody(), "else body", getInputs().getTypes(), getResultTypes());
}

LogicalResult WhileOp::verify() {
  if (failed(verifyLayouts(*this)) ||
      failed(verifyCount(*this, "num_carried", getNumCarried(), getInputs().size())))
    return failure();
  if (int64_t(getMaxTrips()) < 0)
    return emitOpError() << "expects 0 (no bound) or more for max_trips, got "
                         << int64_t(getMaxTrips());
  if (!sameTensors(getCarried().getTypes(), getResultTypes()))
    return emitOpError() << "expects results of the carried types "
                         << describe(getCarried().getTypes()) << ", got "
                         << describe(getResultTypes());
  Type predicate = RankedTensorType::get({}, IntegerType::get(getContext(), 1));
  if (failed(verifyBody(*this, getCondition(), "condition", getInputs().getTypes(), predicate)))
    return failure();
  return verifyBody(*this, getBody(), "body", getInputs().getTypes(), getResultTypes());
}
