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
/// Of values of a body, those that are such.
using Places = llvm::DenseMap<Value, Place>;
} // namespace

static std::optional<Place> getPlace(StreamOp op, Operation &maker, const Places &places) {
  APInt constant;
  if (maker.getNumResults() == 1 && matchPattern(maker.getResult(0), m_ConstantInt(&constant)))
    return Place{0, 0, constant.getSExtValue()};
  if (auto index = dyn_cast<IndexOp>(maker)) {
    auto dim = static_cast<int64_t>(index.getDim());
    if (dim == op.getColumns() || dim == static_cast<int64_t>(op.getRows()))
      return Place{dim == op.getColumns(), dim != op.getColumns(), 0};
    return std::nullopt;
  }
  if (!isa<arith::AddIOp, arith::SubIOp>(maker))
    return std::nullopt;
  auto left = places.find(maker.getOperand(0)), right = places.find(maker.getOperand(1));
  if (left == places.end() || right == places.end())
    return std::nullopt;
  int64_t sign = isa<arith::AddIOp>(maker) ? 1 : -1;
  const Place &a = left->second, &b = right->second;
  return Place{a.columns + sign * b.columns, a.rows + sign * b.rows,
               a.constant + sign * b.constant};
}

/// The reach that `comparison` draws, and its outcome beyond.
static std::optional<std::pair<int64_t, bool>> getBorder(arith::CmpIOp comparison,
                                                         const Places &places) {
  using P = arith::CmpIPredicate;
  if (!places.contains(comparison.getLhs()) || !places.contains(comparison.getRhs()))
    return std::nullopt;
  Place left = places.lookup(comparison.getLhs()), right = places.lookup(comparison.getRhs());
  P predicate = comparison.getPredicate();
  if (left.columns < right.columns) { // the larger share of columns to the left
    std::swap(left, right);
    predicate = predicate == P::slt   ? P::sgt
                : predicate == P::sle ? P::sge
                : predicate == P::sgt ? P::slt
                : predicate == P::sge ? P::sle
                                      : predicate;
  }
  if (left.columns - right.columns != 1 || left.rows - right.rows != -1)
    return std::nullopt;
  // column - row + offset PREDICATE 0
  int64_t offset = left.constant - right.constant;
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

namespace {
/// What values of a body are, of which some are known; the others are taken for finite numbers.
using Numbers = llvm::DenseMap<Value, double>;
} // namespace

static std::optional<double> fold(Operation &op, const Numbers &known) {
  using Result = std::optional<double>;
  auto operand = [&](unsigned number) -> Result {
    auto it = known.find(op.getOperand(number));
    return it == known.end() ? Result() : it->second;
  };
  auto isAny = [&](double what) { return operand(0) == what || operand(1) == what; };
  return llvm::TypeSwitch<Operation *, Result>(&op)
      .Case([&](arith::ConstantOp constant) -> Result {
        if (auto number = dyn_cast<FloatAttr>(constant.getValue()))
          return number.getValueAsDouble();
        auto number = dyn_cast<BoolAttr>(constant.getValue());
        return number ? Result(number.getValue()) : std::nullopt;
      })
      .Case([&](arith::SelectOp) -> Result {
        Result which = operand(0);
        return which ? operand(*which != 0 ? 1 : 2) : std::nullopt;
      })
      .Case<arith::AndIOp, arith::MulFOp>(
          [&](Operation *) { return isAny(0) ? Result(0) : std::nullopt; })
      .Case([&](arith::AddFOp) -> Result {
        // -inf stays, whatever finite number is added or taken off.
        bool stays = isAny(-INFINITY) && !(operand(0) && operand(1));
        return stays ? Result(-INFINITY) : std::nullopt;
      })
      .Case([&](arith::SubFOp) -> Result {
        return operand(0) == -INFINITY && !operand(1) ? Result(-INFINITY) : std::nullopt;
      })
      .Case([&](math::ExpOp) { return operand(0) == -INFINITY ? Result(0) : std::nullopt; })
      .Default(Result());
}

/// Whether all that the body yields is `nothing` where `comparison` has that outcome.
static bool yields(Block &body, double nothing, arith::CmpIOp comparison, bool outcome) {
  Numbers known;
  for (Operation &op : body.without_terminator())
    if (op.getNumResults() == 1)
      if (auto value = &op == comparison ? std::optional<double>(outcome) : fold(op, known))
        known[op.getResult(0)] = *value;
  return llvm::all_of(body.back().getOperands(), [&](Value yielded) {
    return known.contains(yielded) && known.lookup(yielded) == nothing;
  });
}

std::optional<int64_t> kernel::getReach(StreamOp op) {
  Block &body = op.getBody().front();
  double nothing = op.getSoftmax() ? -INFINITY : 0;
  Places places;
  std::optional<int64_t> reach;
  for (Operation &inner : body.without_terminator()) {
    if (auto place = getPlace(op, inner, places))
      places[inner.getResult(0)] = *place;
    auto comparison = dyn_cast<arith::CmpIOp>(inner);
    auto border = comparison ? getBorder(comparison, places) : std::nullopt;
    if (border && (!reach || border->first < *reach) &&
        yields(body, nothing, comparison, border->second))
      reach = border->first;
  }
  return reach;
}

/// The sum over j < end of j, but at least 0 and at most `columns`: row r reaches r + reach + 1.
static int64_t countBelow(int64_t end, int64_t columns) {
  if (end <= 0)
    return 0;
  int64_t rising = std::min(end, columns + 1);
  return rising * (rising - 1) / 2 + (end - rising) * columns;
}

int64_t kernel::countPairs(StreamOp op) {
  int64_t rows = op.getDims()[op.getRows()], columns = op.getDims()[op.getColumns()];
  std::optional<int64_t> reach = getReach(op);
  return reach ? countBelow(rows + *reach + 1, columns) - countBelow(*reach + 1, columns)
               : rows * columns;
}
