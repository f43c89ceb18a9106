//===- Bodies.cpp - what random loops and choices do ------------------------------------------===//
//
// The bodies of a node's op, drawn from its number `body`: elementwise work, products with a
// square matrix, reductions, a choice by the iteration, a loop in the loop. Reading on:
// DrawLoops.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/sinter/GradBuilder.h"
#include "test/fuzz/Model.h"

using namespace sinter;
using namespace sinter::test;
using mlir::Block;
using mlir::OpBuilder;
using mlir::RankedTensorType;
using mlir::Region;
using mlir::Value;

static int64_t number(const Node &node, const char *name) {
  for (const Attr &attr : node.attrs)
    if (attr.name == name)
      return std::holds_alternative<bool>(attr.value) ? std::get<bool>(attr.value)
                                                      : std::get<int64_t>(attr.value);
  return 0;
}

namespace {
/// What a body may use.
struct Given {
  Value iteration, state, slice, scale, matrix; ///< null: none
};

/// Writes bodies, one op after the other.
class BodyWriter {
public:
  BodyWriter(OpBuilder &b, Random &random) : b(b), g(b, b.getUnknownLoc()), random(random) {}

  /// A few ops on what is given, within [-1, 1].
  Value write(const Given &given, int depth);

private:
  Value one(Value v, const Given &given, int depth);
  Value half(Value v) { return g.mul(v, g.constantLike(v, 0.5)); }
  Value tanh(Value v) { return ir::TanhOp::create(b, b.getUnknownLoc(), v.getType(), v); }
  Value sigmoid(Value v) { return ir::SigmoidOp::create(b, b.getUnknownLoc(), v.getType(), v); }
  Value choose(Value v, const Given &given, int depth);
  Value repeat(Value v, const Given &given, int depth);
  Block *begin(Region &region, mlir::ValueRange arguments) {
    Block *block = b.createBlock(&region);
    for (Value argument : arguments)
      block->addArgument(argument.getType(), b.getUnknownLoc());
    return block;
  }

  OpBuilder &b;
  ir::GradBuilder g;
  Random &random;
};
} // namespace

/// By the iteration, one of two bodies.
Value BodyWriter::choose(Value v, const Given &given, int depth) {
  OpBuilder::InsertionGuard guard(b);
  Value early = g.compare("lt", given.iteration, g.constantLike(given.iteration, 2));
  auto op = ir::CondOp::create(b, b.getUnknownLoc(), v.getType(), early,
                               mlir::ValueRange{v, given.scale});
  for (Region &region : op->getRegions()) {
    Block *block = begin(region, {v, given.scale});
    ir::YieldOp::create(
        b, b.getUnknownLoc(),
        write({{}, block->getArgument(0), {}, block->getArgument(1), {}}, depth + 1));
  }
  return op.getResult(0);
}

/// A short loop that starts from `v`.
Value BodyWriter::repeat(Value v, const Given &given, int depth) {
  OpBuilder::InsertionGuard guard(b);
  auto op = ir::ScanOp::create(b, b.getUnknownLoc(), v.getType(), 1, 0, 2, random.below(2) == 0,
                               false, mlir::ValueRange{v, given.scale});
  Block *block = b.createBlock(&op.getBody());
  for (mlir::Type type :
       {mlir::Type(RankedTensorType::get({}, b.getI64Type())), v.getType(), given.scale.getType()})
    block->addArgument(type, b.getUnknownLoc());
  ir::YieldOp::create(
      b, b.getUnknownLoc(),
      write({block->getArgument(0), block->getArgument(1), {}, block->getArgument(2), {}},
            depth + 1));
  return op.getResult(0);
}

Value BodyWriter::one(Value v, const Given &given, int depth) {
  llvm::ArrayRef<int64_t> shape = ir::shapeOf(v);
  int64_t last = shape.empty() ? 0 : shape.back();
  switch (random.below(8)) {
  case 0:
    return given.slice ? g.add(v, given.slice) : tanh(v);
  case 1:
    return g.mul(v, half(given.scale));
  case 2:
    if (!given.matrix || last == 0)
      return sigmoid(v);
    v = g.matmul(v, given.matrix, false, random.below(2) == 0);
    return g.mul(v, g.constantLike(v, 0.5 / static_cast<double>(last)));
  case 3: {
    if (last == 0)
      return g.neg(v);
    Value sum = g.sum(v, {static_cast<int64_t>(shape.size()) - 1}, true);
    return g.sub(v, g.mul(sum, g.constantLike(sum, 1.0 / static_cast<double>(last))));
  }
  case 4:
    return given.slice ? g.mul(v, sigmoid(given.slice)) : half(v);
  case 5:
    return given.iteration && depth < 2 ? choose(v, given, depth) : tanh(v);
  case 6:
    return depth < 1 ? repeat(tanh(v), given, depth) : half(v);
  default:
    return tanh(v);
  }
}

Value BodyWriter::write(const Given &given, int depth) {
  Value v = given.state;
  for (int64_t i = 0, n = 1 + random.below(4); i < n; ++i)
    v = one(v, given, depth);
  if (given.slice)
    v = g.add(v, half(given.slice));
  return tanh(v);
}

bool test::hasBodies(const Node &node) {
  return node.op == "scan" || node.op == "cond" || node.op == "while" ||
         node.op == "custom_gradient";
}

/// A new block of `region` with arguments of these types.
static Block *beginBody(OpBuilder &b, Region &region, mlir::TypeRange types) {
  Block *block = b.createBlock(&region);
  for (mlir::Type type : types)
    block->addArgument(type, b.getUnknownLoc());
  return block;
}

static Value emitCond(OpBuilder &b, BodyWriter &writer, const std::vector<Value> &operands) {
  mlir::Location loc = b.getUnknownLoc();
  auto op = ir::CondOp::create(b, loc, operands[1].getType(), operands[0],
                               mlir::ValueRange{operands[1], operands[2]});
  for (Region &region : op->getRegions()) {
    Block *block = beginBody(b, region, op.getInputs().getTypes());
    Value result = writer.write({{}, block->getArgument(0), {}, block->getArgument(1), {}}, 1);
    ir::YieldOp::create(b, loc, result);
  }
  return op.getResult(0);
}

/// Operands: the first value, how many steps, a scale. It carries the steps that are done, too.
static Value emitWhile(OpBuilder &b, BodyWriter &writer, const Node &node,
                       const std::vector<Value> &operands) {
  mlir::Location loc = b.getUnknownLoc();
  ir::GradBuilder g(b, loc);
  llvm::SmallVector<Value> inputs{operands[0], g.constantLike(operands[1], 0), operands[1],
                                  operands[2]};
  auto op = ir::WhileOp::create(b, loc, mlir::TypeRange{inputs[0].getType(), inputs[1].getType()},
                                2, number(node, "max_trips"), inputs);
  Block *condition = beginBody(b, op.getCondition(), mlir::ValueRange(inputs).getTypes());
  ir::YieldOp::create(b, loc,
                      g.compare("lt", condition->getArgument(1), condition->getArgument(2)));
  Block *body = beginBody(b, op.getBody(), mlir::ValueRange(inputs).getTypes());
  Value done = body->getArgument(1);
  Value next = writer.write({done, body->getArgument(0), {}, body->getArgument(3), {}}, 0);
  ir::YieldOp::create(b, loc, {next, g.add(done, g.constantLike(done, 1))});
  return op.getResult(0);
}

/// Its gradient is no gradient of what it computes, but as linear in the cotangent as one.
static Value emitCustom(OpBuilder &b, BodyWriter &writer, const std::vector<Value> &operands) {
  mlir::Location loc = b.getUnknownLoc();
  mlir::Type type = operands[0].getType(), scale = operands[1].getType();
  auto op = ir::CustomGradientOp::create(b, loc, type, 1, operands);
  Block *forward = beginBody(b, op.getForward(), {type, scale});
  Value result = writer.write({{}, forward->getArgument(0), {}, forward->getArgument(1), {}}, 1);
  ir::YieldOp::create(b, loc, result);
  // the input, the result, its cotangent, the scale
  Block *backward = beginBody(b, op.getBackward(), {type, type, type, scale});
  Value factor = writer.write({{}, backward->getArgument(0), {}, backward->getArgument(3), {}}, 1);
  ir::GradBuilder g(b, loc);
  ir::YieldOp::create(b, loc, g.mul(factor, backward->getArgument(2)));
  return op.getResult(0);
}

static Value emitScan(OpBuilder &b, BodyWriter &writer, Random &random, const Node &node,
                      const std::vector<Value> &operands) {
  mlir::Location loc = b.getUnknownLoc();
  bool stacked = number(node, "stacked") != 0;
  mlir::Type state = operands[0].getType();
  llvm::SmallVector<mlir::Type> types{state}, inside{RankedTensorType::get({}, b.getI64Type())};
  if (stacked)
    types.push_back(tensorType(node.type));
  auto op = ir::ScanOp::create(b, loc, types, 1, 1, ir::shapeOf(operands[1])[0],
                               number(node, "reverse") != 0, false, operands);
  for (auto [i, operand] : llvm::enumerate(operands))
    inside.push_back(i == 1 ? state : operand.getType());
  Block *block = beginBody(b, op.getBody(), inside);
  Given given{block->getArgument(0), block->getArgument(1), block->getArgument(2),
              block->getArgument(3), operands.size() > 3 ? block->getArgument(4) : Value()};
  Value next = writer.write(given, 0);
  llvm::SmallVector<Value> yields{next};
  if (stacked) // an output of its own now and then
    yields.push_back(random.below(2) ? next : writer.write({{}, next, {}, given.scale, {}}, 2));
  ir::YieldOp::create(b, loc, yields);
  return op.getResult(stacked ? 1 : 0);
}

Value test::emitBodies(OpBuilder &b, const Node &node, const std::vector<Value> &operands) {
  OpBuilder::InsertionGuard guard(b);
  Random random(number(node, "body"));
  BodyWriter writer(b, random);
  return node.op == "cond"              ? emitCond(b, writer, operands)
         : node.op == "while"           ? emitWhile(b, writer, node, operands)
         : node.op == "custom_gradient" ? emitCustom(b, writer, operands)
                                        : emitScan(b, writer, random, node, operands);
}
