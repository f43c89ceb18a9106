//===- StreamReach.cpp - columns of a kernel.stream that no row of a block needs --------------===//
//
// A causal mask compares the column with the row. Where the comparison has gone one way for good,
// constants are folded through the body: weights of 0, or scores of -inf, add nothing, so that
// tiles of them need not be made. Reading on: Stream.h, codegen/cpu/Stream.cpp.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Kernel.h"
#include "dialects/kernel/Stream.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace sinter;
using namespace sinter::kernel;

namespace {
/// column * `columns` + row * `rows` + `constant`.
struct Place {
  int64_t columns = 0, rows = 0, constant = 0;
};

/// What values of a body are where one comparison has a known outcome; the others are taken for
/// finite numbers.
struct Outcomes {
  arith::CmpIOp comparison;
  bool outcome;
  std::optional<double> get(Value value) const;
};
} // namespace

static std::optional<Place> getPlace(StreamOp op, Value value) {
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return Place{0, 0, constant.getSExtValue()};
  if (auto index = value.getDefiningOp<IndexOp>()) {
    auto dim = static_cast<int64_t>(index.getDim());
    if (dim == op.getColumns() || dim == static_cast<int64_t>(op.getRows()))
      return Place{dim == op.getColumns(), dim != op.getColumns(), 0};
    return std::nullopt;
  }
  Operation *maker = value.getDefiningOp();
  if (!isa_and_nonnull<arith::AddIOp, arith::SubIOp>(maker))
    return std::nullopt;
  auto left = getPlace(op, maker->getOperand(0)), right = getPlace(op, maker->getOperand(1));
  if (!left || !right)
    return std::nullopt;
  int64_t sign = isa<arith::AddIOp>(maker) ? 1 : -1;
  return Place{left->columns + sign * right->columns, left->rows + sign * right->rows,
               left->constant + sign * right->constant};
}

/// The reach that `comparison` draws, and its outcome beyond.
static std::optional<std::pair<int64_t, bool>> getBorder(StreamOp op, arith::CmpIOp comparison) {
  using P = arith::CmpIPredicate;
  auto left = getPlace(op, comparison.getLhs()), right = getPlace(op, comparison.getRhs());
  if (!left || !right)
    return std::nullopt;
  P predicate = comparison.getPredicate();
  if (left->columns < right->columns) { // the larger share of columns to the left
    std::swap(left, right);
    predicate = predicate == P::slt   ? P::sgt
                : predicate == P::sle ? P::sge
                : predicate == P::sgt ? P::slt
                : predicate == P::sge ? P::sle
                                      : predicate;
  }
  if (left->columns - right->columns != 1 || left->rows - right->rows != -1)
    return std::nullopt;
  // column - row + offset PREDICATE 0
  int64_t offset = left->constant - right->constant;
  switch (predicate) {
  case P::sle:
  case P::eq:
    return std::pair(-offset, false);
  case P::slt:
    return std::pair(-offset - 1, false);
  case P::sgt:
  case P::ne:
    return std::pair(-offset, true);
  case P::sge:
    return std::pair(-offset - 1, true);
  default:
    return std::nullopt;
  }
}

std::optional<double> Outcomes::get(Value value) const {
  Operation *op = value.getDefiningOp();
  if (!op)
    return std::nullopt;
  if (op == comparison)
    return outcome;
  Attribute constant;
  if (matchPattern(value, m_Constant(&constant))) {
    if (auto number = dyn_cast<FloatAttr>(constant))
      return number.getValueAsDouble();
    if (auto number = dyn_cast<IntegerAttr>(constant); number && number.getType().isInteger(1))
      return number.getValue().getBoolValue();
    return std::nullopt;
  }
  auto operand = [&](unsigned number) { return get(op->getOperand(number)); };
  auto isOne = [](std::optional<double> a, double what) { return a && *a == what; };
  using Result = std::optional<double>;
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case([&](arith::SelectOp) -> Result {
        Result which = operand(0);
        return which ? operand(*which != 0 ? 1 : 2) : std::nullopt;
      })
      .Case([&](arith::AndIOp) -> Result {
        return isOne(operand(0), 0) || isOne(operand(1), 0) ? Result(0) : std::nullopt;
      })
      .Case([&](arith::MulFOp) -> Result {
        return isOne(operand(0), 0) || isOne(operand(1), 0) ? Result(0) : std::nullopt;
      })
      .Case<arith::AddFOp, arith::SubFOp>([&](Operation *) -> Result {
        // -inf stays, whatever finite number is added or taken off.
        bool added = isa<arith::AddFOp>(op) && isOne(operand(1), -INFINITY) && !operand(0);
        bool stays = isOne(operand(0), -INFINITY) && !operand(1);
        return added || stays ? Result(-INFINITY) : std::nullopt;
      })
      .Case([&](math::ExpOp) -> Result {
        return isOne(operand(0), -INFINITY) ? Result(0) : std::nullopt;
      })
      .Default(Result());
}

std::optional<int64_t> kernel::getReach(StreamOp op) {
  double nothing = op.getSoftmax() ? -INFINITY : 0;
  std::optional<int64_t> reach;
  for (auto comparison : op.getBody().front().getOps<arith::CmpIOp>()) {
    auto border = getBorder(op, comparison);
    if (!border || (reach && *reach <= border->first))
      continue;
    Outcomes beyond{comparison, border->second};
    if (llvm::all_of(op.getBody().front().back().getOperands(), [&](Value yielded) {
          std::optional<double> value = beyond.get(yielded);
          return value && *value == nothing;
        }))
      reach = border->first;
  }
  return reach;
}
