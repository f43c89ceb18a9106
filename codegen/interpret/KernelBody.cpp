//===- KernelBody.cpp - scalar code inside kernels --------------------------------------------===//
//
// A table from op name to a function of up to three scalars, applied point by point over a row.
// Narrowing between float types does nothing (all are f64); integers are cut to their width after
// each op. Reading on: KernelBody.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/KernelBody.h"

#include "codegen/interpret/Interpreter.h"
#include "codegen/interpret/Philox.h"
#include "dialects/kernel/Kernel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinAttributes.h"

#include "llvm/ADT/DenseMap.h"

#include <cmath>
#include <functional>

using namespace sinter;
using namespace sinter::interpret;
using llvm::FailureOr;

using Reals = std::function<double(const double *)>;
using Integers = std::function<int64_t(const int64_t *)>;

static double nanMax(double a, double b) { return std::isnan(a) || a > b ? a : b; }
static double nanMin(double a, double b) { return std::isnan(a) || a < b ? a : b; }

// Float in, float out.
static const std::map<std::string, Reals> &realOps() {
  static const std::map<std::string, Reals> table = {
      {"arith.addf", [](const double *v) { return v[0] + v[1]; }},
      {"arith.subf", [](const double *v) { return v[0] - v[1]; }},
      {"arith.mulf", [](const double *v) { return v[0] * v[1]; }},
      {"arith.divf", [](const double *v) { return v[0] / v[1]; }},
      {"arith.remf", [](const double *v) { return std::fmod(v[0], v[1]); }},
      {"arith.negf", [](const double *v) { return -v[0]; }},
      {"arith.maximumf", [](const double *v) { return nanMax(v[0], v[1]); }},
      {"arith.minimumf", [](const double *v) { return nanMin(v[0], v[1]); }},
      {"arith.maxnumf", [](const double *v) { return std::fmax(v[0], v[1]); }},
      {"arith.minnumf", [](const double *v) { return std::fmin(v[0], v[1]); }},
      {"arith.extf", [](const double *v) { return v[0]; }},
      {"arith.truncf", [](const double *v) { return v[0]; }},
      {"math.exp", [](const double *v) { return std::exp(v[0]); }},
      {"math.exp2", [](const double *v) { return std::exp2(v[0]); }},
      {"math.expm1", [](const double *v) { return std::expm1(v[0]); }},
      {"math.log", [](const double *v) { return std::log(v[0]); }},
      {"math.log1p", [](const double *v) { return std::log1p(v[0]); }},
      {"math.log2", [](const double *v) { return std::log2(v[0]); }},
      {"math.sqrt", [](const double *v) { return std::sqrt(v[0]); }},
      {"math.rsqrt", [](const double *v) { return 1.0 / std::sqrt(v[0]); }},
      {"math.tanh", [](const double *v) { return std::tanh(v[0]); }},
      {"math.sin", [](const double *v) { return std::sin(v[0]); }},
      {"math.cos", [](const double *v) { return std::cos(v[0]); }},
      {"math.tan", [](const double *v) { return std::tan(v[0]); }},
      {"math.sinh", [](const double *v) { return std::sinh(v[0]); }},
      {"math.cosh", [](const double *v) { return std::cosh(v[0]); }},
      {"math.asin", [](const double *v) { return std::asin(v[0]); }},
      {"math.acos", [](const double *v) { return std::acos(v[0]); }},
      {"math.atan", [](const double *v) { return std::atan(v[0]); }},
      {"math.asinh", [](const double *v) { return std::asinh(v[0]); }},
      {"math.acosh", [](const double *v) { return std::acosh(v[0]); }},
      {"math.atanh", [](const double *v) { return std::atanh(v[0]); }},
      {"math.atan2", [](const double *v) { return std::atan2(v[0], v[1]); }},
      {"math.erf", [](const double *v) { return std::erf(v[0]); }},
      {"math.absf", [](const double *v) { return std::fabs(v[0]); }},
      {"math.floor", [](const double *v) { return std::floor(v[0]); }},
      {"math.ceil", [](const double *v) { return std::ceil(v[0]); }},
      {"math.roundeven", [](const double *v) { return std::nearbyint(v[0]); }},
      {"math.trunc", [](const double *v) { return std::trunc(v[0]); }},
      {"math.copysign", [](const double *v) { return std::copysign(v[0], v[1]); }},
      {"math.powf", [](const double *v) { return std::pow(v[0], v[1]); }},
      {"math.fma", [](const double *v) { return v[0] * v[1] + v[2]; }}};
  return table;
}

// Integer in, integer out; unsigned arithmetic where overflow must wrap.
static const std::map<std::string, Integers> &integerOps() {
  static const std::map<std::string, Integers> table = {
      {"arith.addi", [](const int64_t *v) { return int64_t(uint64_t(v[0]) + uint64_t(v[1])); }},
      {"arith.subi", [](const int64_t *v) { return int64_t(uint64_t(v[0]) - uint64_t(v[1])); }},
      {"arith.muli", [](const int64_t *v) { return int64_t(uint64_t(v[0]) * uint64_t(v[1])); }},
      {"arith.divsi", [](const int64_t *v) { return v[1] ? v[0] / v[1] : 0; }},
      {"arith.remsi", [](const int64_t *v) { return v[1] ? v[0] % v[1] : 0; }},
      {"arith.divui",
       [](const int64_t *v) { return v[1] ? int64_t(uint64_t(v[0]) / uint64_t(v[1])) : 0; }},
      {"arith.remui",
       [](const int64_t *v) { return v[1] ? int64_t(uint64_t(v[0]) % uint64_t(v[1])) : 0; }},
      {"arith.floordivsi",
       [](const int64_t *v) {
         return v[1] ? v[0] / v[1] - ((v[0] % v[1] != 0) && ((v[0] < 0) != (v[1] < 0))) : 0;
       }},
      {"arith.andi", [](const int64_t *v) { return v[0] & v[1]; }},
      {"arith.ori", [](const int64_t *v) { return v[0] | v[1]; }},
      {"arith.xori", [](const int64_t *v) { return v[0] ^ v[1]; }},
      {"arith.maxsi", [](const int64_t *v) { return v[0] > v[1] ? v[0] : v[1]; }},
      {"arith.minsi", [](const int64_t *v) { return v[0] < v[1] ? v[0] : v[1]; }},
      {"arith.maxui",
       [](const int64_t *v) { return uint64_t(v[0]) > uint64_t(v[1]) ? v[0] : v[1]; }},
      {"arith.minui",
       [](const int64_t *v) { return uint64_t(v[0]) < uint64_t(v[1]) ? v[0] : v[1]; }},
      {"arith.index_cast", [](const int64_t *v) { return v[0]; }},
      {"arith.index_castui", [](const int64_t *v) { return v[0]; }},
      {"arith.extsi", [](const int64_t *v) { return v[0]; }},
      {"arith.extui", [](const int64_t *v) { return v[0]; }},
      {"arith.trunci", [](const int64_t *v) { return v[0]; }},
      {"math.absi", [](const int64_t *v) { return v[0] < 0 ? int64_t(-uint64_t(v[0])) : v[0]; }}};
  return table;
}

static bool comparesReals(mlir::arith::CmpFPredicate predicate, double a, double b) {
  using P = mlir::arith::CmpFPredicate;
  bool unordered = std::isnan(a) || std::isnan(b);
  switch (predicate) {
  case P::AlwaysFalse:
    return false;
  case P::OEQ:
    return a == b;
  case P::OGT:
    return a > b;
  case P::OGE:
    return a >= b;
  case P::OLT:
    return a < b;
  case P::OLE:
    return a <= b;
  case P::ONE:
    return !unordered && a != b;
  case P::ORD:
    return !unordered;
  case P::UEQ:
    return unordered || a == b;
  case P::UGT:
    return unordered || a > b;
  case P::UGE:
    return unordered || a >= b;
  case P::ULT:
    return unordered || a < b;
  case P::ULE:
    return unordered || a <= b;
  case P::UNE:
    return unordered || a != b;
  case P::UNO:
    return unordered;
  case P::AlwaysTrue:
    return true;
  }
  return false;
}

static bool comparesIntegers(mlir::arith::CmpIPredicate predicate, int64_t a, int64_t b) {
  using P = mlir::arith::CmpIPredicate;
  uint64_t ua = a, ub = b;
  switch (predicate) {
  case P::eq:
    return a == b;
  case P::ne:
    return a != b;
  case P::slt:
    return a < b;
  case P::sle:
    return a <= b;
  case P::sgt:
    return a > b;
  case P::sge:
    return a >= b;
  case P::ult:
    return ua < ub;
  case P::ule:
    return ua <= ub;
  case P::ugt:
    return ua > ub;
  case P::uge:
    return ua >= ub;
  }
  return false;
}

// kernel.reduce: the row's values become one, which every point sees.
static Tensor reduceRow(mlir::Operation &op, const Tensor &values, int64_t points) {
  using kernel::ReduceKind;
  ReduceKind kind = llvm::cast<kernel::ReduceOp>(op).getKind();
  rules::Type type = typeOf(op.getResult(0).getType());
  type.dims = values.dims();
  Tensor result(type);
  if (kind == ReduceKind::Argmax) {
    int64_t best = 0;
    for (int64_t i = 1; i < points; ++i)
      if (values.real(i) > values.real(best) ||
          (std::isnan(values.real(i)) && !std::isnan(values.real(best))))
        best = i;
    std::fill(result.integers.begin(), result.integers.end(), best);
    return result;
  }
  if (values.isReal()) {
    double total = kind == ReduceKind::Sum    ? 0.0
                   : kind == ReduceKind::Prod ? 1.0
                   : kind == ReduceKind::Max  ? -INFINITY
                                              : INFINITY;
    for (double value : llvm::ArrayRef(values.reals).take_front(points))
      total = kind == ReduceKind::Sum    ? total + value
              : kind == ReduceKind::Prod ? total * value
              : kind == ReduceKind::Max  ? nanMax(total, value)
                                         : nanMin(total, value);
    std::fill(result.reals.begin(), result.reals.end(), total);
    return result;
  }
  int64_t total = kind == ReduceKind::Sum ? 0 : kind == ReduceKind::Prod ? 1 : values.integers[0];
  for (int64_t value : llvm::ArrayRef(values.integers).take_front(points))
    total = kind == ReduceKind::Sum    ? int64_t(uint64_t(total) + uint64_t(value))
            : kind == ReduceKind::Prod ? int64_t(uint64_t(total) * uint64_t(value))
            : kind == ReduceKind::Max  ? std::max(total, value)
                                       : std::min(total, value);
  std::fill(result.integers.begin(), result.integers.end(), wrapped(type.element, total));
  return result;
}

// The bits of `value` seen as unsigned of its own width.
static int64_t unsignedOf(rules::ElementType element, int64_t value) {
  return element == rules::ElementType::I32 ? static_cast<int64_t>(static_cast<uint32_t>(value))
                                            : value;
}

// One op at one point; false when the op is unknown.
static bool evaluatePoint(mlir::Operation &op, llvm::ArrayRef<const Tensor *> operands,
                          const Dims &point, int64_t i, Tensor &result) {
  llvm::StringRef name = op.getName().getStringRef();
  auto setInteger = [&](int64_t value) {
    result.integers[i] = wrapped(result.type.element, value);
  };
  if (auto it = realOps().find(name.str()); it != realOps().end()) {
    double v[3] = {};
    for (size_t k = 0; k < operands.size(); ++k)
      v[k] = operands[k]->reals[i];
    result.reals[i] = it->second(v);
    return true;
  }
  if (auto it = integerOps().find(name.str()); it != integerOps().end()) {
    int64_t v[3] = {};
    bool isUnsigned = name.ends_with("ui");
    for (size_t k = 0; k < operands.size(); ++k)
      v[k] = isUnsigned ? unsignedOf(operands[k]->type.element, operands[k]->integers[i])
                        : operands[k]->integers[i];
    // A sign-extended i1 is -1, not 1.
    if (name == "arith.extsi" && operands[0]->type.element == rules::ElementType::Bool)
      v[0] = -v[0];
    setInteger(it->second(v));
    return true;
  }
  if (name == "arith.select") {
    result.copyElement(i, *operands[operands[0]->integers[i] ? 1 : 2], i);
  } else if (auto compare = llvm::dyn_cast<mlir::arith::CmpFOp>(op)) {
    result.integers[i] =
        comparesReals(compare.getPredicate(), operands[0]->reals[i], operands[1]->reals[i]);
  } else if (auto compare = llvm::dyn_cast<mlir::arith::CmpIOp>(op)) {
    result.integers[i] = comparesIntegers(compare.getPredicate(), operands[0]->integers[i],
                                          operands[1]->integers[i]);
  } else if (name == "arith.sitofp") {
    bool isBool = operands[0]->type.element == rules::ElementType::Bool;
    result.reals[i] =
        static_cast<double>(isBool ? -operands[0]->integers[i] : operands[0]->integers[i]);
  } else if (name == "arith.uitofp") {
    result.reals[i] =
        static_cast<double>(unsignedOf(operands[0]->type.element, operands[0]->integers[i]));
  } else if (name == "arith.fptosi" || name == "arith.fptoui") {
    setInteger(truncated(operands[0]->reals[i]));
  } else if (name == "kernel.index") {
    result.setReal(i,
                   static_cast<double>(point[op.getAttrOfType<mlir::IntegerAttr>("dim").getInt()]));
  } else if (name == "kernel.philox") {
    result.reals[i] = philoxUniform(operands[0]->integers[i],
                                    op.getAttrOfType<mlir::IntegerAttr>("stream").getInt(),
                                    operands[1]->integers[i], operands[2]->integers[i]);
  } else {
    return false;
  }
  return true;
}

FailureOr<std::vector<Tensor>> interpret::runKernelBody(mlir::Block &body,
                                                        std::vector<Tensor> arguments,
                                                        const Row &row, int64_t points) {
  int64_t width = row.size();
  llvm::DenseMap<mlir::Value, Tensor> values;
  for (auto [argument, value] : llvm::zip(body.getArguments(), arguments))
    values[argument] = std::move(value);
  for (mlir::Operation &op : body) {
    std::vector<const Tensor *> operands;
    for (mlir::Value operand : op.getOperands()) {
      auto found = values.find(operand);
      if (found == values.end())
        return op.emitError("internal error: the oracle meets a value from outside the kernel");
      operands.push_back(&found->second);
    }
    if (op.hasTrait<mlir::OpTrait::IsTerminator>()) {
      std::vector<Tensor> yielded;
      for (const Tensor *operand : operands)
        yielded.push_back(*operand);
      return yielded;
    }
    if (op.getNumResults() != 1)
      return op.emitError("internal error: the oracle does not know '")
             << op.getName() << "' in a kernel";
    rules::Type type = typeOf(op.getResult(0).getType());
    type.dims = {width};
    Tensor result(type);
    llvm::StringRef name = op.getName().getStringRef();
    if (name == "arith.constant") {
      FailureOr<Tensor> constant = tensorOf(op.getAttr("value"), type);
      if (failed(constant))
        return op.emitError("internal error: the oracle cannot read this constant");
      result = *constant;
    } else if (name == "kernel.reduce") {
      result = reduceRow(op, *operands[0], points);
    } else {
      for (int64_t i = 0; i < width; ++i)
        if (!evaluatePoint(op, operands, row[i], i, result))
          return op.emitError("internal error: the oracle does not know '")
                 << op.getName() << "' in a kernel";
    }
    values[op.getResult(0)] = std::move(result);
  }
  return std::vector<Tensor>();
}

Dims interpret::applyMap(mlir::AffineMap map, const Dims &point, const Dims &values) {
  Dims result;
  std::function<int64_t(mlir::AffineExpr)> value = [&](mlir::AffineExpr expr) -> int64_t {
    if (auto dim = llvm::dyn_cast<mlir::AffineDimExpr>(expr))
      return point[dim.getPosition()];
    if (auto symbol = llvm::dyn_cast<mlir::AffineSymbolExpr>(expr))
      return values[symbol.getPosition()];
    if (auto constant = llvm::dyn_cast<mlir::AffineConstantExpr>(expr))
      return constant.getValue();
    auto pair = llvm::cast<mlir::AffineBinaryOpExpr>(expr);
    int64_t a = value(pair.getLHS()), b = value(pair.getRHS());
    switch (expr.getKind()) {
    case mlir::AffineExprKind::Add:
      return a + b;
    case mlir::AffineExprKind::Mul:
      return a * b;
    case mlir::AffineExprKind::FloorDiv:
      return (a - ((a % b) + b) % b) / b;
    case mlir::AffineExprKind::CeilDiv:
      return -((-a - ((-a % b) + b) % b) / b);
    default: // Mod
      return ((a % b) + b) % b;
    }
  };
  for (mlir::AffineExpr expr : map.getResults())
    result.push_back(value(expr));
  return result;
}
